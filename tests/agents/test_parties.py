"""Parties of one's own: the same trials by the same rules, compiled or called back, and errors in words."""

from __future__ import annotations

import gc
import math
import random
import subprocess
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import mesa
import numpy as np
import pytest

from sim.agents import rules_of
from sim.agents.own_rules import Rules
from sim.agents.parties import Backer, Belligerent, Mediator, Party, TrialModel
from sim.errors import ParleyError
from sim.model.compiled import simulate
from sim.model.decisions import (
    DECISIONS,
    usual_accepts,
    usual_attends,
    usual_opening,
    usual_pace,
    usual_presses,
)
from sim.outcome_columns import Columns
from sim.scenario.reading.load import load
from tests.factories import both, minimal_scenario

ISTANBUL = load("istanbul_2025/aides_only")
TRIALS = 512
FACTOR = 0.5


class Usual(Belligerent):
    """Every decision by the model's own rule, in a form that can be compiled."""

    def opening_offer(self) -> float:
        return usual_opening(self)

    def pace(self, other_moved: bool, mandate: float) -> float:
        return usual_pace(self, other_moved, mandate)

    def accepts(self, mix: float, limit: float) -> bool:
        return usual_accepts(self, mix, limit)

    def attends(self) -> int:
        return usual_attends(self)

    def start(self) -> None:
        self.fear += 0.0

    def step(self) -> None:
        self.pressure += 0.0


class CalledBack(Belligerent):
    """The same in a form that cannot be."""

    def opening_offer(self) -> float:
        return super().opening_offer()

    def pace(self, other_moved: bool, mandate: float) -> float:
        return super().pace(other_moved, mandate)

    def accepts(self, mix: float, limit: float) -> bool:
        return super().accepts(mix, limit)

    def attends(self) -> int:
        return super().attends()

    def start(self) -> None:
        super().start()

    def step(self) -> None:
        super().step()


class UsualBacker(Backer):
    def presses(self, uniform: float, rate: float) -> bool:
        return usual_presses(self, uniform, rate)

    def attends(self) -> int:
        return usual_attends(self)


class CalledBackBacker(Backer):
    def presses(self, uniform: float, rate: float) -> bool:
        return super().presses(uniform, rate)


class UsualMediator(Mediator):
    def attends(self) -> int:
        return usual_attends(self)


def run(
    parties: dict[str, Any] | None = None, n: int = TRIALS, n_threads: int = 1, scenario: Any = ISTANBUL
) -> Columns:
    return simulate(scenario, 1, 0, n, rules=rules_of(scenario, parties), n_threads=n_threads)


def same(one: Columns, other: Columns) -> bool:
    return all(np.array_equal(column, other[name], equal_nan=column.dtype.kind == "f") for name, column in one.items())


@pytest.fixture(scope="module")
def usual() -> Columns:
    return run()


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(
    "parties",
    [
        {"Russia": Usual, "Ukraine": Usual, "US": UsualBacker, "Europe": UsualBacker, "Türkiye": UsualMediator},
        {"Russia": CalledBack, "Ukraine": CalledBack, "US": CalledBackBacker},
        {"Russia": Usual, "Ukraine": CalledBack, "US": CalledBackBacker, "Europe": UsualBacker},
    ],
    ids=["compiled", "called back", "both"],
)
def test_the_models_own_rules_give_the_very_same_trials(
    parties: dict[str, Any], n_threads: int, usual: Columns
) -> None:
    assert same(run(parties, n_threads=n_threads), usual)


def test_each_decision_says_which_way_it_goes() -> None:
    lines = Rules.of(ISTANBUL, {"Russia": Usual, "Ukraine": CalledBack, "US": UsualBacker}).describe()
    assert "Russia.pace is compiled" in lines
    assert "Ukraine.attends is called back from Python (slower)" in lines
    assert len(lines) == 6 + 6 + 2
    assert all(line.endswith("is compiled") for line in lines if line.startswith(("Russia", "US")))
    assert not any(line.endswith("is compiled") for line in lines if line.startswith("Ukraine"))


def test_only_what_a_class_overrides_is_asked() -> None:
    class Still(Belligerent):
        def pace(self, other_moved: bool, mandate: float) -> float:
            return 0.0

    class Inherits(Still):
        pass

    class Nothing(Belligerent):
        pass

    asked = {rule.decision for rule in Rules.of(ISTANBUL, {"Russia": Inherits}).rules}
    assert asked == {DECISIONS.index("pace")}
    assert Rules.of(ISTANBUL, {"Russia": Nothing}).rules == ()


# -- what they decide counts -----------------------------------------------------------------------------


class Hard(Belligerent):
    def opening_offer(self) -> float:
        return 1.0 if self.end == 1 else 0.0


class Still(Belligerent):
    def pace(self, other_moved: bool, mandate: float) -> float:
        return 0.0


class NoText(Belligerent):
    def accepts(self, mix: float, limit: float) -> bool:
        return False


class Absent(Belligerent):
    def attends(self) -> int:
        return 0


class Fearful(Belligerent):
    def start(self) -> None:
        self.fear += 0.3


