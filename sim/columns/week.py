"""The week, in order. Every other file of this package answers one question asked here.

``NegotiationModel`` is a Mesa model that simulates a whole block of trials at once: its agents hold
columns over trials, and ``step()`` is one week in all of them. A block of one trial is the classroom
case and runs through the same code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.columns.attribution import explain
from sim.columns.bargaining import Bargaining
from sim.columns.ceasefires import Truces
from sim.columns.convening import Convening
from sim.columns.events import Events
from sim.columns.inputs import Inputs
from sim.columns.outcomes import Record
from sim.columns.packages import TrackPackages, tabulate_all
from sim.columns.parties import Belligerent, Party
from sim.columns.ranges import GainTables
from sim.columns.regimes import Regimes
from sim.columns.third_parties import Assurances, ThirdParties
from sim.columns.third_party_agents import Backer, Mediator, ThirdParty
from sim.columns.war import War
from sim.random_streams import Streams
from sim.scenario.schema import Scenario

AT_WAR, IN_HALT, OVER = 0, 1, 2
"""Phase of a trial: fighting, in an agreed halt, ended by victory."""

Trials = NDArray[np.int64]


class NegotiationModel(mesa.Model):  # type: ignore[misc]
    """A block of trials of one scenario, which is ``inputs.scenario``: Mesa has a ``scenario`` of its own.

    Use it in a ``with`` statement: at its end, on success and on failure, model and agents are let go at once. They
    refer to each other, so that without it they stay until Python next collects cycles, which may be gigabytes later.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        first_trial: int = 0,
        n_trials: int = 1,
        parties: Mapping[str, type[Any]] | None = None,
        independent_stream: str = "",
        streams: Streams | None = None,
        explains: bool = True,
    ) -> None:
        """``streams`` replaces the block's own luck and parameter draws, for ``n_trials`` trials (see ``Streams``).

        Without ``explains`` nothing is kept of why trials fail (section 3.6): for weeks that are stepped one by one.
        """
        super().__init__(rng=0)  # never used: all luck comes from the named streams
        self.n_trials = n_trials
        self.horizon = scenario.horizon_weeks
        self.years_at_start = (scenario.start - scenario.war.began).days / 365.25
        self.explains = explains
        self.week = 0
        self.streams = streams or Streams(seed, first_trial, n_trials, scenario.mirrored, independent_stream)
        self.inputs = Inputs(scenario, self.streams)
        self.phase = np.full(n_trials, AT_WAR, dtype=np.int8)
        try:
            self._seat_parties(parties or {})
            self._set_up_week()
        except BaseException:
            self.let_go()
            raise
        finally:
            forget(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()

    def let_go(self) -> None:
        """Drop every agent, column and table; the columns of ``record`` that were taken out before stay."""
        self.__dict__.clear()

    def _seat_parties(self, custom: Mapping[str, type[Any]]) -> None:
        scenario = self.inputs.scenario
        a, b = scenario.sides.A, scenario.sides.B
        self.weights = {name: self.inputs.weights(name) for name in (a, b)}
        self.weight_of_trial = {
            name: {issue: self.inputs.expand(weight) for issue, weight in weights.items()}
            for name, weights in self.weights.items()
        }
        self.sides: tuple[Belligerent, Belligerent] = (
            custom.get(a, Belligerent)(self, a, 1),
            custom.get(b, Belligerent)(self, b, -1),
        )
        roles: dict[str, type[ThirdParty]] = {"backer": Backer, "mediator": Mediator}
        members: list[ThirdParty] = [
            custom.get(name, roles[party.role])(self, name)
            for name, party in scenario.parties.items()
            if party.role in roles
        ]
        self.backers = [party for party in members if isinstance(party, Backer)]
        self.attendants: list[Party] = [*self.sides, *members]
        self.party = {party.name: party for party in self.attendants}
        self.attendance = scenario.attendance
        self.third_parties = ThirdParties(self, members, self.backers)

    def _set_up_week(self) -> None:
        self.regimes = Regimes(self)
        self.war = War(self)
        self.assurances = Assurances(self)
        self.assurances.rebuild()
        scenario = self.inputs.scenario
        in_scope = {issue for track in scenario.tracks.values() for issue in track.scope}
        fixed = [issue for issue in scenario.issues if issue in in_scope and issue not in self.war.moving_issues]
        self.gain_tables = GainTables(len(scenario.tracks), self.inputs.n_draws * self.regimes.count, fixed)
        self.tracks: list[TrackPackages] = [
            TrackPackages(self, index, name) for index, name in enumerate(scenario.tracks)
        ]
        tabulate_all(self)
        self.bargaining = Bargaining(self)
        self.truces = Truces(self)
        self.convening = Convening(self)
        self.events = Events(self)
        self.record = Record(self)

    # -- the week --------------------------------------------------------------------------------------

    def step(self) -> None:
        """One week in every trial."""
        dated = self.events.step()
        if self.is_counting:
            self.war.step()
            self.third_parties.step()
            rounds = self.convening.step(dated)
            self.bargaining.step(rounds)
        else:
            self.after_horizon()
        self.truces.step()
        self.week += 1

    def after_horizon(self) -> None:
        """No war and no talks: pressure fades and strain moves on while the halts in force are watched."""
        for side in self.sides:
            side.revert()

    def run(self) -> dict[str, NDArray[Any]]:
        """All weeks, then the reasons for failure; returns the stored columns."""
        for _ in range(self.horizon + self.inputs.scenario.follow_up_weeks):
            self.step()
        explain(self)
        return self.record.columns

    # -- state of the trials -----------------------------------------------------------------------------

    @property
    def is_counting(self) -> bool:
        """Whether what begins this week counts: weeks after the horizon only show how halts last."""
        return self.week < self.horizon

    @property
    def is_at_war(self) -> NDArray[np.bool_]:
        return self.phase == AT_WAR

    @property
    def is_in_halt(self) -> NDArray[np.bool_]:
        return self.phase == IN_HALT

    @property
    def is_live(self) -> NDArray[np.bool_]:
        return self.phase != OVER

    def begin_halt(self, trials: Trials) -> None:
        self.phase[trials] = IN_HALT

    def resume_war(self, trials: Trials) -> None:
        self.phase[trials] = AT_WAR

    def end_in_victory(self, trials: Trials, imposes_halt: NDArray[np.bool_]) -> None:
        """The side that momentum favours wins, at exactly 0 either by luck; with a chance it imposes a halt."""
        momentum = self.war.momentum[trials]
        favours_b = momentum > 0
        if (momentum == 0).any():
            luck = self.streams.between_sides("victor", week=self.week)[trials]
            favours_b |= (momentum == 0) & (luck < 0.5)
        self.record.victory(trials, np.where(favours_b, 2, 1))
        self.phase[trials] = OVER
        self.truces.impose(trials[imposes_halt])

    def side(self, name: str) -> Belligerent:
        return self.sides[0] if self.sides[0].name == name else self.sides[1]

    def other_of(self, side: Belligerent) -> Belligerent:
        return self.sides[1] if side is self.sides[0] else self.sides[0]

    def week_of(self, day: date) -> int:
        """Week of a date; week 0 starts on the scenario's start date."""
        return (day - self.inputs.scenario.start).days // 7


def simulate(
    scenario: Scenario,
    seed: int,
    first_trial: int,
    n_trials: int,
    parties: Mapping[str, type[Any]] | None = None,
    independent_stream: str = "",
) -> dict[str, NDArray[Any]]:
    """Outcome columns of trials ``first_trial`` to ``first_trial + n_trials - 1``, however they are cut in blocks.

    ``independent_stream`` names random numbers that no other scenario meets (see ``Streams``).
    """
    with NegotiationModel(scenario, seed, first_trial, n_trials, parties, independent_stream) as model:
        return model.run()


def forget(model: mesa.Model) -> None:
    """Take the model out of the register that Mesa before 3.5 keeps for ever, in which agents get their numbers."""
    getattr(mesa.Agent, "_ids", {}).pop(model, None)
