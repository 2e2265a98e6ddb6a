"""Levers: how a number moves, what may be a lever, which packages are found, and what is said of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.levers.evaluate import Measured
from sim.analysis.levers.levers import Levers, levers
from sim.analysis.levers.search import effort_of, first_packages, neighbours, search, undominated, use_of
from sim.cli.commands.levers import show_levers
from sim.cli.console import console
from sim.errors import ParleyError
from sim.scenario.apply_levers import shifted, with_levers
from sim.scenario.checks import references
from sim.scenario.differences import changes
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity, Range
from tests.factories import WEEKLY, changed, minimal_scenario

STRAIN = {"low": 0.02, "central": 0.05, "high": 0.09}
PULLED: dict[str, Any] = {
    "press": {"who": ("South",), "to": {"parties.South.strain": 0.35}, "effort": 20.0, "note": "made up"},
    "idle": {"to": {"truces.upgrade_prob": 0.9}, "effort": 5.0, "steps": 1, "note": "does nothing here"},
    "calm": {"who": ("North",), "to": {"parties.North.fear": 0.0}, "effort": 30.0, "steps": 1, "note": "made up"},
}


def made(**more: Any) -> Scenario:
    """A pie that is split if the sides fear little and war costs them enough."""
    return minimal_scenario(
        **WEEKLY,
        **{
            "horizon_weeks": 8,
            "follow_up_weeks": 5,
            "parties.South.strain": STRAIN,
            "parties.North.strain": STRAIN,
            "parties.North.fear": {"low": 0.0, "central": 0.08, "high": 0.2},
            "levers": PULLED | more,
        },
    )


@pytest.fixture(scope="module")
def found() -> Levers:
    return levers(made(), target=0.7, trials=1024, workers=1, most_packages=20, name="made up")


# -- how a number moves -------------------------------------------------------------------------------------


def test_a_range_moves_along_and_is_cut_at_what_is_allowed() -> None:
    quantity = Quantity.model_validate({"low": 0.1, "central": 0.3, "high": 0.6, "kind": "judgement"})
    full = shifted(quantity, 0.8, 1.0, Range(0, 1))
    assert (full.low, full.central, full.high) == pytest.approx((0.6, 0.8, 1.0))
    half = shifted(quantity, 0.8, 0.5, Range(0, 1))
    assert (half.low, half.central, half.high) == pytest.approx((0.35, 0.55, 0.85))
    assert half.kind == "judgement"


def test_a_lognormal_is_stretched() -> None:
    quantity = Quantity.model_validate({"dist": "lognormal", "median": 0.5, "log_sd": 0.3, "low": 0.25, "high": 1.0})
    full = shifted(quantity, 0.4, 1.0)
    assert (full.median, full.log_sd, full.low, full.high) == pytest.approx((0.4, 0.3, 0.2, 0.8))


def test_levels_are_on_or_off() -> None:
    up = {"to": {"parties.North.usual_level": 2.0}, "effort": 1.0, "steps": 1, "note": "made up"}
    scenario = made(up=up)
    assert with_levers(scenario, {"up": 1.0}).belligerent("North").usual_level == 2
    assert scenario.belligerent("North").usual_level == 3
    half = made(up={**up, "steps": 2})
    assert any("on or off" in problem.message for problem in references.check(half))


# -- what may be a lever ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lever", "words"),
    [
        ({"to": {"parties.South.strian": 0.1}}, "unknown number `parties.South.strian`, did you mean"),
        ({"to": {"parties.South.strain": 3.0}}, "from 0 to 2, got 3"),
        ({"to": {"parties.South.strain": 0.2}}, "moves this number already"),
        ({"to": {"parties.South.fear": 0.2}, "who": ("Sauth",)}, "unknown party `Sauth`, did you mean `South`"),
        ({"to": {"war.momentum_mean": 0.2}}, "the same as war.momentum"),
    ],
)
def test_mistakes_are_refused(lever: dict[str, Any], words: str) -> None:
    scenario = made(wrong={"effort": 1.0, "note": "made up", **lever})
    scenario = changed(scenario, **{"war.momentum_mean": {"same_as": "war.momentum"}, "levers": scenario.levers})
    assert any(words in problem.message for problem in references.check(scenario))


def test_levers_are_no_change_and_are_not_stored() -> None:
    scenario = made()
    without = scenario.model_copy(update={"levers": {}})
    assert changes(without, scenario) == []
    assert "levers" not in scenario.model_dump(mode="json")
    first = sim.run(scenario, trials=64, workers=1).columns
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(
        first.values(), sim.run(without, trials=64, workers=1).columns.values(), strict=True))  # fmt: skip


def test_shipped_levers_are_inherited_and_say_why() -> None:
    base, variant = sim.load("istanbul_2025/aides_only"), sim.load("istanbul_2025/china_leverage")
    assert 6 <= len(base.levers) <= 10 and base.levers.keys() == variant.levers.keys()
    assert all(lever.kind == "judgement" and lever.who for lever in base.levers.values())
    assert not references.check(with_levers(base, dict.fromkeys(base.levers, 1.0)))


# -- the search ---------------------------------------------------------------------------------------------


def test_undominated_packages_are_those_nothing_cheaper_beats() -> None:
    efforts, odds = np.array([0.0, 10, 10, 20, 30, 40]), np.array([0.1, 0.3, 0.2, 0.3, 0.25, 0.5])
    assert undominated(efforts, odds) == [0, 1, 5]


def test_packages_and_their_neighbours() -> None:
    scenario = made()
    tried = first_packages(scenario)
    assert tried[0] == (0, 0, 0) and tried[-1] == (2, 1, 1) and len(set(tried)) == len(tried)
    assert set(neighbours(scenario, (1, 0, 1))) == {(2, 0, 1), (0, 0, 1), (1, 1, 1), (1, 0, 0)}
    assert effort_of(scenario, (1, 0, 1)) == 40.0 and use_of(scenario, (1, 0, 1)) == {"press": 0.5, "calm": 1.0}


def test_the_search_tries_all_of_few_and_does_not_depend_on_workers() -> None:
    scenario = made()
    one = search(scenario, "durable", 0, 2, workers=1, most=20)
    assert one.is_complete and len(one.packages) <= 12
    again = search(scenario, "durable", 0, 2, workers=1, most=20)
    assert np.array_equal(one.odds, again.odds)
    idle = one.packages.index((0, 1, 0))
    assert np.array_equal(one.odds[idle], one.odds[0])  # with common random numbers nothing changes by chance
    assert idle not in one.frontier


# -- what is said -------------------------------------------------------------------------------------------


def test_the_smallest_package_reaches_the_target_and_nothing_cheaper_does(found: Levers) -> None:
    assert found.is_reached and found.package.odds >= 0.7
    assert all(one.odds < 0.7 for one in found.frontier[: found.chosen])
    assert "70 %" in found.sentence and found.base.use == {}


def test_a_lever_that_does_nothing_gets_nothing(found: Levers) -> None:
    idle = next(one for one in found.alone if "idle" in one.use)
    assert idle.difference == 0 and idle.lo < 0 < idle.hi
    assert all("idle" not in one.use for one in found.frontier)


def test_numbers_shown_are_those_of_a_fresh_run(found: Levers) -> None:
    run = sim.run(with_levers(made(), found.package.use), trials=1024, seed=1, workers=1)
    assert found.package.odds == pytest.approx(run.summary["tiers"]["durable"][str(found.days)]["p"])


def test_an_unreachable_target_is_said(found: Levers) -> None:
    never = levers(made(), target=0.99999, trials=512, workers=1, most_packages=5)
    assert not never.is_reached and "No package tried reaches" in never.sentence


def test_terms_name_what_each_side_gives(found: Levers) -> None:
    assert found.terms is not None
    (term,) = found.terms.terms
    assert term.issue == "territory" and term.low <= term.agreed <= term.high
    south = next(party for party in found.terms.parties if party.party == "South")
    assert any("press" in line for line in south.does)
    north = next(party for party in found.terms.parties if party.party == "North")
    # With one issue and opposite ends, what one gets the other gives.
    assert min(north.balance, south.balance) <= 0 <= max(north.balance, south.balance)


def test_plain_json_table_and_page(found: Levers) -> None:
    assert "anchored" not in json.loads(json.dumps(found.as_dict(), allow_nan=False))
    table = found.table()
    assert len(table) == len(found.alone) + len(found.frontier) and {"use.press", "regret_worst"} <= set(table)
    to = console()
    with to.capture() as printed:
        show_levers(found, to)
    assert max(map(len, printed.get().splitlines())) <= 100


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ParleyError, match="has no `levers:`"):
        levers(minimal_scenario())
    with pytest.raises(ParleyError, match="between 0 and 1"):
        levers(made(), target=50)
    with pytest.raises(ParleyError, match="a multiple of 32"):
        levers(made(), trials=1000)


def test_levers_that_move_nothing_are_not_ranked(found: Levers) -> None:
    def still(one: Measured) -> Measured:
        return replace(one, difference=0.0, lo=-0.01, hi=0.01)

    none = replace(found, alone=tuple(map(still, found.alone)), frontier=tuple(map(still, found.frontier)))
    assert found.varies and not none.varies and none.as_dict()["varies"] is False
    assert none.sentence == "The odds do not vary over these levers: no package moves them by more than chance could."