class Tired(Belligerent):
    def step(self) -> None:
        self.unseen += 0.01


MEASURED: dict[type[Party], Callable[[Columns], float]] = {
    Hard: lambda columns: -(columns["durable_week"] >= 0).mean(),
    Still: lambda columns: -(columns["durable_week"] >= 0).mean(),
    Absent: lambda columns: -columns["n_rounds"].mean(),
    Fearful: lambda columns: -columns["n_range_rounds"].mean(),
    Tired: lambda columns: columns["n_range_rounds"].mean(),
}


@pytest.mark.parametrize("kind", MEASURED, ids=lambda kind: kind.__name__)
def test_a_decision_moves_trials_in_its_direction(kind: type[Belligerent], usual: Columns) -> None:
    found = run({"Russia": kind, "Ukraine": kind})
    assert MEASURED[kind](found) > MEASURED[kind](usual)


def test_a_side_that_accepts_no_text_signs_none() -> None:
    """Where a text says at once what would take offers two rounds: both sides concede in strides, to a skilled host."""
    changes = {"talks.text_prob": 1, "talks.text_error": 0, "talks.convening_prob_per_week": 0.05, "talks.ripeness": 0}
    changes |= {f"parties.{side}.offer_rate": 0.6 for side in ("North", "South")}
    host = {"role": "mediator", "skill": 1, "usual_level": 3}
    scenario = minimal_scenario(**changes, **both(usual_level=2), **{"parties.Host": host})
    found, usual = (run(parties, scenario=scenario) for parties in ({"South": NoText}, None))
    assert (found["halt_week"] >= 0).sum() < (usual["halt_week"] >= 0).sum()


def test_an_absent_side_holds_no_round() -> None:
    scenario = load("teaching/minimal")
    assert run({"South": Absent}, scenario=scenario)["n_rounds"].max() == 0


def test_a_backer_that_presses_whenever_it_is_provoked_raises_pressure() -> None:
    class Eager(Backer):
        def presses(self, uniform: float, rate: float) -> bool:
            return True

    class Never(Backer):
        def presses(self, uniform: float, rate: float) -> bool:
            return False

    eager, never = (run({"US": kind})["n_range_rounds"].mean() for kind in (Eager, Never))
    assert eager > never


class Looks(Belligerent):
    """Reads the rest of the trial: the week, the war, the other side."""

    def pace(self, other_moved: bool, mandate: float) -> float:
        late = self.model.week / (10 + self.model.week)
        pressed = 0.5 if self.model.war.momentum > 0.1 or self.model.sides[0].pressure > 0.05 else 1.0
        return usual_pace(self, other_moved, mandate) * late * pressed


class LooksBack(Looks):
    def pace(self, other_moved: bool, mandate: float) -> float:
        return super().pace(other_moved, mandate)


class Watches(Mediator):
    def attends(self) -> int:
        return 3 if self.model.sides[1].fear > 0.03 and self.model.week > 4 else self.usual_level


class WatchesBack(Watches):
    def attends(self) -> int:
        return super().attends()


@pytest.mark.parametrize(
    ("name", "compiled", "called_back"), [("Russia", Looks, LooksBack), ("Türkiye", Watches, WatchesBack)]
)
def test_compiled_and_called_back_read_the_same_trial(
    name: str, compiled: Any, called_back: Any, usual: Columns
) -> None:
    for kind, ending in ((compiled, "is compiled"), (called_back, "(slower)")):
        assert [line.endswith(ending) for line in Rules.of(ISTANBUL, {name: kind}).describe()] == [True]
    found = run({name: compiled})
    assert same(found, run({name: called_back})) and not same(found, usual)


def test_numbers_from_outside_are_those_of_the_run(monkeypatch: pytest.MonkeyPatch, usual: Columns) -> None:
    class Slow(Belligerent):
        def pace(self, other_moved: bool, mandate: float) -> float:
            return FACTOR * usual_pace(self, other_moved, mandate)

    half = run({"Russia": Slow})
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 1.0)
    assert same(run({"Russia": Slow}), usual) and not same(half, usual)


# -- agents that are called back ---------------------------------------------------------------------------


class Counting(Belligerent):
    """Has a number of its own, afresh in each trial."""

    asked: int

    def __init__(self, model: Any, name: str) -> None:
        super().__init__(model, name)
        self.asked = 0

    def start(self) -> None:
        self.asked = 0

    def pace(self, other_moved: bool, mandate: float) -> float:
        self.asked += 1
        return 0.0 if self.asked > 3 else super().pace(other_moved, mandate)


def test_a_number_of_ones_own_does_not_hang_on_threads_or_company() -> None:
    whole = run({"Russia": Counting})
    assert same(whole, run({"Russia": Counting}, n_threads=2))
    alone = simulate(ISTANBUL, 1, 100, 32, rules=rules_of(ISTANBUL, {"Russia": Counting}))
    assert all(
        np.array_equal(alone[name], whole[name][100:132], equal_nan=True) for name in ("x_territory", "n_rounds")
    )


class Dicing(Belligerent):
    def pace(self, other_moved: bool, mandate: float) -> float:
        return self.model.uniform("my pace", self.name)


