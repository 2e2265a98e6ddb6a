"""What studies share before and while the model is run: checks of counts, random points, progress of stages."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sim.errors import ParleyError
from sim.execution.blocks import shortened
from sim.random_streams import philox_words, stream_key, to_uniform
from sim.results.run import Run
from sim.statistics.estimates import TRIALS_PER_DRAW, Floats, student_quantile

FEWEST_DRAWS = 200
"""Draws of its inputs that a run must hold to be asked which of them matters."""
Progress = Callable[[int, int], None]
"""Called with the trials done and the trials wanted."""


def check_count(name: str, value: int, least: int, most: int, multiple: int = 1) -> None:
    """Refuse a count outside its range, or that is no multiple of ``multiple``, with a ParleyError."""
    if not least <= value <= most or value % multiple:
        kind = f"a multiple of {multiple}" if multiple > 1 else "a whole number"
        raise ParleyError(f"{name}: expected {kind} from {least:,} to {most:,}, got {shortened(value)}")


def check_power_of_two(name: str, value: int, least: int, most: int) -> None:
    """Refuse a size that Sobol's sequence does not fill evenly, with a ParleyError."""
    if not least <= value <= most or value & (value - 1):
        raise ParleyError(f"{name}: expected a power of two from {least:,} to {most:,}, got {shortened(value)}")


def check_draws(run: Run, n_draws: int) -> None:
    """Refuse a run with too few draws of its inputs to distinguish them, with a ParleyError."""
    if n_draws < FEWEST_DRAWS:
        least = FEWEST_DRAWS * TRIALS_PER_DRAW
        few = f"{run.n_trials:,} trials are too few to distinguish inputs"
        raise ParleyError(f"{run.name}: {few}, expected {least:,} or more")


def stage(progress: Progress | None, before: int, ahead: int) -> Progress | None:
    """Return the progress of one stage, reported as part of the whole: trials ``before`` it and ``ahead`` of it."""
    return progress and (lambda done, total: progress(before + done, before + total + ahead))


def uniforms(seed: int, stream: str, *shape: int, part: str = "") -> Floats:
    """Draw uniforms strictly between 0 and 1 from a stream of the seed's own."""
    return to_uniform(philox_words(seed, stream_key(stream, part), 0, 0, 0, math.prod(shape))).reshape(shape)


def shifted_sobol(n_points: int, n_columns: int, seed: int, stream: str) -> Floats:
    """Draw points that fill the unit cube: Sobol's sequence, shifted at random modulo 1, shape (points, columns).

    References: Cranley and Patterson (1976), SIAM Journal on Numerical Analysis 13, 904-914.
    """
    from scipy.stats import qmc

    points = qmc.Sobol(n_columns, scramble=False).random_base2((n_points - 1).bit_length())[:n_points]
    return np.asarray((points + uniforms(seed, stream, n_columns)) % 1.0)


def mean_and_reach(values: Floats) -> tuple[Floats, Floats]:
    """Return the mean over the first axis and the half-width of its 95 % interval by Student's t."""
    n = len(values)
    reach = student_quantile(0.95, n - 1) * values.std(axis=0, ddof=1) / n**0.5
    return np.asarray(values.mean(axis=0)), np.asarray(reach)


def floats(values: Floats) -> tuple[float, ...]:
    """Return a column as plain numbers."""
    return tuple(float(value) for value in values)
