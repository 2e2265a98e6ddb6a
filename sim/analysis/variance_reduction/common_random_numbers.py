"""Measure what common random numbers gain for a difference between two scenarios.

Trial t of both runs has the same random numbers and draws (docs/decisions/0001-luck.md), so what chance does to both
falls out of their difference. The gain is the variance of a difference between independent runs, which is the sum of
both variances, over that of the paired difference; both are estimated from the clusters of the same two runs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.point_levels import AT_LEVEL
from sim.analysis.study import OneSentence, Question, frame
from sim.analysis.variance_reduction.methods import FEW_EVENTS, LEVEL, UNKNOWN
from sim.errors.arguments import checked_arguments
from sim.results.compare import compare, level_of
from sim.results.formatting import plain
from sim.results.run import Run
from sim.statistics.estimates import TRIALS_PER_CLUSTER, Hits, group_sums, student_quantile
from sim.statistics.horizons import event_by

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Pair:
    """A paired difference variant - base of durable headlines by ``days``, and what pairing gains.

    ``variance_ratio``: variance with independent over that with common random numbers, with a 95 % interval; NaN
    where fewer than 20 trials differ.
    """

    days: int
    base: float
    variant: float
    difference: float
    lo: float
    hi: float
    se_unlike: float
    se_common: float
    variance_ratio: float
    ratio_lo: float
    ratio_hi: float


@dataclass(frozen=True)
class CommonRandomNumbers(OneSentence):
    """The gain of common random numbers for two scenarios, by horizon."""

    base: str
    variant: str
    trials: int
    seed: int
    pairs: tuple[Pair, ...]

    @property
    def question(self) -> Question:
        """Return what was asked."""
        days = tuple(one.days for one in self.pairs)
        return Question(f"{self.variant} against {self.base}", "durable", days, self.trials, self.seed)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        return (AT_LEVEL,)

    @property
    def sentence(self) -> str:
        """Return how many times as many trials independent numbers would need, at the last horizon."""
        one = self.pairs[-1]
        if not np.isfinite(one.variance_ratio):
            return f"By {one.days} days fewer than {FEW_EVENTS} trials differ: too few to say what pairing gains."
        return (
            f"With independent random numbers the difference by {one.days} days would need {one.variance_ratio:.1f} "
            f"times as many trials for the same interval ({one.ratio_lo:.1f} to {one.ratio_hi:.1f})."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON; null where the gain is unknown."""
        return {**plain(asdict(self)), "sentence": self.sentence, "notes": self.notes}

    def table(self) -> pd.DataFrame:
        """Return one row per horizon."""
        return frame(map(asdict, self.pairs))


@checked_arguments
def common_random_numbers(base: Run, variant: Run) -> CommonRandomNumbers:
    """Measure what pairing two runs by common random numbers gains, at the horizons and over the trials that both have.

    Parameters
    ----------
    base, variant
        Finished runs of one seed.

    Returns
    -------
    CommonRandomNumbers
        By horizon the paired difference (share), both standard errors, and the ratio of variances.

    Raises
    ------
    ParleyError
        Seeds differ, or no horizon is shared.
    """
    found = compare(base, variant)
    n, pairs = found["trials"], []
    for day, cell in found["tiers"]["durable"].items():
        here, there = (event_by(run.columns, run.scenario, "durable", int(day))[:n] for run in (base, variant))
        slopes = [
            level_of(run, "durable", int(day)).slope_at(float(np.mean(hits)), n)
            for run, hits in ((base, here), (variant, there))
        ]
        apart = cell["difference"], cell["lo"], cell["hi"]
        pairs.append(Pair(int(day), cell["base"], cell["variant"], *apart, *gain(here, there, *slopes)))
    return CommonRandomNumbers(base.name, variant.name, n, base.seed, tuple(pairs))


def gain(
    base: Hits, variant: Hits, of_base: float = 1.0, of_variant: float = 1.0
) -> tuple[float, float, float, float, float]:
    """Return both standard errors, independent and common random numbers, the ratio of variances and its interval.

    ``of_base`` and ``of_variant`` are the slopes of the headlines, 1 for the plain shares.

    Delta method for the logarithm of a ratio of two means over clusters, Student's t.
    """
    (first, sizes), (second, _) = (group_sums(hits, TRIALS_PER_CLUSTER) for hits in (base, variant))
    first = of_base * (first - np.mean(base) * sizes)
    second = of_variant * (second - np.mean(variant) * sizes)
    unlike, common = first**2 + second**2, (second - first) ** 2
    k, n = len(sizes), len(base)
    errors = [float(np.sqrt(k / max(1, k - 1) * one.sum())) / n for one in (unlike, common)]
    if k < 2 or np.count_nonzero(base != variant) < FEW_EVENTS or not common.any():
        return errors[0], errors[1], UNKNOWN, UNKNOWN, UNKNOWN
    ratio = float(unlike.sum() / common.sum())
    spread = float(np.sqrt(k / (k - 1) * np.sum((unlike / unlike.sum() - common / common.sum()) ** 2)))
    reach = float(np.exp(student_quantile(LEVEL, k - 1) * spread))
    return errors[0], errors[1], ratio, ratio / reach, ratio * reach


common_luck, CommonLuck = common_random_numbers, CommonRandomNumbers
"""The names of one version ago, which the next drops."""
