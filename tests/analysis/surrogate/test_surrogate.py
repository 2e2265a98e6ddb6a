"""The response surface: fitted where the model was asked, tested where it was not, and read the same way twice."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from sim.analysis.sensitivity.uncertain_inputs import inputs_whole
from sim.analysis.surrogate.band import between, ends
from sim.analysis.surrogate.fit import classes, held_out, levelled, response, sequence
from sim.analysis.surrogate.inputs import as_slider, is_movable
from sim.analysis.surrogate.surrogate import Response, average, decimals
from sim.errors import ParleyError
from sim.execution.run import run
from sim.scenario.sampling.parameter_draws import inverse_cdf, quantities
from sim.scenario.schema import Scenario
from sim.statistics.polynomial import class_chances, quadratic
from tests.factories import both, minimal_scenario

SMALL: dict[str, Any] = {"points": 1024, "trials": 4, "settings": 8, "workers": 1}


UNCERTAIN: dict[str, Any] = {
    "parties.North.strain": {"low": 0.02, "central": 0.1, "high": 0.3},
    "talks.convening_prob_per_week": {"low": 0.02, "central": 0.2, "high": 0.6},
    "parties.South.fear": {"low": 0.0299, "central": 0.03, "high": 0.0301},
    # What nobody sees of the cost of war, without which a range is there whatever North's strain.
    **both(unseen_spread=0.05),
}


def scenario() -> Scenario:
    """Two inputs of weight and one that hardly matters."""
    return minimal_scenario(**UNCERTAIN)


@pytest.fixture(scope="module")
def found() -> Response:
    return response(scenario(), **SMALL)


def test_nothing_moved_is_the_scenario_itself(found: Response) -> None:
    whole = run(scenario(), trials=4096, workers=1).summary["tiers"]["durable"]
    for p, cell in zip(found.at({}), whole.values(), strict=True):
        assert p == pytest.approx(cell["model"], abs=0.05)


def test_a_moved_input_moves_the_odds_as_the_model_does(found: Response) -> None:
    one = next(one for one in found.inputs if one.name == "talks.convening_prob_per_week")
    share, value = one.stops[-1]
    held = minimal_scenario(**{**UNCERTAIN, one.name: value})
    model = run(held, trials=4096, workers=1).summary["tiers"]["durable"]["180"]["model"]
    assert model - found.at({})[2] > 0.1
    assert found.at({one.name: share})[2] == pytest.approx(model, abs=0.06)


def test_odds_never_fall_with_the_horizon_and_stay_within_bounds(found: Response) -> None:
    for shares in ({}, {one.name: one.stops[0][0] for one in found.inputs}, {found.inputs[0].name: 0.95}):
        odds = found.at(shares)
        assert list(odds) == sorted(odds)
        assert 0 <= odds[0] and odds[-1] <= 1


def test_the_error_is_that_of_settings_no_fit_has_seen(found: Response) -> None:
    table = found.table()
    last = table[table["days"] == found.days[-1]]
    assert found.rmse[-1] == pytest.approx(float(np.sqrt(np.mean(last["error"] ** 2))))
    assert found.largest[-1] == pytest.approx(float(np.abs(last["error"]).max()))
    assert 0 < found.rmse[-1] <= found.largest[-1]
    assert found.rmse[-1] < 0.08
    assert f"misses the model by {100 * found.rmse[-1]:.1f} points" in " ".join(found.notes)
    assert {len(own) for own in held_out(8, 8, 1)} == {1, 2, 3, 8}


def test_the_band_is_that_of_a_run_and_narrower_where_something_is_held(found: Response) -> None:
    whole = run(scenario(), trials=4096, workers=1).summary["tiers"]["durable"]
    for (low, high), cell in zip(found.band({}), whole.values(), strict=True):
        assert (low, high) == pytest.approx((cell["model_lo"], cell["model_hi"]), abs=0.09)
    assert found.band_rmse[-1] < 0.12
    width = {name: float(np.diff(found.band({name: 0.5})[2])[0]) for name in (one.name for one in found.inputs)} | {
        "nothing": float(np.diff(found.band({})[2])[0])
    }
    assert width["talks.convening_prob_per_week"] < 0.8 * width["nothing"]
    assert width["parties.South.fear"] == pytest.approx(width["nothing"], rel=0.1)


def test_a_band_is_of_draws_and_not_of_luck() -> None:
    luck = np.random.default_rng(1).binomial(2, 0.3, (20_000, 2, 1)) / 2
    assert between(luck)[0] < 0.002
    draws = np.repeat(np.linspace(0.1, 0.5, 20_000), 2).reshape(-1, 2, 1)
    noisy = np.random.default_rng(2).binomial(2, draws) / 2
    assert between(noisy)[0] == pytest.approx(0.4**2 / 12, rel=0.15)
    assert ends(np.array([0.0, 0.3, 1.0]), np.array([0.1, 0.0, 0.1])) == ((0, 0), (0.3, 0.3), (1, 1))


def test_its_numbers_alone_give_the_same_odds(found: Response) -> None:
    plain = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    names = [one["input"] for one in plain["inputs"]]
    held = {plain["inputs"][1]["input"]: plain["inputs"][1]["stops"][5][0]}
    over = np.array(plain["over"])
    for name, share in held.items():
        over[:, names.index(name)] = share
    chances = class_chances(quadratic(over), np.array(plain["coefficients"]))
    assert np.cumsum(chances.mean(axis=0))[:-1] == pytest.approx(found.at(held), abs=1e-12)


def test_inputs_come_in_order_of_what_they_explain(found: Response) -> None:
    explained = [one.share_of_variance for one in found.inputs]
    assert [one.name for one in found.inputs][-1] == "parties.South.fear"
    assert explained == sorted(explained, reverse=True)
    assert explained[0] > 0.1 > explained[-1]


def test_stops_are_values_from_low_to_high(found: Response) -> None:
    for one in found.inputs:
        shares, values = zip(*one.stops, strict=True)
        assert list(shares) == sorted(shares) and list(values) == sorted(set(values))
        assert values[0] <= one.central[1] <= values[-1]
        assert all(value == round(value, decimals(values[0], values[-1])) for value in values)


@pytest.mark.parametrize(("low", "high", "places"), [(0.0402, 0.0882, 3), (0.194, 0.44, 2), (3, 52, 0), (0.2, 0.2, 3)])
def test_digits_end_where_the_width_makes_the_next_one_idle(low: float, high: float, places: int) -> None:
    assert decimals(low, high) == places


def test_a_stop_has_the_share_of_its_own_value() -> None:
    wide = scenario()
    one = next(one for one in inputs_whole(wide) if one.name == "talks.convening_prob_per_week")
    for share, value in as_slider(wide, one, 0.0).stops:
        assert float(inverse_cdf(quantities(wide)[one.name], share)) == pytest.approx(value, abs=1e-4)


def test_it_is_the_same_for_any_number_of_workers_and_another_seed_differs() -> None:
    small = {**SMALL, "points": 256, "settings": 4}
    one, two = (response(scenario(), **{**small, "workers": workers}) for workers in (1, 2))
    assert one == two
    assert response(scenario(), seed=2, **small).coefficients != one.coefficients


def test_it_can_be_set_to_the_level_of_a_run() -> None:
    level = (0.05, 0.2, 0.4, 0.5)
    coefficients = np.array([[-1.0, 0.5, 0.1], [-2.0, 0.3, 0.0], [-1.0, 0.0, 0.2], [-3.0, 1.0, 0.0]])
    over = sequence(1, 64, 1, "test")
    assert average(levelled(coefficients, over, np.array(level)), over, {}) == pytest.approx(level, abs=1e-9)
    assert np.all(np.isfinite(levelled(coefficients, over, np.array([0.0, 0.0, 1.0, 1.0]))))


def test_counts_by_class_add_up() -> None:
    assert classes(np.array([[0.25, 0.25, 0.75], [0.0, 1.0, 1.0]]), 4).tolist() == [[1, 0, 2, 1], [0, 4, 0, 0]]


def test_progress_reaches_its_end() -> None:
    seen: list[tuple[int, int]] = []
    response(
        scenario(), **{**SMALL, "points": 64, "settings": 4}, progress=lambda done, all_: seen.append((done, all_))
    )
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == (64 + 4 * 2) * 4


def test_what_cannot_be_moved_is_refused() -> None:
    with pytest.raises(ParleyError, match="did you mean"):
        response(scenario(), inputs=["parties.North.strian"], **SMALL)
    with pytest.raises(ParleyError, match="nothing to vary"):
        response(scenario(), inputs=["parties.South.trust"], **SMALL)
    with pytest.raises(ParleyError, match="a multiple of 4"):
        response(scenario(), **{**SMALL, "trials": 3})
    with pytest.raises(ParleyError, match="a power of two"):
        response(scenario(), points=100)
    with pytest.raises(ParleyError, match="no uncertain number"):
        response(minimal_scenario(), **SMALL)


def test_points_of_a_party_cannot_be_moved_alone() -> None:
    from sim.scenario.reading.load import load

    base = load("istanbul_2025/aides_only")
    by_name = {one.name: one for one in inputs_whole(base)}
    assert is_movable(base, by_name["parties.Russia.strain"])
    assert not is_movable(base, by_name["calibration"])


def test_an_input_the_surface_does_not_have_is_named(found: Response) -> None:
    with pytest.raises(ParleyError, match=r"war\.momentum: is no input of this surface"):
        found.at({"war.momentum": 0.5})
