"""Numbers drawn together: a row of a file for all of them, or factors that several of them share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.scenario.checks import references
from sim.scenario.sampling.parameter_draws import central, draw_columns, quantities, weighted_median
from sim.scenario.schema import Scenario
from tests.factories import minimal_scenario
from tests.scenario.conftest import at, recording

STRAINS = {"parties.North.strain": "a", "parties.South.strain": "a"}


def drawing(
    columns: dict[str, str], mode: str = "multiply", changed: dict[str, Any] | None = None, **group: Any
) -> Scenario:
    """The smallest scenario with one joint group over ``columns``."""
    joint = ({"columns": columns, "mode": mode, "source": "test", **group},)
    return minimal_scenario(joint=joint, **(changed or {}))


# -- a file of draws -----------------------------------------------------------------------------------------


def test_joint_draws_take_one_row_for_all(draws: Callable[[str], None]) -> None:
    draws("a,b,weight\n0.1,2,1\n0.2,3,3\n")
    scenario = minimal_scenario(
        joint=(
            {"file": "draws.csv", "columns": STRAINS, "source": "test"},
            {"file": "draws.csv", "columns": {"parties.North.fear": "b"}, "mode": "multiply", "source": "test"},
        ),
        **{"parties.North.fear": 0.3, "war.momentum_spread": {"same_as": "parties.North.strain"}},
    )
    assert references.check(scenario) == []
    uniform, asked = recording(0.24, 0.26, 0.99)
    drawn = draw_columns(scenario, uniform)
    np.testing.assert_allclose(drawn["parties.North.strain"], [0.1, 0.2, 0.2])
    np.testing.assert_allclose(drawn["war.momentum_spread"], [0.1, 0.2, 0.2])
    np.testing.assert_allclose(drawn["parties.North.fear"], [0.6, 0.9, 0.9])
    assert set(asked) == {"joint:parties.North.fear"}
    assert central(scenario).joint == ()


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        ({"weight": "age"}, [0.1, 0.1, 0.2, 0.2]),  # 3 to 1
        ({"weight": "habit"}, [0.1, 0.2, 0.2, 0.2]),  # 1 to 3
        ({}, [0.1, 0.1, 0.1, 0.2]),  # `weight` is there: 9 to 1
    ],
)
def test_rows_weigh_as_the_named_column_says(
    draws: Callable[[str], None], weight: dict[str, str], expected: list[float]
) -> None:
    draws("a,age,habit,weight\n0.1,3,1,9\n0.2,1,3,1\n")
    scenario = drawing(STRAINS, "value", file="draws.csv", **weight)
    assert references.check(scenario) == []
    drawn = draw_columns(scenario, at(0.2, 0.7, 0.8, 0.95))["parties.North.strain"]
    np.testing.assert_allclose(drawn, expected)


def test_rows_weigh_alike_without_a_column_of_weights(draws: Callable[[str], None]) -> None:
    draws("a\n0.1\n0.2\n0.3\n0.4\n")
    drawn = draw_columns(drawing(STRAINS, "value", file="draws.csv"), at(0.24, 0.26, 0.74, 0.76))
    np.testing.assert_allclose(drawn["parties.North.strain"], [0.1, 0.2, 0.3, 0.4])


def test_the_weighted_median_is_the_first_value_with_half_of_the_weight() -> None:
    values = np.array([5.0, 1.0, 3.0, 2.0])
    assert weighted_median(values, np.array([1.0, 1.0, 1.0, 1.0])) == 2.0
    assert weighted_median(values, np.array([6.0, 1.0, 1.0, 1.0])) == 5.0
    assert weighted_median(values, np.array([0.0, 1.0, 4.0, 1.0])) == 3.0


def test_a_ratio_leaves_the_weighted_median_at_the_value_in_the_file(draws: Callable[[str], None]) -> None:
    """Draws .02, .04, .10: the median is .02 by `early`, .10 by `late`; the row of the median leaves .05 alone."""
    draws("a,early,late\n0.04,1,1\n0.10,1,3\n0.02,3,1\n")
    middles = np.array([0.1, 0.3, 0.9])  # early: rows end at .2, .4, 1; late: at .2, .8, 1
    for weight, expected in (("early", [2.0, 5.0, 1.0]), ("late", [0.4, 1.0, 0.2])):
        scenario = drawing(STRAINS, "ratio", file="draws.csv", weight=weight)
        assert references.check(scenario) == []
        drawn = draw_columns(scenario, at(*middles))["parties.North.strain"]
        np.testing.assert_allclose(drawn, 0.05 * np.array(expected), rtol=1e-12)


def test_a_ratio_moves_what_is_itself_uncertain(draws: Callable[[str], None]) -> None:
    draws("a\n1\n2\n4\n")
    strain = {"parties.North.strain": {"dist": "uniform", "low": 0.0, "high": 0.2}}
    drawn = draw_columns(drawing(STRAINS, "ratio", strain, file="draws.csv"), at(0.1, 0.5, 0.9))
    np.testing.assert_allclose(drawn["parties.North.strain"], [0.02 * 0.5, 0.1, 0.18 * 2])
    np.testing.assert_allclose(drawn["parties.South.strain"], [0.025, 0.05, 0.1])


@pytest.mark.parametrize(
    ("text", "group", "words"),
    [
        ("a\n3\n", {}, "expected numbers from 0 to 1, got 3 to 3 in column `a`"),
        ("a\nx\n", {}, "draws.csv: line 2: a: expected a number, got 'x'"),
        ("a\nnan\n", {}, "draws.csv: line 2: a: expected a number, got 'nan'"),
        ("a\n", {}, "draws.csv: line 1: expected a row below the header, got none"),
        ("b\n.1\n", {}, "draws.csv: line 1: there is no column `a`; got `b`"),
        ("a\n.1\n", {"columns": {"war.fluidty": "a"}}, "unknown parameter `war.fluidty`, did you mean `war.fluidity`?"),
        ("a,weight\n.1,-1\n", {}, "draws.csv: error: expected weights of at least 0 that are not all 0"),
        ("a,w\n.1,0\n", {"weight": "w"}, "draws.csv: error: expected weights of at least 0 that are not all 0"),
        ("a,w\n.1,1\n", {"weight": "v"}, "draws.csv: line 1: there is no column `v`"),
        ("a\n-1\n", {"mode": "multiply"}, "expected factors of at least 0, got -1 in column `a`"),
        ("a\n-1\n2\n3\n", {"mode": "ratio"}, "expected factors of at least 0, got -1 in column `a`"),
        ("a\n0\n0\n3\n", {"mode": "ratio"}, "expected a median above 0 to divide by, got 0 in column `a`"),
    ],
)
def test_broken_joint_files(draws: Callable[[str], None], text: str, group: dict[str, Any], words: str) -> None:
    draws(text)
    given = {"columns": {"war.momentum_spread": "a"}, "mode": "value", **group}
    (problem,) = references.check(drawing(file="draws.csv", **given))
    assert problem.message.endswith(words)


def test_groups_of_one_file_must_weigh_its_rows_alike(draws: Callable[[str], None]) -> None:
    """Else one uniform would pick different rows, and what belongs together would be torn apart."""
    draws("a,b,v,w\n0.1,2,1,2\n0.2,3,3,1\n")

    def problems(first: str, second: str) -> list[Any]:
        columns = ({"parties.North.strain": "a"}, {"parties.South.strain": "a"})
        groups = [
            {"file": "draws.csv", "weight": weight, "columns": column, "source": "test"}
            for weight, column in zip((first, second), columns, strict=True)
        ]
        return references.check(minimal_scenario(joint=tuple(groups)))

    assert problems("v", "v") == []
    (problem,) = problems("v", "w")
    assert problem.path == ("joint", 1, "file") and "weighs the rows of this file otherwise" in problem.message


# -- shared factors ------------------------------------------------------------------------------------------

SHARED = {"factors": {"a": {"dist": "loguniform", "low": 0.5, "high": 8.0}}}


def test_a_shared_factor_moves_both_numbers_together() -> None:
    scenario = drawing(STRAINS, **SHARED, changed={"parties.South.strain": 0.02})
    assert references.check(scenario) == []
    uniform, asked = recording(0.25, 0.5, 0.75)
    drawn = draw_columns(scenario, uniform)
    np.testing.assert_allclose(drawn["parties.North.strain"], [0.05, 0.1, 0.2])
    np.testing.assert_allclose(drawn["parties.South.strain"], [0.02, 0.04, 0.08])
    assert asked == ["joint.0.factors.a"]


def test_a_ratio_to_a_factor_leaves_its_median_alone() -> None:
    drawn = draw_columns(drawing(STRAINS, "ratio", **SHARED), at(0.25, 0.5, 0.75))
    np.testing.assert_allclose(drawn["parties.North.strain"], [0.025, 0.05, 0.1])
    certain = draw_columns(drawing(STRAINS, "ratio", factors={"a": 3.0}), at(0.25))
    assert certain["parties.North.strain"] == 0.05


def test_a_factor_as_a_value_replaces_the_number() -> None:
    factors = {"a": {"dist": "uniform", "low": 0.0, "high": 0.2}}
    drawn = draw_columns(drawing(STRAINS, "value", factors=factors), at(0.25, 0.5))
    np.testing.assert_allclose(drawn["parties.South.strain"], [0.05, 0.1])


def test_two_groups_draw_factors_of_one_name_independently_in_any_order() -> None:
    groups = tuple(
        {"factors": SHARED["factors"], "columns": {f"parties.{side}.strain": "a"}, "mode": "multiply", "source": "test"}
        for side in ("North", "South")
    )
    uniforms = {
        "joint.0.factors.a of parties.North.strain": np.array([0.25]),
        "joint.0.factors.a of parties.South.strain": np.array([0.75]),
    }
    for ordered in (groups, groups[::-1]):
        drawn = draw_columns(minimal_scenario(joint=ordered), lambda name: uniforms[name])
        np.testing.assert_allclose(drawn["parties.North.strain"], [0.05])
        np.testing.assert_allclose(drawn["parties.South.strain"], [0.2])


def test_a_rate_that_only_a_draw_gives_is_no_rate_of_zero() -> None:
    signing = {"tracks.ceasefire.signing": "hazard"}
    columns = {"tracks.ceasefire.signing_rate": "a"}
    assert references.check(drawing(columns, "value", signing, **SHARED)) == []
    (problem,) = references.check(drawing(columns, "multiply", signing, **SHARED))
    assert problem.path == ("tracks", "ceasefire", "signing_rate") and "above 0, got 0" in problem.message
    (problem,) = references.check(drawing(columns, "value", **SHARED))
    assert problem.message.startswith("this has no effect")


def test_central_drops_the_factors_and_keeps_the_numbers() -> None:
    collapsed = central(drawing({**STRAINS, "war.momentum_spread": "a"}, **SHARED))
    assert collapsed.joint == ()
    assert "joint.0.factors.a" not in quantities(collapsed)
    assert collapsed.parties["North"].strain.value == 0.05
