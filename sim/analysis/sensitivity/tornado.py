"""One input at a time: how far the odds go when it alone is low or high.

Every other input stays at its central value. All points share their random numbers, so that a difference is due to the
input. Odds are headlines: each point has the level of its own trials, as ``parley run`` would print it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.designs import Progress, check_count, floats, mean_and_reach
from sim.analysis.point_levels import AT_LEVEL, interval_at, pair_of
from sim.analysis.sensitivity.constant_outcomes import is_significant, no_variation
from sim.analysis.sensitivity.uncertain_inputs import (
    HIGH,
    LOW,
    Answers,
    Input,
    at_central,
    by_streams,
    chosen,
    evaluate,
    horizon_at,
    separate_inputs,
)
from sim.analysis.study import OneSentence, Question, frame
from sim.errors.arguments import checked_arguments
from sim.execution.blocks import DEFAULT_BLOCK
from sim.random_streams import READING
from sim.results.formatting import counted
from sim.results.wording import band, percent
from sim.scenario.sampling.parameter_draws import draw_columns, inverse_cdf, quantities
from sim.scenario.sampling.readings import reading_at
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_CLUSTER, Floats, wilson
from sim.statistics.paired_differences import difference
from sim.statistics.ranges import Count, Difference, Share

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_TRIALS = 2_048
BATCH = TRIALS_PER_CLUSTER
"""Trials in a batch; batches of a point are independent."""


@dataclass(frozen=True)
class Bar:
    """One input: its values low, central and high, and the odds there by horizon.

    ``is_multiple``: the values are multiples of what the scenario says. ``difference`` is high minus low, with the 95
    per cent Monte Carlo interval (paired, common random numbers), each by horizon. ``swing`` is the distance between
    the least and the greatest of the three odds at the horizon number ``at``, which ranks the bars.
    """

    name: str
    is_multiple: bool
    values: tuple[float, float, float]
    odds: tuple[tuple[Share, ...], tuple[Share, ...], tuple[Share, ...]]
    difference: tuple[Difference, ...]
    lo: tuple[Difference, ...]
    hi: tuple[Difference, ...]
    at: Count

    @property
    def swing(self) -> float:
        """Return the distance between the least and the greatest of the three odds."""
        there = [by_horizon[self.at] for by_horizon in self.odds]
        return max(there) - min(there)

    @property
    def is_clear(self) -> bool:
        """Return whether high and low differ significantly at that horizon."""
        return self.lo[self.at] > 0 or self.hi[self.at] < 0

    @property
    def in_words(self) -> str:
        """Word the low and the high value: ``0.055 to 0.127``; multiples with ``x``."""
        mark = "x " if self.is_multiple else ""
        return " to ".join(f"{mark}{value:.3g}" for value in (self.values[0], self.values[2]))


@dataclass(frozen=True)
class Tornado(OneSentence):
    """All bars, the longest first.

    ``central``: odds by horizon with every input central, those of ``parley run --central``, and the 95 per cent Monte
    Carlo interval.
    ``at`` is the position among ``days`` of the horizon that ranks the bars. ``varies``: some input moves the odds
    there significantly; without that the bars are in the order of the scenario and none is said to lead.
    """

    tier: str
    days: tuple[Count, ...]
    at: Count
    central: tuple[Share, ...]
    central_lo: tuple[Share, ...]
    central_hi: tuple[Share, ...]
    trials: Count
    seed: int
    bars: tuple[Bar, ...]
    varies: bool = True
    scenario: str = ""

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.scenario, self.tier, self.days, self.trials, self.seed)

    @property
    def sentence(self) -> str:
        """Return which input moves the odds most, in a sentence."""
        if not self.varies:
            return no_variation(all(bar.swing == 0 for bar in self.bars), len(self.bars))
        top = self.bars[0]
        low, high = percent(top.odds[0][self.at]), percent(top.odds[2][self.at])
        clear = sum(bar.is_clear for bar in self.bars)
        return (
            f"{top.name} moves the odds most: from {low} at its low to {high} at its high, all else central "
            f"({percent(self.central[self.at])}). Of {counted(len(self.bars), 'input')} {clear} "
            f"{'moves' if clear == 1 else 'move'} them by more than chance (95 %, each for itself)."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        reach = band(self.central_lo[self.at], self.central_hi[self.at])
        said = [
            f"Low and high are the {100 * LOW:.0f} and {100 * HIGH:.0f} per cent points of each input's distribution.",
            f"{self.trials:,} trials at each point with common random numbers; all central is {reach} (95 %).",
            AT_LEVEL,
            "One at a time shows no interactions: --method sobol does.",
        ]
        if any(bar.is_multiple for bar in self.bars):
            said.insert(
                1, "Values with an x are multiples of what the scenario says, of all numbers of that kind at once."
            )
        return tuple(said)

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, for JSON."""
        return {
            "method": "tornado",
            "tier": self.tier,
            "days": list(self.days),
            "ranked_at": self.days[self.at],
            "quantiles": [LOW, HIGH],
            "trials_per_point": self.trials,
            "seed": self.seed,
            "varies": self.varies,
            "sentence": self.sentence,
            "central": {"p": list(self.central), "mc_lo": list(self.central_lo), "mc_hi": list(self.central_hi)},
            "inputs": [
                {
                    "input": bar.name,
                    "is_multiple": bar.is_multiple,
                    "values": dict(zip(("low", "central", "high"), bar.values, strict=True)),
                    "odds": {name: list(p) for name, p in zip(("low", "central", "high"), bar.odds, strict=True)},
                    "difference": list(bar.difference),
                    "lo": list(bar.lo),
                    "hi": list(bar.hi),
                    "swing": bar.swing if self.varies else None,
                }
                for bar in self.bars
            ],
            "notes": list(self.notes),
        }

    def table(self) -> pd.DataFrame:
        """Return one row per input and horizon, in the order of the bars."""
        return frame(
            {
                "input": bar.name,
                "days": days,
                "is_multiple": bar.is_multiple,
                **dict(zip(("value_low", "value_central", "value_high"), bar.values, strict=True)),
                **{f"p_{end}": p[at] for end, p in zip(("low", "central", "high"), bar.odds, strict=True)},
                "difference": bar.difference[at],
                "lo": bar.lo[at],
                "hi": bar.hi[at],
            }
            for bar in self.bars
            for at, days in enumerate(self.days)
        )


