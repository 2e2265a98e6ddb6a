"""What a point on one issue, and a year of war over it, are worth to a party (docs/odd.md, 3.1 and 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.oracle.oracle import Trial

NOTHING = 1e-12  # a distance to the other side's ideal below which losses are not curved


class Stake(NamedTuple):
    """One party on one issue, as things stand today. All is measured from the status quo."""

    end: float  # -1 for side A and its veto players, 1 for B and its
    weight: float
    status_quo: float
    ideal: float
    far: float  # the other side's ideal
    curvature: float = 0.0
    loss_aversion: float = 1.0
    delivery: float = 1.0  # share of a gain that it expects to be delivered
    line: float | None = None
    slope: float = 0.0

    @property
    def direction(self) -> float:
        """Toward the own ideal: 1 up the scale, -1 down."""
        if self.ideal == self.status_quo:
            return self.end
        return 1.0 if self.ideal > self.status_quo else -1.0

    @property
    def most(self) -> float:
        """How far it is to the own ideal (G)."""
        return abs(self.ideal - self.status_quo)

    @property
    def least(self) -> float:
        """How far it is to the other side's ideal (R)."""
        return abs(self.far - self.status_quo)

    @property
    def value_of_ideal(self) -> float:
        return self.most * (1.0 - self.curvature / 2.0)

    @property
    def as_good_as_now(self) -> float:
        """The point beyond the own ideal that is worth no more than the status quo."""
        return self.status_quo + self.direction * (self.most + self.value_of_ideal / self.loss_aversion)

    def value(self, x: float) -> float:
        """v: flatter toward the ideal, falling beyond it, and losses weigh more than gains."""
        toward = self.direction * (x - self.status_quo)
        if toward < 0.0:
            bent = self.curvature * toward**2 / (2.0 * self.least) if self.least >= NOTHING else 0.0
            return -self.loss_aversion * (-toward + bent)
        if toward > self.most:
            return self.value_of_ideal - self.loss_aversion * (toward - self.most)
        return toward - self.curvature * toward**2 / (2.0 * self.most) if self.most > 0.0 else 0.0

    def gain(self, x: float) -> float:
        """g: as far as it is expected to be delivered, less what the audience makes of a line that is crossed."""
        value = self.value(x)
        beyond = max(0.0, self.end * (self.line - x)) if self.line is not None else 0.0
        return self.weight * ((self.delivery * value if value > 0.0 else value) - self.slope * beyond)

    def of_war(self, belief: float, war_share: float) -> float:
        """Its part of W: what a year of war is expected to bring on this issue."""
        way = war_share * abs(belief)
        if belief >= 0.0:
            return self.weight * self.most * (way - self.curvature * way**2 / 2.0)
        return -self.weight * self.loss_aversion * self.least * (way + self.curvature * way**2 / 2.0)


def stake(trial: Trial, side: int, issue: str) -> Stake:
    """A side's, with every promise kept and no audience: see ``packages`` for what it makes of a promise."""
    return stake_of(trial, trial.sides[side], side, issue)


def stake_of(trial: Trial, name: str, side: int, issue: str) -> Stake:
    """Of a side or of a veto player, which shares its side's temper but has an ideal and weights of its own.

    No event changes any of it but the status quo, so it is kept for all trials of a draw.
    """
    found: Stake | None = trial.world.stakes.get(key := (name, issue, trial.status_quo[issue]))
    if found is None:
        own, temper = trial.world.parties[name], trial.party(side)
        found = trial.world.stakes[key] = Stake(
            end=(-1.0, 1.0)[side],
            weight=trial.world.weights[name][issue],
            status_quo=trial.status_quo[issue],
            ideal=own.ideal_point[issue],
            far=trial.ideal(1 - side, issue),
            curvature=temper.curvature,
            loss_aversion=temper.loss_aversion,
        )
    return found
