"""The benchmark runs and says what it measured; how fast is nobody's business here."""

import json
from pathlib import Path

import pytest

from benchmarks import engine
from sim.scenario.reading.load import load


def test_benchmark_writes_what_it_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "engine.json"
    engine.main(["--trials", "64", "--stories", "4", "--repeats", "1", "--out", str(out)])
    result = json.loads(out.read_text(encoding="utf-8"))
    assert [row["row"] for row in result["rows"]] == [
        "columns (the engine)",
        "its random numbers alone",
        "its calls of numpy alone",
        "oracle, plain Python",
        "oracle in Mesa, draws shared",
        "oracle in Mesa, each on its own",
    ]
    assert min(row["times_the_slowest"] for row in result["rows"]) == 1
    assert result["columns_of_luck_per_block"]["uniform"] > result["weeks"]
    assert 0 < result["share_of_luck"] < 1 and result["machine"]["cores"] >= 1
    printed = capsys.readouterr().out
    assert all(row["row"] in printed for row in result["rows"])


def test_luck_is_counted_column_by_column() -> None:
    """A block of the minimal scenario draws one column a week for rounds, and the replay draws them all."""
    calls = engine.calls_of_a_block(load("teaching/minimal"), 32)
    assert sum(call.arguments[:1] == ("round",) for call in calls) == load("teaching/minimal").horizon_weeks
    assert engine.replay(calls, 32) == len(calls)
