"""No model, no agent and no entry of Mesa's register outlives its question, however the question ended.

Python's own collector of cycles is off: it would find them some day, and gigabytes may come first.
"""

import ast
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.analysis.failure.bargaining_range import range_over_time
from sim.analysis.failure.least_change import nearness
from sim.analysis.replay.replay import replay_run
from sim.errors import ParleyError
from sim.evidence.rival_models.panel import panel
from sim.execution.blocks import Block
from sim.execution.cancellable_block import (
    CancellationCheck,
    CancellationTable,
    GivenUp,
    LiveBlock,
    simulate_live_block,
)
from sim.execution.run import run
from sim.execution.worker_pool import Pool
from sim.columns import Belligerent, simulate
from sim.scenario.reading.load import load
from tests.factories import minimal_scenario

ROOT = Path(__file__).resolve().parents[2]
RUNS = 200
COUNT = """[
    sum(isinstance(one, (mesa.Model, mesa.Agent)) for one in gc.get_objects())
    + len(getattr(mesa.Agent, "_ids", ()))
    for gc, mesa in [(__import__("gc"), __import__("mesa"))]
][0]"""
"""Models, agents and entries of the register in this process, as ``eval`` takes it: a worker needs no module for it."""


@pytest.fixture
def alive() -> Iterator[Any]:
    """How many there are more than before."""
    gc.collect()
    gc.disable()
    before = eval(COUNT)
    yield lambda: eval(COUNT) - before
    gc.enable()


class Unborn(Belligerent):
    """A side that fails while the model is being made."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        raise ParleyError("no such side")


class Unsteady(Belligerent):
    """A side that fails in the third week."""

    def revert(self) -> None:
        if self.model.week == 2:
            raise ParleyError("no such week")
        super().revert()


def made(run_number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run in four succeeds; others are given up, fail in a week, or while the model is being made."""
    scenario = minimal_scenario(horizon_weeks=4, follow_up_weeks=4)
    kind = run_number % 4
    if kind == 0:
        simulate_live_block(LiveBlock(scenario, 1, Block(0, 0, 32), run_number % 8 == 0))
    elif kind == 1:
        weeks = iter(range(1 + run_number % 5))

        def check(_: CancellationCheck) -> None:
            if next(weeks, None) is None:
                raise GivenUp("nobody waits")

        monkeypatch.setattr(CancellationCheck, "check", check)
        table = CancellationTable()
        with pytest.raises(GivenUp):
            simulate_live_block(LiveBlock(scenario, 1, Block(0, 0, 32), True, table.path, table.take_slot()))
        table.close()
    else:
        with pytest.raises(ParleyError):
            simulate(scenario, 1, 0, 32, {"North": Unborn if kind == 2 else Unsteady})


def test_nothing_is_left_of_runs_that_end_well_or_badly(alive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(RUNS):
        made(number, monkeypatch)
    assert alive() == 0


STUDIES = [range_over_time, nearness, lambda run: replay_run(run, 3), lambda run: panel(run.scenario)]


@pytest.mark.parametrize("study", STUDIES)
def test_nothing_is_left_of_a_study(alive: Any, study: Any) -> None:
    assert study(run(load("istanbul_2025/aides_only"), trials=32, workers=1)) is not None
    assert alive() == 0


def test_nothing_is_left_in_a_worker() -> None:
    """Half of the simulations are given up, some before they begin and some half way."""
    pool, table, scenario = Pool(1, "processes"), CancellationTable(), load("teaching/minimal")
    try:
        pool.submit(simulate_live_block, LiveBlock(scenario, 1, Block(0, 0, 32), True)).result(60)
        pool.submit(eval, "__import__('gc').collect() and __import__('gc').disable()").result(60)
        for number in range(30):
            slot = table.take_slot()
            future = pool.submit(simulate_live_block, LiveBlock(scenario, 1, Block(0, 0, 256), True, table.path, slot))
            if number % 2:
                table.cancel(slot)
            assert future.exception(60) is None or isinstance(future.exception(), GivenUp)
        assert pool.submit(eval, COUNT).result(60) == 0
    finally:
        pool.stop()
        table.close()


def test_every_model_is_made_in_a_with_statement() -> None:
    """So that no new study brings the fault back."""
    bare = []
    for path in [*ROOT.glob("sim/**/*.py"), *ROOT.glob("dashboards/**/*.py"), *ROOT.glob("benchmarks/*.py")]:
        text = path.read_text(encoding="utf-8")
        if "NegotiationModel(" not in text:
            continue
        tree = ast.parse(text)
        held = {id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
        bare += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and "NegotiationModel" in ast.unparse(node.func) and id(node) not in held
        ]
    assert not bare
