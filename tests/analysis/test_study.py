"""Every study's result follows the protocol, and its table, its JSON and its sentences say the same."""

from __future__ import annotations

import doctest
import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pandas as pd
import pytest

import sim
from sim.analysis.failure.bargaining_range import range_over_time
from sim.analysis.failure.decompose import decompose
from sim.analysis.study import Question, Study
from sim.analysis.surrogate.fit import response
from sim.analysis.variance_reduction.common_random_numbers import common_random_numbers
from sim.analysis.variance_reduction.methods import fewer_trials
from sim.execution.run import run_many
from sim.results.wording import percent, points
from sim.scenario.schema import Scenario
from tests.factories import WEEKLY, changed, minimal_scenario

TRIALS = 6_400


@cache
def scenario() -> Scenario:
    return minimal_scenario(
        **WEEKLY,
        **{
            "horizon_weeks": 8,
            "follow_up_weeks": 5,
            "parties.North.strain": {"low": 0.02, "central": 0.05, "high": 0.09},
            "parties.North.fear": {"low": 0.0, "central": 0.08, "high": 0.2},
            "levers": {"press": {"to": {"parties.South.strain": 0.35}, "effort": 20.0, "note": "invented"}},
        },
    )


@cache
def run_of(strain: float = 0.05) -> sim.Run:
    other = changed(scenario(), **{"parties.South.strain": strain})
    return sim.run(other, trials=TRIALS, workers=1, name=f"strain {strain:g}")


class Case(NamedTuple):
    """A study, one number of it in its table and in its JSON, and how its sentences word it."""

    study: Callable[[], Any]
    in_table: Callable[[pd.DataFrame], float]
    in_json: Callable[[dict[str, Any]], float]
    worded: Callable[[float], str]


def per_cent(value: float) -> str:
    return f"{100 * value:.0f}"


CASES = {
    "tornado": Case(
        lambda: sim.tornado(scenario(), trials=256, workers=1),
        lambda table: table.p_low[1],
        lambda found: found["inputs"][0]["odds"]["low"][1],
        percent,
    ),
    "sobol": Case(
        lambda: sim.sobol(scenario(), rows=256, workers=1),
        lambda table: table["first"].max(),
        lambda found: max(one["first"] for one in found["inputs"]),
        percent,
    ),
    "morris": Case(
        lambda: sim.morris(scenario(), trajectories=10, trials=64, workers=1),
        lambda table: (table.lo > 0).sum(),
        lambda found: sum(one["lo"] > 0 for one in found["inputs"]),
        lambda n: f"{n} clearly",
    ),
    "value_of_information": Case(
        lambda: sim.value_of_information(run_of()),
        lambda table: table.movement[0],
        lambda found: found["unknowns"][0]["movement"],
        lambda value: f"{per_cent(value)} points on average",
    ),
    "discover": Case(
        lambda: sim.discover(run_of(), days=56),
        lambda table: table.density[0],
        lambda found: found["boxes"][0]["held_out"]["density"],
        lambda value: f"{per_cent(value)} of 100 futures in this box",
    ),
    "levers": Case(
        lambda: sim.levers(scenario(), trials=1_024, workers=1, most_packages=10, name="small"),
        lambda table: table[table.kind == "frontier"].odds.iloc[0],
        lambda found: found["frontier"][0]["odds"],
        percent,
    ),
    "timeline": Case(
        lambda: sim.timeline("istanbul_may_2025", trials=320, workers=1),
        lambda table: table.days.max(),
        lambda found: found["days"],
        lambda days: f"by {days} days",
    ),
    "why": Case(
        lambda: sim.why(run_of()),
        lambda table: table[table.part == "tag"].value.max(),
        lambda found: max(found["anatomy"].values()),
        percent,
    ),
    "bargaining_range": Case(
        lambda: range_over_time(run_of(), 64),
        lambda table: table[table.quantity == "open"].value.iloc[0],
        lambda found: found["tracks"][0]["weeks"][0]["open"],
        percent,
    ),
    "decompose": Case(
        lambda: decompose(run_of(), run_of(0.3), lambda wanted: run_many(wanted, workers=1)),
        lambda table: table.alone[0],
        lambda found: found["whole"]["difference"],
        lambda value: points(value, value, value).split()[0],
    ),
    "replay": Case(
        lambda: sim.replay(run_of(), 7),
        lambda table: table.momentum[0],
        lambda found: found["weeks"][0]["momentum"],
        lambda value: f"(momentum {value:+.2f})",
    ),
    "surrogate": Case(
        lambda: response(scenario(), points=128, trials=16, settings=8, workers=1),
        lambda table: table[table.days == 56].error.abs().max(),
        lambda found: found["error"]["largest"][-1],
        lambda value: f"{100 * value:.1f} at most",
    ),
    "fewer_trials": Case(
        lambda: fewer_trials(scenario(), trials=2_048),
        lambda table: table[table.method == "plain"].p.iloc[-1],
        lambda found: next(one["p"] for one in found["estimates"][::-1] if one["method"] == "plain"),
        percent,
    ),
    "common_random_numbers": Case(
        lambda: common_random_numbers(run_of(), run_of(0.3)),
        lambda table: table.variance_ratio.iloc[-1],
        lambda found: found["pairs"][-1]["variance_ratio"],
        lambda value: f"{value:.1f} times as many",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_result_follows_the_protocol_and_agrees_with_itself(name: str) -> None:
    study, in_table, in_json, worded = CASES[name]
    found = study()
    assert isinstance(found, Study)
    question, table, plain = found.question, found.table(), json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert isinstance(question, Question) and question.scenario and question.seed == 1
    assert question.days == tuple(sorted(question.days)) and question.trials > 0
    assert isinstance(table, pd.DataFrame) and len(table)
    for texts in (found.sentences, found.notes):
        assert isinstance(texts, tuple) and texts and all(text.endswith((".", "!", "?")) for text in texts)
    value = in_table(table)
    assert value == in_json(plain)
    assert worded(value) in " ".join(found.sentences)


EXAMPLES = ("discover", "levers", "morris", "replay", "sobol", "timeline", "tornado", "value_of_information", "why")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of_a_study_runs(name: str) -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(getattr(sim, name), name, globs={"sim": sim})
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0
