"""The summary of a run: the object of ``parley run --json``, from a tally of its trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.outcome_columns import STAGES, TAGS, Columns
from sim.results.tally import STEPS, Event, HitTally, Tally, over_blocks, settled
from sim.scenario.provenance import evidence
from sim.scenario.schema import Scenario
from sim.statistics import estimates, exact_sums
from sim.statistics.anchoring import Headline, anchor, reference_at
from sim.statistics.horizons import IN_FORCE_180, TIERS, horizons
from sim.statistics.in_force import StillInForce, still_in_force
from sim.storage.stored_columns import AnyColumns, in_blocks

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
Quantiles = Mapping[str, Mapping[str, float]]
"""Quantiles of agreed terms by issue; an issue that no halt settled is missing."""


def summarise(scenario: Scenario, name: str, seed: int, columns: AnyColumns) -> dict[str, Any]:
    """Return the summary of trials, read block by block; see ``summary_of``."""
    tally = over_blocks(scenario, in_blocks(columns))
    return summary_of(scenario, name, seed, tally, terms_of(scenario, columns))


def summary_of(scenario: Scenario, name: str, seed: int, tally: Tally, quantiles: Quantiles) -> dict[str, Any]:
    """Return the odds by tier and horizon, victory, why it failed, the funnel and the terms; plain JSON values."""
    reached = np.cumsum(tally.stages[::-1])[::-1]
    failed = max(1, int(tally.tags.sum()))
    return {
        "scenario": name,
        "title": scenario.title,
        "trials": tally.n,
        "draws": estimates.n_draws(tally.n),
        "draws_for_band": estimates.FEWEST_DRAWS,
        "seed": seed,
        "evidence": evidence(scenario).as_dict(),
        "tiers": tier_odds(scenario, tally.events),
        "in_force_180": in_force_odds(scenario, tally.events),
        "victory": {side: count / tally.n for side, count in tally.victories.items()},
        "victory_imposed": {side: count / tally.n for side, count in tally.imposed.items()},
        "anatomy": {tag: float(tally.tags[code] / failed) for code, tag in enumerate(TAGS)},
        "funnel": [{"stage": name, "p": float(reached[code] / tally.n)} for code, name in enumerate(STAGES) if code],
        "frictions": {name: total / STEPS / max(1, tally.n_attributed) for name, total in tally.frictions.items()},
        "terms": {
            "n_halts": tally.n_halts,
            "issues": {issue: {"mean": tally.terms[issue].mean, **found} for issue, found in quantiles.items()},
        },
    }


def tier_odds(scenario: Scenario, events: Mapping[Event, HitTally]) -> dict[str, dict[str, dict[str, float | None]]]:
    """Return the odds by tier and horizon.

    ``p`` is the headline, beside ``model`` (the share of trials) and ``reference``.
    """
    effect = commonest_effect(events, scenario)
    return {
        tier: {
            str(days): headline(scenario, events[tier, days], tier, days, effect).as_dict()
            for days in horizons(scenario)
        }
        for tier in TIERS
    }


def in_force_odds(scenario: Scenario, events: Mapping[Event, HitTally]) -> dict[str, dict[str, Any] | None]:
    """Return by horizon the odds of a ceasefire still in force after 180 days; None where that is not known."""
    effect = commonest_effect(events, scenario)
    found = {days: in_force(scenario, events, days, effect) for days in horizons(scenario)}
    return {str(days): None if odds is None else odds.as_dict() for days, odds in found.items()}


def in_force(scenario: Scenario, events: Mapping[Event, HitTally], days: int, effect: float) -> StillInForce | None:
    """Return the odds of a ceasefire that begins by ``days`` and is in force 180 days later; None if not known."""
    event = events.get((IN_FORCE_180, days))
    if event is None:
        return None
    durable, reference = events["durable", days].odds(effect), reference_at(scenario, "durable", days)
    return still_in_force(durable, event.odds(effect), reference)


def headline(scenario: Scenario, event: HitTally, tier: str, days: int, effect: float) -> Headline:
    """Return odds of ``tier`` by ``days``, anchored where there is a reference class.

    ``effect`` is lent to rare events.
    """
    return anchor(event.odds(effect), reference_at(scenario, tier, days))


def commonest_effect(events: Mapping[Event, HitTally], scenario: Scenario) -> float:
    """Return the largest design effect among the tiers at the last horizon that have events enough to show one."""
    last = [events[tier, max(horizons(scenario))] for tier in TIERS]
    return max([1.0, *(event.design_effect for event in last if event.is_telling)])


def terms_of(scenario: Scenario, columns: AnyColumns) -> Quantiles:
    """Return what the first agreed general halts settled, by issue on its scale (0 side A's end), to the last digit."""

    def passes() -> Iterator[Columns]:
        for block in in_blocks(columns, "halt_week", "halt_track", *(f"x_{issue}" for issue in scenario.issues)):
            yield dict(settled(scenario, block))

    return exact_sums.quantiles(passes, QUANTILES)
