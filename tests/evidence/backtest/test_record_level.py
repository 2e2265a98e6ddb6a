"""The level of the record: the known forecast of the row, its spread over the posterior, and messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from sim.errors import ParleyError
from sim.evidence.backtest.backtest import Backtest
from sim.evidence.backtest.record_level import ENGINE_SHARE, record_forecast, record_levels
from tests.evidence import factories


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[factories.World]:
    with factories.world(tmp_path_factory.mktemp("level")) as place:
        yield place


@pytest.fixture(scope="module")
def found(world: factories.World) -> Backtest:
    """The small record, with a later row of one of its wars that has no outcome yet."""
    later = {"talks_opened": "2007-01-01", **dict.fromkeys((*factories.OUTCOMES, "durable_cf", "mutual_cf"), "")}
    return world.run(shipped=[*factories.record(), factories.cells(episode_id="K3", cluster="KOR", **later)])


def test_it_is_the_known_forecast_of_the_row(found: Backtest) -> None:
    for row, episode in enumerate(found.rows.targets):
        odds = record_forecast(found.rows, found.record, found.forecasts, episode.episode_id)
        assert [one.p for one in odds] == found.forecasts.by_forecaster["known"]["durable"][row].tolist()
        assert [one.days for one in odds] == [30, 90, 180, 365] and all(0 < one.sd < 3 for one in odds)


def test_the_spread_is_the_engines_over_the_posterior_times_its_weight(found: Backtest) -> None:
    chances, weights = found.record.surfaces.chances["durable"][0], found.record.posterior.without("KOR")
    p = chances[:, 0].astype(float)
    logit = np.log(p / (1 - p))
    variance = sum(w * (one - weights @ logit) ** 2 for w, one in zip(weights, logit, strict=True))
    first, *_ = record_forecast(found.rows, found.record, found.forecasts, found.rows.targets[0].episode_id)
    assert found.rows.targets[0].cluster == "KOR"
    assert first.sd == pytest.approx(ENGINE_SHARE * variance**0.5, abs=2e-6)


def test_a_later_day_knows_more_of_the_war(found: Backtest) -> None:
    """K2 opened with K1, which had no ceasefire: years later that is known."""
    own = (found.rows, found.record, found.forecasts, "K2")
    at_once, later = record_forecast(*own), record_forecast(*own, date(2008, 1, 1))
    assert [one.p for one in later] != [one.p for one in at_once]
    assert record_forecast(*own, date(2004, 1, 1)) == at_once


def test_levels_of_scenarios_are_those_of_their_rows(world: factories.World, found: Backtest) -> None:
    levels = record_levels({"a": ("K3", None)}, trials=factories.TRIALS, workers=1)
    assert levels == {"a": record_forecast(found.rows, found.record, found.forecasts, "K3")}


def test_a_row_that_is_not_there_and_a_day_before_its_talks(found: Backtest) -> None:
    own = (found.rows, found.record, found.forecasts)
    with pytest.raises(ParleyError, match=r"expected an id of a coded row, got `K33`.*K3"):
        record_forecast(*own, "K33")
    with pytest.raises(ParleyError, match="expected 2004-01-01, when talks of K1 opened, or later, got 2003-12-31"):
        record_forecast(*own, "K1", date(2003, 12, 31))
