"""Which unknown, once known, would move the odds most: the value of information, from the draws of an ordinary run.

For an uncertain input X the *movement* is E|P(Y|X) - P(Y)|: by how many points the odds would move on average if X
became known. The *variance share* is the part of the spread of the odds over all draws that would go.

Draws are put in eight groups of equal size by their value of X. Group means from few draws differ by chance alone, so
the direction (and for the variance the size) of each group's move is learnt on nine tenths of the draws and measured on
the other tenth, in turn (cross-fitting). An input without influence then gets 0 on average. Where chance hides a
direction the movement comes out too small, never too large on average.

Odds are headlines: trials are weighted as everywhere (``sim.results.weighing``), and P(Y|X) is the weighted share among
draws with X. A trial of weight w adds w (hit - P(Y)) to the movement, whose mean over all trials is 0. The variance is
that of the model's own shares of trials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.designs import check_draws, uniforms
from sim.analysis.point_levels import AT_LEVEL, OF_MODEL
from sim.analysis.sensitivity.constant_outcomes import no_variation, varies
from sim.analysis.sensitivity.uncertain_inputs import horizon_at
from sim.analysis.study import OneSentence, Question, frame, rows_of
from sim.errors.arguments import checked_arguments
from sim.execution.engine_digest import refuse_other_engine
from sim.random_streams import READING, Streams
from sim.results.compare import widened
from sim.results.formatting import counted
from sim.results.run import Run
from sim.results.wording import percent
from sim.scenario.sampling.calibrated_keys import groups_of
from sim.scenario.sampling.parameter_draws import Readings, quantities, table_draws
from sim.scenario.sampling.stream_names import stream_names
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_DRAW, TRIALS_PER_PAIR, Floats, clustered_reach, normal_quantile
from sim.statistics.horizons import check_tier, event_by, horizons

if TYPE_CHECKING:
    import pandas as pd

N_GROUPS = 8
N_FOLDS = 10
N_DUMMIES = 200
Groups = NDArray[np.int64]


@dataclass(frozen=True)
class Unknown:
    """One input: what knowing it would do. ``lo`` and ``hi`` hold with 95 % for all inputs together.

    ``at_low`` and ``at_high`` are the headlines in the lowest and the highest eighth of its values; ``share`` is the
    part of the variance of the model's odds that would go, NaN where they do not vary.
    """

    name: str
    movement: float
    lo: float
    hi: float
    share: float
    share_lo: float
    share_hi: float
    at_low: float
    at_high: float

    @property
    def is_clear(self) -> bool:
        """Return whether the movement is significant, all inputs considered."""
        return self.lo > 0


@dataclass(frozen=True)
class Information(OneSentence):
    """All inputs of a run, the largest movement first. ``odds`` is the run's headline.

    ``spread`` is the standard deviation of the model's own odds over draws.
    """

    name: str
    tier: str
    days: int
    odds: float
    spread: float
    n_draws: int
    unknowns: tuple[Unknown, ...]
    varies: bool = True
    """Whether the odds differ significantly between draws."""
    trials: int = 0
    seed: int = 1

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.name, self.tier, (self.days,), self.trials, self.seed)

    @property
    def sentence(self) -> str:
        """Return which unknown to find out first."""
        clear = [one for one in self.unknowns if one.is_clear]
        if not clear and not self.varies:
            return no_variation(self.odds in (0.0, 1.0), len(self.unknowns))
        if not clear:
            return "No single unknown moves the odds by more than chance could; more trials may show one."
        top = clear[0]
        return (
            f"Knowing {top.name} would move the odds most: by {100 * top.movement:.0f} points on average, from "
            f"{percent(top.at_low)} where it is lowest to {percent(top.at_high)} where it is highest "
            f"({percent(self.odds)} now). Of {counted(len(self.unknowns), 'unknown')} "
            f"{len(clear)} {'does' if len(clear) == 1 else 'do'} more than chance could."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        return (
            "Movement: mean distance between the odds once it is known and the odds now. It does not say which way.",
            f"From {self.n_draws:,} draws in {N_GROUPS} groups by value, learnt on nine tenths of them and measured on "
            "the rest in turn; intervals hold with 95 % for all unknowns together, by what inputs of pure chance do.",
            "Movements do not add up. Columns of the calibration are known only together, so what is learnt of one "
            "tells about the others, and is counted for each.",
            AT_LEVEL,
            OF_MODEL,
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the unknowns as plain values; None for all but the name where the odds do not vary."""
        return rows_of(self.unknowns, self.varies or any(one.is_clear for one in self.unknowns), "name")

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "scenario": self.name,
            "tier": self.tier,
            "days": self.days,
            "p": self.odds,
            "spread": self.spread,
            "draws": self.n_draws,
            "varies": self.varies,
            "sentence": self.sentence,
            "unknowns": self.rows(),
            "notes": list(self.notes),
        }

    def table(self) -> pd.DataFrame:
        """Return one row per input, the largest movement first."""
        return frame(self.rows(), list(Unknown.__dataclass_fields__))


