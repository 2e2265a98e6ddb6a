"""Odds along a timeline: paired steps, the event that moved them, and nothing moved by events that say nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sim.analysis.event_timeline import Timeline, from_runs, requests, timeline
from sim.cli.commands.timeline import show_timeline
from sim.errors import ParleyError
from sim.execution.run import run, run_many
from sim.results.compare import compare, widened
from sim.scenario.reading.load import load
from sim.scenario.timeline import LoadedTimeline, open_timeline

TRIALS = 640
FILE = """\
title: Three events
base: teaching/minimal
before: {parties: {North: {strain: 0.04}, South: {strain: 0.04}}}
events:
  - {date: 2001-01-07, name: nothing new, kind: judgement, note: nobody said anything}
  - date: 2001-01-09
    name: both tire
    kind: judgement
    note: made up
    set: {parties: {North: {strain: 0.35}, South: {strain: 0.35}}}
  - date: 2001-02-09
    name: a little snow
    kind: judgement
    note: made up
    set: {talks: {text_bias: 0.11}}
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedTimeline:
    path = tmp_path_factory.mktemp("timeline") / "three.yaml"
    path.write_text(FILE, encoding="utf-8")
    return open_timeline(path)


@pytest.fixture(scope="module")
def found(loaded: LoadedTimeline) -> Timeline:
    return from_runs(loaded, list(run_many(requests(loaded, TRIALS), workers=1)))


def test_by_the_file_alone(found: Timeline, tmp_path: Path) -> None:
    (tmp_path / "three.yaml").write_text(FILE, encoding="utf-8")
    done: list[int] = []
    again = timeline(tmp_path / "three.yaml", TRIALS, workers=1, progress=lambda name, n, wanted: done.append(n))
    assert again == found
    assert len(done) >= 4


def test_each_state_has_the_odds_of_its_scenario_by_itself(found: Timeline, loaded: LoadedTimeline) -> None:
    alone = run(loaded.states[2].scenario, trials=TRIALS, workers=1)
    assert found.steps[2].odds[365] == alone.odds("durable", 365)
    assert found.steps[0].odds == found.steps[1].odds, "an event that sets nothing leaves every trial as it was"
    assert list(found.steps[0].odds) == [30, 90, 180, 365]


def test_movements_are_paired_with_the_state_before_and_widened(found: Timeline, loaded: LoadedTimeline) -> None:
    before, after = (run(state.scenario, trials=TRIALS, workers=1) for state in loaded.states[1:3])
    cell = compare(before, after, 4)["tiers"]["durable"]["365"]
    moved = found.steps[2].moved[365]
    assert (moved.difference, moved.lo, moved.hi) == (cell["difference"], cell["lo"], cell["hi"])
    assert found.level == widened(4) > 0.95
    assert found.steps[0].moved == {}
    along = sum(step.moved[365].difference for step in found.events)
    assert along == pytest.approx(found.whole.difference)


def test_each_state_has_what_is_still_in_force_and_how_far_it_moved(found: Timeline, loaded: LoadedTimeline) -> None:
    before, after = (run(state.scenario, trials=TRIALS, workers=1) for state in loaded.states[1:3])
    step, cell = found.steps[2], compare(before, after, 4)["in_force_180"]["365"]
    kept, moved = step.in_force[365], step.in_force_moved[365]
    assert kept is not None and kept == after.in_force_180(365) and kept.p <= step.odds[365].p
    assert moved is not None and (moved.difference, moved.hi) == (cell["difference"], cell["hi"])
    assert found.steps[0].in_force_moved == {}
    plain = found.as_dict()["steps"][2]
    assert plain["in_force_180"]["365"]["n_durable"] == kept.n_durable
    assert plain["moved_in_force_180"]["365"]["difference"] == moved.difference
    row = found.table().set_index(["step", "days"]).loc[(2, 365)]
    assert (row["in_force_180"], row["in_force_180_difference"]) == (kept.p, moved.difference)
    assert "points (still in force after 180 days: +" in found.notes[0]


