"""What the report works out beyond its runs: the fitted surface, the bargaining range, two or three told trials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboards import rounding
from dashboards.figures import sensitivity
from dashboards.figures.bargaining_range import ranges
from dashboards.figures.positions import positions
from dashboards.figures.primitives import hover
from dashboards.figures.survival import survival
from dashboards.figures.terms import agreed_terms
from dashboards.report.sliders import curve, moved_table, reach, spread
from dashboards.tables import terms, why
from dashboards.tables.studies import input_words
from dashboards.theme import Figure
from sim.analysis.sensitivity.uncertain_inputs import Progress
from sim.errors import ParleyError
from sim.scenario.schema.labels import sides_called

if TYPE_CHECKING:
    from sim.analysis.failure.bargaining_range import RangeOverTime
    from sim.analysis.replay.replay import Replay
    from sim.analysis.surrogate.surrogate import Response
    from sim.results.run import Run

TOLD = ("first lasting halt", "closest miss")
MOST_TOLD = 3


@dataclass(frozen=True)
class More:
    """What was worked out of the base run; nothing of it where its trials do not come out the same again.

    ``why_not``: why there are no sliders where somebody may look for them, as a sentence.
    """

    response: Response | None = None
    ranges: RangeOverTime | None = None
    told: tuple[tuple[str, Replay], ...] = ()
    why_not: str = ""


def more_of(run: Run, what_if: bool = True, progress: Progress | None = None) -> More:
    """The surface (unless ``what_if`` is false, or nothing can be moved), the ranges and the stories of ``run``."""
    from sim.analysis.failure.bargaining_range import range_over_time
    from sim.analysis.replay.replay import replay_run
    from sim.analysis.surrogate.fit import response

    if run.n_trials == 0:
        return More()
    try:
        replay_run(run, 0)
    except ParleyError:
        return More(why_not=another_model(run))
    surface, why_not = None, ""
    if what_if:
        level = [cell["model"] for cell in run.summary["tiers"]["durable"].values()]
        try:
            surface = response(
                run.scenario, level=level, spread=spread(run), counted=run.n_trials, seed=run.seed, progress=progress
            )
        except ParleyError:
            why_not = "There are no sliders here: no number of this scenario is uncertain and can be moved by itself."
    return More(surface, range_over_time(run), told(run), why_not)


def another_model(run: Run) -> str:
    """Why this engine cannot speak for the run: it would tell of another model."""
    from sim.storage.provenance import engine_digest

    if run.manifest.get("parties"):
        made = "This run was made with parties of its maker's own, which this page does not have"
    elif run.manifest.get("engine", engine_digest()) != engine_digest():
        made = "This run was made by another version of the engine than the one that wrote this page"
    else:
        made = "This run's trials do not come out the same again"
    return f"{made}, so there are no sliders here: they would speak of another model. Run the scenario again for them."


def told(run: Run) -> tuple[tuple[str, Replay], ...]:
    """Trials worth telling: the first lasting halt, the closest miss, the first that failed for the main reason."""
    from dashboards.tables.trial import worth_a_look
    from sim.analysis.replay.replay import replay_run

    finds = worth_a_look(run)
    failed = next((row for row in finds if row["words"].startswith("failed")), None)
    wanted = [row for row in finds if row["words"].startswith(TOLD)] + ([failed] if failed else [])
    return tuple((row["words"], replay_run(run, row["trial"])) for row in wanted[:MOST_TOLD])


# -- figures ----------------------------------------------------------------------------------------


def both(make: Callable[..., Figure], table: Any, **options: Any) -> dict[str, Any]:
    """A figure's data with its two layouts."""
    wide, narrow = (make(table, narrow=is_narrow, **options) for is_narrow in (False, True))
    return {"data": wide["data"], "wide": wide["layout"], "narrow": narrow["layout"]}


def figures_of(run: Run, more: More) -> dict[str, Any]:
    """The figures of these parts, by the name under which the page asks for them."""
    sides = sides_called(run.scenario)
    title = "What the sides want, and what they have ruled out"
    found = {"positions": both(positions, why.positions(run.scenario), title=title, sides=sides)}
    if more.ranges:
        for number, track in enumerate(more.ranges.tracks):
            if rows := why.ranges(more.ranges, track.name):
                words = f"{track.label}: what either side could accept"
                found[f"range-{number}"] = both(ranges, rows, title=words, sides=sides)
    if terms.n_halts(run):
        if rows := terms.terms(run):
            found["terms"] = both(agreed_terms, rows, title="Terms of the first agreed halt", sides=sides)
        rows, past = terms.survival(run), terms.evidence()
        found["survival"] = both(survival, rows, evidence=past, title="How long agreed halts hold")
    if more.response:
        found["what-if"] = both(curve, moved_table(run), top=reach(run, more.response))
    if more.response and odds_vary(more.response):
        none = more.response.at({})[-1]
        found["tornado"] = unmoved(
            both(
                sensitivity.tornado,
                bars(more.response),
                central=none,
                title=f"One input at a time, odds within {more.response.days[-1]} days",
            )
        )
    return found


def unmoved(drawn: dict[str, Any]) -> dict[str, Any]:
    """The tornado's words on hover, for bars in which the other inputs are drawn and not central."""
    for trace in drawn["data"]:
        said = [text.replace("all central", "nothing moved") for text in trace["customdata"]]
        trace.update(hover(said))
    return drawn


def odds_vary(found: Response) -> bool:
    """Whether any input alone moves the odds by more than the error of the surface; if not, none is drawn."""
    return any(row["is_clear"] for row in bars(found))


def bars(found: Response) -> list[dict[str, Any]]:
    """A row per input, as ``tables_of_studies.bars``: the odds with it low and high, every other input drawn.

    The interval of the difference is two rmse of the surface.
    """
    rows = []
    for one in found.inputs:
        low, high = (found.at({one.name: share})[-1] for share in (one.stops[0][0], one.stops[-1][0]))
        difference, unsure = high - low, 2 * found.rmse[-1]
        rows.append(
            {
                "input": one.name,
                "words": input_words(one.name),
                "values": rounding.span(one.stops[0][1], one.stops[-1][1]),
                "low": low,
                "central": found.at({})[-1],
                "high": high,
                "difference": difference,
                "lo": max(-1.0, difference - unsure),
                "hi": min(1.0, difference + unsure),
                "is_clear": abs(difference) > unsure,
            }
        )
    return sorted(rows, key=lambda row: -abs(row["difference"]))
