"""Which inputs a response surface holds, and the places of their sliders."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from sim.analysis.sensitivity.uncertain_inputs import HIGH, LOW, Input
from sim.analysis.surrogate.surrogate import Moved, decimals
from sim.scenario.checks import references
from sim.scenario.diagnostics import KeyPath
from sim.scenario.key_paths import split, with_scalars
from sim.scenario.sampling.parameter_draws import inverse_cdf, quantities
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity
from sim.statistics.estimates import Floats
from sim.statistics.polynomial import quadratic

N_INPUTS = 8
STOPS = 46
"""Places of a slider from the low to the high of its input."""
DIGITS = 3
"""Significant digits of a choice's values; others are rounded by their width, so that a command says what is shown."""

Counts = NDArray[np.integer]


def most_moving(scenario: Scenario, available: Sequence[Input], shares: Floats, counts: Counts) -> list[Input]:
    """Return the movable inputs that explain most of the variance of the odds by the last horizon."""
    ranked = sorted(available, key=lambda one: -alone(shares[:, available.index(one)], counts))
    return list(islice((one for one in ranked if is_movable(scenario, one)), N_INPUTS))


def alone(share: Floats, counts: Counts) -> float:
    """Return the variance of the odds by the last horizon that a quadratic in one share explains."""
    odds = 1.0 - counts[:, -1] / counts.sum(axis=1)
    basis = quadratic(share[:, None])
    fitted = np.linalg.lstsq(basis, odds, rcond=None)[0]
    return float(np.var(basis @ fitted))


def is_movable(scenario: Scenario, one: Input) -> bool:
    """Return whether ``--set`` can put the input alone at its low and at its high."""
    known = quantities(scenario)
    if one.is_turned or one.name not in known or one.name.startswith("joint."):
        return False
    path = split(one.name)
    for share in (LOW, HIGH):
        exact = Quantity(value=float(inverse_cdf(known[one.name], share)))

        def put(at: KeyPath, given: Quantity, exact: Quantity = exact) -> Quantity:
            return exact if at == path else given

        if references.check(with_scalars(scenario, put)):
            return False
    return True


def as_slider(scenario: Scenario, one: Input, explained: float) -> Moved:
    """Return an input with its slider's stops, in its own units; values of a choice have one stop each."""
    quantity = quantities(scenario)[one.name]
    grid = np.linspace(0.0, 1.0, 2001)[1:-1]
    values = np.asarray(inverse_cdf(quantity, grid), dtype=np.float64)
    shares = np.linspace(LOW, HIGH, STOPS)
    drawn = np.asarray(inverse_cdf(quantity, shares), dtype=np.float64)
    stops: dict[float, list[float]] = {}
    if quantity.dist == "choice":
        middle = float(f"{quantity.middle:.{DIGITS}g}")
        for share, value in zip(shares, drawn, strict=True):
            stops.setdefault(float(f"{value:.{DIGITS}g}"), []).append(float(share))
    else:
        places = decimals(float(drawn[0]), float(drawn[-1]))
        middle = round(quantity.middle, places)
        for value in dict.fromkeys(round(float(value), places) for value in drawn):
            stops[value] = [float(np.interp(value, values, grid))]
    pairs = tuple((round(float(np.mean(shares)), 4), value) for value, shares in sorted(stops.items()))
    return Moved(one.name, pairs, (round(one.central, 4), middle), explained)
