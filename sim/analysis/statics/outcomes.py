"""What is compared between levels of an input: odds, terms and lives of ceasefires, with paired standard errors.

Every outcome is a ratio of two sums over trials: of an event to all trials, or of terms to the trials that agreed on
them. Its error is linearised (Cochran 1977, chapter 6): trial t moves the ratio by (v_t - r) w_t / mean(w). Trials that
share a draw of the parameters form a cluster, and clusters are the independent units. Points that met common random
numbers are subtracted cluster by cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.outcome_columns import DRAWS_IN_180_DAYS, HALT_ENDS
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_CLUSTER, Floats
from sim.statistics.horizons import begun

Columns = Mapping[str, NDArray[Any]]
Parts = tuple[Floats, Floats]
"""Values of trials, and the weight with which each counts."""
PHASE, MOMENTUM, LAST_END = "phase", "momentum", "last_end"
"""Columns of trials as they stand after ``WEEKS_OF_STATE`` weeks, for outcomes that need them."""
WEEKS_OF_STATE = 26
AT_WAR, IN_CEASEFIRE = 0, 1
"""Codes of ``phase`` (``sim.model.state``, which this module need not load)."""


@dataclass(frozen=True)
class Outcome:
    """Hold an outcome: its name in a table, how its value is printed, and what it is the ratio of.

    ``needs_state``: it is read from trials as they stand after half a year, and not from their outcome columns.
    """

    name: str
    is_share: bool
    parts: Callable[[Columns, Scenario], Parts]
    needs_state: bool = False

    def estimate(self, columns: Columns, scenario: Scenario) -> Estimate:
        """Return the outcome of whole clusters of trials."""
        values, weights = self.parts(columns, scenario)
        total = float(weights.sum())
        if total == 0.0:
            return Estimate(np.nan, np.zeros(len(weights) // TRIALS_PER_CLUSTER))
        ratio = float(values @ weights) / total
        moved = (values - ratio) * weights * (len(weights) / total)
        return Estimate(ratio, moved.reshape(-1, TRIALS_PER_CLUSTER).mean(axis=1))


@dataclass(frozen=True, eq=False)
class Estimate:
    """Hold an estimate and how far each cluster of trials moves it; NaN where no trial counts."""

    value: float
    moved: Floats

    @property
    def error(self) -> float:
        """Return the standard error."""
        return standard_error(self.moved)


def standard_error(moved: Floats) -> float:
    """Return the standard error of a mean of clusters."""
    return float(moved.std(ddof=1) / len(moved) ** 0.5)


def contrast(terms: Sequence[tuple[float, Estimate]]) -> tuple[float, float]:
    """Return a weighted sum of estimates and its standard error, paired by cluster."""
    value = sum(weight * one.value for weight, one in terms)
    moved = sum((weight * one.moved for weight, one in terms), start=np.zeros_like(terms[0][1].moved))
    return float(value), standard_error(moved)


def ratio(upper: Estimate, lower: Estimate) -> tuple[float, float]:
    """Return the ratio of two estimates and its standard error (delta method); infinite over 0."""
    if not lower.value > 0.0:
        return (np.inf if upper.value > 0.0 else np.nan), np.nan
    value = upper.value / lower.value
    return value, standard_error((upper.moved - value * lower.moved) / lower.value)


def _event(column: str) -> Callable[[Columns, Scenario], Parts]:
    def parts(columns: Columns, scenario: Scenario) -> Parts:
        hits = begun(columns[column], scenario.horizon_weeks)
        return hits.astype(float), np.ones(len(hits))

    return parts


def _agreed(columns: Columns, scenario: Scenario) -> Floats:
    return begun(columns["halt_week"], scenario.horizon_weeks).astype(float)


def _lives(columns: Columns, scenario: Scenario) -> Parts:
    return (columns["halt_weeks"] >= DRAWS_IN_180_DAYS).astype(float), _agreed(columns, scenario)


def terms_of(issue: str, name: str) -> Outcome:
    """Return the outcome of the mean terms on an issue, over the trials that agreed on a general ceasefire."""

    def parts(columns: Columns, scenario: Scenario) -> Parts:
        return np.nan_to_num(columns[f"x_{issue}"].astype(float)), _agreed(columns, scenario)

    return Outcome(name, False, parts)


def _momentum(phase: int, is_resumed: bool) -> Callable[[Columns, Scenario], Parts]:
    def parts(columns: Columns, scenario: Scenario) -> Parts:
        counts = columns[PHASE] == phase
        if is_resumed:
            counts = counts & (columns[LAST_END] == HALT_ENDS.index("collapse"))
        return columns[MOMENTUM].astype(float), counts.astype(float)

    return parts


DURABLE = Outcome("durable", True, _event("durable_week"))
AGREED = Outcome("agreed", True, _event("halt_week"))
SETTLED = Outcome("settlement", True, _event("settlement_week"))
IN_FORCE = Outcome("in force after 180 days", True, _event("in_force_180_week"))
LIVES = Outcome("of those agreed, alive at 180 days", True, _lives)
LAND = terms_of("territory", "land")
HELD = Outcome("momentum in the ceasefire", False, _momentum(IN_CEASEFIRE, is_resumed=False), needs_state=True)
RESUMED = Outcome("momentum after collapse", False, _momentum(AT_WAR, is_resumed=True), needs_state=True)
