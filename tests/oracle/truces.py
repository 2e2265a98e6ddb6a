"""Halts: how they begin, break, expire, are renewed or upgraded (docs/odd.md, 3.5)."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from tests.oracle.ranges import Look, benefit_share, look_at, need
from tests.oracle.third_parties import guarantee
from tests.oracle.war import happens_at_rate

if TYPE_CHECKING:
    from tests.oracle.oracle import Trial

DURABLE_DRAWS, DRAWS_IN_180_DAYS = 4, 26
HAIR = 1e-9  # of the scale: less than this beyond a limit does not break it


class Halt:
    """An agreed halt in force, or an imposed one (``track`` is None)."""

    def __init__(self, start: int, track: str | None = None) -> None:
        self.start = start
        self.track = track
        self.gains = (0.0, 0.0)  # at signature
        self.withheld = 0.0
        self.expiry_week: int | None = None


def begin(trial: Trial, track: str, look: Look, mix: float) -> None:
    """A general track takes force; on top of a halt it goes on with that halt's start and age."""
    path = look.path
    assert path is not None  # it was signed
    package = path.package(trial, mix)
    if trial.halt is None:
        trial.halt = Halt(trial.week, track)
        trial.record_agreed_halt(track, mix, package)
    halt = trial.halt
    halt.track, halt.withheld = track, withheld(trial, package)
    halt.gains = (path.gain(0, mix), path.gain(1, mix))
    renew(trial, halt)
    trial.record_track_in_force(track)


def renew(trial: Trial, halt: Halt) -> None:
    days = trial.world.tracks[halt.track].length_days
    halt.expiry_week = None if days == "open" else trial.week + max(1, round(days / 7.0))


def step(trial: Trial) -> None:
    holiday(trial)
    halt = trial.halt
    if halt is None or halt.start == trial.week:
        return
    if trial.uniform("violation") < happens_at_rate(hazard(trial, halt)):
        collapse(trial, halt)
        return
    trial.record_survival(halt)
    if halt.expiry_week is not None and trial.week >= halt.expiry_week:
        expire(trial, halt)


def holiday(trial: Trial) -> None:
    if not trial.at_war or trial.week >= trial.world.horizon_weeks:
        return
    for window in trial.world.windows:
        if (window.date - trial.world.start).days // 7 == trial.week:
            if trial.uniform("holiday") < window.reciprocated_prob:
                trial.record_holiday(is_agreed=trial.uniform("holiday agreed") < window.agreed_share)


def hazard(trial: Trial, halt: Halt) -> float:
    """Weekly rate of collapse."""
    truces = trial.world.truces
    age = trial.week - halt.start - 1
    rate = truces.early_hazard * exp(-age / truces.early_decay_weeks) + truces.slow_hazard
    if halt.track is None:
        return rate * truces.spoilers
    factor = truces.monitoring_ratio**trial.world.assurances.monitoring
    factor *= truces.guarantee_ratio ** (guarantee(trial) * (1.0 - halt.withheld))
    if trial.world.tracks[halt.track].settles:
        factor *= truces.settlement_ratio
    shortfall = max(0.0, -least_surplus(trial, halt))
    return rate * factor * exp(truces.shortfall_slope * shortfall) * truces.spoilers


def least_surplus(trial: Trial, halt: Halt) -> float:
    """Surplus of the side that the halt suits less: gains as signed, needs of today."""
    phi = benefit_share(trial.world.tracks[halt.track])
    return min(phi * (halt.gains[side] - need(trial, halt.track, side)) for side in (0, 1))


def withheld(trial: Trial, package: dict[str, float]) -> float:
    """Share of the guarantees that engaged backers withhold because the package breaks their limits."""
    total = broken = 0.0
    for name in trial.world.backers:
        backer = trial.world.parties[name]
        total += backer.guarantor_share
        if trial.engagement[name] > 0.0 and any(
            not low - HAIR <= package[issue] <= high + HAIR for issue, (low, high) in backer.limits.items()
        ):
            broken += backer.guarantor_share
    return broken / total if total > 0.0 else 0.0


def collapse(trial: Trial, halt: Halt) -> None:
    trial.record_end(halt, "collapse")
    trial.halt = None
    if halt.track is None:
        return
    if not trial.fear_has_risen:
        trial.fear_has_risen = True
        trial.fear = [fear * (1.0 + trial.world.truces.fear_rise) for fear in trial.fear]
    trial.back_to_war()


def expire(trial: Trial, halt: Halt) -> None:
    """The term is over: a later track takes over, or the halt is renewed, or it lapses."""
    if trial.uniform("upgrade") < trial.world.truces.upgrade_prob:
        for track in reversed(trial.world.tracks):
            if trial.is_general_after(track, halt.track) and not trial.world.tracks[track].ratified_by:
                look = look_at(trial, track)
                if look.has_range:
                    begin(trial, track, look, (look.lower + look.upper) / 2.0)
                    return
    if least_surplus(trial, halt) >= 0.0:
        renew(trial, halt)
    else:
        trial.record_end(halt, "lapse")
        trial.halt = None
        trial.back_to_war()
