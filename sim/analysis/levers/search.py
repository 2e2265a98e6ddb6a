"""Packages of levers: which are worth their effort, found by a search on rough odds, to be measured again afterwards.

A package says for each lever in how many of its steps it is used. All packages meet the same draws of the unknown and
the same random numbers, so small differences show. The search starts from nothing, each lever alone at each step, all
pairs and everything, and then tries every package one step away from an undominated one (Pareto local search: Paquete,
Chiarandini and Stuetzle 2004), until no new one is left or enough have been tried. It finds good packages, not surely
the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sim.analysis.sensitivity.uncertain_inputs import Progress, Work, answer
from sim.execution import worker_pool
from sim.random_streams import READING, Streams
from sim.scenario.apply_levers import with_levers
from sim.scenario.sampling.parameter_draws import quantities
from sim.scenario.sampling.stream_names import stream_names
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_DRAW, Floats

N_DRAWS = 256
TRIALS_EACH = 8
"""The search looks at many draws with few trials each: what is unknown spreads the odds more than chance does."""
MOST_PACKAGES = 128

Package = tuple[int, ...]
"""Steps of each lever, in the order of the scenario."""


@dataclass(frozen=True)
class Searched:
    """Every package tried, with its effort and its odds by draw, shape (packages, draws): rough, and chosen from."""

    packages: tuple[Package, ...]
    efforts: Floats
    odds: Floats
    is_complete: bool

    @property
    def frontier(self) -> list[int]:
        """Return the positions of the undominated packages, by effort."""
        return undominated(self.efforts, self.odds.mean(axis=1))


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
    known: dict[Package, Floats] = {}
    expanded: set[Package] = set()
    wave = first_packages(scenario)[:most]
    while wave:
        for package, odds in zip(wave, _odds(scenario, wave, tier, at, seed, workers), strict=True):
            known[package] = odds
        if progress:
            progress(len(known) * N_DRAWS * TRIALS_EACH, most * N_DRAWS * TRIALS_EACH)
        packages = list(known)
        efforts = np.array([effort_of(scenario, package) for package in packages])
        best = undominated(efforts, np.array([known[package].mean() for package in packages]))
        open_ones = [packages[place] for place in best if packages[place] not in expanded]
        expanded.update(open_ones)
        fresh = dict.fromkeys(near for package in open_ones for near in neighbours(scenario, package))
        wanted = [package for package in fresh if package not in known]
        wave = wanted[: most - len(known)]
    return Searched(tuple(packages), efforts, np.array([known[package] for package in packages]), not wanted)


def _odds(
    scenario: Scenario, packages: Sequence[Package], tier: str, at: int, seed: int, workers: int | None
) -> list[Floats]:
    """Return shares of trials with the event by draw, for each package: same draws, common random numbers."""
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
    return [np.asarray(shares[:, 0, at]) for _, shares in results]
