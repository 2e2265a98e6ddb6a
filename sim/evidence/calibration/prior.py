"""The prior of the calibration: points of parameters and of alternatives of terms, and what a row makes of them.

A point lies in the unit cube: one coordinate for each structural parameter, then one for each optional term, whose
interval is divided evenly among its alternatives. For a coded row a point becomes seven *inputs* of the template, the
parameter times the factors of the terms; response surfaces are fitted in the row's inputs, so that one simulation
serves every combination of terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibration.episodes import Episode
from sim.evidence.calibration.optional_terms import INPUTS, TERMS
from sim.evidence.calibration.structural_parameters import NAMES, STRUCTURAL
from sim.random_streams import Streams
from sim.scenario.sampling.parameter_draws import inverse_cdf
from sim.scenario.schema.quantity import Quantity
from sim.statistics.estimates import Floats

COORDINATES: tuple[str, ...] = (*NAMES, *(term.name for term in TERMS))
POINTS = 32_768
"""Points of the prior on which the posterior is weighed."""
MOST = 100.0
"""Largest multiple of a reference that a scenario takes: beyond any real row, a signing rate there is certainty."""


def prior_points(n: int = POINTS) -> Floats:
    """Return ``n`` points of Sobol's sequence moved half a step, shape (n, coordinates), in the unit cube."""
    from scipy.stats import qmc

    points = qmc.Sobol(len(COORDINATES), scramble=False).random(n)
    return np.asarray((points + 0.5 / n) % 1.0)


@lru_cache(maxsize=4)
def prior_draws(trials: int, seed: int = 1) -> Floats:
    """Return the points at which ``trials`` trials are simulated, shape (draws, coordinates), in the unit cube."""
    streams = Streams(seed, 0, trials)
    return np.column_stack([streams.parameter(f"calibration.{name}") for name in COORDINATES])


def alternatives(points: Floats) -> dict[str, NDArray[np.intp]]:
    """Return the number of the alternative of each term at each point, by term, shape (points,)."""
    found = {}
    for column, term in enumerate(TERMS, len(NAMES)):
        n = len(term.alternatives)
        found[term.name] = np.minimum((points[:, column] * n).astype(np.intp), n - 1)
    return found


def multiples_of(points: Floats) -> Floats:
    """Return the structural parameters at points as multiples of their references, shape (points, parameters)."""
    return np.column_stack([inverse_cdf(p.multiple, points[:, number]) for number, p in enumerate(STRUCTURAL)])


@dataclass(frozen=True)
class RowInputs:
    """Inputs of one row's template: the range of each over the prior, as multiples of its reference."""

    episode: Episode
    ranges: dict[str, Quantity]

    @classmethod
    def of(cls, episode: Episode) -> RowInputs:
        """Return the inputs of a row: each ranges over the prior times the factors of all terms."""
        prior = {parameter.name: parameter.multiple for parameter in STRUCTURAL}
        ranges = {}
        for name, parameter in INPUTS.items():
            (low, high), (least, most) = prior[parameter].bounds, _factor_range(episode, name)
            ranges[name] = prior[parameter].model_copy(update={"low": low * least, "high": min(high * most, MOST)})
        return cls(episode, ranges)

    def multiples(self, points: Floats) -> Floats:
        """Return the inputs at points as multiples of their references, shape (points, inputs)."""
        parameters = dict(zip(NAMES, multiples_of(points).T, strict=True))
        found = {name: parameters[parameter].copy() for name, parameter in INPUTS.items()}
        for term in TERMS:
            chosen = alternatives(points)[term.name]
            by_alternative = [term.factors(self.episode, k) for k in range(len(term.alternatives))]
            for name in by_alternative[0]:
                found[name] *= np.array([factors[name] for factors in by_alternative])[chosen]
        return np.asarray(np.minimum(np.column_stack([found[name] for name in INPUTS]), MOST))

    def places(self, points: Floats) -> Floats:
        """Return where the inputs lie in their ranges, 0 to 1, shape (points, inputs): uniforms that draw them."""
        multiples = self.multiples(points)
        columns = []
        for column, quantity in zip(multiples.T, self.ranges.values(), strict=True):
            low, high = quantity.bounds
            is_log = quantity.dist == "loguniform"
            place = np.log(column / low) / np.log(high / low) if is_log else (column - low) / (high - low)
            columns.append(np.clip(place, 0.0, 1.0))
        return np.column_stack(columns)


def _factor_range(episode: Episode, name: str) -> tuple[float, float]:
    """Return the least and the largest product of the terms' factors of an input."""
    by_term = [[term.factors(episode, k).get(name, 1.0) for k in range(len(term.alternatives))] for term in TERMS]
    return prod(map(min, by_term)), prod(map(max, by_term))
