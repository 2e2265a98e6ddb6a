import io
import json

import pytest
from rich.console import Console

import sim
from sim.evidence.rival_models import CONCEPTS, Panel, panel, show_panel
from sim.evidence.rival_models.ceasefire_game import CeasefireGame, main_backers
from sim.evidence.rival_models.graph_model import Conflict
from sim.evidence.rival_models.opening_position import first_day
from sim.evidence.rival_models.solutions import nash_on_curve
from sim.scenario.mirror import mirror
from tests.factories import minimal_scenario

SHIPPED = ["istanbul_2025/aides_only", "iran_iraq/july_1988", "teaching/fearons_pie"]


def row(found: Panel, method: str) -> dict[str, object]:
    return next(one.numbers for one in found.rows if one.method == method)


def printed(found: Panel) -> str:
    console = Console(file=io.StringIO(), width=100, markup=False, highlight=False)
    show_panel(found, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_school_speaks_and_none_has_odds(name: str) -> None:
    found = panel(sim.load(name))
    assert {one.school for one in found.rows} == {"spatial", "expected utility", "bargaining", "graph model"}
    assert [one.method for one in found.rows if one.school == "graph model"] == list(CONCEPTS)
    for one in found.rows:
        assert one.odds == "none"
        assert one.predicts and one.reading and one.limit and one.source
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False)) == found.as_dict()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_table_fits_and_says_none(name: str) -> None:
    text = printed(panel(sim.load(name)))
    assert max(len(line) for line in text.splitlines()) <= 100
    for word in ("weighted median", "challenges", "Nash point", "Kalai-Smorodinsky", "SMR", "odds", "none", "Limits"):
        assert word in text


def test_the_smallest_scenario_splits_in_the_middle() -> None:
    """North and South alike, status quo and war in the middle: every school names it, and the game is a dilemma."""
    found = panel(minimal_scenario())
    for method in ("weighted median", "weighted mean", "challenges"):
        assert row(found, method)["positions"] == {"territory": 0.5}
    for method in ("Nash point", "Kalai-Smorodinsky", "Rubinstein offers"):
        assert row(found, method)["mix"] == pytest.approx(0.5, abs=1e-5)
    assert row(found, "Nash point")["positions"] == {"territory": 0.5}


def test_a_dilemma_between_the_sides() -> None:
    """Where winning against one who stopped pays, only war is a Nash state; sequential answers also keep the peace."""
    found = panel(minimal_scenario(**{"issues.territory.war_share": 0.6}))
    assert row(found, "Nash")["outcomes"] == ["fighting goes on"]
    assert "both accept the terms" in row(found, "SEQ")["outcomes"]  # type: ignore[operator]


def test_peace_stands_where_war_gains_nothing() -> None:
    """Issues that war does not move: whoever is offered its surplus stays."""
    assert "both accept the terms" in row(panel(minimal_scenario()), "Nash")["outcomes"]  # type: ignore[operator]


def test_without_a_range_bargaining_says_so() -> None:
    fear = {"parties.North.fear": 0.5, "parties.South.fear": 0.5}
    found = panel(minimal_scenario(**fear))
    for one in (one for one in found.rows if one.school == "bargaining"):
        assert one.predicts.startswith("no range")
        assert "North 0.450 utils and South 0.450 utils" in one.reading  # fear .5 less a year's strain of .05
        assert one.numbers["mix"] is None


@pytest.mark.parametrize("name", SHIPPED)
def test_a_mirrored_scenario_has_the_mirrored_panel(name: str) -> None:
    scenario = sim.load(name)
    plain, turned = panel(scenario), panel(mirror(scenario))
    for method in ("weighted median", "weighted mean", "challenges"):
        positions, mirrored = (row(one, method)["positions"] for one in (plain, turned))
        assert isinstance(positions, dict) and isinstance(mirrored, dict)
        assert {issue: 1 - at for issue, at in mirrored.items()} == pytest.approx(positions, abs=2e-6)
    for method in ("Nash point", "Kalai-Smorodinsky"):
        mix, turned_mix = row(plain, method)["mix"], row(turned, method)["mix"]
        assert mix == turned_mix is None or mix == pytest.approx(1 - turned_mix, abs=2e-6)  # type: ignore[operator]


def test_capability_follows_momentum_and_support() -> None:
    scenario = minimal_scenario(
        **{
            "war.momentum": 0.2,
            "parties.Patron": {"role": "backer", "supports": {"North": 0.5}, "engagement": 0.5},
            "parties.Host": {"role": "mediator"},
        }
    )
    day = first_day(scenario)
    assert day.capability() == pytest.approx({"North": 0.4, "South": 0.6, "Patron": 0.1, "Host": 0.0})


def test_central_values_and_no_luck() -> None:
    """Spreads draw nothing: the first day is the same whatever they are."""
    spread = {"war.momentum_spread": 0.3, "parties.North.strain_volatility": 0.2}
    assert panel(minimal_scenario(**spread)).as_dict() == panel(minimal_scenario()).as_dict()


def test_an_event_of_the_first_week_counts() -> None:
    shift = ({"name": "Offensive", "date": minimal_scenario().start, "momentum_shift": 0.3},)
    day = first_day(minimal_scenario(events=shift))
    assert day.momentum == pytest.approx(0.3)


def test_main_backers_have_leverage_and_use_it() -> None:
    def backer(leverage: float, acts: float) -> dict[str, object]:
        return {"role": "backer", "leverage": {"South": leverage}, "act_prob_per_week": acts}

    scenario = minimal_scenario(
        **{
            "parties.Small": backer(0.01, 0.1),
            "parties.Idle": backer(0.9, 0.0),
            "parties.Large": backer(0.03, 0.1),
            "parties.Middle": backer(0.02, 0.1),
        }
    )
    day = first_day(scenario)
    assert main_backers(day) == ["Large", "Middle"]


def test_the_game_uses_the_scenarios_utilities() -> None:
    """July 1988: signing the Nash package is worth to each side what war is, plus its surplus."""
    day = first_day(sim.load("iran_iraq/july_1988"))
    curve = day.curves[0]
    game = CeasefireGame(day, curve)
    assert game.mix == nash_on_curve(curve.surplus_a, curve.surplus_b)
    conflict: Conflict = game.conflict
    signed, war = game.words.index("both accept the terms"), game.words.index("fighting goes on")
    for side, surplus in zip((0, 1), (curve.surplus_a, curve.surplus_b), strict=True):
        payoffs = conflict.payoffs[day.names[side]]
        assert payoffs[signed] - payoffs[war] == pytest.approx(surplus[round(100 * game.mix)], abs=1e-12)
    assert len(conflict.states) == 3 * 3 * 2 * 2


def test_red_lines_that_cross_leave_no_package() -> None:
    lines = {"parties.North.red_lines": {"territory": 0.3}, "parties.South.red_lines": {"territory": 0.7}}
    found = panel(minimal_scenario(**lines))
    assert {one.predicts for one in found.rows if one.school == "bargaining"} == {"no package"}
    assert not [one for one in found.rows if one.school == "graph model"]
