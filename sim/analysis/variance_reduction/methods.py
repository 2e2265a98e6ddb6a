"""Fewer trials for the same answer: one scenario's odds by several methods, what each costs and what it gains.

Four methods, each unbiased and each with an interval of its own: plain trials; control variates on the same trials
(``control_variates``); scrambled Sobol draws (``sobol_draws``), and beside them as many independent draws, to tell
what more draws do from what their evenness does; splitting for odds below one per cent (``splitting``). A method that
gains nothing says so: its ratio is near 1, or below. Everything runs in this process on one core, so that CPU seconds
can be compared. Odds are the model's own, never anchored.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.sensitivity.uncertain_inputs import NOT_ANCHORED
from sim.analysis.variance_reduction.control_variates import Coordinates, adjusted, controlled, luck_controls
from sim.analysis.variance_reduction.engine_pass import (
    Cell,
    Clock,
    HitsByCell,
    Progress,
    cells_of,
    plain_run,
    weeks_for,
)
from sim.analysis.variance_reduction.estimate import (
    FEW_EVENTS,
    PLAIN,
    Estimate,
    compared,
    from_means,
    plain_estimate,
)
from sim.analysis.variance_reduction.scrambled_sobol import N_SCRAMBLES, TRIALS_PER_POINT, point_run
from sim.analysis.variance_reduction.splitting import FEW_DRAWS, Split, split_run
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.execution.blocks import MOST_SEED, shortened
from sim.random_streams import Streams
from sim.results.wording import percent
from sim.scenario.diagnostics import did_you_mean, escaped
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_CLUSTER, design_effect
from sim.statistics.horizons import TIERS, horizons

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("plain", "controls", "sobol", "splitting", "all")
DEFAULT_TRIALS = 16_384
LEAST_TRIALS, MOST_TRIALS = 2_048, 2_000_000
RARE = 0.01
NEAR = 1.1
"""A ratio within a tenth of 1 is called no gain."""


@dataclass(frozen=True)
class SplitCell:
    """Odds that were split: the levels chosen, and how many draws of the parameters carry the estimate."""

    tier: str
    days: int
    levels: tuple[int, ...]
    effective_draws: float


@dataclass(frozen=True)
class FewerTrials:
    """Estimates by method and cell, plain trials first, and what was split."""

    name: str
    method: str
    trials: int
    seed: int
    n_inputs: int
    estimates: tuple[Estimate, ...]
    splits: tuple[SplitCell, ...]

    def of(self, method: str, tier: str = "durable", days: int | None = None) -> list[Estimate]:
        """Estimates of a method for a tier, at all horizons or at one."""
        chosen = [one for one in self.estimates if (one.method, one.tier) == (method, tier)]
        return [one for one in chosen if days in (None, one.days)]

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.method for one in self.estimates))

    @property
    def sentence(self) -> str:
        """Which method gives most for a second, at the last horizon of durable halts."""
        if self.method == "splitting":
            return " ".join(map(self._of_splitting, self.splits))
        last = max(one.days for one in self.of(PLAIN))
        rivals = [one for method in self.methods for one in self.of(method, "durable", last)]
        if any(one.method == PLAIN and one.se == 0 for one in rivals):
            return (
                f"The odds by {last} days do not vary: all plain trials ended alike, so there is no variance that a "
                "method could take away."
            )
        known = [one for one in rivals if np.isfinite(one.effective_per_second)]
        plain = next((one for one in known if one.method == PLAIN), None)
        if plain is None or len(known) < 2:
            return "There is nothing to compare plain trials with."
        clear = [one for one in known if one.ratio_lo > 1.0]
        best = max(clear, key=lambda one: one.effective_per_second, default=plain)
        gain = best.effective_per_second / plain.effective_per_second
        if gain < NEAR:
            return f"For the odds by {last} days no method clearly gives more for a second than plain trials."
        return (
            f"For the odds by {last} days ({percent(plain.p)}) {best.method} gives most: a second is worth "
            f"{gain:.1f} seconds of plain trials."
        )

    def _of_splitting(self, cell: SplitCell) -> str:
        (one,), (plain,) = (self.of(method, cell.tier, cell.days) for method in ("splitting *", "plain *"))
        if one.se == 0:
            ends = f"{100 * one.lo:.2g} to {100 * one.hi:.2g} %"
            return f"By {cell.days} days no trial of splitting met the event (95 %: {ends}), so it has no gain to tell."
        gain = one.effective_per_second / plain.effective_per_second
        said = f"By {cell.days} days {100 * one.p:.2g} % (95 %: {100 * one.lo:.2g} to {100 * one.hi:.2g})"
        if cell.effective_draws < FEW_DRAWS:
            return (
                f"{said}: only some {cell.effective_draws:.0f} draws of the uncertain inputs carry this estimate, so "
                "its interval may be too narrow and its gain is none. Trust the plain trials, or run more."
            )
        if one.ratio_lo > 1.0 and gain > NEAR:
            return f"{said}: a second of splitting is worth {gain:.1f} seconds of plain trials."
        return f"{said}: splitting gives no clear gain over plain trials."

    @property
    def notes(self) -> list[str]:
        """What must be said beside the numbers."""
        found = [
            "Ratio: variance of as many plain trials over the method's; 1 is no gain, below 1 a loss. Effective: plain "
            "trials with the same standard error, for each CPU second of one core. Seconds vary from run to run. The "
            "interval of the ratio is a guide; that of controls is too wide, since they are on the very same trials.",
        ]
        if {"sobol", "more draws"} & set(self.methods):
            found.append(
                f"sobol: {N_SCRAMBLES} independent scrambles, {TRIALS_PER_POINT} trials to a point; more draws: the "
                "same with independent points. Sixteen means tell their own variance to within a factor of about two, "
                "hence the width of the ratio."
            )
        if self.method in ("splitting", "all") and not self.splits:
            found.append("No odds of a lasting halt are below 1 %, so nothing was split.")
        if self.splits and self.method == "all":
            found += map(self._of_splitting, self.splits)
        if self.splits:
            found.append("Rows marked * stop at their own horizon, plain trials too: so they cost less a trial.")
        return [*found, NOT_ANCHORED]

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers and lists, for JSON. Seconds and what is made of them differ from run to run."""
        return {
            "scenario": self.name,
            "method": self.method,
            "anchored": False,
            "trials": self.trials,
            "seed": self.seed,
            "uncertain_inputs": self.n_inputs,
            "estimates": [one.as_dict() for one in self.estimates],
            "splits": [{**asdict(one), "levels": list(one.levels)} for one in self.splits],
            "sentence": self.sentence,
            "notes": self.notes,
        }

    def table(self) -> pd.DataFrame:
        """One row per method, tier and horizon."""
        import pandas as pd

        return pd.DataFrame([one.as_dict() for one in self.estimates])


