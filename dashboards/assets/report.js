"use strict";
/* Draws the figures that the page carries; every number and every word in them was made by Python. */
(function () {
  const page = JSON.parse(document.getElementById("report-data").textContent);
  const narrow = window.matchMedia("(max-width: 760px)");
  const config = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false };
  const perScenario = ["odds", "funnel"];
  const picker = document.getElementById("scenario");

  function picked() {
    return picker ? Number(picker.value) : 0;
  }

  function draw(place) {
    const name = place.dataset.figure;
    const kept = page.figures[name];
    const figure = perScenario.includes(name) ? kept[picked()] : kept;
    if (!figure) {
      place.closest("figure").hidden = true;
      return;
    }
    // A copy of the layout: plotly writes into the one that it is given.
    const layout = structuredClone(narrow.matches ? figure.narrow : figure.wide);
    place.style.height = layout.height + "px"; // plotly asks the page for the height when the width changes
    const data = name === "what-if" ? movedData(figure.data) : structuredClone(figure.data);
    Plotly.react(place, data, layout, config);
  }

  function drawAll() {
    document.querySelectorAll(".chart").forEach(draw);
  }

  /* Every chart gets its place at once; those in sight are drawn, the others one by one, so that the page can be read
     and scrolled meanwhile. Whatever is still missing is drawn before the page is printed. */
  function drawInTurn() {
    const isLow = (place) => place.getBoundingClientRect().top > window.innerHeight;
    const places = [...document.querySelectorAll(".chart")], waiting = [];
    places.forEach((place) => {
      const kept = page.figures[place.dataset.figure];
      const figure = perScenario.includes(place.dataset.figure) ? kept[picked()] : kept;
      if (figure) place.style.height = (narrow.matches ? figure.narrow : figure.wide).height + "px";
      else draw(place);
    });
    places.forEach((place) => { if (isLow(place)) waiting.push(place); else draw(place); });
    const next = () => {
      const place = waiting.shift();
      if (!place) return;
      if (!place.querySelector(".main-svg")) draw(place);
      setTimeout(next);
    };
    setTimeout(next);
    window.addEventListener("beforeprint", () => waiting.splice(0).forEach(draw));
  }

  function pick() {
    const scenario = page.scenarios[picked()];
    document.getElementById("supposes").textContent = scenario.supposes;
    document.getElementById("chart-odds").setAttribute("aria-label", scenario.odds);
    document.querySelectorAll(".picked").forEach((word) => {
      word.textContent = picker ? picker.options[picker.selectedIndex].text : "";
    });
    perScenario.forEach((name) => draw(document.getElementById("chart-" + name)));
  }

  function sortBy(button) {
    const head = button.closest("th");
    const body = head.closest("table").tBodies[0];
    const column = head.cellIndex;
    const falling = head.getAttribute("aria-sort") !== "descending" && column > 0 || head.getAttribute("aria-sort") === "ascending";
    const value = (row) => {
      const cell = row.cells[column];
      return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
    };
    const order = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b));
    const rows = [...body.rows].sort((a, b) => (falling ? -1 : 1) * order(value(a), value(b)));
    body.append(...rows);
    head.closest("tr").querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
  }

  function filter(box) {
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...document.querySelectorAll("#sources-table tbody tr")];
    let shown = 0;
    rows.forEach((row) => {
      const text = row.textContent.toLowerCase();
      row.hidden = !wanted.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    });
    document.getElementById("filter-count").textContent = wanted.length ? shown + " of " + rows.length : "";
  }

  // -- what if: the fitted surface, evaluated as sim.analysis.surrogate.surrogate does it -------------------

  const surface = page.surface;
  const held = new Map(); // place of an input -> place of its stop
  const sliders = [...document.querySelectorAll(".slider")];
  const logit = (p) => Math.log(p / (1 - p));
  const expit = (x) => 1 / (1 + Math.exp(-x));

  /* By horizon, over the kept points with the held inputs at their shares: the mean of the odds, and the ends of their
     band. The surface's own variance and that of all it does not hold add up to that of a Beta (sim.analysis.surrogate.band). */
  function evaluate() {
    const shares = new Map([...held].map(([input, stop]) => [input, surface.inputs[input].stops[stop][0]]));
    const sums = surface.days.map(() => [0, 0, 0]);
    surface.over.forEach((point) => {
      const z = point.map((share, input) => 2 * (shares.has(input) ? shares.get(input) : share) - 1);
      const terms = [1, ...z];
      z.forEach((a, i) => {
        for (let j = i; j < z.length; j++) terms.push(i === j ? 1.5 * a * a - 0.5 : a * z[j]);
      });
      let waiting = 1;
      surface.coefficients.forEach((row, horizon) => {
        waiting *= 1 - expit(row.reduce((sum, value, term) => sum + value * terms[term], 0));
        const p = 1 - waiting;
        [p, p * p, (p * (1 - p)) ** 2].forEach((value, power) => { sums[horizon][power] += value / surface.over.length; });
      });
    });
    const ends = sums.map(([p, square, steep], horizon) => band(p, square - p * p + surface.rest[horizon] * steep));
    return { odds: sums.map((sum) => sum[0]), low: ends.map((one) => one[0]), high: ends.map((one) => one[1]) };
  }

  function band(p, variance) {
    const rho = Math.min(variance / (p * (1 - p)), 0.999);
    if (!(rho > 1e-9)) return [p, p];
    const spread = (1 - rho) / rho, tail = (1 - surface.level) / 2;
    const [low, high] = [tail, 1 - tail].map((share) => betaQuantile(p * spread, (1 - p) * spread, share));
    return [Math.min(low, p), Math.max(high, p)];
  }

  /* Lanczos' series for the logarithm of the gamma function. */
  const LANCZOS = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 1.208650973866179e-3, -5.395239384953e-6];
  function logGamma(x) {
    const sum = LANCZOS.reduce((found, value, place) => found + value / (x + 1 + place), 1.000000000190015);
    return (x + 0.5) * Math.log(x + 5.5) - (x + 5.5) + Math.log(2.5066282746310005 * sum / x);
  }

  /* Share of a Beta below x, by its continued fraction (Lentz). */
  function betaBelow(a, b, x) {
    if (x > (a + 1) / (a + b + 2)) return 1 - betaBelow(b, a, 1 - x);
    let d = 1 / (1 - (a + b) * x / (a + 1)), c = 1, found = d;
    for (let m = 1; m < 300; m++) {
      const steps = [m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))];
      const before = found;
      steps.forEach((step) => { d = 1 / (1 + step * d); c = 1 + step / c; found *= c * d; });
      if (Math.abs(found - before) < 1e-12 * found) break;
    }
    const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
    return Math.exp(front) * found / a;
  }

  function betaQuantile(a, b, share) {
    let low = 0, high = 1;
    for (let step = 0; step < 50; step++) {
      const middle = (low + high) / 2;
      if (betaBelow(a, b, middle) < share) low = middle; else high = middle;
    }
    return (low + high) / 2;
  }

  /* The headline of a share by a horizon, and an end of its band: Level.at and Level.headline of sim.statistics.level. */
  function leveled(p, place) {
    const level = surface.levels[place];
    if (level.plain) return p;
    return expit(level.intercept + level.slope * smoothLogit(p));
  }
  const smoothLogit = (p) => logit((p * surface.trials + 0.5) / (surface.trials + 1));
  function bandEnd(p, end, place, sign) {
    const level = surface.levels[place], open = (share) => share > 0 && share < 1;
    if (!open(end) || !open(p)) return open(end) ? leveled(end, place) : end;
    const reach = Math.hypot((logit(end) - logit(p)) * level.file_weight, level.other);
    return expit(logit(leveled(p, place)) + sign * reach);
  }

  /* A weekly curve of the base (odds, or an end of their band), moved in log odds as the surface moves the horizons. */
  function movedCurve(now, kind, model, shown) {
    const inside = (p) => Math.min(Math.max(p, 1e-12), 1 - 1e-12);
    const shifts = now[kind].map((p, place) => logit(inside(p)) - logit(inside(surface.untouched[kind][place])));
    return surface.curve.map((row, week) => {
      if (!held.size || row[shown] <= 0 || row[shown] >= 1 || row[model] <= 0 || row[model] >= 1) return row[shown];
      const next = surface.weeks.findIndex((end) => week <= end);
      let shift = shifts[Math.max(0, next)];
      if (next > 0) {
        const share = (week - surface.weeks[next - 1]) / (surface.weeks[next] - surface.weeks[next - 1]);
        shift = shifts[next - 1] + share * (shifts[next] - shifts[next - 1]);
      }
      const level = surface.levels[next < 0 ? surface.levels.length - 1 : next];
      const moved = level.plain ? shift : smoothLogit(expit(logit(row[model]) + shift)) - smoothLogit(row[model]);
      return expit(logit(row[shown]) + level.slope * moved);
    });
  }

  const percent = (p) => {
    const near = Math.round(100 * p);
    return near === 0 ? "under 1 %" : near === 100 && p < 1 ? "over 99 %" : near + " %";
  };
  const signed = (points) => (points > 0 ? "+" : points < 0 ? "\u2212" : "") + Math.abs(points);

  function oneIn(p) {
    if (p < surface.least) return "Less than 1 in 200";
    if (p > surface.most) return "Nearly certain";
    const far = (fraction) => Math.abs(fraction[0] - p) / Math.min(p, 0.5);
    const said = surface.fractions.reduce((best, one) => (far(one) < far(best) ? one : best))[1];
    return said[0].toUpperCase() + said.slice(1);
  }

  function movedData(data) {
    const found = structuredClone(data);
    const now = evaluate();
    const odds = movedCurve(now, "odds", "model", "p");
    const low = movedCurve(now, "low", "model_lo", "lo").map((p, week) => Math.min(p, odds[week]));
    const high = movedCurve(now, "high", "model_hi", "hi").map((p, week) => Math.max(p, odds[week]));
    found[0].y = [...high, ...low.reverse()].map((p) => 100 * p);
    low.reverse();
    found[2].y = odds.map((p) => 100 * p);
    found[2].customdata = odds.map((p, week) => "Moved: " + percent(p) + " (band " + range(low[week], high[week]) + ")");
    found[3].x = surface.weeks.map((week) => surface.curve[week].date);
    found[3].y = shown(now).map((p) => 100 * p);
    found[3].customdata = shown(now).map((p) => "Surface: " + percent(p));
    return found;
  }

  const shown = (now) => (held.size ? now.odds.map(leveled) : surface.base);
  const bands = (now) => (held.size
    ? now.odds.map((p, place) => [bandEnd(p, now.low[place], place, -1), bandEnd(p, now.high[place], place, 1)])
    : surface.bands);
  const range = (low, high) => {
    const ends = [low, high].map((end) => percent(end).replace(" %", ""));
    return (ends[0] === ends[1] ? ends[0] : ends.join(" to ")) + " %";
  };

  const stopWords = (input) => surface.inputs[input].stops[held.get(input)][1].toFixed(surface.inputs[input].decimals);

  function say() {
    const now = evaluate();
    const odds = shown(now), spans = bands(now);
    const last = odds.length - 1;
    const put = (id, text) => { document.getElementById(id).textContent = text; };
    put("moved-words", oneIn(odds[last]));
    put("moved-odds", percent(odds[last]));
    document.getElementById("moved-odds").dataset.odds = odds[last];
    put("moved-band", range(...spans[last]));
    document.getElementById("moved-band").dataset.band = spans[last].join(" ");
    put("moved-against", held.size ? "(the base: " + percent(surface.base[last]) + ")" : "");
    const value = (input) => stopWords(input);
    const order = [...held.keys()].sort((a, b) => a - b);
    put("moved-inputs", order.length
      ? "Moved inputs: " + order.map((input) => surface.inputs[input].words + " to " + value(input)).join("; ") + "."
      : "Nothing is moved: this is the base as it is.");
    put("moved-command", [surface.command, ...order.map((input) => surface.inputs[input].set + value(input))].join(" "));
    [...document.getElementById("moved-table").tBodies[0].rows].forEach((row, place) => {
      row.cells[1].textContent = percent(surface.base[place]);
      const [said, small] = row.cells[2].children;
      said.textContent = percent(odds[place]);
      small.textContent = range(...spans[place]).replace("under ", "<").replace("over ", ">");
      row.cells[3].textContent = signed(Math.round(100 * (odds[place] - surface.base[place])));
      row.cells[4].textContent = percent(now.odds[place]);
    });
    document.getElementById("release-all").disabled = !held.size;
    const state = new URLSearchParams(order.map((input) => [surface.inputs[input].name, value(input)])).toString();
    document.getElementById("moved-link").href = "#what-if" + (state && "?" + state);
    return state;
  }

  function showSlider(slider, input) {
    const range = slider.querySelector("input");
    const isHeld = held.has(input);
    range.value = isHeld ? held.get(input) : range.dataset.middle;
    const said = isHeld ? stopWords(input) : "not moved";
    slider.querySelector("output").textContent = said;
    range.setAttribute("aria-valuetext", isHeld ? said : "not moved, drawn from the whole range");
    slider.querySelector(".release").hidden = !isHeld;
    slider.classList.toggle("held", isHeld);
  }

  let isWaiting = false;
  function moved(isKept = true) {
    sliders.forEach(showSlider);
    const state = say();
    if (isKept) history.replaceState(null, "", "#what-if" + (state && "?" + state));
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => { isWaiting = false; draw(document.getElementById("chart-what-if")); });
  }

  function restore() {
    if (!location.hash.startsWith("#what-if?")) return;
    held.clear();
    new URLSearchParams(location.hash.slice("#what-if?".length)).forEach((text, name) => {
      const input = surface.inputs.findIndex((one) => one.name === name);
      const wanted = Number(text);
      if (input < 0 || !text || !Number.isFinite(wanted)) return;
      const far = (stop) => Math.abs(stop[1] - wanted);
      const stops = surface.inputs[input].stops;
      held.set(input, stops.reduce((best, stop, place) => (far(stop) < far(stops[best]) ? place : best), 0));
    });
    moved();
    document.getElementById("what-if").scrollIntoView();
  }

  function startSliders() {
    surface.untouched = evaluate();
    sliders.forEach((slider, input) => {
      const range = slider.querySelector("input");
      slider.querySelector(".middle").style.left = 100 * surface.inputs[input].central + "%";
      range.addEventListener("input", () => { held.set(input, Number(range.value)); moved(); });
      slider.querySelector(".release").addEventListener("click", () => {
        held.delete(input);
        moved();
        range.focus();
      });
    });
    document.getElementById("release-all").addEventListener("click", () => { held.clear(); moved(); sliders[0].querySelector("input").focus(); });
    window.addEventListener("hashchange", restore);
    moved(false);
  }

  document.documentElement.classList.remove("no-js");
  if (picker) {
    picker.value = "0"; // browsers restore an old choice on reload
    picker.addEventListener("change", pick);
  }
  document.querySelectorAll(".sort").forEach((button) => button.addEventListener("click", () => sortBy(button)));
  const box = document.getElementById("filter");
  box.addEventListener("input", () => filter(box));
  narrow.addEventListener("change", drawAll);
  if (surface) startSliders();
  pick();
  drawInTurn();
  if (surface) restore();
})();
