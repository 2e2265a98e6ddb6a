"""The headline of a coded row: what was known that day, set against the reference class with a weight learned nested.

The durable tier has a reference class. On the mutual tier the headline follows from the durable one by Jeffrey's rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.evidence.backtest import scores
from sim.evidence.backtest.nested import TIE, WEIGHTS, Folds, own_rows, pooled
from sim.evidence.backtest.ordered import ordered
from sim.statistics.estimates import Floats


@dataclass(frozen=True)
class NestedHeadline:
    """Forecasts by tier (rows, horizons), and the weight of what was known in each fold; the reference has the rest."""

    forecasts: Mapping[str, Floats]
    chosen: Mapping[str, float]


def nested_headline(known: Mapping[str, Floats], reference: Floats, outcomes: Floats, folds: Folds) -> NestedHeadline:
    """Average the odds and the reference class in log odds, with the weight of each fold set by the other folds.

    Parameters
    ----------
    known
        By tier, shape (folds, rows, horizons): every row without the fold's war and without the outcomes of its own
        that were not known.
    reference
        Odds of the reference class, shape (rows, horizons).
    outcomes
        Of the durable tier, shape (rows, horizons): 1, 0 or NaN.
    folds
        Fold of each row.

    Returns
    -------
    NestedHeadline
        Forecasts and weights; of weights with equal scores the largest.
    """
    chosen = []
    durable = np.empty(known["durable"].shape)
    for fold, odds in enumerate(known["durable"]):
        inner = folds.of != fold
        costs = [scores.mean_brier(pooled(odds[inner], reference[inner], w), outcomes[inner]) for w in WEIGHTS]
        ranked = [(0.0 if np.isnan(cost) else round(cost, TIE), -w) for cost, w in zip(costs, WEIGHTS, strict=True)]
        weight = -min(ranked)[1]
        durable[fold] = pooled(odds, reference, weight)
        chosen.append(weight)
    own = {tier: own_rows(odds, folds) for tier, odds in known.items()}
    headline = own_rows(durable, folds)
    moved = {"durable": headline, "mutual": jeffrey(own["mutual"], own["durable"], headline)}
    return NestedHeadline(ordered(moved), dict(zip(folds.names, chosen, strict=True)))


def jeffrey(mutual: Floats, durable: Floats, headline: Floats) -> Floats:
    """Return mutual odds after durable ones moved to ``headline``: 1 - m' = (1 - m)(1 - h) / (1 - d) at each horizon.

    A durable ceasefire is a mutual one. By Jeffrey's rule the chance of a mutual ceasefire among cases without a
    durable one by that day stays as it was.

    References
    ----------
    Jeffrey (1965), The Logic of Decision, chapter 11.
    """
    without = np.minimum((1 - mutual) / (1 - durable), 1.0)
    return np.asarray(1 - without * (1 - headline))
