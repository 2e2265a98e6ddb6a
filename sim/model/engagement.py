"""Which third parties take part, and what that assures: guarantees, standing leverage, calm (docs/odd.md, 3.2)."""

from __future__ import annotations

from typing import Any

from sim.compiler.decorators import routine, step
from sim.equations.utility import assurance_with


@routine
def take_stock(world: Any) -> None:
    """See who takes part after somebody joined or left: regime, standing leverage, guarantees, what calms fear."""
    trial, assurances, sides, third_parties = world.trial, world.assurances, world.sides, world.third_parties
    trial.is_watched, trial.regime = 0, 0
    sides[0].leverage, sides[1].leverage = 0.0, 0.0
    for number in range(len(third_parties)):
        party = third_parties[number]
        if party.is_engaged:
            if party.regime_bit >= 0:
                trial.regime |= 1 << party.regime_bit
            if party.is_backer:
                trial.is_watched = 1
            else:
                sides[0].leverage += party.leverage_a
                sides[1].leverage += party.leverage_b
    share = guarantee_share(world, trial.regime)
    assurances.guarantee = assurances.guarantee_credibility * share
    sides[0].assurance = _assurance(assurances, assurances.guaranteed_a, assurances.resupply_limits_b)
    sides[1].assurance = _assurance(assurances, assurances.guaranteed_b, assurances.resupply_limits_a)


@step
def _assurance(assurances: Any, guaranteed: float, limit_on_other: float) -> float:
    return assurance_with(
        assurances.monitoring,
        assurances.guarantee * guaranteed,
        limit_on_other,
        assurances.calm_from_monitoring,
        assurances.calm_from_guarantee,
        assurances.calm_from_resupply_limit,
    )


@step
def takes_part(party: Any, regime: int) -> bool:
    """Return whether a third party takes part in a regime; one that never leaves is as it is today."""
    return (regime >> party.regime_bit) & 1 != 0 if party.regime_bit >= 0 else party.is_engaged != 0


@step
def guarantee_share(world: Any, regime: int) -> float:
    """Return the share of the guarantees that is still carried; 1 where no guarantor is named."""
    third_parties = world.third_parties
    total, carried = 0.0, 0.0
    for number in range(len(third_parties)):
        party = third_parties[number]
        if party.is_backer:
            total += party.guarantor_share
            if takes_part(party, regime):
                carried += party.guarantor_share
    return carried / total if total > 0.0 else 1.0
