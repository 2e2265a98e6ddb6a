"""The level that the record gives a day of a war: the pool with the war's own past, and how well it is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np

from sim.errors import ParleyError
from sim.evidence.backtest.forecasts import Forecasts, forecast
from sim.evidence.backtest.nested import logits, own_rows
from sim.evidence.backtest.own_past import with_own_past
from sim.evidence.calibration.calibrate import Record, Rows, calibrate, read_rows
from sim.evidence.calibration.episodes import HORIZONS
from sim.evidence.calibration.simulate_episodes import DEFAULT_TRIALS
from sim.scenario.diagnostics import did_you_mean, escaped

TIER = "durable"
ENGINE_SHARE = 2 / 3
"""Weight of the engine's log odds in the pool: of three members one is the engine, one stands on top of it."""
DIGITS = 6


class RecordOdds(NamedTuple):
    """Odds of a durable ceasefire by ``days``, and their standard deviation in log odds."""

    days: int
    p: float
    sd: float


def record_forecast(
    rows: Rows, record: Record, forecasts: Forecasts, episode_id: str, day: date | None = None
) -> list[RecordOdds]:
    """Return the odds of a coded row from other wars and from what was known of its own on a day.

    Parameters
    ----------
    rows, record, forecasts
        Rows, what they teach, and the forecasts made of them.
    episode_id
        Id of the row.
    day
        Day up to which the war's own past is known; the day on which the row's talks opened without it.

    Returns
    -------
    list of RecordOdds
        One for each horizon.

    Raises
    ------
    ParleyError
        For an id that no row has, and for a day before the row's talks opened.

    Notes
    -----
    The standard deviation is that of the engine's log odds over the posterior without the row's war, times the engine's
    weight in the pool. What the ridge does not know of its coefficients is not in it.
    """
    ids = [episode.episode_id for episode in rows.all]
    if episode_id not in ids:
        near = did_you_mean(episode_id, ids)
        raise ParleyError(f"episode: expected an id of a coded row, got `{escaped(episode_id)}`{near}")
    row = ids.index(episode_id)
    episode = rows.all[row]
    if day is not None and day < episode.talks_opened:
        raise ParleyError(
            f"day: expected {episode.talks_opened}, when talks of {episode_id} opened, or later, got {day}"
        )
    folds = forecasts.folds
    past = forecasts.own_past if day is None else with_own_past(forecasts.pool, rows.all, folds, day)
    known = own_rows(past.inner[TIER], folds)[row]
    weights = record.posterior.without(episode.cluster)
    by_point = np.cumsum(record.surfaces.chances[TIER][row][:, :-1].astype(np.float64), axis=1)
    places = logits(by_point)
    spread = np.sqrt(weights @ (places - weights @ places) ** 2)
    return [
        RecordOdds(days, round(float(p), DIGITS), round(float(ENGINE_SHARE * sd), DIGITS))
        for days, p, sd in zip(HORIZONS, known, spread, strict=True)
    ]


def record_levels(
    asked: Mapping[str, tuple[str, date | None]],
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
) -> dict[str, list[RecordOdds]]:
    """Return the record's odds of each scenario, given the id of its coded row and the day on which it starts."""
    rows = read_rows()
    record = calibrate(rows.all, trials=trials, seed=seed, workers=workers)
    forecasts = forecast(rows, record, workers)
    return {name: record_forecast(rows, record, forecasts, *one) for name, one in asked.items()}
