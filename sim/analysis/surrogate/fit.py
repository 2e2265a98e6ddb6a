"""A response surface: the odds as a smooth function of the inputs that move them most, so that a page needs no engine.

Points fill the space of all inputs' shares (Sobol's sequence, shifted modulo 1 by the seed's own stream "response
shift": Cranley and Patterson 1976). Each point takes the place of a parameter draw and has random numbers of its own,
since few trials of many points estimate a mean better than many trials of few with common random numbers. The inputs
that move the odds most are picked on these points, and the chance of a ceasefire by each horizon, given none before, is
a logistic regression on a full quadratic in their shares (``polynomial``). All other inputs are drawn as in the
scenario: the surface is a mean over them, not a cut at their central values.

Nor is an input central that was not moved: it is drawn too. ``at`` therefore averages the surface over a fixed
set of points, with the inputs that were moved held at their shares, which is what ``parley run --set`` does. With
nothing moved this is the scenario itself. The error is measured on settings that no fit has seen: some inputs held,
every other drawn, against the model's own odds, and the band of the surface against the model's own band there
(``sim.analysis.surrogate.band``). What is fitted are the model's own shares of trials; what is given of them are
headlines, at the level of the scenario.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.designs import Progress, check_count, check_power_of_two, floats, shifted_sobol, stage, uniforms
from sim.analysis.sensitivity.uncertain_inputs import HIGH, LOW, Answers, Input, chosen, evaluate, inputs_whole
from sim.analysis.surrogate.band import Ends, band, between, ends, left_out
from sim.analysis.surrogate.inputs import alone, as_slider, is_movable, most_moving
from sim.analysis.surrogate.surrogate import Response, Setting, average, band_at, heads
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.execution.blocks import DEFAULT_BLOCK
from sim.scenario.schema import Scenario
from sim.statistics.estimates import Floats
from sim.statistics.horizons import horizons
from sim.statistics.level import Level
from sim.statistics.logistic import probability
from sim.statistics.polynomial import fit_surface, quadratic

DEFAULT_POINTS = 16_384
DEFAULT_TRIALS = 4
SETTINGS = 20
"""Settings on which the error is measured."""
POINTS_A_SETTING = 1 / 32
"""Of the points that are fitted."""
AVERAGED = 192
"""Points over which the surface is averaged; carried in full, so that a page averages over the same."""
MOST_POINTS = 2**30
"""Length of scipy's Sobol sequence."""
Counts = NDArray[np.integer]


