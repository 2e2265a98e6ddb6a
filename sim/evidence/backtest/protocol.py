"""What each fold weighed or set: terms of the mapping, settings of ridge and headline, spread of wars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.evidence.backtest.forecasts import Forecasts
from sim.evidence.backtest.nested import WEIGHTS
from sim.evidence.backtest.own_past import SPREADS, spread_prior
from sim.evidence.calibration.optional_terms import TERMS
from sim.evidence.calibration.posterior import Posterior, term_weights
from sim.statistics.estimates import Floats

DIGITS = 4


def protocol(posterior: Posterior, forecasts: Forecasts) -> dict[str, Any]:
    """Return the object ``protocol`` of ``parley backtest --json``; folds are the wars that teach."""
    names = [name for name in forecasts.folds.names if name] or [""]
    return {
        "n_folds": len(names),
        "terms": weights_over_folds(posterior.points, [posterior.without(name) for name in names]),
        "ridge": {
            what: _counts(one.settings, one.chosen, names)
            for what, one in (("by itself", forecasts.ridge), ("on the engine", forecasts.correction))
        },
        "own_past": spread_weights_over_folds([forecasts.own_past.spreads[name] for name in names]),
        "headline": [
            {"weight": weight, "folds": sum(forecasts.headline.chosen[name] == weight for name in names)}
            for weight in WEIGHTS
        ],
    }


def spread_weights_over_folds(folds: Sequence[Floats]) -> list[dict[str, float]]:
    """Return each spread of a war's own effect with its weight over ``folds`` (weights of the spreads of each)."""
    shares = np.array(folds)
    heaviest = np.bincount(np.argmax(shares, axis=1), minlength=len(SPREADS))
    return [
        {
            "spread": spread,
            "prior": round(float(spread_prior()[k]), DIGITS),
            "mean": round(float(shares[:, k].mean()), DIGITS),
            "least": round(float(shares[:, k].min()), DIGITS),
            "most": round(float(shares[:, k].max()), DIGITS),
            "folds": int(heaviest[k]),
        }
        for k, spread in enumerate(SPREADS)
    ]


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
