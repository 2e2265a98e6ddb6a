"""The mirror turns a war around and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.checks import references
from sim.scenario.key_paths import split
from sim.scenario.mirror import is_negated, is_on_scale, mirror
from sim.scenario.reading.load import load, names
from sim.scenario.sampling.parameter_draws import draw_columns, inverse_cdf
from sim.scenario.sampling.stream_names import stream_names
from sim.scenario.schema.quantity import Quantity
from tests.factories import minimal_scenario
from tests.scenario.conftest import refusal_of

BASE = Path(__file__).parent / "data" / "base.yaml"
SHIPPED = [name for name in names() if name.startswith(("istanbul_2025", "teaching", "iran_iraq"))]


@pytest.mark.parametrize("name", [str(BASE), *SHIPPED])
def test_twice_is_the_same_war_and_once_is_sound(name: str) -> None:
    scenario = load(name)
    assert mirror(mirror(scenario)) == scenario
    assert mirror(scenario) != scenario
    assert references.check(mirror(scenario)) == []


def test_what_turns() -> None:
    base, turned = load(BASE), mirror(load(BASE))
    assert (turned.sides.A, turned.sides.B, turned.mirrored) == ("South", "North", True)
    assert turned.issues["territory"].status_quo.value == 0.6
    assert [(mark.at, mark.name) for mark in turned.issues["territory"].landmarks] == [
        (0.0, "four provinces"), (0.6, "line of contact"), (1.0, "old border")
    ]  # fmt: skip
    assert turned.parties["North"].ideal_point["forces"].value == 0.98
    assert turned.parties["North"].red_lines["territory"].value == 0.3
    assert turned.parties["Union"].limits == {"sanctions": (0.4, 1.0)}
    assert turned.parties["Union"].tilt.value == 0.1
    assert turned.parties["Harbour"].bias.value == -0.1
    momentum = turned.war.momentum
    assert (momentum.low, momentum.central, momentum.high) == (-0.3, -0.15, 0.0)
    assert turned.war.momentum_mean == base.war.momentum_mean  # the same as momentum, which has turned
    assert turned.events[0].set["war.momentum_mean"].value == -0.1
    assert turned.events[0].set["parties.South.strain"] == base.events[0].set["parties.South.strain"]
    assert turned.events[0].momentum_shift.value == -0.05
    assert turned.parties["North"].strain == base.parties["North"].strain
    assert turned.attendance == base.attendance


def test_the_mirror_image_draws_the_mirror_image_of_the_same_values() -> None:
    base = load(BASE)
    rng = np.random.default_rng(5)
    called = stream_names(base)
    columns = {called.of(path): rng.random(100) for path in draw_columns(base, lambda name: np.array([0.5]))}
    plain = draw_columns(base, lambda name: columns[name])
    turned = draw_columns(mirror(base), lambda name: columns[name])
    for path, value in plain.items():
        expected = 1 - value if is_on_scale(split(path)) else -value if is_negated(split(path)) else value
        # 1 - x and low + (high - low) u round differently in the last place
        np.testing.assert_allclose(turned[path], expected, atol=1e-14, err_msg=path)


@given(st.floats(0, 0.3), st.floats(0.3, 0.6), st.floats(0.6, 1), st.floats(0, 1))
def test_a_turned_distribution_is_that_of_one_minus_x(low: float, central: float, high: float, u: float) -> None:
    scenario = minimal_scenario(**{"issues.territory.status_quo": {"low": low, "central": central, "high": high}})
    before, after = (s.issues["territory"].status_quo for s in (scenario, mirror(scenario)))
    np.testing.assert_allclose(inverse_cdf(after, 1 - u), 1 - inverse_cdf(before, u), atol=1e-6)


@pytest.mark.parametrize(
    "quantity",
    [
        Quantity(dist="lognormal", median=0.4, log_sd=0.1, high=1.0),
        Quantity(dist="loguniform", low=0.2, high=0.8),
    ],
    ids=lambda quantity: str(quantity.dist),
)
def test_what_is_even_in_the_logarithm_has_no_mirror_image_on_a_scale(quantity: Quantity) -> None:
    for path in ("issues.territory.status_quo", "war.momentum"):
        said = refusal_of(minimal_scenario(**{path: quantity}), read=mirror)
        assert said.startswith(f"the mirror image of a {quantity.dist} has no name")
    elsewhere = minimal_scenario(**{"parties.North.strain": quantity})
    assert mirror(elsewhere).parties["North"].strain == quantity
