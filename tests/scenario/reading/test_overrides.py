"""``--set`` and ``--sweep``."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.provenance import standing
from sim.scenario.reading.load import load
from sim.scenario.reading.overrides import expand_sweep, parse_set
from tests.scenario.conftest import refusal_of


def test_values_are_set_after_merging(here: Path) -> None:
    overrides = [
        ("parties.South.strain", "{low: .04, central: .07, high: .12}"),
        ("war.momentum", ".3"),
        ("windows.0.reciprocated_prob", "0.5"),
        ("events.0.set.war.momentum_mean", "-.2"),
        ("tracks.ceasefire.scope", "[territory]"),
        ("parties.North.usual_level", "2"),
        ("issues.territory.landmarks.1.at", "0.5"),
        ("parties.Union.limits.sanctions.1", "0.7"),
        ("events", "[]"),
    ]
    scenario = load("base.yaml", overrides[:-1])
    assert scenario.parties["South"].strain.central == 0.07
    assert scenario.war.momentum.value == 0.3
    assert scenario.windows[0].reciprocated_prob.value == 0.5
    assert scenario.events[0].set["war.momentum_mean"].value == -0.2
    assert scenario.tracks["ceasefire"].scope == ("territory",)
    assert scenario.parties["North"].usual_level == 2
    assert scenario.issues["territory"].landmarks[1].at == 0.5
    assert scenario.parties["Union"].limits["sanctions"] == (0.0, 0.7)
    assert load("base.yaml", overrides).events == ()


def test_a_value_from_the_command_line_has_no_source_of_the_file(here: Path) -> None:
    scenario = load("base.yaml", [("war.momentum", ".3"), ("parties.North.usual_level", "2")])
    assert standing(scenario, "war.momentum") == "unstated"
    assert standing(scenario, "parties.North.usual_level") == "unstated"
    assert standing(load("base.yaml"), "parties.North.usual_level") == "judgement"


WHOLE = "is one number: set it whole, such as .07 or {low: .04, central: .07, high: .12}"
KNOWN = "allowed: sources, title, question, supposes, ..."


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("parties.North.strian", ".1", "parties.North.strian: unknown key `strian`, did you mean `strain`?"),
        ("parties.Nroth.strain", ".1", "parties.Nroth: unknown name `Nroth`, did you mean `North`?"),
        ("parties.North.skill", ".1",
         "parties.North.skill: unknown key `skill`; allowed: sources, role, label, note, ..."),
        ("parties.North.points.teritory", "50",
         "parties.North.points.teritory: unknown issue `teritory`, did you mean `territory`?"),
        ("parties.North.strain", "5", "parties.North.strain: expected a number from 0 to 2, got 5"),
        ("parties.North.strain.high", "1", f"parties.North.strain: {WHOLE}"),
        ("windows.1.name", "x", "windows.1: expected one of 1 items, counted from 0, got 1"),
        ("windows.x.name", "x", "windows.x: expected one of 1 items, counted from 0, got x"),
        ("war.momentum", "{a: &x 1}",
         "a: expected the value written out, got an alias or anchor (`*` or `&`)"),
        ("war.momentum", "[1", "not YAML: the closing `]` is missing"),
        ("war.momentum", "yes", "war.momentum: expected a number, got the text 'yes'"),
        ("title", "3", "title: expected text, got the number 3"),
        ("", "3", f": unknown key ``; {KNOWN}"),
        ("war.momentum.x.y", "3", f"war.momentum: {WHOLE}"),
        ("sides", "{A: North}", "sides.B: missing, expected text"),
        ("extends", "other", "extends: unknown key `extends`, did you mean `events`?"),
    ],
)  # fmt: skip
def test_mistakes_are_located_at_the_argument(here: Path, path: str, value: str, words: str) -> None:
    said = refusal_of("base.yaml", [(path, value)])
    assert said in (f"--set {path}={value}: error: {words}", f"--set {path}={value}: error: {words[2:]}")


def test_arguments_are_split_at_the_first_equals() -> None:
    assert parse_set("title=a=b") == ("title", "a=b")
    for wrong in ("title", "=3", "title=", "title= "):
        assert "expected a key path, `=` and a value" in refusal_of(wrong, read=parse_set)


def test_sweep_by_steps_and_by_values() -> None:
    assert expand_sweep("parties.North.strain=.03:.10:3") == [
        ("parties.North.strain=0.03", ("parties.North.strain", "0.03")),
        ("parties.North.strain=0.065", ("parties.North.strain", "0.065")),
        ("parties.North.strain=0.1", ("parties.North.strain", "0.1")),
    ]
    assert [override for _, override in expand_sweep("tracks.ceasefire.length_days=30, 90,open")] == [
        ("tracks.ceasefire.length_days", value) for value in ("30", "90", "open")
    ]


def test_a_key_of_an_earlier_model_is_refused_with_what_became_of_it() -> None:
    words = "expected no such key, got one of an earlier model: the premium for risk that it set has been dropped"
    for changes in ([("war.tau", "0.2")], [("parties.North.strain", "{same_as: war.tau}")]):
        said = refusal_of("teaching/minimal", changes)
        assert said.startswith(f"--set {changes[0][0]}=") and words in said


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("war.learning", "expected a key path, `=` and lo:hi:n or v1,v2,..., such as parties.Russia.strain=.03:.10:5"),
        ("war.learning=0:1:1", "expected n from 2 to 1000, got 1"),
        ("war.learning=0:1:1000000", "expected n from 2 to 1000, got 1000000"),
        ("war.learning=0:inf:3", "expected finite numbers in lo:hi:n"),
        ("war.learning=a:b:c", "expected numbers in lo:hi:n"),
        ("war.learning=1:1:3", "expected two different ends, got equal ones"),
        ("war.learning=1:2", "expected lo:hi:n or v1,v2,..., got 2 parts"),
        ("war.learning=.1,,.2", "expected plain values with commas between them"),
        ("war.learning=.1,.1", "expected each value once, got one of them twice"),
    ],
)
def test_sweeps_that_make_no_sense(argument: str, words: str) -> None:
    assert refusal_of(argument, read=expand_sweep) == f"--sweep {argument}: error: {words}"
