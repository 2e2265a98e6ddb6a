"""Worlds with frictions off: nothing is left of them, and what was not asked for stays as it was."""

import numpy as np
import pytest

from sim.analysis.statics.outcomes import AGREED, LAND
from sim.analysis.statics.predicates import Rises
from sim.analysis.statics.run import estimates, measure
from sim.analysis.statics.static import Series, Static, swept
from sim.analysis.statics.worlds import FRICTIONS, edited, full_information
from sim.errors import ParleyError, ScenarioError
from sim.model.compiled import simulate
from sim.scenario.key_paths import quantities
from sim.scenario.reading.load import load
from sim.scenario.schema import ThirdParty, Veto
from tests.factories import both, minimal_scenario

BASE = load("istanbul_2025/aides_only")


def test_full_information_has_no_friction() -> None:
    world = full_information(BASE)
    known = quantities(world)
    for side in ("Ukraine", "Russia"):
        for key, value in {"optimism": 0, "optimism_rest": 0, "fear": 0, "audience_slope": 0, "trust": 1}.items():
            assert known[f"parties.{side}.{key}"].value == value
        assert not world.belligerent(side).red_lines and not world.belligerent(side).public_lines
    for party in world.parties.values():
        assert not (isinstance(party, ThirdParty) and party.limits)
        assert not (isinstance(party, Veto) and party.red_lines)
    assert not any(track.ratified_by or track.audience_cost for track in world.tracks.values())
    assert not any(issue.controllers for issue in world.issues.values())
    first = next(track for track in world.tracks.values() if track.general)
    assert set(first.scope) == set(world.issues)


@pytest.mark.parametrize("name", FRICTIONS)
def test_a_friction_changes_its_own_keys_alone(name: str) -> None:
    changed = {path for path, _ in FRICTIONS[name](BASE)}
    before, after = quantities(BASE), quantities(edited(BASE, (), (name,)))
    for path, quantity in after.items():
        if not any(path == one or path.startswith(f"{one}.") for one in changed):
            assert quantity.model_dump(exclude={"source", "note", "kind"}) == before[path].model_dump(
                exclude={"source", "note", "kind"}
            ), path


def test_an_edit_goes_before_what_is_switched_off() -> None:
    world = edited(BASE, (("parties.Russia.fear", "0.06"),), ("fear",))
    assert quantities(world)["parties.Russia.fear"].value == 0.06
    assert quantities(world)["parties.Ukraine.fear"].value == 0


def test_nothing_edited_is_the_scenario_itself() -> None:
    before, after = (simulate(one, 1, 0, 64, explains=False) for one in (BASE, edited(BASE, ())))
    assert all(np.array_equal(before[name], after[name], equal_nan=True) for name in before)


def test_estimates_are_those_of_the_columns() -> None:
    columns = simulate(BASE, 3, 0, 640, explains=False)
    found = estimates(BASE, (AGREED, LAND), 640, 3)
    agreed = (columns["halt_week"] >= 0) & (columns["halt_week"] < BASE.horizon_weeks)
    assert found[AGREED].value == pytest.approx(agreed.mean())
    assert found[LAND].value == pytest.approx(columns["x_territory"][agreed].mean())
    by_cluster = agreed.reshape(-1, 32).mean(axis=1)
    assert found[AGREED].error == pytest.approx(by_cluster.std(ddof=1) / 20**0.5)


def test_what_cannot_be_stated_fails_and_says_why() -> None:
    scenario = minimal_scenario(**both(usual_level=3))
    series = Series("strain", swept("parties.North.strian", 0.1, 0.2), shown=(AGREED,))
    finding = measure(Static(1, "strain", "more", (series,), (Rises(AGREED, "strain"),)), scenario, 64)
    assert finding.verdict == "fails"
    assert "cannot be stated (parties.North.strian: unknown key `strian`" in finding.results[0].words


def test_refusals() -> None:
    with pytest.raises(ScenarioError, match="war.momentum"):
        edited(BASE, (("war.momentum", "3"),))
    static = Static(1, "", "", (Series("it", swept("war.momentum", 0, 1)),), (Rises(AGREED, "it"),))
    with pytest.raises(ParleyError, match="trials: expected a multiple of 32"):
        measure(static, BASE, 100)
