"""The worst forecasts by name: in the right order, at the horizon that cost most, with the reason that trials give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import log

import numpy as np
import pytest

from sim.evidence.backtest.backtest import Backtest
from sim.evidence.backtest.forecasts import FORECASTERS
from sim.evidence.backtest.worst_forecasts import WorstForecast, _carried, worst_forecasts
from sim.evidence.calibration.posterior import Posterior
from sim.evidence.calibration.prior import prior_draws, prior_points
from sim.results.wording import REASONS
from tests.evidence import factories


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backtest]:
    """The small record with forecasts made by hand: K1 and N1 never, S1 at once, A1 on day 80, the rest later."""
    with factories.world(tmp_path_factory.mktemp("world")) as world:
        real = world.run()
        odds = np.full((6, 4), 0.5)
        odds[0] = (0.1, 0.2, 0.9, 0.95)  # K1: nothing happened
        odds[2] = (0.02, 0.3, 0.4, 0.5)  # S1: a ceasefire within 30 days
        alike = dict.fromkeys(FORECASTERS, {"durable": odds, "mutual": odds})
        yield replace(real, forecasts=replace(real.forecasts, by_forecaster=alike))


def worst(found: Backtest, n: int = 10) -> list[WorstForecast]:
    return worst_forecasts(found.rows, found.record, found.forecasts, n)


def test_the_worst_come_first(found: Backtest) -> None:
    listed = worst(found)
    costs = [one.cost for one in listed]
    assert len(costs) == 6 and costs == sorted(costs, reverse=True)
    assert [one.episode_id for one in listed] == ["S1", "K1", "K2", "N1", "N2", "A1"]  # even ones in their order
    first, second = listed[:2]
    assert (first.days, first.forecast, first.happened) == (30, 0.02, True)
    assert first.cost == pytest.approx(-(log(0.02) + log(0.3) + log(0.4) + log(0.5)) / 4, abs=1e-12)
    assert (second.days, second.forecast, second.happened) == (365, 0.95, False)
    assert second.cost == pytest.approx(-(log(0.9) + log(0.8) + log(0.1) + log(0.05)) / 4, abs=1e-12)
    assert (first.ridge, first.pool) == (0.02, 0.02)
    assert (first.opened, first.outcome, first.name) == ("2004-01-01", "signed on day 40", "S1")
    assert len(worst(found, 2)) == 2


def test_reasons_are_what_the_model_saw(found: Backtest) -> None:
    first, second = worst(found, 2)
    assert first.reason in {f"the model saw that {reason}" for reason in REASONS.values()}
    assert second.reason == "the model saw terms that suit both, signed within a year in 95 % of trials"


def test_the_reason_is_the_commonest_failure_by_the_posterior(found: Backtest) -> None:
    from sim.outcome_columns import TAGS

    record = found.record
    row = [one.episode_id for one in found.rows.targets].index("S1")
    simulated = record.simulated[row]
    for tag in ("audience", "victory"):
        reasons = np.zeros_like(simulated.failure_reasons)
        reasons[:, TAGS.index("process")] = 1
        reasons[:, TAGS.index(tag)] = 2
        changed = list(record.simulated)
        changed[row] = replace(simulated, failure_reasons=reasons)
        again = replace(found, record=replace(record, simulated=tuple(changed)))
        assert worst(again, 1)[0].reason == f"the model saw that {REASONS[tag]}"
    changed[row] = replace(simulated, failure_reasons=np.zeros_like(simulated.failure_reasons))
    again = replace(found, record=replace(record, simulated=tuple(changed)))
    assert worst(again, 1)[0].reason == "the model saw nothing in particular"


def test_the_reason_has_not_seen_the_end_of_its_own_war(found: Backtest) -> None:
    from sim.outcome_columns import TAGS

    # Its own war puts the truth at high speed, all others at low; trials fail for one reason here and another there.
    record, points = found.record, found.record.posterior.points
    posterior = Posterior(points, ("OTHER", "SUEZ"), np.array([-20 * points[:, 0], 60 * points[:, 0]]), 2)
    simulated, is_fast = record.simulated[2], prior_draws(factories.TRIALS)[:, 0] > 0.5
    reasons = np.zeros_like(simulated.failure_reasons)
    reasons[:, TAGS.index("victory")], reasons[:, TAGS.index("audience")] = is_fast, ~is_fast
    changed = (*record.simulated[:2], replace(simulated, failure_reasons=reasons), *record.simulated[3:])
    again = replace(found, record=replace(record, simulated=changed, posterior=posterior))
    assert worst(again, 1)[0].reason == f"the model saw that {REASONS['audience']}"


def test_rows_that_are_not_scored_are_left_out(found: Backtest) -> None:
    nothing = factories.outcomes(factories.NOT_SCORED, factories.NOT_SCORED)
    targets = tuple(replace(one, outcomes=nothing) if one.episode_id == "S1" else one for one in found.rows.targets)
    listed = worst(replace(found, rows=replace(found.rows, targets=targets)))
    assert [one.episode_id for one in listed] == ["K1", "K2", "N1", "N2", "A1"]


def test_a_row_scored_in_part_counts_what_is_known(found: Backtest) -> None:
    part = factories.outcomes((None, 1, 1, 1), factories.NOT_SCORED)
    targets = tuple(replace(one, outcomes=part) if one.episode_id == "S1" else one for one in found.rows.targets)
    again = replace(found, rows=replace(found.rows, targets=targets))
    one = next(one for one in worst(again) if one.episode_id == "S1")
    assert (one.days, one.forecast) == (90, 0.3)
    assert one.cost == pytest.approx(-(log(0.3) + log(0.4) + log(0.5)) / 3, abs=1e-12)


def test_weights_are_carried_to_the_draws_that_resemble_them() -> None:
    points, draws = prior_points(8_192)[:, :6], prior_draws(131_072)[:, :6]
    weights = np.exp(-0.5 * np.sum(((points - [0.6, *[0.5] * 5]) / 0.18) ** 2, axis=1))
    weights /= weights.sum()
    carried = _carried(points, weights, draws)
    carried /= carried.sum()
    # About 600 of 8,192 draws count: means are known to .007, variances to 6 %.
    assert carried @ draws == pytest.approx(weights @ points, abs=0.025)
    assert carried @ (draws - 0.5) ** 2 == pytest.approx(weights @ (points - 0.5) ** 2, rel=0.2)


def test_inputs_that_repeat_each_other_carry_weights_too() -> None:
    points = prior_points(2_048)[:, :2]
    weights = np.exp(-20 * (points[:, 0] - 0.7) ** 2)
    weights /= weights.sum()
    draws = prior_draws(32_768)[:, :2]
    once, twice = (
        _carried(of[0], weights, of[1]) for of in ((points, draws), (points[:, [0, 1, 0]], draws[:, [0, 1, 0]]))
    )
    assert twice == pytest.approx(once, rel=1e-6)
