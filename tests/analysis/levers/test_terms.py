"""What agreed terms are worth to each party: by the model's utility; step by step to third parties."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.levers.terms import FEWEST_HALTS, terms_of
from sim.results.run import Run
from sim.scenario.schema import Scenario
from tests.dashboards.factories import ceasefire, made_run
from tests.factories import minimal_scenario

ON_TERRITORY = {"points": {"territory": 100}}


def signed_at(scenario: Scenario, position: float, n: int = FEWEST_HALTS) -> Run:
    """A run in which every trial signs the same terms."""
    signed = {**ceasefire(0), "halt_track": 0}
    made = made_run([signed] * n, scenario=scenario)
    return Run(scenario, "made", 1, {**made.columns, "x_territory": np.full(n, position)})


def test_points_are_the_models_utility_on_the_partys_own_100_points() -> None:
    parties = {
        "parties.Duma": {"role": "veto", "side": "South", "ideal_point": {"territory": 0.75}, **ON_TERRITORY},
        "parties.Host": {"role": "mediator", "ideal_point": {"territory": 0.25}, **ON_TERRITORY},
        "tracks.ceasefire.ratified_by": ["Duma"],
    }
    found = terms_of(signed_at(minimal_scenario(**parties), 0.25), {})
    assert found is not None
    points = {party.party: party.points["territory"] for party in found.parties}
    gain, loss = 100 * (0.25 - 0.5 * 0.25**2), -125 * (0.25 + 0.5 * 0.25**2)
    assert points == {name: pytest.approx(at) for name, at in (("North", gain), ("South", loss), ("Duma", loss),
                                                                ("Host", 25.0))}  # fmt: skip
    past = terms_of(signed_at(minimal_scenario(**parties), 1.0), {})
    assert past is not None
    points = {party.party: party.points["territory"] for party in past.parties}
    # Beyond the Duma's wish every step is lost again, at loss aversion: 0.25 (1 - 1/4) - 1.25 x 0.25.
    assert points["Duma"] == pytest.approx(100 * (0.25 * 0.75 - 1.25 * 0.25))
    assert points["Host"] == pytest.approx(-50.0)


def test_too_few_ceasefires_say_nothing() -> None:
    assert terms_of(signed_at(minimal_scenario(), 0.25, FEWEST_HALTS - 1), {}) is None
