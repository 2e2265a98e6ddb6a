"""Where the level comes from: what was known on the day of the war's own past, and one number."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

import sim
from sim.evidence.backtest.forecasts import forecast
from sim.evidence.backtest.levels import AS_OF, bases, level_rows, table_of
from sim.evidence.backtest.shipped_record import shipped_record
from sim.evidence.calibration.calibrate import calibrate, read_rows
from sim.evidence.level_sources import LevelSources, level_sources
from sim.scenario.sources.levels import COLUMNS, levels_of
from sim.scenario.sources.search_path import shipped_file
from tests.cli.test_commands import Parley

NAME = "istanbul_2025/aides_only"


@pytest.fixture(scope="module")
def run() -> sim.Run:
    return sim.run(NAME, trials=736, seed=1)


@pytest.fixture(scope="module")
def found(run: sim.Run) -> LevelSources:
    return level_sources(run)


def test_the_number_is_that_of_the_run(run: sim.Run, found: LevelSources) -> None:
    assert found.horizons["365"]["p"] == run.odds("durable", 365).p
    assert (found.war, found.episode) == ("RUUA", "IST25")
    assert sum(float(one["weight"]) for one in found.weights) == pytest.approx(1)
    assert set(found.readings) == {"file", "second", "third"}


def test_the_wars_own_past_is_what_was_known_on_the_day(found: LevelSources) -> None:
    assert all(one.opened < found.start for one in found.past)
    talks = {one.episode_id: one.known for one in found.past}
    assert talks["RU22"] == {30: False, 90: False, 180: False, 365: False}
    latest = max(found.past, key=lambda one: one.opened)
    assert latest.opened > date(2025, 1, 1) and latest.known[365] is None


def test_the_command_prints_the_same(run: sim.Run, parley: Parley) -> None:
    printed = json.loads(parley("level", NAME, "--trials", "736", "--json").out)
    assert printed["horizons"]["365"]["p"] == run.odds("durable", 365).p
    said = parley("level", NAME, "--trials", "736").out
    assert "record of past talks" in said and "Belarus to Istanbul talks 2022" in said
    alone = parley("level", "teaching/minimal", "--trials", "64").out
    assert "The scenario names no record" in " ".join(alone.split())


def test_variants_share_the_level_of_their_base() -> None:
    found = bases()
    assert NAME in found and "istanbul_2025/aid_surge" not in found
    assert {"iran_iraq/october_1987", "iran_iraq/july_1988"} <= found.keys()


def test_a_table_of_levels_has_the_columns_that_are_read() -> None:
    row = dict(zip(COLUMNS, ("E1", "W", 30, 0.1, 0.2, 0.3), strict=True))
    assert table_of([row]) == "episode_id,war,days,record,record_sd,file\nE1,W,30,0.1,0.2,0.3\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("horizon_weeks=70", r"record: expected a horizon of the record \(4, 13, 26, 52 weeks\), got 70"),
        ("record.episode=KOR5", "expected a row of episode KOR5, got none, did you mean `KOR51`"),
        ("record.war=FALK", "war: expected FALK, the war of the scenario's `record`, got 'KOREA'"),
    ],
)
def test_a_record_that_does_not_fit_is_named_before_anything_runs(parley: Parley, change: str, message: str) -> None:
    answer = parley("run", "korea/july_1951", "--trials", "64", "--set", change)
    assert answer.code == 2 and re.search(message, " ".join(answer.err.split())), answer.err


def test_shipped_levels_are_the_records_forecasts_without_what_came_after() -> None:
    """As of the day of the latest base: four rows of other wars ended later, so forecasts differ a little."""
    known = {row["episode_id"]: row["known"]["durable"] for row in shipped_record()["forecasts"]}
    path = shipped_file("calibration/levels.csv")
    apart = []
    for scenario in bases().values():
        record = scenario.record
        assert record is not None and scenario.start <= AS_OF
        for row in levels_of(path, "levels.csv", record.war, record.episode):
            apart.append(abs(row.record - known[record.episode][str(row.days)]))
    assert 0 < max(apart) < 0.06


@pytest.mark.slow
def test_shipped_levels_are_what_is_computed_as_of_that_day() -> None:
    rows = read_rows(as_of=AS_OF)
    record = calibrate(rows.all)
    found = table_of(level_rows(rows, record, forecast(rows, record), bases()))
    assert found == shipped_file("calibration/levels.csv").read_text(encoding="utf-8")


def test_no_outcome_after_the_day_teaches_a_level() -> None:
    later = [one for one in read_rows().all if one.talks_opened > AS_OF]
    assert len(later) == 3
    assert not [one for one in read_rows(as_of=AS_OF).all if one.talks_opened > AS_OF and one.is_scored]
