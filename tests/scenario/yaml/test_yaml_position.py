"""A mistake of syntax is reported at its own line, though the parser stops further down."""

from __future__ import annotations

import pytest

from sim.errors import ScenarioError
from sim.scenario.diagnostics import Mark
from sim.scenario.reading.load import resolve_name
from sim.scenario.yaml.yaml_reader import read_text
from tests.scenario.conftest import refusal_of

LINES = resolve_name("teaching/minimal").read_text(encoding="utf-8").splitlines()
MISTAKES = (
    ("unclosed double quote", '"all North\'s"', "\"all North's", "the closing quote is missing"),
    ("unclosed single quote", "Halt and a border", "'Halt and a border", "the closing quote is missing"),
    ("unclosed quote of the last text", "note: inv", 'note: "inv', "the closing quote is missing"),
    ("unclosed bracket", "[valley]", "[valley", "a comma or the closing `]` is missing here"),
    ("unclosed brace before a key", "ideal_point: {valley: 0}", "ideal_point: {valley: 0", "`}` is missing here"),
    ("unclosed brace before a section", "B: South}", "B: South", "a comma or the closing `}` is missing here"),
    ("unclosed brace below a comment", "high: 0.15}    # what", "high: 0.15    # what", "`}` is missing here"),
    ("tab", "    scope", "\tscope", "expected spaces to indent with, got a tab"),
    ("tab after spaces", "    general", "  \tgeneral", "expected spaces to indent with, got a tab"),
    ("missing colon of a section", "issues:", "issues", "this line is without its colon"),
    ("missing colon of the last section", "war:", "war", "this line is without its colon"),
    ("missing colon of a name", "  ceasefire:", "  ceasefire", "this line is without its colon"),
    ("missing colon before a value", "    role: belligerent", "    role belligerent", "this line is without its colon"),
    ("missing colon in the last section", "began: 2000-01-01", "began 2000-01-01", "this line is without its colon"),
    ("missing space in the first line", "start: 2001", "start:2001", "a space is missing after the colon"),
    ("missing space in a section", "began: 2000", "began:2000", "a space is missing after the colon"),
    ("missing space before a list", "scope: [", "scope:[", "a space is missing after the colon"),
    ("stray colon in a text", "Halt and a border", "Halt: and a border", "a colon inside text"),
    ("stray colon in a number", "war_share: 0.6", "war_share: 0.6: x", "a colon inside text"),
    ("indented deeper", "    war_share", "      war_share", "indented differently"),
    ("indented less", "    war_share", "   war_share", "indented differently"),
    ("item on the line of its key", "Halt and", "- Halt and", "expected a new line for a list item (`- `)"),
    ("closing bracket twice", "[valley]", "[valley]]", "expected an opening bracket first, got a closing `]`"),
    ("missing comma", "{valley: 0}", "{valley: 0 x: 1}", "a comma or the closing `}` is missing before this"),
)


@pytest.mark.parametrize(("old", "new", "said"), [one[1:] for one in MISTAKES], ids=[one[0] for one in MISTAKES])
def test_a_mistake_is_reported_at_its_own_line(old: str, new: str, said: str) -> None:
    number = next(number for number, line in enumerate(LINES) if old in line)
    text = "\n".join([*LINES[:number], LINES[number].replace(old, new, 1), *LINES[number + 1 :], ""])
    with pytest.raises(ScenarioError) as error:
        read_text(text, lambda line, column: Mark("f.yaml", line, column))
    assert str(error.value).startswith(f"f.yaml:{number + 1}:") and said in str(error.value)


def test_a_missing_space_within_brackets_is_named() -> None:
    """YAML takes ``low:0.05`` there for a key without a value."""

    tight = [("parties.North.strain", "{low:0.05, central: 0.1, high: 0.2}")]
    assert "a space is missing after the colon: `low: 0.05`" in refusal_of("teaching/minimal", tight)


def test_a_comma_that_is_missing_over_several_lines_is_reported_where_it_belongs() -> None:
    with pytest.raises(ScenarioError, match=r"^f.yaml:1:9: .* a comma or the closing `}` is missing here"):
        read_text("a: {b: 1\n    c: 2}\n", lambda line, column: Mark("f.yaml", line, column))
