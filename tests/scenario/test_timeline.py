"""Timeline files: read and refused as scenarios are, each state a full scenario, the shipped story ends at the base."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sim.scenario.differences import changes
from sim.scenario.provenance import provenance, undocumented
from sim.scenario.reading.load import load, names
from sim.scenario.timeline import LoadedTimeline, open_timeline, timelines
from tests.scenario.conftest import refusal_of

STORY = "istanbul_may_2025"
FILE = """\
title: Two events
base: teaching/minimal
before:
  war: {momentum: {value: -0.1, kind: judgement}}
events:
  - date: 2001-01-07
    name: North learns
    source: a paper of that day
    set:
      parties: {North: {strain: 0.2}}
  - date: 2001-01-09
    name: South tires
    kind: judgement
    note: one view of it
    set:
      war: {momentum: {value: 0.3, source: a map}}
      parties: {South: {strain: 0.3}}
"""


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], LoadedTimeline]:
    """FILE with its first ``old`` replaced by ``new``, opened from the working folder."""
    monkeypatch.chdir(tmp_path)

    def open_it(old: str = "", new: str = "") -> LoadedTimeline:
        assert old in FILE
        Path("two.yaml").write_text(FILE.replace(old, new, 1), encoding="utf-8")
        return open_timeline("two.yaml")

    return open_it


def test_events_are_laid_one_over_the_other(opened: Callable[..., LoadedTimeline]) -> None:
    timeline = opened()
    assert [state.name for state in timeline.states] == ["the eve", "North learns", "South tires"]
    assert [state.date for state in timeline.states] == [date(2001, 1, 6), date(2001, 1, 7), date(2001, 1, 9)]
    assert [state.scenario.war.momentum.value for state in timeline.states] == [-0.1, -0.1, 0.3]
    assert [state.scenario.belligerent("North").strain.value for state in timeline.states][1:] == [0.2, 0.2]
    assert {state.scenario.start for state in timeline.states} == {load("teaching/minimal").start}
    assert (timeline.name, timeline.base) == ("two", "teaching/minimal")


def test_a_number_that_says_nothing_takes_the_source_of_its_event(opened: Callable[..., LoadedTimeline]) -> None:
    _, first, second = opened().states
    assert provenance(first.scenario, "parties.North.strain").source == "a paper of that day"
    assert provenance(second.scenario, "parties.North.strain").source == "a paper of that day"
    assert provenance(second.scenario, "parties.South.strain").note == "one view of it"
    assert provenance(second.scenario, "war.momentum").source == "a map"
    assert undocumented(second.scenario) == undocumented(load("teaching/minimal"))


REFUSED = {
    ("strain: 0.2", "strian: 0.2"): "two.yaml:10:25: error: parties.North.strian: unknown key `strian`, did you mean `strain`?",  # noqa: E501
    ("strain: 0.2", "strain: much"): "two.yaml:10:33: error: parties.North.strain: expected a number, got the text 'much'",  # noqa: E501
    ("teaching/minimal", "teaching/minimum"): "two.yaml:2:7: error: base: there is no file 'teaching/minimum', did you mean `teaching/minimal`?",  # noqa: E501
    ("teaching/minimal", "../minimal"): "two.yaml:2:7: error: base: '../minimal': expected a name below the scenarios folder, got `..`, `.` or an empty part",  # noqa: E501
    ("    source: a paper of that day\n", ""): "two.yaml:6:5: error: events.0: expected a `source`, or `kind: judgement` with a note, for every event",  # noqa: E501
    ("    note: one view of it\n", ""): "two.yaml:11:5: error: events.1: expected a `source`, or `kind: judgement` with a note, for every event",  # noqa: E501
    ("date: 2001-01-09", "date: 2001-01-05"): "two.yaml:11:11: error: events.1.date: expected a day from 2001-01-07 on, got 2001-01-05: put events in order",  # noqa: E501
    ("date: 2001-01-09", "date: 2035-01-09"): "two.yaml:11:11: error: events.1.date: expected a day up to ",
    ("date: 2001-01-09", "date: soon"): "two.yaml:11:11: error: events.1.date: expected a date such as 2025-05-15 (no time, no zone), got the text 'soon'",  # noqa: E501
    ("name: South tires", "name: North learns"): "two.yaml:12:11: error: events.1.name: expected a name of its own, got 'North learns' again",  # noqa: E501
    ("    set:", "    sets:"): "two.yaml:9:5: error: events.0.sets: unknown key `sets`, did you mean `set`?",
    ("before:", "befor:"): "two.yaml:3:1: error: befor: unknown key `befor`, did you mean `before`?",
    ("title: Two events\n", ""): "two.yaml:1:1: error: title: missing, expected text",
    ("      war:", "      start: 2001-02-01\n      war:"): "two.yaml:16:7: error: events.1.set.start: not allowed here: start, sides and question are those of the base",  # noqa: E501
    ("  war:", "  extends: teaching/spoilers\n  war:"): "two.yaml:4:3: error: before.extends: not allowed here: `base` names what is built on",  # noqa: E501
    ("kind: judgement\n    note", "kind: judgment\n    note"): "two.yaml:13:11: error: events.1.kind: expected `sourced` or `judgement`, got the text 'judgment'",  # noqa: E501
    ("North: {strain: 0.2}", "North: null"): "error: ",
    ("events:", "events: []\nrest:"): "error: events: expected at least one, got none",
    ("strain: 0.2", "strain: 0.2, strain: 0.3"): "two.yaml:10:38: error: events.0.set.parties.North.strain: the key stands twice, first in line 10",  # noqa: E501
    ("strain: 0.2", "strain: &a 0.2"): "got an alias or anchor (`*` or `&`)",
    ("name: South", 'name: "\\e[31mSouth"\n#'): "got the hidden character U+001B",
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_mistakes_are_reported_with_their_place(old: str, new: str, opened: Callable[..., LoadedTimeline]) -> None:
    assert REFUSED[old, new] in refusal_of(old, new, read=opened)


@pytest.mark.parametrize("text", ["", "- 1", "just text", "a: [1", "events: 3"])
def test_what_is_no_timeline_is_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("no.yaml").write_text(text, encoding="utf-8")
    assert re.match(r"no\.yaml:\d+:\d+: error: ", refusal_of("no.yaml", read=open_timeline))


def test_names(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("title: x\n", encoding="utf-8")
    assert STORY in timelines()
    assert not [name for name in names() if "timeline" in name], "a timeline is no scenario"
    assert open_timeline(f"timelines/{STORY}").name == STORY
    assert f"no timeline `istanbul_may`, did you mean `{STORY}`" in refusal_of("istanbul_may", read=open_timeline)
    said = refusal_of(str(tmp_path / "notes.txt"), read=open_timeline)
    assert said.endswith("notes.txt: error: a timeline's file must end in .yaml")
    assert "no timeline" in refusal_of("../nowhere/passwd", read=open_timeline)


def test_the_shipped_story_ends_at_the_base() -> None:
    timeline, base = open_timeline(STORY), load("istanbul_2025/aides_only")
    assert changes(base, timeline.states[-1].scenario) == []
    rules = sorted(map(str, base.attendance))
    assert sorted(map(str, timeline.states[-1].scenario.attendance)) == rules
    assert changes(base, timeline.states[0].scenario), "the eve differs"
    assert len(timeline.states) == 6


def test_every_event_of_the_shipped_story_is_a_row_of_the_evidence_and_none_is_later() -> None:
    timeline = open_timeline(STORY)
    rows = (Path(__file__).parents[2] / "scenarios" / "history" / "timeline.csv").read_text(encoding="utf-8")
    for state in timeline.states[1:]:
        said = re.fullmatch(r"timeline\.csv: (\S+), (.*)", state.said.source or "")
        assert said, state.name
        assert said[1] == state.date.isoformat() and state.date <= date(2025, 5, 15)
        words = [line for line in rows.splitlines() if line.startswith(said[1])]
        assert any(said[2] in line for line in words), state.said.source
    assert all(undocumented(state.scenario) == [] for state in timeline.states)
