"""The benchmark runs and says what it measured; how fast is nobody's business here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import arithmetic, counting, engine


def test_benchmark_writes_what_it_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "engine.json"
    engine.main(["--trials", "64", "--stories", "4", "--repeats", "1", "--out", str(out)])
    result = json.loads(out.read_text(encoding="utf-8"))
    assert [row["row"] for row in result["rows"]] == [
        "columns (the engine)",
        "its random numbers alone",
        "oracle, plain Python",
        "oracle in Mesa, draws shared",
        "oracle in Mesa, each on its own",
    ]
    assert min(row["times_the_slowest"] for row in result["rows"]) == 1
    assert result["columns_of_luck_per_block"]["uniform"] > result["weeks"]
    printed = capsys.readouterr().out
    assert all(row["row"] in printed for row in result["rows"])


def test_luck_is_counted_column_by_column() -> None:
    """A block of the minimal scenario draws one column a week for rounds, and the replay draws them all."""
    from sim.scenario.reading.load import load

    calls = engine.calls_of_a_block(load("teaching/minimal"), 32)
    assert sum(call.arguments[:1] == ("round",) for call in calls) == load("teaching/minimal").horizon_weeks
    assert engine.replay(calls, 32) == len(calls)


def test_the_limit_counts_what_is_done_to_arrays() -> None:
    """Seven elements through each of a few operations; a count changes nothing that is computed."""
    with counting.counted() as tally:
        column = np.zeros(7)
        column += 1.0
        lifted = np.where(column > 0, column * 2.0, column)[np.array([0, 2, 4])]
        column[:3] = np.exp(lifted)
        assert np.maximum.reduce(column) == np.exp(2.0)
    counted = {(one.name, one.types): n for one, n in tally.elements.items()}
    assert counted == {
        ("add", ("float64", "")): 7,
        ("greater", ("float64", "")): 7,
        ("multiply", ("float64", "")): 7,
        ("where", ("float64",)): 7,
        ("take", ("float64",)): 3,
        ("exp", ("float64",)): 3,
        ("copy", ("float64",)): 3,
        ("maximum", ("float64",)): 7,
    }
    assert type(np.zeros(2)) is np.ndarray
    costs = [arithmetic.seconds_per_element(one, tally.ufuncs) for one in tally.elements]
    assert len(costs) == 8 and all(0 <= cost < 1e-6 for cost in costs)


def test_the_limit_lies_below_the_engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "arithmetic.json"
    arithmetic.main(["--scenario", "teaching/minimal", "--trials", "64", "--repeats", "1", "--out", str(out)])
    result = json.loads(out.read_text(encoding="utf-8"))
    spent = result["microseconds_per_trial"]
    assert 0 < spent["arithmetic"] + spent["moving"] < spent["engine"] and spent["luck"] > 0
    assert result["operations_per_block"] > 52 and result["times_the_limit"]["median"] > 1
    assert "times its limit" in capsys.readouterr().out
