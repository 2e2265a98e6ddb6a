"""Screening of many inputs: elementary effects along random trajectories.

A trajectory starts at random and changes one input after the other by half of its distribution. An *elementary effect*
is the change of the odds divided by that step (so: per whole distribution). ``mu`` is its mean, ``mu_star`` the mean of
its size, ``sigma`` its standard deviation: large where an input works differently in different places.
Reference: Morris (1991), Technometrics 33, 161-174; Campolongo et al. (2007) for ``mu_star``.

All points of a trajectory share their random numbers. The Monte Carlo error that is left would still add to sizes and
spreads, so the sign of an effect is taken from one half of the trials and its size from the other, and squares are one
half times the other. Odds are headlines: each half of a point's trials is taken at the level of that point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.designs import Progress, check_count, mean_and_reach, uniforms
from sim.analysis.point_levels import AT_LEVEL
from sim.analysis.sensitivity.constant_outcomes import NO_INPUT, is_significant, no_variation
from sim.analysis.sensitivity.uncertain_inputs import (
    Integers,
    at_central,
    chosen,
    evaluate,
    horizon_at,
    separate_inputs,
)
from sim.analysis.study import OneSentence, Question, frame, rows_of
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.results.formatting import counted
from sim.scenario.schema import Scenario
from sim.statistics.estimates import Floats

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_TRAJECTORIES = 20
TRIALS_PER_POINT = 256
MOST_TRAJECTORIES = 10_000
LEVELS = 4
STEP = 0.5
"""Inputs stand at shares 1/8, 3/8, 5/8 or 7/8 of their distributions, and move by two levels."""


@dataclass(frozen=True)
class Effect:
    """Elementary effects of one input, as changes of the odds over its whole distribution.

    ``lo`` and ``hi``: 95 per cent interval of ``mu_star`` over trajectories.
    """

    name: str
    mu: float
    mu_star: float
    lo: float
    hi: float
    sigma: float


@dataclass(frozen=True)
class Morris(OneSentence):
    """Effects of all inputs, the largest ``mu_star`` first."""

    tier: str
    days: int
    trajectories: int
    trials: int
    seed: int
    effects: tuple[Effect, ...]
    scenario: str = ""

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.scenario, self.tier, (self.days,), self.trials, self.seed)

    @property
    def varies(self) -> bool:
        """Return whether some input moves the odds significantly, all inputs considered."""
        n = len(self.effects)
        return any(
            one.mu_star > 0 and is_significant(one.mu_star, one.hi - one.mu_star, self.trajectories - 1, n)
            for one in self.effects
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the effects as plain values; None where the odds do not vary and no effect is known."""
        return rows_of(self.effects, self.varies)

    @property
    def sentence(self) -> str:
        """Return how many inputs matter."""
        if not self.effects:
            return NO_INPUT
        if not self.varies:
            return no_variation(all(one.mu_star == one.mu == one.sigma == 0 for one in self.effects))
        clear = sum(one.lo > 0 for one in self.effects)
        return (
            f"Of {counted(len(self.effects), 'input')} {clear} clearly {'matters' if clear == 1 else 'matter'}; "
            f"{self.effects[0].name} does most."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        return (
            "Effects: change of the odds per whole distribution of an input, from its 1/8, 3/8, 5/8 and 7/8 points.",
            f"{self.trajectories} trajectories, {self.trials} trials at each point; chance is kept out of sizes and "
            "spreads by independent halves, so small ones may come out at or just below 0.",
            "Columns of the calibration are varied apart here, though they are known only together.",
            AT_LEVEL,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, for JSON."""
        return {
            "method": "morris",
            "tier": self.tier,
            "days": self.days,
            "trajectories": self.trajectories,
            "trials_per_point": self.trials,
            "seed": self.seed,
            "varies": self.varies,
            "sentence": self.sentence,
            "inputs": self.rows(),
            "notes": list(self.notes),
        }

    def table(self) -> pd.DataFrame:
        """Return one row per input, the largest ``mu_star`` first."""
        return frame(self.rows())


@checked_arguments
def morris(
    scenario: Scenario,
    *,
    inputs: Sequence[str] | None = None,
    tier: str = "durable",
    days: int | None = None,
    trajectories: int = DEFAULT_TRAJECTORIES,
    trials: int = TRIALS_PER_POINT,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Morris:
    """Screen inputs by the elementary effects of each on the odds.

    Parameters
    ----------
    scenario
        Scenario with uncertain numbers.
    inputs
        Names of the inputs that are varied, by default all; the others stay central.
    tier
        Event: ``durable``, ``mutual`` or ``broad``.
    days
        Horizon in days, one of the scenario's; by default the last.
    trajectories
        Random trajectories, 2 to 10,000; each runs (inputs + 1) points.
    trials
        Trials at each point, a multiple of 4.
    seed
        Seed of the random numbers, 0 to 2^64 - 1.
    workers
        Processes; by default one for each core. The result does not depend on them.
    progress
        Called with the trials done and the trials wanted.

    Returns
    -------
    Morris
        Effects as changes of the odds (shares) over an input's whole distribution, the largest ``mu_star`` first.

    Raises
    ------
    ParleyError
        No uncertain number, an unknown or certain input, or an impossible ``tier``, ``days`` or count.

    References
    ----------
    Morris (1991), Technometrics 33, 161-174. Campolongo, Cariboni and Saltelli (2007), Environmental Modelling and
    Software 22, 1509-1518.

    Examples
    --------
    >>> found = sim.morris(sim.load("teaching/minimal"), trajectories=2, trials=32, workers=1)
    >>> list(found.table().columns)
    ['input', 'mu', 'mu_star', 'lo', 'hi', 'sigma']
    """
    check_count("trajectories", trajectories, 2, MOST_TRAJECTORIES)
    at = horizon_at(scenario, days)
    separate, available = separate_inputs(scenario)
    varied = chosen(available, inputs, scenario)
    if not varied:
        raise ParleyError(NO_INPUT)
    points, order = design(len(varied), trajectories, seed)
    flat = points.reshape(-1, len(varied))
    shares = at_central(available, len(flat)) | {one.name: flat[:, number] for number, one in enumerate(varied)}
    answers = evaluate(
        separate,
        available,
        shares,
        trials_per_point=trials,
        batches=2,
        streams=np.repeat(np.arange(trajectories), len(varied) + 1),
        tier=tier,
        seed=seed,
        workers=workers,
        progress=progress,
    )
    levels = [answers.levels([point])[at] for point in range(len(flat))]
    by_half = [
        [level.at(p, trials) for p in halves]
        for level, halves in zip(levels, answers.shares[:, :, at].tolist(), strict=True)
    ]
    at_day = np.array(by_half).reshape(trajectories, len(varied) + 1, 2)
    found = effects(points, order, at_day, [one.name for one in varied])
    return Morris(tier, answers.days[at], trajectories, trials, seed, found, scenario.title)


def design(n_inputs: int, trajectories: int, seed: int) -> tuple[Floats, Integers]:
    """Draw points (trajectories, inputs + 1, inputs), and the input that each step changes (trajectories, inputs)."""
    start = (np.floor(uniforms(seed, "morris start", trajectories, n_inputs) * LEVELS) + 0.5) / LEVELS
    order = np.argsort(uniforms(seed, "morris order", trajectories, n_inputs), axis=1, kind="stable")
    points = np.repeat(start[:, None, :], n_inputs + 1, axis=1)
    for row, steps in enumerate(order):
        for step, column in enumerate(steps):
            moved = start[row, column] + (STEP if start[row, column] < 0.5 else -STEP)
            points[row, step + 1 :, column] = moved
    return points, order


def effects(points: Floats, order: Integers, shares: Floats, names: Sequence[str]) -> tuple[Effect, ...]:
    """Return effects from the odds at ``design``: ``shares`` (trajectories, inputs + 1, 2 halves), largest first."""
    trajectories = len(points)
    rows = np.arange(trajectories)
    found = []
    for column, name in enumerate(names):
        step = np.argmax(order == column, axis=1)
        moved = points[rows, step + 1, column] - points[rows, step, column]
        effect = (shares[rows, step + 1] - shares[rows, step]) / moved[:, None]
        found.append(_effect(name, effect))
    return tuple(sorted(found, key=lambda one: -one.mu_star))


def _effect(name: str, effect: Floats) -> Effect:
    """Return one input's effects, shape (trajectories, 2 halves)."""
    n = len(effect)
    size = (np.sign(effect[:, 0]) * effect[:, 1] + np.sign(effect[:, 1]) * effect[:, 0]) / 2
    mu_star, reach = (float(one) for one in mean_and_reach(size))
    centred = effect - effect.mean(axis=0)
    variance = float(np.sum(centred[:, 0] * centred[:, 1])) / (n - 1)
    return Effect(name, float(effect.mean()), mu_star, mu_star - reach, mu_star + reach, max(0.0, variance) ** 0.5)