@checked_arguments
def fewer_trials(
    scenario: Scenario,
    *,
    trials: int = DEFAULT_TRIALS,
    method: str = "all",
    seed: int = 1,
    progress: Progress | None = None,
    name: str = "",
) -> FewerTrials:
    """The odds of every tier at every horizon by ``method`` and by plain trials, with what each costs and gains.

    ``trials`` a multiple of 32; Sobol takes the power of two below, splitting about as many in all. Splitting is for
    durable halts with odds below 1 % in the plain run; asked for alone it splits the rarest whatever its odds.
    Raises ParleyError for a method, a seed or a number of trials that cannot be.
    """
    check(method, trials, seed)
    weeks = weeks_for(scenario, max(horizons(scenario)))
    clock = Clock()
    hits = plain_run(scenario, trials, seed, weeks, clock, progress)
    last = max(horizons(scenario))
    borrowed = max(design_effect(hits[tier, last]) for tier in TIERS)
    plain = {cell: plain_estimate(hits[cell], *cell, clock.cpu, borrowed) for cell in cells_of(scenario)}
    coordinates = Coordinates(scenario, Streams(seed, 0, TRIALS_PER_CLUSTER))
    found = list(plain.values())
    if method in ("controls", "all"):
        found += _by_controls(scenario, hits, seed, clock.cpu)
    if method in ("sobol", "all"):
        found += _by_points(scenario, trials, seed, weeks, progress)
    splits: list[SplitCell] = []
    estimates = [compared(one, plain[one.tier, one.days]) for one in found]
    if method in ("splitting", "all"):
        for cell in _rare(plain, is_wanted=method == "splitting"):
            pair, split = _by_splitting(scenario, cell, trials, seed, progress)
            estimates += pair
            splits.append(SplitCell(*cell, split.levels, split.effective_draws))
    n_inputs = coordinates.values.shape[1]
    return FewerTrials(name or scenario.title, method, trials, seed, n_inputs, tuple(estimates), tuple(splits))


