"""Expected-utility challenge model of Bueno de Mesquita, as documented by Scholz, Calbert and Smith (2011).

Each actor weighs challenging each other one against leaving things as they are. Who expects what from
whom decides between conflict, compromise, compulsion and stalemate; positions move; the weighted median
of the last round is the forecast. Equation numbers are those of the 2011 conference paper.

The paper leaves parts of the last step to a figure, so ``Reading`` names the two choices that matter.
Simplified: the chance of the status quo without a challenge is 1 (the paper's own choice for its replication),
so that the terms for a rival that moves by itself (eqs. 22 and 23) fall away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sim.errors import ParleyError
from sim.evidence.rival_models.spatial import Actor, Numbers, columns, weighted_mean, weighted_median

SAME = 1e-9
"""Expected utilities and moves closer than this are equal."""
SETTLED = 0.01
"""A round is quiet if it moves the median by less than this share of the span."""
QUIET_ROUNDS = 2
"""The median has settled after so many quiet rounds in a row."""


@dataclass(frozen=True)
class Reading:
    """How the paper's last step is read.

    ``conflict``: where both expect to gain, both ``stand`` (an uncertain outcome, Bueno de Mesquita 1997) or the one
    that expects less ``yields`` (the confrontation octants of 1984). ``offer``: an actor takes the ``strongest``
    offer, ties going to the least move, or the ``nearest``, ties going to the strongest.
    """

    conflict: Literal["stand", "yields"] = "stand"
    offer: Literal["strongest", "nearest"] = "strongest"


READINGS = tuple(Reading(conflict, offer) for conflict in ("stand", "yields") for offer in ("strongest", "nearest"))


@dataclass(frozen=True)
class Round:
    """Positions at the end of a round (round 0: at the start), their weighted median and mean, and risk exponents."""

    positions: tuple[float, ...]
    median: float
    mean: float
    risk: tuple[float, ...]


@dataclass(frozen=True)
class Challenges:
    """All rounds; ``has_settled`` is false where the median still moved when the rounds ran out."""

    rounds: tuple[Round, ...]
    has_settled: bool

    @property
    def forecast(self) -> float:
        """Return the median on which the rounds settle."""
        return self.rounds[-1].median


def success_prob(positions: Numbers, weights: Numbers) -> Numbers:
    """P[i, j]: chance that i prevails over j (eq. 31), the share of the votes cast on the pair that fall to i.

    Actor k casts capability x salience x (how much nearer i is than j). A half where nobody has a preference.
    """
    distance = np.abs(positions[:, None] - positions[None, :])
    nearer = distance[:, None, :] - distance[:, :, None]
    votes = weights[:, None, None] * nearer
    for_i, cast = np.maximum(votes, 0.0).sum(axis=0), np.abs(votes).sum(axis=0)
    return np.asarray(np.where(cast > 0, for_i / np.where(cast > 0, cast, 1.0), 0.5), dtype=np.float64)


def utilities(distance: Any, risk: Any) -> tuple[Numbers, Numbers, Numbers]:
    """Return the utility of success, failure and the status quo (eqs. 15, 16, 24); ``distance`` as a share of the span.

    With risk exponent 1 they are 2 d, -2 d and 0; a lower exponent fears failure more than it likes success.
    """
    d, r = np.asarray(distance, dtype=np.float64), np.asarray(risk, dtype=np.float64)
    success = 2.0 - 4.0 * np.maximum(0.5 - 0.5 * d, 0.0) ** r
    return success, 2.0 - 4.0 * (0.5 + 0.5 * d) ** r, 2.0 - 4.0 * np.power(0.5, r)


def expected_utility(positions: Numbers, salience: Numbers, prob: Numbers, risk: Numbers, span: float) -> Numbers:
    """E[i, j]: what i expects from challenging j, over leaving it (eqs. 5 to 7). Shape (actors, actors).

    The rival resists with a chance equal to its own salience; then i wins with P, else loses. A rival that does
    not resist gives in. 0 on the diagonal and between actors at one position.
    """
    distance = np.abs(positions[:, None] - positions[None, :]) / span
    success, failure, status_quo = utilities(distance, risk[:, None])
    resists = salience[None, :]
    challenge = resists * (prob * success + (1.0 - prob) * failure) + (1.0 - resists) * success
    return np.asarray(np.where(distance > 0, challenge - status_quo, 0.0), dtype=np.float64)


def risk_exponents(expected: Numbers) -> Numbers:
    """r: from .5 for the actor whom rivals have most to gain from challenging to 2 for the safest (eqs. 33, 34).

    Security is what all others expect from challenging the actor at exponents of 1. All alike: 1.
    The paper's appendix prints the actor's own sum instead; its text, followed here, says the rivals'.
    """
    at_stake = expected.sum(axis=0)
    most, least = at_stake.max(), at_stake.min()
    if most - least <= SAME:
        return np.ones(len(at_stake))
    relative = (2.0 * at_stake - most - least) / (most - least)
    return np.asarray((1.0 - relative / 3.0) / (1.0 + relative / 3.0), dtype=np.float64)


def next_positions(positions: Numbers, expected: Numbers, reading: Reading) -> Numbers:
    """Where each actor goes after weighing the offers made to it (section 6 of the paper, eqs. 35 and 36)."""
    return np.array([_choose(i, positions, expected, reading) for i in range(len(positions))])


def _choose(i: int, positions: Numbers, expected: Numbers, reading: Reading) -> float:
    own, rival, way = expected[i], expected[:, i], positions - positions[i]
    wins = (own <= 0) | ((reading.conflict == "yields") & (rival > own + SAME))
    is_offer = (rival > SAME) & (way != 0) & wins
    own, strength, way = own[is_offer], rival[is_offer], way[is_offer]
    # Compromise in proportion to what i would lose by resisting; in full once that outweighs the rival's gain.
    moves = np.where(own > 0, way, way * np.minimum(1.0, np.abs(own) / strength))
    costs = np.stack([-strength, np.abs(moves)])
    for which in (0, 1) if reading.offer == "strongest" else (1, 0):
        best = costs[which] <= costs[which].min(initial=np.inf) + SAME
        costs, moves = costs[:, best], moves[best]
    # Equal offers from both directions cancel out, so that a mirrored issue has the mirrored forecast.
    return float(positions[i] + (moves.mean() if moves.size else 0.0))


def challenge(actors: Sequence[Actor], reading: Reading | None = None, most_rounds: int = 10) -> Challenges:
    """Play rounds of challenges on one issue until the weighted median settles, ``most_rounds`` at most.

    Salience is a share in [0, 1]. Distances are shares of the span of the positions at the start. The rule for
    stopping is ours (two rounds that move the median by under 1 % of the span): the paper ran a fixed number.
    """
    positions, weights = columns(actors)
    salience = np.array([actor.salience for actor in actors])
    if salience.min() < 0 or salience.max() > 1:
        raise ParleyError("salience must be a share between 0 and 1")
    reading, neutral = reading or Reading(), np.ones(len(actors))
    span = float(np.ptp(positions))
    rounds = [_round(positions, weights, neutral)]
    quiet = 0 if span > 0 else QUIET_ROUNDS
    while quiet < QUIET_ROUNDS and len(rounds) <= most_rounds:
        prob = success_prob(positions, weights)
        risk = risk_exponents(expected_utility(positions, salience, prob, neutral, span))
        expected = expected_utility(positions, salience, prob, risk, span)
        positions = next_positions(positions, expected, reading)
        rounds.append(_round(positions, weights, risk))
        quiet = quiet + 1 if abs(rounds[-1].median - rounds[-2].median) < SETTLED * span else 0
    return Challenges(tuple(rounds), quiet >= QUIET_ROUNDS)


def _round(positions: Numbers, weights: Numbers, risk: Numbers) -> Round:
    centre = weighted_median(positions, weights), weighted_mean(positions, weights)
    return Round(tuple(positions.tolist()), *centre, tuple(risk.tolist()))


def spread_of_readings(actors: Sequence[Actor]) -> tuple[float, float]:
    """Least and greatest forecast over the readings of the paper: how much its gaps leave open."""
    found = [challenge(actors, reading).forecast for reading in READINGS]
    return min(found), max(found)
