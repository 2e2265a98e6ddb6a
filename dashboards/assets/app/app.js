"use strict";
/* What Dash does not do: how wide the screen is, the page's title, native selects, tables of charts, sorting. */
(function () {
  const narrow = window.matchMedia("(max-width: 760px)");
  const width = () => (narrow.matches ? "narrow" : "wide");
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  let hasShown = false;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    parley: {
      screen: () => width(),
      title: (words) => {
        if (words) {
          const isNew = document.title !== words;
          document.title = words;
          if (hasShown && isNew) {
            window.scrollTo(0, 0);
            const head = document.querySelector("#page h1");
            if (head) head.focus({ preventScroll: true });
          }
          hasShown = true;
        }
        return window.dash_clientside.no_update;
      },
    },
  });

  narrow.addEventListener("change", () => set("screen", { data: width() }));

  /* A select keeps what the server says until the reader picks something else. */
  function syncSelects() {
    document.querySelectorAll("select[data-value]").forEach((select) => {
      if (select.dataset.synced !== select.dataset.value) {
        select.value = select.dataset.value;
        select.dataset.synced = select.dataset.value;
      }
    });
    document.querySelectorAll("#nav a").forEach((link) => {
      if (link.classList.contains("here")) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
  }

  document.addEventListener("change", (event) => {
    const select = event.target;
    if (!select.matches || !select.matches("select")) return;
    if (select.dataset.go === "scenario") {
      set("url", { search: "?scenario=" + encodeURIComponent(select.value).replaceAll("%2F", "/") });
    } else if (select.dataset.store) {
      set(select.dataset.store, { data: select.value });
    }
  });

  /* ---- the numbers of a chart, as a table made when it is opened ---- */
  /* Texts of charts hold our own tags and the scenario's words escaped: tags go first, then the words are as written. */
  const plain = (text) => String(text).replace(/<br ?\/?>/g, " ").replace(/<extra>.*?<\/extra>/g, "").replace(/<\/?(b|i|u|s|em|strong|sub|sup|span|a)(\s[^<>]*)?>/g, "")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

  function cell(row, kind, text) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (kind === "th") made.scope = "row";
    row.append(made);
  }

  function places(axis) {
    const found = new Map();
    if (axis && axis.ticktext && axis.tickvals) axis.tickvals.forEach((at, i) => found.set(String(at), plain(axis.ticktext[i])));
    return found;
  }

  /* Rows are at 0, 1, 2 ...: marks beside a row's middle belong to it. Other axes with words are scales of numbers. */
  function isOfRows(axis) {
    return axis.tickvals.every((at, i) => at === i);
  }

  function list(values) {
    if (!values) return [];
    if (values.bdata !== undefined) return Array.from(values._inputArray || []);
    return Array.from(values);
  }

  function fill(details) {
    const box = document.getElementById(details.dataset.chart + "-numbers");
    const drawn = document.querySelector("#" + details.dataset.chart + " .js-plotly-plot");
    if (!box || !drawn || !drawn.data) return;
    const onX = places(drawn.layout.xaxis), onY = places(drawn.layout.yaxis);
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    ["What", "At", "Value"].forEach((words) => {
      const made = document.createElement("th");
      made.scope = "col";
      made.textContent = words;
      head.append(made);
    });
    const body = table.createTBody();
    drawn.data.forEach((trace) => {
      if (trace.hoverinfo === "skip" && trace.fill) return;
      const x = list(trace.x), y = list(trace.y), said = list(trace.customdata);
      const isAcross = onY.size > 0 && isOfRows(drawn.layout.yaxis);
      for (let i = 0; i < Math.max(x.length, y.length); i++) {
        if (x[i] === null || y[i] === null || x[i] === undefined || y[i] === undefined) continue;
        const row = body.insertRow();
        const nearest = onY.get(String(y[i])) || (Math.abs(y[i] - Math.round(y[i])) < 0.5 ? onY.get(String(Math.round(y[i]))) : undefined);
        const at = isAcross ? (nearest || y[i]) : (onX.get(String(x[i])) || x[i]);
        const value = typeof said[i] === "string" && said[i] ? plain(said[i]) : isAcross ? x[i] : y[i];
        cell(row, "th", plain(trace.name || ""));
        cell(row, "td", String(at));
        cell(row, "td", typeof value === "number" ? String(Math.round(100 * value) / 100) : String(value));
      }
    });
    box.replaceChildren(table);
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "region");
    const picture = document.getElementById(details.dataset.chart + "-picture");
    box.setAttribute("aria-label", "Numbers of: " + ((picture && picture.getAttribute("aria-label")) || details.dataset.chart));
    if (!drawn.dataset.watched) {
      drawn.dataset.watched = "yes";
      drawn.on("plotly_afterplot", () => { if (details.open) fill(details); });
    }
  }

  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (details.matches && details.matches("details.as-table") && details.open) fill(details);
  }, true);

  /* ---- tables that can be sorted ---- */
  function sortBy(button) {
    const head = button.closest("th"), body = head.closest("table").tBodies[0], column = head.cellIndex;
    const now = head.getAttribute("aria-sort");
    const falling = now ? now === "ascending" : column > 0;
    const value = (row) => {
      const one = row.cells[column];
      return one.dataset.value === undefined ? one.textContent : Number(one.dataset.value);
    };
    const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
    const rows = [...body.rows].sort((a, b) => (falling ? -1 : 1) * order(value(a), value(b)));
    body.append(...rows);
    head.closest("tr").querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button.sort");
    if (button) sortBy(button);
  });

  /* ---- filters: rows that hold every word ---- */
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (box.id === "sources-filter" || box.id === "sources-standing") filterSources();
  });

  function filterSources() {
    const wanted = document.getElementById("sources-filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const standing = document.getElementById("sources-standing").value;
    const rows = [...document.querySelectorAll("#sources-rows tbody tr")];
    let shown = 0;
    rows.forEach((row) => {
      const text = row.textContent.toLowerCase();
      row.hidden = (standing !== "" && row.dataset.standing !== standing) || !wanted.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    });
    document.getElementById("sources-count").textContent = shown + " of " + rows.length;
  }

  window.parleyOnChange = [syncSelects];
  new MutationObserver(() => window.parleyOnChange.forEach((one) => one()))
    .observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-value", "data-spec", "class"] });
})();
