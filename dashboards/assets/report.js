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
    Plotly.react(place, structuredClone(figure.data), layout, config);
  }

  function drawAll() {
    document.querySelectorAll(".chart").forEach(draw);
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

  document.documentElement.classList.remove("no-js");
  if (picker) {
    picker.value = "0"; // browsers restore an old choice on reload
    picker.addEventListener("change", pick);
  }
  document.querySelectorAll(".sort").forEach((button) => button.addEventListener("click", () => sortBy(button)));
  const box = document.getElementById("filter");
  box.addEventListener("input", () => filter(box));
  narrow.addEventListener("change", drawAll);
  pick();
  drawAll();
})();
