"""What the report works out beyond its runs: the fitted surface, the bargaining range, two or three told trials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboards import tables, tables_of_terms, tables_of_why
from dashboards.figures import influence
from dashboards.figures.distance import positions
from dashboards.figures.pieces import hover, line, marks
from dashboards.figures.range_picture import ranges
from dashboards.figures.survival import survival
from dashboards.figures.terms import agreed_terms
from dashboards.figures.theme import BEHIND, BLUE, Figure, axis, figure, percent_axis, percents
from dashboards.tables_of_studies import input_words
from sim.errors import ParleyError
from sim.experiment.anchoring import anchored, reference_at
from sim.experiment.words import percent
from sim.study.inputs import HIGH, LOW, Progress

if TYPE_CHECKING:
    from sim.experiment.run import Run
    from sim.study.range_over_time import RangeOverTime
    from sim.study.replay import Replay
    from sim.study.response_surface import Response

TOLD = ("first lasting halt", "closest miss")
MOST_TOLD = 3


@dataclass(frozen=True)
class More:
    """What was worked out of the base run; nothing of it where its trials do not come out the same again."""

    response: Response | None = None
    ranges: RangeOverTime | None = None
    told: tuple[tuple[str, Replay], ...] = ()


def more_of(run: Run, what_if: bool = True, progress: Progress | None = None) -> More:
    """The surface (unless ``what_if`` is false, or nothing can be moved), the ranges and the stories of ``run``."""
    from sim.study.range_over_time import range_over_time
    from sim.study.replay import replay_run
    from sim.study.response import response

    if run.n_trials == 0:
        return More()
    try:
        replay_run(run, int(run.columns["trial"][0]))
    except ParleyError:
        return More()  # made with parties of one's own or by another version: this engine would tell of another model
    surface = None
    if what_if:
        level = [cell["model"] for cell in run.summary["tiers"]["durable"].values()]
        try:
            surface = response(run.scenario, level=level, seed=run.seed, progress=progress)
        except ParleyError:
            surface = None  # nothing in the scenario is uncertain
    return More(surface, range_over_time(run), told(run))


def told(run: Run) -> tuple[tuple[str, Replay], ...]:
    """Trials worth telling: the first lasting halt, the closest miss, the first that failed for the main reason."""
    from dashboards.tables_of_trial import worth_a_look
    from sim.study.replay import replay_run

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
    sides = {"A": run.scenario.sides.A, "B": run.scenario.sides.B}
    title = "What the sides want, and what they have ruled out"
    found = {"positions": both(positions, tables_of_why.positions(run.scenario), title=title, sides=sides)}
    for number, track in enumerate(more.ranges.tracks if more.ranges else ()):
        if rows := tables_of_why.ranges(more.ranges, track.name):
            found[f"range-{number}"] = both(
                ranges, rows, title=f"{track.label}: what either side could accept", sides=sides
            )
    if tables_of_terms.n_halts(run):
        if rows := tables_of_terms.terms(run):
            found["terms"] = both(agreed_terms, rows, title="Terms of the first agreed halt", sides=sides)
        rows, past = tables_of_terms.survival(run), tables_of_terms.evidence()
        found["survival"] = both(survival, rows, evidence=past, title="How long agreed halts hold")
    if more.response:
        found["what-if"] = both(curve, moved_table(run), top=reach(run, more.response))
        none = more.response.at({})[-1]
        found["tornado"] = unmoved(
            both(
                influence.tornado,
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
                "values": f"{one.stops[0][1]:.3g} to {one.stops[-1][1]:.3g}",
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


def moved_table(run: Run) -> list[dict[str, Any]]:
    """A row per week for the page's own curve: ``date``, ``day``, ``p`` (headline), ``model``, ``reference``."""
    return [
        {**{key: row[key] for key in ("date", "day", "model", "reference")}, "p": row["durable"]}
        for row in tables.odds_by_date(run)
    ]


def curve(table: Any, *, title: str = "", top: float, narrow: bool = False) -> Figure:
    """The base's odds by date with the moved ones before it; the page's script moves the second line and the dots."""
    dates, odds = [row["date"] for row in table], [row["p"] for row in table]
    said = [percent(p) for p in odds]
    data = [
        line("the scenario as it is", dates, percents(odds), BEHIND, 2.5) | hover(f"As it is: {text}" for text in said),
        line("with what you moved", dates, percents(odds), BLUE, 3.5) | hover(f"Moved: {text}" for text in said),
        marks("what the surface gives", [], [], {"symbol": "circle", "size": 10, "color": BLUE}, []),
    ]
    return figure(
        title or "Odds of a ceasefire that lasts 30 days or more, by date",
        data,
        xaxis=axis(
            "Date by which the halt has begun",
            type="date",
            tickformat="%b<br>%Y",
            hoverformat="%-d %B %Y",
            showgrid=False,
        ),
        yaxis=percent_axis("Odds", percents([top]), narrow),
        height=430 if narrow else 420,
        narrow=narrow,
        legend_rows=3 if narrow else 1,
        legend_gap=78,
        hovermode="x unified",
    )


def reach(run: Run, found: Response) -> float:
    """The highest headline that the sliders can reach, so that the axis need not move."""
    best: dict[str, float] = {}
    for one in found.inputs:
        ends = (one.stops[0][0], one.stops[-1][0])
        low, high = (found.at({**best, one.name: share})[-1] for share in ends)
        best[one.name] = ends[0] if low > high else ends[1]
    return headline(run, found.at(best)[-1])


def headline(run: Run, p: float) -> float:
    """The model's odds by the last horizon as the page shows them: anchored where there is a reference class."""
    days = max(map(int, run.summary["tiers"]["durable"]))
    return anchored(p, run.n_trials, reference_at(run.scenario, "durable", days))


# -- what the page's sliders read -------------------------------------------------------------------


def surface_data(run: Run, more: More) -> dict[str, Any] | None:
    """All that the page's script needs to evaluate the surface and to say what it found; None without a surface."""
    import shlex

    from sim.experiment import words
    from sim.experiment.anchoring import REFERENCE_WEIGHT
    from sim.experiment.horizons import horizons

    if more.response is None:
        return None
    found, cells = more.response, run.summary["tiers"]["durable"]
    return {
        "days": list(found.days),
        "weeks": list(horizons(run.scenario).values()),
        "coefficients": [[round(value, 6) for value in row] for row in found.coefficients],
        "over": [list(row) for row in found.over],
        "inputs": [
            {
                "name": one.name,
                "words": input_words(one.name),
                "stops": [list(stop) for stop in one.stops],
                "central": (one.central[0] - LOW) / (HIGH - LOW),
                "set": "--set " + shlex.quote(f"{one.name}="),
            }
            for one in found.inputs
        ],
        "base": [cell["p"] for cell in cells.values()],
        "references": [cell["reference"] for cell in cells.values()],
        "weight": REFERENCE_WEIGHT,
        "trials": run.n_trials,
        "curve": moved_table(run),
        "command": "parley run " + shlex.quote(run.name),
        "fractions": [[top / bottom, said] for top, bottom, said in words.FRACTIONS],
        "least": words.LEAST,
        "most": words.MOST,
    }
