"""One trial as a Mesa model: ``step()`` is the week that bulk runs are made of, agents are its parties.

For looking at a trial, changing it by hand between weeks, and for what Mesa brings: its DataCollector, ``batch_run``
and SolaraViz pages. For odds, ``sim.run`` simulates the same trials some ten thousand times faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mesa

from sim.agents.own_rules import Rules
from sim.agents.parties import Party, TrialModel
from sim.errors import ParleyError
from sim.model.state import AT_WAR, IMPOSED, IN_CEASEFIRE, OVER
from sim.outcome_columns import STAGES
from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from sim.single_trial.one_trial import OneTrial

PHASES = {AT_WAR: "war", IN_CEASEFIRE: "ceasefire", OVER: "victory"}


class NegotiationModel(TrialModel):
    """Follow one trial of a scenario.

    Parameters
    ----------
    scenario_name : str or Scenario
        Name or file of a scenario, or one as `sim.load` gives it.
    trial : int
        Number of the trial: with the same seed and parties it is that trial of `sim.run`.
    seed : int, optional
        Names the random numbers; 1 unless said otherwise. From Mesa 3.4 on ``batch_run(..., rng=[1, 2])`` sets it.
    parties : mapping of str to class, optional
        Classes of one's own, by party. Here all of their methods are called from Python.
    **kwargs
        Other values for keys of the scenario: ``**{"parties.North.fear": 0.2}``. (Mesa's pages go by this name.)

    Attributes
    ----------
    running : bool
        Whether weeks are left, those after the horizon included.
    datacollector : mesa.DataCollector
        The properties below and the parties' levels, pressure and fear, after each week.
    """

    running: bool

    def __init__(
        self,
        scenario_name: str | Scenario = "teaching/minimal",
        trial: int = 0,
        seed: int | None = None,
        parties: Mapping[str, type[Party]] | None = None,
        **kwargs: Any,
    ) -> None:
        if isinstance(scenario_name, str):
            scenario = load(scenario_name, [(key, str(value)) for key, value in kwargs.items()])
        elif kwargs:
            raise ParleyError(f"{next(iter(kwargs))}: expected the name of a scenario to change, got a Scenario")
        else:
            scenario = scenario_name
        rules = Rules.of(scenario, parties or {}, compiles=False, make_model=self._look_at)
        self.followed = OneTrial(scenario, 1 if seed is None else seed, trial, rules=rules)
        self._outcome: dict[str, Any] | None = None
        self.datacollector = mesa.DataCollector(
            model_reporters={name: name for name in REPORTED},
            agent_reporters={name: [_number, [name]] for name in REPORTED_OF_PARTIES},
        )

    def _look_at(self, *arguments: Any) -> TrialModel:
        TrialModel.__init__(self, *arguments)
        return self

    def step(self) -> None:
        """Live through one week; at the end ``running`` is False, and further steps change nothing."""
        if not self.running:
            return
        self.followed.step()
        if self.followed.is_over:
            self._outcome = {name: column[0].item() for name, column in self.followed.run().items()}
            self.running = False
        self.datacollector.collect(self)

    @property
    def outcome(self) -> dict[str, Any] | None:
        """Return the trial's columns as plain values (docs/columns.md), reasons included; None before its end."""
        return self._outcome

    @property
    def phase(self) -> str:
        """Return "war", "ceasefire" or "victory"."""
        return PHASES[self._trial.phase]

    @property
    def momentum(self) -> float:
        """Return who is gaining, from -1 to 1: 1 is all-out success of side B."""
        return float(self.war.momentum)

    @property
    def offer_a(self) -> float:
        """Return the standing offer of side A on the first general track: 1 is its own end of the contract curve."""
        return float(self._first_general.offer_a)

    @property
    def offer_b(self) -> float:
        """Return the standing offer of side B on the first general track: 0 is its own end of the contract curve."""
        return float(self._first_general.offer_b)

    @property
    def ceasefire_in_force(self) -> str:
        """Return the track of the ceasefire in force, "imposed" after a victory, or nothing."""
        number = self.ceasefire.track
        if number < 0:
            return "imposed" if number == IMPOSED else ""
        return list(self.tracks)[number]

    @property
    def stage(self) -> str:
        """Return the furthest stage that has been reached: "talks held", "range", "signed" and so on."""
        return STAGES[self._reached.stage]

    @property
    def is_durable(self) -> bool:
        """Return whether a durable ceasefire has been agreed, as known so far (docs/numbers.md)."""
        return bool(self._reached.durable_week >= 0)

    @property
    def _first_general(self) -> Any:
        return list(self.tracks.values())[self._trial.first_general]


REPORTED = ("week", "phase", "momentum", "offer_a", "offer_b", "ceasefire_in_force", "stage", "is_durable")
"""Properties of the model that its DataCollector takes down after each week."""
REPORTED_OF_PARTIES = ("name", "level", "pressure", "fear", "optimism")


def _number(agent: Party, name: str) -> Any:
    """Return a number of a party; None where its role has none of that name, which newer versions of Mesa refuse."""
    return getattr(agent, name, None)
