"use strict";
/* The sliders of "What if": built from the schema's list, one request at a time, the latest state always last. */
(function () {
  const levels = ["absent", "aides", "ministers", "leaders"];
  const patience = 15000;
  const rest = 40; /* milliseconds between two values told to the server while a slider is held */
  const calm = 500; /* of quiet before the answer from all trials and the reasons are asked for */
  const again = 4000; /* before they are asked for once more, if they did not come: the server was busy */
  let spec = null, changes = {}, number = 0, inFlight = 0, isWaiting = false, timer = 0, built = "";
  let aheadTimer = 0, aheadOf = "", calmTimer = 0, isByKey = false, next = null;
  const byPath = new Map();

  const make = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => {
      if (name === "text") made.textContent = value;
      else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    });
    made.append(...children);
    return made;
  };

  const neat = (value) => Number(Number(value).toPrecision(4)).toString();

  function near(control, value) {
    if (control.kind === "level" || !control.landmarks.length) return "";
    return "near “" + control.landmarks.reduce((a, b) => (Math.abs(b[0] - value) < Math.abs(a[0] - value) ? b : a))[1] + "”";
  }

  function inWords(control, value) {
    if (control.kind === "level") return levels[value] || String(value);
    return [neat(value), near(control, value)].filter(Boolean).join(", ");
  }

  /* ---- asking the server: one at a time ---- */
  function asked(set) {
    return { scenario: document.getElementById("what-if-controls").dataset.scenario, set: set, number: number,
      narrow: window.matchMedia("(max-width: 760px)").matches };
  }

  function send() {
    clearTimeout(aheadTimer);
    clearTimeout(calmTimer);
    aheadTimer = 0;
    if (inFlight) { isWaiting = true; return; }
    isWaiting = false;
    inFlight = ++number;
    const page = document.getElementById("what-if");
    page.setAttribute("data-state", "simulating");
    page.setAttribute("data-reasons", "old");
    window.dash_clientside.set_props("what-if-changes", { data: asked(changes) });
    clearTimeout(timer);
    timer = setTimeout(() => {
      inFlight = 0;
      const said = document.getElementById("what-if");
      if (said) said.setAttribute("data-state", "no-answer");
    }, patience);
  }

  /* While a slider is held, the server is told where it rests; what it had begun for another value it gives up. */
  function ahead(control) {
    clearTimeout(calmTimer);
    if (inFlight || aheadTimer) return;
    aheadTimer = setTimeout(() => {
      aheadTimer = 0;
      tellAhead(changed(control, control.input().value));
    }, rest);
  }

  function tellAhead(set) {
    const key = JSON.stringify(set);
    if (inFlight || key === aheadOf || !Object.keys(set).length) return Promise.resolve();
    aheadOf = key;
    return fetch("/what-if/ahead", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked(set)) }).catch(() => {});
  }

  /* Whoever moves a slider by key often presses the same key again: where that would lead is simulated meanwhile. */
  function expect(control, before, after) {
    const low = Number(control.input().min), high = Number(control.input().max), value = after + (after - before);
    next = isByKey && after !== before && value >= low && value <= high ? { control, value } : null;
  }

  /* Whoever comes to a slider by key will press an arrow: both ways are simulated while the reader looks. */
  function lookAround(control) {
    const input = control.input(), now = Number(input.value), step = Number(input.step);
    const ways = [now + step, now - step].filter((one) => one >= Number(input.min) && one <= Number(input.max));
    const go = (left) => {
      if (left.length && document.activeElement === input && !inFlight) tellAhead(changed(control, left[0])).then(() => go(left.slice(1)));
    };
    go(ways);
  }

  /* All trials, and why they fail, take longer than a first answer: asked for once nothing moves. */
  function askReasons() {
    const page = document.getElementById("what-if");
    if (inFlight || isWaiting || !page || page.getAttribute("data-reasons") === "shown") return;
    window.dash_clientside.set_props("what-if-calm", { data: asked(changes) });
    calmTimer = setTimeout(askReasons, again);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.parley = Object.assign({}, window.dash_clientside.parley, {
    reasons: () => {
      const page = document.getElementById("what-if");
      if (page && !inFlight && !isWaiting) page.setAttribute("data-reasons", "shown");
      return window.dash_clientside.no_update;
    },
    done: (result) => {
      if (result && result.number === inFlight) {
        clearTimeout(timer);
        inFlight = 0;
        const page = document.getElementById("what-if");
        if (page) page.setAttribute("data-state", result.is_busy ? "busy" : "done");
        if (result.is_busy) setTimeout(send, 900);
        else if (isWaiting) send();
        else {
          history.replaceState(history.state, "", location.pathname + result.link);
          clearTimeout(calmTimer);
          const shown = result.number; /* the reasons wait for what is simulated ahead, which would else give way */
          (next ? tellAhead(changed(next.control, next.value)) : Promise.resolve()).then(() => {
            if (number !== shown || inFlight) return;
            clearTimeout(calmTimer);
            calmTimer = setTimeout(askReasons, calm);
          });
        }
      }
      return window.dash_clientside.no_update;
    },
  });

  /* ---- what is changed ---- */
  function changed(control, value) {
    const text = String(Number(Number(value).toPrecision(6))), set = Object.assign({}, changes);
    if (Number(text) === control.value) delete set[control.path];
    else set[control.path] = text;
    return set;
  }

  function change(control, value) {
    const before = Object.hasOwn(changes, control.path) ? Number(changes[control.path]) : control.value;
    if (control.kind === "level") next = null;
    else expect(control, before, Number(value));
    changes = changed(control, value);
    show(control);
    list();
    send();
  }

  function show(control) {
    const has = Object.hasOwn(changes, control.path), value = has ? Number(changes[control.path]) : control.value;
    const parts = byPath.get(control.path);
    if (!parts) return;
    parts.input.value = String(value);
    if (parts.exact) parts.exact.value = String(Number(Number(value).toPrecision(6)));
    if (control.kind !== "level") parts.input.setAttribute("aria-valuetext", inWords(control, value));
    parts.said.textContent = near(control, value);
    parts.row.classList.toggle("changed", has);
    parts.reset.hidden = !has;
  }

  function list() {
    const box = document.getElementById("what-if-changed"), all = document.getElementById("what-if-reset");
    if (!box || !all) return;
    const paths = Object.keys(changes);
    all.disabled = paths.length === 0;
    if (!paths.length) { box.replaceChildren(make("p", { class: "note", text: "Nothing is changed." })); return; }
    const items = paths.map((path) => {
      const control = spec.controls.find((one) => one.path === path);
      const name = control ? control.group + ": " + control.label : path;
      const from = control ? inWords(control, control.value) : "?", to = control ? inWords(control, Number(changes[path])) : changes[path];
      const undo = make("button", { type: "button", class: "undo", "aria-label": "Take back " + name, text: "take back" });
      undo.addEventListener("click", () => reset([path]));
      return make("li", {}, make("strong", { text: name }), " " + from + " → " + to + " ", undo);
    });
    box.replaceChildren(make("p", { class: "note", text: paths.length + (paths.length === 1 ? " change" : " changes") }), make("ul", {}, ...items));
  }

  function reset(paths) {
    paths.forEach((path) => delete changes[path]);
    changes = Object.assign({}, changes);
    spec.controls.forEach(show);
    list();
    send();
  }

  /* ---- building ---- */
  function ticks(control) {
    const across = (value) => (100 * (value - control.low)) / (control.high - control.low || 1);
    const names = control.marks.length === 3 ? ["low", "central", "high"] : ["as it is"];
    const row = make("div", { class: "marks", "aria-hidden": "true" });
    control.marks.forEach((value, i) => {
      const at = across(value);
      if (at < -1 || at > 101) return;
      const mark = make("span", { class: "mark" + (names[i] === "central" || control.marks.length === 1 ? " central" : ""), title: names[i] + " " + neat(value) });
      mark.style.left = "calc(8px + (100% - 16px) * " + (at / 100).toFixed(4) + ")";
      row.append(mark);
    });
    return row;
  }

  function built_row(control, place) {
    const id = "control-" + place;
    const said = make("span", { class: "said" });
    const back = make("button", { type: "button", class: "undo", hidden: true, "aria-label": "Reset " + control.group + ": " + control.label, text: "reset" });
    const about = [control.meaning, control.unit && "unit: " + control.unit, control.standing + (control.source ? ": " + control.source : "")].filter(Boolean).join(" · ");
    const label = make("label", { for: id, title: about, text: control.label });
    let input, exact = null, extra = [];
    if (control.kind === "level") {
      input = make("select", { id: id }, ...levels.map((words, i) => make("option", { value: i, text: i + ", " + words })));
    } else {
      input = make("input", { id: id, type: "range", min: control.low, max: control.high, step: control.step, title: about });
      const ends = control.marks.length === 3 ? "low " + neat(control.marks[0]) + ", central " + neat(control.marks[1]) + ", high " + neat(control.marks[2]) : "as it is " + neat(control.marks[0]);
      exact = make("input", { id: id + "-exact", class: "exact", type: "number", min: control.least, max: control.most, step: "any", "aria-label": control.group + ": " + control.label + ", exact" });
      exact.addEventListener("change", () => {
        const wanted = exact.value === "" ? NaN : Number(exact.value);
        if (!Number.isFinite(wanted)) { show(control); return; }
        const low = control.least === null ? -Infinity : control.least, high = control.most === null ? Infinity : control.most;
        change(control, Math.min(high, Math.max(low, wanted)));
      });
      extra = [ticks(control), make("p", { class: "ends", text: ends })];
      input.addEventListener("input", () => {
        said.textContent = near(control, Number(input.value));
        input.setAttribute("aria-valuetext", inWords(control, Number(input.value)));
        exact.value = String(Number(Number(input.value).toPrecision(6)));
        ahead(control);
      });
    }
    input.dataset.path = control.path;
    control.input = () => input;
    input.addEventListener("keydown", () => { isByKey = true; });
    input.addEventListener("focus", () => { if (input.matches(":focus-visible")) lookAround(control); });
    input.addEventListener("pointerdown", () => { isByKey = false; });
    input.addEventListener("change", () => change(control, input.value));
    back.addEventListener("click", () => { reset([control.path]); input.focus(); });
    const source = make("p", { class: "about", id: id + "-about", text: about });
    input.setAttribute("aria-describedby", id + "-about");
    const row = make("div", { class: "control", "data-words": (control.group + " " + control.path + " " + about).toLowerCase() },
      make("div", { class: "control-head" }, label, said, back), make("div", { class: "setter" }, input, ...(exact ? [exact] : [])), ...extra, source);
    byPath.set(control.path, { input, exact, said, row, reset: back });
    return row;
  }

  function group(entry, places) {
    const own = spec.controls.filter((one) => one.group === entry.name);
    const rows = (list) => list.map((one) => built_row(one, places.get(one.path)));
    const main = rows(own.filter((one) => one.is_main)), rest = rows(own.filter((one) => !one.is_main));
    const body = [...main];
    if (rest.length) body.push(main.length
      ? make("details", { class: "rest" }, make("summary", { text: rest.length + " more" }), ...rest)
      : make("div", { class: "rest" }, ...rest));
    return make("details", { class: "group", "data-group": entry.name }, make("summary", {}, make("strong", { text: entry.label || entry.name }), make("span", { class: "note", text: " " + own.length })), ...body);
  }

  function filter(box, root) {
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    root.querySelectorAll(".control").forEach((row) => { row.hidden = !wanted.every((word) => row.dataset.words.includes(word)); });
    root.querySelectorAll("details").forEach((one) => {
      const hits = one.querySelectorAll(".control:not([hidden])").length;
      one.hidden = hits === 0;
      if (wanted.length) one.open = true;
      else if (one.dataset.wasOpen === undefined) one.open = one.dataset.first === "yes";
    });
  }

  function build() {
    const root = document.getElementById("what-if-controls");
    if (!root || !root.dataset.spec) { built = ""; return; }
    const key = root.dataset.scenario + root.dataset.start;
    if (built === key && root.childElementCount) return;
    built = key;
    spec = JSON.parse(root.dataset.spec);
    changes = JSON.parse(root.dataset.start || "{}");
    inFlight = 0;
    aheadOf = "";
    isWaiting = false;
    byPath.clear();
    const places = new Map(spec.controls.map((one, i) => [one.path, i]));
    const groups = spec.groups.filter((one) => spec.controls.some((control) => control.group === one.name)).map((one) => group(one, places));
    groups.slice(0, 2).forEach((one) => { one.open = true; one.dataset.first = "yes"; });
    const box = make("input", { id: "what-if-filter", type: "search", placeholder: "strain, monitoring, US ...", spellcheck: "false" });
    box.addEventListener("input", () => filter(box, root));
    root.replaceChildren(make("p", { class: "picker" }, make("label", { for: "what-if-filter", text: "Find a number" }), box), ...groups);
    spec.controls.forEach(show);
    const all = document.getElementById("what-if-reset");
    all.onclick = () => reset(Object.keys(changes));
    list();
    if (Object.keys(changes).length) {
      Object.keys(changes).forEach((path) => {
        const parts = byPath.get(path);
        for (let up = parts && parts.row.parentElement; up && up !== root; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
      });
      send();
    }
  }

  (window.parleyOnChange = window.parleyOnChange || []).push(build);
})();
