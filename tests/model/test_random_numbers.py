"""The random numbers of compiled trials are numpy's Philox and scipy's inverse normal, to the last bit."""

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from sim.compiler.decorators import entry
from sim.model import random_numbers
from sim.model.random_numbers import EDGE, LANES, OF_THIRD_PARTY, SLOTS, STREAMS, streams
from sim.model.world import Workspace
from sim.model.world_pointer import world_of
from sim.random_streams import Streams, stream_key
from sim.scenario.mirror import mirror
from sim.scenario.schema import Scenario
from tests.factories import given_workspace, minimal_scenario

UNIFORM, NORMAL, BETWEEN_SIDES, FAVOURING_B = range(4)
METHODS = ("uniform", "normal", "between_sides", "favouring_b")
PARTIES = {
    "parties.Patron": {"role": "backer", "act_prob_per_week": 0.1},
    "parties.Senate": {"role": "veto", "side": "North", "ideal_point": {"territory": 0}, "points": {"territory": 100}},
    "tracks.ceasefire.ratified_by": ("Senate",),
}


@entry
def words(seed: Any, stream: Any, blocks: Any, week: Any, found: Any) -> None:
    for number in range(len(blocks)):
        found[number] = random_numbers.philox(seed, stream, blocks[number], week)


@entry
def normals(shares: Any, found: Any) -> None:
    for number in range(len(shares)):
        found[number] = random_numbers.inverse_normal(shares[number])


@entry
def drawn(workspace: Any, kind: int, stream: int, trials: Any, weeks: Any, found: Any) -> None:
    """A random number of a stream for each pair of a trial and a week, in the order in which they are asked for."""
    world = world_of(workspace)
    for number in range(len(trials)):
        world.trial.number, world.trial.week = trials[number], weeks[number]
        if kind == UNIFORM:
            found[number] = random_numbers.uniform(world, stream)
        elif kind == NORMAL:
            found[number] = random_numbers.normal(world, stream)
        elif kind == BETWEEN_SIDES:
            found[number] = random_numbers.between_sides(world, stream)
        else:
            found[number] = random_numbers.favouring_b(world, stream)


