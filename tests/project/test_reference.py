"""The reference is what the program says of itself: generated, committed, complete."""

import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import sim
from docs.generate import commands, exit_codes, pages, record_blocks, result_tables, stale, state_table, write
from docs.generate.__main__ import main
from sim import equations, errors
from sim.errors import ParleyError
from sim.evidence.backtest.shipped_record import shipped_record
from sim.model.state import ENTITIES, Variable
from sim.outcome_columns import COLUMNS
from sim.scenario.json_schema import json_schema
from tests.project.documents import DOCS

REFERENCE = DOCS / "reference"


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    return pages()


def test_the_committed_pages_are_current(found: dict[str, str]) -> None:
    """If this fails after a change of a command, a key or a column: ``python -m docs.generate``."""
    assert [name for name, text in found.items() if (REFERENCE / name).read_text(encoding="utf-8") != text] == []


def sections_of(page: str) -> dict[str, set[str]]:
    """Keys in the first column of the tables, by heading."""
    parts = re.split(r"^## (.*)$", page, flags=re.M)
    return {
        title: set(re.findall(r"^\| `([\w.]+)` \|", body, flags=re.M))
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
    }


HEADINGS = {
    name: name.lower() for name in ("War", "Assurances", "Talks", "Truces", "Calibration", "Crowd", "Sides")
} | {
    "Issue": "issues.NAME", "Landmark": "issues.NAME.landmarks.N", "Track": "tracks.NAME", "Lever": "levers.NAME",
    "Belligerent": "parties.NAME (belligerent)", "ThirdParty": "parties.NAME (backer or mediator)",
    "Veto": "parties.NAME (veto)", "AttendanceRule": "attendance.N", "Window": "windows.N", "Event": "events.N",
    "Condition": "events.N.when", "Delegation": "parties.NAME.delegation",
    "ReferenceClass": "reference_class", "WarRecord": "record", "Joint": "joint.N", "Reading": "readings.N",
}  # fmt: skip
OF_NUMBERS = {"source", "note", "kind", "readings", "Provenance"}


def test_no_key_of_the_schema_is_missing(found: dict[str, str]) -> None:
    """Held against the JSON Schema, which is generated another way."""
    schema: dict[str, Any] = json_schema()
    said = sections_of(found["scenario.md"])
    missing = sorted(set(schema["properties"]) - said["The file"] - {"extends"})
    assert [name for name in missing if not name.endswith("+")] == []
    for name, definition in schema["$defs"].items():
        if name in OF_NUMBERS or name == "Quantity" or name.startswith("Number_"):
            continue
        assert set(definition["properties"]) - {"from"} == said[HEADINGS[name]], name
    for name in ("`extends`", "`events+`", "`from`", "`key: null`"):
        assert name.strip("`") in found["scenario.md"]


def test_every_key_has_words_and_every_number_a_range(found: dict[str, str]) -> None:
    of_keys = found["scenario.md"].partition("## How a number is written")[0]
    rows = re.findall(r"^\| `\w+` \| .* \|$", of_keys, flags=re.M)
    assert len(rows) > 150
    for row in rows:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        assert cells[1] and cells[3] and cells[4], row
        assert not cells[1].endswith("number") or cells[0] in ("`set`", "`to`", "`adjusted`"), f"no range: {row}"


def test_every_command_is_there_with_its_help(found: dict[str, str]) -> None:
    page = found["cli.md"]
    for words in commands.commands():
        assert f"## {' '.join(('parley', *words))}\n" in page
    assert "## parley results export" in page
    assert page.count("Usage: parley") == len(list(commands.commands()))


MACHINERY = {f"sim.equations.{name}" for name in ("compiled", "compiler", "machine_code")}
"""How equations are compiled, which is no equation."""


def test_every_exported_name_equation_and_error_is_there() -> None:
    """Each directive of the page names what can be imported: `make docs` has it written by autodoc."""
    directives = re.findall(r"^\.\. auto(\w+):: ([\w.]+)$", (REFERENCE / "python.md").read_text("utf-8"), flags=re.M)
    assert sorted(name for _, name in directives if name.count(".") == 1 and name != "sim.errors") == sorted(
        f"sim.{name}" for name in sim.__all__
    )
    for kind, name in directives:
        module, _, attribute = name.rpartition(".")
        import_module(name) if kind == "module" else getattr(import_module(module), attribute)
    modules = {name for kind, name in directives if kind == "module"}
    of_equations = {f"sim.equations.{one.name}" for one in pkgutil.iter_modules(equations.__path__)} - MACHINERY
    assert of_equations | {"sim.errors"} <= modules