@checked_arguments
def value_of_information(run: Run, tier: str = "durable", days: int | None = None) -> Information:
    """Estimate what knowing each uncertain input of a run would do to the odds.

    Parameters
    ----------
    run
        Finished run of at least 3,200 trials (200 draws of the inputs).
    tier
        Event: ``durable``, ``mutual`` or ``broad``.
    days
        Horizon in days, one of the scenario's; by default the last.

    Returns
    -------
    Information
        Each input's movement of the odds (share) and its share of their variance, the largest movement first.

    Raises
    ------
    ParleyError
        Too few draws, another engine's run, or an impossible ``tier`` or ``days``.

    References
    ----------
    Felli and Hazen (1998), Medical Decision Making 18, 95-109, for the value of partial information.

    Examples
    --------
    >>> run = sim.run("teaching/minimal", trials=3_200, workers=1)
    >>> sim.value_of_information(run, days=90).n_draws
    200
    """
    days = list(horizons(run.scenario))[horizon_at(run.scenario, days)]
    halves, weighed = [], []
    for columns in run.blocks(*{"durable_week", f"{check_tier(tier)}_week"}):
        hits, weights = event_by(columns, run.scenario, tier, days), run.weighing.of_trials(run.scenario, columns)
        halves.append(by_draw(hits))
        weighed.append(np.stack([by_draw(weights * hits).mean(axis=1), by_draw(weights).mean(axis=1)]))
    shares = np.concatenate(halves)
    check_draws(run, len(shares))
    refuse_other_engine(run)
    drawn = unknown_columns(run.scenario, run.seed, len(shares))
    found = unknowns(drawn, shares, Weighed(*np.concatenate(weighed, axis=1)))
    spread = float(np.sqrt(max(0.0, variance_between(shares))))
    shape = (run.odds(tier, days).p, spread, len(shares), found, varies(run, tier, days))
    return Information(run.name, tier, days, *shape, run.n_trials, run.seed)


class Weighed(NamedTuple):
    """Weighted hits and weights of the trials by draw, each the mean over the draw's trials, shape (draws,)."""

    hits: Floats
    weights: Floats

    @property
    def moves(self) -> Floats:
        """Return by draw the mean of w (hit - P), of which a group's sum says how far its odds lie from all, P."""
        return self.hits - self.weights * self.share(slice(None))

    def share(self, draws: Any) -> float:
        """Return the odds among some draws; 0 where all are without weight."""
        total = float(self.weights[draws].sum())
        return float(self.hits[draws].sum()) / total if total else 0.0


def by_draw(hits: NDArray[Any]) -> Floats:
    """Return the shares by parameter draw and half of its trials (independent given the draw), shape (draws, 2).

    A last draw without all of its trials is left out.
    """
    n = len(hits) // TRIALS_PER_DRAW
    pairs = hits[: n * TRIALS_PER_DRAW].reshape(n, 2, -1, TRIALS_PER_PAIR)
    return np.asarray(pairs.mean(axis=(2, 3)))


def variance_between(shares: Floats) -> float:
    """Return the variance of the odds over draws without Monte Carlo error: one half's distance times the other's."""
    centred = shares - shares.mean()
    return float(np.mean(centred[:, 0] * centred[:, 1]))


def unknown_columns(scenario: Scenario, seed: int, n_draws: int) -> dict[str, Floats]:
    """Return the uncertain inputs of an ordinary run by name, each shape (draws,); file draws as multiples.

    Numbers that are the same as another are not listed: they go with it.
    """
    share = Streams(seed, 0, n_draws * TRIALS_PER_DRAW, scenario.mirrored).parameter
    names = stream_names(scenario)
    found: dict[str, Floats] = {}
    read = Readings(scenario, share)
    if read.of_draw is not None:
        found[READING] = read.of_draw.astype(np.float64)
    for path, quantity in quantities(scenario).items():
        if quantity.is_uncertain:
            found[path] = np.asarray(read.value(path, quantity, names.of(path)))
    for section, group in groups_of(scenario).items():
        if group.file is not None:
            draws = table_draws(group, share(names.tables[group.table]))
            found |= {f"{section}.{name}": column for name, column in draws.items()}
    return {name: column for name, column in found.items() if np.ptp(column) > 0}


