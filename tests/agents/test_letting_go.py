"""Nothing of a run outlives it: compiled code borrows arrays without counting as a holder, and gives back what it took.

Python's own collector of cycles is off: it would find them some day, and gigabytes may come first.
"""

import gc
import sys
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys

from sim.model.compiled import n_stored, simulate, simulate_draws
from sim.model.inputs import Inputs, inputs_of
from sim.model.world import Workspace, workspace_for
from sim.random_streams import Streams
from sim.single_trial.one_trial import OneTrial
from tests.oracle.everything_on import everything_on

N = 320


@pytest.fixture
def held() -> Iterator[None]:
    """Fail if compiled code holds more arrays of its own after the test than before."""
    _nrt_python.memsys_enable_stats()
    gc.collect()
    gc.disable()
    before = rtsys.get_allocation_stats()
    yield
    gc.enable()
    after = rtsys.get_allocation_stats()
    assert after.alloc > before.alloc
    assert after.alloc - after.free == before.alloc - before.free
    assert after.mi_alloc - after.mi_free == before.mi_alloc - before.mi_free


def in_a_workspace(is_given_up: bool, explains: bool = True) -> tuple[Inputs, Workspace, int]:
    """Trials simulated in a room, and how many were done."""
    streams = Streams(1, 0, N)
    inputs = inputs_of(everything_on(), streams)
    workspace, (first, counts) = workspace_for(inputs), streams.trials_by_draw()
    results = np.empty((N, n_stored(inputs)))
    flag = np.full(1, is_given_up)
    done = simulate_draws(workspace, inputs.starts, first, counts, True, inputs.weeks, explains, flag, results)
    return inputs, workspace, done


@pytest.mark.parametrize("explains", [False, True])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_run_gives_back_what_it_took(held: None, n_threads: int, explains: bool) -> None:
    for _ in range(3):
        simulate(everything_on(), 1, 0, N, explains=explains, n_threads=n_threads)


def test_a_trial_that_is_followed_gives_back_what_it_took(held: None) -> None:
    trial = OneTrial(everything_on(), 1, 3)
    for _ in range(20):
        trial.step()
    trial.run()


def test_a_run_that_is_given_up_does_nothing_more_and_gives_back_what_it_took(held: None) -> None:
    assert in_a_workspace(is_given_up=True)[2] == 0
    assert in_a_workspace(is_given_up=False)[2] == N


def test_a_run_is_given_up_while_it_goes_on(held: None) -> None:
    """By another thread, after the first trial: what is left of that draw of the parameters is done, and no more."""
    streams = Streams(1, 0, 40_000)
    inputs = inputs_of(everything_on(), streams)
    workspace, (first, counts) = workspace_for(inputs), streams.trials_by_draw()
    results, flag = np.zeros((40_000, n_stored(inputs))), np.zeros(1, np.bool_)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(
            simulate_draws, workspace, inputs.starts, first, counts, True, inputs.weeks, True, flag, results
        )
        while not results[0].any():
            time.sleep(0.001)
        flag[0] = True
        done = future.result(60)
    assert 0 < done < 40_000 and done % 16 == 0
    assert results[done - 1].any() and not results[done:].any()


def test_arrays_have_as_many_holders_after_a_run_as_before(held: None) -> None:
    """Too few would free them under their owner, too many never."""
    streams = Streams(1, 0, N)
    inputs = inputs_of(everything_on(), streams)
    workspace, (first, counts) = workspace_for(inputs), streams.trials_by_draw()
    results = np.empty((N, n_stored(inputs)))
    arrays = [one for one in (*workspace, *inputs, first, counts, results) if isinstance(one, np.ndarray)]
    before = [sys.getrefcount(one) for one in arrays]
    flag = np.zeros(1, np.bool_)
    for _ in range(3):
        simulate_draws(workspace, inputs.starts, first, counts, True, inputs.weeks, True, flag, results)
    assert [sys.getrefcount(one) for one in arrays] == before and len(before) > 25


@pytest.mark.parametrize("is_given_up", [False, True])
def test_rooms_and_inputs_are_freed_once_nobody_holds_them(held: None, is_given_up: bool) -> None:
    inputs, workspace, _ = in_a_workspace(is_given_up)
    kept = [weakref.ref(one) for one in (inputs.starts, inputs.changed, *workspace) if isinstance(one, np.ndarray)]
    assert len(kept) > 25 and all(one() is not None for one in kept)
    del inputs, workspace
    assert all(one() is None for one in kept)
