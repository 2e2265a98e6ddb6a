"""One trial as a Mesa model: the trial of the run, readable and settable between weeks, in what Mesa brings."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

import sim
from sim.agents import rules_of
from sim.errors import ParleyError
from sim.model.compiled import simulate
from sim.model.decisions import usual_pace
from sim.model.state import ENTITIES
from sim.outcome_columns import HALT_ENDS, STAGES, Columns

NAME = "istanbul_2025/aides_only"


class Hasty(sim.Belligerent):
    def pace(self, other_moved: bool, mandate: float) -> float:
        return min(1.0, 2.0 * usual_pace(self, other_moved, mandate))


@pytest.fixture(scope="module")
def bulk() -> Columns:
    return simulate(sim.load(NAME), 7, 0, 2_048)


def assert_is_trial(model: sim.NegotiationModel, columns: Columns, trial: int) -> None:
    assert model.outcome is not None and model.outcome.keys() == columns.keys()
    for name, column in columns.items():
        assert isinstance(model.outcome[name], int | float)
        assert np.array_equal(np.asarray(model.outcome[name], column.dtype), column[trial], equal_nan=True), name


@pytest.mark.parametrize("trial", range(0, 32, 5))
def test_it_is_the_trial_of_the_run(trial: int, bulk: Columns) -> None:
    model = sim.NegotiationModel(NAME, trial=trial, seed=7)
    assert model.outcome is None and model.running
    model.run_model()
    assert_is_trial(model, bulk, trial)


@pytest.mark.parametrize("trial", [0, 3, 11])
def test_a_class_of_ones_own_gives_the_trial_of_its_run(trial: int) -> None:
    columns = simulate(sim.load(NAME), 1, 0, 16, rules=rules_of(sim.load(NAME), {"Russia": Hasty}))
    model = sim.NegotiationModel(NAME, trial=trial, parties={"Russia": Hasty})
    assert isinstance(model.party["Russia"], Hasty)
    model.run_model()
    assert_is_trial(model, columns, trial)


def test_a_week_is_a_step_until_the_last() -> None:
    model = sim.NegotiationModel("teaching/minimal")
    weeks = model.inputs.weeks
    for week in range(weeks):
        assert model.running and model.week == week == model.steps
        model.step()
    before = dict(model.outcome or {})
    assert not model.running
    model.step()
    assert model.week == weeks and model.outcome == before
    assert len(model.datacollector.get_model_vars_dataframe()) == weeks


def test_what_is_collected_agrees_with_the_outcome(bulk: Columns) -> None:
    some = int(np.flatnonzero((bulk["halt_week"] >= 0) & (bulk["halt_end"] == HALT_ENDS.index("collapse")))[0])
    model = sim.NegotiationModel(NAME, trial=some, seed=7)
    model.run_model()
    weeks, outcome = model.datacollector.get_model_vars_dataframe(), model.outcome
    assert outcome is not None
    in_force = weeks["ceasefire_in_force"] != ""
    assert weeks["week"][in_force].min() == outcome["halt_week"] + 1
    assert in_force.sum() >= outcome["halt_weeks"] > 0
    assert weeks["stage"].iloc[-1] == STAGES[outcome["stage"]]
    assert weeks["is_durable"].iloc[-1] == (outcome["durable_week"] >= 0)
    assert set(weeks["phase"]) >= {"war", "ceasefire"}
    offers = weeks[["offer_a", "offer_b"]].to_numpy()
    assert ((offers >= 0) & (offers <= 1)).all() and len(set(weeks["momentum"])) > 20


def test_agents_are_the_parties_in_their_roles() -> None:
    model = sim.NegotiationModel(NAME)
    roles = {name: type(agent).__name__.lower() for name, agent in model.party.items()}
    scenario = sim.load(NAME)
    assert roles == {name: scenario.parties[name].role for name in model.party}
    assert list(model.agents) == [*model.sides, *model.third_parties]
    assert [side.end for side in model.sides] == [1, -1]


# -- reading and setting ---------------------------------------------------------------------------------------


def test_every_number_of_a_party_is_read_as_it_stands_in_the_trial() -> None:
    model = sim.NegotiationModel(NAME, trial=2)
    for _ in range(9):
        model.step()
    for agents, records in ((model.sides, "sides"), (model.third_parties, "third_parties")):
        for number, agent in enumerate(agents):
            for name in ENTITIES[records].dtype.names or ():
                (kept,) = np.atleast_1d(getattr(model.followed.workspace, records)[name][number])
                found = getattr(agent, name)
                assert found == kept and isinstance(found, int if kept.dtype.kind == "i" else float)


def test_what_is_set_changes_the_trial() -> None:
    def rounds_with_a_range(pressure: float) -> int:
        found = 0
        for trial in range(8):
            model = sim.NegotiationModel(NAME, trial=trial)
            while model.running:
                for side in model.sides:
                    side.pressure = pressure
                model.step()
            found += (model.outcome or {})["n_range_rounds"]
        return found

    assert rounds_with_a_range(2.0) > rounds_with_a_range(0.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda model: model.sides[0].presure, "Ukraine has no 'presure': did you mean 'pressure'"),
        (lambda model: setattr(model.sides[0], "presure", 1.0), "did you mean 'pressure'"),
        (lambda model: setattr(model.sides[1], "qqq", 1.0), "Russia has no 'qqq': there are assurance, "),
        (lambda model: setattr(model.sides[0], "fear", "high"), "fear: expected a number, got 'high'"),
        (lambda model: setattr(model.sides[0], "level", 1.5), "level: expected a whole number, got 1.5"),
        (lambda model: model.party["US"].optimism, "US has no 'optimism'"),
        (lambda model: setattr(model.war, "momentun", 1.0), "did you mean 'momentum'"),
        (lambda model: model.tracks["ceasefire"].offer, "did you mean 'offer_"),
    ],
)
def test_a_wrong_name_or_value_is_refused_with_the_nearest(change: Any, said: str) -> None:
    model = sim.NegotiationModel(NAME)
    with pytest.raises(ParleyError, match=said):
        change(model)


def test_a_key_of_the_scenario_is_changed_by_name() -> None:
    model = sim.NegotiationModel("teaching/minimal", **{"parties.South.fear": 0.25})
    assert model.party["South"].fear == 0.25
    with pytest.raises(ParleyError, match="fear"):
        sim.NegotiationModel("teaching/minimal", **{"parties.South.fera": 0.25})
    with pytest.raises(ParleyError, match="expected the name of a scenario to change, got a Scenario"):
        sim.NegotiationModel(sim.load("teaching/minimal"), **{"parties.South.fear": 0.25})


# -- Mesa --------------------------------------------------------------------------------------------------------


def test_no_number_of_a_party_has_a_name_that_mesa_uses() -> None:
    taken = {*dir(mesa.Agent(mesa.Model()))} - {"step"}
    for records in ("sides", "third_parties"):
        assert not taken & set(ENTITIES[records].dtype.names or ())


def test_no_attribute_of_the_model_is_one_that_mesa_has() -> None:
    model = sim.NegotiationModel()
    ours = {name for kind in type(model).__mro__ if kind.__module__.startswith("sim.") for name in vars(kind)}
    theirs = {*dir(mesa.Model())}
    assert {name for name in ours & theirs if not name.startswith("__")} <= {
        "step",
        "running",
        "observables",
    }  # Mesa puts the last on each class
    kept = vars(model).keys() - vars(mesa.Model()).keys()
    assert "war" in kept and not kept & set(dir(mesa.Model))


def test_batch_run_takes_names_trials_and_keys() -> None:
    rows = mesa.batch_run(
        sim.NegotiationModel,
        parameters={"scenario_name": ["teaching/minimal"], "trial": range(3), "parties.South.fear": [0.0, 0.05]},
        display_progress=False,
    )
    trials = pd.DataFrame(rows).drop_duplicates("RunId")
    assert len(trials) == 6 and set(trials["trial"]) == {0, 1, 2}
    usual = simulate(sim.load("teaching/minimal", [("parties.South.fear", "0.05")]), 1, 0, 3)
    found = trials[trials["parties.South.fear"] == 0.05].sort_values("trial")
    assert list(found["is_durable"]) == list(usual["durable_week"] >= 0)
