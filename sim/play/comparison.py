"""Where a play lies among simulated trials of the same scenario and seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.mesa_model import NegotiationModel
from sim.model.compiled import simulate
from sim.outcome_columns import Columns
from sim.play.engine import Lived
from sim.results.formatting import counted
from sim.results.wording import percent
from sim.scenario.schema import Scenario
from sim.scenario.schema.labels import called

DEFEAT, NOTHING, CEASEFIRE, VICTORY = 0.0, 1000.0, 2000.0, 3000.0
"""How endings are ordered for a side; agreed terms add up to 100 to a ceasefire."""
ALIKE = 0.5
"""Endings that differ by less, of 100, are alike."""


@dataclass(frozen=True)
class Place:
    """Shares of simulated trials: with a durable ceasefire, with one no later, and that ended better, alike, worse."""

    trials: int
    durable: float
    no_later: float | None
    better: float
    alike: float
    worse: float
    side: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the shares in words."""
        has = f"{percent(self.durable)} had a general ceasefire that lasted 30 days or more"
        first = f"Of {counted(self.trials, 'simulated trial')}, {has}"
        first += "." if self.no_later is None else f"; {percent(self.no_later)} had it no later than you."
        return (
            first,
            f"For {self.side} {percent(self.better)} ended better, {percent(self.alike)} alike and "
            f"{percent(self.worse)} worse: victory before a ceasefire that lasts, that before none, none before "
            "defeat, and of two ceasefires the one whose terms are nearer to what the side wishes.",
        )


def place_of(lived: Lived, trials: int) -> tuple[Place, dict[str, Any]]:
    """Return where a finished play lies among ``trials`` trials, and the row of the trial that the model played."""
    assert lived.columns is not None
    scenario, side, seed = lived.scenario, lived.side, lived.seed
    simulated = simulate(scenario, seed, 0, trials, explains=False)
    value = _Value(scenario, side, seed)
    own, others = float(value.of(lived.columns)[0]), value.of(simulated)
    week, weeks = int(lived.columns["durable_week"][0]), simulated["durable_week"]
    place = Place(
        trials,
        float(np.mean(weeks >= 0)),
        float(np.mean((weeks >= 0) & (weeks <= week))) if week >= 0 else None,
        float(np.mean(others > own + ALIKE)),
        float(np.mean(np.abs(others - own) <= ALIKE)),
        float(np.mean(others < own - ALIKE)),
        called(scenario, side),
    )
    return place, {name: column[0].item() for name, column in simulated.items()}


class _Value:
    """Orders endings for a side with the wishes and salience that it has in the play."""

    def __init__(self, scenario: Scenario, side: str, seed: int) -> None:
        model = NegotiationModel(scenario, seed=seed)
        self.number = (scenario.sides.A, scenario.sides.B).index(side)
        own, other = ("ab", "ba")[self.number]
        self.wishes = {
            name: (
                getattr(issue, f"ideal_{own}"), getattr(issue, f"ideal_{other}"), getattr(issue, f"weight_{own}"),
                issue.given_status_quo,
            )
            for name, issue in model.issues.items()
        }  # fmt: skip

    def of(self, columns: Columns) -> NDArray[np.float64]:
        """Return the value of each trial's ending."""
        is_durable, victory = columns["durable_week"] >= 0, columns["victory"]
        won, lost = victory == self.number + 1, victory == 2 - self.number
        ending = np.select([is_durable, won, lost], [CEASEFIRE + self._terms(columns), VICTORY, DEFEAT], NOTHING)
        return np.asarray(ending, np.float64)

    def _terms(self, columns: Columns) -> NDArray[np.float64]:
        """Return how near agreed terms are to the side's wishes, of 100, each issue by its salience."""
        total = np.zeros(len(columns["durable_week"]))
        for name, (wish, far, weight, status_quo) in self.wishes.items():
            at = np.where(np.isnan(columns[f"x_{name}"]), status_quo, columns[f"x_{name}"])
            total += 100.0 * weight * (1.0 - np.clip(np.abs(at - wish) / max(abs(far - wish), 1e-9), 0.0, 1.0))
        return total


def ended(scenario: Scenario, side: str, row: Mapping[str, Any]) -> str:
    """Return how a trial ended, in words."""
    sides = (scenario.sides.A, scenario.sides.B)
    if row["durable_week"] >= 0:
        day = scenario.start + timedelta(weeks=row["durable_week"])
        return f"a general ceasefire that lasted 30 days or more began in the week of {day.day} {day:%B %Y}."
    if row["victory"]:
        who = "your side" if sides[row["victory"] - 1] == side else called(scenario, sides[row["victory"] - 1])
        return f"{who} won the war{', and imposed a ceasefire' if row['imposed'] else ''}."
    if row["halt_week"] >= 0:
        return "no general ceasefire lasted 30 days; one was agreed and did not hold."
    return "no general ceasefire was agreed that lasted 30 days."