def test_a_random_number_of_ones_own_is_that_of_the_trial_and_week() -> None:
    whole = run({"Russia": Dicing}, 128)
    assert same(whole, run({"Russia": Dicing}, 128, n_threads=2))
    part = simulate(ISTANBUL, 1, 64, 64, rules=rules_of(ISTANBUL, {"Russia": Dicing}))
    assert np.array_equal(part["n_range_rounds"], whole["n_range_rounds"][64:])


# -- mistakes ----------------------------------------------------------------------------------------------


def own(name: str, method: Any, base: type = Belligerent) -> dict[str, Any]:
    return {"Russia": type("Own", (base,), {name: method})}


def divided(self: Any, other_moved: bool, mandate: float) -> float:
    return 1.0 / (self.model.week - self.model.week)


def refused(self: Any, other_moved: bool, mandate: float) -> float:
    raise ParleyError(f"no such week: {self.model.week}")


def interrupted(self: Any, other_moved: bool, mandate: float) -> float:
    raise KeyboardInterrupt


def missing(self: Any, other_moved: bool, mandate: float) -> float:
    return self.offer_rates


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(
    ("method", "kind", "said"),
    [
        (divided, ZeroDivisionError, "division"),
        (refused, ParleyError, "no such week"),
        (interrupted, KeyboardInterrupt, "^$"),
        (missing, ParleyError, "Russia has no 'offer_rates': did you mean 'offer_rate'"),
        (lambda self, other_moved, mandate: None, ParleyError, "Russia.pace: expected a number from 0 to 1, got None"),
        (lambda self, other_moved, mandate: 1.7, ParleyError, "Russia.pace: expected a number from 0 to 1, got 1.7"),
        (lambda self, other_moved, mandate: math.nan, ParleyError, "expected a number from 0 to 1, got nan"),
        (lambda self: 0.0, TypeError, "argument"),
    ],
)
def test_an_error_in_a_method_ends_the_run_as_itself(
    method: Any, kind: type[BaseException], said: str, n_threads: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(kind, match=said):
        run(own("pace", method), 64, n_threads)
    assert capfd.readouterr().err == ""  # nothing that ctypes or numba would print


@pytest.mark.parametrize(("name", "most"), [("opening_offer", 1), ("attends", 3)])
def test_an_answer_out_of_range_is_refused(name: str, most: int) -> None:
    for answer in (-0.5, most + 0.5):
        with pytest.raises(ParleyError, match=rf"Russia.{name}: expected a number from 0 to {most}, got {answer}"):
            run(own(name, lambda self, answer=answer: answer), 32)


def test_an_error_in_a_constructor_is_one() -> None:
    class Unborn(CalledBack):
        def __init__(self, model: Any, name: str) -> None:
            raise ParleyError("no such side")

    with pytest.raises(ParleyError, match="no such side"):
        run({"Russia": Unborn}, 32)


@pytest.mark.parametrize(
    ("parties", "said"),
    [
        ({"Rusia": Still}, "there is no party 'Rusia'"),
        ({"Russia": 3}, "expected a class for 'Russia', got int"),
        ({"Russia": UsualBacker}, "expected a subclass of sim.Belligerent for 'Russia', got UsualBacker"),
        ({"US": Still}, "expected a subclass of sim.Backer for 'US', got Still"),
        ({"Rada": Still}, "'Rada' only ratifies"),
    ],
)
def test_a_class_that_does_not_fit_is_refused(parties: dict[str, Any], said: str) -> None:
    with pytest.raises(ParleyError, match=said):
        Rules.of(ISTANBUL, parties)


def test_a_wrong_name_is_not_made_an_attribute() -> None:
    def start(self: Any) -> None:
        self.fera = random.random()  # not to be compiled

    with pytest.raises(ParleyError, match="Russia has no 'fera': did you mean 'fear'"):
        run(own("start", start), 32)


def test_a_number_of_the_trial_is_not_set_before_there_is_one() -> None:
    class Early(CalledBack):
        def __init__(self, model: Any, name: str) -> None:
            super().__init__(model, name)
            self.fear = 0.5

    with pytest.raises(ParleyError, match=r"'fear' is another number in each trial; set it in start\(\)"):
        run({"Russia": Early}, 32)


# -- around it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fails", [False, True])
def test_no_agent_outlives_its_run(fails: bool) -> None:
    agents: list[weakref.ref[Any]] = []

    def start(self: Any) -> None:
        agents.append(weakref.ref(self))
        if fails:
            raise ParleyError("no")

    kind = own("start", start)
    gc.collect()
    gc.disable()
    try:
        with suppress(ParleyError):
            run(kind, 32)
        assert agents and not any(one() for one in agents)
        assert not any(isinstance(model, TrialModel) for model in getattr(mesa.Agent, "_ids", {}))
    finally:
        gc.enable()


def test_a_bulk_run_does_not_import_mesa() -> None:
    code = (
        "import sys, sim; from sim.model.compiled import simulate; from sim.single_trial.one_trial import OneTrial\n"
        "simulate(sim.load('teaching/minimal'), 1, 0, 32); print('mesa' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
