"""Measure the comparative statics: paired trials of the raw model at every level, and a verdict on each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.analysis.designs import check_count
from sim.analysis.statics.definitions import BASE, SEED, STATICS, TRIALS
from sim.analysis.statics.outcomes import LAST_END, MOMENTUM, PHASE, WEEKS_OF_STATE, Estimate, Outcome
from sim.analysis.statics.predicates import Result
from sim.analysis.statics.static import Series, Static
from sim.analysis.statics.worlds import edited
from sim.errors import ScenarioError
from sim.execution.blocks import DEFAULT_BLOCK
from sim.random_streams import Streams
from sim.scenario.reading import load
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_CLUSTER

Verdict = Literal["holds", "fails", "lapsed"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Along:
    """Hold what came out along a series: estimates by outcome, one for each level, or why it cannot be simulated."""

    series: Series
    found: dict[Outcome, tuple[Estimate, ...]]
    problem: str = ""


@dataclass(frozen=True, eq=False)
class Finding:
    """Hold a static with what came out along its series, and the results of its claims."""

    static: Static
    along: tuple[Along, ...]
    results: tuple[Result, ...]

    @property
    def counted(self) -> tuple[Result, ...]:
        """Return the results of the claims that do not lapse."""
        pairs = zip(self.static.claims, self.results, strict=True)
        return tuple(result for claim, result in pairs if not self.static.lapses(claim))

    @property
    def verdict(self) -> Verdict:
        """Return whether every claim that counts holds; where none does, because each lapses, the static lapses."""
        if not self.counted:
            return "lapsed"
        return "holds" if all(result.holds for result in self.counted) else "fails"


def measure(static: Static, base: Scenario | None = None, trials: int = TRIALS, seed: int = SEED) -> Finding:
    """Return the finding on one static, from so many trials at each level.

    Raises ParleyError for a count that is no multiple of a cluster.
    """
    check_count("trials", trials, 2 * TRIALS_PER_CLUSTER, DEFAULT_BLOCK, TRIALS_PER_CLUSTER)
    scenario = load.load(BASE) if base is None else base
    along = tuple(_along(static, series, scenario, trials, seed) for series in static.series)
    measured = {(one.series.name, outcome): found for one in along for outcome, found in one.found.items()}
    problems = {one.series.name: one.problem for one in along if one.problem}
    results = []
    for claim in static.claims:
        problem = problems.get(claim.series) or problems.get(getattr(claim, "other", ""))
        results.append(
            Result(False, np.nan, np.nan, f"{claim.series}: cannot be stated ({problem})")
            if problem
            else claim.judge(measured)
        )
    return Finding(static, along, tuple(results))


def measure_all(trials: int = TRIALS, seed: int = SEED, progress: Progress | None = None) -> tuple[Finding, ...]:
    """Return the findings on all statics of the base scenario."""
    found, base = [], load.load(BASE)
    for number, static in enumerate(STATICS):
        found.append(measure(static, base, trials, seed))
        if progress:
            progress(number + 1, len(STATICS))
    return tuple(found)


def _along(static: Static, series: Series, base: Scenario, trials: int, seed: int) -> Along:
    outcomes = static.outcomes(series)
    points: list[dict[Outcome, Estimate]] = []
    for level in series.levels:
        try:
            scenario = edited(base, {**dict(series.always), **dict(level.edits)}.items(), series.off)
        except ScenarioError as problem:
            return Along(series, {}, _first_cause(problem))
        points.append(estimates(scenario, outcomes, trials, seed))
    return Along(series, {one: tuple(point[one] for point in points) for one in outcomes})


def _first_cause(problem: ScenarioError) -> str:
    """Return the first line of an error, without what else would be allowed."""
    line = str(problem).splitlines()[0]
    return (line.partition("error: ")[2] or line).partition("; allowed")[0]


def estimates(scenario: Scenario, outcomes: Iterable[Outcome], trials: int, seed: int) -> dict[Outcome, Estimate]:
    """Return estimates of outcomes of the raw model: no reference class has a say in them."""
    from sim.model.compiled import simulate  # with the compiler, which a reader of the definitions does not need

    outcomes = tuple(outcomes)
    columns: dict[str, NDArray[Any]] = {}
    if any(not one.needs_state for one in outcomes):
        columns |= simulate(scenario, seed, 0, trials, explains=False)
    if any(one.needs_state for one in outcomes):
        columns |= states(scenario, trials, seed)
    return {one: one.estimate(columns, scenario) for one in outcomes}


def states(scenario: Scenario, trials: int, seed: int, weeks: int = WEEKS_OF_STATE) -> dict[str, NDArray[Any]]:
    """Return phase, momentum and the end of the last ceasefire of trials as they stand after so many weeks."""
    from sim.model.compiled import run_draws
    from sim.model.inputs import inputs_of
    from sim.model.world import workspace_for

    streams = Streams(seed, 0, trials, scenario.mirrored)
    inputs = inputs_of(scenario, streams)
    first, counts = streams.trials_by_draw()
    rows = np.empty((trials, inputs.layout.size))
    is_given_up = np.zeros(1, np.bool_)
    workspace = workspace_for(inputs, streams.prefix)
    run_draws(workspace, inputs.starts, first, counts, True, weeks, False, is_given_up, rows)
    records = {name: inputs.layout.records(rows, name)[:, 0] for name in ("trial", "war", "ceasefire")}
    return {
        PHASE: records["trial"]["phase"],
        MOMENTUM: records["war"]["momentum"],
        LAST_END: records["ceasefire"]["last_end"],
    }
