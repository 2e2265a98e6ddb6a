"""The equations for one trial give what those of `sim.theory` give for columns; goes when those go.

To the last bit where only + - * / and comparisons occur, to 1e-15 of the value where numpy's exponentials and powers
may end in another digit than the C library's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.equations import bargaining, ceasefire, contract_curve, shapley, utility, war, weekly
from sim.theory import bargaining as columns_of_bargaining
from sim.theory import ceasefire as columns_of_ceasefire
from sim.theory import contract_curve as columns_of_curve
from sim.theory import shapley as columns_of_shapley
from sim.theory import utility as columns_of_utility
from sim.theory import war as columns_of_war
from sim.theory import weekly as columns_of_weekly

TRIALS = 3000
SHARE, SIGNED, RATE = (0.0, 1.0), (-1.0, 1.0), (0.0, 3.0)


def column(random: np.random.Generator, low: float, high: float) -> np.ndarray:
    """Half anywhere between the bounds, half on them or on one of a few round numbers, so that inputs meet."""
    edges = np.array([low, high, *(x for x in (0.0, 0.25, 0.5, 1.0) if low <= x <= high)])
    return np.where(random.random(TRIALS) < 0.5, random.uniform(low, high, TRIALS), random.choice(edges, TRIALS))


def columns(*bounds: tuple[float, float], seed: int = 1) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [column(random, *pair) for pair in bounds]


def one_by_one(equation: Callable[..., Any], values: list[np.ndarray], *rest: Any) -> np.ndarray:
    return np.array([equation(*row, *rest) for row in zip(*(value.tolist() for value in values), strict=True)])


EXACT: dict[str, tuple[Callable[..., Any], Callable[..., Any], list[tuple[float, float]]]] = {
    "loss": (utility.loss, columns_of_utility.loss, [SHARE] * 2),
    "change_in_value": (utility.change_in_value, columns_of_utility.change_in_value, [SHARE] * 3),
    "discounted": (utility.discounted, columns_of_utility.discounted, [SIGNED, SHARE]),
    "trust_with": (utility.trust_with, columns_of_utility.trust_with, [SHARE] * 5),
    "assurance_with": (
        utility.assurance_with,
        lambda monitoring, guarantee, limit, *calm: columns_of_utility.assurance_with(
            monitoring, guarantee, limit, calm
        ),
        [SHARE] * 6,
    ),
    "next_momentum": (weekly.next_momentum, columns_of_weekly.next_momentum, [SIGNED, SIGNED, SHARE, SIGNED]),
    "long_run_spread": (weekly.long_run_spread, columns_of_weekly.long_run_spread, [SHARE, (0.0, 2.0)]),
    "expected_end": (war.expected_end, columns_of_war.expected_end, [SHARE] * 4 + [SIGNED]),
    "risk_premium": (war.risk_premium, columns_of_war.risk_premium, [SHARE] * 4),
    "war_stakes": (
        war.war_stakes,
        lambda *values: np.stack(columns_of_war.war_stakes(*values), axis=1),
        [SHARE] * 5,
    ),
    "gain_from_war": (
        lambda a, b, c, d, gain: war.gain_from_war(war.WarStakes(a, b, c, d), gain),
        lambda a, b, c, d, gain: columns_of_war.gain_from_war(columns_of_war.WarStakes(a, b, c, d), gain),
        [SIGNED] * 5,
    ),
    "plus": (
        lambda *values: war.plus(war.WarStakes(*values[:4]), war.WarStakes(*values[4:])),
        lambda *values: np.stack(columns_of_war.WarStakes(*values[:4]).plus(columns_of_war.WarStakes(*values[4:])), 1),
        [SIGNED] * 8,
    ),
}
CLOSE: dict[str, tuple[Callable[..., Any], Callable[..., Any], list[tuple[float, float]]]] = {
    "weekly_probability": (weekly.weekly_probability, columns_of_weekly.weekly_probability, [RATE]),
    "weekly_rate": (weekly.weekly_rate, columns_of_weekly.weekly_rate, [SHARE]),
    "decay": (weekly.decay, columns_of_weekly.decay, [(0.1, 100.0)]),
    "optimism_left": (weekly.optimism_left, np.vectorize(columns_of_weekly.optimism_left), [(0.0, 100.0)]),
    "victory_rate": (weekly.victory_rate, columns_of_weekly.victory_rate, [SIGNED, SHARE, (0.0, 8.0), RATE]),
    "collapse_rate": (
        ceasefire.collapse_rate,
        columns_of_ceasefire.collapse_rate,
        [(0.0, 60.0), SHARE, (0.5, 9.0), SHARE, RATE],
    ),
    "hazard_multiplier": (
        ceasefire.hazard_multiplier,
        lambda monitoring, guarantee, shortfall, by_m, by_g, slope, spoilers: columns_of_ceasefire.hazard_multiplier(
            monitoring, guarantee, shortfall, (by_m, by_g), slope, spoilers
        ),
        [SHARE, SHARE, SHARE, (0.1, 1.0), (0.1, 1.0), (0.0, 20.0), (1.0, 4.0)],
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_arithmetic_is_equal_to_the_last_bit(name: str) -> None:
    equation, of_columns, bounds = EXACT[name]
    values = columns(*bounds)
    np.testing.assert_array_equal(one_by_one(equation, values), of_columns(*values))


@pytest.mark.parametrize("name", CLOSE)
def test_exponentials_and_powers_are_equal_but_for_the_last_digits(name: str) -> None:
    equation, of_columns, bounds = CLOSE[name]
    values = columns(*bounds)
    np.testing.assert_allclose(one_by_one(equation, values), of_columns(*values), rtol=1e-15, atol=0)


@pytest.mark.parametrize("end", [-1, 1])
def test_audience_losses_are_equal(end: int) -> None:
    values = columns(SHARE, SHARE, SHARE)
    np.testing.assert_array_equal(
        one_by_one(utility.audience_loss, values, end), columns_of_utility.audience_loss(*values, end)
    )


@pytest.mark.parametrize("end", [-1, 1])
def test_offers_are_equal(end: int) -> None:
    own, other, pace, limit = columns(SHARE, SHARE, SHARE, (-0.5, 1.5))
    limit[::7], limit[1::7] = np.inf, -np.inf
    values = [own, other, pace, limit]
    np.testing.assert_array_equal(
        one_by_one(bargaining.next_offer, values, end), columns_of_bargaining.next_offer(*values, end)
    )


def test_lengths_of_ceasefires_are_equal() -> None:
    for weeks in (0.0, 3 / 7, 30 / 7, 52.0, 80.0, *columns((0.0, 120.0))[0].tolist()):
        assert utility.benefit_share(weeks) == columns_of_utility.benefit_share(weeks)
        assert utility.exposure(weeks) == pytest.approx(columns_of_utility.exposure(weeks), rel=1e-15)
    assert utility.benefit_share(math.inf) == columns_of_utility.benefit_share(None)
    assert utility.exposure(math.inf) == columns_of_utility.exposure(None)


def test_fearons_range_is_equal() -> None:
    for row in zip(*(values.tolist() for values in columns(SHARE, SHARE, SHARE)), strict=True):
        assert bargaining.fearon_range(*row) == columns_of_bargaining.fearon_range(*row)


def test_constants_are_equal() -> None:
    assert war.YEAR_WEEKS == columns_of_war.YEAR_WEEKS
    assert bargaining.GRID_STEPS == columns_of_bargaining.GRID_STEPS
    assert contract_curve.INSIDE == columns_of_curve.INSIDE
    assert contract_curve.Terms._fields == columns_of_curve.Terms._fields
    assert contract_curve.Terms._field_defaults == columns_of_curve.Terms._field_defaults


def issues(*, audiences: bool, between: bool) -> list[np.ndarray]:
    """Columns of the thirteen terms; ``between`` puts the status quo between the ideals, as most scenarios do."""
    random = np.random.default_rng(2)
    values = dict(zip(contract_curve.Terms._fields, columns(*[SHARE] * 13), strict=True))
    ideal_a, middle, ideal_b = np.sort(np.stack([column(random, 0.0, 1.0) for _ in range(3)]), axis=0)
    values["ideal_a"], values["ideal_b"] = ideal_a, ideal_b
    if between:
        values["status_quo"] = middle
    for slope in ("slope_a", "slope_b"):
        values[slope] = random.choice([0.0, 0.5, 3.0], TRIALS) if audiences else np.zeros(TRIALS)
    values["low"], values["high"] = 0.3 * values["low"], 1.0 - 0.3 * values["high"]
    return list(values.values())


@pytest.mark.parametrize("between", [False, True])
@pytest.mark.parametrize("audiences", [False, True])
def test_contract_curves_and_gains_are_equal(audiences: bool, between: bool) -> None:
    terms = issues(audiences=audiences, between=between)
    of_columns = columns_of_curve.Terms(*terms)
    weight, position = columns(SHARE, SHARE, seed=3)
    np.testing.assert_array_equal(
        one_by_one(lambda x, *row: contract_curve.contract_curve(x, contract_curve.Terms(*row)), [weight, *terms]),
        columns_of_curve.contract_curve(weight, of_columns),
    )
    np.testing.assert_array_equal(
        one_by_one(lambda x, *row: contract_curve.value_of(x, contract_curve.Terms(*row)), [position, *terms]),
        np.stack(columns_of_curve.value_of(position, of_columns), axis=1),
    )


@pytest.mark.parametrize("side", [0, 1])
def test_gains_of_a_side_are_equal(side: int) -> None:
    terms = issues(audiences=True, between=False)
    (position,) = columns(SHARE, seed=3)
    np.testing.assert_array_equal(
        one_by_one(lambda x, *row: contract_curve.gain_of(side, x, contract_curve.Terms(*row)), [position, *terms]),
        columns_of_curve.gain_of(side, position, columns_of_curve.Terms(*terms)),
    )


def test_survival_is_equal() -> None:
    for weeks in (0, 1, 4, 52, 104):
        for values in ((0.14, 0.0075), (0.0, 0.0075), (0.3, 0.0, 0.5, 4.0)):
            expected = columns_of_ceasefire.survival(weeks, *values)
            assert ceasefire.survival(weeks, *values) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("n_players", [1, 2, 3, 6, 7])
def test_shapley_shares_are_equal(n_players: int) -> None:
    """Another order of additions: equal but for rounding."""
    worths = np.random.default_rng(4).uniform(-1.0, 1.0, (1 << n_players, 50))
    expected = columns_of_shapley.shapley(lambda off: worths[sum(flag << k for k, flag in enumerate(off))], n_players)
    np.testing.assert_allclose(shapley.shapley_weights(n_players) @ worths, expected, rtol=0, atol=1e-15)
