"""Steps of the model for a test to call: each compiled into an entry of its own, and run in a room of one trial."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiler.decorators import entry
from sim.equations.bargaining import GRID_STEPS
from sim.model import attribution, packages, ranges, value_of_war
from sim.model.steps import ceasefires, third_parties
from sim.model.switches import part_of_need
from sim.model.world import Workspace
from sim.model.world_pointer import world_of
from tests.factories import Trials, given_workspace, minimal_scenario

GRID = np.arange(GRID_STEPS + 1) / GRID_STEPS
"""The 101 mixes at which gains are tabulated."""


@entry
def look_again(workspace: Any, track: int) -> None:
    """Needs and range of a track from the records as they stand."""
    world = world_of(workspace)
    ranges.update_loss_from_peace(world)
    ranges.find_range(world, track)


@entry
def look_from(workspace: Any, track: int) -> None:
    """The same with the loss from peace as it stands."""
    ranges.find_range(world_of(workspace), track)


@entry
def need_put_down_to(workspace: Any, off: int, track: int, side: int) -> float:
    world = world_of(workspace)
    return part_of_need(world, off, track, world.sides[side])


@entry
def best_surplus(workspace: Any, off: int, track: int) -> float:
    return attribution.best_surplus(world_of(workspace), off, track)


@entry
def gains_both_ways(workspace: Any, track: int, side: int, step: int) -> tuple[float, float]:
    """A side's gain on a mix as weeks look it up and as attribution tabulates it, after a call of `best_surplus`."""
    world = world_of(workspace)
    packages.choose_tables(world)
    table = world.gains_off[world.trial.regime, 0]
    coarse = step * (table.shape[1] - 1) // GRID_STEPS
    return packages.gain_at(world, track, side, step), attribution._gain(world, table, 0, track, side, coarse)


@entry
def factor_on_hazard(workspace: Any) -> float:
    return ceasefires.hazard_factor(world_of(workspace))


@entry
def blame_of(workspace: Any, backer: int, side: int) -> float:
    """How much a backer blames a side for its offer on the first track and for the level at which it comes."""
    world = world_of(workspace)
    track = world.tracks[0]
    offer = track.offer_a if side == 0 else track.offer_b
    return third_parties._blame(world.talks, world.third_parties[backer], offer, world.sides[side])


@entry
def _least_mix(workspace: Any, side: int, need: float) -> float:
    return packages.least_mix(world_of(workspace), 0, side, need)


@entry
def _nash_mix(workspace: Any) -> float:
    return packages.nash_mix(world_of(workspace), 0)


def room_with_gains(gain_a: NDArray[np.float64], gain_b: NDArray[np.float64]) -> Workspace:
    """A room with one track, open-ended, on which the 101 mixes are worth this to both sides."""
    workspace = given_workspace(minimal_scenario())
    workspace.tracks["benefit_share"] = workspace.tracks["exposure"] = 1.0
    workspace.curves[0, 0], workspace.curves[0, 1] = gain_a, gain_b
    workspace.regimes["is_tabulated"] = 1
    return workspace


def range_of(
    gain_a: NDArray[np.float64], gain_b: NDArray[np.float64], need_a: float, need_b: float
) -> tuple[float, float]:
    """Reservation points of both sides, as mixes."""
    workspace = room_with_gains(gain_a, gain_b)
    return _least_mix(workspace, 0, need_a), 1.0 - _least_mix(workspace, 1, need_b)


def nash_mix_of(gain_a: NDArray[np.float64], gain_b: NDArray[np.float64], need_a: float, need_b: float) -> float:
    """The mix that a text without error names."""
    workspace = room_with_gains(gain_a, gain_b)
    workspace.tracks["need_a"], workspace.tracks["need_b"] = need_a, need_b
    return _nash_mix(workspace)


def cost_of_war_to(trials: Trials, side: int) -> NDArray[np.float64]:
    """What another year of war would cost a side, by trial."""
    records = trials.inputs.layout.records(trials.rows, "sides")[:, side].view(np.recarray)
    return np.array([value_of_war.cost_of_war.py_func(record) for record in records])  # type: ignore[attr-defined]
