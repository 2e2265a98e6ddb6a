"""What a file says without effect, or in the words of an earlier model, is named with its place; nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.checks.warnings import warnings
from sim.scenario.reading.load import load
from sim.scenario.reading.warnings import note_on_model, warnings_of
from sim.scenario.schema import Scenario
from tests.factories import minimal_scenario

BACKER = {"role": "backer", "supports": {"North": 0.5}, "aid_cut_momentum": 0.1}
Parley = Callable[..., Any]


def told(base: Scenario | None = None, **changes: Any) -> list[str]:
    scenario = minimal_scenario(model=3, **{"issues.territory.war_share": 0.5, **changes})
    return [f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in warnings(scenario, base)]


def test_a_sound_scenario_of_this_model_has_none() -> None:
    assert told() == []


@pytest.mark.parametrize(("side", "at", "words"), [("North", 0.1, "at least 0.2"), ("South", 0.9, "at most 0.8")])
def test_a_demand_beyond_the_own_wish(side: str, at: float, words: str) -> None:
    wishes = {"parties.North.ideal_point": {"territory": 0.2}, "parties.South.ideal_point": {"territory": 0.8}}
    where = "tracks.ceasefire.demands"
    assert told(**wishes, **{where: {side: {"territory": at}}}) == [
        f"{where}.{side}.territory: expected {words}, what {side} wishes (ideal_point), got {at:g}"
    ]
    assert told(**wishes, **{where: {"North": {"territory": 0.2}}}) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"supports": {}}, "Patron supports nobody; say in `supports` whose aid it is"),
        ({"supports": {"North": 0.0}}, "Patron supports nobody; say in `supports` whose aid it is"),
        ({"aid_cut_momentum": 0.0}, "`aid_cut_momentum` of Patron is 0, the momentum that its aid is worth"),
        ({"role": "mediator"}, "Patron is a mediator, and aid is that of a `role: backer`"),
    ],
)
def test_aid_that_changes_nothing_names_the_key_that_would(changed: dict[str, Any], said: str) -> None:
    party = {**BACKER, **changed}
    assert told(**{"parties.Patron": {**party, "aid": 0.5}}) == [f"parties.Patron.aid: this changes nothing: {said}"]
    stop = {"name": "Stop", "when": {"round_failed": True}, "set": {"parties.Patron.aid": 0.0}}
    later = told(**{"parties.Patron": party, "events": [stop]})
    assert later == [f"events.0.set.parties.Patron.aid: this changes nothing: {said}"]
    assert told(**{"parties.Patron": {**BACKER, "aid": 0.5}, "events": [stop]}) == []
    assert told(**{"parties.Patron": {**party, "aid": 1.0}}) == []


def test_effort_without_reach() -> None:
    assert told(**{"parties.Patron": {**BACKER, "effort": 0.3}}) == [
        "parties.Patron.effort: this changes nothing: say in `reach` which side Patron reaches"
    ]
    assert told(**{"parties.Patron": {**BACKER, "effort": 0.3, "reach": {"South": 0.5}}}) == []


def test_supports_lowered_by_a_variant() -> None:
    base = minimal_scenario(model=3, **{"parties.Patron": BACKER})
    words = "got 0: `supports` says whose aid it is, `aid` how much of it flows"
    for supports in ({"North": 0.0}, {}):
        assert told(base, **{"parties.Patron": {**BACKER, "supports": supports}}) == [
            f"parties.Patron.supports.North: expected 0.5 as in the scenario that this one extends, {words}"
        ]
    for supports in ({"North": 0.5}, {"North": 0.7}, {"North": 0.5, "South": 0.1}):
        assert told(base, **{"parties.Patron": {**BACKER, "supports": supports}}) == []


def test_a_war_that_nothing_keeps_going() -> None:
    idle = {"issues.territory.war_share": 0.0}
    assert told(**idle) == [
        "war: nothing keeps this war going: it promises no side anything (war_share 0 on every issue), and there is no "
        "optimism, fear, audience cost or demand"
    ]
    reasons: list[dict[str, Any]] = [
        {"parties.North.fear": {"low": 0.0, "central": 0.01, "high": 0.02}},
        {"parties.South.optimism": 0.1},
        {"parties.South.signature_cost": 0.1},
        {"tracks.ceasefire.audience_cost": {"North": 0.01}},
        {"tracks.ceasefire.demands": {"North": {"territory": 0.2}}},
        {"parties.North.public_lines": {"territory": 0.5}, "parties.North.audience_slope": 1.0},
        {"expect": "certain"},
    ]
    for reason in reasons:
        assert told(**idle, **reason) == [], reason


def test_a_file_of_an_earlier_model_has_each_key_named_that_means_something_else(here: Path) -> None:
    text = (here / "base.yaml").read_text()
    (line,) = warnings_of("base.yaml")
    assert line == (
        "base.yaml:2:1: warning: expected `model: 3`, got none: in a file of an earlier model other things were meant "
        "by points (now per unit of the scale); war_share (now at the momentum expected over the year ahead); "
        "issues without `delivered` (now nothing but promises); "
        "audience_slope (now by the distance beyond the public line)"
    )
    assert note_on_model("base.yaml") == line
    assert note_on_model("teaching/minimal") is None, "only files of one's own are noted when they are run"
    assert note_on_model("nothing") is None
    (here / "base.yaml").write_text(text.replace("side: North", "side: North\n    red_lines: {territory: 0.5}"))
    assert "red_lines of veto players" in warnings_of("base.yaml")[0]
    moving = "strain_volatility: 0.1\n    strain: {low: 0.04"
    (here / "base.yaml").write_text(text.replace("strain: {low: 0.04", moving))
    assert "strain (now the mean of a cost that moves)" in warnings_of("base.yaml")[0]
    (here / "base.yaml").write_text("model: 3\n" + text)
    assert warnings_of("base.yaml") == [] and note_on_model("base.yaml") is None
    (here / "child.yaml").write_text("extends: base\nparties: {Ally: {supports: {North: 0.2}}}\n")
    assert load("child.yaml").model == 3, "a file has the model of the one that it extends"
    assert warnings_of("child.yaml") == [
        "child.yaml:2:36: warning: parties.Ally.supports.North: expected 0.5 as in the scenario that this one extends, "
        "got 0.2: `supports` says whose aid it is, `aid` how much of it flows"
    ]


def test_check_prints_warnings_and_takes_the_file_for_sound(here: Path, parley: Parley) -> None:
    (here / "child.yaml").write_text("extends: base\nmodel: 3\nparties: {Ally: {effort: 0.2}}\n")
    answer = parley("check", "child.yaml")
    assert answer.code == 0 and "child: ok" in answer.out
    assert answer.err == (
        "child.yaml:3:26: warning: parties.Ally.effort: this changes nothing: say in `reach` which side Ally reaches\n"
    )
    assert parley("check", "child.yaml", "--quiet").err == ""
    assert "warning: expected `model: 3`" in parley("show", "base.yaml").err
