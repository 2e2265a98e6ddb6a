"""Scores of the forecasts of one tier, with those of the baselines that need no model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from sim.evidence.backtest import baselines, scores
from sim.evidence.backtest.forecasts import Forecasts, outcomes_of, wars_of
from sim.evidence.backtest.reliability import Bin, Coverage, event_intervals, interval_coverage, reliability
from sim.evidence.calibration.calibrate import Rows
from sim.evidence.calibration.episodes import HORIZONS, TIERS
from sim.statistics.estimates import Floats

RIDGES = {"ridge, penalty 10": 10.0, "ridge, penalty 30": 30.0}


@dataclass(frozen=True)
class TierScores:
    """How good the forecasts of a tier were, by forecaster; differences are the model's minus the other's."""

    tier: str
    n_rows: int
    n_wars: int
    brier: Mapping[str, Floats]
    log_score: Mapping[str, Floats]
    differences: Mapping[str, tuple[float, float, float]]
    lines: tuple[scores.Calibration, ...]
    pooled: scores.Calibration
    bins: tuple[Bin, ...]
    coverage: tuple[Coverage, ...]

    @property
    def verdict(self) -> str:
        """Return the one word, by wars: never "calibrated" on fewer than fifty resolved episodes."""
        line = self.pooled
        too_sure = float(special.ndtr((line.slope - 1.0) / line.by_war_slope_se))
        return scores.verdict(self.n_rows, line.by_war_p_value, too_sure)

    @property
    def sentence(self) -> str:
        """Return the mean Brier score with that of the base rate, and the verdict."""
        ours, base = (f"{scores.scored_mean(self.brier[name]):.3f}" for name in ("model", "constant"))
        return (
            f"{self.tier}: mean Brier score {ours}, base rate {base}, over {self.n_rows} episodes of {self.n_wars} "
            f"wars; {self.verdict}."
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

        lines = dict(zip([*map(str, HORIZONS), "pooled"], [*self.lines, self.pooled], strict=True))
        return {
            "n_episodes": self.n_rows,
            "n_wars": self.n_wars,
            "verdict": self.verdict,
            "brier": {name: by_horizon(values) for name, values in self.brier.items()},
            "log_score": {name: by_horizon(values) for name, values in self.log_score.items()},
            "model_minus": {
                name: dict(zip(("difference", "lo", "hi"), values, strict=True))
                for name, values in self.differences.items()
            },
            "calibration": {name: line.as_dict() for name, line in lines.items()},
            "reliability": [{name: float(value) for name, value in vars(one).items()} for one in self.bins],
            "coverage": [{name: float(value) for name, value in vars(one).items()} for one in self.coverage],
        }


def score(rows: Rows, forecasts: Forecasts, tier: str) -> TierScores | None:
    """Return the scores of the target rows of a tier; None where no cell is scored."""
    outcomes, wars = outcomes_of(rows.targets, tier, rows.as_of), wars_of(rows.targets)
    scored = ~np.all(np.isnan(outcomes), axis=1)
    if not scored.any():
        return None
    ours, n = forecasts.by_tier[tier], len(rows.targets)
    by_forecaster = {"model": ours} | {name: odds[:n] for name, odds in baseline_forecasts(rows, tier).items()}
    if tier == "durable":
        by_forecaster["model, anchored"] = forecasts.anchored
    losses = {name: scores.brier_losses(odds, outcomes) for name, odds in by_forecaster.items()}
    flat = ours.ravel(), outcomes.ravel(), np.repeat(wars, len(HORIZONS))
    return TierScores(
        tier=tier,
        n_rows=int(scored.sum()),
        n_wars=len(set(wars[scored])),
        brier={name: scores.column_means(loss) for name, loss in losses.items()},
        log_score={name: scores.log_score(odds, outcomes) for name, odds in by_forecaster.items()},
        differences={
            name: scores.cluster_bootstrap(losses["model"], loss, wars)
            for name, loss in losses.items()
            if name != "model"
        },
        lines=tuple(scores.calibration(ours[:, k], outcomes[:, k], wars) for k in range(len(HORIZONS))),
        pooled=scores.calibration(*flat),
        bins=tuple(reliability(*flat)),
        coverage=tuple(interval_coverage(ours, *event_intervals(outcomes))),
    )


def baseline_forecasts(rows: Rows, tier: str) -> dict[str, Floats]:
    """Return the forecasts of all rows by what needs no model, from the same rows of other wars."""
    outcomes, wars = outcomes_of(rows.all, tier, rows.as_of), wars_of(rows.all)
    ages = np.array([episode.age_days for episode in rows.all])
    covariates = baselines.covariates(rows.all)
    return {
        "constant": baselines.constant(outcomes, wars),
        "age of war": baselines.age_of_war(ages, outcomes, wars),
        **{name: baselines.ridge(covariates, outcomes, wars, penalty) for name, penalty in RIDGES.items()},
    }


def mean_briers(rows: Rows, forecasts: Forecasts) -> dict[str, float]:
    """Return the mean Brier score of the target rows, by tier; tiers without a scored cell are left out."""
    found = {
        tier: scores.mean_brier(forecasts.by_tier[tier], outcomes_of(rows.targets, tier, rows.as_of)) for tier in TIERS
    }
    return {tier: mean for tier, mean in found.items() if np.isfinite(mean)}