@checked_arguments
def response(
    scenario: Scenario,
    *,
    inputs: Sequence[str] | None = None,
    tier: str = "durable",
    points: int = DEFAULT_POINTS,
    trials: int = DEFAULT_TRIALS,
    settings: int = SETTINGS,
    level: Sequence[float] | None = None,
    spread: Sequence[float] | None = None,
    counted: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Response:
    """Fit the odds of ``scenario`` as a surface over some inputs, and test it where it was not fitted.

    Parameters
    ----------
    scenario
        Scenario with uncertain numbers.
    inputs
        Names of the inputs that the surface holds, by default the eight that move the odds most.
    tier
        Event: ``durable``, ``mutual`` or ``broad``.
    points
        Points that are fitted, a power of two from 64.
    trials
        Trials at each point, a multiple of 4.
    settings
        Settings on which the error is measured, each of points / 32 points.
    level
        The model's own share of trials by horizon where it is better known, from a finished run: the surface is moved
        to agree with it while nothing is held.
    spread
        Likewise the variance of those shares between draws, by horizon.
    counted
        Trials of that run, by default those that are fitted: a headline is that of so many.
    seed
        Seed of the random numbers, 0 to 2^64 - 1.
    workers
        Processes; by default one for each core. The result does not depend on them.
    progress
        Called with the trials done and the trials wanted.

    Returns
    -------
    Response
        The surface and its test; odds as shares, by horizon.

    Raises
    ------
    ParleyError
        An unknown or certain input, one that cannot be set by itself, or a count that cannot be.
    """
    check_count("trials a point", trials, 4, DEFAULT_BLOCK, 4)
    check_power_of_two("points", points, 64, MOST_POINTS)
    available = inputs_whole(scenario)
    wanted = chosen(available, inputs, scenario) if inputs is not None else None
    if wanted and (stuck := [one.name for one in wanted if not is_movable(scenario, one)]):
        raise ParleyError(f"{stuck[0]}: cannot be moved by itself, so the surface cannot hold it")
    if not any(is_movable(scenario, one) for one in available):
        raise ParleyError("the scenario has no uncertain number that can be moved, so there is no surface")
    a_setting = max(2, round(points * POINTS_A_SETTING))
    all_trials = (points + settings * a_setting) * trials
    bench = Bench(scenario, available, trials, tier, seed, workers, progress, all_trials)
    shares = sequence(len(available), points, seed, "response shift")
    answers = bench.run(shares, 0)
    halves, levels = answers.shares, answers.levels(slice(None))
    n = points * trials if counted is None else counted
    counts = classes(halves.mean(axis=1), trials)
    moved = wanted if wanted is not None else most_moving(scenario, available, shares, counts)
    places = [available.index(one) for one in moved]
    coefficients = fit_surface(quadratic(shares[:, places]), counts)
    over = np.round(sequence(len(moved), AVERAGED, seed, "response average"), 3)
    if level is not None:
        coefficients = levelled(coefficients, over, np.asarray(level, dtype=np.float64))
    variance = between(halves)
    explained = [alone(shares[:, place], counts) / variance[-1] if variance[-1] > 0 else 0.0 for place in places]
    rest = left_out(coefficients, over, variance if spread is None else np.asarray(spread, dtype=np.float64))
    return Response(
        tier,
        tuple(horizons(scenario)),
        tuple(as_slider(scenario, one, share) for one, share in zip(moved, explained, strict=True)),
        _rows(coefficients),
        _rows(over),
        floats(rest),
        levels,
        n,
        tested(bench, moved, (coefficients, over, rest), Shown(levels, n), (settings, a_setting, points)),
        points * trials,
        a_setting * trials,
        seed,
        scenario.title,
    )


class Bench(NamedTuple):
    """What it takes to ask the model at many points."""

    scenario: Scenario
    available: Sequence[Input]
    trials: int
    tier: str
    seed: int
    workers: int | None
    progress: Progress | None
    all_trials: int

    def run(self, shares: Floats, first: int) -> Answers:
        """Run the points ``shares`` (points, inputs) in two batches each.

        Point number p of the study has the stream p, ``first`` being that of the first row.
        """
        return evaluate(
            self.scenario,
            self.available,
            {one.name: shares[:, place] for place, one in enumerate(self.available)},
            streams=first + np.arange(len(shares)),
            trials_per_point=self.trials,
            batches=2,
            tier=self.tier,
            seed=self.seed,
            workers=self.workers,
            progress=stage(self.progress, first * self.trials, self.all_trials - (first + len(shares)) * self.trials),
        )


class Shown(NamedTuple):
    """Levels of the odds by horizon, and the trials of which a share of the surface is taken to be."""

    levels: tuple[Level, ...]
    n: int


def tested(
    bench: Bench,
    moved: Sequence[Input],
    surface: tuple[Floats, Floats, Floats],
    shown: Shown,
    sizes: tuple[int, int, int],
) -> tuple[Setting, ...]:
    """Test the surface against the model where it was not fitted: some inputs held, every other drawn.

    Everything is compared as headlines. ``sizes`` are the settings, the points of each, and the first stream.
    """
    coefficients, over, rest = surface
    settings, a_setting, first = sizes
    levels, n = shown.levels, a_setting * bench.trials
    held = held_out(len(moved), settings, bench.seed)
    shares = sequence(len(bench.available), settings * a_setting, bench.seed, "response test")
    for number, own in enumerate(held):
        for place, share in own.items():
            shares[number * a_setting : (number + 1) * a_setting, bench.available.index(moved[place])] = share
    halves = bench.run(shares, first).shares.reshape(settings, a_setting, 2, -1)
    found = []
    for own, drawn in zip(held, halves, strict=True):
        had = drawn.mean(axis=1)
        model, surfaces = floats(had.mean(axis=0)), average(coefficients, over, own)
        errors = had.std(axis=0, ddof=1) / np.sqrt(a_setting)
        slopes = [level.slope_at(p, n) for level, p in zip(levels, model, strict=True)]
        parts = tuple(
            band_at(levels, floats(half.mean(axis=(0, 1))), band_of(half), n // 2) for half in (drawn[::2], drawn[1::2])
        )
        found.append(
            Setting(
                {moved[place].name: share for place, share in own.items()},
                heads(levels, model, n),
                floats(errors * slopes),
                heads(levels, surfaces, shown.n),
                band_at(levels, model, band_of(drawn), n),
                parts,
                band_at(levels, surfaces, band(coefficients, over, rest, own), shown.n),
            )
        )
    return tuple(found)


def band_of(halves: Floats) -> Ends:
    """Return the model's own band at a setting, from its odds by point and half (points, 2, horizons)."""
    return ends(halves.mean(axis=(0, 1)), between(halves))


def _rows(values: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(map(floats, values))


# -- points -----------------------------------------------------------------------------------------


def sequence(n_inputs: int, n: int, seed: int, name: str) -> Floats:
    """Draw ``n`` points that fill the unit cube by a stream of the seed's own, shape (n, inputs)."""
    return shifted_sobol(n, n_inputs, seed, name)


def held_out(n_inputs: int, settings: int, seed: int) -> list[dict[int, float]]:
    """Choose what each setting holds, by place: one, two, three or all inputs in turn, from their low to their high."""
    orders, shares = uniforms(seed, "response held", 2, settings, n_inputs)
    found = []
    for number in range(settings):
        n_held = (1, 2, 3, n_inputs)[number % 4]
        places = np.argsort(orders[number], kind="stable")[:n_held]
        found.append({int(place): float(LOW + (HIGH - LOW) * shares[number, place]) for place in sorted(places)})
    return found


def classes(odds: Floats, trials: int) -> Counts:
    """Count trials by the horizon at which the event had first happened, never last, from odds (points, horizons)."""
    by = np.rint(odds * trials).astype(np.int64)
    ends = np.column_stack([np.zeros(len(by), dtype=np.int64), by, np.full(len(by), trials)])
    return np.diff(ends, axis=1)


# -- level ------------------------------------------------------------------------------------------


def levelled(coefficients: Floats, over: Floats, wanted: Floats) -> Floats:
    """Move the surface's intercepts so that the means over ``over`` are ``wanted``, by horizon.

    A horizon by which the odds are 0 or 1, or do not grow, is left as it is.
    """
    found = coefficients.copy()
    basis = quadratic(over)
    waiting = np.ones(len(basis))
    before = 0.0
    for row, odds in zip(found, wanted, strict=True):
        grown = odds - before
        if 0 < grown < waiting.mean():
            low, high = -20.0, 20.0
            start = row[0]
            for _ in range(60):
                row[0] = start + (low + high) / 2
                mean = float((waiting * probability(basis, row)).mean())
                low, high = ((low + high) / 2, high) if mean < grown else (low, (low + high) / 2)
        waiting = waiting * (1.0 - probability(basis, row))
        before = 1.0 - float(waiting.mean())
    return found
