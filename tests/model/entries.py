"""Steps of the model for a test to call: each compiled into an entry of its own, and run in a room of one trial."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiler.decorators import entry
from sim.model import attribution, packages, ranges, value_of_war, veto_players
from sim.model.steps import bargaining, ceasefires, third_parties
from sim.model.switches import part_of_need
from sim.model.world import Workspace
from sim.model.world_pointer import world_of
from sim.scenario.schema import Scenario
from tests.factories import Trials, stepped


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
def may_sign(workspace: Any, track: int, least_level: int) -> bool:
    """Whether delegations at their levels of the last round may sign a track, by themselves or after a call home."""
    return bargaining._may_sign(world_of(workspace), track, least_level)


@entry
def most_conceded(workspace: Any, track: int, side: int) -> float:
    world = world_of(workspace)
    return bargaining.most_conceded(world, world.tracks[track], side)


@entry
def mix_of(workspace: Any, track: int, whole: int, part: float) -> float:
    """The contract-curve weight of a point of a track's path as it was laid out last."""
    return packages.mix_at(world_of(workspace), track, whole, part)


@entry
def gain_of(workspace: Any, track: int, side: int, mix: float) -> float:
    world = world_of(workspace)
    packages.lay_path(world, track)
    return packages.gain_between(world, track, side, mix)


@entry
def limits_of(workspace: Any, track: int, need_a: float, need_b: float) -> tuple[float, float]:
    """Reservation points of both sides, as mixes, at these needs and without veto players."""
    world = world_of(workspace)
    packages.lay_path(world, track)
    return packages.limit_of_a(world, track, need_a), packages.limit_of_b(world, track, need_b)


@entry
def limit_of_veto(workspace: Any, track: int, veto: int) -> float:
    world = world_of(workspace)
    packages.lay_path(world, track)
    return veto_players.limit_of_veto(world, track, veto)


@entry
def need_of_veto(workspace: Any, veto: int) -> float:
    return veto_players.own_need(world_of(workspace), veto)


@entry
def _lay_path(workspace: Any, track: int, book: int) -> None:
    world = world_of(workspace)
    if book < 0:
        packages.lay_path(world, track)
    else:
        packages.lay_path_in(world, track, book)


@entry
def _nash_mix(workspace: Any, track: int) -> float:
    world = world_of(workspace)
    packages.lay_path(world, track)
    return packages.nash_mix(world, track)


@entry
def _write_terms(workspace: Any, track: int, mix: float) -> None:
    world = world_of(workspace)
    packages.lay_path(world, track)
    packages.write_terms(world, track, mix)


class Path(NamedTuple):
    """A track's path: the trades in order, and gains of both sides before the first and after each of them."""

    rate: NDArray[np.float64]
    issue: NDArray[np.int64]
    start: NDArray[np.float64]
    width: NDArray[np.float64]
    gain_a: NDArray[np.float64]
    gain_b: NDArray[np.float64]
    is_possible: bool


def room_of(scenario: Scenario, seed: int = 1) -> Workspace:
    """A room in which the first trial of a scenario has begun and no week has passed."""
    return stepped(scenario, 0, n_trials=1, seed=seed).workspace


def path_of(workspace: Workspace, track: int = 0, book: int = -1) -> Path:
    """The path of a track as it is today, or in a book of trades."""
    _lay_path(workspace, track, book)
    path = workspace.paths[track]
    n, of = int(path["n"]), int(path["book"])
    places = workspace.path_trades[track, :n]
    trades = [workspace.trades[of, at] if at >= 0 else workspace.moved_trades[-1 - at] for at in places]
    columns = [np.array([trade[name] for trade in trades]) for name in ("rate", "issue", "start", "width")]
    gain_a = path["start_a"] - workspace.path_losses[track, : n + 1]
    gain_b = path["start_b"] + workspace.path_gains[track, : n + 1]
    return Path(*columns, gain_a, gain_b, bool(path["is_possible"]))


def nash_mix_of(workspace: Workspace, need_a: float, need_b: float) -> float:
    """The mix that a text without error names on the first track, within the range of these needs."""
    lower, upper = limits_of(workspace, 0, need_a, need_b)
    workspace.tracks["need_a"][0], workspace.tracks["need_b"][0] = need_a, need_b
    workspace.tracks["lower"][0], workspace.tracks["upper"][0] = lower, upper
    return _nash_mix(workspace, 0)


def terms_at(workspace: Workspace, mix: float, track: int = 0) -> list[float]:
    """Terms of the package of a contract-curve weight, by issue."""
    _write_terms(workspace, track, mix)
    found: list[float] = workspace.issues["terms"].tolist()
    return found


@entry
def _costs_of_war(sides: Any, wars: Any, found: Any) -> None:
    for number in range(len(found)):
        found[number] = value_of_war.cost_of_war(sides[number], wars[number])


def cost_of_war_to(trials: Trials, side: int) -> NDArray[np.float64]:
    """What another year of war would cost a side, by trial."""
    records, found = trials.inputs.layout.records, np.empty(len(trials.rows))
    _costs_of_war(records(trials.rows, "sides")[:, side], records(trials.rows, "war")[:, 0], found)
    return found
