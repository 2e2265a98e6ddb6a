"""Packages of levers on fresh random numbers: which are shown, their runs, and what the runs say of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.levers.regret import Groups, Regret, futures, regrets
from sim.analysis.levers.search import Package, Searched, effort_of, use_of
from sim.analysis.sensitivity.uncertain_inputs import Progress
from sim.analysis.sensitivity.value_of_information import by_draw, unknown_columns, unknowns
from sim.execution.request import Request
from sim.execution.run import run_many
from sim.results.compare import level_of, widened
from sim.results.run import Run
from sim.results.wording import percent
from sim.scenario.apply_levers import with_levers
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_DRAW, Floats, Hits
from sim.statistics.paired_differences import paired_difference

MOST_SHOWN = 8
"""Packages along the frontier; those around a target come on top."""
MOST_RIVALS = 6
NEAR_TARGET = 0.01


@dataclass(frozen=True)
class Measured:
    """A package on fresh random numbers: ``use`` by lever (0 to 1), its headline with the 95 % Monte Carlo interval.

    ``difference`` is from no lever, paired (95 % for all that are shown together). ``searched``: what the search took
    its odds for.
    """

    use: Mapping[str, float]
    effort: float
    odds: float
    mc_lo: float
    mc_hi: float
    difference: float
    lo: float
    hi: float
    searched: float
    regret: Regret
    is_undominated: bool = True

    @property
    def per_effort(self) -> float:
        """Return the points of odds (as a fraction) for each point of effort; 0 without effort."""
        return self.difference / self.effort if self.effort else 0.0


def in_part(share: float, name: str) -> str:
    """Word a use: ``monitoring``, ``half of monitoring``, ``25 % of monitoring``."""
    if share >= 1:
        return name
    return f"half of {name}" if share == 0.5 else f"{percent(share)} of {name}"


def shown_of(found: Searched, target: float | None) -> list[int]:
    """Choose packages of the frontier: ``MOST_SHOWN`` evenly along it by effort, and those around the target."""
    frontier = found.frontier
    kept = set()
    if target is not None:
        reach = [at for at, place in enumerate(frontier) if found.odds[place] >= target - NEAR_TARGET]
        kept = set(reach[:3]) | ({reach[0] - 1} if reach and reach[0] else set())
    efforts = found.efforts[frontier]
    kept |= {int(np.argmin(np.abs(efforts - effort))) for effort in np.linspace(0, efforts[-1], MOST_SHOWN)}
    return [frontier[at] for at in sorted(kept)]


def rivals_of(found: Searched, shown: Sequence[int]) -> list[int]:
    """Choose packages that may beat those shown where a ceasefire is hard to get, or easy."""
    order = np.argsort(found.model.mean(axis=0), kind="stable")
    half = len(order) // 2
    rivals: dict[int, None] = {}
    for draws in (order[:half], order[half:]):
        odds = found.model[:, draws].mean(axis=1)
        for place in reversed(shown):
            affordable = np.flatnonzero(found.efforts <= found.efforts[place])
            best = int(affordable[np.argmax(odds[affordable])])
            if best not in shown:
                rivals[best] = None
    places = list(rivals)
    return places[:: max(1, -(-len(places) // MOST_RIVALS))]


def runs_of(
    scenario: Scenario,
    packages: Sequence[Package],
    trials: int,
    seed: int,
    workers: int | None,
    progress: Progress | None,
) -> list[Run]:
    """Run each package, with common random numbers."""
    done: dict[str, int] = {}

    def counted(name: str, n: int, wanted: int) -> None:
        done[name] = n
        if progress:
            progress(sum(done.values()), trials * len(packages))

    wanted = [
        Request(with_levers(scenario, use_of(scenario, one)), f"package {number}", trials, seed)
        for number, one in enumerate(packages)
    ]
    return list(run_many(wanted, workers=workers, progress=counted))


def most_informative(scenario: Scenario, hits: Any, seed: int) -> dict[str, Floats]:
    """Return the values of the inputs by draw, the most informative about the odds first."""
    shares = by_draw(hits)
    columns = unknown_columns(scenario, seed, len(shares))
    return {one.name: columns[one.name] for one in unknowns(columns, shares) if one.movement > 0}


class Futures(NamedTuple):
    """Odds of the packages by draw, shape (packages, draws), the group of each draw, and the names of the groups.

    ``weights`` of each draw, by package, are the means of its trials' weights, with which ``odds`` are counted.
    ``split_by``: the inputs that split the draws into groups.
    """

    odds: Floats
    weights: Floats
    groups: Groups
    names: list[str]
    split_by: tuple[str, ...]


def futures_of(scenario: Scenario, runs: Sequence[Run], hits: Sequence[Hits], seed: int) -> Futures:
    """Group the draws of the packages' runs by the inputs that matter most to the first, which is without levers."""
    by_trial = [run.weighing.of_trials(scenario, {"durable_week": run.columns["durable_week"]}) for run in runs]
    weights = np.array([one.reshape(-1, TRIALS_PER_DRAW).mean(axis=1) for one in by_trial])
    counted = np.array(
        [(one * hit).reshape(-1, TRIALS_PER_DRAW).mean(axis=1) for one, hit in zip(by_trial, hits, strict=True)]
    )
    inputs = most_informative(scenario, hits[0], seed)
    groups, names = futures(inputs, weights.shape[1])
    odds = np.divide(counted, weights, out=np.zeros_like(counted), where=weights > 0)
    return Futures(odds, weights, groups, names, tuple(inputs)[: max(0, len(names).bit_length() - 1)])


def measured_on(
    scenario: Scenario,
    packages: Sequence[Package],
    runs: Sequence[Run],
    hits: Sequence[Hits],
    event: tuple[str, int],
    searched: Mapping[Package, float],
    n_shown: int,
    futures: Futures,
) -> list[Measured]:
    """Measure each package by its run, the first being that without levers; ``event`` is tier and days."""
    efforts = np.array([effort_of(scenario, package) for package in packages])
    all_regrets = regrets(futures.odds, efforts, futures.groups, futures.names, futures.weights)
    found = []
    interval = widened(n_shown - 1)
    levels = [level_of(run, *event) for run in runs]
    for package, run, hit, level, regret in zip(packages, runs, hits, levels, all_regrets, strict=True):
        odds = run.odds(*event)
        pair = (levels[0], level)
        difference = paired_difference(hits[0], hit, pair, interval) if any(package) else (0.0, 0.0, 0.0)
        use, effort = use_of(scenario, package), effort_of(scenario, package)
        rough = searched.get(package, float("nan"))
        found.append(Measured(use, effort, odds.p, odds.mc_lo, odds.mc_hi, *difference, rough, regret))
    return found
