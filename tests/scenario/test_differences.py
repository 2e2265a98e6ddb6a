"""How a scenario differs from its base, in words."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.differences import changes
from sim.scenario.reading.load import load

CHILD = """
extends: base
title: another
parties:
  South: {strain: {low: .07, central: .095, high: .13, kind: judgement}, usual_level: 2}
  North: {image: 0.01, fear: {low: 0.015, central: 0.035, high: 0.07, source: other source}}
war: {momentum: {low: -.1, central: .05, high: .2}}
tracks: {ceasefire: {length_days: 30, waits_for: null}}
talks: {text_prob: 0.5}
attendance: [{party: South, level: 3, when: {North: 3, Ally: 3}}]
events: [{name: summit, date: 2025-06-02, round: true, levels: {North: 3}}]
windows+: [{name: Easter, date: 2026-04-05, reciprocated_prob: 0.3}]
"""


def test_every_difference_is_one_sentence(here: Path) -> None:
    (here / "child.yaml").write_text(CHILD)
    base, child = load("base.yaml"), load("child.yaml")
    assert [change.sentence for change in changes(base, child)] == [
        "tracks.ceasefire.length_days open -> 30",
        "tracks.ceasefire.waits_for removed (was settlement)",
        "parties.North.image .00 -> .01",
        "parties.South.strain .060 (.030 to .100) -> .095 (.070 to .130), 0.5 of its range",
        "parties.South.usual_level 1 -> 2",
        "war.momentum .15 (.00 to .30) -> .05 (-.10 to .20), 0.33 of its range",
        "talks.text_prob 1.0 -> .5",
        "rule `North comes at level 3 if South 3` removed",
        "event `summit` 2025-06-02, round, levels North 2, South 2, set war.momentum_mean .1, "
        "parties.South.strain .08, pressure South .01, momentum moves by .05 -> 2025-06-02, round, levels North 3",
        "window `Easter` added: 2026-04-05, reciprocated .3, jointly agreed 0",
    ]
    assert changes(base, base) == []


def test_size_is_signed_and_in_units_of_the_base(here: Path) -> None:
    base = load("base.yaml")
    (change,) = changes(base, load("base.yaml", [("parties.South.strain", ".03")]))
    assert (change.path, change.before, change.after) == ("parties.South.strain", ".06 (.03 to .10)", ".03")
    assert change.size is not None and abs(change.size - -0.03 / 0.07) < 1e-12
    (change,) = changes(base, load("base.yaml", [("parties.Harbour.engagement", ".5")]))
    assert change.size is None  # the base has no range to measure by
    moved = {change.path: change.size for change in changes(base, load("base.yaml", [("war.momentum_mean", ".3")]))}
    assert list(moved) == ["war.momentum_mean"]  # the base's mean is the same as its momentum: 0 to .3
    assert abs((moved["war.momentum_mean"] or 0) - 0.5) < 1e-12
