"""``parley backtest --shipped`` as typed, with a small record in the place of the one that ships."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.evidence.backtest import shipped_record
from tests.conftest import Answer
from tests.dashboards.record_factory import made_record

Parley = Callable[..., Answer]


def unfolded(answer: Answer) -> str:
    """What was printed, on one line."""
    return " ".join(answer.out.split())


@pytest.fixture
def ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small record in the place of the one that ships."""
    path = tmp_path / "record.json"
    path.write_text(json.dumps(made_record(digests=shipped_record.digests()), indent=1) + "\n")
    monkeypatch.setattr(shipped_record, "shipped", lambda: path)
    return path


def test_the_shipped_record_is_printed_without_computing(
    parley: Parley, ships: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("nothing is computed")

    monkeypatch.setattr("sim.evidence.backtest.backtest.backtest", refused)
    answer = parley("backtest", "--shipped")
    assert (answer.code, answer.err) == (0, "")
    for words in (
        "60 episodes forecast, each from other wars alone (leave one war out)",
        "durable: a ceasefire that lasted 30 days or more; 60 scored episodes in 21 wars",
        "-.017 (-.040 to +.006)",
        "The engine does not beat the ridge regression: it is .003 behind, no more than chance",
        "1.06 (.76 to 1.34)",
        "age of the war: under 180 days",
        "0.25",
        "weight of pool, own past 1",
        "yes, by 365 days",
        "too few to rank forecasters",
        "coded loosely",
        "8 % (ridge 22 %, pool 13 %), and it happened by 30 days.",
        "The rows are a convenience sample.",
    ):
        assert words in unfolded(answer), words
    assert "computed with another version" not in unfolded(answer)


def test_the_shipped_record_as_json_is_the_file_and_what_has_changed(parley: Parley, ships: Path) -> None:
    answer = parley("backtest", "--shipped", "--json")
    found = json.loads(answer.out)
    assert found.pop("stale") == [] and list(found) == list(json.loads(ships.read_text()))
    assert found == json.loads(ships.read_text())


def test_a_shipped_record_of_another_engine_says_so_everywhere(parley: Parley, ships: Path, tmp_path: Path) -> None:
    ships.write_text(json.dumps(made_record(digests={"engine": "another"})))
    words = "This record was computed with another version of the engine than this one"
    assert words in unfolded(parley("backtest", "--shipped"))
    assert words in json.loads(parley("backtest", "--shipped", "--json").out)["stale"][0]
    page = tmp_path / "page.html"
    assert parley("backtest", "--shipped", "--report", page).code == 0
    assert words in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "options",
    [
        *(["--as-of", "2006-01-01"], ["--alone"], ["--trials", "64"]),
        *(["--seed", "2"], ["--workers", "2"], ["--episodes", "a.csv"]),
    ],
)
def test_the_shipped_record_takes_no_option_that_computes(parley: Parley, ships: Path, options: list[str]) -> None:
    answer = parley("backtest", "--shipped", *options)
    assert answer.code == 2
    assert f"--shipped: expected by itself or with --json and --report, got {options[0]} too" in answer.err


@pytest.mark.parametrize("content", [None, "{", '{"scores": null}'])
def test_a_shipped_record_that_is_broken_is_one_sentence(parley: Parley, ships: Path, content: str | None) -> None:
    ships.unlink() if content is None else ships.write_text(content)
    answer = parley("backtest", "--shipped")
    assert answer.code == 2 and str(ships) in answer.err and "Traceback" not in answer.err
    assert len(answer.err.strip().splitlines()) == 1
