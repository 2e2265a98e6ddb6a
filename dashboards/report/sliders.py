"""What the report's sliders read and draw: the base's curve, the moved one with its band, the surface's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboards.figures.primitives import between, hover, line, marks
from dashboards.tables import runs
from dashboards.tables.studies import input_words
from dashboards.theme import BEHIND, BLUE, SHADE, Figure, date_axis, figure, percent_axis, percents
from sim.analysis.sensitivity.uncertain_inputs import HIGH, LOW
from sim.analysis.surrogate.surrogate import decimals
from sim.results.wording import band, percent

if TYPE_CHECKING:
    from sim.analysis.surrogate.surrogate import Response
    from sim.results.run import Run


BAND = "band: nine in ten draws of what you did not move"


def spread(run: Run) -> list[float]:
    """Variance of the run's own odds between draws of the inputs, by horizon: what its band is made of."""
    from sim.statistics.horizons import horizons

    events = [run.events["durable", days] for days in horizons(run.scenario)]
    shares = [event.hits / event.n for event in events]
    return [event.intraclass_correlation * p * (1.0 - p) for event, p in zip(events, shares, strict=True)]


def moved_table(run: Run) -> list[dict[str, Any]]:
    """A row per week for the page's own curve.

    ``date``, ``day``, the odds ``p`` with their band ``lo``, ``hi``, and ``model``, ``model_lo``, ``model_hi``, the
    same of the trials unweighted.
    """
    kept = ("date", "day", "lo", "hi", "model", "model_lo", "model_hi")
    return [{**{key: row[key] for key in kept}, "p": row["durable"]} for row in runs.odds_by_date(run)]


def curve(table: Any, *, title: str = "", top: float, narrow: bool = False) -> Figure:
    """The base's odds by date, the moved ones before it, and their band.

    The page's script moves the band, the second line and the dots.
    """
    dates, odds = [row["date"] for row in table], [row["p"] for row in table]
    low, high = ([row[end] for row in table] for end in ("lo", "hi"))
    said = [percent(p) for p in odds]
    data = [
        between(BAND, dates, percents(low), percents(high), SHADE),
        line("the scenario as it is", dates, percents(odds), BEHIND, 2.5) | hover(f"As it is: {text}" for text in said),
        line("with what you moved", dates, percents(odds), BLUE, 3.5)
        | hover(f"Moved: {percent(p)} (band {band(lo, hi)})" for p, lo, hi in zip(odds, low, high, strict=True)),
        marks("what the surface gives", [], [], {"symbol": "circle", "size": 10, "color": BLUE}, []),
    ]
    return figure(
        title or "Odds of a ceasefire that lasts 30 days or more, by date",
        data,
        xaxis=date_axis("Date by which the halt has begun"),
        yaxis=percent_axis("Odds", percents([top]), narrow),
        height=470 if narrow else 420,
        narrow=narrow,
        legend_rows=4 if narrow else 1,
        legend_gap=78,
        hovermode="x unified",
    )


def reach(run: Run, found: Response) -> float:
    """The highest end of a band that the sliders are likely to reach, so that the axis need not move."""
    best: dict[str, float] = {}
    for one in found.inputs:
        ends = (one.stops[0][0], one.stops[-1][0])
        low, high = (found.at({**best, one.name: share})[-1] for share in ends)
        best[one.name] = ends[0] if low > high else ends[1]
    last: float = list(run.summary["tiers"]["durable"].values())[-1]["hi"]
    return max(last, *(found.band(held)[-1][1] for held in ({}, best)))


def surface_data(run: Run, found: Response | None) -> dict[str, Any] | None:
    """All that the page's script needs to evaluate the surface and to say what it found; None without a surface."""
    import shlex

    from sim.analysis.surrogate import band
    from sim.results import wording
    from sim.statistics.estimates import has_band
    from sim.statistics.horizons import horizons
    from sim.statistics.level import BAND

    if found is None:
        return None
    cells = run.summary["tiers"]["durable"]
    return {
        "days": list(found.days),
        "weeks": list(horizons(run.scenario).values()),
        "coefficients": [[round(value, 6) for value in row] for row in found.coefficients],
        "over": [list(row) for row in found.over],
        "rest": [round(value, 6) for value in found.rest],
        "level": band.LEVEL,
        "inputs": [
            {
                "name": one.name,
                "words": input_words(one.name),
                "stops": [list(stop) for stop in one.stops],
                "decimals": decimals(one.stops[0][1], one.stops[-1][1]),
                "central": (one.central[0] - LOW) / (HIGH - LOW),
                "set": "--set " + shlex.quote(f"{one.name}="),
            }
            for one in found.inputs
        ],
        "base": [cell["p"] for cell in cells.values()],
        "bands": [[cell["lo"], cell["hi"]] for cell in cells.values()],
        "levels": [
            {
                "intercept": one.intercept,
                "slope": one.slope,
                "plain": one.is_plain,
                "file_weight": one.file_weight,
                "other": BAND * one.other_sd if has_band(run.n_trials) else 0.0,
            }
            for one in run.weighing.levels.values()
        ],
        "trials": run.n_trials,
        "curve": moved_table(run),
        "command": "parley run " + shlex.quote(run.name),
        "fractions": [[top / bottom, said] for top, bottom, said in wording.FRACTIONS],
        "least": wording.LEAST,
        "most": wording.MOST,
    }
