"""The JSON objects of ``parley calibrate`` and ``parley backtest``, and what must be said beside every score."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from sim.evidence.backtest.backtest import Backtest, TierScores
from sim.evidence.backtest.scores import Calibration
from sim.evidence.backtest.worst_misses import worst_misses
from sim.evidence.calibration import posterior as posteriors
from sim.evidence.calibration.calibrate import Record
from sim.evidence.calibration.episodes import HORIZONS, TIERS
from sim.evidence.calibration.overlapping_wars import claim, unchecked
from sim.evidence.calibration.simulation_based_calibration import RankStatistics
from sim.statistics.estimates import Floats

CAVEATS = (
    "The rows are a convenience sample of talks that somebody wrote down: shares are too high for typical talks.",
    "They were coded by someone who knew the end; the line without the hindsight columns says what that is worth.",
    "Parts of the mapping were chosen by looking at residuals of these rows: expect a little worse on wars never seen.",
)
ANCHORED_NOTE = (
    "The anchored odds, which scenarios print, score worse here by construction: the reference class counts all wars, "
    "whoever is talking, and these rows are talks that were worth recording. Which of the two a new case resembles is "
    "a judgement; so both are always shown. Nor do they leave a war out: the reference class counts the interstate "
    "wars of 1946 to 2007, those that are forecast here among them, and as of an earlier day it has seen later ones."
)


def notes_on(found: Backtest) -> list[str]:
    """What must be said beside the scores of a backtest."""
    said = []
    wars = {episode.cluster for episode in found.rows.all if episode.is_scored}
    n_nameless = len(list(unchecked(found.rows.targets)))
    if found.rows.overlaps:
        said.append(f"Forecasts are made {claim(found.rows.overlaps)}.")
    if len(wars) == 1:
        said.append(
            f"All scored rows are of one war ({min(wars)}): no other war taught, and its forecasts are the prior's."
        )
    if n_nameless:
        who = "1 row that is forecast does" if n_nameless == 1 else f"{n_nameless:,} rows that are forecast do"
        said.append(f"{who} not name both sides: whether the war is there under another name could not be checked.")
    return [*said, ANCHORED_NOTE, *CAVEATS]


def calibration_as_dict(record: Record, check: RankStatistics, as_of: date | None) -> dict[str, Any]:
    """The object of ``parley calibrate --json``."""
    return {
        "as_of": as_of.isoformat() if as_of else None,
        "n_episodes": record.posterior.n_rows,
        "wars": list(record.posterior.wars),
        "trials_an_episode": record.trials,
        "seed": record.seed,
        "effective_points": posteriors.effective(record.posterior.weights),
        "parameters": {
            found.name: {
                "meaning": found.meaning,
                "unit": found.unit,
                "prior": list(found.prior),
                "posterior": list(found.posterior),
                "contraction": found.contraction,
                "words": found.words,
            }
            for found in posteriors.learned(record.posterior)
        },
        "correlations": [list(pair) for pair in posteriors.correlations(record.posterior)],
        "rank_check": {
            "sets": len(check.places),
            "p_values": list(check.p_values),
            "width_p_values": list(check.width_p_values),
            "passes": check.passes,
        },
    }


def backtest_as_dict(found: Backtest) -> dict[str, Any]:
    """The object of ``parley backtest --json``; scores are null where no outcome is known."""
    has_scores = bool(found.tiers)
    return {
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "n_episodes": len(found.rows.targets),
        "n_later": found.rows.n_later,
        "trials_an_episode": found.record.trials,
        "seed": found.record.seed,
        "scores": {name: _tier_as_dict(tier) for name, tier in found.tiers.items()} if has_scores else None,
        "variants": {name: dict(values) for name, values in found.variants.items()} if has_scores else None,
        "misses": [miss.__dict__ for miss in worst_misses(found)] if "durable" in found.tiers else None,
        "wars_under_two_names": [list(overlap.wars) for overlap in found.rows.overlaps],
        "notes": notes_on(found),
        "forecasts": [_forecast_as_dict(found, row) for row in range(len(found.rows.targets))],
    }


def _forecast_as_dict(found: Backtest, row: int) -> dict[str, Any]:
    def by_horizon(odds: Floats) -> dict[str, float]:
        return {str(days): float(value) for days, value in zip(HORIZONS, odds, strict=True)}

    episode = found.rows.targets[row]
    return {
        "episode_id": episode.episode_id,
        "cluster": episode.cluster,
        "name": episode.name,
        "talks_opened": episode.talks_opened.isoformat(),
        **{tier: by_horizon(found.forecasts.by_tier[tier][row]) for tier in TIERS},
        "anchored": by_horizon(found.forecasts.anchored[row]),
    }


def _tier_as_dict(tier: TierScores) -> dict[str, Any]:
    def by_horizon(values: Floats) -> dict[str, float | None]:
        named = {str(days): finite(value) for days, value in zip(HORIZONS, values, strict=True)}
        return {**named, "mean": finite(mean_of(values))}

    return {
        "n_episodes": tier.n_rows,
        "n_wars": tier.n_wars,
        "verdict": tier.verdict,
        "brier": {name: by_horizon(values) for name, values in tier.brier.items()},
        "log_score": {name: by_horizon(values) for name, values in tier.log_score.items()},
        "model_minus": {
            name: dict(zip(("difference", "lo", "hi"), map(finite, values), strict=True))
            for name, values in tier.differences.items()
        },
        "calibration": {
            **{str(days): _line(line) for days, line in zip(HORIZONS, tier.lines, strict=True)},
            "pooled": _line(tier.pooled),
        },
        "reliability": [{name: finite(value) for name, value in b.__dict__.items()} for b in tier.bins],
        "coverage": [{name: finite(value) for name, value in c.__dict__.items()} for c in tier.coverage],
    }


def _line(line: Calibration) -> dict[str, float | None]:
    low, high = line.slope_interval()
    return {
        "slope": finite(line.slope),
        "slope_lo": finite(low),
        "slope_hi": finite(high),
        "intercept": finite(line.intercept),
        "n": line.n,
        "p_by_war": finite(line.by_war_p_value),
    }


def finite(value: float) -> float | None:
    """A plain number, or None for one that is none."""
    return float(value) if np.isfinite(value) else None


def mean_of(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
