"""The war: momentum, the line, pressure, cost of war, optimism, victory, the year ahead (docs/odd.md, 3.1)."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

from tests.oracle.utility import stake, stake_of

if TYPE_CHECKING:
    from tests.oracle.oracle import Trial

SIGN = (-1.0, 1.0)  # positive momentum favours side B


def clip(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


def happens_at_rate(rate: float) -> float:
    """The chance that something with this weekly rate happens in a week."""
    return 1.0 - exp(-rate)


def rate_of_chance(chance: float) -> float:
    return -log(1.0 - chance) if chance < 1.0 else float("inf")


def momentum_at_start(trial: Trial) -> float:
    war = trial.world.war
    return clip(war.momentum + war.momentum_spread * trial.normal("momentum at start"), -1.0, 1.0)


class Cost:
    """The cost of a year of war to one side: a log that wanders, and its variance, so that the mean stays put."""

    def __init__(self, mean: float, reversion: float, volatility: float) -> None:
        self.mean, self.reversion, self.volatility = mean, reversion, volatility
        self.was_set = False
        self.log, self.variance = log(max(mean, 1e-9)), 0.0
        if volatility > 0.0 and 0.0 < reversion < 2.0:
            self.variance = volatility**2 / (1.0 - (1.0 - reversion) ** 2)

    @property
    def moves(self) -> bool:
        return self.volatility > 0.0 or self.was_set

    @property
    def today(self) -> float:
        return exp(self.log - self.variance / 2.0) if self.moves else self.mean

    @property
    def year_ahead(self) -> float:
        return self.mean + average_of_a_year(self.reversion) * (self.today - self.mean)

    def start(self, luck: float) -> None:
        """Spread as far as it would wander in the long run."""
        self.log += sqrt(self.variance) * luck

    def move(self, luck: float) -> None:
        pull = self.reversion * (log(max(self.mean, 1e-9)) - self.log)
        self.log += pull + self.volatility * luck
        self.variance = (1.0 - self.reversion) ** 2 * self.variance + self.volatility**2


def cost_at_start(trial: Trial, side: int) -> Cost:
    party = trial.party(side)
    cost = Cost(party.strain, party.strain_reversion, party.strain_volatility)
    if cost.variance > 0.0:
        cost.start(trial.normal("strain at start", trial.sides[side]))
    return cost


def step(trial: Trial) -> None:
    """One week of war, and of what goes on in the sides in war and peace."""
    if trial.at_war:
        move_momentum(trial)
        move_line(trial)
    go_on(trial)
    for side in (0, 1):
        learn(trial, side)
    if trial.at_war:
        draw_victory(trial)


def go_on(trial: Trial) -> None:
    """What goes on whether or not there is still war, and while a ceasefire is followed after the horizon."""
    if trial.halt is not None and trial.halt.track is not None:
        rearm(trial, trial.week - trial.halt.start - 1)
    for side in (0, 1):
        decay_pressure(trial, side)
        move_strain(trial, side)


def move_momentum(trial: Trial) -> None:
    war = trial.world.war
    luck = trial.normal("momentum")
    pull = war.momentum_reversion * (war.momentum_mean + trial.support - trial.momentum)
    trial.momentum = clip(trial.momentum + pull + war.momentum_volatility * war.fluidity * luck, -1.0, 1.0)


def move_line(trial: Trial) -> None:
    for name, issue in trial.world.issues.items():
        if issue.front_per_week > 0.0:
            moved = trial.status_quo[name] + issue.front_per_week * trial.world.war.fluidity * trial.momentum
            trial.status_quo[name] = clip(moved, trial.ideal(0, name), trial.ideal(1, name))


def decay_pressure(trial: Trial, side: int) -> None:
    trial.pressure[side] *= 2.0 ** (-1.0 / trial.world.war.pressure_half_life_weeks)


def move_strain(trial: Trial, side: int) -> None:
    cost = trial.cost[side]
    if cost.moves:
        cost.move(trial.normal("strain", trial.sides[side]) if cost.volatility > 0.0 else 0.0)


def learn(trial: Trial, side: int) -> None:
    war = trial.world.war
    speed = min(1.0, war.learning * (1.0 + war.talk_learning * trial.skill_last_week))
    trial.optimism[side] += speed * (trial.party(side).optimism_rest - trial.optimism[side])


def optimism_at_start(trial: Trial, side: int) -> float:
    """As the file gives it, or what the war's age has left of it."""
    world = trial.world
    years = (world.start - world.war.began).days / 365.25
    left = 0.25 + 0.75 * exp(-years) if world.war.optimism_ages else 1.0
    return float(trial.party(side).optimism * left)


