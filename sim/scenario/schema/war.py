"""The war, the talks, the ceasefires and the dated events of a scenario."""

from __future__ import annotations

from typing import Literal

from sim.scenario.schema.fields import Level, Section, number, text
from sim.scenario.schema.quantity import Day, Factor, Quantity, Rate, Share, Signed, Strict, Utils, Weeks


class War(Section):
    """The fighting: who is gaining, how fast the front moves, and how the war could end without an agreement."""

    began: Day = text("first day of the war")
    optimism_ages: bool = text("optimism is given as at the outset of the war and falls with its age", default=False)
    momentum: Signed = number(0, "who is gaining at the start: 1 is all-out success of side B, -1 of side A, 0 a front that does not move", "momentum")
    momentum_spread: Share = number(
        0, "standard deviation, trial by trial, of momentum at the start around that value", "momentum"
    )
    momentum_mean: Signed = number(0, "level to which momentum reverts, on the same scale; `{same_as: war.momentum}` where no turn is expected", "momentum")
    momentum_reversion: Share = number(0.05, "weekly pull to the mean (theta): half-life .69 / theta, so .05 is 14 weeks", "per week")
    momentum_volatility: Share = number(0.04, "weekly standard deviation of momentum (sigma); in the long run it spreads by about sigma / sqrt(2 theta)", "momentum")
    fluidity: Factor = number(1, "factor on momentum_volatility, front_per_week and victory_hazard together, for what if the front were freer: 1 where these three are those of this front already", "ratio")
    tau: Share = number(0.25, "how uncertain the sides are of a year of war: the standard deviation of what momentum averages over that year (not of where it ends). 0 certain, .25 from stalemate to a clear gain either way; only its risk premium enters", "momentum")
    learning: Share = number(0.02, "weekly pull of optimism to its resting level: half-life .69 / learning, so .02 is 35 weeks", "per week")
    talk_learning: Factor = number(2, "extra learning in weeks after a round, times the mediator's skill", "ratio")
    victory_hazard: Rate = number(0.0006, "weekly rate at which one side wins outright, without an agreement, while momentum stands at .3 for either side (v0); .0006 is 3 % a year, .004 19 %", "per week")
    victory_slope: Factor = number(4, "growth of that rate with momentum (v1): at all-out success (1) the rate is exp(.7 v1) times v0, 16 times at 4", "log per momentum")
    imposed_halt_prob: Share = number(0.4, "chance that a victory leaves an imposed ceasefire: the loser stops and can still fight. Else it has surrendered or fights on in other ways, and no ceasefire counts")
    pressure_half_life_weeks: Weeks = number(35, "half-life of the cost of war that acts of pressing add, one for all kinds: a threat or a pause of aid is forgotten in weeks, sanctions bite for a year and more; code what carries most of the leverage", "weeks")


class Assurances(Section):
    """Monitoring, guarantees and limits on resupply: one set of levels drives trust, fear and durability."""

    monitoring: Share = number(0, "monitoring that a ceasefire would have if it were signed now: 0 none, .3 some observers, 1 full, with peacekeepers. More is more here, also where an issue of that name runs the other way")
    guarantee_credibility: Share = number(0, "how far it would be believed that the guarantors act, if a ceasefire with the guarantees now under discussion were signed; every guarantor takes part. 0 no promise of force, .3 promised in words, .7 with troops on the ground. Not how much the powers want a halt, nor how likely an agreement is")
    guaranteed: dict[str, Share] = text("how far the guarantees would cover each side: 0 not at all, 1 all that it holds. How far they are believed is guarantee_credibility, not here", default={})
    resupply_limits: dict[str, Share] = text("limit on a side's resupply during a ceasefire, as far as its donors consent: 0 none, 1 nothing comes in; it calms the other side", default={})
    trust_from_monitoring: Share = number(0.25, "share of distrust removed by full monitoring")
    trust_from_guarantee: Share = number(0.4, "share of distrust removed by a fully credible guarantee")
    calm_from_monitoring: Share = number(0.3, "share of fear removed by full monitoring")
    calm_from_guarantee: Share = number(0.4, "share of fear removed by a fully credible guarantee", source="parameters of the reduced prototype: 1 - .4 g/3")
    calm_from_resupply_limit: Share = number(0.6, "share of fear removed by a full limit on the other's resupply")


