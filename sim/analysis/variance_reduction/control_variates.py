"""Regression control variates: take out of a run's odds what its own draws and luck are known to have done by chance.

A control is a number of a cluster of 32 trials (the independent unit of an ordinary run) whose mean is known exactly.
From each cluster's share of events its controls are taken off, times coefficients fitted on *other* clusters (five
folds in turn), so the estimate is unbiased whatever the coefficients are; no coefficient is fitted on the cluster it
serves. Which controls are used is chosen on the fitting folds too. The interval is that of the mean of what is left.
Reference: Owen (2013), Monte Carlo theory, methods and examples, sections 8.9 and 10.

Controls, each with mean 0 exactly:

- linear terms of columns drawn from a file (the calibration), by the file's weighted mean. Of numbers drawn alone
  there are none: antithetic draws have balanced every linear term to 0 in each cluster already;
- squares and products of the eight coordinates that go most with the odds (on the fitting folds);
- weekly luck of rounds, texts, calls home and rises of level, by stretch of weeks: first and second Legendre
  polynomials of its uniforms, summed (odd terms of normals are balanced by antithetic pairs);
- squares of the luck of the first day (unseen cost of war, strain at the start).

The trials are those of the ordinary run: only the regression is paid for beside them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.analysis.variance_reduction.estimate import LEVEL, Estimate, cluster_means
from sim.random_streams import Streams
from sim.scenario.sampling.calibrated_keys import groups_of
from sim.scenario.sampling.parameter_draws import draws_of, quantities
from sim.scenario.sampling.stream_names import stream_names
from sim.scenario.schema import Scenario
from sim.statistics.estimates import (
    TRIALS_PER_CLUSTER,
    TRIALS_PER_DRAW,
    Floats,
    Hits,
    student_quantile,
    wilson,
)

FOLDS = 5
MOST_PRODUCTS_OF = 8
LEAST_T = 2.0
"""A control is used if its correlation on the fitting folds is this many standard errors from 0."""
RIDGE = 1e-6
"""Keeps the normal equations solvable where two controls are copies; beside correlations of size 1."""
WEEKLY = ("round", "text", "call home", "level shift")
KEPT = ("unseen cost of war", "strain at start")
STRETCHES = (0, 4, 13, 26, 52)


class Coordinates:
    """What a run drew, as coordinates with mean 0 and variance 1: ``values`` (draws, coordinates).

    ``products`` (coordinates, coordinates) are the exact means of their products, ``is_odd`` those that antithetic
    draws balance.
    """

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        columns: list[Floats] = []
        blocks: list[Floats] = []
        called = stream_names(scenario)
        for path, quantity in quantities(scenario).items():
            if quantity.is_uncertain:
                columns.append(12**0.5 * (streams.parameter(called.of(path)) - 0.5))
                blocks.append(np.ones((1, 1)))
        self.is_odd = np.ones(len(columns), dtype=bool)
        tables: dict[tuple[str | None, str | None], tuple[dict[str, Floats], Floats]] = {}
        for group in groups_of(scenario):
            if group.file is not None:
                rows, weights = draws_of(group)
                tables[group.table] = tables.get(group.table, ({}, weights))[0] | rows, weights
        for table, (rows, weights) in tables.items():
            known, means = standardised(np.column_stack(list(rows.values())), weights)
            ends = np.cumsum(weights)
            row = np.searchsorted(ends / ends[-1], streams.parameter(called.tables[table]), side="right")
            columns.extend(known[np.minimum(row, len(known) - 1)].T)
            blocks.append(means)
        self.is_odd = np.append(self.is_odd, np.zeros(len(columns) - len(self.is_odd), dtype=bool))
        self.values = np.column_stack(columns) if columns else np.zeros((len(streams.draws), 0))
        self.products = _block_diagonal(blocks)


def standardised(rows: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Logs (of columns above 0) with weighted mean 0 and variance 1, and the exact means of their products.

    Columns that do not vary are left out.
    """
    share = weights / weights.sum()
    taken = [np.log(column) if column.min() > 0 else column for column in rows.T]
    centred = [column - share @ column for column in taken]
    scaled = [column / np.sqrt(share @ column**2) for column in centred if share @ column**2 > 1e-18]
    known = np.column_stack(scaled) if scaled else np.zeros((len(rows), 0))
    return known, (known * share[:, None]).T @ known


def _block_diagonal(blocks: list[Floats]) -> Floats:
    size = sum(len(block) for block in blocks)
    found, first = np.zeros((size, size)), 0
    for block in blocks:
        found[first : first + len(block), first : first + len(block)] = block
        first += len(block)
    return found


