"""Measure what scrambled Sobol draws gain on the odds of a scenario, against plain trials.

Three unbiased estimates, each point of input space in the place of a draw of the parameters (``evaluate``): plain
trials as ``parley run`` makes them, sixteen to a draw and draws in antithetic pairs; scrambled Sobol points with four
trials each (``scipy.stats.qmc``: a random linear scrambling and a digital shift, Matousek 1998, Journal of Complexity
14, 527-556); as many independent points, which separate what more draws gain from what their evenness gains. A single
scrambled set cannot estimate its own error, so 64 are scrambled independently and the spread of their means gives it.
Everything runs in this process on one core, so that CPU seconds can be compared.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

import sim.model.compiled  # noqa: F401  # the compiler, before the clock: it loads longer than a small run
from sim.analysis.designs import Progress, check_count, uniforms
from sim.analysis.point_levels import AT_LEVEL, interval_at
from sim.analysis.sensitivity.constant_outcomes import NO_INPUT
from sim.analysis.sensitivity.uncertain_inputs import Input, evaluate, inputs_whole
from sim.analysis.study import OneSentence, Question, frame
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.execution.blocks import check_counts
from sim.random_streams import TRIALS_PER_CLUSTER, TRIALS_PER_DRAW, Streams, stream_key
from sim.results.formatting import plain
from sim.results.wording import percent
from sim.scenario.schema import Scenario
from sim.statistics.estimates import Floats, normal_quantile, student_quantile, wilson
from sim.statistics.level import Level

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_TRIALS = 16_384
LEAST_TRIALS, MOST_TRIALS = 2_048, 2_000_000
LEVEL = 0.95
FEW_EVENTS = 20
"""With fewer events (or fewer trials without one) the variance of plain trials is not known well enough for a ratio."""
N_SETS = 64
"""Their variance is known to within two fifths; sixteen larger sets gain no more and know it to a factor of two."""
TRIALS_PER_POINT = 4
"""Two antithetic pairs: drawing parameters and simulating their trials then cost about the same."""
HALF_STEP = 2.0**-31
"""scipy's points are multiples of 2^-30 from 0 on; an inverse CDF needs them above 0."""
PLAIN, MORE_DRAWS, SOBOL = "plain", "more draws", "sobol"
UNKNOWN = float("nan")
NOTES = (
    f"Ratio: variance of as many plain trials over the method's; unknown below {FEW_EVENTS} events. Effective: plain "
    "trials of the same standard error for each CPU second of one core, which varies from run to run.",
    f"sobol: {N_SETS} scrambled sets, {TRIALS_PER_POINT} trials to a point; more draws: the same with independent "
    "points. So many means give their own variance to within two fifths.",
    AT_LEVEL,
    "Ratios are of the variances of unweighted shares of trials; a standard error is taken at the level.",
)


@dataclass(frozen=True)
class Estimate:
    """Headline ``p`` by ``method`` with a 95 % interval, standard error, trials, and CPU seconds of all horizons.

    ``variance_ratio``: variance of as many plain trials over the method's, above 1 being a gain, with a 95 % interval;
    ``effective_per_second``: plain trials of the same standard error for each CPU second. NaN where unknown.
    """

    method: str
    days: int
    p: float
    lo: float
    hi: float
    se: float
    trials: int
    cpu: float
    variance_ratio: float = UNKNOWN
    ratio_lo: float = UNKNOWN
    ratio_hi: float = UNKNOWN
    effective_per_second: float = UNKNOWN