class Talks(Section):
    """Rounds of talks: how often they are held, at which level, and with which texts."""

    convening_prob_per_week: Share = number(0.15, "chance of a round in a week, before persistence and convening_pull of third parties add to it; where those are 0 it holds whoever convenes. A round is a week in which both sides send delegates, face to face or through a go-between. Coded for this war on its first day in the file; where age_slope is above 0, for the first day of the war", "per week")
    after_failure: Factor = number(0.7, "factor on that rate after a failed round, one that saw no range: 1 as before, 0 never again", "ratio")
    age_slope: Factor = number(0, "old wars meet less: rate divided by (1 + years) to this power; 0 where the rate is coded for the war at its age", "exponent")
    mandate: tuple[float, float, float, float] = text("authority by level: absent, aides, ministers, leaders", default=(0.0, 0.4, 0.7, 1.0))
    call_home_prob: Share = number(0.25, "chance that delegations below the track's least level get leave to sign, in a round in which there is something to sign; 0 never, 1 always", "per round")
    level_shift_prob: Share = number(0.35, "chance, after each round that saw a range, that both sides from then on send people one level higher (aides, ministers, leaders; twice at most, never above level_cap)", "per round")
    close_enough: Share = number(0.1, "offers this close on the contract curve are split: 0 only the same offer, .1 a tenth of the way between the two ends, 1 any", "contract-curve weight")
    text_prob: Share = number(1, "factor on the chance of a mediator's text in a round, which is this times the skill in the room: 1 leaves it to skill, 0 no texts")
    text_error: Share = number(0.2, "standard deviation of a text around the Nash point, times 1 - skill", "contract-curve weight")
    text_bias: Share = number(0.1, "how far a mediator of bias 1 pulls a text from the middle toward that side's end: 0 not at all, .1 a tenth of the contract curve", "contract-curve weight")
    blame_offer: Factor = number(2, "weight of the offer's distance in a backer's blame", "ratio")
    blame_attendance: Factor = number(1, "weight of attendance in a backer's blame", "ratio")


class Truces(Section):
    """How long ceasefires last."""

    early_hazard: Rate = number(0.14, "extra weekly rate of collapse in a ceasefire's first week, of a bare ceasefire: monitoring, guarantees and a settlement multiply it (their ratios, below 1). It falls with the ceasefire's age (early_decay_weeks); .14 falling over 2 weeks is some 30 % within 30 days", "per week", "training rows: about 30 % early failure")
    early_decay_weeks: Weeks = number(2, "weeks after which the extra rate has fallen to .37 of itself; after three times that little is left", "weeks")
    slow_hazard: Rate = number(0.0075, "lasting weekly rate of collapse, of a bare ceasefire, multiplied likewise: .0075 is a third in a year", "per week", "Fortna pk&pkept, bare truces 1989-99")
    monitoring_ratio: Factor = number(0.55, "hazard ratio of full monitoring with peacekeepers", "ratio", "Fortna pk&pkept, Cox, 0.55 (0.29-1.04)")
    guarantee_ratio: Factor = number(0.5, "hazard ratio of a fully credible guarantee", "ratio")
    settlement_ratio: Factor = number(0.48, "hazard ratio of a settlement", "ratio", "Fortna pk&pkept, Cox, 0.48 (0.25-0.92)")
    shortfall_slope: Factor = number(10, "growth of the hazard with the surplus a side has lost since signing", "per util")
    spoilers: Factor = number(1, "factor on the hazard for armed groups outside the talks: 1 there are none (Stedman 1997)", "ratio")
    fear_rise: Factor = number(0.25, "relative rise of fear after the first collapse: .25 a quarter more, 1 double", "ratio")
    upgrade_prob: Share = number(0.3, "chance that an expiring ceasefire is upgraded where a later general track has a range")


class AttendanceRule(Strict):
    """``party`` attends at ``level`` if every party in ``when`` attends at least at the level given there."""

    party: str
    level: Level
    when: dict[str, Level]
    source: str | None = None
    note: str | None = None
    kind: Literal["sourced", "judgement"] | None = None


class Window(Section):
    """A dated holiday on which a short ceasefire may be proposed."""

    name: str
    date: Day
    reciprocated_prob: Share
    agreed_share: Share = number(0, "share of reciprocated ceasefires that are jointly agreed")


class Event(Section):
    """A dated event that the scenario supposes. It applies at the start of its week."""

    name: str
    date: Day
    round: bool = text("a round is held that week", default=False)
    levels: dict[str, Level] = text("level at which parties come that week", default={})
    set: dict[str, Quantity] = text("parameters that take a new value from that week on", default={})
    momentum_shift: Signed = number(0, "offensive: momentum moves at once", "momentum")
    pressure: dict[str, Utils] = text("cost of war added at once to a side (a sanctions package)", default={})
