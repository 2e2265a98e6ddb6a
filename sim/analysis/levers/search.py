"""Packages of levers: which are worth their effort, found by a search on rough odds, to be measured again afterwards.

A package says for each lever in how many of its steps it is used. All packages meet the same draws of the unknown and
the same random numbers, so small differences show. The search starts from nothing, each lever alone at each step, all
pairs and everything, and then tries every package one step away from an undominated one (Pareto local search: Paquete,
Chiarandini and Stuetzle 2004), until no new one is left or enough have been tried. It finds good packages, not surely
the best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from sim.analysis.point_levels import levels_of
from sim.analysis.sensitivity.uncertain_inputs import Answered, Progress, Work, answer
from sim.execution import worker_pool
from sim.random_streams import READING, Streams
from sim.results.weighing import levels
from sim.scenario.apply_levers import with_levers
from sim.scenario.sampling.parameter_draws import quantities
from sim.scenario.sampling.stream_names import stream_names
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_DRAW, Floats
from sim.statistics.level import Level

N_DRAWS = 256
TRIALS_EACH = 8
"""The search looks at many draws with few trials each: what is unknown spreads the odds more than chance does."""
MOST_PACKAGES = 128

Package = tuple[int, ...]
"""Steps of each lever, in the order of the scenario."""


@dataclass(frozen=True)
class Searched:
    """Every package tried, with its effort and its odds: rough, and chosen from.

    ``odds`` (packages,) are headlines, ``model`` (packages, draws) shares of the trials of each draw.
    """

    packages: tuple[Package, ...]
    efforts: Floats
    odds: Floats
    model: Floats
    is_complete: bool

    @property
    def frontier(self) -> list[int]:
        """Return the positions of the undominated packages, by effort."""
        return undominated(self.efforts, self.odds)


class Rough(NamedTuple):
    """The headline of a package, and the share of trials with the event by draw."""

    odds: float
    model: Floats


def effort_of(scenario: Scenario, package: Package) -> float:
    """Return the effort of a package: that of its levers added up, each by the part that is used."""
    levers = scenario.levers.values()
    return float(sum(lever.effort * used / lever.steps for lever, used in zip(levers, package, strict=True)))


def use_of(scenario: Scenario, package: Package) -> dict[str, float]:
    """Return by lever the share that is used; levers at rest are left out."""
    named = zip(scenario.levers.items(), package, strict=True)
    return {name: used / lever.steps for (name, lever), used in named if used}


def undominated(efforts: Floats, odds: Floats) -> list[int]:
    """Return the positions of the undominated: better odds than everything that takes no more effort. By effort."""
    found: list[int] = []
    best = -np.inf
    for at in np.lexsort((-odds, efforts)):
        if odds[at] > best:
            found.append(int(at))
            best = odds[at]
    return found


def first_packages(scenario: Scenario) -> list[Package]:
    """Return the packages the search starts from: none, each lever alone at each step, all pairs, everything."""
    full = [lever.steps for lever in scenario.levers.values()]
    n = len(full)
    found: list[Package] = [tuple([0] * n)]
    for at, steps in enumerate(full):
        found += [_only(n, {at: used}) for used in range(1, steps + 1)]
    found += [_only(n, {at: full[at] for at in pair}) for pair in combinations(range(n), 2)]
    return list(dict.fromkeys([*found, tuple(full)]))


def _only(n: int, used: dict[int, int]) -> Package:
    return tuple(used.get(at, 0) for at in range(n))


def neighbours(scenario: Scenario, package: Package) -> list[Package]:
    """Return all packages with one lever one step further, or one step back."""
    found = []
    for at, lever in enumerate(scenario.levers.values()):
        for used in (package[at] + 1, package[at] - 1):
            if 0 <= used <= lever.steps:
                found.append((*package[:at], used, *package[at + 1 :]))
    return found


def search(
    scenario: Scenario,
    tier: str,
    at: int,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
    most: int = MOST_PACKAGES,
) -> Searched:
    """Search packages of the scenario's levers by their rough odds of ``tier`` by its horizon number ``at``."""
    known: dict[Package, Rough] = {}
    expanded: set[Package] = set()
    wave = first_packages(scenario)[:most]
    while wave:
        for package, odds in zip(wave, _odds(scenario, wave, tier, at, seed, workers), strict=True):
            known[package] = odds
        if progress:
            progress(len(known) * N_DRAWS * TRIALS_EACH, most * N_DRAWS * TRIALS_EACH)
        packages = list(known)
        efforts = np.array([effort_of(scenario, package) for package in packages])
        best = undominated(efforts, np.array([known[package].odds for package in packages]))
        open_ones = [packages[place] for place in best if packages[place] not in expanded]
        expanded.update(open_ones)
        fresh = dict.fromkeys(near for package in open_ones for near in neighbours(scenario, package))
        wanted = [package for package in fresh if package not in known]
        wave = wanted[: most - len(known)]
    rough = [known[package] for package in packages]
    heads, model = np.array([one.odds for one in rough]), np.array([one.model for one in rough])
    return Searched(tuple(packages), efforts, heads, model, not wanted)


def _odds(
    scenario: Scenario, packages: Sequence[Package], tier: str, at: int, seed: int, workers: int | None
) -> list[Rough]:
    """Return the odds of each package: same draws, common random numbers."""
    share = Streams(seed, 0, N_DRAWS * TRIALS_PER_DRAW, scenario.mirrored).parameter

    def work(package: Package) -> Work:
        changed = with_levers(scenario, use_of(scenario, package))
        called = stream_names(changed)
        names = [called.of(path) for path, quantity in quantities(changed).items() if quantity.is_uncertain]
        names += [*called.tables.values(), *([READING] if changed.readings else [])]
        shares = {name: share(name) for name in names}
        return Work(changed, seed, shares, np.arange(N_DRAWS, dtype=np.int64), TRIALS_EACH, 1, tier)

    workers = worker_pool.default_workers() if workers is None else workers
    kind = worker_pool.choose(min(workers, len(packages)), len(packages), releases_gil=True)
    results = worker_pool.in_order(answer, map(work, packages), workers, kind)
    return [_rough(levels(scenario), found, tier, at) for _, found in results]


def _rough(known: Mapping[int, Level], found: Answered, tier: str, at: int) -> Rough:
    by_draw = np.asarray(found.shares[:, 0, at])
    together = levels_of(known, found.classed.summed(slice(None)), tier)[at]
    return Rough(together.at(float(by_draw.mean()), N_DRAWS * TRIALS_EACH), by_draw)