def asked(workspace: Workspace, kind: int, stream: int, trials: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    found = np.empty(len(trials))
    drawn(workspace, kind, stream, trials, weeks, found)
    return found


@pytest.mark.parametrize("seed", [0, 1, 2**64 - 1])
@pytest.mark.parametrize("stream", [0, stream_key("round", ""), 2**64 - 1])
@pytest.mark.parametrize("week", [0, 77])
def test_words_are_those_of_numpy(seed: int, stream: int, week: int) -> None:
    blocks = np.array([1, 2, 3, 2**32 - 1, 2**32, 2**40 + 1, 2**62], np.int64)
    found = np.empty((len(blocks), 4), np.uint64)
    words(np.uint64(seed), np.uint64(stream), blocks, week, found)
    for block, four in zip(blocks.tolist(), found, strict=True):
        # numpy steps the counter before its first output.
        generator = np.random.Philox(
            key=np.array([seed, stream], np.uint64), counter=np.array([block - 1, week, 0, 0], np.uint64)
        )
        assert four.tolist() == generator.random_raw(4).tolist()


def test_normals_are_those_of_scipy() -> None:
    """In all three intervals of the approximation, at their borders, and as far as uniforms reach."""
    borders = [EDGE, 1 - EDGE, np.exp(-32.0), 0.5]
    shares = np.concatenate([
        np.random.default_rng(1).uniform(size=100_000),
        10.0 ** -np.linspace(1, 300, 3_000),
        1 - 2.0 ** -np.arange(1, 54),
        2.0 ** -np.arange(1, 55),
        *([np.nextafter(border, 0), border, np.nextafter(border, 1)] for border in borders),
    ])  # fmt: skip
    found = np.empty_like(shares)
    normals(shares, found)
    np.testing.assert_array_equal(found, ndtri(shares))


def columns_of(scenario: Scenario, kind: int, decision: str, party: str, first: int, weeks: int) -> np.ndarray:
    """What ``Streams`` draws, shape (weeks, 40 trials)."""
    given = Streams(5, first, 40, scenario.mirrored)
    if METHODS[kind] == "favouring_b":
        return np.array([given.favouring_b(decision, week) for week in range(weeks)])
    return np.array([getattr(given, METHODS[kind])(decision, party, week) for week in range(weeks)])


@pytest.mark.parametrize("kind", range(4), ids=METHODS)
@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("first", [0, 13, 2**34 + 5, 2**40 + 2])
def test_every_stream_gives_a_trial_what_its_column_holds(kind: int, is_mirrored: bool, first: int) -> None:
    """In any order of trials and weeks: what is kept for neighbours is not given to others."""
    scenario = minimal_scenario(**PARTIES)
    scenario = mirror(scenario) if is_mirrored else scenario
    workspace, sides = given_workspace(scenario, seed=5), {"A": scenario.sides.A, "B": scenario.sides.B, "": ""}
    names = [(decision, sides[of]) for decision, of in STREAMS] + [(decision, "Patron") for decision in OF_THIRD_PARTY]
    names += [("veto", "Senate")]
    assert len(names) == len(workspace.keys)
    order = np.random.default_rng(2).permutation(5 * 40)
    weeks, lanes = np.divmod(order, 40)
    for number, (decision, party) in enumerate(names):
        if METHODS[kind] == "favouring_b" and party:
            continue
        expected = columns_of(scenario, kind, decision, party, first, 5)[weeks, lanes]
        workspace.blocks[:] = -1
        np.testing.assert_array_equal(asked(workspace, kind, number, first + lanes, weeks), expected, err_msg=decision)


def test_kinds_of_numbers_differ_where_they_should() -> None:
    """The mirror image sees 1 - u and -z where a side is favoured, and the same numbers elsewhere."""
    trials, weeks = np.arange(64), np.zeros(64, np.int64)
    for kind in range(4):
        here, there = (
            asked(given_workspace(one, seed=5), kind, 0, trials, weeks)
            for one in (minimal_scenario(), mirror(minimal_scenario()))
        )
        turned = {BETWEEN_SIDES: 1 - here, FAVOURING_B: -here}.get(kind, here)
        np.testing.assert_array_equal(there, turned)
        if kind in (NORMAL, FAVOURING_B):
            np.testing.assert_array_equal(here[::2], -here[1::2])


def test_keys_of_streams_are_those_of_their_names_after_a_prefix() -> None:
    plain, own = (streams(("North", "South"), ["Patron"], ["Senate"], 3, prefix) for prefix in ("", "One\0"))
    n_streams = len(STREAMS) + len(OF_THIRD_PARTY) + 1
    assert plain.keys.shape == (n_streams,) and plain.blocks.shape == (n_streams, SLOTS, 3)
    assert plain.numbers.shape == (n_streams, SLOTS, 3 * LANES)
    names = [("momentum at start", ""), ("strain at start", "North"), ("strain at start", "South")]
    for number, name in enumerate(names):
        assert plain.keys[number] == stream_key(*name)
        assert own.keys[number] == stream_key(f"One\0{name[0]}", name[1])
    assert plain.keys[-2] == stream_key("blame", "Patron")
    assert plain.keys[-1] == stream_key("veto", "Senate")
    for table in (plain, own):
        assert len(np.unique(table.keys)) == n_streams


@entry
def draw_ahead(workspace: Any, is_normal: bool, stream: int, trial: int) -> None:
    world = world_of(workspace)
    world.trial.number = trial
    if is_normal:
        random_numbers.normals_ahead(world, stream)
    else:
        random_numbers.uniforms_ahead(world, stream)


@pytest.mark.parametrize("kind", [UNIFORM, NORMAL])
def test_numbers_drawn_ahead_are_those_drawn_when_they_are_asked_for(kind: int) -> None:
    """Of every week to the horizon, and of all trials that share them."""
    scenario = minimal_scenario()
    weeks, trials = np.divmod(np.arange(8 * scenario.horizon_weeks), 8)
    ahead, asked_for = given_workspace(scenario), given_workspace(scenario)
    for trial in range(0, 8, 8 if kind == NORMAL else 4):
        draw_ahead(ahead, kind == NORMAL, random_numbers.ROUND, trial)
    assert (ahead.blocks[random_numbers.ROUND, 0, : scenario.horizon_weeks] == 0).all()
    np.testing.assert_array_equal(
        asked(ahead, kind, random_numbers.ROUND, trials, weeks),
        asked(asked_for, kind, random_numbers.ROUND, trials, weeks),
    )
