"""One input at a time: bars in the order they must have, and nothing where nothing acts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sim.analysis.sensitivity.constant_outcomes import NO_INPUT
from sim.analysis.sensitivity.tornado import Tornado, tornado
from sim.cli.commands.sensitivity import show_sensitivity
from sim.cli.console import console
from sim.errors import ParleyError
from tests.factories import WEEKLY, both, minimal_scenario

UNCERTAIN: dict[str, Any] = {
    **WEEKLY,
    "parties.North.fear": 0.05,
    "parties.South.fear": 0.05,
    "parties.North.strain": {"low": 0.01, "central": 0.05, "high": 0.09},
    "parties.South.strain": {"low": 0.045, "central": 0.05, "high": 0.055},
    "war.momentum_volatility": 0.1,
    # What nobody sees of the cost of war: without it a range is there in all trials or in none.
    **both(unseen_spread=0.01),
    # Without a backer nobody's image is at stake.
    "parties.North.image": {"low": 0.0, "central": 0.02, "high": 0.05},
}


@pytest.fixture(scope="module")
def found() -> Tornado:
    return tornado(minimal_scenario(**UNCERTAIN), trials=512, workers=1)


def test_the_wide_input_comes_first_and_the_inert_one_last(found: Tornado) -> None:
    assert [bar.name for bar in found.bars] == ["parties.North.strain", "parties.South.strain", "parties.North.image"]
    wide, narrow, inert = found.bars
    assert wide.swing > narrow.swing > 0
    assert inert.swing == 0 and not inert.is_clear
    assert inert.lo[-1] < 0 < inert.hi[-1]


def test_a_dearer_war_makes_halts_likelier(found: Tornado) -> None:
    wide = found.bars[0]
    assert wide.is_clear and wide.difference[-1] > 0
    low, middle, high = (p[-1] for p in wide.odds)
    assert low <= middle <= high
    assert wide.difference[-1] == pytest.approx(high - low)


def test_values_are_the_fifth_and_ninety_fifth_per_cent_points(found: Tornado) -> None:
    low, middle, high = found.bars[0].values
    assert middle == pytest.approx(0.05)
    assert low == pytest.approx(0.01 + 0.04 * (2 * 0.05) ** 0.5)
    assert high == pytest.approx(0.09 - 0.04 * (2 * 0.05) ** 0.5)


def test_what_is_handed_on(found: Tornado) -> None:
    as_dict = found.as_dict()
    json.dumps(as_dict, allow_nan=False)
    assert "anchored" not in as_dict
    table = found.table()
    assert len(table) == len(found.bars) * len(found.days)
    assert not table.isna().any().any()
    assert "Odds are headlines" in " ".join(found.notes)


def test_what_is_printed_fits_the_page(found: Tornado) -> None:
    to = console()
    with to.capture() as printed:
        show_sensitivity(found, "made up", to, most=2)
    lines = printed.get().splitlines()
    assert max(map(len, lines)) <= 100
    assert any(line.startswith("parties.North.strain") for line in lines)
    assert "... and 1 more" in printed.get()


def test_some_inputs_and_another_horizon() -> None:
    scenario = minimal_scenario(**UNCERTAIN)
    found = tornado(scenario, inputs=["parties.South.strain"], days=30, trials=64, workers=1)
    assert [bar.name for bar in found.bars] == ["parties.South.strain"]
    assert found.days[found.at] == 30


def test_a_scenario_without_inputs_has_no_bars() -> None:
    found = tornado(minimal_scenario(**WEEKLY), trials=64, workers=1)
    assert found.bars == () and found.sentence == NO_INPUT and not found.varies
    assert len(found.central) == len(found.days)


def test_mistakes_are_refused() -> None:
    scenario = minimal_scenario(**UNCERTAIN)
    with pytest.raises(ParleyError, match="did you mean `parties.North.strain`"):
        tornado(scenario, inputs=["parties.North.strian"])
    with pytest.raises(ParleyError, match="a multiple of 32"):
        tornado(scenario, trials=100)
