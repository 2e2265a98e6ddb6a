"""Let classes of somebody's own decide: compiled where numba can, called back from the week where it cannot."""

from __future__ import annotations

import ctypes
import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.compiled_parties import compiled_rule
from sim.agents.parties import ROLES, Party, TrialModel
from sim.errors import ParleyError
from sim.model.decisions import CHECK, DECISIONS, MOST, PACE, RULE, START, STEP
from sim.model.inputs import Inputs
from sim.model.world import Workspace
from sim.random_streams import Streams
from sim.scenario.schema import Scenario, ThirdParty

C_RULE = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int64, ctypes.c_double, ctypes.c_double)
WITH_ARGUMENTS = ("pace", "accepts", "presses")
MakeModel = Callable[[Workspace, Inputs, Streams, Mapping[str, type[Party]]], TrialModel]


class OwnRule(NamedTuple):
    """Hold one decision that a class of somebody's own takes; ``code`` is its C function, None where there is none."""

    party: str
    comer: int
    decision: int
    code: Any

    def __str__(self) -> str:
        name = f"{self.party}.{DECISIONS[self.decision]}"
        return f"{name} is compiled" if self.code else f"{name} is called back from Python (slower)"


class Rules:
    """Hold all decisions that classes of somebody's own take in a scenario.

    Attributes
    ----------
    parties : mapping of str to class
        The classes, by party.
    rules : tuple of OwnRule
        What they decide otherwise, in the order of the parties.
    make_model : callable
        Makes the agents of a workspace.
    """

    def __init__(
        self, parties: Mapping[str, type[Party]], rules: tuple[OwnRule, ...], make_model: MakeModel = TrialModel
    ) -> None:
        self.parties, self.rules, self.make_model = dict(parties), rules, make_model

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        parties: Mapping[str, type[Party]],
        compiles: bool = True,
        make_model: MakeModel = TrialModel,
    ) -> Rules:
        """Inspect classes for what they override, and compile it; without ``compiles`` all is called back.

        Raises
        ------
        ParleyError
            No such party, no class, or a class for another role.
        """
        third_parties = [name for name, party in scenario.parties.items() if isinstance(party, ThirdParty)]
        comers = [scenario.sides.A, scenario.sides.B, *third_parties]
        rules = []
        for name, kind in parties.items():
            _check(scenario, comers, name, kind)
            for decision, method_name in enumerate(DECISIONS):
                method = inspect.getattr_static(kind, method_name, None)
                if method is None or getattr(method, "is_usual", False):
                    continue
                comer = comers.index(name)
                code = compiled_rule(method, decision, comer) if compiles and inspect.isfunction(method) else None
                rules.append(OwnRule(name, comer, decision, code))
        return cls(parties, tuple(rules), make_model)

    def describe(self) -> list[str]:
        """Return a line for each decision: "Russia.pace is compiled"."""
        return [str(rule) for rule in self.rules]

    def bind(self, workspace: Workspace, inputs: Inputs, streams: Streams, is_given_up: NDArray[np.bool_]) -> Bound:
        """Let the classes decide in a workspace from now on; it is bound once, and its agents are of no other."""
        return Bound(self, workspace, inputs, streams, is_given_up)


class Bound:
    """Hold the agents of one workspace, and the first error that one of their methods raised.

    Machine code knows where a function stands and nothing of who holds it: keep this as long as the workspace.
    """

    def __init__(
        self, rules: Rules, workspace: Workspace, inputs: Inputs, streams: Streams, is_given_up: NDArray[np.bool_]
    ) -> None:
        self.problem: BaseException | None = None
        self._is_given_up = is_given_up
        self._make: Callable[[], TrialModel] = lambda: rules.make_model(workspace, inputs, streams, rules.parties)
        self._model: TrialModel | None = None
        self._kept: list[Any] = []
        if rules.make_model is not TrialModel or any(rule.code is None for rule in rules.rules):
            self._model = self._make()
        thirds = inputs.layout.records(inputs.starts, "third_parties")
        for name in rules.parties:
            if name in inputs.third_parties:  # a class of somebody's own may press whatever the scenario says
                number = inputs.third_parties.index(name)
                thirds["may_act"][:, number] = thirds["is_backer"][:, number]
        for rule in rules.rules:
            back = C_RULE(self._asking(rule))
            address = ctypes.cast(back, ctypes.c_void_p).value
            self._kept += [back, rule.code]
            workspace.own_rules[rule.comer, rule.decision, RULE] = rule.code.address if rule.code else address
            workspace.own_rules[rule.comer, rule.decision, CHECK] = address
        steppers = [rule.comer for rule in rules.rules if rule.decision == STEP]
        workspace.own_steps[: len(steppers)] = steppers

    @property
    def model(self) -> TrialModel:
        """Return the agents of the workspace, made when they are first asked for."""
        if self._model is None:
            self._model = self._make()
        return self._model

    def raise_problem(self) -> None:
        """Raise what a method of an agent raised, with its traceback."""
        if self.problem is not None:
            problem, self.problem = self.problem, None
            try:
                raise problem
            finally:
                del problem  # it holds this frame, which would hold it

    def let_go(self) -> None:
        """Drop agents and functions, which hold each other; the workspace must not be used again."""
        if self._model:
            self._model.let_go()
        vars(self).clear()

    def _asking(self, rule: OwnRule) -> Callable[[int, float, float], float]:
        """Return the function that asks an agent in Python; ctypes would drop an error, so it is kept for later."""

        def ask(_address: int, first: float, second: float) -> float:
            if self.problem is not None:
                return 0.0
            try:
                return _answer(self.model.party[rule.party], rule.decision, first, second)
            except BaseException as problem:  # an interruption as well
                self.problem = problem
                self._is_given_up[0] = True
                return 0.0

        return ask


def _answer(agent: Party, decision: int, first: float, second: float) -> float:
    name = DECISIONS[decision]
    arguments: tuple[Any, ...] = (first, second) if name in WITH_ARGUMENTS else ()
    if decision == PACE:
        arguments = (first != 0.0, second)
    answer = getattr(agent, name)(*arguments)
    if decision in (START, STEP):
        return 0.0
    try:
        number = float(answer)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= MOST[decision]:
        raise ParleyError(f"{agent.name}.{name}: expected a number from 0 to {MOST[decision]:g}, got {answer!r}")
    return number


def _check(scenario: Scenario, comers: list[str], name: str, kind: Any) -> None:
    """Refuse a class that cannot act as the party it is given for."""
    if name not in scenario.parties:
        known = ", ".join(scenario.parties)
        raise ParleyError(f"parties: there is no party {name!r} in the scenario; there are {known}")
    if not inspect.isclass(kind):
        raise ParleyError(f"parties: expected a class for {name!r}, got {type(kind).__name__}")
    if name not in comers:
        raise ParleyError(f"parties: {name!r} only ratifies; expected one of {', '.join(comers)}")
    wanted = ROLES[scenario.parties[name].role]
    if not issubclass(kind, wanted):
        raise ParleyError(f"parties: expected a subclass of sim.{wanted.__name__} for {name!r}, got {kind.__name__}")
