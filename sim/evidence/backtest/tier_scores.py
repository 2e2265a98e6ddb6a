"""Scores of the forecasts of one tier, by forecaster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from sim.evidence.backtest import scores
from sim.evidence.backtest.forecasts import ByTier, outcomes_of, wars_of
from sim.evidence.backtest.reliability import Bin, Coverage, event_intervals, interval_coverage, reliability
from sim.evidence.backtest.subsets import subset_scores
from sim.evidence.calibration.calibrate import Rows
from sim.evidence.calibration.episodes import HORIZONS, TIERS
from sim.statistics.estimates import Floats

COMPARED = ("engine", "pool", "known")
"""Forecasters that are compared with each other one."""
WITH_LINES = ("ridge", "engine", "pool", "known", "headline")
"""Forecasters whose calibration line is fitted."""
BINNED = ("engine", "pool")
"""Forecasters whose forecasts are set in bins against what happened."""


@dataclass(frozen=True)
class TierScores:
    """How good the forecasts of a tier were, by forecaster; differences are one's score minus the other's."""

    tier: str
    n_rows: int
    n_wars: int
    brier: Mapping[str, Floats]
    log_score: Mapping[str, Floats]
    differences: Mapping[str, Mapping[str, tuple[float, float, float]]]
    lines: Mapping[str, tuple[scores.Calibration, ...]]
    pooled: Mapping[str, scores.Calibration]
    bins: Mapping[str, tuple[Bin, ...]]
    coverage: tuple[Coverage, ...]
    subsets: tuple[Mapping[str, Any], ...]

    @property
    def verdicts(self) -> dict[str, str]:
        """Return one word on each, by wars: never "calibrated" on fewer than fifty resolved episodes."""
        return {name: self._verdict(line) for name, line in self.pooled.items()}

    def _verdict(self, line: scores.Calibration) -> str:
        overconfidence = float(special.ndtr((line.slope - 1.0) / line.by_war_slope_se))
        return scores.verdict(self.n_rows, line.by_war_p_value, overconfidence)

    @property
    def sentence(self) -> str:
        """Return the mean Brier scores of the main forecasters, and the verdict on the engine."""
        named = ("engine", "pool", "known", "ridge", "constant")
        means = ", ".join(f"{name} {scores.scored_mean(self.brier[name]):.3f}" for name in named)
        return (
            f"{self.tier}: mean Brier score {means}, over {self.n_rows} episodes of {self.n_wars} wars; "
            f"the engine is {self.verdicts['engine']}."
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield one row per forecaster and horizon, with both scores."""
        for name, brier in self.brier.items():
            for days, score, log_score in zip(HORIZONS, brier, self.log_score[name], strict=True):
                scored = {"brier": float(score), "log_score": float(log_score)}
                yield {"tier": self.tier, "forecaster": name, "days": days, **scored}

    def as_dict(self) -> dict[str, Any]:
        """Return the tier's entry in the object of ``parley backtest --json``; what is undetermined is NaN."""

        def by_horizon(values: Floats) -> dict[str, float]:
            return {**dict(zip(map(str, HORIZONS), values, strict=True)), "mean": scores.scored_mean(values)}

        def by_key(name: str) -> dict[str, Any]:
            keys = [*map(str, HORIZONS), "pooled"]
            return {key: line.as_dict() for key, line in zip(keys, [*self.lines[name], self.pooled[name]], strict=True)}

        def plain(values: Any) -> list[dict[str, float]]:
            return [{name: float(value) for name, value in vars(one).items()} for one in values]

        return {
            "n_episodes": self.n_rows,
            "n_wars": self.n_wars,
            "verdict": self.verdicts["engine"],
            "verdicts": self.verdicts,
            "brier": {name: by_horizon(values) for name, values in self.brier.items()},
            "log_score": {name: by_horizon(values) for name, values in self.log_score.items()},
            "differences": {
                ours: {name: dict(zip(("difference", "lo", "hi"), values, strict=True)) for name, values in of.items()}
                for ours, of in self.differences.items()
            },
            "calibration": {name: by_key(name) for name in self.pooled},
            "reliability": {name: plain(bins) for name, bins in self.bins.items()},
            "coverage": plain(self.coverage),
            "subsets": list(self.subsets),
        }


def score(rows: Rows, by_forecaster: Mapping[str, ByTier], tier: str) -> TierScores | None:
    """Return the scores of the target rows of a tier; None where no cell is scored."""
    outcomes, wars = outcomes_of(rows.targets, tier, rows.as_of), wars_of(rows.targets)
    scored = ~np.all(np.isnan(outcomes), axis=1)
    if not scored.any():
        return None
    odds = {name: by_tier[tier] for name, by_tier in by_forecaster.items()}
    losses = {name: scores.brier_losses(of, outcomes) for name, of in odds.items()}
    happened, war_of_cell = outcomes.ravel(), np.repeat(wars, len(HORIZONS))
    return TierScores(
        tier=tier,
        n_rows=int(scored.sum()),
        n_wars=len(set(wars[scored])),
        brier={name: scores.column_means(loss) for name, loss in losses.items()},
        log_score={name: scores.log_score(of, outcomes) for name, of in odds.items()},
        differences={
            ours: {
                name: scores.cluster_bootstrap(losses[ours], loss, wars)
                for name, loss in losses.items()
                if name != ours
            }
            for ours in COMPARED
        },
        lines={
            name: tuple(scores.calibration(odds[name][:, k], outcomes[:, k], wars) for k in range(len(HORIZONS)))
            for name in WITH_LINES
        },
        pooled={name: scores.calibration(odds[name].ravel(), happened, war_of_cell) for name in WITH_LINES},
        bins={name: tuple(reliability(odds[name].ravel(), happened, war_of_cell)) for name in BINNED},
        coverage=tuple(interval_coverage(odds["engine"], *event_intervals(outcomes))),
        subsets=tuple(subset_scores(rows.targets, odds, outcomes, wars, rows.others)),
    )


def mean_briers(rows: Rows, by_forecaster: Mapping[str, ByTier]) -> dict[str, dict[str, float]]:
    """Return the mean Brier scores of the target rows, by tier and forecaster; tiers not scored are left out."""
    found = {}
    for tier in TIERS:
        outcomes = outcomes_of(rows.targets, tier, rows.as_of)
        if not np.all(np.isnan(outcomes)):
            found[tier] = {name: scores.mean_brier(of[tier], outcomes) for name, of in by_forecaster.items()}
    return found
