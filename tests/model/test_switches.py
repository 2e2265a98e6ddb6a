"""The registry of frictions and the model's switches: one entry each, whatever the order in which they are put on."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from sim import frictions
from sim.columns import switches
from sim.outcome_columns import FRICTIONS, TAGS, names
from tests.factories import SILENT, both, minimal_scenario, stepped

CONTROLLED: dict[str, Any] = {
    "issues.territory.controllers": ("Patron",),
    "parties.Patron": {"role": "backer", "limits": {"territory": (0.3, 0.7)}, "quit_prob_per_week": 0.2},
    "parties.North.red_lines": {"territory": 0.6},
    "parties.South.red_lines": {"territory": 0.2},
    "parties.North.public_lines": {"territory": 0.5},
    **both(trust=0.4, audience_slope=1.5),
}
"""The two frictions that narrow the terms of an issue narrow them at different ends, and one may block the issue."""


def test_every_friction_of_the_registry_has_its_switch_and_no_other_has() -> None:
    assert list(switches.SWITCHES) == [friction.name for friction in frictions.FRICTIONS] == list(FRICTIONS)
    assert all(switch.in_need or switch.in_terms for switch in switches.SWITCHES.values())
    assert switches.KEPT.keys() <= {name for name, switch in switches.SWITCHES.items() if switch.in_need}


def test_codes_that_stored_runs_hold_mean_what_they_meant() -> None:
    first = ("not_convened", "fighting_pays", "scope", "information", "commitment", "trust", "audience", "controllers")
    assert TAGS[:13] == (*first, "combined", "ratification", "process", "collapsed", "victory")
    assert sorted(reason.code for reason in frictions.REASONS) == list(range(len(TAGS)))
    assert len({reason.name for reason in frictions.REASONS}) == len(TAGS)
    assert [name for name in names(()) if name.startswith("share_")] == [one.column for one in frictions.FRICTIONS]


@pytest.mark.parametrize("order", list(permutations(("trust", "audience", "controllers"))))
def test_terms_do_not_depend_on_the_order_in_which_frictions_are_put_on(
    order: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = stepped(minimal_scenario(**SILENT, **CONTROLLED), 1, n_trials=32)
    rows = np.arange(model.inputs.n_draws * model.regimes.count)
    assert model.regimes.count > 1
    expected = model.tracks[0].terms_of("territory", rows)
    assert expected.is_blocked.any() and not expected.is_blocked.all()
    monkeypatch.setattr(switches, "SWITCHES", {name: switches.SWITCHES[name] for name in order})
    found = model.tracks[0].terms_of("territory", rows)
    np.testing.assert_array_equal(found.is_blocked, expected.is_blocked)
    for name, value in expected.terms._asdict().items():
        np.testing.assert_array_equal(getattr(found.terms, name), value, err_msg=name)


def test_with_everything_off_both_believe_and_nothing_is_ruled_out() -> None:
    model = stepped(minimal_scenario(**SILENT, **CONTROLLED), 1, n_trials=32)
    terms, is_blocked = model.tracks[0].terms_of("territory", np.arange(model.regimes.count), switches.ALL_OFF)
    assert (terms.trust_a, terms.trust_b, terms.slope_a, terms.slope_b) == (1, 1, 0, 0)
    assert (terms.low == 0).all() and (terms.high == 1).all() and not is_blocked.any()
