"""Uniform column in, value column out."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import NumericError, ScenarioError
from sim.scenario.reading.load import load
from sim.scenario.sampling.parameter_draws import central, draw_columns, inverse_cdf, quantities
from sim.scenario.schema.quantity import Quantity
from tests.factories import minimal_scenario
from tests.scenario.conftest import at, recording

WORKED = [
    # Triangular 0, .25, 1: F(x) = x^2 / .25 up to the mode, so F = .25 at the mode, and 1 - (1-x)^2 / .75 above.
    ({"low": 0.0, "central": 0.25, "high": 1.0}, [0.0625, 0.25, 0.8125], [0.125, 0.25, 0.625]),
    ({"dist": "uniform", "low": 2.0, "high": 6.0}, [0.25, 0.5, 1.0], [3.0, 4.0, 6.0]),
    # Loguniform .5 to 8: even in the logarithm, so that quarters of the way are factors of 2.
    (
        {"dist": "loguniform", "low": 0.5, "high": 8.0},
        [0.0, 0.25, 0.5, 0.75, 1.0],
        [0.5, 1.0, 2.0, 4.0, 8.0],
    ),
    # Normal: the quartile of the standard normal is .6744897501960817.
    ({"dist": "normal", "mean": 1.0, "sd": 2.0}, [0.25, 0.5, 0.75], [1 - 1.3489795003921634, 1.0, 2.3489795003921634]),
    # Half of a normal: the median of |Z| is the quartile of Z.
    ({"dist": "normal", "mean": 0.0, "sd": 1.0, "low": 0.0}, [0.5], [0.6744897501960817]),
    ({"dist": "lognormal", "median": 3.0, "log_sd": 0.5}, [0.5, 0.75], [3.0, 3.0 * math.exp(0.5 * 0.6744897501960817)]),
    # Beta(1, b): F(x) = 1 - (1 - x)^b.
    ({"dist": "beta", "a": 1.0, "b": 3.0}, [0.5, 0.875], [1 - 0.5 ** (1 / 3), 0.5]),
    # Beta(1, 1) between .2 and .6 is uniform.
    ({"dist": "beta", "a": 1.0, "b": 1.0, "low": 0.2, "high": 0.6}, [0.25, 0.5], [0.3, 0.4]),
    ({"dist": "choice", "values": [5.0, 1.0, 3.0], "weights": [0.2, 0.5, 0.3]}, [0.49, 0.51, 0.79, 0.81], [1, 3, 3, 5]),
    (0.4, [0.1, 0.9], [0.4, 0.4]),
]


@pytest.mark.parametrize(("form", "u", "expected"), WORKED)
def test_worked_values(form: object, u: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(inverse_cdf(Quantity.model_validate(form), u), expected, rtol=1e-12)


def quantities_of_any_shape() -> st.SearchStrategy[Quantity]:
    unit, shape = st.floats(0.01, 0.99), st.floats(0.5, 9)
    width = st.floats(0.01, 2.0)
    shapes = [
        st.builds(lambda a, b, c: {"low": min(a, b), "central": max(a, b), "high": c + 1}, unit, unit, unit),
        st.builds(lambda a, w: {"dist": "uniform", "low": a, "high": a + w}, unit, width),
        st.builds(lambda a, w: {"dist": "loguniform", "low": a, "high": a + w}, unit, width),
        st.builds(lambda m, s: {"dist": "normal", "mean": m, "sd": s}, unit, width),
        st.builds(lambda m, s, a, w: {"dist": "normal", "mean": m, "sd": s, "low": m + a * s, "high": m + (a + w) * s},
                  unit, width, st.floats(-4, 4), width),
        st.builds(lambda m, s, w: {"dist": "lognormal", "median": m, "log_sd": s, "high": m + w}, unit, width, width),
        st.builds(lambda a, b: {"dist": "beta", "a": a, "b": b}, shape, shape),
        st.builds(lambda a, b, h: {"dist": "beta", "a": a, "b": b, "high": h}, shape, shape, st.floats(0.2, 1)),
    ]  # fmt: skip
    return st.one_of(shapes).map(Quantity.model_validate)


@given(quantities_of_any_shape(), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_inverse_cdf_never_falls_and_stays_in_bounds(quantity: Quantity, u: list[float]) -> None:
    values = inverse_cdf(quantity, sorted(u))
    low, high = quantity.bounds
    assert np.all(np.isfinite(values))
    assert np.all(np.diff(values) >= -1e-12)  # betaincinv is exact to a few units in the last place
    assert values.min() >= low and values.max() <= high


def test_inverse_cdf_gives_back_the_distribution() -> None:
    """Means over a fine even grid of uniforms against the textbook means; grid error is below 1e-5."""
    u = (np.arange(200_000) + 0.5) / 200_000
    for form, mean in [
        ({"low": 0.1, "central": 0.2, "high": 0.6}, 0.3),
        ({"dist": "beta", "a": 2.0, "b": 6.0}, 0.25),
        ({"dist": "lognormal", "median": 1.0, "log_sd": 0.5}, math.exp(0.125)),
        ({"dist": "loguniform", "low": 0.25, "high": 4.0}, 3.75 / math.log(16)),
        ({"dist": "normal", "mean": 0.0, "sd": 1.0, "low": 0.0}, math.sqrt(2 / math.pi)),
    ]:
        assert inverse_cdf(Quantity.model_validate(form), u).mean() == pytest.approx(mean, abs=2e-5)


def test_the_middle_of_a_loguniform_is_its_geometric_mean_and_its_ends_are_hit() -> None:
    quantity = Quantity(dist="loguniform", low=0.07, high=0.3)
    assert quantity.middle == pytest.approx(math.sqrt(0.07 * 0.3), rel=1e-15)
    assert quantity.middle == pytest.approx(float(inverse_cdf(quantity, 0.5)), rel=1e-12)
    assert inverse_cdf(quantity, [0, 1]) == pytest.approx([0.07, 0.3], rel=1e-15)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ({"low": 0.0, "high": 1.0}, "expected low above 0, got 0"),
        ({"low": -0.5, "high": 1.0}, "expected low above 0, got -0.5"),
        ({"low": 0.5, "high": 0.5}, "expected low and high to differ, got equals: write a plain number"),
        ({"low": 0.5, "high": 0.2}, "expected low <= central <= high"),
        ({"low": 0.5}, "loguniform needs high"),
        ({"low": 0.5, "central": 0.6, "high": 1.0}, "loguniform takes low, high, not central"),
    ],
)
def test_a_loguniform_that_is_none(ends: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        Quantity.model_validate({"dist": "loguniform", **ends})


def test_upper_tail_keeps_its_digits() -> None:
    """Between 6 and 8 sd the lower-tail probabilities are 1 to nine digits; mirrored, nothing is lost."""
    upper = Quantity(dist="normal", mean=0.0, sd=1.0, low=6.0, high=8.0)
    lower = Quantity(dist="normal", mean=0.0, sd=1.0, low=-8.0, high=-6.0)
    u = np.linspace(0.01, 0.99, 25)
    np.testing.assert_allclose(inverse_cdf(upper, u), -inverse_cdf(lower, 1 - u), rtol=1e-12)
    assert np.all(np.diff(inverse_cdf(upper, u)) > 0)


half = at(0.5, 0.25)


def test_certain_numbers_stay_floats_and_same_as_follows() -> None:
    scenario = minimal_scenario(
        **{
            "war.momentum": {"low": 0.0, "central": 0.2, "high": 0.4},
            "war.momentum_mean": {"same_as": "war.momentum"},
            "parties.North.strain": {"same_as": "parties.South.strain"},
        }
    )
    drawn = draw_columns(scenario, half)
    assert list(drawn) == list(quantities(scenario))
    assert isinstance(drawn["parties.South.strain"], float)
    assert drawn["parties.North.strain"] == 0.05
    np.testing.assert_allclose(drawn["war.momentum"], [0.2, 0.2 - (0.2 - 0.4 * math.sqrt(0.125))])
    assert drawn["war.momentum_mean"] is drawn["war.momentum"]


def test_only_uncertain_numbers_ask_for_uniforms() -> None:
    uniform, asked = recording(0.5, 0.25)
    draw_columns(minimal_scenario(**{"war.momentum_spread": {"low": 0.1, "central": 0.2, "high": 0.3}}), uniform)
    assert asked == ["war.momentum_spread"]


def test_uncertain_points_sum_to_100_in_every_draw() -> None:
    scenario = minimal_scenario(
        issues=("land", "arms"), **{"parties.North.points.land": {"low": 20.0, "central": 50.0, "high": 60.0}}
    )
    drawn = draw_columns(scenario, half)
    total = drawn["parties.North.points.land"] + drawn["parties.North.points.arms"]
    np.testing.assert_allclose(total, [100, 100])
    assert drawn["parties.South.points.land"] == 50.0


def test_a_value_that_is_no_number_stops_the_run_by_name() -> None:
    scenario = minimal_scenario(**{"war.momentum_spread": {"dist": "uniform", "low": 0.0, "high": 1.0}})
    with pytest.raises(NumericError, match="war.momentum_spread"):
        draw_columns(scenario, lambda name: np.array([0.5, math.nan]))


def test_same_as_in_a_circle_is_refused() -> None:
    pair = {"war.momentum_spread": "war.learning", "war.learning": "war.momentum_spread"}
    scenario = minimal_scenario(**{path: {"same_as": other} for path, other in pair.items()})
    with pytest.raises(ScenarioError, match="circle"):
        draw_columns(scenario, half)


def test_central_collapses_every_distribution() -> None:
    base = load(Path(__file__).parents[1] / "data" / "base.yaml")
    collapsed = central(base)
    assert not any(quantity.is_uncertain or quantity.same_as for quantity in quantities(collapsed).values())
    assert collapsed.war.momentum_mean.value == base.war.momentum.central
    assert collapsed.parties["North"].strain.kind == "judgement"
    assert central(collapsed) is collapsed
    assert quantities(collapsed).keys() == quantities(base).keys()
