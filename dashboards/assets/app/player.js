"use strict";
/* The page of one trial: a cursor over its weeks, moved by buttons, slider, keys or a clock; the story follows. */
(function () {
  const STEP_MS = 350;
  const WORDS = { w: "at war", r: "at war, a round is held", f: "at war, a round fails", h: "a halt is in force", i: "a ceasefire imposed by the victor is in force", o: "the war is over" };
  let week = 0, clock = null, shown = null;

  const controls = () => document.getElementById("trial-controls");
  const slider = () => document.getElementById("trial-week");
  const dates = () => controls().dataset.dates.split(" ");
  const button = (does) => controls().querySelector(`[data-player="${does}"]`);

  const inWords = (date) => new Date(date + "T00:00:00Z")
    .toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

  function show(to, isFollowed) {
    const all = dates();
    week = Math.max(0, Math.min(all.length - 1, to));
    const date = all[week], range = slider();
    if (range && Number(range.value) !== week) {
      range.value = String(week);
      window.dash_clientside.set_props("trial-week", { value: week });
    }
    if (range) range.setAttribute("aria-valuetext", `week ${week + 1}, ${inWords(date)}`);
    const state = controls().dataset.states.split(" ")[week];
    document.getElementById("trial-now").textContent = `Week ${week + 1} of ${all.length}, from ${inWords(date)}: ${WORDS[state]}`;
    const drawn = document.querySelector("#trial-weeks .js-plotly-plot");
    if (drawn && drawn.layout && window.Plotly) {
      window.Plotly.relayout(drawn, { "shapes[0].x0": date, "shapes[0].x1": date });
    }
    tell(isFollowed);
  }

  function tell(isFollowed) {
    let last = null;
    document.querySelectorAll("#trial-story li").forEach((line) => {
      const at = Number(line.dataset.week);
      line.dataset.when = at < week ? "past" : at === week ? "now" : "later";
      if (at <= week) last = line;
    });
    const box = document.getElementById("trial-story-box");
    if (isFollowed && last && box) {
      box.scrollTop += last.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom + 8;
      const above = last.getBoundingClientRect().top - box.getBoundingClientRect().top;
      if (above < 0) box.scrollTop += above - 8;
    }
  }

  function pause() {
    if (clock !== null) window.clearInterval(clock);
    clock = null;
    const play = controls() && button("play");
    if (play) play.textContent = "Play";
    const now = document.getElementById("trial-now");
    if (now) now.setAttribute("aria-live", "polite");
  }

  function play() {
    if (clock !== null) return pause();
    if (week >= dates().length - 1) show(0, true);
    document.getElementById("trial-now").setAttribute("aria-live", "off");
    button("play").textContent = "Pause";
    clock = window.setInterval(() => {
      if (!controls() || week >= dates().length - 1) return pause();
      show(week + 1, true);
    }, STEP_MS);
  }

  function go(does) {
    if (does === "play") return play();
    pause();
    show({ first: 0, back: week - 1, next: week + 1, last: dates().length - 1 }[does], true);
  }

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest && event.target.closest("[data-player]");
    if (pressed) go(pressed.dataset.player);
    if (event.target.id === "trial-go") jump();
  });

  document.addEventListener("input", (event) => {
    if (event.target.id === "trial-week") { pause(); show(Number(event.target.value), true); }
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.id === "trial-number" && event.key === "Enter") return jump();
    if (!controls() || event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = event.target.closest && event.target.closest("#trial-player");
    if (!inside || event.target.id === "trial-week" || event.target.id === "trial-story-box") return;
    const does = { ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last" }[event.key];
    if (does) { event.preventDefault(); go(does); }
    if (event.key === " " && event.target.tagName !== "BUTTON" && event.target.tagName !== "SUMMARY") { event.preventDefault(); go("play"); }
  });

  function jump() {
    const field = document.getElementById("trial-number");
    const search = new URLSearchParams(window.location.search);
    search.set("trial", field.value.trim().slice(0, 12));
    window.dash_clientside.set_props("url", { search: "?" + search.toString().replaceAll("%2F", "/") });
  }

  /* A new trial begins at its first week, with the cursor where the chart has it. */
  function begin() {
    const here = controls();
    if (here === shown) return;
    shown = here;
    pause();
    if (here) { week = 0; window.setTimeout(() => { if (controls() === here) show(0, false); }, 0); }
  }
  new MutationObserver(begin).observe(document.documentElement, { childList: true, subtree: true });
})();
