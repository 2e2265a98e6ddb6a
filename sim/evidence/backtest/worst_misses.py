"""The worst misses by name: what was forecast, what happened, and what the model had seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.evidence.backtest import scores
from sim.evidence.backtest.backtest import Backtest, outcomes_of
from sim.evidence.calibration.episodes import HORIZONS
from sim.evidence.calibration.simulate_episodes import prior_draws
from sim.results.wording import REASONS, percent
from sim.statistics.estimates import Floats

N_MISSES = 10


@dataclass(frozen=True)
class Miss:
    """One row whose forecast cost most: at ``days`` the odds were ``forecast`` and ``happened`` is what came."""

    episode_id: str
    name: str
    opened: str
    days: int
    forecast: float
    happened: bool
    cost: float
    outcome: str
    reason: str


def worst_misses(found: Backtest, n: int = N_MISSES) -> list[Miss]:
    """The ``n`` rows with the largest mean log loss on the durable tier, the worst first."""
    odds = found.forecasts.by_tier["durable"]
    losses = scores.log_losses(odds, outcomes_of(found.rows.targets, "durable", found.rows.as_of))
    scored = ~np.all(np.isnan(losses), axis=1)
    mean = np.full(len(losses), -np.inf)
    mean[scored] = np.nanmean(losses[scored], axis=1)
    return [_miss(found, int(row), losses[row]) for row in np.argsort(-mean, kind="stable")[:n] if scored[row]]


def _miss(found: Backtest, row: int, losses: Floats) -> Miss:
    episode = found.rows.targets[row]
    place = int(np.nanargmax(losses))
    forecast = float(found.forecasts.by_tier["durable"][row, place])
    happened = episode.outcomes["durable"][place] == 1
    return Miss(
        episode.episode_id,
        episode.name,
        episode.talks_opened.isoformat(),
        HORIZONS[place],
        forecast,
        happened,
        float(np.nanmean(losses)),
        episode.outcome,
        _reason(found, row, happened),
    )


def _reason(found: Backtest, row: int, happened: bool) -> str:
    """What the model saw: why it expected no halt where one came, or how sure it was of one that did not."""
    if not happened:
        mutual = float(found.forecasts.by_tier["mutual"][row, -1])
        return f"the model saw terms that suit both, signed within a year in {percent(mutual)} of trials"
    tags = _tags(found, row)
    return f"the model saw that {REASONS[tags]}" if tags else "the model saw nothing in particular"


def _tags(found: Backtest, row: int) -> str:
    """The commonest reason for failure among the row's trials, by the posterior without its war."""
    from sim.outcome_columns import TAGS

    record, episode = found.record, found.rows.targets[row]
    draws = prior_draws(record.trials, record.seed)
    weights = _carried(record.posterior.points, record.posterior.without(episode.cluster), draws)
    shares = weights @ record.simulated[row].failure_reasons
    return TAGS[int(np.argmax(shares))] if shares.sum() > 0 else ""


def _carried(points: Floats, weights: Floats, draws: Floats) -> Floats:
    """Weights of the simulated draws that resemble a posterior on other points: its normal approximation."""
    mean = weights @ points
    centred = points - mean
    precision = np.linalg.inv((centred * weights[:, None]).T @ centred)
    away = draws - mean
    log_weights = -0.5 * np.einsum("ij,jk,ik->i", away, precision, away)
    return np.asarray(np.exp(log_weights - log_weights.max()))
