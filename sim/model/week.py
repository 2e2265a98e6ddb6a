"""The week of one trial, in order. Every step is a file of ``steps`` and answers one question asked here."""

from __future__ import annotations

from typing import Any

from sim.equations.compiled import equation
from sim.model.steps.bargaining import bargain
from sim.model.steps.ceasefires import watch
from sim.model.steps.convening import convene
from sim.model.steps.events import happen
from sim.model.steps.third_parties import act
from sim.model.steps.war import move_war, revert


@equation
def week(
    trial: Any, war: Any, talks: Any, assurances: Any, ceasefire: Any, sides: Any, third_parties: Any, tracks: Any,
    issues: Any, vetoes: Any, veto_issues: Any, limits: Any, windows: Any, best_lines: Any, outcome: Any, agreed: Any,
    scopes: Any, ratifiers: Any, attendance: Any, holidays: Any, changes: Any, changed: Any, row: Any, whole_row: Any,
    draw_number: int, curves: Any, regimes: Any, random: Any, decide: Any,
) -> None:  # fmt: skip
    """Live through one week; after the horizon ceasefires are only watched, while pressure and cost of war move on."""
    happen(trial, war, assurances, sides, third_parties, changes, changed, row, whole_row, draw_number)
    if trial.week < trial.horizon:
        move_war(trial, war, talks, sides, issues, ceasefire, outcome, random)
        act(trial, war, talks, assurances, sides, third_parties, tracks, random, decide)
        convene(trial, talks, ceasefire, sides, third_parties, attendance, random, decide)
        if trial.holds_round:
            bargain(
                trial, war, talks, assurances, ceasefire, sides, third_parties, tracks, issues, vetoes, veto_issues,
                limits, best_lines, scopes, ratifiers, curves, regimes, outcome, agreed, random, decide,
            )  # fmt: skip
    else:
        revert(trial, war, sides, random)
    watch(
        trial, war, assurances, ceasefire, sides, third_parties, tracks, issues, limits, windows, scopes, ratifiers,
        holidays, curves, regimes, outcome, agreed, random, decide,
    )  # fmt: skip
    trial.week += 1