def check(method: str, trials: int, seed: int) -> None:
    """Refuse what cannot be."""
    if method not in METHODS:
        nearest = did_you_mean(method, list(METHODS))
        raise ParleyError(f"method: {escaped(method)} came{nearest}")
    if not 0 <= seed <= MOST_SEED:
        raise ParleyError(f"seed: {shortened(seed)} came, 0 to {MOST_SEED} is allowed")
    if not LEAST_TRIALS <= trials <= MOST_TRIALS or trials % TRIALS_PER_CLUSTER:
        wanted = f"a multiple of {TRIALS_PER_CLUSTER} from {LEAST_TRIALS:,} to {MOST_TRIALS:,} is wanted"
        raise ParleyError(f"trials: {shortened(trials)} came, {wanted}")


def _by_controls(scenario: Scenario, hits: HitsByCell, seed: int, cpu: float) -> list[Estimate]:
    """Every cell from the plain run's own trials; each bears the whole cost of making the controls."""
    making = Clock()
    n = len(next(iter(hits.values())))
    with making.runs():
        coordinates = Coordinates(scenario, Streams(seed, 0, n, scenario.mirrored))
        luck = luck_controls(scenario, seed, n)
    found = []
    for cell in cells_of(scenario):
        fitting = Clock()
        with fitting.runs():
            left = adjusted(hits[cell], coordinates, luck)
        found.append(controlled(hits[cell], left, *cell, cpu + making.cpu + fitting.cpu))
    return found


def _by_points(scenario: Scenario, trials: int, seed: int, weeks: int, progress: Progress | None) -> list[Estimate]:
    """Every cell from sixteen scrambled Sobol sets, and from as many sets of independent points."""
    found = []
    for label, is_even in (("sobol", True), ("more draws", False)):
        clock = Clock()
        means, n = point_run(scenario, trials, seed, weeks, clock, progress, is_even)
        found += [from_means(label, *cell, means[cell], n, clock.cpu) for cell in cells_of(scenario)]
    return found


def _rare(plain: dict[Cell, Estimate], is_wanted: bool) -> list[Cell]:
    """Durable halts with odds below 1 %; the rarest anyway if splitting is what was asked for."""
    durable = {cell: one for cell, one in plain.items() if cell[0] == "durable"}
    rare = [cell for cell, one in durable.items() if one.p < RARE]
    return rare or ([min(durable, key=lambda cell: durable[cell].p)] if is_wanted else [])


def _by_splitting(
    scenario: Scenario, cell: Cell, trials: int, seed: int, progress: Progress | None
) -> tuple[list[Estimate], Split]:
    """Plain trials that stop at the cell's own horizon, and splitting, compared with each other."""
    clock, own = Clock(), Clock()
    hits = plain_run(scenario, trials, seed, weeks_for(scenario, cell[1]), clock)[cell]
    split = split_run(scenario, cell, trials, seed, own, progress)
    plain = plain_estimate(hits, *cell, clock.cpu)
    one = from_means("splitting *", *cell, split.estimates, split.trials, own.cpu)
    unit = plain.se**2 * plain.trials
    if np.count_nonzero(hits) < FEW_EVENTS:  # too few to know their variance: that of independent trials
        unit = one.p * (1 - one.p)
    pair = [replace(compared(plain, plain), method="plain *"), compared(one, plain, unit)]
    return pair, split
