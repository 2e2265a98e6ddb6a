"""The war: momentum, the line, pressure, strain, optimism, victory (docs/odd.md, 3.1)."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

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


def strain_at_start(trial: Trial, side: int) -> float:
    """Strain at its mean, spread as far as it would wander in the long run."""
    party = trial.party(side)
    remembered = (1.0 - party.strain_reversion) ** 2
    if party.strain_volatility <= 0.0 or remembered >= 1.0:
        return party.strain
    spread = party.strain_volatility / sqrt(1.0 - remembered)
    return party.strain * exp(spread * trial.normal("strain at start", trial.sides[side]))


def step(trial: Trial) -> None:
    """One week of war, and of what goes on in the sides in war and peace."""
    if trial.at_war:
        move_momentum(trial)
        move_line(trial)
    for side in (0, 1):
        decay_pressure(trial, side)
        move_strain(trial, side)
        learn(trial, side)
    if trial.at_war:
        draw_victory(trial)


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
    party = trial.party(side)
    if party.strain_volatility <= 0.0 and not trial.strain_was_set[side]:
        return
    now, mean = log(max(trial.strain[side], 1e-9)), log(max(party.strain, 1e-9))
    luck = trial.normal("strain", trial.sides[side]) if party.strain_volatility > 0.0 else 0.0
    trial.strain[side] = exp(now + party.strain_reversion * (mean - now) + party.strain_volatility * luck)


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


def expected_end(trial: Trial, side: int, own_ideal: dict[str, float] | None = None) -> dict[str, float]:
    """Where ``side`` believes that a year of war would leave each issue (xW); a veto player wants its own ideal."""
    believed = clip(SIGN[side] * trial.momentum + trial.optimism[side], -1.0, 1.0)
    own = own_ideal or trial.party(side).ideal_point
    toward = own if believed >= 0.0 else trial.party(1 - side).ideal_point
    return {
        name: trial.status_quo[name] + issue.war_share * abs(believed) * (toward[name] - trial.status_quo[name])
        for name, issue in trial.world.issues.items()
    }


def improvement(trial: Trial, name: str, end: dict[str, float]) -> float:
    """Sum of w D: what party ``name`` gains over the status quo, every promise kept, if issues end at ``end``."""
    party, weights = trial.world.parties[name], trial.world.weights[name]
    total = 0.0
    for issue, at in end.items():
        ideal = party.ideal_point[issue]
        total += weights[issue] * ((trial.status_quo[issue] - ideal) ** 2 - (at - ideal) ** 2)
    return total


def unseen_cost(trial: Trial, side: int) -> float:
    """What the scenario does not see of the cost, once for a trial and side."""
    spread = trial.party(side).unseen_spread
    return spread * trial.normal("unseen cost of war", trial.sides[side]) if spread > 0.0 else 0.0


def cost_of_war(trial: Trial, side: int) -> float:
    """Cost of one more year: strain, pressure, the wish of engaged mediators, and what is not seen."""
    wish = 0.0
    for name in trial.world.mediators:
        if trial.engagement[name] > 0.0:
            wish += trial.world.parties[name].leverage.get(trial.sides[side], 0.0)
    return trial.strain[side] + trial.pressure[side] + wish + trial.unseen_cost[side]


def loss_from_peace(trial: Trial, side: int) -> float:
    """r - u(x0): what ``side`` thinks it could still gain by fighting on."""
    weights, premium = trial.world.weights[trial.sides[side]], 0.0
    for name, issue in trial.world.issues.items():
        spread = issue.war_share * (trial.ideal(1, name) - trial.ideal(0, name)) * trial.world.war.tau
        premium += weights[name] * spread**2
    won = improvement(trial, trial.sides[side], expected_end(trial, side))
    return won - premium - cost_of_war(trial, side)
