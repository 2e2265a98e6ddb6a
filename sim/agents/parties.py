"""The parties as Mesa agents, each a view of one record of a trial; subclass one to change what it does.

``sim.run(..., parties={"Russia": MyRussia})`` asks the methods that a class overrides; all others are the model's own
rules, which the compiled week applies without a call (docs/guide/party.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

import mesa

from sim.agents.views import View
from sim.errors import ParleyError
from sim.model import decisions
from sim.model.inputs import Inputs
from sim.model.world import Workspace
from sim.random_streams import Streams, philox_words, stream_key, to_uniform


class TrialModel(mesa.Model):  # type: ignore[misc]
    """Hold the agents of the trial that stands in a workspace.

    Attributes
    ----------
    war, talks, assurances, ceasefire : View
        Numbers of the trial: ``model.war.momentum``.
    sides, third_parties : tuple of Party
        Side A and side B; mediators and backers in the order of the scenario.
    party : dict of str to Party
        All of them by name.
    issues, tracks : dict of str to View
        Issues and tracks by name: ``model.tracks["ceasefire"].offer_a``.
    inputs : Inputs
        What the trial started from; ``model.inputs.scenario`` is the scenario as loaded.
    """

    def __init__(
        self, workspace: Workspace, inputs: Inputs, streams: Streams, classes: Mapping[str, type[Party]]
    ) -> None:
        super().__init__(rng=streams.seed)
        try:
            self._fill(workspace, inputs, streams, classes)
        finally:
            getattr(mesa.Agent, "_ids", {}).pop(self, None)  # Mesa 3.3 would hold every model for good

    def _fill(self, workspace: Workspace, inputs: Inputs, streams: Streams, classes: Mapping[str, type[Party]]) -> None:
        self.inputs = inputs
        self._room, self._streams = workspace, streams
        self.war, self.talks, self.assurances, self.ceasefire, self._trial, self._reached = (
            View(workspace, inputs, entity)
            for entity in ("war", "talks", "assurances", "ceasefire", "trial", "outcome")
        )
        scenario = inputs.scenario
        self.issues = {name: View(workspace, inputs, "issues", number) for number, name in enumerate(scenario.issues)}
        self.tracks = {name: View(workspace, inputs, "tracks", number) for number, name in enumerate(scenario.tracks)}
        self.party: dict[str, Party] = {}
        for name in (scenario.sides.A, scenario.sides.B, *inputs.third_parties):
            kind = classes.get(name) or ROLES[scenario.parties[name].role]
            self.party[name] = kind(self, name)
            object.__setattr__(self.party[name], "_is_made", True)
        everybody = tuple(self.party.values())
        self.sides, self.third_parties = everybody[:2], everybody[2:]

    def let_go(self) -> None:
        """Drop all agents: they and the model hold each other."""
        self.__dict__.clear()

    @property
    def week(self) -> int:
        """Return the week, counted from 0."""
        return int(self._trial.week)

    @property
    def trial_number(self) -> int:
        """Return the number of the trial in its run."""
        return int(self._trial.number)

    def uniform(self, decision: str, party: str = "") -> float:
        """Return a random number for a decision of one's own in this week; it changes no other random number.

        Parameters
        ----------
        decision, party : str
            Name of the decision and of the party that takes it.

        Returns
        -------
        float
            Uniform from 0 to 1, the same on every machine. [-]
        """
        stream = stream_key(self._streams.prefix + decision, party)
        return float(to_uniform(philox_words(self._streams.seed, stream, self.week, 0, self.trial_number, 1))[0])


Function = TypeVar("Function", bound=Callable[..., Any])


def usual(method: Function) -> Function:
    """Note that a method decides by the model's own rule, which the week applies without a call."""
    method.is_usual = True  # type: ignore[attr-defined]
    return method


