"""Files that are no scenarios at all: each is refused at once, before anything is built from it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import ParleyError, ScenarioError
from sim.evidence.calibration.episodes import read_episodes
from sim.scenario.diagnostics import Mark
from sim.scenario.timeline import open_timeline
from sim.scenario.yaml.yaml_reader import plain, read_text
from tests.scenario.conftest import refusal_of


def reading(text: str) -> object:
    return plain(read_text(text, lambda line, column: Mark("f.yaml", line, column)))


def refusal(text: str) -> str:
    return refusal_of(text, read=reading)


def test_scalars_follow_yaml_1_2() -> None:
    text = "{a: yes, b: 010, c: 1:30, d: 1e-3, e: .5, f: TRUE, g: ~, h: 1_000, i: '7', j: 0x1F}"
    assert reading(text) == {
        "a": "yes", "b": 10, "c": "1:30", "d": 0.001, "e": 0.5, "f": True, "g": None, "h": "1_000", "i": "7", "j": 31
    }  # fmt: skip


REFUSED = {
    "a: &x 1": "f.yaml:1:4: error: a: expected the value written out, got an alias or anchor (`*` or `&`)",
    "a: [1, *x]": "f.yaml:1:8: error: a.1: expected the value written out, got an alias or anchor (`*` or `&`)",
    "a:\n  <<: {b: 1}": "f.yaml:2:3: error: a: expected `extends` or `from`, got a merge key `<<`",
    "a: !!python/object:os.system x": "f.yaml:1:4: error: a: expected a value, got a tag (`!`)",
    "a: ! x": "f.yaml:1:4: error: a: expected a value, got a tag (`!`)",
    "a: 1\n---\nb: 2": "f.yaml:2:1: error: expected one document, got a second",
    "%YAML 1.1\n---\na: 1": "f.yaml:2:1: error: expected no directive but %YAML 1.2, got another",
    "? [a]\n: 1": "f.yaml:1:3: error: expected a plain name as a key, got a mapping or list",
    "": "f.yaml:1:1: error: expected a mapping (keys and values), got nothing",
    "a: 1\nb: 2\na: 3": "f.yaml:3:1: error: a: the key stands twice, first in line 1",
    "a: .nan": "f.yaml:1:4: error: a: expected a finite number, got .nan",
    "a: -.inf": "f.yaml:1:4: error: a: expected a finite number, got -.inf",
    "a: 1e400": "f.yaml:1:4: error: a: expected a smaller number, got 1e400",
    "a: " + "9" * 5000: "f.yaml:1:4: error: a: expected a number of at most 40 characters, got 5000",
    "a: 0x" + "f" * 5000: "f.yaml:1:4: error: a: expected a number of at most 40 characters, got 5002",
    "a: 0o" + "7" * 5000: "f.yaml:1:4: error: a: expected a number of at most 40 characters, got 5002",
    "a: x\u200dy": "f.yaml:1:4: error: a: expected visible text, got the hidden character U+200D",
    "a: x\U000e0041": "f.yaml:1:4: error: a: expected visible text, got the hidden character U+E0041",
    "k" * 200 + ": 1": f"f.yaml:1:1: error: expected a key of at most 100 characters, got 200 ('{'k' * 37}...')",
    "str\u0430in: 1": "f.yaml:1:1: error: str\u0430in: expected plain Latin letters in a key, got U+0430 (CYRILLIC SMALL LETTER A)",  # noqa: E501
    'a: "\\u202e"': "f.yaml:1:4: error: a: expected visible text, got the hidden character U+202E",
    'a: "\\e[31m"': "f.yaml:1:4: error: a: expected visible text, got the hidden character U+001B",
    "a: [1": "f.yaml:1:6: error: not YAML: the closing `]` is missing",
    "a:\n  b: 1\n c: 2": "f.yaml:3:2: error: not YAML: indented differently from its neighbours above",
    "a:\n  - x\n  y: 1": "f.yaml:3:3: error: not YAML: indented differently from its neighbours above",
    "a:\n\tb: 1": "f.yaml:2:1: error: not YAML: expected spaces to indent with, got a tab",
    "a: x: y": "f.yaml:1:5: error: not YAML: a colon inside text, a line above without its colon, "
    "or a deeper indent than above: put text that holds a colon in quotes",
    "b: 2\na\nc: 3": "f.yaml:2:1: error: not YAML: this line is without its colon",
    "a: - b": "f.yaml:1:4: error: not YAML: expected a new line for a list item (`- `), got it on that of its key",
    "a: {b: 1 c: 2}": "f.yaml:1:11: error: not YAML: a comma or the closing `}` is missing before this",
    "a: [1]]": "f.yaml:1:7: error: not YAML: expected an opening bracket first, got a closing `]`",
    "a: , b": "f.yaml:1:4: error: not YAML: expected a value, got a comma",
    "a: @x": "f.yaml:1:4: error: not YAML: put text that starts with @ in quotes",
    "a: 'it's'": "f.yaml:1:8: error: not YAML: expected the end of a quoted text, got more: "
    "put the whole text in quotes, and write a quote inside it twice",
    'a: "x': "f.yaml:1:6: error: not YAML: the closing quote is missing",
    'a: "\\q"': "f.yaml:1:6: error: not YAML: expected single quotes around text with a "
    "backslash, got `\\q` in double quotes",
    "a: " + "[" * 30 + "]" * 30: "f.yaml:1:23: error: a.0.0.0.0: expected at most 20 levels, got more",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused_before_anything_is_built(text: str) -> None:
    assert refusal(text) == REFUSED[text]


NONSENSE = {
    "[" * 50_000: "lists",
    "{a: " * 12_000: "mappings",
    "- " * 20_000: "dashes",
    "? " * 20_000: "keys",
    "x" * 64_000 + ": 1": "long key",
    "'\n" * 20_000: "quotes",
    "a: |\n" + " " * 60_000: "spaces",
}


@pytest.mark.parametrize("text", NONSENSE, ids=NONSENSE.values())
def test_sixty_kilobytes_of_nonsense_end_in_one_error(text: str) -> None:
    try:
        reading(text)
    except ScenarioError as error:
        assert len(str(error)) < 400  # noqa: PT017 - some of it may be read


def test_many_small_values_are_refused() -> None:
    most = "expected at most 500 entries in one place, got more"
    assert refusal("a: [" + "1," * 25_000 + "1]").endswith(most)
    assert refusal("".join(f"k{number}: 1\n" for number in range(501))) == f"f.yaml:501:1: error: k500: {most}"
    rows = "  - [" + "1, " * 400 + "1]\n"
    assert refusal("a:\n" + rows * 60).endswith("expected at most 20000 values, got more")


def test_bytes_that_are_no_utf8_text(here: Path) -> None:
    cases: dict[bytes, str] = {
        "title: x".encode("utf-16")[:-1]: ":1:1: error: expected UTF-16 text after its mark, got other bytes",
        "title: x\0".encode("utf-16"): ":1:19: error: expected text, got a zero byte: a binary file",
        b"\xef\xbb\xbf\xef\xbb\xbfa: 1": ":1:1: error: expected visible text, got the hidden character U+FEFF",
        b"t\0i\0": ":1:2: error: expected UTF-8 text, got a zero byte: a binary or UTF-16 file",
        b"title: x\na: \xff\n": ":2:4: error: expected UTF-8 text, got byte 0xff (in Windows-1252 'ÿ')",
        b"title: x\na: \x1b[31m\n": ":2:4: error: expected visible text, got the hidden character U+001B",
        b"x" * 270_000: ": error: expected at most 256 KiB, got a larger file",
    }
    for data, expected in cases.items():
        (here / "wrong.yaml").write_bytes(data)
        assert refusal_of("wrong.yaml") == f"wrong.yaml{expected}"


def test_things_that_are_no_regular_files(here: Path) -> None:
    os.mkfifo(here / "pipe.yaml")
    (here / "folder.yaml").mkdir()
    (here / "device.yaml").symlink_to("/dev/zero")
    (here / "nowhere.yaml").symlink_to(here / "gone")
    expected = {
        "pipe": "expected a regular file, got a pipe, device or socket",
        "folder": "expected a regular file, got a directory",
        "device": "expected a regular file, got a pipe, device or socket",
        "nowhere": "cannot be read: No such file or directory",
    }
    for name, words in expected.items():
        assert refusal_of(f"{name}.yaml") == f"{name}.yaml: error: {words}"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gone", "there is no file 'gone'"),
        ("bsae", "there is no file 'bsae', did you mean `base`?"),
        ("../base", "'../base': expected a name below the scenarios folder, got `..`, `.` or an empty part"),
        ("a/../base", "'a/../base': expected a name below the scenarios folder, got `..`, `.` or an empty part"),
        ("/etc/passwd", "'/etc/passwd': expected a name below the scenarios folder, got an absolute path"),
        ("C:base", "'C:base': expected a name below the scenarios folder, got an absolute path"),
        ("[1]", "expected the name of a file, got a list"),
        ("child", "runs in a circle: child > child"),
        ("out", "'out' leads out of the scenarios folder by a link"),
    ],
)
def test_extends_stays_inside(here: Path, name: str, words: str) -> None:
    outside = here.parent / f"{here.name}_outside.yaml"
    outside.write_text("title: outside\n")
    (here / "out.yaml").symlink_to(outside)
    (here / "child.yaml").write_text(f"extends: {name}\n")
    assert refusal_of("child.yaml") == f"child.yaml:1:10: error: extends: {words}"


def test_extends_in_a_long_circle_and_too_deep(here: Path) -> None:
    for number in range(10):
        (here / f"c{number}.yaml").write_text(f"extends: c{number + 1}\n")
    (here / "a.yaml").write_text("extends: b\n")
    (here / "b.yaml").write_text("extends: a\n")
    assert "b.yaml:1:10: error: extends: runs in a circle: a > b > a" in refusal_of("a.yaml")
    assert "c7.yaml:1:10: error: extends: expected at most 8 files, got more" in refusal_of("c0.yaml")


def test_bomb_in_a_grandparent_is_refused_there(here: Path) -> None:
    (here / "bomb.yaml").write_text("a: &a [x, x]\nb: [*a, *a]\n")
    (here / "child.yaml").write_text("extends: bomb\n")
    (here / "grandchild.yaml").write_text("extends: child\n")
    assert refusal_of("grandchild.yaml").startswith("bomb.yaml:1:4: error: a: expected the value written out")


def test_library_in_a_circle(here: Path, complaint: Callable[[str, str], str]) -> None:
    (here / "a.yaml").write_text("from: b\n")
    (here / "b.yaml").write_text("from: a\n")
    said = complaint("from: south", "from: a")
    assert said == "b.yaml:1:7: error: parties.South.from: `from` runs in a circle: a > b > a"


def test_thousands_of_unknown_keys_are_reported_at_once(here: Path) -> None:
    """Looking for near names for each of them would take seconds; the first twenty lines are all that is shown."""
    sections = ("war", "talks", "truces", "assurances", "sides")
    rows = "\n".join(f"{name}: {{{', '.join(f'k{number}: 1' for number in range(499))}}}" for name in sections)
    (here / "many.yaml").write_text(f"extends: base\n{rows}\n")
    lines = refusal_of("many.yaml").splitlines()
    assert len(lines) == 21 and lines[0].startswith("many.yaml:2:7: error: war.k0: unknown key `k0`")
    assert lines[-1].startswith("... and ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("role: belligerent", "role: belligerent\n    class: planted.Party"),
        ("from: south", "from: planted.Party"),
        ("role: mediator", "role: planted.Party"),
        ("title:", "extends: planted.Party\ntitle:"),
        ("title:", "import: planted\ntitle:"),
        ("skill: {dist: normal", "skill: {dist: planted.draw"),
    ],
)
def test_a_dotted_path_is_a_name_that_is_not_there_and_is_never_imported(
    here: Path, complaint: Callable[[str, str], str], old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "planted.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(str(here))
    assert re.search(r"planted|unknown key `(class|import)`", complaint(old, new))
    assert "planted" not in sys.modules


def test_a_huge_data_file_is_refused_unread(here: Path) -> None:
    with (here / "big.csv").open("wb") as stream:
        stream.truncate(9 * 1024 * 1024)  # of zero bytes that take no room
    (here / "child.yaml").write_text("extends: base\njoint: [{file: big.csv, columns: {war.learning: a}, source: x}]\n")
    assert "big.csv: error: expected at most 8 MiB, got a larger file" in refusal_of("child.yaml")


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_table_of_episodes_is_a_regular_file(here: Path, kind: str) -> None:
    path = here / "episodes.csv"
    {"pipe": os.mkfifo, "device": lambda p: p.symlink_to("/dev/zero"), "folder": Path.mkdir}[kind](path)
    with pytest.raises(ParleyError, match="expected a regular file"):
        read_episodes(path)


def test_bombs_and_pipes_in_a_timeline_and_below_it(here: Path) -> None:
    """A timeline is read by the same reader, and so is whatever its base extends."""
    (here / "bomb.yaml").write_text("a: &a [x, x]\nb: [*a, *a]\n")
    (here / "child.yaml").write_text("extends: bomb\n")
    events = "title: t\nevents: [{date: 2025-05-16, name: x, kind: judgement, note: n}]\n"
    (here / "line.yaml").write_text(f"{events}base: child\n")
    said = refusal_of("line.yaml", read=open_timeline)
    assert said.startswith("bomb.yaml:1:4: error: a: expected the value written out")
    os.mkfifo(here / "pipe.yaml")
    for text, words in (
        ("base: ../x", "'../x': expected a name below the scenarios folder"),
        ("base: pipe", "got a pipe, device or socket"),
        ("base: gone", "there is no file 'gone'"),
        ("base: base\nbefore: {<<: {a: 1}}", "got a merge key `<<`"),
        ("base: base\nbefore: {extends: x}", "not allowed here"),
    ):
        (here / "line.yaml").write_text(f"{events}{text}\n")
        assert words in refusal_of("line.yaml", read=open_timeline)


def test_events_of_a_timeline_have_names_that_differ_in_more_than_case(here: Path) -> None:
    events = "".join(f"  - {{date: 2025-05-16, name: {name}, kind: judgement, note: n}}\n" for name in ("Call", "cALL"))
    (here / "line.yaml").write_text(f"title: t\nbase: base\nevents:\n{events}")
    assert "expected a name of its own, got 'cALL' again" in refusal_of("line.yaml", read=open_timeline)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("[" * 50_000, "expected at most 20 levels, got more"),
        ("&a [*a]", "an alias or anchor"),
        ("{<<: {low: 1}}", "a merge key"),
        ("0x" + "f" * 5000, "expected a number of at most 40 characters, got 5002"),
        ("9" * 5000, "expected a number of at most 40 characters, got 5000"),
        ("1e400", "expected a smaller number"),
        ("!!python/name:os.system x", "a tag"),
        ('"\\e[31m"', "the hidden character U+001B"),
        ("x" * 270_000, "expected at most 262144 characters, got 270000"),
    ],
)
def test_values_of_set_are_read_as_files_are(here: Path, value: str, words: str) -> None:
    said = refusal_of("base.yaml", [("war.momentum", value)])
    assert words in said and len(said) < 600 and said.isprintable()


def test_a_number_is_set_once(here: Path) -> None:
    twice = [("war.momentum", ".1"), ("war.momentum", ".2")]
    assert "war.momentum: is set twice, expected once" in refusal_of("base.yaml", twice)
