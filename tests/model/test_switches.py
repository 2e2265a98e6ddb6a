"""The registry of frictions and the model's switches: one entry each, in the order of the columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim import frictions
from sim.compiler.decorators import entry
from sim.model import switches
from sim.model.world_pointer import world_of
from sim.outcome_columns import FRICTIONS, TAGS, names
from tests.factories import SILENT, both, minimal_scenario, stepped

CONTROLLED: dict[str, Any] = {
    "issues.territory.controllers": ("Patron",),
    "parties.Patron": {"role": "backer", "limits": {"territory": (0.3, 0.7)}, "quit_prob_per_week": 0.2},
    "parties.North.red_lines": {"territory": 0.6},
    "parties.South.red_lines": {"territory": 0.2},
    "parties.North.public_lines": {"territory": 0.5},
    "tracks.ceasefire.demands": {"North": {"territory": 0.45}},
    **both(trust=0.4, audience_slope=1.5),
}
"""The two frictions that narrow the terms of an issue narrow them at different ends, and one may block the issue."""
IN_CAPITALS = [name.upper() for name in FRICTIONS]


@entry
def is_blocked(workspace: Any, regime: int) -> bool:
    return switches.is_blocked(world_of(workspace), 0, regime)


def test_every_friction_of_the_registry_has_its_switch_and_no_other_has() -> None:
    """The bit of a friction has its name; the bits are in the order of the columns of shares."""
    names_of_bits = [name.lower() for name, value in vars(switches).items() if name in IN_CAPITALS and value]
    assert names_of_bits == [friction.name for friction in frictions.FRICTIONS] == list(FRICTIONS)
    assert [getattr(switches, name) for name in IN_CAPITALS] == [1 << number for number in range(len(FRICTIONS))]
    assert switches.ALL_OFF == sum(getattr(switches, name) for name in IN_CAPITALS) and switches.NONE_OFF == 0
    assert switches.IN_TERMS & ~switches.ALL_OFF == 0


def test_codes_that_stored_runs_hold_mean_what_they_meant() -> None:
    first = ("not_convened", "fighting_pays", "scope", "information", "commitment", "trust", "audience", "controllers")
    assert TAGS[:13] == (*first, "combined", "ratification", "process", "collapsed", "victory")
    assert sorted(reason.code for reason in frictions.REASONS) == list(range(len(TAGS)))
    assert len({reason.name for reason in frictions.REASONS}) == len(TAGS)
    assert [name for name in names(()) if name.startswith("share_")] == [one.column for one in frictions.FRICTIONS]


@entry
def stake_with(workspace: Any, off: int, side: int, trust: float) -> Any:
    world = world_of(workspace)
    stake = switches.stake_of(world.issues[0], world.sides[side], off, trust)
    return stake.trust, stake.slope


@entry
def bounds_with(workspace: Any, off: int, track: int) -> Any:
    return switches.bounds(world_of(workspace), off, track, 0)


def room() -> Any:
    """The controlled issue; sides believe .25 and .75 of what is promised."""
    return stepped(minimal_scenario(**SILENT, **CONTROLLED), 1).workspace


@pytest.mark.parametrize("off", range(switches.ALL_OFF + 1))
def test_each_friction_changes_its_own_part_of_the_terms_of_an_issue(off: int) -> None:
    """Whichever others are off: trust what is believed, audiences slopes, lines and demands, controllers limits."""
    trusts = [stake_with(room(), off, side, trust)[0] for side, trust in ((0, 0.25), (1, 0.75))]
    slopes = [stake_with(room(), off, side, 0.5)[1] for side in (0, 1)]
    assert trusts == ([1, 1] if off & switches.TRUST else [0.25, 0.75])
    assert slopes == ([0, 0] if off & switches.AUDIENCE else [1.5, 0])
    # North demands .45 at most on this track; all issues together know red lines and limits alone.
    for track, most in ((0, 0.45), (1, 0.6)):
        low, high = (0, 1) if off & switches.AUDIENCE else (0.2, most)
        if not off & switches.CONTROLLERS:
            low, high = max(low, 0.3), min(high, 0.7)
        assert bounds_with(room(), off, track) == (low, high)


def test_a_book_says_which_frictions_are_off_in_its_trades() -> None:
    """Whichever promises and third parties it is of; what changes needs alone shares the book of those that do not."""
    for first in (0, switches.N_SETS_OF_TERMS, 5 * switches.N_SETS_OF_TERMS):
        for off in range(switches.ALL_OFF + 1):
            book = switches.with_off.py_func(first + 3, off)  # type: ignore[attr-defined]
            assert switches.off_in.py_func(book) == off & switches.IN_TERMS  # type: ignore[attr-defined]
            assert first <= book < first + switches.N_SETS_OF_TERMS


def test_an_issue_is_blocked_where_its_controller_is_absent() -> None:
    """After some weeks the patron has left in some trials; its regime has no bit set there."""
    trials = stepped(minimal_scenario(**SILENT, **CONTROLLED), 4, n_trials=64)
    takes_part = trials.third_party("Patron", "is_engaged")
    assert 0 < takes_part.sum() < 64
    np.testing.assert_array_equal(trials.of("trial", "regime"), takes_part)
    assert [is_blocked(trials.workspace, regime) for regime in (0, 1)] == [True, False]
