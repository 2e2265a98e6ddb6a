"""Ceasefires of a scenario: how soon they break, what protects them."""

from __future__ import annotations

from sim.scenario.schema.fields import Section, number, text
from sim.scenario.schema.quantity import Factor, Rate, Share, Weeks


class Assurances(Section):
    """Monitoring, guarantees and limits on resupply: one set of levels drives trust, fear and durability."""

    monitoring: Share = number(
        0,
        "monitoring that a ceasefire would have if it were signed now: 0 none, .3 some observers, 1 full, with peacekeepers. More is more here, also where an issue of that name runs the other way",
    )
    guarantee_credibility: Share = number(
        0,
        "how far it would be believed that the guarantors act, if a ceasefire with the guarantees now under discussion were signed; every guarantor takes part. 0 no promise of force, .3 promised in words, .7 with troops on the ground. Not how much the powers want a halt, nor how likely an agreement is",
    )
    guaranteed: dict[str, Share] = text(
        "how far the guarantees would cover each side: 0 not at all, 1 all that it holds. How far they are believed is guarantee_credibility, not here",
        default={},
    )
    resupply_limits: dict[str, Share] = text(
        "limit on a side's resupply during a ceasefire, as far as its donors consent: 0 none, 1 nothing comes in; it calms the other side and slows what rearming does to momentum",
        default={},
    )
    trust_from_monitoring: Share = number(0.25, "share of distrust removed by full monitoring")
    trust_from_guarantee: Share = number(0.4, "share of distrust removed by a fully credible guarantee")
    calm_from_monitoring: Share = number(0.3, "share of fear removed by full monitoring")
    calm_from_guarantee: Share = number(
        0.4,
        "share of fear removed by a fully credible guarantee",
        source="parameters of the reduced prototype: 1 - .4 g/3",
    )
    calm_from_resupply_limit: Share = number(0.6, "share of fear removed by a full limit on the other's resupply")


class Truces(Section):
    """How long ceasefires last."""

    early_hazard: Rate = number(
        0.14,
        "extra weekly rate of collapse in a ceasefire's first week, of a bare ceasefire: monitoring, guarantees and a settlement multiply it (their ratios, below 1). It falls with the ceasefire's age (early_decay_weeks); .14 falling over 2 weeks is some 30 % within 30 days",
        "per week",
        "training rows: about 30 % early failure",
    )
    early_decay_weeks: Weeks = number(
        2,
        "weeks after which the extra rate has fallen to .37 of itself; after three times that little is left",
        "weeks",
    )
    slow_hazard: Rate = number(
        0.0075,
        "lasting weekly rate of collapse, of a bare ceasefire, multiplied likewise: .0075 is a third in a year",
        "per week",
        "Fortna pk&pkept, bare truces 1989-99",
    )
    monitoring_ratio: Factor = number(
        0.55, "hazard ratio of full monitoring with peacekeepers", "ratio", "Fortna pk&pkept, Cox, 0.55 (0.29-1.04)"
    )
    guarantee_ratio: Factor = number(0.5, "hazard ratio of a fully credible guarantee", "ratio")
    settlement_ratio: Factor = number(
        0.48, "hazard ratio of a settlement", "ratio", "Fortna pk&pkept, Cox, 0.48 (0.25-0.92)"
    )
    shortfall_slope: Factor = number(
        10, "growth of the hazard with the surplus a side has lost since signing", "per util"
    )
    spoilers: Factor = number(
        1, "factor on the hazard for armed groups outside the talks: 1 there are none (Stedman 1997)", "ratio"
    )
    fear_rise: Factor = number(
        0.25, "relative rise of fear after the first collapse: .25 a quarter more, 1 double", "ratio"
    )
    upgrade_prob: Share = number(
        0.3, "chance that an expiring ceasefire is upgraded where a later general track has a range"
    )
