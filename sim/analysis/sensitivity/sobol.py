"""Whose doing is the spread of the odds: Sobol indices over all uncertain inputs at once.

The *first* index of an input is the share of the variance of the odds that would go if it alone were known; the *total*
index is the share that would stay if all others were known, so total minus first is what it does together with others.
Reference: Saltelli et al. (2010), Computer Physics Communications 181, 259-270.

Odds from few trials carry Monte Carlo error, which would pass for variance. Each point's trials are therefore cut in
two halves of independent random numbers, and every square is taken as one half times the other: its mean is free of
that error. Points of one row share their random numbers, so that an input without influence gets exactly 0.

The mean is the headline; variance and indices are of the model's own shares of trials, which have an unbiased square.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.designs import Progress, check_power_of_two, shifted_sobol, stage, uniforms
from sim.analysis.point_levels import AT_LEVEL, OF_MODEL
from sim.analysis.sensitivity.constant_outcomes import NO_INPUT, no_variation
from sim.analysis.sensitivity.tornado import DEFAULT_TRIALS as TORNADO_TRIALS
from sim.analysis.sensitivity.tornado import Tornado, tornado
from sim.analysis.sensitivity.uncertain_inputs import (
    Input,
    chosen,
    evaluate,
    horizon_at,
    inputs_whole,
    separate_inputs,
)
from sim.analysis.study import OneSentence, Question, frame, rows_of
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.results.wording import percent
from sim.scenario.schema import Scenario
from sim.statistics.estimates import Floats
from sim.statistics.ranges import Count, Share

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_ROWS = 4_096
TRIALS_PER_POINT = 16
MOST_ROWS = 65_536
N_INPUTS = 12
N_RESAMPLES = 400
REST = "all others together"


@dataclass(frozen=True)
class Index:
    """First and total index of one input (or of all others together), each with a 95 per cent bootstrap interval.

    All are None where the odds do not vary significantly: there is no variance to have a share of.
    """

    name: str
    first: float | None
    first_lo: float | None
    first_hi: float | None
    total: float | None
    total_lo: float | None
    total_hi: float | None


@dataclass(frozen=True)
class Sobol(OneSentence):
    """Indices, the largest total first; ``mean`` is the headline over all uncertain inputs.

    ``variance`` is that of the model's own odds, of which the indices are shares.
    """

    tier: str
    days: Count
    mean: Share
    variance: Share
    rows: Count
    trials: Count
    seed: int
    indices: tuple[Index, ...]
    scenario: str = ""

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.scenario, self.tier, (self.days,), self.trials, self.seed)

    @property
    def sentence(self) -> str:
        """Return which input would narrow the odds most."""
        if not self.varies:
            return no_variation(self.variance <= 0, len(self.indices))
        top = max(self.indices, key=lambda one: one.first or 0.0)
        return (
            f"Over all uncertain inputs the odds are {percent(self.mean)}. Knowing {top.name} alone would take away "
            f"{percent(max(0.0, top.first or 0.0))} of the variance of the odds between draws."
        )

    @property
    def varies(self) -> bool:
        """Return whether the odds vary significantly."""
        return any(one.first is not None for one in self.indices)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        together = sum(one.first or 0.0 for one in self.indices)
        adds = [f"First indices add to {together:.2f}; what is missing to 1 is what inputs do together."]
        return (
            *(adds if self.varies else []),
            f"{self.rows:,} rows of {len(self.indices) + 2} points, {self.trials} trials each; chance is taken out of "
            "the variance by independent halves, so small indices may come out just below 0.",
            "Draws of the calibration come as whole rows, since they are known only together.",
            AT_LEVEL,
            OF_MODEL,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, for JSON."""
        return {
            "method": "sobol",
            "tier": self.tier,
            "days": self.days,
            "mean": self.mean,
            "variance": self.variance,
            "varies": self.varies,
            "sentence": self.sentence,
            "rows": self.rows,
            "trials_per_point": self.trials,
            "seed": self.seed,
            "inputs": rows_of(self.indices),
            "notes": list(self.notes),
        }

    def table(self) -> pd.DataFrame:
        """Return one row per input, the largest total first."""
        return frame(rows_of(self.indices))