class Party(View, mesa.Agent):  # type: ignore[misc]
    """Act as anyone who can attend. Numbers of the trial are attributes: ``party.level``, ``party.fear = 0.1``.

    Names are those of the party's section in the scenario and of ``sim.model.state``. A number of one's own is an
    attribute that the class declares or that ``__init__`` sets; ``start`` gives it its value in each trial.

    Attributes
    ----------
    model : TrialModel
        The trial: ``model.week``, ``model.war.momentum``, ``model.sides``, ``model.party`` by name.
    name : str
        Name in the scenario.
    level : int
        Level at which it came to the last round: 0 absent, 1 aides, 2 ministers, 3 leaders.
    """

    role: ClassVar[str] = ""
    model: TrialModel
    name: str
    _is_made = False

    def __init__(self, model: TrialModel, name: str) -> None:
        inputs = model.inputs
        sides = (inputs.scenario.sides.A, inputs.scenario.sides.B)
        if name in sides:
            self.look_at(model._room, inputs, "sides", sides.index(name))
        else:
            self.look_at(model._room, inputs, "third_parties", inputs.third_parties.index(name))
        mesa.Agent.__init__(self, model)
        self.name = name

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._fields:
            if not self._is_made:
                raise ParleyError(f"{self._what()}: {name!r} is another number in each trial; set it in start()")
            super().__setattr__(name, value)
        elif not self._is_made or name.startswith("_") or _is_declared(type(self), name):
            object.__setattr__(self, name, value)
        else:
            self._place_of(name)

    def _what(self) -> str:
        return str(vars(self).get("name", type(self).__name__))

    @usual
    def start(self) -> None:
        """Change the party's numbers at the start of a trial, once they are drawn; by default nothing."""

    @usual
    def step(self) -> None:
        """Change the party's numbers at the start of a week, after its dated events; by default nothing."""

    @usual
    def attends(self) -> int:
        """Return the level at which the party would come to this week's round by itself.

        Returns
        -------
        int
            Level from 0 (absent) to 3 (leaders), before events, rules and caps of the scenario apply.

        Notes
        -----
        The usual level (docs/odd.md, 3.3, Levels).
        """
        return decisions.usual_attends(self)


class Belligerent(Party):
    """Act as a side of the war.

    Attributes
    ----------
    end : int
        Its end of the contract curve: 1 for side A, -1 for side B.
    log_strain, fear, optimism, unseen : float
        Log of the cost of a year of war where it moves (``strain`` where it does not), fear of what a pause is used
        for, overestimate of momentum, and what the scenario does not see of its cost of war.
    pressure : float
        Cost added by sanctions and cut aid, which fades. [util/year]
    """

    role = "belligerent"

    @usual
    def opening_offer(self) -> float:
        """Return the side's first offer on a track as a contract-curve weight.

        Returns
        -------
        float
            From 0 (side B's end of the curve) to 1 (side A's). [-]

        Notes
        -----
        ``opening`` of the way from the other's end of the curve to its own (docs/odd.md, 3.4, Offers).
        """
        return decisions.usual_opening(self)

    @usual
    def pace(self, other_moved: bool, mandate: float) -> float:
        """Return the share of the gap between offers that the side closes this round.

        Parameters
        ----------
        other_moved : bool
            Whether the other side conceded in the last round.
        mandate : float
            Authority of those whom the side has sent. [share]

        Returns
        -------
        float
            Share from 0 to 1. [share]

        Notes
        -----
        ``offer_rate x mandate``, times ``reciprocity`` where the other side did not concede (docs/odd.md, 3.4, Offers).
        """
        return decisions.usual_pace(self, other_moved, mandate)

    @usual
    def accepts(self, mix: float, limit: float) -> bool:
        """Return whether the side accepts a mediator's text.

        Parameters
        ----------
        mix : float
            Contract-curve weight of the text, from 0 to 1. [-]
        limit : float
            The farthest text that it takes by the model's own rule: its reservation point, or what it would concede at
            once where that asks less of it. [-]

        Returns
        -------
        bool
            True where it would sign.

        Notes
        -----
        Where the text leaves it as well off as fighting on, and asks for no more than it concedes at once
        (docs/odd.md, 3.4, Texts).
        """
        return decisions.usual_accepts(self, mix, limit)


class Mediator(Party):
    """Host talks, carry messages and table texts; leverage, if any, is a standing cost of fighting on."""

    role = "mediator"


class Backer(Party):
    """Support a side, press whom it blames, guarantee ceasefires, and perhaps walk away.

    Attributes
    ----------
    weeks_waited, weeks_since_action : int
        Weeks since talks last gave hope or the backer pressed, and since it pressed.
    tilt, unity : float
        Readiness to press side B rather than side A, and agreement at home. [share]
    """

    role = "backer"

    @usual
    def presses(self, uniform: float, rate: float) -> bool:
        """Return whether the backer, provoked by a failed round or out of patience, presses this week.

        Parameters
        ----------
        uniform : float
            Random number of this decision and week, uniform from 0 to 1. [-]
        rate : float
            Rate at which it presses: that of the scenario, after the backer that it follows, times unity. [1/week]

        Returns
        -------
        bool
            True where it presses.

        Notes
        -----
        With chance ``1 - exp(-rate)`` (docs/odd.md, 3.2, 2).
        """
        return decisions.usual_presses(self, uniform, rate)


ROLES: dict[str, type[Party]] = {kind.role: kind for kind in (Belligerent, Mediator, Backer)}


def _is_declared(kind: type, name: str) -> bool:
    return any(name in vars(base) or name in vars(base).get("__annotations__", {}) for base in kind.__mro__)
