"""Ratification: a veto player compares a signed package with its side's war (Putnam 1988; model section 6).

Its numbers stand in tables of issue x parameter draw, so that a vote is worked out on all issues at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.theory import war
from sim.theory.utility import Array, Column, change_in_value

if TYPE_CHECKING:
    from sim.columns.week import NegotiationModel

Trials = NDArray[np.int64]
TOLERANCE = 1e-9
"""Terms may pass a red line by so much."""


class VetoPlayer:
    """One veto player; tables have shape (issues, draws), issues in the order of the scenario."""

    def __init__(self, model: NegotiationModel, name: str) -> None:
        self.model = model
        section = model.inputs.scenario.veto(name)
        self.side = model.side(section.side)
        self._issues = list(model.inputs.scenario.issues)
        weights, path = model.inputs.weights(name), f"parties.{name}"
        other = model.other_of(self.side).name
        self._weight = self._table(weights[issue] for issue in self._issues)
        self._ideal = self._numbers(f"{path}.ideal_point.{{}}", self._issues)
        self._status_quo = self._numbers("issues.{}.status_quo", self._issues)
        moved = [issue for issue in self._issues if np.any(np.asarray(self._share(issue)) > 0)]
        self._moved = np.array([self._issues.index(issue) for issue in moved], dtype=np.int64)
        """Places of the issues that war moves."""
        self._war_share = self._numbers("issues.{}.war_share", moved)
        self._other_ideal = self._numbers(f"parties.{other}.ideal_point.{{}}", moved)
        lines = [issue for issue in self._issues if issue in section.red_lines]
        self._lined = np.array([self._issues.index(issue) for issue in lines], dtype=np.int64)
        self._red_line = self._numbers(f"{path}.red_lines.{{}}", lines)

    def _share(self, issue: str) -> Column:
        return self.model.inputs.per_draw(f"issues.{issue}.war_share")

    def _numbers(self, pattern: str, issues: list[str]) -> Array:
        return self._table(self.model.inputs.per_draw(pattern.format(issue)) for issue in issues)

    def _table(self, columns: Iterable[Column]) -> Array:
        n_draws = self.model.inputs.n_draws
        rows = [np.broadcast_to(np.asarray(column, dtype=float), (n_draws,)) for column in columns]
        return np.stack(rows) if rows else np.empty((0, n_draws))

    def ratifies(self, package: Mapping[str, Array], trials: Trials) -> NDArray[np.bool_]:
        """Whether it prefers the package (terms by issue) to its side's war and finds no red line crossed."""
        draw = self.model.inputs.row_of_trial.take(trials)
        position = np.stack([package[issue] for issue in self._issues])
        status_quo = self._status_quo.take(draw, axis=1)
        for issue, line in self.model.war.status_quo.items():
            status_quo[self._issues.index(issue)] = line.take(trials)
        weight, ideal = self._weight.take(draw, axis=1), self._ideal.take(draw, axis=1)
        gain = _added(weight * change_in_value(position, status_quo, ideal))
        crossed = position[self._lined] - self._red_line.take(draw, axis=1)
        passes = (crossed * self.side.end <= TOLERANCE).all(axis=0)
        return np.asarray(passes & (gain >= self._value_of_war(weight, ideal, status_quo, draw, trials)))

    def _value_of_war(self, weight: Array, ideal: Array, status_quo: Array, draw: Trials, trials: Trials) -> Column:
        """What a year of war would add by the veto player's own weights, less what it costs its side."""
        other_ideal, share = self._other_ideal.take(draw, axis=1), self._war_share.take(draw, axis=1)
        moved = self._moved
        stakes = war.war_stakes(weight[moved], status_quo[moved], ideal[moved], other_ideal, share)
        at_stake = war.WarStakes(*(_added(np.asarray(entry)) for entry in stakes))
        return war.gain_from_war(at_stake, self.side.believed_gain(trials)) - self.side.cost_of_war(trials)


def _added(rows: Array) -> Array:
    """Sum over the first axis row by row: ``sum(axis=0)`` of a single column may add in another order."""
    total = np.zeros(rows.shape[1])
    for row in rows:
        total = total + row
    return total
