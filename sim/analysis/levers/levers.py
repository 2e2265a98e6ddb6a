"""What could be done about it: levers alone, the packages worth their effort, the smallest that reaches a target.

Packages are found by a search on rough odds (``lever_search``). Those that are reported are then run again on fresh
draws and random numbers, and only these second numbers are shown: the best of many rough numbers flatters itself, the
second look does not. Odds are headlines, and a target is one: those of ``parley run`` of the scenario with its levers
pulled. That a lever moves them is what the model says, not what has been seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.designs import Progress, check_count, stage
from sim.analysis.levers.evaluate import (
    MOST_RIVALS,
    MOST_SHOWN,
    Measured,
    futures_of,
    in_part,
    measured_on,
    rivals_of,
    runs_of,
    shown_of,
)
from sim.analysis.levers.regret import most_robust
from sim.analysis.levers.search import MOST_PACKAGES, N_DRAWS, TRIALS_EACH, Package, search, undominated
from sim.analysis.levers.terms import Terms, terms_of
from sim.analysis.point_levels import AT_LEVEL
from sim.analysis.sensitivity.uncertain_inputs import horizon_at
from sim.analysis.study import Question, frame
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.execution.blocks import MOST_SEED, check_counts
from sim.results.wording import band, percent
from sim.scenario.schema import Scenario
from sim.scenario.schema.labels import names_called
from sim.statistics.estimates import TRIALS_PER_CLUSTER
from sim.statistics.horizons import check_tier, event_by, horizons

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_TRIALS = 8_192
LEAST_TRIALS, MOST_TRIALS = 512, 200_000


@dataclass(frozen=True)
class Levers:
    """Each lever alone at full use, and the packages of the frontier by effort, the first without any lever.

    ``chosen`` is the position in ``frontier`` of the package that the answer names: the cheapest that reaches the
    target, or brings half of what all packages can; the best where none reaches the target. ``robust`` is what, for no
    more effort than that, has the least worst regret. ``terms`` are those of the ceasefires under the chosen package,
    ``terms_now`` without.
    """

    name: str
    tier: str
    days: int
    target: float | None
    trials: int
    seed: int
    n_tried: int
    is_complete: bool
    labels: Mapping[str, str]
    who: Mapping[str, tuple[str, ...]]
    alone: tuple[Measured, ...]
    frontier: tuple[Measured, ...]
    chosen: int
    robust: Measured
    split_by: tuple[str, ...]
    terms: Terms | None
    terms_now: Terms | None
    called: Mapping[str, str] = field(default_factory=dict)
    """What parties are called where a person reads, by name."""

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.name, self.tier, (self.days,), self.trials, self.seed)

    @property
    def base(self) -> Measured:
        """Return the package without any lever."""
        return self.frontier[0]

    @property
    def package(self) -> Measured:
        """Return the package that the answer names."""
        return self.frontier[self.chosen]

    @property
    def is_reached(self) -> bool:
        """Return whether that package reaches the target; True without one."""
        return self.target is None or self.package.odds >= self.target

    @property
    def varies(self) -> bool:
        """Return whether a lever or a package moves the odds significantly, all shown considered."""
        return any(one.lo > 0 or one.hi < 0 for one in (*self.alone, *self.frontier) if one.use)

    @property
    def sentence(self) -> str:
        """Return the answer: the smallest package for the target, or the one that brings half."""
        one = self.package
        if not self.varies:
            return "The odds do not vary over these levers: no package moves them by more than chance could."
        odds = f"{percent(one.odds)} ({band(one.mc_lo, one.mc_hi)}), from {percent(self.base.odds)}"
        if self.target is None:
            return (
                f"Half of what the best package brings takes {one.effort:g} of effort: {self.named(one)}. Odds {odds}."
            )
        if not self.is_reached:
            return f"No package tried reaches {percent(self.target)}. The best is {self.named(one)}: {odds}."
        sure = "" if one.mc_lo >= self.target else " Monte Carlo error could still put it below."
        return (
            f"The smallest package found that reaches {percent(self.target)} takes {one.effort:g} of effort: "
            f"{self.named(one)}. Odds {odds}.{sure}"
        )

    @property
    def robust_sentence(self) -> str:
        """Return what a cautious reader would take for the same effort."""
        one, other = self.package, self.robust
        said = (
            f"Against the best of no more effort in each future, it gives up {100 * one.regret.mean:.1f} points on "
            f"average and {100 * one.regret.worst:.1f} in its worst"
        )
        said += f" ({one.regret.where})." if one.regret.where else "."
        if dict(other.use) == dict(one.use):
            return f"{said} Of all measured within that effort it has the least worst regret."
        return f"{said} The least worst regret for no more effort has {self.named(other)} ({percent(other.odds)})."

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the answer, then what is robust; nothing is robust among packages that move nothing."""
        return (self.sentence, self.robust_sentence) if self.varies else (self.sentence,)

    def named(self, package: Measured) -> str:
        """Word a package by the names of its levers: ``ministers, half of monitoring``."""
        return ", ".join(in_part(share, name) for name, share in package.use.items()) or "no lever"

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        tried = "until no neighbour was left" if self.is_complete else f"stopped at {self.n_tried}"
        return (
            f"{self.n_tried} packages were tried on rough odds ({N_DRAWS} draws of {TRIALS_EACH} trials, {tried}). "
            f"Those shown were run again on fresh random numbers, {self.trials:,} trials each; "
            "all odds shown are of that run.",
            "Differences are paired with common random numbers; their intervals hold with 95 % for all shown together.",
            "Effort is a judgement of the scenario, and so is how far a lever goes. That it moves the odds is the "
            "model's claim, not an observation.",
            AT_LEVEL,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, for JSON."""
        return {
            "scenario": self.name,
            "tier": self.tier,
            "days": self.days,
            "target": self.target,
            "varies": self.varies,
            "trials": self.trials,
            "seed": self.seed,
            "packages_tried": self.n_tried,
            "search_complete": self.is_complete,
            "levers": {name: {"label": self.labels[name], "who": list(self.who[name])} for name in self.labels},
            "alone": [_plain(one) for one in self.alone],
            "frontier": [_plain(one) for one in self.frontier],
            "chosen": self.chosen,
            "target_reached": None if self.target is None else self.is_reached,
            "robust": _plain(self.robust),
            "futures_split_by": list(self.split_by),
            "terms": self.terms.as_dict() if self.terms else None,
            "terms_without_levers": self.terms_now.as_dict() if self.terms_now else None,
            "sentence": self.sentence,
            "notes": list(self.notes),
        }

    def table(self) -> pd.DataFrame:
        """Return one row per lever alone (``kind``) and per package of the frontier; ``use.<lever>`` in columns."""
        rows = []
        for kind, measured in (("alone", self.alone), ("frontier", self.frontier)):
            for one in measured:
                plain = _plain(one)
                use, regret = plain.pop("use"), plain.pop("regret")
                used = {f"use.{name}": use.get(name, 0.0) for name in self.labels}
                rows.append({"kind": kind, **plain, **{f"regret_{key}": regret[key] for key in regret}, **used})
        return frame(rows)


def _plain(one: Measured) -> dict[str, Any]:
    return {**asdict(one), "use": dict(one.use), "per_effort": one.per_effort}


@checked_arguments
def levers(
    scenario: Scenario,
    target: float | None = None,
    tier: str = "durable",
    days: int | None = None,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
    most_packages: int = MOST_PACKAGES,
    name: str = "",
) -> Levers:
    """Search for the packages of levers that are worth their effort, and measure them again on fresh random numbers.

    Parameters
    ----------
    scenario
        Scenario with ``levers``.
    target
        Headline to reach, between 0 and 1; without it the package that brings half of what all packages can is chosen.
    tier
        Event: ``durable``, ``mutual`` or ``broad``.
    days
        Horizon in days, one of the scenario's; by default the last.
    trials
        Trials of each package shown, a multiple of 32 from 512 to 200,000.
    seed
        Seed of the random numbers that measure; the next seed's search.
    workers
        Processes; by default one for each core. The result does not depend on them.
    progress
        Called with the trials done and the trials wanted.
    most_packages
        Packages that the search tries at most.
    name
        Name of the scenario in the result; by default its title.

    Returns
    -------
    Levers
        Each lever alone, the frontier of odds (shares) against effort, the package chosen and the most robust one.

    Raises
    ------
    ParleyError
        A scenario without levers, or an impossible ``target``, ``tier``, ``days`` or count.

    References
    ----------
    Paquete, Chiarandini and Stuetzle (2004), Pareto local optimum sets, in Metaheuristics for Multiobjective
    Optimisation, Springer, 177-199.

    Examples
    --------
    >>> aides = sim.load("istanbul_2025/aides_only")
    >>> found = sim.levers(aides, trials=512, workers=1, most_packages=len(aides.levers) + 2)
    >>> found.base.effort
    0.0
    """
    at = _checked(scenario, target, tier, days, trials, seed, most_packages)
    days = list(horizons(scenario))[at]
    ahead = (MOST_SHOWN + MOST_RIVALS + len(scenario.levers)) * trials
    half_way = stage(progress, 0, ahead)
    found = search(scenario, tier, at, (seed + 1) % (MOST_SEED + 1), workers, half_way, most_packages)
    shown = shown_of(found, target)
    singles = [_single(scenario, number) for number in range(len(scenario.levers))]
    wanted = [found.packages[place] for place in shown]
    rivals = [found.packages[place] for place in rivals_of(found, shown)]
    everything = list(dict.fromkeys([*wanted, *singles, *rivals]))
    searched = dict(zip(found.packages, map(float, found.odds), strict=True))
    before = most_packages * N_DRAWS * TRIALS_EACH
    runs = runs_of(scenario, everything, trials, seed, workers, stage(progress, before, 0))
    hits = [event_by(run.columns, scenario, tier, days) for run in runs]
    futures = futures_of(scenario, runs, hits, seed)
    n_shown = len(singles) + len(wanted)
    measured = measured_on(scenario, everything, runs, hits, (tier, days), searched, n_shown, futures)
    best = measured[: len(wanted)]
    odds = np.array([one.odds for one in best])
    kept = set(undominated(np.array([one.effort for one in best]), odds))
    frontier = tuple(replace(one, is_undominated=place in kept) for place, one in enumerate(best))
    chosen = _chosen(frontier, target)
    efforts = np.array([one.effort for one in measured])
    robust = measured[most_robust(futures.odds, efforts, futures.groups, frontier[chosen].effort, futures.weights)]
    return Levers(
        name or scenario.title,
        tier,
        days,
        target,
        trials,
        seed,
        len(found.packages),
        found.is_complete,
        {key: lever.label or key for key, lever in scenario.levers.items()},
        {key: lever.who for key, lever in scenario.levers.items()},
        tuple(sorted((measured[everything.index(one)] for one in singles), key=lambda one: -one.difference)),
        frontier,
        chosen,
        robust,
        futures.split_by,
        terms_of(runs[chosen], frontier[chosen].use),
        terms_of(runs[0], {}),
        names_called(scenario),
    )


def _checked(
    scenario: Scenario, target: float | None, tier: str, days: int | None, trials: int, seed: int, most: int
) -> int:
    """Refuse what cannot be; the horizon's position."""
    if not scenario.levers:
        hint = "`parley schema` says what a lever holds"
        raise ParleyError(f"{scenario.title}: has no `levers:`, so there is nothing to pull; {hint}")
    if target is not None and not 0 < target < 1:
        raise ParleyError(f"target: expected a share between 0 and 1, such as 0.5, got {target:g}")
    check_tier(tier)
    check_counts(1, seed, None)
    check_count("trials a package", trials, LEAST_TRIALS, MOST_TRIALS, TRIALS_PER_CLUSTER)
    if most < len(scenario.levers) + 2:
        raise ParleyError(f"packages: expected at least {len(scenario.levers) + 2}, got {most}")
    return horizon_at(scenario, days)


def _single(scenario: Scenario, number: int) -> Package:
    return tuple(lever.steps if at == number else 0 for at, lever in enumerate(scenario.levers.values()))


def _chosen(frontier: Sequence[Measured], target: float | None) -> int:
    """Return the cheapest package at or above the target; the best one where none is."""
    best = max(range(len(frontier)), key=lambda at: frontier[at].odds)
    wanted = (frontier[0].odds + frontier[best].odds) / 2 if target is None else target
    return next((at for at, one in enumerate(frontier) if one.odds >= wanted), best)
