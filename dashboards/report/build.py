"""The report: one HTML file with the odds, the comparison and the funnel, that opens offline from disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards import figures
from dashboards.report.computed_parts import both, figures_of, more_of
from dashboards.report.content import common_sides, content
from dashboards.report.sections import content_of_parts
from dashboards.report.sliders import surface_data
from dashboards.tables import runs as run_tables
from sim.errors import ParleyError
from sim.results import wording
from sim.statistics.horizons import horizons

if TYPE_CHECKING:
    from sim.analysis.sensitivity.uncertain_inputs import Progress
    from sim.evidence.forecasters.forecasters import ForecasterTable
    from sim.results.run import Run


def write_report(
    runs: Sequence[Run],
    path: Path,
    base: str | None = None,
    *,
    what_if: bool = True,
    progress: Progress | None = None,
) -> None:
    """Write the page over ``runs`` to ``path``; ``base`` names the run all others are set against (the first).

    ``what_if``: fit a surface for the page's sliders, which simulates some 106,000 trials of the base; ``progress`` is
    told how many of them are done.
    Raises ParleyError without runs, with an unknown base, or if another file than a report is there; ResourceError if
    the file cannot be written.
    """
    from dashboards.report.html_file import write_page

    write_page(Path(path), report(runs, base, what_if=what_if, progress=progress))


def report(
    runs: Sequence[Run], base: str | None = None, *, what_if: bool = True, progress: Progress | None = None
) -> str:
    """The page as text."""
    from dashboards.report.html_file import render

    if not runs:
        raise ParleyError("a report needs at least one run")
    found = [run for run in runs if base is None or run.name == base]
    if not found:
        raise ParleyError(f"base: there is no run {base!r}; there are {', '.join(run.name for run in runs)}")
    others = sorted((run for run in runs if run is not found[0]), key=lambda run: -last_odds(run))
    ordered = [found[0], *others]
    crowd = company(found[0])
    more = more_of(found[0], what_if, progress)
    data = drawn(ordered, crowd)
    data["figures"] |= figures_of(found[0], more)
    if surface := surface_data(found[0], more.response):
        data["surface"] = surface
    return render("report.html", data, {**content(ordered, crowd), **content_of_parts(found[0], more)})


def company(run: Run) -> ForecasterTable | str | None:
    """The crowd beside the base, where its scenario names one; why not, where its file cannot be read any more."""
    from sim.evidence.forecasters.forecasters import forecaster_table

    try:
        return forecaster_table(run)
    except ParleyError as problem:
        return str(problem)


def last_odds(run: Run) -> float:
    """Durable odds by the end of the run's horizon."""
    return float(list(run.summary["tiers"]["durable"].values())[-1]["p"])


# -- what the script draws --------------------------------------------------------------------------


def drawn(runs: Sequence[Run], crowd: ForecasterTable | str | None = None) -> dict[str, Any]:
    """Every figure with its layouts for wide and narrow screens; odds and funnel once per run, the base first."""
    from sim.evidence.forecasters.forecasters import in_words

    base, days = runs[0], max(horizons(runs[0].scenario))
    title = base.scenario.title
    curves = [run_tables.odds_by_date(run) for run in runs]
    rows = run_tables.comparison(runs, base, days)
    cell = base.summary["tiers"]["durable"][str(days)]
    found: dict[str, Any] = {"odds": [], "funnel": []}
    for run, curve in zip(runs, curves, strict=True):
        behind = None if run is base else curves[0]
        found["odds"].append(
            both(
                figures.odds_by_date,
                curve,
                title="Odds that a halt to the fighting has begun, by date",
                base=behind,
                base_title=title,
            )
        )
        found["funnel"].append(
            both(
                figures.funnel,
                run.summary["funnel"],
                title="How far 100 simulated futures get",
                base=None if run is base else base.summary["funnel"],
                base_title=title,
            )
        )
    found["endings"] = both(
        figures.endings,
        run_tables.endings(runs, base),
        title=f"How the war stands after {days} days",
        sides=common_sides(runs),
    )
    found["anatomy"] = both(figures.anatomy, run_tables.anatomy(runs, base), title="Reasons for failure, by scenario")
    if len(rows) > 1:
        found["forest"] = both(
            figures.forest,
            rows,
            title=f"Odds of a ceasefire that lasts 30 days or more, within {days} days",
            reference=cell["reference"],
        )
    if pairs := run_tables.paired(rows):
        found["differences"] = both(
            figures.differences, pairs, title=f"Difference from the base within {days} days, with common random numbers"
        )
    if crowd and not isinstance(crowd, str):
        said = f"The crowd of {in_words(crowd.asked)} and this model"
        found["crowd"] = both(figures.beside_crowd, run_tables.crowd(crowd), title=said, platforms=crowd.platforms)
    return {
        "figures": found,
        "scenarios": [{"supposes": run.scenario.supposes, "odds": odds_label(run)} for run in runs],
    }


def odds_label(run: Run) -> str:
    """What the curve shows, for those who do not see it."""
    parts = [f"{wording.percent(cell['p'])} by day {days}" for days, cell in run.summary["tiers"]["durable"].items()]
    return f"Odds of a ceasefire that lasts 30 days or more, {run.scenario.title}: {', '.join(parts)}."
