"""The benchmark runs and says what it measured; how fast is nobody's business here."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import SEED, engine
from sim.model import random_numbers
from sim.random_streams import Streams
from sim.scenario.reading.load import load


def test_benchmark_writes_what_it_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "engine.json"
    engine.main(["--sizes", "64", "512", "--stories", "4", "--repeats", "1", "--out", str(out)])
    result = json.loads(out.read_text(encoding="utf-8"))
    names = [row["row"] for row in result["rows"]]
    assert names[:4] == ["odds only, 64", "odds only, 512", "with reasons, 64", "with reasons, 512"]
    assert names[-2:] == ["one trial at a time", "oracle, plain Python"]
    assert min(row["times_the_slowest"] for row in result["rows"]) == 1
    assert result["two_threads"] > 0 and result["machine"]["cores"] >= 1
    assert 0 < result["share_of_random_numbers"] and 0 < result["share_of_weeks"]
    printed = capsys.readouterr().out
    assert all(row["row"] in printed for row in result["rows"])


def test_random_numbers_that_are_drawn_alone_are_those_of_the_block() -> None:
    """The minimal scenario draws for a round in each week at war: sixteen trials in four draws of four, or fewer."""
    block = engine.Block(load("teaching/minimal"), 64)
    drawn = block.drawn()
    rounds = drawn[drawn[:, 0] == random_numbers.ROUND]
    assert 64 / 4 <= len(rounds) <= 64 / 4 * load("teaching/minimal").horizon_weeks
    assert len(np.unique(drawn, axis=0)) == len(drawn) and set(rounds[:, 2]) == set(range(16))
    first_week = drawn[(drawn[:, 0] == random_numbers.ROUND) & (drawn[:, 1] == 0)]
    total = engine.draw_again(engine.workspace_for(block.inputs), first_week)
    assert total == pytest.approx(Streams(0, 0, 64).uniform("round", week=0)[::4].sum())
    assert SEED == 1 and isinstance(block.random_numbers()(), float)


def test_weeks_without_random_numbers_draw_them_once_for_all_their_times() -> None:
    block = engine.Block(load("teaching/minimal"), 512)
    n_trials, work = block.arithmetic()
    assert n_trials == 512 // engine.FEWER * engine.TIMES
    marks = work().blocks[random_numbers.ROUND]  # type: ignore[attr-defined]
    assert set(marks[marks >= 0] // 4) <= set(range(0, 512 // 16, engine.FEWER))  # a draw has four fours of trials
