"""Scores of shipped scenarios: outcomes from dates alone, worked Brier scores, and a table that names every war."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from sim.errors import ParleyError
from sim.evidence.backtest import scored_scenarios as table
from sim.evidence.backtest.scenario_scores import READINGS, ScenarioScores, score_scenarios, scores_of
from sim.evidence.backtest.scored_scenarios import ScoredScenario, Watch, happened_by, scored_scenarios
from sim.evidence.calibration.calibrate import read_rows
from sim.evidence.calibration.episodes import HORIZONS
from sim.scenario.reading.load import names
from tests.evidence import factories

START = date(2000, 1, 1)
LATER = {"bosnia/october_1995": 48, "iran_iraq/october_1987": 87, "russia_ukraine/march_2022": 29}


@pytest.fixture(scope="module")
def shipped() -> dict[str, ScoredScenario]:
    return {one.name: one for one in scored_scenarios()}


# The shipped table


def test_every_past_war_is_scored(shipped: dict[str, ScoredScenario]) -> None:
    """A new scenario of a past war needs a line in scenarios/history/scored_scenarios.csv."""
    assert set(shipped) == {name for name in names() if not name.startswith(("istanbul_2025/", "teaching/"))}
    for name, one in shipped.items():
        assert one.sheet.name == f"{name.replace('/', '_')}.csv"
        assert one.scenario.calibration is not None and one.scenario.calibration.without == one.row.cluster


def test_what_followed_the_day_of_each_scenario(shipped: dict[str, ScoredScenario]) -> None:
    """As docs/wars tells it: day 11, 28, never, never, 310, 33, 748, never."""
    assert {name: one.happened for name, one in shipped.items()} == {
        "bosnia/october_1995": (1, 1, 1, 1),
        "cenepa/january_1995": (1, 1, 1, 1),
        "donbas/february_2015": (0, 0, 0, 0),
        "falklands/april_1982": (0, 0, 0, 0),
        "iran_iraq/october_1987": (0, 0, 0, 1),
        "iran_iraq/july_1988": (0, 1, 1, 1),
        "korea/july_1951": (0, 0, 0, 0),
        "russia_ukraine/march_2022": (0, 0, 0, 0),
    }
    assert {name: one.days_later for name, one in shipped.items() if one.days_later} == LATER


def test_outcomes_on_the_day_of_the_row_are_those_of_its_columns(shipped: dict[str, ScoredScenario]) -> None:
    """Dates and columns were coded apart: a ceasefire that does not count may be dated nowhere."""
    columns = {episode.episode_id: episode.outcomes["durable"] for episode in read_rows().all}
    for one in shipped.values():
        assert one.row_happened == columns[one.row.episode_id], one.name
        assert one.days_later or one.happened == one.row_happened


# Outcomes from dates


def watch(opened: int, until: int, began: int | None = None) -> Watch:
    days = (START + timedelta(days=day) for day in (opened, until))
    return Watch("ONE", "WAR", *days, None if began is None else START + timedelta(days=began))


def test_a_ceasefire_counts_from_the_start_to_the_last_day() -> None:
    war = [watch(-100, 90, began=90)]
    assert [happened_by(war, START, days) for days in (89, 90, 91)] == [0, 1, 1]
    assert happened_by([watch(-100, 0, began=0)], START, 30) == 1
    assert happened_by([watch(-100, -1, began=-1)], START, 30) is None, "it had begun before: no answer to the question"


def test_another_row_of_the_war_may_date_it() -> None:
    """As Iran and Iraq: the row of July 1987 watches a year, and the next one has the ceasefire on day 310."""
    war = [watch(-87, 278), watch(277, 310, began=310)]
    assert [happened_by(war, START, days) for days in HORIZONS] == [0, 0, 0, 1]
    assert happened_by(war, START, 309) == 0


def test_no_ceasefire_is_known_only_of_days_that_were_watched() -> None:
    assert happened_by([watch(0, 180)], START, 180) == 0
    assert happened_by([watch(0, 180)], START, 365) is None
    assert happened_by([watch(0, 180), watch(181, 500)], START, 365) is None, "nobody watched the night between"
    assert happened_by([watch(170, 500), watch(0, 180)], START, 365) == 0


def test_cells_of_a_row_become_days(tmp_path: Path) -> None:
    blank = dict.fromkeys(factories.OUTCOMES, "")
    rows = [
        factories.cells(),
        factories.cells(episode_id="TWO", durable_cf="", dur30_365=""),
        factories.cells(episode_id="THREE", durable_cf="unknown", **blank),
    ]
    one, two, three = table.read_watches(factories.file(tmp_path, rows)).values()
    assert one.began == one.until == date(2004, 2, 10)
    assert (two.began, two.until) == (None, factories.OPENED + timedelta(days=180))
    assert (three.began, three.until) == (None, factories.OPENED)


# As of a date


def test_as_of_a_date_only_horizons_that_had_passed_are_read() -> None:
    bosnia = date(1995, 10, 1)
    (korea,) = scored_scenarios(date(1952, 1, 4))  # day 178: 30 and 90 days had passed, each with 30 more
    assert (korea.name, korea.happened) == ("korea/july_1951", (0, 0, None, None))
    for passed, expected in ((59, None), (60, 1)):
        found = {one.name: one.happened for one in scored_scenarios(bosnia + timedelta(days=passed))}
        assert found.get("bosnia/october_1995", (None,))[0] == expected
        assert "donbas/february_2015" not in found and "korea/july_1951" in found


def test_before_the_first_war_nothing_is_scored() -> None:
    found = score_scenarios({"KOR51": {}}, as_of=date(1951, 7, 10), trials=96, workers=1)
    assert found.as_dict() == {"scenarios": None, "scenario_scores": None}
    assert found.n_scenarios == 0 and found.sentences == () and len(found.table()) == 0


# Worked scores


@pytest.fixture(scope="module")
def worked(shipped: dict[str, ScoredScenario]) -> ScenarioScores:
    """Bosnia (yes at every horizon, its row no by 30 days) and Korea (no), with one number for all four horizons."""
    wanted = [shipped["bosnia/october_1995"], shipped["korea/july_1951"]]
    said = {
        "bosnia/october_1995": (0.7, 0.9, 0.6, 0.9, 0.5, 0.8),
        "korea/july_1951": (0.1, 0.2, 0.4, 0.7, 0.3, 0.2),
    }
    readings = {}
    for name, odds in said.items():
        for number, reading in enumerate(READINGS):
            headline, model = odds[2 * number : 2 * number + 2]
            readings[name, reading] = {"headline": [headline] * 4, "model": [model] * 4}
    rows = {
        "DAY95": {"engine": [0.8] * 4, "pool": [0.7] * 4, "constant": [0.2, 0.3, 0.4, 0.5]},
        "KOR51": {"engine": [0.4] * 4, "pool": [0.3] * 4, "constant": [0.2, 0.3, 0.4, 0.5]},
    }
    return scores_of(wanted, readings, rows)


def test_brier_scores_are_those_of_pencil_and_paper(worked: ScenarioScores) -> None:
    assert (worked.n_scenarios, worked.n_wars) == (2, 2)
    brier = worked.brier
    assert brier["headline"] == pytest.approx({"pool": (0.09 + 0.01) / 2, "file": 0.16, "second": (0.25 + 0.09) / 2})
    assert brier["model"] == pytest.approx({"pool": (0.01 + 0.04) / 2, "file": (0.01 + 0.49) / 2, "second": 0.04})
    assert (brier["row"], brier["row_pool"]) == pytest.approx(((0.04 + 0.16) / 2, 0.09))
    assert brier["constant"] == pytest.approx((0.34 + 0.29 + 0.26 + 0.25) / 4)
    # from the day of its row Bosnia is no by 30 days: .64 in place of .04 in one cell of eight, and .04 in place of .64
    assert worked.own_day["row"] == pytest.approx(0.10 + (0.64 - 0.04) / 8)
    assert worked.own_day["constant"] == pytest.approx(0.285 + (0.04 - 0.64) / 8)


def test_the_shape_of_the_record(worked: ScenarioScores) -> None:
    found = worked.as_dict()
    assert len(found["scenarios"]) == len(worked.table()) == 2 * 3 * 4
    assert found["scenarios"][8] == {
        "scenario": "bosnia/october_1995",
        "title": worked.forecasts[0].title,
        "episode_id": "DAY95",
        "reading": "second",
        "days": 30,
        "happened": True,
        "headline": 0.5,
        "model": 0.8,
        "row": 0.8,
        "row_pool": 0.7,
        "constant": 0.2,
    }
    assert list(found["scenario_scores"]) == ["n_scenarios", "n_wars", "brier", "own_day", "notes"]


def test_the_caption_says_how_few_and_who_knew(worked: ScenarioScores) -> None:
    few, foresight, days = worked.sentences
    assert few.startswith("2 scenarios of 2 wars: too few to rank forecasters.")
    assert "no test of foresight" in foresight and "knew how these wars ended" in foresight
    assert days.startswith("1 scenario starts 48 days after the coded row.") and "engine 0.175" in days


# Mistakes in the table


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("korea/july_1950,KOR51,korea_july_1951.csv", "scenario: .* `korea/july_1950`, did you mean `korea/july_1951`"),
        ("../korea,KOR51,korea_july_1951.csv", "line 2: scenario: expected a shipped scenario"),
        ("korea/july_1951,KOR52,korea_july_1951.csv", "line 2: episode_id: .* `KOR52`, did you mean `KOR5"),
        ("korea/july_1951,KOR51,korea_1951.csv", "line 2: reading: .* did you mean `korea_july_1951.csv`"),
        ("korea/july_1951,,korea_july_1951.csv", "line 2: episode_id: expected a value, got a blank cell"),
        ("korea/july_1951,FALK82,korea_july_1951.csv", "line 2: episode_id: expected talks opened by 1951-07-10"),
        ("falklands/april_1982,KOR51,korea_july_1951.csv", r"line 2: episode_id: .* leaves out \(FALK\), got KOR51"),
        ("korea/july_1951,KOR51,korea_july_1951.csv\n" * 2, "line 3: scenario: expected each scenario once"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, lines: str, message: str) -> None:
    path = tmp_path / "scored.csv"
    path.write_text(f"scenario,episode_id,reading\n{lines}\n", encoding="utf-8")
    with pytest.raises(ParleyError, match=rf"scored\.csv: .*{message}"):
        scored_scenarios(table=path)


# End to end


def test_both_readings_are_run_and_scored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Korea alone, since no other row is forecast; an own file of that name in the working folder changes nothing."""
    own = tmp_path / "scenarios" / "korea"
    own.mkdir(parents=True)
    (own / "july_1951.yaml").write_text("title: not this one\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    forecasts = {"KOR51": {name: [0.1, 0.2, 0.3, 0.4] for name in ("engine", "pool", "constant")}}
    shown: list[tuple[int, int]] = []
    found = score_scenarios(forecasts, trials=320, workers=1, progress=lambda *done: shown.append(done))
    assert (found.n_scenarios, found.n_wars, shown) == (1, 1, [(1, 3), (2, 3), (3, 3)])
    file, second = ([one.model for one in found.forecasts if one.reading == reading] for reading in ("file", "second"))
    assert file != second and sorted(file) == file and 0 < file[-1] < 1
    assert found.brier["row"] == pytest.approx((0.01 + 0.04 + 0.09 + 0.16) / 4)
    assert found == score_scenarios(forecasts, trials=320, workers=1)
