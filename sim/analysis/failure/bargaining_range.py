"""The bargaining range week by week: what either side could accept on the contract curve, and what it offers.

The first trials of a run are run again, to the last bit. After each week every trial still at war is asked, track by
track, what a round held that day would have found: the least contract-curve weight that side A could accept
(``lower``), the greatest that side B could (``upper``), both as places on the contract curve from 0 (side B's end) to 1
(side A's end). Looks at tables change nothing, so the trials stay what they are. Trials in a ceasefire or ended by
victory are not asked: later weeks speak of the wars that are still going on, which are the harder ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.failure.least_change import quantiles
from sim.analysis.study import OneSentence, Question, frame
from sim.results.formatting import counted
from sim.results.run import Run
from sim.results.summary import QUANTILES
from sim.results.wording import percent
from sim.scenario.schema import Scenario
from sim.single_trial.questions import Ranges, ranges

if TYPE_CHECKING:
    import pandas as pd

MOST_TRIALS = 512
"""Trials that are run again: enough for quantiles that look smooth, in about a second."""
CHECKED = ("n_rounds", "n_range_rounds", "mutual_week", "halt_week", "halt_track")
"""Stored columns that the weeks up to the horizon settle; they must come out the same again."""

STILL_AT_WAR = "Each week speaks of the wars still going on; later ones are the harder cases."
Spread = Mapping[str, float | None]
"""Quantiles q05 to q95; None where that trial's limit lies beyond the curve, or without any trial."""


@dataclass(frozen=True)
class WeekOfRange:
    """One week on one track, over the ``n`` trials still at war then.

    ``open``: share of them in which a range is open (None without any). ``lower``, ``upper``: limits of sides A and B;
    a quantile of ``lower`` is None where A could accept nothing on the curve, and of ``upper`` where B could not;
    ``none_a``, ``none_b``: shares of the trials in which that is so.
    ``offer_a``, ``offer_b``: standing offers, as weights. ``width``: upper less lower where a range is open.
    ``terms``: by issue of the track the middle offers of A and of B, on the issue's scale.
    """

    week: int
    n: int
    open: float | None
    none_a: float | None
    none_b: float | None
    lower: Spread
    upper: Spread
    offer_a: Spread
    offer_b: Spread
    width: Spread
    terms: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class TrackRange:
    """A general track: its name, its label in words, and its weeks in order."""

    name: str
    label: str
    weeks: tuple[WeekOfRange, ...]


@dataclass(frozen=True)
class RangeOverTime(OneSentence):
    """All general tracks of a scenario over the weeks that count, from the first ``n_trials`` trials of a run."""

    scenario: str
    seed: int
    n_trials: int
    start: date
    sides: tuple[str, str]
    tracks: tuple[TrackRange, ...]

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.scenario, None, (7 * len(self.tracks[0].weeks),), self.n_trials, self.seed)

    @property
    def sentence(self) -> str:
        """Return by track in which share of the wars still going on a range is open in the first and the last week."""
        return " ".join(
            f"{track.label}: a range is open in {_share(track.weeks[0])} in the first week, and in "
            f"{_share(track.weeks[-1])} in week {track.weeks[-1].week + 1}."
            for track in self.tracks
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        return (STILL_AT_WAR,)

    def day(self, week: int) -> date:
        """Return the last day of a week: limits are those that the week leaves."""
        return self.start + timedelta(days=7 * week + 6)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values, dates in ISO form."""
        found = asdict(self)
        found["start"] = self.start.isoformat()
        found["sides"] = list(self.sides)
        return found

    def table(self) -> pd.DataFrame:
        """Return one row per track, week and quantity: scenario, track, week, date, n, quantity, quantile, value."""
        rows = []
        for track in self.tracks:
            for week in track.weeks:
                head = (self.scenario, track.name, week.week, self.day(week.week).isoformat(), week.n)
                rows += [(*head, name, "", getattr(week, name)) for name in ("open", "none_a", "none_b")]
                for name in ("lower", "upper", "offer_a", "offer_b", "width"):
                    rows += [(*head, name, level, value) for level, value in getattr(week, name).items()]
                for issue, offers in week.terms.items():
                    rows += [(*head, f"terms {side}", issue, at) for side, at in zip(self.sides, offers, strict=True)]
        names = ["scenario", "track", "week", "date", "n", "quantity", "quantile", "value"]
        return frame(rows, names).astype({"value": float})


def range_over_time(run: Run, most: int = MOST_TRIALS) -> RangeOverTime | None:
    """Measure limits, offers and ranges by week over the first trials of a run.

    Parameters
    ----------
    run
        Finished run.
    most
        Trials that are run again at most.

    Returns
    -------
    RangeOverTime | None
        Contract-curve weights (0 is side B's end, 1 side A's) by track and week. None for a run without trials, and
        where they do not come out the same again: the run was made with parties of one's own, or by another version.
    """
    scenario, n = run.scenario, min(most, run.n_trials)
    if n == 0:
        return None
    stored = run.part(0, n, "trial", *CHECKED)
    seen, again = ranges(scenario, run.seed, int(stored["trial"][0]), n)
    if not all(np.array_equal(again[name], stored[name]) for name in CHECKED):
        return None
    found = tuple(
        TrackRange(
            name,
            track.label or name.replace("_", " "),
            tuple(_week(scenario, seen, number, week) for week in range(scenario.horizon_weeks)),
        )
        for number, (name, track) in enumerate(scenario.tracks.items())
        if track.general and track.halts
    )
    return RangeOverTime(run.name, run.seed, n, scenario.start, (scenario.sides.A, scenario.sides.B), found)


def _share(week: WeekOfRange) -> str:
    return "no war" if week.open is None else f"{percent(week.open)} of {counted(week.n, 'war')}"


def _week(scenario: Scenario, seen: Ranges, number: int, week: int) -> WeekOfRange:
    trials = np.flatnonzero(seen.is_at_war[:, week])
    if len(trials) == 0:
        nothing: Spread = dict.fromkeys(QUANTILES)
        return WeekOfRange(week, 0, None, None, None, nothing, nothing, nothing, nothing, nothing, {})
    lower, upper, offer_a, offer_b, terms_a, terms_b = (column[trials, week, number] for column in seen[1:])
    has_range = lower <= upper
    medians = zip(scenario.issues, np.median(terms_a, axis=0), np.median(terms_b, axis=0), strict=True)
    terms = {issue: (float(of_a), float(of_b)) for issue, of_a, of_b in medians}
    return WeekOfRange(
        week,
        len(trials),
        float(np.mean(has_range)),
        float(np.mean(np.isposinf(lower))),
        float(np.mean(np.isneginf(upper))),
        quantiles(lower, QUANTILES),
        quantiles(upper, QUANTILES),
        quantiles(offer_a, QUANTILES),
        quantiles(offer_b, QUANTILES),
        quantiles((upper - lower)[has_range], QUANTILES),
        {issue: terms[issue] for issue in list(scenario.tracks.values())[number].scope},
    )