def test_where_it_is_not_known_what_stays_in_force_there_is_a_dash(loaded: LoadedTimeline) -> None:
    short = loaded.states[0].scenario.model_copy(update={"follow_up_weeks": 25})
    found = from_runs(loaded, [run(short, trials=320, workers=1)] * 4)
    plain = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert set(plain["steps"][1]["in_force_180"].values()) == {None} and plain["whole_in_force_180"] is None
    assert found.table()["in_force_180_lo"].isna().all()
    to = Console(file=io.StringIO(), width=100)
    show_timeline(found, to)
    assert isinstance(to.file, io.StringIO)
    (row, *_) = (line for line in to.file.getvalue().splitlines() if "still in force after 180 days" in line)
    assert row.split()[6:] == ["-"] * 5 and "A dash: not known" in to.file.getvalue()


def test_the_event_that_moved_the_odds_is_named(found: Timeline) -> None:
    assert found.moved_most is not None and found.moved_most.name == "both tire"
    assert found.moved_most.moved[365].difference > 0.1
    assert found.sentence.startswith("The event that moved the odds most: both tire (9 January 2001), +")
    assert not found.steps[1].moved[365].is_clear and found.steps[1].changed == ()
    assert found.steps[2].changed[0].startswith("parties.North.strain") and found.steps[2].n_changed > 0
    said = " ".join(found.notes)
    assert "Nothing that is simulated changed with: nothing new." in said
    assert "decided no trial of 640: a little snow" in said
    assert "After the first week: both tire; a little snow." in said


def test_where_nothing_moves_no_event_is_named(loaded: LoadedTimeline) -> None:
    same = [run(loaded.states[0].scenario, trials=320, workers=1)] * 4
    still = from_runs(loaded, same)
    assert still.moved_most is None
    assert still.sentence.startswith("The odds do not vary over these events: none decided any of 320 trials")
    assert still.as_dict()["moved_most"] is None


def test_plain_json_and_a_tidy_table(found: Timeline) -> None:
    plain = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert plain["moved_most"] == "both tire" and len(plain["steps"]) == 4
    assert plain["steps"][2]["odds"]["365"]["p"] == found.steps[2].odds[365].p
    assert plain["steps"][1]["kind"] == "judgement" and plain["steps"][0]["moved"] == {}
    table = found.table()
    assert len(table) == 4 * 4
    assert table[table["step"] == 0]["difference"].isna().all()
    row = table[(table["step"] == 2) & (table["days"] == 365)].iloc[0]
    assert row["difference"] == found.steps[2].moved[365].difference and bool(row["is_clear"])


def test_what_is_printed_fits(found: Timeline) -> None:
    to = Console(file=io.StringIO(), width=100)
    show_timeline(found, to)
    assert isinstance(to.file, io.StringIO)
    lines = to.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    (row,) = (line for line in lines if line.startswith("9 Jan both tire"))
    assert row.rstrip().endswith("clear")
    kept = lines[lines.index(row) + 1].split()
    assert kept[:6] == "still in force after 180 days".split() and len(kept) == 13
    assert "The event that moved the odds most: both tire" in to.file.getvalue()


def test_runs_must_be_those_of_the_states(loaded: LoadedTimeline) -> None:
    one = run(loaded.states[0].scenario, trials=320, workers=1)
    with pytest.raises(ParleyError, match="expected 4 runs, one per state, got 1"):
        from_runs(loaded, [one])
    other = run(loaded.states[0].scenario, trials=320, seed=2, workers=1)
    with pytest.raises(ParleyError, match="common random numbers"):
        from_runs(loaded, [one, one, one, other])


def test_the_shipped_story_ends_at_the_base_to_the_last_bit() -> None:
    loaded = open_timeline("istanbul_may_2025")
    last, base = (
        run(scenario, trials=320, workers=1).columns
        for scenario in (loaded.states[-1].scenario, load("istanbul_2025/aides_only"))
    )
    assert set(last) == set(base)
    for name in base:
        np.testing.assert_array_equal(last[name], base[name], err_msg=name)


def test_a_copy_with_one_more_event(tmp_path: Path) -> None:
    """What docs/timeline.md tells an analyst to append works as it stands."""
    root = Path(__file__).parents[2]
    doc = (root / "docs" / "timeline.md").read_text(encoding="utf-8")
    more = doc.split("```yaml\n")[1].split("```")[0]
    shipped = (root / "scenarios" / "timelines" / "istanbul_may_2025.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(shipped + more, encoding="utf-8")
    loaded = open_timeline(tmp_path / "mine.yaml")
    assert len(loaded.states) == 7
    assert loaded.states[-1].scenario.third_party("US").act_prob_per_week.middle > 0.1
