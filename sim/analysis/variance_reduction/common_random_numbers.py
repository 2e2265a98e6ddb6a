"""What meeting the same luck is worth for a difference between two scenarios.

Trial t of both scenarios meets the same luck and the same draws (docs/decisions/0001-luck.md), so what chance does to
both falls out of their difference. The gain is the variance of a difference between runs of unlike luck, which is the
sum of both variances, over the variance of the paired difference. Both are read off the same two runs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.sensitivity.uncertain_inputs import NOT_ANCHORED
from sim.analysis.variance_reduction.engine_pass import Clock, Progress, plain_run, weeks_for
from sim.analysis.variance_reduction.estimate import cluster_means
from sim.analysis.variance_reduction.methods import DEFAULT_TRIALS, check
from sim.errors.arguments import checked_arguments
from sim.scenario.schema import Scenario
from sim.statistics.horizons import horizons
from sim.statistics.paired_differences import paired_difference

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Pair:
    """A difference variant - base of durable odds by ``days``: paired, with its interval, and what pairing gains.

    ``variance_ratio``: variance with unlike luck over that with common luck; not a number where no trial differs.
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


@dataclass(frozen=True)
class CommonLuck:
    """The gain of common luck for two scenarios, by horizon."""

    base: str
    variant: str
    trials: int
    seed: int
    pairs: tuple[Pair, ...]

    @property
    def sentence(self) -> str:
        """How many times as many trials a difference would need without common luck, at the last horizon."""
        one = self.pairs[-1]
        if not np.isfinite(one.variance_ratio):
            return f"By {one.days} days no trial turned out differently, so there is no variance to compare."
        return (
            f"With unlike luck the difference by {one.days} days would need {one.variance_ratio:.1f} times as many "
            "trials for the same interval."
        )

    @property
    def notes(self) -> list[str]:
        return [NOT_ANCHORED]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON; null where there is no variance."""
        pairs = [
            {name: value if np.isfinite(value) else None for name, value in asdict(one).items()} for one in self.pairs
        ]
        named = {"base": self.base, "variant": self.variant, "trials": self.trials, "seed": self.seed}
        return {**named, "anchored": False, "pairs": pairs, "sentence": self.sentence, "notes": self.notes}

    def table(self) -> pd.DataFrame:
        """One row per horizon."""
        import pandas as pd

        return pd.DataFrame([asdict(one) for one in self.pairs])


@checked_arguments
def common_luck(
    base: Scenario,
    variant: Scenario,
    *,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    progress: Progress | None = None,
    names: tuple[str, str] | None = None,
) -> CommonLuck:
    """Both scenarios with the same luck, ``trials`` each, at the horizons they have in common.

    Raises ParleyError as ``fewer_trials`` does.
    """
    check("plain", trials, seed)
    days = [day for day in horizons(base) if day in horizons(variant)]  # 30 days at least
    found = []
    for number, scenario in enumerate((base, variant)):
        ahead = None if progress is None else _counted(progress, number * trials, trials)
        found.append(plain_run(scenario, trials, seed, weeks_for(scenario, days[-1]), Clock(), ahead))
    pairs = []
    for day in days:
        hits = [one["durable", day] for one in found]
        shares = [cluster_means(hit) for hit in hits]
        k = len(shares[0])
        unlike = float(np.sqrt(sum(np.var(share, ddof=1) for share in shares) / k))
        common = float(np.sqrt(np.var(shares[1] - shares[0], ddof=1) / k))
        ratio = (unlike / common) ** 2 if common > 0 else float("nan")
        odds = [float(np.mean(hit)) for hit in hits]
        difference, lo, hi = paired_difference(hits[0], hits[1])
        pairs.append(Pair(day, odds[0], odds[1], difference, lo, hi, unlike, common, ratio))
    first, second = names or (base.title, variant.title)
    return CommonLuck(first, second, trials, seed, tuple(pairs))


def _counted(progress: Progress, before: int, each: int) -> Progress:
    return lambda done, total: progress(before + done, 2 * each)
