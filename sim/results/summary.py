"""The summary of a run: the object of ``parley run --json``, from a tally of its trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.outcome_columns import STAGES, TAGS
from sim.results.by_reading import odds_by_reading
from sim.results.tally import STEPS, Event, HitTally, Tally, over_blocks, settled
from sim.results.weighing import Weighing, weigh
from sim.scenario.provenance import evidence
from sim.scenario.schema import Scenario
from sim.statistics import estimates, exact_sums
from sim.statistics.horizons import IN_FORCE_180, TIERS, horizons
from sim.statistics.in_force import StillInForce, still_in_force
from sim.statistics.level import Headline
from sim.storage.stored_columns import AnyColumns, in_blocks

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
Quantiles = Mapping[str, Mapping[str, float]]
"""Quantiles of agreed terms by issue; an issue that no halt settled is missing."""


def summarise(scenario: Scenario, name: str, seed: int, columns: AnyColumns) -> dict[str, Any]:
    """Return the summary of trials, read block by block; see ``summary_of``."""
    tally = over_blocks(scenario, in_blocks(columns))
    return summary_of(scenario, name, seed, tally, terms_of(scenario, columns, weighing_of(scenario, tally.events)))


def summary_of(scenario: Scenario, name: str, seed: int, tally: Tally, quantiles: Quantiles) -> dict[str, Any]:
    """Return the odds by tier and horizon, victory, why it failed, the funnel and the terms; plain JSON values.

    All but the reasons of failures are counted with the weights of ``sim.results.weighing``.
    """
    weighing = weighing_of(scenario, tally.events)
    reached = [weighing.share(tally.stages[:, code:].sum(axis=1)) for code in range(len(STAGES))]
    failed = max(1, int(tally.tags.sum()))
    return {
        "scenario": name,
        "title": scenario.title,
        "trials": tally.n,
        "draws": estimates.n_draws(tally.n),
        "draws_for_band": estimates.FEWEST_DRAWS,
        "seed": seed,
        "evidence": evidence(scenario).as_dict(),
        "tiers": tier_odds(scenario, tally.events, weighing),
        "in_force_180": in_force_odds(scenario, tally.events, weighing),
        "victory": {side: weighing.share(won) for side, won in tally.victories.items()},
        "victory_imposed": {side: weighing.share(won) for side, won in tally.imposed.items()},
        "anatomy": {tag: float(tally.tags[code] / failed) for code, tag in enumerate(TAGS)},
        "funnel": [{"stage": name, "p": reached[code]} for code, name in enumerate(STAGES) if code],
        "frictions": {name: total / STEPS / max(1, tally.n_attributed) for name, total in tally.frictions.items()},
        "readings": odds_by_reading(scenario, tally.readings, weighing.levels),
        "terms": {
            "n_halts": int(tally.n_halts.sum()),
            "issues": {issue: {"mean": mean_of(tally, weighing, issue), **found} for issue, found in quantiles.items()},
        },
        "weights": {
            "by_first_durable": dict(
                zip((*map(str, horizons(scenario)), "none"), map(float, weighing.weights), strict=True)
            ),
            "effective_trials": weighing.effective * tally.n,
            "unmet": list(weighing.unmet),
        },
    }


def weighing_of(scenario: Scenario, events: Mapping[Event, HitTally]) -> Weighing:
    """Return the weights of the trials, from the counts of their events."""
    return weigh(scenario, {days: events["durable", days] for days in horizons(scenario)})


def mean_of(tally: Tally, weighing: Weighing, issue: str) -> float:
    """Return the weighted mean of what agreed ceasefires settle on an issue."""
    by_class = tally.terms_of(issue)
    weights = [weight * one.n for weight, one in zip(weighing.weights, by_class, strict=True)]
    total = sum(weight * one.mean for weight, one in zip(weights, by_class, strict=True) if one.n)
    return float(total / sum(weights))


def tier_odds(
    scenario: Scenario, events: Mapping[Event, HitTally], weighing: Weighing
) -> dict[str, dict[str, dict[str, float | None]]]:
    """Return the odds by tier and horizon.

    ``p`` is the headline, beside ``model`` (the share of trials), ``record`` and ``reference``.
    """
    effect = commonest_effect(events, scenario)
    return {
        tier: {str(days): headline(events, weighing, tier, days, effect).as_dict() for days in horizons(scenario)}
        for tier in TIERS
    }


def headline(events: Mapping[Event, HitTally], weighing: Weighing, tier: str, days: int, effect: float) -> Headline:
    """Return the odds of ``tier`` by ``days`` as they are shown; ``effect`` is lent to rare events."""
    return weighing.headline(events[tier, days], days, effect, is_durable=tier == "durable")


def in_force_odds(
    scenario: Scenario, events: Mapping[Event, HitTally], weighing: Weighing
) -> dict[str, dict[str, Any] | None]:
    """Return by horizon the odds of a ceasefire still in force after 180 days; None where that is not known."""
    effect = commonest_effect(events, scenario)
    found = {days: in_force(events, weighing, days, effect) for days in horizons(scenario)}
    return {str(days): None if odds is None else odds.as_dict() for days, odds in found.items()}


def in_force(events: Mapping[Event, HitTally], weighing: Weighing, days: int, effect: float) -> StillInForce | None:
    """Return the odds of a ceasefire that begins by ``days`` and is in force 180 days later; None if not known."""
    event = events.get((IN_FORCE_180, days))
    if event is None or events["durable", days].hits == 0:
        return None
    durable = headline(events, weighing, "durable", days, effect)
    return still_in_force(durable, weighing.headline(event, days, effect))


def commonest_effect(events: Mapping[Event, HitTally], scenario: Scenario) -> float:
    """Return the largest design effect among the tiers at the last horizon that have events enough to show one."""
    last = [events[tier, max(horizons(scenario))] for tier in TIERS]
    return max([1.0, *(event.design_effect for event in last if event.is_telling)])


def terms_of(scenario: Scenario, columns: AnyColumns, weighing: Weighing) -> Quantiles:
    """Return weighted quantiles of what first agreed general ceasefires settled, by issue, to the last digit."""

    def passes() -> Iterator[exact_sums.Weighed]:
        names = ("durable_week", "halt_week", "halt_track", *(f"x_{issue}" for issue in scenario.issues))
        for block in in_blocks(columns, *names):
            yield settled(scenario, block)

    return exact_sums.quantiles(passes, QUANTILES, weighing.weights)
