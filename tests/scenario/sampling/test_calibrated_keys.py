"""Levels from the record: what a calibrated scenario draws, and from where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.scenario.checks import references
from sim.scenario.sampling.parameter_draws import central, draw_columns
from sim.scenario.schema import Scenario
from tests.factories import minimal_scenario
from tests.scenario.conftest import at

DRAWS = ("calibration", "draws")
NORTH = {"parties.North.strain": "a"}
POSTERIOR = "strain,fear,pressure,audience,speed,weight,without_X\n1,1,1,1,1,1,0\n2,3,4,5,6,1,1\n0.5,1,1,1,1,1,0\n"


def calibrated(**changed: Any) -> Scenario:
    """One of every kind of number that the record moves, all drawn from draws.csv."""
    data = {
        "calibration": {"draws": "draws.csv"},
        "parties.Patron": {"role": "backer", "leverage": {"South": 0.01}},
        "parties.North.fear": 0.02,
        "parties.North.audience_slope": 0.3,
        "parties.South.strain": {"same_as": "parties.North.strain"},
        "tracks.ceasefire.audience_cost": {"South": 0.03},
        "events": [{"name": "sanctions", "date": "2025-02-03", "pressure": {"South": 0.04}}],
        **changed,
    }
    data["events"] = [{**event, "date": date.fromisoformat(event["date"])} for event in data["events"]]
    return minimal_scenario(**data)


def test_a_calibrated_scenario_draws_one_row_over_its_medians(draws: Callable[[str], None]) -> None:
    """Medians are 1; the second row multiplies strain by 2, fear by 3, pressure by 4, audience by 5, speed by 6."""
    draws(POSTERIOR)
    scenario = calibrated()
    assert references.check(scenario) == []
    drawn = draw_columns(scenario, at(0.2, 0.5))
    moved = {
        "parties.North.strain": (0.05, 2),
        "parties.South.strain": (0.05, 2),  # the same as North's: moved once, not twice
        "parties.North.fear": (0.02, 3),
        "parties.Patron.leverage.South": (0.01, 4),
        "events.0.pressure.South": (0.04, 4),
        "parties.North.audience_slope": (0.3, 5),
        "tracks.ceasefire.audience_cost.South": (0.03, 5),
    }
    for path, (value, factor) in moved.items():
        np.testing.assert_allclose(drawn[path], [value, value * factor], err_msg=path)
    np.testing.assert_allclose(drawn["talks.convening_prob_per_week"], [0.15, 0.9])
    assert drawn["assurances.trust_from_monitoring"] == 0.25 and drawn["parties.North.trust"] == 1.0
    assert central(scenario).calibration is None


def test_a_war_can_be_left_out_of_the_weights(draws: Callable[[str], None]) -> None:
    """Without the war only the second row weighs, and it is its own median."""
    draws(POSTERIOR)
    scenario = calibrated(calibration={"draws": "draws.csv", "without": "X"})
    assert references.check(scenario) == []
    np.testing.assert_allclose(draw_columns(scenario, at(0.1, 0.9))["parties.North.fear"], [0.02, 0.02])


@pytest.mark.parametrize(
    ("text", "changed", "path", "words"),
    [
        ("strain\n1\n", {}, DRAWS, "there is no column `"),
        (POSTERIOR, {"calibration": {"draws": "draws.csv", "without": "Y"}}, DRAWS, "there is no column `without_Y`"),
        (POSTERIOR, {"calibration": {"draws": "gone.csv"}}, DRAWS,
         "there is no data file 'gone.csv' beside the file that names it, in a scenarios folder or in the working "),
        (POSTERIOR, {"joint": ({"factors": {"a": 2.0}, "columns": NORTH, "mode": "multiply", "source": "test"},)},
         DRAWS[:1], "parties.North.strain: this is drawn twice"),
        (POSTERIOR.replace("\n1,1", "\n1,0").replace("0.5,1", "0.5,0"), {}, DRAWS[:1],
         "parties.North.fear: expected a median above 0 to divide by, got 0 in column `fear`"),
    ],
)  # fmt: skip
def test_a_broken_calibration(
    draws: Callable[[str], None], text: str, changed: dict[str, Any], path: tuple[str, ...], words: str
) -> None:
    draws(text)
    problem = references.check(calibrated(**changed))[0]
    assert problem.path == path and words in problem.message
