"""An estimate of one chance by one method, what it cost, and how it compares with plain trials.

The unit is the plain trial as ``parley run`` makes it: sixteen to a draw of the parameters, draws in antithetic pairs.
One plain trial carries the variance ``unit`` = (standard error)^2 x trials of the plain run, which is the chance's own
p (1 - p) times its design effect. All comparisons are made in that unit.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from sim.statistics.estimates import (
    TRIALS_PER_CLUSTER,
    Floats,
    Hits,
    design_effect,
    group_sums,
    student_quantile,
    wilson,
)

LEVEL = 0.95
PLAIN = "plain"
FEW_EVENTS = 20
"""With fewer events in the plain run nobody knows its variance well: ratios are then rough."""


@dataclass(frozen=True)
class Estimate:
    """A chance ``p`` by ``method``: 95 % interval, standard error ``se``, trials, CPU seconds.

    ``variance_ratio`` is how many times the variance of as many plain trials is that of the method (above 1: better),
    with a 95 % interval. ``effective`` is the number of plain trials that would have the same standard error, and
    ``effective_per_second`` the same for each CPU second. Not a number where nothing can be said. ``freedom``: degrees
    of freedom of ``se``.
    """

    method: str
    tier: str
    days: int
    p: float
    lo: float
    hi: float
    se: float
    freedom: int
    trials: int
    cpu: float
    variance_ratio: float = float("nan")
    ratio_lo: float = float("nan")
    ratio_hi: float = float("nan")
    effective: float = float("nan")
    effective_per_second: float = float("nan")

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON; null where nothing can be said."""
        return {key: _finite(value) for key, value in asdict(self).items()}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


def plain_estimate(hits: Hits, tier: str, days: int, cpu: float, borrowed_effect: float = 1.0) -> Estimate:
    """Plain trials: Wilson's interval at the effective number of trials (Kish's design effect over clusters)."""
    n, p = len(hits), float(np.mean(hits))
    effect = design_effect(hits)
    if min(p, 1 - p) * n < FEW_EVENTS:
        effect = max(effect, borrowed_effect)
    lo, hi = wilson(p, n / effect, LEVEL)
    se = float(np.sqrt(effect * p * (1 - p) / n))
    return Estimate(PLAIN, tier, days, p, lo, hi, se, max(1, n // TRIALS_PER_CLUSTER - 1), n, cpu)


def cluster_means(hits: Hits) -> Floats:
    """Share of hits in each cluster of 32 trials, shape (clusters,)."""
    sums, counts = group_sums(hits, TRIALS_PER_CLUSTER)
    return np.asarray(sums / counts)


def from_means(method: str, tier: str, days: int, means: Floats, trials: int, cpu: float) -> Estimate:
    """From independent repetitions with the same expectation: their mean, Student's t on their spread, cut at 0 and 1.

    If none of the repetitions differs, and so none saw (or all saw) the event, the interval is that of as many plain
    independent trials without an event.
    """
    k, p = len(means), float(np.mean(means))
    se = float(np.std(means, ddof=1) / np.sqrt(k))
    if se == 0.0:
        lo, hi = wilson(min(1.0, max(0.0, p)), trials, LEVEL)
    else:
        reach = student_quantile(LEVEL, k - 1) * se
        lo, hi = max(0.0, p - reach), min(1.0, p + reach)
    return Estimate(method, tier, days, p, lo, hi, se, k - 1, trials, cpu)


def compared(one: Estimate, plain: Estimate, unit: float | None = None) -> Estimate:
    """The estimate with its ratio to plain trials. ``unit``: variance of one plain trial, by default from ``plain``.

    The interval of the ratio takes both variances for scaled chi squares (so it is an F quantile): a guide, since
    chances are not normal. Plain trials against themselves have ratio 1.
    """
    unit = plain.se**2 * plain.trials if unit is None else unit
    if one.method == PLAIN:
        rate = one.trials / one.cpu if one.cpu > 0 else float("nan")
        return replace(one, variance_ratio=1.0, effective=float(one.trials), effective_per_second=rate)
    if one.se <= 0 or unit <= 0:
        return one
    ratio = unit / (one.se**2 * one.trials)
    lo, hi = ratio_interval(ratio, plain.freedom, one.freedom)
    effective = unit / one.se**2
    rate = effective / one.cpu if one.cpu > 0 else float("nan")
    return replace(one, variance_ratio=ratio, ratio_lo=lo, ratio_hi=hi, effective=effective, effective_per_second=rate)


def ratio_interval(ratio: float, above: int, below: int) -> tuple[float, float]:
    """95 % interval of a ratio of two variances with ``above`` and ``below`` degrees of freedom, as if normal."""
    from scipy.special import fdtri

    high, low = (float(fdtri(above, below, share)) for share in ((1 + LEVEL) / 2, (1 - LEVEL) / 2))
    return ratio / high, ratio / low