@dataclass(frozen=True)
class FewerTrials(OneSentence):
    """Estimates of a tier at every horizon by the three methods, plain trials first."""

    scenario: str
    tier: str
    trials: int
    seed: int
    uncertain_inputs: int
    estimates: tuple[Estimate, ...]

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.scenario, self.tier, tuple(one.days for one in self.of(PLAIN)), self.trials, self.seed)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        return NOTES

    def of(self, method: str) -> list[Estimate]:
        """Return the estimates of a method, by horizon."""
        return [one for one in self.estimates if one.method == method]

    @property
    def sentence(self) -> str:
        """Return what Sobol draws gain at the last horizon, for a trial and for a second."""
        base, sobol = self.of(PLAIN)[-1], self.of(SOBOL)[-1]
        if base.se == 0:
            return f"The odds by {base.days} days do not vary: all plain trials ended alike, so nothing can be gained."
        if not np.isfinite(sobol.variance_ratio):
            return f"Too few trials differ by {base.days} days to say what Sobol draws gain."
        by_second = sobol.effective_per_second / base.effective_per_second
        found = (
            f"By {base.days} days ({percent(base.p)}) Sobol draws are worth {sobol.variance_ratio:.1f} times as many "
            f"plain trials ({sobol.ratio_lo:.1f} to {sobol.ratio_hi:.1f}), {by_second:.1f} times for a second."
        )
        return found if sobol.ratio_lo > 1 and by_second > 1 else f"{found} That is no clear gain."

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, for JSON, null where unknown; seconds differ from run to run."""
        return {**plain(asdict(self)), "sentence": self.sentence, "notes": NOTES}

    def table(self) -> pd.DataFrame:
        """Return one row per method and horizon."""
        return frame(map(asdict, self.estimates))


@checked_arguments
def fewer_trials(
    scenario: Scenario,
    *,
    tier: str = "durable",
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    progress: Progress | None = None,
    name: str = "",
) -> FewerTrials:
    """Estimate the odds at every horizon by plain trials, more draws and Sobol draws, with what each costs and gains.

    Parameters
    ----------
    scenario
        Scenario with uncertain numbers.
    tier
        Event: ``durable``, ``mutual`` or ``broad``.
    trials
        Trials of each method, a multiple of 32 from 2,048 to 2,000,000; Sobol sets take the power of two below.
    seed
        Seed of the random numbers, 0 to 2^64 - 1.
    progress
        Called with the trials done and the trials wanted.
    name
        Name of the scenario in the result; by default its title.

    Returns
    -------
    FewerTrials
        Odds as shares, ratios of variances, and plain trials of the same standard error for each CPU second.

    Raises
    ------
    ParleyError
        No uncertain number, or a tier, a seed or a count that cannot be.
    """
    check_counts(trials, seed, None)
    check_count("trials", trials, LEAST_TRIALS, MOST_TRIALS, TRIALS_PER_CLUSTER)
    inputs = inputs_whole(scenario)[::-1]  # files of joint draws first, as Sobol's first columns are the most even
    if not inputs:
        raise ParleyError(NO_INPUT)
    plain_trials: list[Estimate] = []
    found: list[Estimate] = []
    for method in (PLAIN, MORE_DRAWS, SOBOL):
        began = time.process_time()
        shares = drawn(method, inputs, trials, seed)
        n_points = len(shares[inputs[0].name])
        each, n_sets = (TRIALS_PER_DRAW, n_points // 2) if method == PLAIN else (TRIALS_PER_POINT, N_SETS)
        answers = evaluate(
            scenario, inputs, shares, trials_per_point=each, batches=1, streams=np.arange(n_points), tier=tier,
            seed=seed, workers=1, progress=progress,
        )  # fmt: skip
        means = answers.model.reshape(n_sets, -1, len(answers.days)).mean(axis=1)
        cpu = time.process_time() - began
        for at, (days, level) in enumerate(zip(answers.days, answers.levels(slice(None)), strict=True)):
            one = from_means(method, days, means[:, at], n_points * each, cpu)
            if method == PLAIN:
                plain_trials.append(one)
            found.append(at_level(compared(one, plain_trials[at]), level))
    return FewerTrials(name or scenario.title, tier, trials, seed, len(inputs), tuple(found))


def drawn(method: str, inputs: list[Input], trials: int, seed: int) -> dict[str, Floats]:
    """Draw shares by input name (points,): those of ``parley run`` for plain trials, or sets of points."""
    if method == PLAIN:
        streams = Streams(seed, 0, trials)
        shares = {one.name: streams.parameter(one.stream) for one in inputs}
        return {one.name: 1 - shares[one.name] if one.is_turned else shares[one.name] for one in inputs}
    size = points_for(trials)
    draw = scrambled if method == SOBOL else independent
    points = np.concatenate([draw(len(inputs), size, number, seed) for number in range(N_SETS)])
    return {one.name: points[:, column] for column, one in enumerate(inputs)}


def points_for(trials: int) -> int:
    """Return the points in each set: the power of two that makes ``trials`` in all, or the next below."""
    return 1 << (trials // (N_SETS * TRIALS_PER_POINT)).bit_length() - 1


def scrambled(n_columns: int, n_points: int, number: int, seed: int) -> Floats:
    """Draw one scrambled Sobol set, shape (points, columns), strictly between 0 and 1."""
    rng = np.random.default_rng([stream_key("sobol scramble", ""), seed, number])
    # ``seed``, not ``rng``: the lowest scipy that is admitted knows no other name.
    return np.asarray(stats.qmc.Sobol(n_columns, seed=rng).random_base2(n_points.bit_length() - 1) + HALF_STEP)


def independent(n_columns: int, n_points: int, number: int, seed: int) -> Floats:
    """Draw as many independent points, shape (points, columns)."""
    return uniforms(seed, "independent points", n_points, n_columns, part=str(number))


def from_means(method: str, days: int, means: Floats, trials: int, cpu: float) -> Estimate:
    """Estimate from the means of independent sets: Wilson's interval at the effective number of trials.

    Few sets estimate their spread badly: Student's t takes the place of the normal, as in ``effective_trials``. Sets
    that do not differ count as so many independent trials.
    """
    k, p = len(means), float(np.mean(means))
    se = float(np.std(means, ddof=1) / np.sqrt(k))
    shrunk = (normal_quantile(LEVEL) / student_quantile(LEVEL, k - 1)) ** 2
    lo, hi = wilson(p, shrunk * p * (1 - p) / se**2 if se > 0 else trials, LEVEL)
    return Estimate(method, days, p, lo, hi, se, trials, cpu)


def at_level(one: Estimate, level: Level) -> Estimate:
    """Return the headline of an estimate of the share of trials; its standard error by the delta method."""
    lo, hi = interval_at(level, (one.lo, one.hi), one.trials)
    se = one.se * level.slope_at(one.p, one.trials)
    return replace(one, p=level.at(one.p, one.trials), lo=lo, hi=hi, se=se)


def compared(one: Estimate, base: Estimate) -> Estimate:
    """Complete an estimate with its ratio to plain trials and an F interval, as if means were normal.

    Rows share random numbers by trial, so their variances are not independent and the interval is on the wide side.
    """
    rate = one.trials / one.cpu if one.cpu > 0 else UNKNOWN
    if one.method == PLAIN:
        return replace(one, variance_ratio=1.0, effective_per_second=rate)
    if one.se <= 0 or min(base.p, 1 - base.p) * base.trials < FEW_EVENTS:
        return one
    ratio = base.se**2 * base.trials / (one.se**2 * one.trials)
    lo, hi = ratio_interval(ratio, base.trials // TRIALS_PER_CLUSTER - 1, N_SETS - 1)
    return replace(one, variance_ratio=ratio, ratio_lo=lo, ratio_hi=hi, effective_per_second=ratio * rate)


def ratio_interval(ratio: float, above: int, below: int) -> tuple[float, float]:
    """Return the 95 % interval of a ratio of variances with ``above`` and ``below`` degrees of freedom, if normal."""
    low, high = stats.f.interval(LEVEL, above, below)
    return ratio / float(high), ratio / float(low)