def luck_controls(scenario: Scenario, seed: int, n_trials: int) -> Floats:
    """Controls of weekly luck and of the first day's in the first trials, shape (clusters, controls)."""
    streams = Streams(seed, 0, n_trials, scenario.mirrored)
    found: list[Floats] = []
    for decision in WEEKLY:
        for first, last in zip(STRETCHES, STRETCHES[1:], strict=False):
            weeks = range(first, min(last, scenario.horizon_weeks))
            if not weeks:
                continue
            linear = np.zeros(n_trials // TRIALS_PER_CLUSTER)
            square = np.zeros_like(linear)
            for week in weeks:
                luck = 2.0 * streams.uniform(decision, week=week).reshape(-1, TRIALS_PER_CLUSTER) - 1.0
                linear += luck.mean(axis=1)
                square += np.einsum("ij,ij->i", luck, luck) / TRIALS_PER_CLUSTER - 1.0 / 3.0
            found += [linear, square]
    for decision in KEPT:
        for side in (scenario.sides.A, scenario.sides.B):
            luck = streams.normal(decision, side).reshape(-1, TRIALS_PER_CLUSTER)
            found.append(np.einsum("ij,ij->i", luck, luck) / TRIALS_PER_CLUSTER - 1.0)
    return np.column_stack(found)


def of_clusters(by_draw: Floats) -> Floats:
    """Mean over the two draws of a cluster, shape (clusters, ...)."""
    each = TRIALS_PER_CLUSTER // TRIALS_PER_DRAW
    return np.asarray(by_draw.reshape(len(by_draw) // each, each, *by_draw.shape[1:]).mean(axis=1))


def draw_controls(found: Coordinates, chosen: NDArray[np.intp]) -> Floats:
    """Linear terms of file columns, and squares and products of the ``chosen`` coordinates, by cluster."""
    controls = [found.values[:, ~found.is_odd]]
    for place, first in enumerate(chosen):
        for second in chosen[place:]:
            product = found.values[:, first] * found.values[:, second] - found.products[first, second]
            controls.append(product[:, None])
    return of_clusters(np.concatenate(controls, axis=1))


def most_telling(values: Floats, shares: Floats) -> NDArray[np.intp]:
    """Coordinates that go most with the odds of a draw, at most eight: by their correlation."""
    centred = shares - shares.mean()
    spread = np.sqrt(np.sum((values - values.mean(axis=0)) ** 2, axis=0) * np.sum(centred**2)) + 1e-300
    strength = np.abs(centred @ values) / spread
    return np.argsort(-strength, kind="stable")[:MOST_PRODUCTS_OF]


def taken_off(outcome: Floats, controls: Floats, fitting: NDArray[np.bool_]) -> Floats:
    """The outcome of the clusters not in ``fitting`` less their controls, coefficients fitted on the others.

    ``outcome`` (clusters,), ``controls`` (clusters, controls) of mean 0.
    """
    held = ~fitting
    y = outcome[fitting] - outcome[fitting].mean()
    x = controls[fitting] - controls[fitting].mean(axis=0)
    scale = np.sqrt(np.sum(x**2, axis=0))
    length = scale * np.sqrt(np.sum(y**2))
    correlation = np.divide(y @ x, length, out=np.zeros(x.shape[1]), where=(scale > 1e-9) & (length > 0))
    used = np.abs(correlation) * np.sqrt(len(y)) > LEAST_T
    if not used.any():
        return outcome[held]
    x = x[:, used] / scale[used]
    coefficients = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y) / scale[used]
    return np.asarray(outcome[held] - controls[held][:, used] @ coefficients)


def adjusted(hits: Hits, found: Coordinates, luck: Floats) -> Floats:
    """Shares of events by cluster with the controls taken off, cross-fitted, shape (clusters,)."""
    outcome = cluster_means(hits)
    shares = hits.reshape(-1, TRIALS_PER_DRAW).mean(axis=1)
    fold = np.arange(len(outcome)) % FOLDS
    left = np.empty(len(outcome))
    for number in range(FOLDS):
        fitting = fold != number
        drawn = np.repeat(fitting, TRIALS_PER_CLUSTER // TRIALS_PER_DRAW)
        chosen = most_telling(found.values[drawn], shares[drawn])
        controls = np.concatenate([draw_controls(found, chosen), luck], axis=1)
        left[~fitting] = taken_off(outcome, controls, fitting)
    return left


def controlled(hits: Hits, left: Floats, tier: str, days: int, cpu: float) -> Estimate:
    """The estimate from ``adjusted`` shares: Wilson's interval at as many trials as the standard error stands for.

    Folds share fitted coefficients, so clusters are not quite independent; tests show that the interval still covers.
    Student's t where the estimate is not above 0 and below 1.
    """
    k, p = len(left), float(np.mean(left))
    se = float(np.std(left, ddof=1) / np.sqrt(k))
    if 0 < p < 1 and se > 0:
        lo, hi = wilson(p, p * (1 - p) / se**2, LEVEL)
    elif se > 0:
        reach = student_quantile(LEVEL, k - 1) * se
        lo, hi = max(0.0, p - reach), min(1.0, max(0.0, p + reach))
    else:
        lo, hi = wilson(min(1.0, max(0.0, p)), len(hits), LEVEL)
    return Estimate("controls", tier, days, p, lo, hi, se, k - 1, len(hits), cpu)