@checked_arguments
def sobol(
    scenario: Scenario,
    *,
    inputs: Sequence[str] | None = None,
    tier: str = "durable",
    days: int | None = None,
    rows: int = DEFAULT_ROWS,
    trials: int = TRIALS_PER_POINT,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Sobol:
    """Attribute the variance of the odds to the uncertain inputs by Sobol's first and total indices.

    Parameters
    ----------
    scenario
        Scenario with uncertain numbers.
    inputs
        Names of the inputs with an index of their own, by default the twelve with the longest bars of a tornado; all
        others together have one.
    tier
        Event: ``durable``, ``mutual`` or ``broad``.
    days
        Horizon in days, one of the scenario's; by default the last.
    rows
        Size of each of the two samples, a power of two from 64; rows x (inputs + 3) points are run.
    trials
        Trials at each point, a multiple of 4. Few trials of many points serve best: Monte Carlo error is taken out.
    seed
        Seed of the random numbers, 0 to 2^64 - 1.
    workers
        Processes; by default one for each core. The result does not depend on them.
    progress
        Called with the trials done and the trials wanted.

    Returns
    -------
    Sobol
        Indices as shares of the variance of the odds, the largest total first.

    Raises
    ------
    ParleyError
        No uncertain number, an unknown or certain input, or an impossible ``tier``, ``days`` or count.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181, 259-270.

    Examples
    --------
    >>> found = sim.sobol(sim.load("teaching/minimal"), inputs=["parties.North.strain"], rows=64, workers=1)
    >>> sorted(found.table()["input"])
    ['all others together', 'parties.North.strain']
    """
    check_power_of_two("rows", rows, 64, MOST_ROWS)
    at = horizon_at(scenario, days)
    available = inputs_whole(scenario)
    if not available:
        raise ParleyError(NO_INPUT)
    names, before = inputs, 0
    if names is None:
        before = (1 + 2 * len(separate_inputs(scenario)[1])) * TORNADO_TRIALS
        ahead = rows * (min(N_INPUTS, len(available)) + 2 + (len(available) > N_INPUTS)) * trials
        counted = stage(progress, 0, ahead)
        bars = tornado(scenario, tier=tier, days=days, seed=seed, workers=workers, progress=counted)
        names = ranked(bars, available)[:N_INPUTS]
    varied = chosen(available, names, scenario)
    others = [one for one in available if one not in varied]
    ordered, groups = [*varied, *others], [[number] for number in range(len(varied))]
    if others:
        groups.append(list(range(len(varied), len(ordered))))
    points = design(len(ordered), groups, rows, seed)
    n_each = points.shape[1]
    flat = points.reshape(rows * n_each, len(ordered))
    answers = evaluate(
        scenario,
        available,
        {one.name: flat[:, number] for number, one in enumerate(ordered)},
        trials_per_point=trials,
        batches=2,
        streams=np.repeat(np.arange(rows), n_each),
        tier=tier,
        seed=seed,
        workers=workers,
        progress=stage(progress, before, 0),
    )
    shares = answers.shares[:, :, at].reshape(rows, n_each, 2)
    found = indices(shares, [*(one.name for one in varied), *([REST] if others else [])], seed)
    products = _products(shares)[0]
    variance = max(0.0, float(products.mean()))
    drawn = [row * n_each + end for row in range(rows) for end in (0, 1)]
    mean = answers.levels(drawn)[at].at(float(shares[:, :2].mean()), len(drawn) * trials)
    return Sobol(tier, answers.days[at], mean, variance, rows, trials, seed, found, scenario.title)


def ranked(found: Tornado, available: Sequence[Input]) -> list[str]:
    """Return names of whole inputs in the order of a tornado; a column stands for the whole of its file."""
    known = {one.name for one in available}
    names = (bar.name if bar.name in known else bar.name.rpartition(".")[0] for bar in found.bars)
    return [name for name in dict.fromkeys(names) if name in known]


def design(n_inputs: int, groups: Sequence[Sequence[int]], rows: int, seed: int) -> Floats:
    """Draw points (rows, groups + 2, inputs): A, B, and for each group of inputs A with its columns from B.

    A and B are the two halves of Sobol's sequence, shifted by a random amount in each dimension (modulo 1).
    """
    shifted = shifted_sobol(rows, 2 * n_inputs, seed, "sobol shift")
    a, b = shifted[:, :n_inputs], shifted[:, n_inputs:]
    points = np.repeat(a[:, None, :], len(groups) + 2, axis=1)
    points[:, 1] = b
    for number, columns in enumerate(groups):
        points[:, 2 + number, list(columns)] = b[:, list(columns)]
    return points


def _products(shares: Floats) -> tuple[Floats, Floats, Floats]:
    """Return by row the squared distance of A and B from the mean, and by group the products of both indices.

    Always one half times the other: ``shares`` (rows, groups + 2, 2 halves).
    """
    centred = shares - shares[:, :2].mean()
    a, b, mixed = centred[:, 0], centred[:, 1], centred[:, 2:]
    spread = (a[:, 0] * a[:, 1] + b[:, 0] * b[:, 1]) / 2
    moved = mixed - a[:, None, :]
    first = (b[:, None, 0] * moved[:, :, 1] + b[:, None, 1] * moved[:, :, 0]) / 2
    total = moved[:, :, 0] * moved[:, :, 1] / 2
    return spread, first, total


def indices(shares: Floats, names: Sequence[str], seed: int = 1) -> tuple[Index, ...]:
    """Estimate first and total indices from the answers at ``design``, the largest total first.

    First as in Saltelli et al. (2010), total as in Jansen (1999). Intervals: rows drawn again, percentiles; they take
    no credit for the evenness of the sequence and so are on the wide side. Where the variance is not above 0 with 97.5
    % no index is known.
    """
    spread, first, total = _products(shares)
    rows = len(spread)
    drawn_rows = uniforms(seed, "sobol bootstrap", N_RESAMPLES, rows) * rows
    again = np.minimum(drawn_rows.astype(np.int64), rows - 1)
    times = np.stack([np.bincount(one, minlength=rows) for one in again]) / rows
    variance, resampled = float(spread.mean()), times @ spread
    if variance <= 0 or float(np.quantile(resampled, 0.025)) <= 0:
        return tuple(Index(name, *[None] * 6) for name in names)
    found = []
    for number, name in enumerate(names):
        cells: list[float] = []
        for product in (first[:, number], total[:, number]):
            if not product.any():
                cells += [0.0, 0.0, 0.0]
                continue
            drawn = (times @ product)[resampled > 0] / resampled[resampled > 0]
            low, high = np.quantile(drawn, (0.025, 0.975))
            cells += [float(product.mean()) / variance, float(low), float(high)]
        found.append(Index(name, *cells))
    return tuple(sorted(found, key=lambda one: -(one.total or 0.0)))
