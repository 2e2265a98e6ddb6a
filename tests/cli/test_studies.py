"""Commands about the record and the rivals, as typed: what they print, what they refuse, what they never read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.evidence.backtest import shipped_record
from tests.conftest import Answer
from tests.evidence import factories

Parley = Callable[..., Answer]
FEW = ("--trials", str(factories.TRIALS), "--workers", "1")
AS_OF = ("--as-of", "2006-01-01")
HORIZONS = ["30", "90", "180", "365"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[factories.World]:
    """The shipped episodes are a few made-up ones, so that a backtest takes a moment."""
    with factories.world(tmp_path_factory.mktemp("world")) as place:
        factories.file(place.folder, factories.record(), place.shipped.name)
        yield place


def rows(**changes: Any) -> list[dict[str, str]]:
    blank = dict.fromkeys((*factories.OUTCOMES, "durable_cf", "mutual_cf"), "")
    return [
        factories.cells(episode_id="L1", cluster="LAKE", **(factories.scored((0, 0, 1, 1)) | changes)),
        factories.cells(episode_id="L2", cluster="LAKE", maximalism_a=0, **blank),
    ]


def test_forecasts_as_json(parley: Parley, world: factories.World) -> None:
    answer = parley("backtest", "--episodes", factories.file(world.folder, rows()), *FEW, "--json")
    assert (answer.code, answer.err) == (0, "")
    found = json.loads(answer.out)
    assert [row["episode_id"] for row in found["forecasts"]] == ["L1", "L2"]
    for row in found["forecasts"]:
        beside = [row[name][tier] for name in ("ridge", "pool", "known", "headline") for tier in ("durable", "mutual")]
        for odds in (row["durable"], row["mutual"], *beside):
            assert list(odds) == HORIZONS
            assert all(0 <= p <= 1 for p in odds.values())
    assert found["scores"]["durable"]["verdict"].startswith("too few to say: 1 of 50")
    assert set(found["variants"]) >= {"hindsight columns held constant"}


def test_without_an_outcome_scores_are_null(parley: Parley, world: factories.World) -> None:
    path = factories.file(world.folder, rows()[1:])
    found = json.loads(parley("backtest", "--episodes", path, *FEW, "--json").out)
    assert (found["scores"], found["variants"], found["misses"]) == (None, None, None)
    assert len(found["forecasts"]) == 1
    answer = parley("backtest", "--episodes", path, *FEW)
    assert answer.code == 0 and "nothing can be scored" in answer.out


def test_what_came_later_changes_no_byte(parley: Parley, world: factories.World) -> None:
    """Rows after the date hold nonsense, valid or not, and so do outcomes that were not settled then."""
    path = factories.file(world.folder, rows())
    before = json.loads(parley("backtest", "--episodes", path, *FEW, *AS_OF, "--json").out)
    late = {"talks_opened": "2006-01-02", "war_start": "2006-01-01"}
    absurd = [
        factories.cells(episode_id="X1", cluster="LAKE", **late, momentum_a=2, stalemate=0),
        factories.cells(episode_id="X2", cluster="LAKE", **late, momentum_a=999),
        factories.cells(episode_id="X3", cluster="LAKE", **late, dur30_30="BOOM", mutual_cf="BOOM"),
    ]
    after = json.loads(
        parley("backtest", "--episodes", factories.file(world.folder, [*rows(), *absurd]), *FEW, *AS_OF, "--json").out
    )
    ours = [row for row in after["forecasts"] if row["episode_id"] in ("L1", "L2")]
    assert json.dumps(ours) == json.dumps(before["forecasts"])
    assert after["scores"] == before["scores"] and after["n_later"] == 3
    assert [row["episode_id"] for row in after["forecasts"]] == ["L1", "L2", "X1", "X3"]


def test_a_computed_record_can_be_shipped_as_it_is_printed(
    parley: Parley, world: factories.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = parley("backtest", *FEW, "--json").out
    path = tmp_path / "record.json"
    path.write_text(printed, encoding="utf-8")
    monkeypatch.setattr(shipped_record, "shipped", lambda: path)
    shown = json.loads(parley("backtest", "--shipped", "--json").out)
    assert shown == {**json.loads(printed), "stale": []}
    assert parley("backtest", "--shipped").out == parley("backtest", *FEW).out


def test_the_table_says_what_a_forecaster_asks(parley: Parley, world: factories.World) -> None:
    answer = parley("backtest", *FEW)
    assert answer.code == 0
    for words in (
        "leave one war out",
        "engine minus it",
        "Lowest mean Brier score: the",
        "What each fold weighed or set",
        "worst forecasts",
        "A slope of 1 is right",
    ):
        assert words in answer.out
    assert "too few to say" in answer.out and " calibrated" not in answer.out  # never with so few episodes


def test_the_record_as_a_page(parley: Parley, world: factories.World, tmp_path: Path) -> None:
    page = tmp_path / "record.html"
    answer = parley("backtest", *FEW, "--report", page)
    assert answer.code == 0 and str(page) in answer.err
    assert "<html" in page.read_text(encoding="utf-8")[:200]


def test_calibrate_writes_draws_that_a_scenario_can_use(
    parley: Parley, world: factories.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = parley("calibrate", *FEW, "--out", "mine.csv")
    assert answer.code == 0 and "contraction" in answer.out and "The record is worth" in answer.out
    about = json.loads(Path("mine.json").read_text())
    assert about["n_draws"] == 1000 and about["as_of"] is None
    assert len(Path("mine.csv").read_text().splitlines()) == 1001
    assert parley("init", "valley").code == 0
    text = Path("valley.yaml").read_text().replace("calibration/posterior.csv", "mine.csv")
    Path("valley.yaml").write_text(text + f"  without: {about['wars'][0]}\n")
    assert parley("check", "valley.yaml").code == 0
    assert parley("run", "valley.yaml", "--trials", "64").code == 0
    assert "of the record" in parley("show", "valley.yaml").out
    Path("valley.yaml").write_text(text + "  without: NOWHERE\n")
    refused = parley("check", "valley.yaml")
    assert refused.code == 2 and "without_NOWHERE" in refused.err


def test_calibrate_as_json(parley: Parley, world: factories.World) -> None:
    found = json.loads(parley("calibrate", *FEW, "--json").out)
    assert set(found["parameters"]) == {"speed", "strain", "fear", "pressure", "audience", "unseen"}
    assert len(found["rank_check"]["width_p_values"]) == 6


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("backtest", "--as-of", "2025-5-15"), "expected a date such as 2025-05-15, got '2025-5-15'"),
        (("backtest", "--episodes", "none.csv"), "none.csv"),
        (("calibrate", "--trials", "100"), "a multiple of 32"),
        (("calibrate", *FEW, "--out", "draws.txt"), "ends in .csv"),
        (("forecasters", "teaching/minimal", "--trials", "64"), "names no crowd"),
        (("rivals", "teaching/minimul"), "did you mean"),
    ],
)
def test_mistakes_are_told_in_one_line(
    parley: Parley,
    world: factories.World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = parley(*words)
    assert answer.code == 2 and said in answer.err and "Traceback" not in answer.err


def test_a_broken_cell_is_named(parley: Parley, world: factories.World) -> None:
    answer = parley("backtest", "--episodes", factories.file(world.folder, rows(attendance="high")), *FEW)
    said = "line 2: attendance: expected a whole number from 0 to 3, got 'high'"
    assert answer.code == 2 and said in answer.err


def test_forecasters_and_rivals_as_json(parley: Parley) -> None:
    crowd = json.loads(parley("forecasters", "istanbul_2025/aides_only", "--trials", "320", "--json").out)
    assert crowd and "never" not in crowd
    found = json.loads(parley("rivals", "teaching/minimal", "--json").out)
    assert {row["odds"] for row in found["rows"]} == {"none"}


def test_compare_takes_changes_apart_and_mixes_scenarios(parley: Parley) -> None:
    pair = ("compare", "teaching/minimal", "teaching/spoilers", "--trials", "64")
    found = json.loads(parley(*pair, "--decompose", "--weights", "1,3", "--json").out)
    assert found["decomposition"]["changes"] and found["mixed"]["tiers"]["durable"]["365"]["p"] >= 0
    assert "Which change does it" in parley(*pair, "--decompose").out
    assert "One forecast" in parley(*pair, "--weights", "1,3").out
    assert parley(*pair, "--weights", "1").code == 2
    assert "expected numbers such as .5,.3,.2, got 'often'" in parley(*pair, "--weights", "often").err
    three = ("compare", "teaching/minimal", "teaching/spoilers", "teaching/fearons_pie", "--trials", "64")
    refused = parley(*three, "--decompose")
    assert refused.code == 2 and "expected one variant, got 2" in refused.err
    assert "widened to 97.50 %" in parley(*three).out


def test_why_says_what_run_says(parley: Parley) -> None:
    few = ("--trials", "320")
    found = json.loads(parley("why", "teaching/minimal", *few, "--json").out)
    summary = json.loads(parley("run", "teaching/minimal", *few, "--json").out)
    assert found["funnel"] == summary["funnel"]
    assert found["anatomy"] == pytest.approx(summary["anatomy"])
    told = parley("why", "teaching/minimal", "--base", "teaching/spoilers", *few)
    assert told.code == 0 and "Attribution rests on the model's priors" in told.out and "against" in told.out


def test_replay_tells_the_trial_that_was_asked_for(parley: Parley, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert parley("run", "teaching/minimal", "--trials", "64", "--out", kept).code == 0
    found = json.loads(parley("replay", kept, "--trial", "7", "--json").out)
    assert found["trial"] == 7 and found["row"]["trial"] == 7
    assert "Trial 7 of" in parley("replay", "teaching/minimal", "--trials", "64", "--trial", "7").out
    first = json.loads(parley("replay", kept, "--first", "durable", "--json").out)
    assert first["row"]["durable_week"] >= 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "one of --trial, --first"),
        (("--trial", "1", "--median"), "one of --trial, --first"),
        (("--trial", "64"), "has trials 0 to 63"),
        (("--tag", "comitment"), "did you mean commitment"),
        (("--first", "peace"), "durable, mutual, broad"),
    ],
)
def test_replay_refuses_in_words(parley: Parley, words: tuple[str, ...], said: str) -> None:
    answer = parley("replay", "teaching/minimal", "--trials", "64", *words)
    assert answer.code == 2 and said in answer.err


def sets(*changes: str) -> list[str]:
    return [word for change in changes for word in ("--set", f"parties.{change}")]


WIDE = ("North.optimism={low: 0.0, central: 0.2, high: 0.5}", "South.strain={low: 0.02, central: 0.06, high: 0.1}")
VARYING = sets(*WIDE, "North.strain=0.01")
"""Changes with which the odds of the small lesson depend on its inputs clearly."""
STILL = sets("North.strain=0.5", "South.strain={low: 0.5, central: 0.6, high: 0.7}")
"""Changes with which they do not: war is so dear that every round finds a range."""


@pytest.mark.parametrize("method", ["tornado", "sobol", "morris"])
def test_sensitivity_by_each_method(parley: Parley, method: str) -> None:
    n_trials = "8" if method == "sobol" else "64"  # of each of 4,096 rows, or of a few points
    inputs = ("--input", "parties.South.strain", "--input", "parties.North.optimism")
    few = ("--trials", n_trials, "--workers", "1", *inputs)
    words = ("sensitivity", "teaching/minimal", "--method", method, *few)
    found = json.loads(parley(*words, *VARYING, "--json").out)
    assert found["method"] == method and found["varies"] and "NaN" not in json.dumps(found)
    answer = parley(*words, *VARYING)
    assert answer.code == 0 and "parties.South.strain" in answer.out
    still = parley(*words, *STILL)
    assert still.code == 0 and "The odds do not vary over these inputs" in still.out and "most" not in still.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--method", "guess"), "expected tornado, sobol, morris, got 'guess'"),
        (("--input", "parties.South.strian"), "did you mean `parties.South.strain`"),
        (("--days", "17"), "expected one of 30, 90, 180, 365, got 17"),
        (("--trials", "0"), "a multiple of 32"),
    ],
)
def test_sensitivity_refuses_in_words(parley: Parley, words: tuple[str, ...], said: str) -> None:
    answer = parley("sensitivity", "teaching/minimal", *words)
    assert answer.code == 2 and said in answer.err


def test_discover_and_its_refusals(parley: Parley) -> None:
    few = ("--trials", "3200", "--workers", "1")
    found = json.loads(parley("discover", "teaching/minimal", *few, "--json").out)
    assert {"boxes", "tree"} <= found.keys() and "NaN" not in json.dumps(found)
    assert "A second opinion" in parley("discover", "teaching/minimal", *few, *VARYING).out
    assert "The odds do not vary over these inputs" in parley("discover", "teaching/minimal", *few, *STILL).out
    for words in (("--outcome", "peace"), ("--days", "17"), ("--density", "7"), ("--trials", "64")):
        answer = parley("discover", "teaching/minimal", *words)
        assert answer.code == 2 and "Traceback" not in answer.err


def test_an_interrupted_study_is_not_called_resumable(tmp_path: Path) -> None:
    """Only runs keep blocks: `calibrate --out` has a file there and no --resume; nor is there anything to go on with
    before a folder has been begun."""
    from sim.cli.exit import how_to_resume

    for words in (["backtest"], ["calibrate", "--out", "draws.csv"], ["sensitivity", "teaching/minimal"]):
        assert "resume" not in how_to_resume(words)
    kept = tmp_path / "kept"
    assert "Nothing was begun" in how_to_resume(["run", "teaching/minimal", "--out", str(kept)])
    kept.mkdir()
    for words in (["--out", str(kept)], [f"--out={kept}"]):
        said = how_to_resume(["run", "teaching/minimal", *words])
        assert said.startswith("Finished blocks are kept") and said.endswith("--resume")


def test_a_sheet_for_a_second_reader_and_what_it_says(parley: Parley, tmp_path: Path) -> None:
    from sim.cli.console import whole

    few = ("--trials", "320", "--workers", "1")
    made = parley("coding-sheet", "korea/july_1951", "--out", str(tmp_path / "room"))
    assert made.code == 0 and "parley compare-codings korea/july_1951" in made.out
    blank = tmp_path / "room" / "sheet.csv"
    again = parley("coding-sheet", "korea/july_1951", "--out", str(tmp_path / "room"))
    assert again.code == 2 and "not written over" in again.err
    answer = parley("compare-codings", "korea/july_1951", str(blank), *few)
    assert answer.code == 2 and "no number is filled in" in answer.err
    filled = "readings/korea_july_1951.csv"
    answer = parley("compare-codings", "korea/july_1951", filled, *few, "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert [one["reading"] for one in found["odds"]["readings"]][0] == "file" and found["comparison"]["differences"]
    shown = [line.split() for line in parley("compare-codings", "korea/july_1951", filled, *few).out.splitlines()]
    kept = [line[6:] for line in shown if line[:6] == "still in force after 180 days".split()]
    odds = [[cell["in_force_180"] for cell in one["odds"]] for one in found["odds"]["readings"]]
    assert kept == [[whole(p) for p in by_day] for by_day in odds]
    for words, said in (((filled,), "unknown number"), (("no.csv",), "no.csv"), ((str(tmp_path),), "directory")):
        wrong = parley("compare-codings", "falklands/april_1982", *words, *few)
        assert wrong.code == 2 and said in wrong.err and "Traceback" not in wrong.err


def test_efficiency_and_its_refusals(parley: Parley) -> None:
    few = ("teaching/minimal", "--trials", "2048")
    found = json.loads(parley("efficiency", *few, "--json").out)
    assert {one["method"] for one in found["estimates"]} == {"plain", "more draws", "sobol"}
    luck = json.loads(parley("efficiency", *few, "--against", "teaching/spoilers", "--json").out)
    assert luck["base"] == "teaching/minimal" and luck["trials"] == 2_048
    answer = parley("efficiency", *few, "--against", "nobody")
    assert answer.code == 2 and "no scenario" in answer.err and "Traceback" not in answer.err
    assert parley("efficiency", "teaching/minimal", "--trials", "96").code == 2
