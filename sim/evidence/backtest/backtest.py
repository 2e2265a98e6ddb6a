"""``parley backtest``: forecasts of every coded episode from other wars alone, and how good they were.

Leave one war out: the posterior that forecasts a row has seen no row of its war. Scores stand beside those of the
base rate, the age of the war and a ridge regression on the same coded row, fitted on the same rows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from sim.errors.arguments import checked_arguments
from sim.evidence.backtest import baselines, scores
from sim.evidence.backtest.reference_class import reference_by_age
from sim.evidence.backtest.reliability import Bin, Coverage, event_intervals, interval_coverage, reliability
from sim.evidence.calibration.calibrate import Record, Rows, calibrate, read_rows
from sim.evidence.calibration.episodes import HORIZONS, SCALES, TIERS, Episode, same_name
from sim.evidence.calibration.simulate_episodes import DEFAULT_TRIALS, Progress
from sim.statistics.anchoring import mean_of_logits
from sim.statistics.estimates import Floats

HINDSIGHT = ("momentum_a", "stalemate", "mediator_leverage")
"""Columns coded by someone who knew how it ended: a variant holds them at their median."""
RIDGES = {"ridge, penalty 10": 10.0, "ridge, penalty 30": 30.0}
DIGITS = 6
"""Forecasts are rounded to millionths, far below what a forecast can be known to."""


@dataclass(frozen=True)
class Forecasts:
    """Odds of the target rows by tier, shape (rows, horizons); ``anchored`` of the durable tier."""

    by_tier: Mapping[str, Floats]
    anchored: Floats


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
        """The one word, by wars: never "calibrated" on fewer than fifty resolved episodes."""
        if self.n_rows < scores.LEAST_RESOLVED:
            return f"too few to say: {self.n_rows} of {scores.LEAST_RESOLVED}"
        line = self.pooled
        if not np.isfinite(line.by_war_p_value):
            return "cannot be told"
        too_sure = (line.slope - 1.0) / line.by_war_slope_se < -1.645
        passes = line.by_war_p_value >= scores.TEST_LEVEL and not too_sure
        return "calibrated" if passes else "overconfident" if too_sure else "not calibrated"


@dataclass(frozen=True)
class Backtest:
    """Everything ``parley backtest`` shows. ``tiers`` is empty where no cell of the targets is scored."""

    rows: Rows
    record: Record
    as_of: date | None
    forecasts: Forecasts
    tiers: Mapping[str, TierScores]
    variants: Mapping[str, Mapping[str, float]]


@checked_arguments
def backtest(
    file: str | os.PathLike[str] | None = None,
    *,
    as_of: date | None = None,
    alone: bool = False,
    allow_overlap: bool = False,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast and score the rows of ``file`` (the shipped ones without it), as known at ``as_of``.

    With ``alone`` the rows of ``file`` teach each other and no shipped row does. Raises ParleyError for a file that
    cannot be read or breaks the rules of the columns, and where two wars look like one, unless ``allow_overlap``.
    """
    rows = read_rows(file, as_of, alone=alone, allow_overlap=allow_overlap)
    n_all = len(rows.all)
    is_scored = any(episode.is_scored for episode in rows.targets)
    rounds = 2 if is_scored else 1

    def told(done: int, _: int, before: int = 0) -> None:
        if progress:
            progress(before + done, rounds * n_all)

    record = calibrate(rows.all, trials=trials, seed=seed, workers=workers, progress=told)
    forecasts = forecast(record, rows.targets)
    tiers = {tier: found for tier in TIERS if (found := score(rows, forecasts, tier)) is not None}
    variants: dict[str, Mapping[str, float]] = {}
    if is_scored:
        unlearned = forecast(record, rows.targets, learns=False)
        variants["no calibration: priors alone"] = mean_briers(rows, unlearned)
        blind = without_hindsight(rows)
        again = calibrate(
            blind.all, trials=trials, seed=seed, workers=workers, progress=lambda done, n: told(done, n, n_all)
        )
        variants["hindsight columns held constant"] = mean_briers(blind, forecast(again, blind.targets))
        loose = second_coding(rows)
        if loose != rows:
            changed = replace(record, posterior=type(record.posterior).of(loose.all, record.surfaces))
            variants["contested ends coded loosely"] = mean_briers(loose, forecast(changed, loose.targets))
    return Backtest(rows, record, as_of, forecasts, tiers, variants)


def forecast(record: Record, targets: Sequence[Episode], learns: bool = True) -> Forecasts:
    """Odds of each target from every war but its own; ``learns=False`` takes the priors as they are."""
    weights: dict[str, Floats] = {}
    n_points = len(record.surfaces.points)
    found = {tier: np.empty((len(targets), len(HORIZONS))) for tier in TIERS}
    for row, episode in enumerate(targets):
        war = episode.cluster
        if war not in weights:
            weights[war] = record.posterior.without(war) if learns else np.full(n_points, 1.0 / n_points)
        for tier in TIERS:
            found[tier][row] = record.surfaces.odds(tier, row, weights[war])
    by_tier = {tier: np.round(odds, DIGITS) for tier, odds in found.items()}
    return Forecasts(by_tier, np.round(anchored(by_tier["durable"], targets), DIGITS))


def anchored(odds: Floats, targets: Sequence[Episode]) -> Floats:
    """The headline of each row: half way, in log odds, to wars of its age."""
    reference = np.array([[reference_by_age(e.age_days, days) for days in HORIZONS] for e in targets])
    return np.asarray(mean_of_logits(np.clip(odds, 1e-6, 1 - 1e-6), reference.reshape(odds.shape)))


