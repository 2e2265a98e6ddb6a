"""Step 1 of the week: momentum, the line, strain and optimism, victory (model section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.columns.inputs import at, fill
from sim.theory import war, weekly
from sim.theory.utility import Array, Column
from sim.theory.war import WarStakes

if TYPE_CHECKING:
    from sim.columns.parties import Belligerent
    from sim.columns.week import NegotiationModel


class War:
    """The fighting in every trial. Numbers of the scenario's ``war`` section are attributes."""

    momentum: Array
    momentum_spread: Column
    momentum_mean: Column
    momentum_reversion: Column
    momentum_volatility: Column
    fluidity: Column
    tau: Column
    learning: Column
    talk_learning: Column
    victory_hazard: Column
    victory_slope: Column
    imposed_halt_prob: Column

    def __init__(self, model: NegotiationModel) -> None:
        self.model = model
        for name, value in model.inputs.section("war", model.inputs.scenario.war).items():
            setattr(self, name, value)
        self.momentum = fill(self.momentum, model.n_trials)
        if np.any(np.asarray(self.momentum_spread) > 0):
            start = self.momentum + self.momentum_spread * model.streams.favouring_b("momentum at start")
            self.momentum = np.clip(start, -1.0, 1.0)
        self.support_shift = np.zeros(model.n_trials)
        self.pressure_decay = weekly.decay(model.inputs.per_trial("war.pressure_half_life_weeks"))
        self._scope_issues(model)

    def _scope_issues(self, model: NegotiationModel) -> None:
        inputs, issues = model.inputs, model.inputs.scenario.issues
        fronts = {name: inputs.per_trial(f"issues.{name}.front_per_week") for name in issues}
        self.moving_issues = [name for name, front in fronts.items() if np.any(np.asarray(front) > 0)]
        self._front = {name: fronts[name] for name in self.moving_issues}
        self.status_quo = {
            name: fill(inputs.per_trial(f"issues.{name}.status_quo"), model.n_trials) for name in self.moving_issues
        }
        self._ideals = {
            name: tuple(inputs.per_trial(f"parties.{side.name}.ideal_point.{name}") for side in model.sides)
            for name in issues
        }
        self._share = {name: inputs.per_trial(f"issues.{name}.war_share") for name in issues}
        self._moved = [name for name in issues if np.any(np.asarray(self._share[name]) > 0)]
        self._fixed_stakes = {side.name: self._sum_stakes(side) for side in model.sides}
        self._premium = {side.name: self._sum_premium(side) for side in model.sides}

    # -- what war is expected to bring ---------------------------------------------------------------

    def _sum_stakes(self, side: Belligerent) -> WarStakes:
        total = WarStakes(0.0, 0.0, 0.0, 0.0)
        for name in self._moved:
            if name not in self.moving_issues:
                status_quo = self.model.inputs.per_trial(f"issues.{name}.status_quo")
                total = total.plus(self._stakes_of(side, name, status_quo, slice(None)))
        return total

    def _stakes_of(self, side: Belligerent, name: str, status_quo: Column, trials: Any) -> WarStakes:
        own, other = self._ideals[name] if side.end == 1 else self._ideals[name][::-1]
        weight = at(self.model.weight_of_trial[side.name][name], trials)
        return war.war_stakes(weight, status_quo, at(own, trials), at(other, trials), at(self._share[name], trials))

    def stakes(self, side: Belligerent, trials: Any, lines: Mapping[str, Array] | None = None) -> WarStakes:
        """Coefficients of the value of war: fixed issues once, moving ones at today's lines or at given ones."""
        fixed = self._fixed_stakes[side.name]
        total = WarStakes(at(fixed[0], trials), at(fixed[1], trials), at(fixed[2], trials), at(fixed[3], trials))
        for name in self.moving_issues:
            if name in self._moved:
                line = lines[name] if lines else self.status_quo[name][trials]
                total = total.plus(self._stakes_of(side, name, line, trials))
        return total

    def _sum_premium(self, side: Belligerent) -> Column:
        total: Column = 0.0
        for name in self._moved:
            ideal_a, ideal_b = self._ideals[name]
            weight = self.model.weight_of_trial[side.name][name]
            total = total + war.risk_premium(weight, self._share[name], ideal_b - np.asarray(ideal_a), self.tau)
        return total

    def premium(self, side: Belligerent) -> Column:
        """V: what a side would pay to be rid of the war lottery."""
        return self._premium[side.name]

    def status_quo_at(self, issue: str, trials: Any) -> Column:
        """Today's status quo of any issue."""
        if issue in self.status_quo:
            return at(self.status_quo[issue], trials)
        return self.model.inputs.of_trials(f"issues.{issue}.status_quo", trials)

    # -- the week ------------------------------------------------------------------------------------

    def step(self) -> None:
        """Momentum moves, the line follows it, strain and beliefs revert; then victory may end the war."""
        at_war = self.model.is_at_war
        self._move_momentum(at_war)
        self._move_line(at_war)
        for side in self.model.sides:
            side.revert()
            self._learn(side)
        self._end_in_victory(at_war)

    def _move_momentum(self, at_war: Array) -> None:
        shock: Column = 0.0
        spread = self.momentum_volatility * self.fluidity
        if np.any(np.asarray(spread) > 0):
            shock = spread * self.model.streams.favouring_b("momentum", self.model.week)
        mean = self.momentum_mean + self.support_shift
        moved = weekly.next_momentum(self.momentum, mean, self.momentum_reversion, shock)
        np.copyto(self.momentum, moved, where=at_war)

    def _move_line(self, at_war: Array) -> None:
        for name in self.moving_issues:
            line = self.status_quo[name]
            moved = line + self._front[name] * self.fluidity * self.momentum
            # A line that started outside the ideals stays where it is rather than jump to one of them.
            low, high = np.minimum(self._ideals[name][0], line), np.maximum(self._ideals[name][1], line)
            np.copyto(line, np.clip(moved, low, high), where=at_war)

    def _learn(self, side: Belligerent) -> None:
        if side.has_optimism:
            speed = self.learning * (1.0 + self.talk_learning * self.model.convening.skill)
            side.optimism += np.minimum(speed, 1.0) * (side.optimism_rest - side.optimism)

    def _end_in_victory(self, at_war: Array) -> None:
        if not np.any(np.asarray(self.victory_hazard) > 0):
            return
        rate = weekly.victory_rate(self.momentum, self.victory_hazard, self.victory_slope, self.fluidity)
        luck = self.model.streams.uniform("victory", week=self.model.week)
        won = np.flatnonzero(at_war & (luck < weekly.weekly_probability(rate)))
        if len(won):
            imposed = self.model.streams.uniform("imposed halt", week=self.model.week)[won] < at(
                self.imposed_halt_prob, won
            )
            self.model.end_in_victory(won, imposed)