def draw_victory(trial: Trial) -> None:
    war = trial.world.war
    rate = war.victory_hazard * exp(war.victory_slope * (abs(trial.momentum) - 0.3)) * war.fluidity
    if trial.uniform("victory") < happens_at_rate(rate):
        leaves_halt = trial.uniform("imposed halt") < war.imposed_halt_prob
        favours_b = trial.momentum > 0.0
        if trial.momentum == 0.0:
            luck = trial.uniform("victor")
            favours_b = (1.0 - luck if trial.is_mirrored else luck) < 0.5
        trial.end_by_victory(winner=1 if favours_b else 0, leaves_halt=leaves_halt)


def average_of_a_year(pull: float) -> float:
    """f: what is left on average, over a year, of a distance that closes by ``pull`` a week."""
    return (1.0 - (1.0 - pull) ** 52) / (52.0 * pull) if pull > 0.0 else 1.0


def belief(trial: Trial, side: int) -> float:
    """Momentum in its own favour that ``side`` expects of the year ahead."""
    war = trial.world.war
    mean = war.momentum_mean + trial.support
    ahead = mean + average_of_a_year(war.momentum_reversion) * (trial.momentum - mean)
    return clip(SIGN[side] * ahead + trial.optimism[side], -1.0, 1.0)


def value_of_war(trial: Trial, name: str, side: int) -> float:
    """W: what ``side`` or a veto player of it expects a year of war to bring, by its own weights and ideals."""
    believed = belief(trial, side)
    return sum(
        stake_of(trial, name, side, issue).of_war(believed, terms.war_share)
        for issue, terms in trial.world.issues.items()
    )


def unseen_cost(trial: Trial, side: int) -> float:
    """What the scenario does not see of the cost, once for a trial and side."""
    spread = trial.party(side).unseen_spread
    return spread * trial.normal("unseen cost of war", trial.sides[side]) if spread > 0.0 else 0.0


def cost_of_war(trial: Trial, side: int) -> float:
    """Cost of the year ahead: strain, pressure, the wish of engaged mediators, and what is not seen."""
    wish = 0.0
    for name in trial.world.mediators:
        if trial.engagement[name] > 0.0:
            wish += trial.world.parties[name].leverage.get(trial.sides[side], 0.0) * leverage_left(trial)
    fading = 1.0 - 2.0 ** (-1.0 / trial.world.war.pressure_half_life_weeks)
    pressure = average_of_a_year(fading) * trial.pressure[side]
    return trial.cost[side].year_ahead + pressure + wish + trial.unseen_cost[side]


def leverage_left(trial: Trial) -> float:
    """Mediators turn away once there is a ceasefire: their leverage fades with the weeks that it is in force."""
    if trial.halt is None or trial.halt.track is None:
        return 1.0
    return exp(-(trial.week - trial.halt.start) / 8.0)


def loss_from_peace(trial: Trial, side: int) -> float:
    """What ``side`` thinks it could still gain by fighting on."""
    return value_of_war(trial, trial.sides[side], side) - cost_of_war(trial, side)


def rearm(trial: Trial, weeks: int) -> None:
    """Another week of an agreed ceasefire that is ``weeks`` old: both sides use it, and momentum moves."""
    speed = exp(-weeks / 8.0) - exp(-(weeks + 1) / 8.0)
    shift = strength_gained(trial, 1) - strength_gained(trial, 0)
    trial.momentum = clip(trial.momentum + speed * shift, -1.0, 1.0)


def strength_gained(trial: Trial, side: int) -> float:
    """The momentum that an open-ended pause brings ``side``: as much as the other one's fear of it is worth."""
    other, levels = 1 - side, trial.world.assurances
    loss = 0.0  # of the other, for each unit of momentum against it
    for issue, terms in trial.world.issues.items():
        seen = stake(trial, other, issue)
        loss += seen.loss_aversion * seen.weight * seen.least * terms.war_share
    if loss <= 0.0:
        return 0.0
    limit = levels.resupply_limits.get(trial.sides[side], 0.0)
    return trial.fear[other] * (1.0 - levels.calm_from_resupply_limit * limit) / loss