def outcomes_of(episodes: Sequence[Episode], tier: str, as_of: date | None = None) -> Floats:
    """Outcomes (rows, horizons): 1, 0, or NaN where not scored.

    As of a date only horizons that have wholly passed are scored: a halt is known at once, but that there was none only
    at the horizon, so recent rows would else bring nothing but halts.
    """
    return np.array(
        [
            [
                value if value is not None and episode.has_passed(tier, days, as_of) else np.nan
                for days, value in zip(HORIZONS, episode.outcomes[tier], strict=True)
            ]
            for episode in episodes
        ],
        dtype=float,
    ).reshape(len(episodes), len(HORIZONS))


def wars_of(episodes: Sequence[Episode]) -> Any:
    return np.array([episode.cluster for episode in episodes])


def score(rows: Rows, forecasts: Forecasts, tier: str) -> TierScores | None:
    """Scores of the target rows of a tier; None where no cell is scored."""
    n = len(rows.targets)
    outcomes, wars = outcomes_of(rows.targets, tier, rows.as_of), wars_of(rows.targets)
    scored = ~np.isnan(outcomes)
    if not scored.any():
        return None
    ours = forecasts.by_tier[tier]
    by_forecaster = {"model": ours} | {name: odds[:n] for name, odds in rivals(rows, tier).items()}
    if tier == "durable":
        by_forecaster["model, anchored"] = forecasts.anchored
    losses = {name: scores.brier_losses(odds, outcomes) for name, odds in by_forecaster.items()}
    flat_wars = np.repeat(wars[:, None], len(HORIZONS), axis=1)
    return TierScores(
        tier=tier,
        n_rows=int(scored.any(axis=1).sum()),
        n_wars=len(set(wars[scored.any(axis=1)])),
        brier={name: scores.brier(odds, outcomes) for name, odds in by_forecaster.items()},
        log_score={name: scores.log_score(odds, outcomes) for name, odds in by_forecaster.items()},
        differences={
            name: scores.cluster_bootstrap(losses["model"], loss, wars)
            for name, loss in losses.items()
            if name != "model"
        },
        lines=tuple(scores.calibration(ours[:, k], outcomes[:, k], wars) for k in range(len(HORIZONS))),
        pooled=scores.calibration(ours.ravel(), outcomes.ravel(), flat_wars.ravel()),
        bins=tuple(reliability(ours.ravel(), outcomes.ravel(), flat_wars.ravel())),
        coverage=tuple(interval_coverage(ours, *event_intervals(outcomes))),
    )


def rivals(rows: Rows, tier: str) -> dict[str, Floats]:
    """Forecasts of all rows by what needs no model, from the same rows of other wars."""
    outcomes, wars = outcomes_of(rows.all, tier, rows.as_of), wars_of(rows.all)
    columns: dict[str, Any] = {name: np.array([getattr(e, name) for e in rows.all]) for name in SCALES}
    columns["war_age_days"] = np.array([episode.age_days for episode in rows.all])
    columns["war_type"] = np.array([episode.war_type for episode in rows.all])
    features = baselines.Features.from_columns(columns)
    found = {
        "constant": baselines.constant(outcomes, wars),
        "age of war": baselines.age_of_war(columns["war_age_days"], outcomes, wars),
    }
    return found | {name: baselines.ridge(features, outcomes, wars, penalty) for name, penalty in RIDGES.items()}


def mean_briers(rows: Rows, forecasts: Forecasts) -> dict[str, float]:
    """Mean Brier score of the target rows, by tier; tiers without a scored cell are left out."""
    found = {
        tier: scores.mean_brier(forecasts.by_tier[tier], outcomes_of(rows.targets, tier, rows.as_of)) for tier in TIERS
    }
    return {tier: mean for tier, mean in found.items() if np.isfinite(mean)}


def without_hindsight(rows: Rows) -> Rows:
    """Every row with the hindsight-coded columns at their median over the scored rows."""
    scored = [episode for episode in rows.all if episode.is_scored]
    typical: dict[str, Any] = {
        name: int(np.median([getattr(episode, name) for episode in scored])) for name in HINDSIGHT
    }
    blind = [replace(episode, **typical) for episode in rows.all]
    n = len(rows.targets)
    return replace(rows, targets=tuple(blind[:n]), others=tuple(blind[n:]))


def second_coding(rows: Rows) -> Rows:
    """The rows with the other reading of outcomes that are contested (history/second_codings.csv)."""
    other = _second_codings()

    def recoded(episode: Episode) -> Episode:
        given = {tier: other[key] for tier in TIERS if (key := (same_name(episode.episode_id), tier)) in other}
        known = {tier: values for tier, values in given.items() if None not in episode.outcomes[tier]}
        return replace(episode, outcomes={**episode.outcomes, **known}) if known else episode

    return replace(rows, targets=tuple(map(recoded, rows.targets)), others=tuple(map(recoded, rows.others)))


def _second_codings() -> dict[tuple[str, str], tuple[int, ...]]:
    from sim.scenario.sources.search_path import shipped_file
    from sim.scenario.sources.table_file import read_table

    days = [str(days) for days in HORIZONS]
    table = read_table(shipped_file("history/second_codings.csv"), ("episode_id", "tier", *days), ())
    return {
        (same_name(row.needed("episode_id")), row.one_of("tier", TIERS)): tuple(row.whole(name, 0, 1) for name in days)
        for row in table.rows
    }
