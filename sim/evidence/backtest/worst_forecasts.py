"""The worst forecasts by name: what was forecast, what happened, and what the model had seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.evidence.backtest import scores
from sim.evidence.backtest.forecasts import Forecasts, outcomes_of
from sim.evidence.calibration.calibrate import Record, Rows
from sim.evidence.calibration.episodes import HORIZONS
from sim.evidence.calibration.posterior import covariance
from sim.evidence.calibration.prior import RowInputs, prior_draws
from sim.evidence.calibration.simulate_episodes import codings
from sim.outcome_columns import TAGS
from sim.results.wording import REASONS, percent
from sim.statistics.estimates import Floats

N_WORST = 10


@dataclass(frozen=True)
class WorstForecast:
    """A row whose forecast cost most: at ``days`` the engine's odds were ``forecast``; ``cost`` is its mean log loss.

    ``ridge`` and ``pool`` are the odds of the others for the same day.
    """

    episode_id: str
    name: str
    opened: str
    days: int
    forecast: float
    happened: bool
    cost: float
    outcome: str
    reason: str
    ridge: float
    pool: float


def worst_forecasts(rows: Rows, record: Record, forecasts: Forecasts, n: int = N_WORST) -> list[WorstForecast]:
    """Return the ``n`` rows with the largest mean log loss on the durable tier, the worst first."""
    odds = forecasts.by_forecaster["engine"]["durable"]
    losses = scores.log_losses(odds, outcomes_of(rows.targets, "durable", rows.as_of))
    scored = ~np.all(np.isnan(losses), axis=1)
    cost = np.full(len(losses), -np.inf)
    cost[scored] = np.nanmean(losses[scored], axis=1)
    worst = []
    for row in np.argsort(-cost, kind="stable")[: min(n, int(scored.sum()))]:
        episode, place = rows.targets[row], int(np.nanargmax(losses[row]))
        happened = episode.outcomes["durable"][place] == 1
        if happened:
            seen = _commonest_failure(record, int(row))
            reason = f"the model saw that {REASONS[seen]}" if seen else "the model saw nothing in particular"
        else:
            mutual = percent(float(forecasts.by_forecaster["engine"]["mutual"][row, -1]))
            reason = f"the model saw terms that suit both, signed within a year in {mutual} of trials"
        opened = episode.talks_opened.isoformat()
        said = (HORIZONS[place], float(odds[row, place]), happened, float(cost[row]))
        others = [float(forecasts.by_forecaster[name]["durable"][row, place]) for name in ("ridge", "pool")]
        worst.append(WorstForecast(episode.episode_id, episode.name, opened, *said, episode.outcome, reason, *others))
    return worst


def _commonest_failure(record: Record, row: int) -> str:
    """Return the commonest failure reason of the row's trials by the posterior without its war; "" without any."""
    draws, reasons = prior_draws(record.trials, record.seed), record.simulated[row].failure_reasons
    unseen = record.posterior.without(record.episodes[row].cluster)
    shares = np.zeros(len(TAGS))
    for coding in codings(record.episodes[row], len(draws)):
        inputs = RowInputs.of(coding.episode)
        weights = _carried(inputs.places(record.posterior.points), unseen, inputs.places(draws[coding.draws]))
        shares += coding.share * (weights @ reasons[coding.draws]) / weights.sum()
    return TAGS[int(np.argmax(shares))] if shares.sum() > 0 else ""


def _carried(points: Floats, weights: Floats, draws: Floats) -> Floats:
    """Return weights of simulated draws that resemble a posterior on other points: its normal approximation."""
    # Without patrons both sides' costs of war are one input: the covariance has no inverse.
    precision = np.linalg.pinv(covariance(points, weights), rcond=1e-10, hermitian=True)
    away = draws - weights @ points
    log_weights = -0.5 * np.einsum("ij,jk,ik->i", away, precision, away)
    return np.asarray(np.exp(log_weights - log_weights.max()))
