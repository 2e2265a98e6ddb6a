"""What each fold weighed or set: terms of the mapping, settings of the ridge regression, weight of the pool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.evidence.backtest.forecasts import Forecasts
from sim.evidence.backtest.nested import PENALTIES, WEIGHTS
from sim.evidence.calibration.optional_terms import TERMS
from sim.evidence.calibration.posterior import Posterior, term_weights
from sim.statistics.estimates import Floats

DIGITS = 4


def protocol(posterior: Posterior, forecasts: Forecasts) -> dict[str, Any]:
    """Return the object ``protocol`` of ``parley backtest --json``; folds are the wars that teach."""
    names = [name for name in forecasts.folds.names if name] or [""]
    n_columns = max(setting.columns for one in forecasts.ridges.values() for setting in one.chosen.values())
    return {
        "n_folds": len(names),
        "terms": weights_over_folds(posterior.points, [posterior.without(name) for name in names]),
        "ridge": {
            tier: _counts([(p, c) for p in PENALTIES for c in (n_columns - 1, n_columns)], one.chosen, names)
            for tier, one in forecasts.ridges.items()
        },
        "pool": [
            {"weight": weight, "folds": sum(forecasts.pool.chosen[name] == weight for name in names)}
            for weight in WEIGHTS
        ],
    }


def _counts(
    settings: Sequence[tuple[float, int]], chosen: Mapping[str, tuple[float, int]], names: Sequence[str]
) -> list[dict[str, float]]:
    count = Counter(tuple(chosen[name]) for name in names)
    return [{"penalty": p, "columns": c, "folds": count[p, c]} for p, c in settings]


def weights_over_folds(points: Floats, folds: Sequence[Floats]) -> list[dict[str, Any]]:
    """Return each optional term with the weight of its alternatives over ``folds`` (weights of the points of each).

    ``folds`` of an alternative counts those in which it weighs most.
    """
    by_fold = [term_weights(points, weights) for weights in folds]
    found = []
    for number, term in enumerate(TERMS):
        shares = np.array([of[number] for of in by_fold])
        heaviest = np.bincount(np.argmax(shares, axis=1), minlength=len(term.alternatives))
        rows = [
            {
                "value": value,
                "prior": round(term.prior, DIGITS),
                "mean": round(float(shares[:, k].mean()), DIGITS),
                "least": float(shares[:, k].min()),
                "most": float(shares[:, k].max()),
                "folds": int(heaviest[k]),
            }
            for k, value in enumerate(term.alternatives)
        ]
        found.append({"term": term.name, "meaning": term.meaning, "alternatives": rows})
    return found
