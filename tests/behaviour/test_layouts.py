"""The same trials however they are computed: workers, processes, threads or a cluster, order and size of blocks."""

import importlib.util
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.execution import worker_pool
from sim.execution.blocks import blocks
from sim.execution.request import Request
from sim.execution.run import Work, compute
from sim.execution.streaming import Piece
from sim.model.compiled import simulate
from sim.outcome_columns import Columns

TRIALS, SEED = 1_500, 5
SIZES = (64, 160, 352, 1_024)
WORKERS = (1, 2, 7)
ORDERS = (1, 2)


def late(order: int, work: Work) -> Columns:
    """Compute a block after a moment that shuffles who is done first."""
    time.sleep(random.Random(order * 1_000 + work.block.index).uniform(0.0, 0.004))
    return compute(work)


def late_piece(order: int, piece: Piece) -> Columns:
    return late(order, piece.work)


def works(scenario: sim.Scenario, size: int) -> list[Work]:
    return [Work(0, block, scenario, SEED, {}) for block in blocks(TRIALS, size)]


def joined(parts: Iterable[Columns]) -> Columns:
    parts = list(parts)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def n_unlike(one: Columns, other: Columns) -> int:
    """Values that differ between two runs, in bits."""
    assert one.keys() == other.keys()
    assert all(one[name].dtype == other[name].dtype and len(one[name]) == len(other[name]) for name in one)
    bits = {name: f"i{column.itemsize}" for name, column in one.items()}
    return sum(int(np.count_nonzero(one[name].view(kind) != other[name].view(kind))) for name, kind in bits.items())


def shuffled(scenario: sim.Scenario, size: int, order: int) -> Columns:
    """Blocks computed here in another order, then put in theirs."""
    asked = works(scenario, size)
    random.Random(order).shuffle(asked)
    done = {work.block.index: compute(work) for work in asked}
    return joined(done[index] for index in sorted(done))


def local(scenario: sim.Scenario, kind: worker_pool.Kind, workers: int, size: int, order: int) -> Columns:
    found = worker_pool.in_order(partial(late, order), works(scenario, size), workers, kind)
    return joined(columns for _, columns in found)


def test_layouts_in_one_process_give_the_same_trials(minimal: sim.Scenario) -> None:
    whole = compute(works(minimal, 2_048)[0])
    assert 0 < np.count_nonzero(whole["durable_week"] >= 0) < TRIALS
    unlike = [n_unlike(whole, shuffled(minimal, size, 3)) for size in SIZES[1:]]
    unlike += [n_unlike(whole, local(minimal, "threads", workers, 352, workers)) for workers in (2, 7)]
    assert unlike == [0] * 5


def on_clusters(scenario: sim.Scenario) -> Iterator[Columns]:
    from sim.execution.dask.client import connect, local_cluster

    for workers in WORKERS:
        with ExitStack() as stack:
            cluster = stack.enter_context(connect(stack.enter_context(local_cluster(workers))))
            for size in SIZES:
                request = Request(scenario, "x", TRIALS, SEED, block=size)
                for order in ORDERS:
                    pieces = [Piece(request, work) for work in works(scenario, size)]
                    found = cluster.in_order(partial(late_piece, order), pieces)
                    yield joined(columns for _, columns in found)


@pytest.mark.slow
def test_all_layouts_give_the_same_trials(minimal: sim.Scenario) -> None:
    whole = compute(works(minimal, 2_048)[0])
    unlike = [n_unlike(whole, shuffled(minimal, size, order)) for size in SIZES for order in ORDERS]
    for kind in ("threads", "processes"):
        for workers in WORKERS:
            for size in SIZES:
                unlike += [n_unlike(whole, local(minimal, kind, workers, size, order)) for order in ORDERS]
    has_dask = importlib.util.find_spec("distributed") is not None or "CI" in os.environ
    if has_dask:
        unlike += [n_unlike(whole, columns) for columns in on_clusters(minimal)]
    assert unlike == [0] * (80 if has_dask else 56)


CHILD = """
import sys
import numpy as np
from numpy._core import _multiarray_umath as core
assert not [name for name in core.__cpu_dispatch__ if core.__cpu_features__[name]], "optional SIMD is still on"
import sim
from sim.model.compiled import simulate
np.savez(sys.argv[1], **simulate(sim.load(sys.argv[2]), 5, 0, 4096))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["teaching/minimal", "istanbul_2025/aides_only"])
def test_optional_simd_changes_no_outcome(name: str, tmp_path: Path) -> None:
    core = pytest.importorskip("numpy._core._multiarray_umath")
    optional = [name for name in core.__cpu_dispatch__ if core.__cpu_features__[name]]
    if not optional:
        pytest.skip("this processor has no optional SIMD to switch off")
    there = tmp_path / "plain.npz"
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(optional)}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(there), name], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    here = simulate(sim.load(name), 5, 0, 4_096)
    with np.load(there) as plain:
        for column, values in here.items():
            if values.dtype.kind == "f":
                np.testing.assert_array_almost_equal_nulp(
                    np.nan_to_num(values, nan=9), np.nan_to_num(plain[column], nan=9), 4
                )
            else:
                assert np.array_equal(values, plain[column]), column