@checked_arguments
def tornado(
    scenario: Scenario,
    *,
    inputs: Sequence[str] | None = None,
    tier: str = "durable",
    days: int | None = None,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Tornado:
    """Vary one input at a time: the odds with each at its low and at its high, all others central.

    Parameters
    ----------
    scenario
        Scenario with uncertain numbers.
    inputs
        Names of inputs (key paths, or a column such as ``calibration.strain``), by default all.
    tier
        Event: ``durable``, ``mutual`` or ``broad``.
    days
        Horizon in days that ranks the bars, one of the scenario's; by default the last.
    trials
        Trials at each point, a multiple of 32 from 64.
    seed
        Seed of the random numbers, 0 to 2^64 - 1.
    workers
        Processes; by default one for each core. The result does not depend on them.
    progress
        Called with the trials done and the trials wanted.

    Returns
    -------
    Tornado
        A bar per input, the longest first; odds as shares, by horizon.

    Raises
    ------
    ParleyError
        An unknown or certain input, or an impossible ``tier``, ``days`` or count.

    Examples
    --------
    >>> found = sim.tornado(sim.load("teaching/minimal"), trials=64, workers=1)
    >>> len(found.table()) == len(found.bars) * len(found.days)
    True
    """
    check_count("trials a point", trials, 2 * BATCH, DEFAULT_BLOCK, BATCH)
    at = horizon_at(scenario, days)
    separate, available = separate_inputs(scenario)
    varied = chosen(available, inputs, scenario)
    shares = at_central(available, 1 + 2 * len(varied))
    for number, one in enumerate(varied):
        shares[one.name][1 + 2 * number], shares[one.name][2 + 2 * number] = LOW, HIGH
    # A scenario without any input still has one point, which nothing varies.
    answers = evaluate(
        separate,
        available,
        shares or {"": np.zeros(1)},
        trials_per_point=trials,
        batches=trials // BATCH,
        tier=tier,
        seed=seed,
        workers=workers,
        progress=progress,
    )
    values = _values(separate, available, varied, shares)
    does_vary = any(_moves(number, answers, at, len(varied)) for number in range(len(varied)))
    bars = [_bar(one, number, values[one.name], answers, separate, at) for number, one in enumerate(varied)]
    central = [
        (level.at(p, trials), *interval_at(level, wilson(p, trials), trials))
        for p, level in zip(floats(answers.model[0]), answers.levels([0]), strict=True)
    ]
    return Tornado(
        tier,
        answers.days,
        at,
        tuple(p for p, _, _ in central),
        tuple(low for _, low, _ in central),
        tuple(high for _, _, high in central),
        trials,
        seed,
        tuple(sorted(bars, key=lambda bar: -bar.swing) if does_vary else bars),
        does_vary,
        scenario.title,
    )


def _moves(number: int, answers: Answers, at: int, n_inputs: int) -> bool:
    """Return whether two of an input's three points differ significantly, all inputs considered.

    By Student's t on batches with common random numbers; where there are few batches, by intervals that do not meet.
    """
    by_batch = answers.shares[:, :, at]
    level = 1 - 0.05 / (3 * n_inputs)
    for one, other in combinations((0, 1 + 2 * number, 2 + 2 * number), 2):
        first, second = (wilson(float(answers.model[end, at]), answers.trials_per_point, level) for end in (one, other))
        if first[0] > second[1] or second[0] > first[1]:
            return True
        mean, reach = mean_and_reach(by_batch[other] - by_batch[one])
        if is_significant(float(mean), float(reach), by_batch.shape[1] - 1, 3 * n_inputs):
            return True
    return False


def _bar(
    one: Input, number: int, values: tuple[float, float, float], answers: Answers, separate: Scenario, at: int
) -> Bar:
    ends, n = (1 + 2 * number, 0, 2 + 2 * number), answers.trials_per_point
    model = answers.model
    levels = [answers.levels([end]) for end in ends]
    odds = [
        tuple(one.at(float(share), n) for one, share in zip(of_end, model[end], strict=True))
        for end, of_end in zip(ends, levels, strict=True)
    ]
    hits = np.rint(answers.shares * BATCH).astype(np.int64)
    apart = [
        difference(pair_of(hits[ends[0], :, place], hits[ends[2], :, place]), (levels[0][place], levels[2][place]))
        for place in range(len(answers.days))
    ]
    return Bar(
        one.name,
        one.path in _factors(separate, "ratio", "multiply"),
        values,
        (odds[0], odds[1], odds[2]),
        tuple(size for size, _, _ in apart),
        tuple(low for _, low, _ in apart),
        tuple(high for _, _, high in apart),
        at,
    )


def _values(
    separate: Scenario, available: Sequence[Input], varied: Sequence[Input], shares: dict[str, Floats]
) -> dict[str, tuple[float, float, float]]:
    """Return what each varied input is in the engine at low, central and high; ratios are over their median."""
    drawn = draw_columns(separate, by_streams(available, shares).__getitem__)
    known = quantities(separate)
    ratios = _factors(separate, "ratio")
    found = {}
    for number, one in enumerate(varied):
        column = reading_at(separate, shares[READING]) if one.path == READING else np.asarray(drawn[one.path])
        centre = float(inverse_cdf(known[one.path], 0.5)) if one.path in ratios else 1.0
        low, middle, high = (float(column[at]) / centre for at in (1 + 2 * number, 0, 2 + 2 * number))
        found[one.name] = (low, middle, high)
    return found


def _factors(separate: Scenario, *modes: str) -> set[str]:
    """Return the key paths of the joint factors that work in one of these modes."""
    return {
        f"joint.{number}.factors.{name}"
        for number, group in enumerate(separate.joint)
        if group.mode in modes
        for name in group.columns.values()
    }
