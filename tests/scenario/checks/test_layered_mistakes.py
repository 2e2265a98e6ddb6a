"""Mistakes that only show once a file or an override is laid over a sound scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.conftest import refusal_of

ROLES = "`belligerent`, `backer`, `mediator` or `veto`"


def complaints(text: str) -> list[str]:
    """The lines that top.yaml with ``text`` over base.yaml gives."""
    Path("top.yaml").write_text(f"extends: base\n{text}\n", encoding="utf-8")
    return refusal_of("top.yaml").splitlines()


MISTAKES = {
    "parties: {Nort: {strain: .5}}": "2:11: error: parties.Nort: without a role this would be a new party; "
    f"did you mean `North`? A new one needs a role: {ROLES}",
    "parties: {Xyz: {strain: .5}}": f"2:11: error: parties.Xyz.role: missing, expected {ROLES}",
    "parties: {Harböur: null}": "2:20: error: parties.Harböur: there is no party `Harböur` to remove, "
    "did you mean `Harbour`?",
    "parties: {The Assembly: null}": "2:25: error: parties.The Assembly: there is no party `The Assembly` to remove, "
    "did you mean `Assembly`?",
    "tracks: {truce: null}": "2:17: error: tracks.truce: there is no track `truce` to remove; "
    "allowed: ceasefire, limited_truce, settlement",
    "parties: {North: {red_lines: {teritory: null}}}": "2:41: error: parties.North.red_lines.teritory: "
    "there is no `teritory` to remove, did you mean `territory`?",
    "war: {momentum_spread: null}": "2:24: error: war.momentum_spread: "
    "there is no `momentum_spread` below to remove, expected a number from 0 to 1",
    "events+:\n  - {name: x, date: 2025-06-03, rond: true}": "3:33: error: events+.0.rond: unknown key `rond`, "
    "did you mean `round`?",
    "tracks: {ceasefire: {scope+: [sanctions, foo]}}": "2:42: error: tracks.ceasefire.scope+.1: "
    "unknown issue `foo`; allowed: territory, forces, sanctions",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_the_file_on_top(here: Path, text: str) -> None:
    assert complaints(text) == [f"top.yaml:{MISTAKES[text]}"]


def test_a_misspelt_issue_is_not_only_an_incomplete_one(here: Path) -> None:
    assert complaints("issues: {teritory: {status_quo: .3}}") == [
        "top.yaml:2:10: error: issues.teritory.scale: missing, expected text, or did you mean the issue `territory`?"
    ]


def test_whoever_removed_a_name_is_reported_where_it_is_missed(here: Path) -> None:
    assert complaints("parties:\n  Ally: null") == [
        "base.yaml:81:14: error: parties.Union.follows: unknown backer `Ally` (removed at top.yaml:3:9)",
        "base.yaml:112:47: error: attendance.0.when.Ally: unknown party `Ally` (removed at top.yaml:3:9)",
    ]
    back = "parties:\n  Ally: {role: mediator}\n"
    Path("above.yaml").write_text(f"extends: top\n{back}", encoding="utf-8")
    expected = "base.yaml:81:14: error: parties.Union.follows: unknown backer `Ally`; none is allowed here"
    assert refusal_of("above.yaml") == expected


def test_what_only_an_override_breaks_is_reported_at_the_override(here: Path) -> None:
    for others in ([], [("war.momentum", ".2")]):
        said = refusal_of("base.yaml", [*others, ("parties.North.points.forces", "50")])
        words = "error: parties.North.points: expected points that sum to 100, got 110"
        assert said == f"--set parties.North.points.forces=50: {words}"


def test_an_override_is_not_blamed_for_a_mistake_in_the_file(here: Path) -> None:
    Path("top.yaml").write_text("extends: base\nparties: {North: {points: {forces: 50}}}\n", encoding="utf-8")
    said = refusal_of("top.yaml", [("parties.North.strain", ".1")])
    assert said == "top.yaml:2:27: error: parties.North.points: expected points that sum to 100, got 110"
