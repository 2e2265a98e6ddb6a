"""Backers wait, walk away and press; what they would guarantee (docs/odd.md, 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle.war import SIGN, clip, happens_at_rate, rate_of_chance

if TYPE_CHECKING:
    from tests.oracle.oracle import Trial


def step(trial: Trial) -> None:
    for name in trial.world.backers:
        trial.weeks_waited[name] += 1
        trial.weeks_since_action[name] += 1
        may_walk_away(trial, name)
        may_press(trial, name)


def may_walk_away(trial: Trial, name: str) -> None:
    backer = trial.world.parties[name]
    if trial.is_over or trial.engagement[name] <= 0.0:
        return
    if trial.uniform("quit", name) >= backer.quit_prob_per_week:
        return
    trial.engagement[name] = 0.0
    if trial.uniform("end aid", name) < backer.ends_aid_on_quit:
        for side in (0, 1):
            given = backer.supports.get(trial.sides[side], 0.0)
            trial.pressure[side] += given * backer.leverage.get(trial.sides[side], 0.0)
        cut_aid(trial, name, (0, 1))


def may_press(trial: Trial, name: str) -> None:
    backer = trial.world.parties[name]
    is_provoked = trial.failed_last_week or trial.weeks_waited[name] >= backer.patience_weeks
    if not (trial.at_war and trial.engagement[name] > 0.0 and is_provoked):
        return
    rate = rate_of_chance(backer.act_prob_per_week)
    if backer.follows is not None and trial.weeks_since_action[backer.follows] < 4:
        rate *= backer.follow_factor
    if trial.uniform("press", name) >= happens_at_rate(rate * backer.unity):
        return
    side = whom_to_press(trial, name)
    trial.pressure[side] += backer.leverage.get(trial.sides[side], 0.0)
    if backer.supports.get(trial.sides[side], 0.0) > 0.0:
        cut_aid(trial, name, (side,))
    trial.weeks_waited[name] = 0
    trial.weeks_since_action[name] = 0


def whom_to_press(trial: Trial, name: str) -> int:
    tilt = trial.world.parties[name].tilt
    on_a, on_b = blame(trial, name, 0) * (1.0 - tilt), blame(trial, name, 1) * tilt
    luck = trial.uniform("blame", name)
    if trial.is_mirrored:
        luck = 1.0 - luck
    return 1 if luck * (on_a + on_b) < on_b else 0


def blame(trial: Trial, name: str, side: int) -> float:
    talks = trial.world.talks
    first_general = next(track for track, terms in trial.world.tracks.items() if terms.general)
    distance = -SIGN[side] * (trial.offers[first_general][side] - own_mix(trial, name))
    absence = 1.0 - trial.last_level[side] / 3.0
    return 1.0 + talks.blame_offer * max(0.0, distance) + talks.blame_attendance * absence


def own_mix(trial: Trial, name: str) -> float:
    """Where the backer itself stands between the sides: 1 with A, 0 with B."""
    backer = trial.world.parties[name]
    mass = sum(backer.points.values())
    if not mass:
        return 0.5
    total = 0.0
    for issue, points in backer.points.items():
        ideal_a, ideal_b = trial.ideal(0, issue), trial.ideal(1, issue)
        distance = (ideal_b - backer.ideal_point[issue]) / max(ideal_b - ideal_a, 1e-9)
        total += points * clip(distance, 0.0, 1.0)
    return total / mass


def cut_aid(trial: Trial, name: str, sides: tuple[int, ...]) -> None:
    """Once per backer and trial: its aid to these sides stops."""
    if name in trial.aid_is_cut:
        return
    trial.aid_is_cut.add(name)
    for side in sides:
        trial.aid[name][side] = 0.0


def support(trial: Trial) -> float:
    """Shift of mean momentum, against what is today's support: aid that flows to B less aid that flows to A."""
    total = 0.0
    for name in trial.world.backers:
        backer = trial.world.parties[name]
        for side in (0, 1):
            part = backer.supports.get(trial.sides[side], 0.0) * backer.aid_cut_momentum
            total += SIGN[side] * part * (trial.aid[name][side] - 1.0)
    return total


def guarantee(trial: Trial) -> float:
    """Credibility of guarantees, with the guarantors that are still engaged."""
    shares = {name: trial.world.parties[name].guarantor_share for name in trial.world.backers}
    total = sum(shares.values())
    engaged = sum(share for name, share in shares.items() if trial.engagement[name] > 0.0)
    return trial.world.assurances.guarantee_credibility * (engaged / total if total > 0.0 else 1.0)


def assurance(trial: Trial, side: int) -> float:
    """Share of ``side``'s fear that monitoring, guarantees and limits on the other's resupply remove."""
    levels = trial.world.assurances
    covered = levels.guaranteed.get(trial.sides[side], 0.0)
    limit = levels.resupply_limits.get(trial.sides[1 - side], 0.0)
    left = 1.0 - levels.calm_from_monitoring * levels.monitoring
    left *= 1.0 - levels.calm_from_guarantee * guarantee(trial) * covered
    return 1.0 - left * (1.0 - levels.calm_from_resupply_limit * limit)


def trust(trial: Trial, side: int) -> float:
    """Share of promised gains that ``side`` expects to be delivered."""
    levels = trial.world.assurances
    covered = levels.guaranteed.get(trial.sides[side], 0.0)
    doubt = (1.0 - trial.party(side).trust) * (1.0 - levels.trust_from_monitoring * levels.monitoring)
    return 1.0 - doubt * (1.0 - levels.trust_from_guarantee * guarantee(trial) * covered)
