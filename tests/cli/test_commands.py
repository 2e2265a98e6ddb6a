"""The command line end to end: data on stdout, notes on stderr, one clear line for each mistake."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.cli.app import COMMANDS
from sim.cli.console import whole
from sim.execution.plan import expand
from sim.scenario.to_yaml import as_yaml
from tests.conftest import Answer
from tests.factories import minimal_scenario

Parley = Callable[..., Answer]
ROOT = Path(__file__).resolve().parents[2]
FEW = ("--trials", "320")


def command(*arguments: str, **options: object) -> subprocess.Popen[str]:
    """The command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


# -- reading -----------------------------------------------------------------------------------------


def test_help_names_every_command_in_a_sentence(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = parley("--help")
    assert answer.code == 0
    at = 0
    for section, names in COMMANDS.items():
        at = answer.out.index(f"\n{section}:\n", at)
        for name in names:
            (sentence,) = re.findall(rf"^  {name} +(\S.*)$", answer.out, flags=re.M)
            assert answer.out.index(f"\n  {name} ") > at
            assert sentence.endswith(".") and not sentence.endswith("..."), sentence
            assert not {"luck", "told"} & set(sentence.rstrip(".").split())


def test_version(parley: Parley) -> None:
    assert parley("--version").out == f"parley {sim.__version__}\n"


def test_list_names_the_base_with_its_date(parley: Parley) -> None:
    assert "istanbul_2025/aides_only  (2025-05-15)" in parley("list").out


def test_list_as_json_holds_the_questions(parley: Parley) -> None:
    listed = json.loads(parley("list", "--json").out)
    assert not [one["problem"] for one in listed if one["problem"]]
    assert all(one["question"] and one["supposes"] and one["start"] for one in listed)


def test_check_says_where_numbers_come_from(parley: Parley) -> None:
    answer = parley("check", "teaching/minimal")
    assert answer.code == 0
    assert "teaching/minimal: ok," in answer.out
    assert "judgements" in answer.out


def test_check_tells_every_broken_file(parley: Parley, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("extends: teaching/minimal\nwar: {momentun: 0.1}\n")
    answer = parley("check", bad, "teaching/nothing", "teaching/minimal")
    assert answer.code == 2
    assert "bad.yaml:2:7: error: war.momentun" in answer.err
    assert "no scenario `teaching/nothing`" in answer.err
    assert "teaching/minimal: ok" in answer.out
    assert parley("run", bad).err.startswith(f"{bad}:2:7: error: war.momentun")


def test_check_deep_finds_what_is_settled_by_construction(parley: Parley, tmp_path: Path) -> None:
    never = tmp_path / "never.yaml"
    never.write_text("extends: teaching/minimal\ntalks: {convening_prob_per_week: 0}\nwar: {victory_hazard: 0}\n")
    answer = parley("check", "--deep", never)
    assert answer.code == 2
    assert "durable odds are 0" in answer.err
    never.write_text(never.read_text() + "expect: impossible\n")
    assert parley("check", "--deep", never).code == 0
    assert parley("check", "--deep", "teaching/minimal").code == 0


def test_check_deep_warns_of_an_input_that_moves_nothing(parley: Parley, tmp_path: Path) -> None:
    """Nobody's image is at stake where there is no backer."""
    file = tmp_path / "vain.yaml"
    file.write_text("model: 3\nextends: teaching/minimal\nparties: {North: {image: 0.02}}\n")
    answer = parley("check", "--deep", file)
    assert answer.code == 0
    assert "vain: warning: parties.North.image: moves nothing: from 0.01 to 0.04 none of" in answer.err
    assert "parties.North.strain: moves nothing" not in answer.err
    (item,) = json.loads(parley("check", "--deep", "--json", file).out)
    assert [line.partition(" none of")[0] for line in item["warnings"]] == [
        "vain: warning: parties.North.image: moves nothing: from 0.01 to 0.04"
    ]
    assert json.loads(parley("check", "--json", file).out)[0]["warnings"] == []
    assert "warning" not in parley("check", file).err


def test_show_gives_value_unit_and_source(parley: Parley) -> None:
    answer = parley("show", "teaching/minimal")
    assert "parties.North" in answer.out
    assert "0.05 / 0.1 / 0.15" in answer.out
    rows = json.loads(parley("show", "teaching/minimal", "--json").out)["parameters"]
    strain = next(row for row in rows if row["path"] == "parties.North.strain")
    assert (strain["unit"], strain["standing"]) == ("utils", "judgement")
    points = next(row for row in rows if row["path"] == "parties.North.points.valley")
    assert (points["value"], points["unit"]) == ("100", "points of 100")


def test_show_lists_who_leads_a_delegation_who_stays_away_and_what_it_may_sign(parley: Parley, tmp_path: Path) -> None:
    tracks = {"tracks.exchange": {"label": "Prisoners", "scope": (), "general": False, "halts": False}}
    given = {"parties.North.delegation": {"stay_away": ("Ada",)}, "parties.South.signs": ("exchange",)}
    given |= {"parties.South.delegation": {"led_by": "Bo", "stay_away": ("Cy", "Di")}}
    path = tmp_path / "persons.yaml"
    path.write_text(as_yaml(minimal_scenario(**tracks, **given)))
    shown = " ".join(parley("show", str(path)).out.split())
    assert "Delegation: The delegation of North comes without Ada." in shown
    assert "Bo leads the delegation of South; Cy and Di stay away." in shown
    assert "Below leaders, the delegation of South may sign only Prisoners." in shown
    rows = json.loads(parley("show", str(path), "--json").out)["delegations"]
    found = [(row["side"], row["led_by"], row["signs"]) for row in rows]
    assert found == [("North", "", None), ("South", "Bo", ["exchange"])]
    assert "Delegation" not in parley("show", "teaching/minimal").out


def test_show_resolved_loads_to_the_same_scenario(parley: Parley, tmp_path: Path) -> None:
    path = tmp_path / "resolved.yaml"
    path.write_text(parley("show", "teaching/spoilers", "--resolved").out)
    assert sim.load(str(path)) == sim.load("teaching/spoilers")


def test_show_changes(parley: Parley) -> None:
    answer = parley("show", "teaching/spoilers", "--changes")
    assert "truces.spoilers" in answer.out
    assert parley("show", "teaching/minimal", "--changes").code == 2


def test_schema_is_json(parley: Parley) -> None:
    assert json.loads(parley("schema").out)["type"] == "object"


def test_init_writes_what_check_accepts(parley: Parley, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parley("init", "my_war").code == 0
    assert parley("check", "my_war.yaml").code == 0
    text = (tmp_path / "my_war.yaml").read_text()
    assert text.startswith("# my_war: a scenario to edit.")
    again = parley("init", "my_war")
    assert (again.code, "is there already" in again.err) == (2, True)
    assert (tmp_path / "my_war.yaml").read_text() == text
    for name in ("../my war", "nowhere/war", "CON\x1b"):
        assert parley("init", name).code == 2


# -- running -----------------------------------------------------------------------------------------


def test_run_prints_the_odds_in_a_table_and_in_words(parley: Parley) -> None:
    answer = parley("run", "istanbul_2025/aides_only", *FEW)
    assert answer.code == 0
    assert "How this number is made: " in " ".join(answer.out.split())
    assert "Odds of a general halt to the fighting that lasts 30 days or more" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 100
    assert "parley show istanbul_2025/aides_only" in answer.err


def test_a_run_of_few_draws_says_that_its_range_is_none(parley: Parley) -> None:
    said = " ".join(parley("run", "istanbul_2025/hurting_stalemate", "--trials", "20", "--quiet").out.split())
    assert "No band: 20 trials hold 2 draws of the uncertain inputs" in said and "46 (736 trials)" in said
    assert "do not say how far more of them would change the number" in said and ", band " not in said
    found = json.loads(parley("run", "istanbul_2025/hurting_stalemate", "--trials", "64", "--json", "--quiet").out)
    assert (found["draws"], found["draws_for_band"]) == (4, 46)
    assert found["tiers"]["durable"]["365"]["lo"] == found["tiers"]["durable"]["365"]["hi"]


def test_run_prints_json_only(parley: Parley) -> None:
    answer = parley("run", "teaching/minimal", *FEW, "--json")
    found = json.loads(answer.out)
    assert answer.err == ""
    assert found["trials"] == 320
    keys = {"scenario", "trials", "seed", "tiers", "victory", "anatomy", "funnel", "terms"}
    assert keys <= found.keys()
    keys = {"p", "lo", "hi", "mc_lo", "mc_hi", "model", "model_lo", "model_hi", "reference", "record"}
    assert keys == found["tiers"]["durable"]["365"].keys()
    kept = found["in_force_180"]["365"]
    assert kept["n_in_force"] == round(kept["model"] * 320) and kept["share"] == kept["n_in_force"] / kept["n_durable"]
    assert kept["p"] == pytest.approx(found["tiers"]["durable"]["365"]["p"] * kept["share"])
    assert all(0 <= found["victory_imposed"][side] <= found["victory"][side] for side in ("A", "B"))


def test_the_table_has_what_is_still_in_force_below_each_scenario(parley: Parley, tmp_path: Path) -> None:
    dear = (
        "teaching/minimal",
        "--set",
        "war.victory_hazard=0.01",
        "--set",
        "war.imposed_halt_prob=0.5",
        *FEW,
        "--quiet",
    )
    found = json.loads(parley("run", *dear, "--json").out)
    said = parley("run", *dear).out
    (row,) = (line for line in said.splitlines() if line.startswith("  still in force after 180 days"))
    assert row.split()[6:10] == [whole(cell and cell["p"]) for cell in found["in_force_180"].values()]
    wins = " / ".join(f"{whole(found['victory'][k])} ({whole(found['victory_imposed'][k])})" for k in ("A", "B"))
    assert wins in said and "Still in force after 180 days: " in said
    short = tmp_path / "short.yaml"
    short.write_text("extends: teaching/minimal\nfollow_up_weeks: 10\n")
    said = parley("run", str(short), *FEW, "--quiet").out
    (row,) = (line for line in said.splitlines() if line.startswith("  still in force after 180 days"))
    assert set(row.split()[6:]) == {"-"}
    assert "follows it for 10 weeks after the horizon, and 26 are needed" in " ".join(said.split())
    compared = " ".join(parley("compare", "teaching/minimal", str(short), *FEW, "--quiet").out.split())
    assert "still in force after 180 days - - -" in compared and "A dash: not known" in compared


def test_several_scenarios_give_a_list_and_folders(parley: Parley, tmp_path: Path) -> None:
    answer = parley("run", "teaching/minimal", "teaching/spoilers", *FEW, "--json", "--out", tmp_path / "runs")
    assert [one["scenario"] for one in json.loads(answer.out)] == ["teaching/minimal", "teaching/spoilers"]
    for name in ("minimal", "spoilers"):
        assert (tmp_path / "runs" / name / "manifest.json").exists()


def test_a_folder_stands_for_its_scenarios_base_first(parley: Parley) -> None:
    names = expand(["istanbul_2025"])
    assert names[0] == "istanbul_2025/aides_only"
    assert len(names) == len(set(names)) == 24
    answer = parley("run", "teaching", "--trials", "32", "--json", "--workers", "1")
    assert [one["scenario"] for one in json.loads(answer.out)] == expand(["teaching"])


def test_set_sweep_and_central(parley: Parley) -> None:
    swept = json.loads(parley("run", "teaching/minimal", *FEW, "--sweep", "truces.spoilers=1:9:3", "--json").out)
    assert [one["scenario"] for one in swept] == [f"teaching/minimal truces.spoilers={n}" for n in (1, 5, 9)]
    last = [one["tiers"]["durable"]["365"]["p"] for one in swept]
    assert last[0] > last[2]
    one = json.loads(parley("run", "teaching/minimal", *FEW, "--set", "truces.spoilers=9", "--json").out)
    assert one["tiers"] == swept[2]["tiers"]
    central = parley("run", "teaching/minimal", *FEW, "--central", "--json")
    assert central.out != parley("run", "teaching/minimal", *FEW, "--json").out


def test_precision_stops_early(parley: Parley) -> None:
    found = json.loads(parley("run", "teaching/minimal", "--precision", ".02", "--json").out)
    cell = found["tiers"]["durable"]["365"]
    assert (cell["mc_hi"] - cell["mc_lo"]) / 2 <= 0.02
    assert found["trials"] == 32_768


def test_numbered_shows_the_same_run_and_never_overwrites_another(parley: Parley, tmp_path: Path) -> None:
    first = ("run", "teaching/minimal", *FEW, "--out", tmp_path / "r", "--numbered")
    shown = parley(*first)
    again = parley(*first)
    assert again.out == shown.out
    assert "Nothing had to be computed" in again.err
    assert not (tmp_path / "r-2").exists()
    other = parley(*first, "--seed", "2")
    assert other.code == 0
    assert f"so these are in {tmp_path / 'r-2'}" in other.err
    assert (tmp_path / "r-2" / "manifest.json").exists()
    assert parley(*first).out == shown.out


def test_compare_scenarios_and_run_folders(parley: Parley, tmp_path: Path) -> None:
    answer = parley("compare", "teaching/minimal", "teaching/spoilers", *FEW)
    assert answer.code == 0
    assert "fewer in 100" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 100
    parley("run", "teaching/minimal", *FEW, "--out", tmp_path / "kept")
    mixed = json.loads(parley("compare", tmp_path / "kept", "teaching/spoilers", *FEW, "--json").out)
    plain = json.loads(parley("compare", "teaching/minimal", "teaching/spoilers", *FEW, "--json").out)
    assert mixed["tiers"] == plain["tiers"]


# -- mistakes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rum"], "Did you mean 'run'?"),
        (["frobnicate"], "frobnicate"),
        (["--frobnicate"], "No such option: --frobnicate"),
        (["run"], "Missing argument"),
        (["run", "teaching/minimall"], "did you mean `teaching/minimal`?"),
        (["run", "teaching/minimal", "--trails", "5"], "--trials"),
        (["run", "teaching/minimal", "--trials", "0"], "trials: expected 1 to 5,000,000 (with --store"),
        (["run", "teaching/minimal", "--trials", "-5"], "got -5"),
        (["run", "teaching/minimal", "--trials", "1e6"], "expected a whole number, got '1e6'; write 1000000"),
        (["run", "teaching/minimal", "--trials", "9" * 50], "got a number of 50 digits"),
        (["run", "teaching/minimal", "--trials", "9" * 5000], "--trials"),
        (["run", "teaching/minimal", "--seed", "one"], "expected a whole number"),
        (["run", "teaching/minimal", "--seed", "-1"], "seed: expected 0 to 18446744073709551615, got -1"),
        (["run", "teaching/minimal", "--seed", str(2**64)], "seed"),
        (["run", "teaching/minimal", "--workers", "0"], "workers: expected 1 to 61, got 0"),
        (["run", "teaching/minimal", "--precision", "nan"], "expected a half-width of 0.0005 to 0.5, got nan"),
        (["run", "teaching/minimal", "--precision", "much"], "expected a number such as .005"),
        (["run", "teaching/minimal", "--set", "war.momentun=1"], "war.momentun"),
        (["run", "teaching/minimal", "--sweep", "war.momentum"], "--sweep"),
        (["run", "teaching/minimal", "--out", "LICENSE"], "LICENSE: is a file"),
        (["run", "teaching/minimal", "--out", "tests"], "tests: is not empty and holds no run"),
        (["run", "teaching/minimal", "--resume"], "need --out DIR"),
        (["compare", "teaching/minimal"], "Missing argument"),
        (["compare", "teaching/minimal", "teaching/minimal"], "got a variant that is the base itself"),
        (["report", "nowhere"], "holds no run of Parley"),
        (["show", "teaching/\x1b[31mred"], "no scenario `teaching/\\x1b[31mred`"),
    ],
)
def test_a_mistake_is_one_clear_line(
    parley: Parley, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(ROOT)
    answer = parley(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert message in answer.err
    assert len(answer.err.splitlines()) == 1
    assert "Traceback" not in answer.err


def test_damage_is_exit_3_naming_the_file(parley: Parley, tmp_path: Path) -> None:
    parley("run", "teaching/minimal", *FEW, "--out", tmp_path / "r")
    path = tmp_path / "r" / "trials" / "block-00000000.parquet"
    content = bytearray(path.read_bytes())
    content[100] ^= 4
    path.write_bytes(bytes(content))
    report = ("report", tmp_path / "r", "-o", tmp_path / "page.html")
    for arguments in (report, ("compare", tmp_path / "r", "teaching/spoilers")):
        answer = parley(*arguments)
        assert answer.code == 3
        assert "block-00000000.parquet: is damaged" in answer.err
    assert not (tmp_path / "page.html").exists()


# -- leaving -----------------------------------------------------------------------------------------


def test_a_closed_pipe_is_quiet() -> None:
    process = command("schema")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path, how: signal.Signals, code: int) -> None:
    folder = tmp_path / "long run"
    process = command("run", "teaching/minimal", "--trials", "2000000", "--out", str(folder), "--workers", "2")
    deadline = time.monotonic() + 60
    while not list(folder.glob("trials/block-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(how)
    _, said = process.communicate(timeout=30)
    assert process.returncode == code
    assert f"parley run teaching/minimal --trials 2000000 --out '{folder}' --workers 2 --resume" in said
    assert "Traceback" not in said
    assert not (folder / ".lock").exists()


def advised(said: str) -> list[str]:
    """The words of the command on the last line."""
    name, *words = shlex.split(said.rstrip().splitlines()[-1])
    assert name == "parley"
    return words


def stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("more", [(), ("--out", "kept"), ("--out=kept", "--numbered"), ("--store",)])
def test_advice_after_an_interruption_works(
    more: tuple[str, ...], parley: Parley, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("sim.execution.run.compute", stop)
        first = parley("run", "teaching/minimal", *FEW, "--workers", "1", *more)
    assert first.code == 130 and "Traceback" not in first.err
    assert ("Finished blocks are kept" if Path("kept").exists() else "Nothing was kept.") in first.err
    again = parley(*advised(first.err), "--json")
    assert again.code == 0 and json.loads(again.out)["trials"] == 320


@pytest.mark.parametrize("more", [(), ("--sweep", "war.momentum=0,1")])
def test_advice_after_an_interrupted_count_works(
    more: tuple[str, ...], parley: Parley, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over five million trials ``--out DIR`` was advised, and then refused."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.execution.blocks.MOST_TRIALS", 100)
    with monkeypatch.context() as patch:
        patch.setattr("sim.execution.streaming.compute", stop)
        first = parley("run", "teaching/minimal", *FEW, "--workers", "1", *more)
    assert first.code == 130 and advised(first.err)[-3:] == ["--store", "--out", "DIR"]
    assert parley(*advised(first.err)).code == 0
    with monkeypatch.context() as patch:
        patch.setattr("sim.execution.streaming.compute", stop)
        patch.setattr("sim.execution.blocks.MOST_TRIALS_STORED", 200)
        most = parley("run", "teaching/minimal", *FEW, "--workers", "1", *more)
    assert most.code == 130 and "--out" not in most.err and "so many trials are only counted" in most.err
    with monkeypatch.context() as patch:  # what was said of that run is not said of the next
        patch.setattr("sim.execution.run.compute", stop)
        assert "only counted" not in parley("run", "teaching/minimal", "--trials", "64", "--workers", "1").err


def test_an_ascii_terminal_shows_all_it_can() -> None:
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}
    process = command("show", "teaching/minimal", "--resolved", env=ascii_only)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert out.isascii()


def test_every_command_speaks_json(parley: Parley, tmp_path: Path) -> None:
    few = ("--trials", "64")
    for words in (
        ("list",),
        ("check", "teaching/minimal"),
        ("show", "teaching/minimal"),
        ("schema",),
        ("init", str(tmp_path / "my_war")),
        ("run", "teaching/minimal", *few),
        ("compare", "teaching/minimal", "teaching/spoilers", *few),
    ):
        assert json.loads(parley(*words, "--json").out), words


def test_what_was_changed_stands_in_the_name(parley: Parley) -> None:
    """A row, a page or JSON with a changed number cannot be passed on as the base."""
    for option, mark in (("--set", "truces.spoilers=9"), ("--central", "central values")):
        words = (option, mark) if option == "--set" else (option,)
        assert mark in json.loads(parley("run", "teaching/minimal", *FEW, *words, "--json").out)["scenario"]


def test_a_number_is_not_set_and_swept(parley: Parley) -> None:
    found = parley("run", "teaching/minimal", *FEW, "--set", "truces.spoilers=9", "--sweep", "truces.spoilers=1,2")
    assert found.code == 2 and "truces.spoilers: is set and swept" in found.err


def test_central_values_have_no_band_of_their_own(parley: Parley) -> None:
    """Nothing of the file is uncertain; what is left of the band is the reference class's, whose rate is not known."""
    for seed in ("1", "2", "3"):
        words = ("run", "istanbul_2025/aides_only", "--central", "--trials", "4096", "--seed", seed, "--json")
        cell = json.loads(parley(*words).out)["tiers"]["durable"]["365"]
        assert cell["model_lo"] == cell["model"] == cell["model_hi"]
        assert cell["lo"] < cell["p"] < cell["hi"]


def test_show_and_check_count_the_same_numbers(parley: Parley) -> None:
    shown = json.loads(parley("show", "istanbul_2025/aides_only", "--json").out)
    (checked,) = json.loads(parley("check", "istanbul_2025/aides_only", "--json").out)
    assert len(shown["parameters"]) == sum(checked["counts"].values())


def test_a_report_replaces_only_a_report(parley: Parley, tmp_path: Path) -> None:
    parley("run", "teaching/minimal", *FEW, "--out", tmp_path / "r")
    page = tmp_path / "page.html"
    page.write_text("mine", encoding="utf-8")
    refused = parley("report", tmp_path / "r", "-o", page)
    assert refused.code == 2 and page.read_text(encoding="utf-8") == "mine"
    page.unlink()
    assert parley("report", tmp_path / "r", "-o", page).code == 0
    assert parley("report", tmp_path / "r", "-o", page).code == 0


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (ValueError("max() of nothing"), 1, "a bug in Parley"),
        (sim.ParleyError("report.html: another file than a report"), 2, "another file than a report"),
        (OSError(28, "No space left on device"), 5, "the disk is full"),
    ],
)
def test_a_report_that_fails_loses_no_odds(
    fault: Exception, code: int, said: str, parley: Parley, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is printed before the page is begun, and the run is kept and whole."""
    from dashboards.report import build

    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(build, "write_report", broken)
    answer = parley("run", "teaching/minimal", *FEW, "--out", tmp_path / "r", "--report", "--quiet")
    assert answer.code == code and said in answer.err
    assert "Traceback" not in answer.err and len(answer.err.splitlines()) == 1
    assert "Why\nOf 100 trials" in answer.out
    assert parley("results", "verify", tmp_path / "r").code == 0
    parley("run", "teaching/minimal", *FEW, "--out", tmp_path / "j", "--report", "--quiet", "--json")
    assert sim.read_run(tmp_path / "j").n_trials == 320


def test_run_says_how_much_of_it_has_a_source(parley: Parley) -> None:
    """Below the table, in JSON and on the page."""
    words = "0 of 92 numbers have a source; never calibrated."
    assert words in parley("run", "teaching/minimal", *FEW).out
    assert words in parley("run", "teaching/minimal", *FEW, "--sweep", "war.momentum=0,.1").out
    found = json.loads(parley("run", "teaching/minimal", *FEW, "--json").out)["evidence"]
    assert found == {"numbers": 92, "sourced": 0, "calibrated": False, "words": words}
