"""Which of a scenario's changes does the work."""

from __future__ import annotations

import pytest

import sim
from sim.analysis.failure.decompose import decompose, parts
from sim.execution.run import run, run_many
from sim.scenario.differences import changes
from sim.scenario.reading.load import load, names
from tests.factories import WEEKLY, changed, minimal_scenario, week

ISTANBUL = [name for name in names() if name.startswith("istanbul_2025/") and name != "istanbul_2025/aides_only"]


@pytest.mark.parametrize("name", ISTANBUL)
def test_parts_lead_from_the_base_to_the_variant(name: str) -> None:
    """Left out of the variant or added to the base, each part is exactly one of the listed changes."""
    base, variant = load("istanbul_2025/aides_only"), load(name)
    whole = {change.path for change in changes(base, variant)}
    found = parts(base, variant)
    listed = 0
    for part in found:
        assert part.alone is not None and part.left_out is not None
        alone = {change.path for change in changes(base, part.alone)}
        rest = {change.path for change in changes(base, part.left_out)}
        assert alone and alone | rest == whole and not alone & rest
        listed += len(alone)
    assert listed == len(whole)


def test_one_change_is_the_whole_difference() -> None:
    base = minimal_scenario(**WEEKLY)
    variant = changed(base, **{"parties.South.strain": 0.2})
    found = decompose(run(base, trials=320), run(variant, trials=320), run_many)
    (share,) = found.shares
    assert share.alone == share.left_out == found.whole and found.together == pytest.approx(0)
    assert share.path == "parties.South.strain" and "0.2" in share.sentence or ".20" in share.sentence


def test_changes_that_only_work_together() -> None:
    """Neither side signs alone: each strain by itself does nothing, both open the range."""
    fear = {"parties.North.fear": 0.1, "parties.South.fear": 0.1}
    base = minimal_scenario(**WEEKLY, **fear)
    relief = {"parties.North.strain": 0.2, "parties.South.strain": 0.2}
    found = decompose(run(base, trials=320), run(changed(base, **relief), trials=320), run_many)
    assert found.whole[0] > 0.5 and found.together is not None
    singles = [share.alone[0] for share in found.shares if share.alone]
    assert len(singles) == 2 and found.together == pytest.approx(found.whole[0] - sum(singles))
    assert found.n_intervals == 5


def test_a_change_that_cannot_stand_alone_is_said_so() -> None:
    base = minimal_scenario(issues=("land", "river"))
    variant = changed(base, **{"parties.North.points": {"land": 70, "river": 30}, "war.learning": 0.3})
    paths = [part.path for part in parts(base, variant)]
    assert paths == ["parties.North.points", "war.learning"]  # points sum to 100, so they move together


def test_events_count_one_by_one() -> None:
    base = minimal_scenario(**WEEKLY)
    events = (
        {"name": "sanctions", "date": week(2), "pressure": {"South": 0.05}},
        {"name": "offensive", "date": week(3), "momentum_shift": 0.2},
    )
    found = parts(base, changed(base, events=events))
    assert [part.path for part in found] == ["event `sanctions`", "event `offensive`"]
    assert all(part.alone is not None and len(part.alone.events) == 1 for part in found)


def test_equal_scenarios_are_refused(minimal: sim.Scenario) -> None:
    one = run(minimal, trials=64)
    with pytest.raises(sim.ParleyError, match="simulate the same"):
        decompose(one, one, run_many)
