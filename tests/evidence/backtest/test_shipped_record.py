"""The record that ships: read at once, checked, and shown with a word on what has changed since."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ParleyError
from sim.evidence.backtest import shipped_record as shipping
from sim.evidence.calibration.posterior_file import episodes_digest
from tests.dashboards.record_factory import made_record


def placed(path: Path, monkeypatch: pytest.MonkeyPatch, content: Any) -> Path:
    """A file in the place of the shipped record."""
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(shipping, "shipped", lambda: path)
    return path


def test_digests_are_those_of_other_files_of_this_installation() -> None:
    now = shipping.digests()
    assert now["episodes_sha256"] == episodes_digest()
    assert set(now) == {"engine", "forecasters", "episodes_sha256", "scenarios_sha256", *shipping.FILES}
    assert None not in now.values() and len(set(now.values())) == len(now)


def test_a_record_of_this_installation_is_not_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    placed(tmp_path / "record.json", monkeypatch, made_record(digests=shipping.digests()))
    assert shipping.shipped_record() == {**made_record(), "digests": shipping.digests(), "stale": []}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"engine": "other"}, ["another version of the engine"]),
        ({"forecasters": "other"}, ["code of its forecasters or scores has changed"]),
        ({"episodes_sha256": "0"}, ["other coded episodes than those here"]),
        ({"base_rates_sha256": "0", "readings_sha256": "0"}, ["other base rates and second readings of scenarios"]),
        ({"engine": "other", "posterior_sha256": "0"}, ["another version", "other posterior draws"]),
    ],
)
def test_what_has_changed_since_is_said_and_the_record_still_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], words: list[str]
) -> None:
    placed(tmp_path / "record.json", monkeypatch, made_record(digests=shipping.digests() | changes))
    found = shipping.shipped_record()
    assert found["scores"] and len(found["stale"]) == len(words)
    for sentence, part in zip(found["stale"], words, strict=True):
        assert part in sentence and "`parley backtest` computes it again" in sentence


def test_a_digest_that_a_record_does_not_hold_is_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    placed(tmp_path / "record.json", monkeypatch, made_record(digests={"engine": shipping.digests()["engine"]}))
    assert shipping.shipped_record()["stale"] == []
    placed(tmp_path / "record.json", monkeypatch, made_record(digests={}))
    assert "does not say which engine" in shipping.shipped_record()["stale"][0]


@pytest.mark.parametrize(
    "content", ["", "{", "[" * 100_000, "\ud800".encode("utf-8", "replace").decode(), '{"a": 1}', "3"]
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    path = placed(tmp_path / "record.json", monkeypatch, content)
    with pytest.raises(ParleyError) as refused:
        shipping.shipped_record()
    assert str(path) in str(refused.value) and "\n" not in str(refused.value)


def test_a_missing_file_a_folder_and_a_large_file_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "shipped", lambda: tmp_path / "none.json")
    with pytest.raises(ParleyError, match="holds no record; `parley backtest` computes one"):
        shipping.shipped_record()
    monkeypatch.setattr(shipping, "shipped", lambda: tmp_path)
    with pytest.raises(ParleyError, match="cannot be read"):
        shipping.shipped_record()
    placed(tmp_path / "record.json", monkeypatch, made_record())
    monkeypatch.setattr(shipping, "LARGEST", 10)
    with pytest.raises(ParleyError, match="at most 10 bytes"):
        shipping.shipped_record()
