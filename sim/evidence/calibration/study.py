"""The result of ``parley calibrate``: what the record says of the parameters, and a check of the estimator."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.evidence.calibration.calibrate import Record
from sim.evidence.calibration.posterior import Learned, correlations, effective, learned
from sim.evidence.calibration.simulation_based_calibration import RankStatistics

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CalibrationStudy:
    """A record as known on a day, with the rank statistics of its estimator."""

    record: Record
    ranks: RankStatistics
    as_of: date | None = None

    @property
    def trials(self) -> int:
        """Return the trials of each episode."""
        return self.record.trials

    @property
    def seed(self) -> int:
        """Return the seed of the simulated episodes."""
        return self.record.seed

    @cached_property
    def parameters(self) -> list[Learned]:
        """Return prior, posterior and contraction of each parameter."""
        return learned(self.record.posterior)

    @cached_property
    def correlations(self) -> list[tuple[str, str, float]]:
        """Return the pairs of parameters that the record ties together."""
        return correlations(self.record.posterior)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what is known only jointly, the effective points of the prior, and whether the estimator is right."""
        pairs = ", ".join(f"{a} and {b} {value:+.2f}" for a, b, value in self.correlations)
        tied = f"Known only together (correlation): {pairs}. So they are drawn jointly, never one by one."
        weighed, points = effective(self.record.posterior.weights), len(self.record.posterior.points)
        worth = f"The record is worth {weighed:.0f} of the {points:,} points of the prior."
        return (*([tied] if pairs else []), worth, self.ranks.sentence)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return meaning and unit of each parameter."""
        return tuple(f"{one.name}: {one.meaning}, {one.unit}" for one in self.parameters)

    def table(self) -> pd.DataFrame:
        """Return one row per parameter: 5 %, median and 95 % of prior and posterior in its unit, and contraction."""
        import pandas as pd

        ends = ("low", "median", "high")
        return pd.DataFrame(
            [
                {"parameter": one.name, "unit": one.unit}
                | {f"prior_{end}": value for end, value in zip(ends, one.prior, strict=True)}
                | {f"posterior_{end}": value for end, value in zip(ends, one.posterior, strict=True)}
                | {"contraction": one.contraction}
                for one in self.parameters
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the object of ``parley calibrate --json``."""
        own = [asdict(one) | {"words": one.words} for one in self.parameters]
        return {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "n_episodes": self.record.posterior.n_rows,
            "wars": list(self.record.posterior.wars),
            "trials_an_episode": self.trials,
            "seed": self.seed,
            "effective_points": effective(self.record.posterior.weights),
            "parameters": {one.pop("name"): one for one in own},
            "correlations": [list(pair) for pair in self.correlations],
            "rank_check": {
                "sets": len(self.ranks.places),
                "p_values": list(self.ranks.p_values),
                "width_p_values": list(self.ranks.width_p_values),
                "passes": self.ranks.passes,
            },
        }
