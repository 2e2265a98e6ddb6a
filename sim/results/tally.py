"""What is kept of a block when its trials are not: whole numbers that add up to exactly what all trials would give.

A summary needs counts, and for its intervals the squares of counts over pairs, draws and clusters of trials. All of
these are whole numbers, so they are merged without loss; blocks hold whole clusters, so none is cut. Sums of shares and
terms are whole numbers too, of steps of 2^-40, so that means are the same however the trials are cut. One thing is not
exact: terms are counted on a grid of 10,001 points, so a quantile is off by at most half a step of it; where the trials
are kept, ``sim.statistics.exact_sums`` finds it to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.outcome_columns import HALT_ENDS, STAGES, TAGS, Columns
from sim.results.by_reading import by_reading
from sim.scenario.schema import Scenario
from sim.statistics import estimates, exact_sums
from sim.statistics.estimates import Floats, Hits, Odds
from sim.statistics.horizons import IN_FORCE_180, TIERS, begun, classes, event_by, horizons, is_followed
from sim.statistics.summed import Summed, added, merged
from sim.storage.stored_columns import AnyColumns, in_blocks

Counts = NDArray[np.int64]

GRID = 10_000
"""Steps of the grid on which agreed terms, shares of a scale from 0 to 1, are counted."""
GRID_ERROR = 0.5 / GRID
STEPS = 2.0**40
"""Steps in 1 of a sum: a 32-bit number from 2^-16 on is a whole number of them."""
SUMMED_AT_ONCE = 65_536
WEEK_COLUMNS = ("durable_week", "mutual_week", "broad_week", "settlement_week", "halt_week", "victory_week")
Event = tuple[str, int]
"""Tier, or ``IN_FORCE_180``, and days."""
SIDES = {"A": 1, "B": 2}
"""Codes of victory."""


def steps(values: NDArray[Any]) -> int:
    """Return the sum of values near 1 in whole steps."""
    parts = range(0, len(values), SUMMED_AT_ONCE)
    return sum(
        int(np.rint(values[at : at + SUMMED_AT_ONCE].astype(np.float64) * STEPS).astype(np.int64).sum()) for at in parts
    )


class Classes(NamedTuple):
    """Class of each trial of a block (``sim.statistics.horizons.classes``), and how many classes there are."""

    of: NDArray[np.int8]
    n: int

    @classmethod
    def by(cls, scenario: Scenario, columns: Columns) -> Classes:
        """Return the classes of the trials of a block."""
        return cls(classes(scenario, columns), len(horizons(scenario)) + 1)

    def hits(self, hits: Hits) -> Counts:
        """Return hits by class."""
        return np.bincount(self.of[hits], minlength=self.n)

    def table(self, codes: NDArray[Any], n_codes: int, where: Hits | None = None) -> Counts:
        """Return counts, shape (classes, codes), of the trials ``where`` they count."""
        of, codes = (self.of, codes) if where is None else (self.of[where], codes[where])
        return np.bincount(of.astype(np.int64) * n_codes + codes, minlength=self.n * n_codes).reshape(self.n, n_codes)


@dataclass
class HitTally(Summed):
    """Hold what odds with both intervals need of one event: counts, and sums of squared counts.

    ``cluster_squares`` sums over clusters of 32 trials; the last may be short, and holds ``last_hits`` of
    ``last_trials``. ``drawn``, ``draw_squares`` and ``pair_squares`` are hits, and squared hits by draw (16 trials) and
    by pair, over whole draws. ``by_class`` are the hits by class of trial (``sim.statistics.horizons.classes``), which
    weights are given to; one class where none are told apart.
    """

    n: int = 0
    hits: int = 0
    cluster_squares: int = 0
    last_hits: int = 0
    last_trials: int = 0
    drawn: int = 0
    draw_squares: int = 0
    pair_squares: int = 0
    by_class: Counts = field(default_factory=lambda: np.zeros(1, np.int64))
    OF_LAST = frozenset({"last_hits", "last_trials"})

    @classmethod
    def of(cls, hits: Hits, among: Classes | None = None) -> HitTally:
        """Count consecutive trials that begin with a cluster, ``among`` classes where they are told apart."""
        n, size, per_draw = len(hits), estimates.TRIALS_PER_CLUSTER, estimates.TRIALS_PER_DRAW
        by_class = np.array([np.count_nonzero(hits)]) if among is None else among.hits(hits)
        if n == 0:
            return cls(by_class=by_class)
        marks = hits.astype(np.int64)
        clusters = np.add.reduceat(marks, np.arange(0, n, size))
        whole = marks[: n // per_draw * per_draw]
        draws, pairs = whole.reshape(-1, per_draw).sum(axis=1), whole.reshape(-1, 2).sum(axis=1)
        last = n % size
        return cls(
            n,
            int(marks.sum()),
            int(np.sum(clusters**2)),
            int(clusters[-1]) if last else 0,
            last,
            int(draws.sum()),
            int(np.sum(draws**2)),
            int(np.sum(pairs**2)),
            by_class,
        )

    @property
    def ends_within_cluster(self) -> bool:
        """Return whether the last cluster is short."""
        return self.last_trials > 0

    @property
    def is_telling(self) -> bool:
        """Return whether there are events enough to show their own design effect."""
        return min(self.hits, self.n - self.hits) >= estimates.FEW_EVENTS

    @property
    def design_effect(self) -> float:
        """Return ``estimates.design_effect``, its sum of (hits - p trials)^2 over clusters written out."""
        size = estimates.TRIALS_PER_CLUSTER
        k = -(-self.n // size)
        if k < 2 or self.hits in (0, self.n):
            return 1.0
        # Everything times n^2, in whole numbers: differences of large squares would lose digits.
        n, hits, whole = self.n, self.hits, self.n // size
        with_trials = size * (self.hits - self.last_hits) + self.last_hits * self.last_trials
        trials_squared = whole * size**2 + self.last_trials**2
        moves = n * n * self.cluster_squares - 2 * n * hits * with_trials + hits * hits * trials_squared
        effect = k / (k - 1) * (moves / n**2) / n / (hits * (n - hits) / n**2)
        return max(estimates.LEAST_DESIGN_EFFECT, effect)

    @property
    def intraclass_correlation(self) -> float:
        """Return ``estimates.intraclass_correlation``, from sums of squares over pairs and draws."""
        size = estimates.TRIALS_PER_DRAW
        k, per_draw, drawn = self.n // size, size // 2, self.drawn
        if k < 2 or drawn in (0, k * size):
            return 0.0
        p = drawn / (k * size)
        within = (per_draw * self.pair_squares - self.draw_squares) / (4 * per_draw * (per_draw - 1) * k)
        between = (k * self.draw_squares - drawn**2) / (size**2 * k * (k - 1)) - within / per_draw
        return min(1.0, max(0.0, between / (p * (1 - p))))

    def odds(self, borrowed_effect: float = 1.0) -> Odds:
        """Return ``estimates.odds`` of all the trials."""
        effect = self.design_effect if self.is_telling else max(self.design_effect, borrowed_effect)
        p, draws = self.hits / max(1, self.n), self.n // estimates.TRIALS_PER_DRAW
        band = estimates.band_over_draws(p, self.intraclass_correlation, draws)
        return estimates.odds_of(self.n, self.hits, effect, band)


@dataclass
class TermsTally(Summed):
    """Hold the agreed terms of one issue: their sum in steps, and how many lie nearest to each point of the grid."""

    total: int = 0
    grid: Counts = field(default_factory=lambda: np.zeros(GRID + 1, np.int64))

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> TermsTally:
        """Count consecutive trials that begin with a cluster."""
        near = np.rint(np.clip(values, 0.0, 1.0) * GRID).astype(np.int64)
        return cls(steps(values), np.bincount(near, minlength=GRID + 1))

    @property
    def n(self) -> int:
        """Return the number of values."""
        return int(self.grid.sum())

    @property
    def mean(self) -> float:
        """Return the mean of the values."""
        return self.total / STEPS / self.n


def terms_quantile(by_class: Sequence[TermsTally], weights: Floats, share: float) -> float:
    """Return the weighted quantile of terms counted by class: the least point of the grid that reaches the share."""
    reached = np.cumsum(weights @ np.array([one.grid for one in by_class], dtype=np.float64))
    wanted = max(share * reached[-1] * (1 - exact_sums.ROUNDING), exact_sums.LEAST)
    return int(np.searchsorted(reached, wanted)) / GRID


@dataclass
class Tally(Summed):
    """Hold all that a summary needs of a block or of many. ``n`` counts trials; arrays are by class of trial first.

    ``events`` by (tier, days), with ``IN_FORCE_180`` where that is known; ``weeks`` by column (classes, weeks): trials
    in each week, last those with none; ``victories`` by side, of which ``imposed`` left a ceasefire that the
    victor imposed; ``tags`` by code, of trials that failed, all of one class; ``stages`` (classes, codes);
    ``frictions`` sums of Shapley shares over ``n_attributed`` trials, all of one class, in steps; ``n_halts`` agreed
    ceasefires, ``terms`` by issue and class, ``halts`` (classes, tracks, weeks, ends) how many of them lasted so many
    weeks and ended so (``HALT_ENDS``);
    ``readings`` by reading (rows) its trials, and those with a durable ceasefire by each horizon.
    """

    n: int
    events: dict[Event, HitTally]
    weeks: dict[str, Counts]
    victories: dict[str, Counts]
    imposed: dict[str, Counts]
    tags: Counts
    stages: Counts
    n_attributed: int
    frictions: dict[str, int]
    n_halts: Counts
    terms: dict[tuple[str, int], TermsTally]
    halts: Counts
    readings: Counts

    def terms_of(self, issue: str) -> list[TermsTally]:
        """Return the terms of an issue by class of trial."""
        return [self.terms[issue, number] for number in range(len(self.n_halts))]


def tally_of(scenario: Scenario, columns: Columns) -> Tally:
    """Return the tally of the trials of one block."""
    last_week = scenario.horizon_weeks + scenario.follow_up_weeks
    among, agreed = Classes.by(scenario, columns), columns["halt_week"] >= 0
    shares = {name.removeprefix("share_"): column for name, column in columns.items() if name.startswith("share_")}
    attributed = np.sum(list(shares.values()), axis=0) > 0
    won = begun(columns["victory_week"], scenario.horizon_weeks)
    won_by = {side: won & (columns["victory"] == code) for side, code in SIDES.items()}
    return Tally(
        len(columns["trial"]),
        events_of(scenario, columns),
        {name: among.table(_week_codes(columns[name], last_week), last_week + 1) for name in WEEK_COLUMNS},
        {side: among.hits(hits) for side, hits in won_by.items()},
        {side: among.hits(hits & (columns["imposed"] == 1)) for side, hits in won_by.items()},
        np.bincount(columns["tag"][columns["tag"] >= 0], minlength=len(TAGS)),
        among.table(columns["stage"], len(STAGES)),
        int(np.count_nonzero(attributed)),
        {name: steps(column[attributed]) for name, column in shares.items()},
        among.hits(agreed),
        {
            (issue, number): TermsTally.of(values[of == number].astype(np.float64))
            for issue, (values, of) in settled(scenario, columns).items()
            for number in range(among.n)
        },
        _halts(scenario, columns, among, last_week),
        by_reading(scenario, columns),
    )


def events_of(scenario: Scenario, columns: Columns) -> dict[Event, HitTally]:
    """Return ceasefires by tier and horizon, and those still in force after 180 days where that is known."""
    among, days = Classes.by(scenario, columns), horizons(scenario)
    found = {(tier, at): HitTally.of(event_by(columns, scenario, tier, at), among) for tier in TIERS for at in days}
    if is_followed(scenario, columns):
        weeks = columns[f"{IN_FORCE_180}_week"]
        found |= {(IN_FORCE_180, at): HitTally.of(begun(weeks, end), among) for at, end in days.items()}
    return found


def events_over(scenario: Scenario, columns: AnyColumns) -> dict[Event, HitTally]:
    """Return halts by tier and horizon over all trials; only the weeks in which halts began are read."""
    names = [f"{event}_week" for event in (*TIERS, *([IN_FORCE_180] if is_followed(scenario, columns) else []))]
    return merged(events_of(scenario, block) for block in in_blocks(columns, *names))


def over_blocks(scenario: Scenario, blocks: Iterable[Columns]) -> Tally:
    """Return the tally of all trials, one block after another; there is at least one."""
    whole: Tally = reduce(added, (tally_of(scenario, columns) for columns in blocks))
    return whole


def _halts(scenario: Scenario, columns: Columns, among: Classes, last_week: int) -> Counts:
    """Return counts of ceasefires, shape (classes, tracks and one more for no track, weeks, ends)."""
    shape = (len(scenario.tracks) + 1, last_week + 1, len(HALT_ENDS))
    track, lasted, ended = (columns[name].astype(np.int64) for name in ("halt_track", "halt_weeks", "halt_end"))
    track = np.where(track < 0, len(scenario.tracks), track)
    codes = (track * shape[1] + np.clip(lasted, 0, last_week)) * shape[2] + ended
    return among.table(codes, int(np.prod(shape)), columns["halt_week"] >= 0).reshape(among.n, *shape)


def _week_codes(column: NDArray[Any], last_week: int) -> NDArray[np.int64]:
    return np.where((column < 0) | (column > last_week), last_week, column).astype(np.int64)


def settled(scenario: Scenario, columns: Columns) -> dict[str, tuple[NDArray[np.float32], NDArray[np.int8]]]:
    """Return what first agreed general ceasefires settled, by issue: a place on its scale for each, and its class.

    A ceasefire on a track that leaves an issue out settles nothing there and is not counted: the issue stays as it was.
    """
    agreed, of, found = columns["halt_week"] >= 0, classes(scenario, columns), {}
    for issue in scenario.issues:
        on_the_table = [number for number, track in enumerate(scenario.tracks.values()) if issue in track.scope]
        values = columns[f"x_{issue}"]
        counts = agreed & np.isin(columns["halt_track"], on_the_table) & np.isfinite(values)
        found[issue] = values[counts], of[counts]
    return found
