"""The war of a scenario: momentum, the front, victory."""

from __future__ import annotations

from sim.scenario.schema.fields import Section, number, text
from sim.scenario.schema.quantity import Day, Factor, Rate, Share, Signed, Weeks


class War(Section):
    """The fighting: who is gaining, how fast the front moves, and how the war could end without an agreement."""

    began: Day = text("first day of the war")
    optimism_ages: bool = text("optimism is given as at the outset of the war and falls with its age", default=False)
    momentum: Signed = number(
        0,
        "who is gaining at the start: 1 is all-out success of side B, -1 of side A, 0 a front that does not move",
        "momentum",
    )
    momentum_spread: Share = number(
        0, "standard deviation, trial by trial, of momentum at the start around that value", "momentum"
    )
    momentum_mean: Signed = number(
        0,
        "level to which momentum reverts, on the same scale; `{same_as: war.momentum}` where no turn is expected",
        "momentum",
    )
    momentum_reversion: Share = number(
        0.05, "weekly pull to the mean (theta): half-life .69 / theta, so .05 is 14 weeks", "per week"
    )
    momentum_volatility: Share = number(
        0.04,
        "weekly standard deviation of momentum (sigma); in the long run it spreads by about sigma / sqrt(2 theta)",
        "momentum",
    )
    fluidity: Factor = number(
        1,
        "factor on momentum_volatility, front_per_week and victory_hazard together, for what if the front were freer: 1 where these three are those of this front already",
        "ratio",
    )
    learning: Share = number(
        0.02, "weekly pull of optimism to its resting level: half-life .69 / learning, so .02 is 35 weeks", "per week"
    )
    talk_learning: Factor = number(2, "extra learning in weeks after a round, times the mediator's skill", "ratio")
    victory_hazard: Rate = number(
        0.0006,
        "weekly rate at which one side wins outright, without an agreement, while momentum stands at .3 for either side (v0); .0006 is 3 % a year, .004 19 %",
        "per week",
    )
    victory_slope: Factor = number(
        4,
        "growth of that rate with momentum (v1): at all-out success (1) the rate is exp(.7 v1) times v0, 16 times at 4",
        "log per momentum",
    )
    imposed_halt_prob: Share = number(
        0.4,
        "chance that a victory leaves an imposed ceasefire: the loser stops and can still fight. Such a ceasefire is an ending of its own and counts in the broad tier alone. Else the loser has surrendered or fights on in other ways, and no ceasefire counts",
    )
    pressure_half_life_weeks: Weeks = number(
        35,
        "half-life of the cost of war that acts of pressing add, one for all kinds: a threat or a pause of aid is forgotten in weeks, sanctions bite for a year and more; code what carries most of the leverage",
        "weeks",
    )