def test_every_column_and_every_key_of_the_summary_has_a_meaning(minimal: sim.Scenario) -> None:
    assert set(result_tables.MEANINGS) == {*COLUMNS, "x_ISSUE", "share_FRICTION"}
    run = sim.run(minimal, trials=32, workers=1)
    assert set(result_tables.SUMMARY) == set(run.summary)
    known = {re.sub(r"^x_.*", "x_ISSUE", re.sub(r"^share_.*", "share_FRICTION", name)) for name in run.trials}
    assert known == set(result_tables.MEANINGS)


def test_every_exit_code_has_words() -> None:
    codes = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")}
    assert codes <= set(exit_codes.WORDS)
    told = {int(code) for code in re.findall(r"(?:^|· )(\d+) ", " ".join((errors.__doc__ or "").split()))}
    assert told <= set(exit_codes.WORDS) and {130, 143} <= set(exit_codes.WORDS)


def test_writing_and_checking(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    made = {"a.md": "one\n", "b.md": "two\n"}
    monkeypatch.setattr("docs.generate.pages", lambda: made)
    assert stale(tmp_path) == ["a.md", "b.md"]
    assert main(["--check", str(tmp_path)]) == 1 and not list(tmp_path.iterdir())
    assert write(tmp_path) == ["a.md", "b.md"] and stale(tmp_path) == []
    (tmp_path / "b.md").write_text("three\n")
    assert main([str(tmp_path)]) == 0 and "b.md" in capsys.readouterr().err
    assert main(["--check", str(tmp_path)]) == 0


@pytest.mark.slow
def test_the_module_is_a_command() -> None:
    answer = subprocess.run([sys.executable, "-m", "docs.generate", "--check", str(REFERENCE)], capture_output=True)
    assert answer.returncode == 0, answer.stderr


def test_every_member_that_the_python_page_lists_is_there() -> None:
    text = (REFERENCE / "python.md").read_text("utf-8")
    listed = re.findall(r"^\.\. automodule:: ([\w.]+)\n   :members: ([\w, ]+)$", text, flags=re.M)
    assert len(listed) > 5
    missing = [
        f"{module}.{name}"
        for module, names in listed
        for name in names.split(", ")
        if not hasattr(import_module(module), name)
    ]
    assert missing == []


def test_tables_of_the_record_on_pages_are_those_of_the_shipped_record() -> None:
    record = shipped_record()
    for name in record_blocks.PAGES:
        text = (REFERENCE.parent / name).read_text(encoding="utf-8")
        assert record_blocks.refreshed(text, record) == text, "python -m docs.generate"
        assert text.count("<!-- record: ") == text.count(record_blocks.END) >= 9


def test_the_model_page_has_every_variable_of_a_trial_as_the_code_has_it() -> None:
    text = (DOCS / state_table.PAGE).read_text(encoding="utf-8")
    assert state_table.refreshed(text) == text, "python -m docs.generate"
    assert text.count(state_table.START) == text.count(state_table.END) == 1
    assert set(state_table.NAMES) == set(ENTITIES)
    part = text.partition(state_table.START)[2].partition(state_table.END)[0]
    for name, entity in ENTITIES.items():
        of_entity = part.partition(f"(`world.{name}`)\n")[2].partition("(`world.")[0]
        said = set(re.findall(r"`(\w+)`", of_entity.replace("/b`", "`")))
        known = {one.name for one in entity.variables} if name != state_table.ELSEWHERE else set()
        assert known | {*entity.given, *entity.whole} <= said | {f"{field[:-2]}_b" for field in said}, name


def test_variables_without_words_of_their_own_stand_with_those_before_them() -> None:
    variables = (Variable("a", "util", 0, "both:"), Variable("b", "week", -1, ""), Variable("c", "-", "", "alone"))
    assert state_table._rows(variables) == [
        ("`a`, `b`", "util, week", "0, -1", "both"),
        ("`c`", "-", "worked out", "alone"),
    ]


def test_a_table_of_the_record_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(ParleyError, match="record: expected one of scores, .*, got `scroes`"):
        record_blocks.refreshed(f"<!-- record: scroes durable -->\n{record_blocks.END}\n", {})


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([0.2, 0.3], "half: type: old (.300)."),
        ([0.25, None], "half: none."),
        ([0.26, 0.27], "new (.260) and type: old ("),
    ],
)
def test_groups_in_which_the_engine_did_worse_than_one_half_are_named(scores: list[float | None], said: str) -> None:
    names = ("new", "old")
    groups = [
        {"by": "type", "group": name, "n_episodes": 1, "n_wars": 1, "brier": {"engine": score}}
        for name, score in zip(names, scores, strict=True)
    ]
    page = f"<!-- record: subsets durable -->\n{record_blocks.END}\n"
    found = record_blocks.refreshed(page, {"scores": {"durable": {"subsets": groups}}})
    assert "Groups in which the engine did worse than always saying one half: " in found and said in found