def grouped(column: Floats, n_groups: int = N_GROUPS) -> Groups:
    """Return the group of each draw, 0 the lowest: equal sizes, or one for each value where there are few."""
    values, places = np.unique(column, return_inverse=True)
    if len(values) <= n_groups:
        return np.asarray(places.reshape(column.shape), dtype=np.int64)
    ends = np.quantile(column, np.arange(1, n_groups) / n_groups)
    return np.searchsorted(ends, column, side="right").astype(np.int64)


def folds_of(n_draws: int) -> Groups:
    """Return the fold of each draw: antithetic pairs of draws go together."""
    return np.arange(n_draws, dtype=np.int64) // 2 % N_FOLDS


def learnt(groups: Groups, values: Floats, folds: Groups) -> Floats:
    """Learn by fold and group how far the group's mean lies from that of all, on the other folds."""
    n = int(groups.max()) + 1
    cell = folds * n + groups
    sums = np.bincount(cell, values, N_FOLDS * n).reshape(N_FOLDS, n)
    counts = np.bincount(cell, minlength=N_FOLDS * n).reshape(N_FOLDS, n)
    sums, counts = sums.sum(axis=0) - sums, counts.sum(axis=0) - counts
    overall = sums.sum(axis=1, keepdims=True) / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1) - overall, 0.0))


def unknowns(columns: Mapping[str, Floats], shares: Floats, weighed: Weighed | None = None) -> tuple[Unknown, ...]:
    """Measure movement and variance share of each input, from its values (draws,) and the model's odds (draws, 2).

    The movement is that of the ``weighed`` trials; without weights all count alike.
    """
    odds = shares.mean(axis=1)
    weighed = weighed or Weighed(odds, np.ones(len(odds)))
    variance = variance_between(shares)
    level = widened(len(columns))
    of_odds, by_chance = weighed.moves, (_reach_of_dummies(weighed.moves, level)[0], _reach_of_dummies(odds, level)[1])
    found = []
    for name, column in columns.items():
        groups = grouped(column)
        values = _moves(groups, of_odds)[0], _moves(groups, odds)[1]
        measured = [_ends(one, reach, level) for one, reach in zip(values, by_chance, strict=True)]
        share = [end / variance if variance > 0 else float("nan") for end in measured[1]]
        outer = [weighed.share(groups == group) for group in (0, int(groups.max()))]
        found.append(Unknown(name, *measured[0], *share, *outer))
    return tuple(sorted(found, key=lambda one: -one.movement))


def _moves(groups: Groups, odds: Floats) -> tuple[Floats, Floats]:
    """Return by draw what adds up to the movement and to the variance: learnt on other folds, measured here."""
    folds = folds_of(len(odds))
    centres = np.bincount(folds, odds, N_FOLDS) / np.maximum(np.bincount(folds, minlength=N_FOLDS), 1)
    residual = odds - centres[folds]
    moves = learnt(groups, odds, folds)[folds, groups]
    return np.asarray(np.sign(moves) * residual), np.asarray(moves * residual)


def _reach_of_dummies(odds: Floats, level: float) -> tuple[float, float]:
    """Return the half-widths of both intervals for inputs that have nothing to do with the odds.

    Folds learn from each other's draws, so measurements on them are not quite independent, most of all where there is
    nothing to learn. What that does is seen on inputs of pure chance, antithetic like the draws.
    """
    n_pairs = (len(odds) + 1) // 2
    seen = []
    for u in uniforms(0, "inputs of pure luck", N_DUMMIES, n_pairs):
        column = np.stack([u, 1 - u], axis=1).ravel()[: len(odds)]
        seen.append([float(values.mean()) for values in _moves(grouped(column), odds)])
    spread = np.sqrt(np.mean(np.square(seen), axis=0)) * normal_quantile(level)
    return float(spread[0]), float(spread[1])


def _ends(values: Floats, least_reach: float, level: float) -> tuple[float, float, float]:
    mean, lo, hi = mean_by_pair(values, level)
    reach = max((hi - lo) / 2, least_reach)
    return mean, mean - reach, mean + reach


def mean_by_pair(values: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Return the mean over draws with its interval by Student's t; antithetic pairs of draws are independent."""
    mean = float(values.mean())
    deviations = np.add.reduceat(values - mean, np.arange(0, len(values), 2))
    reach = clustered_reach(deviations, len(values), level)
    return mean, mean - reach, mean + reach
