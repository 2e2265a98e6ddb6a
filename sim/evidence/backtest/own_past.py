"""A war's own record: forecasts that know how the earlier talks of the same war had ended on the day.

Rows of a war share an effect u on the hazard of a ceasefire (a frailty), normal with mean 0 and standard deviation s.
Earlier rows of the war say something of u, as far as their outcomes were known on the day; s is learned from other
wars. Durable and mutual ceasefires have an effect each, and one s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

from sim.evidence.backtest.nested import Folds
from sim.evidence.backtest.ordered import ordered
from sim.evidence.calibration.episodes import TIERS, Episode
from sim.evidence.calibration.posterior import POWER, SLIP, TIER_WEIGHT, WAR_POWER, normalised, outcome_class
from sim.statistics.estimates import Floats

SPREADS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.9)
"""Standard deviations of the effect that are weighed against each other."""
PRIOR_SCALE = 0.5
"""Of the half-normal prior of s."""
N_NODES = 21
NEAREST_TO_CERTAIN = 1e-6
_HERMITE = np.polynomial.hermite_e.hermegauss(N_NODES)
NODES: Floats = _HERMITE[0]
NODE_WEIGHTS: Floats = _HERMITE[1] / _HERMITE[1].sum()
"""Points of a standard normal variable and their chances (Gauss-Hermite quadrature)."""


class PastOutcome(NamedTuple):
    """What was known of an earlier row of the same war: the event lay in classes ``first`` up to ``last``."""

    row: int
    tier: str
    first: int
    last: int


def spread_prior() -> Floats:
    """Return the prior weight of each of ``SPREADS``: half-normal density times the width of its cell."""
    grid = np.array(SPREADS)
    edges = np.concatenate([[0.0], (grid[1:] + grid[:-1]) / 2, [grid[-1] + (grid[-1] - grid[-2]) / 2]])
    mass = np.diff(special.ndtr(edges / PRIOR_SCALE))
    return np.asarray(mass / mass.sum())


def given_effect(odds: Floats, spread: float) -> Floats:
    """Return the odds at each node of the war's effect, shape (..., nodes), whose mean over nodes is ``odds``.

    Parameters
    ----------
    odds
        Odds from 0 to 1, any shape; they are moved a millionth away from both.
    spread
        Standard deviation s of the effect.

    Returns
    -------
    numpy.ndarray
        p(u) = 1 - exp(-k L e^u) at u = s z for the nodes z, with L = -log(1 - p) and k such that the mean is p.

    References
    ----------
    Vaupel, Manton and Stallard (1979), The impact of heterogeneity in individual frailty on the dynamics of mortality,
    Demography 16, 439-454.
    """
    p = np.clip(odds, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    log_hazard = np.log(-np.log1p(-p)) if spread == 0 else _matched(p, spread)
    return np.asarray(-np.expm1(-np.exp(log_hazard[..., None] + spread * NODES)))


def _matched(p: Floats, spread: float) -> Floats:
    """Return log k L at which the mean odds over the effect are ``p``: a table, then two of Newton's steps."""
    places, means = _table(spread)
    found = np.interp(p, means, places)
    for _ in range(2):
        hazard = np.exp(found[..., None] + spread * NODES)
        mean = -np.expm1(-hazard) @ NODE_WEIGHTS
        found = found - (mean - p) / ((hazard * np.exp(-hazard)) @ NODE_WEIGHTS)
    return np.asarray(found)


@lru_cache(maxsize=len(SPREADS))
def _table(spread: float) -> tuple[Floats, Floats]:
    """Return log hazards and the mean odds of each over an effect of this spread."""
    places = np.arange(-16.0, 12.0, 0.01)
    return places, -np.expm1(-np.exp(places[:, None] + spread * NODES)) @ NODE_WEIGHTS


def past_outcomes(
    episodes: Sequence[Episode], row: int, day: date | None = None, among: Sequence[int] | None = None
) -> list[PastOutcome]:
    """Return what was known, on the day a row's talks opened (or another ``day``), of other rows of its war.

    ``among`` are the rows to look at, all of them without it.
    """
    asked = episodes[row]
    day = day or asked.talks_opened
    found = []
    for number in range(len(episodes)) if among is None else among:
        episode = episodes[number]
        if number == row or episode.cluster != asked.cluster or episode.talks_opened >= day:
            continue
        for tier in TIERS:
            known = episode.known_at(tier, day)
            first, last = outcome_class(known)
            if last - first <= len(known):
                found.append(PastOutcome(number, tier, first, last))
    return found


def log_chance(by_node: Floats, first: int, last: int) -> Floats:
    """Return the log chance that an event lies in classes ``first`` up to ``last``; ``by_node`` (..., horizons, nodes).

    A small chance that an outcome is coded wrongly is spread over the classes, as in the posterior.
    """
    n_classes = by_node.shape[-2] + 1
    upper = by_node[..., last - 1, :] if last < n_classes else np.ones_like(by_node[..., 0, :])
    lower = by_node[..., first - 1, :] if first > 0 else 0.0
    seen = np.maximum(upper - lower, 0.0)
    return np.asarray(np.log((1.0 - SLIP) * seen + SLIP * (last - first) / n_classes))


@dataclass(frozen=True)
class OwnPast:
    """Odds that know the war's own past, in order (``ordered``).

    ``inner`` by tier (folds, rows, horizons): every row from its own war's past and from wars other than its own and
    the fold's. ``spreads`` by fold: the weight of each of ``SPREADS``, from the wars outside the fold.
    """

    inner: Mapping[str, Floats]
    spreads: Mapping[str, Floats]


def with_own_past(
    odds: Mapping[str, Floats], episodes: Sequence[Episode], folds: Folds, day: date | None = None
) -> OwnPast:
    """Condition the odds of every row on what was known of its own war when its talks opened.

    Parameters
    ----------
    odds
        By tier, shape (folds, rows, horizons): every row without the fold's war and without its own; not falling with
        the horizon.
    episodes
        The rows.
    folds
        Fold of each row.
    day
        Day up to which each row's own past is known, instead of the day on which its talks opened.

    Returns
    -------
    OwnPast
        Conditioned odds, and the weights of the spreads.

    Notes
    -----
    p(past) = sum_s w(s) E[p(u) | s, past]: u given s is weighed by the chance of all that was known of earlier rows.
    w(s) is proportional to prior(s) prod_wars prod_tiers E[prod_rows P(outcome | u) | s]^(POWER/2 n^-1/2) over the wars
    outside the fold and other than the row's: a war of n rows weighs as in the posterior of structural parameters.
    """
    pasts = list(_pasts(episodes, day))
    n_folds = len(folds.names)
    support = np.zeros((n_folds, n_folds, len(SPREADS)))
    given = {tier: np.empty((len(SPREADS), *odds[tier].shape)) for tier in TIERS}
    for tier in TIERS:
        for number, spread in enumerate(SPREADS):
            by_node = given_effect(odds[tier], spread)
            support[:, :, number] += log_support(by_node, episodes, folds, tier)
            given[tier][number] = odds[tier]
            for row, known in pasts:
                if of_tier := [one for one in known if one.tier == tier]:
                    given[tier][number][:, row] = _given_past(by_node, row, of_tier)
    weights = np.array([[spread_weights(one, fold, own) for own in range(n_folds)] for fold, one in enumerate(support)])
    mixed = {tier: np.einsum("frs,sfrh->frh", weights[:, folds.of], of) for tier, of in given.items()}
    has_past = {tier: {row for row, known in pasts if any(one.tier == tier for one in known)} for tier in TIERS}
    for tier, of in mixed.items():
        alone = [row for row in range(len(episodes)) if row not in has_past[tier]]
        of[:, alone] = odds[tier][:, alone]  # to the bit: weights sum to 1 only up to rounding
    own = np.arange(n_folds)
    return OwnPast(ordered(mixed), dict(zip(folds.names, weights[own, own], strict=True)))


def log_support(by_node: Floats, episodes: Sequence[Episode], folds: Folds, tier: str) -> Floats:
    """Return what the rows of each fold say of a spread, as weighted log likelihood: shape (folds, folds).

    ``by_node`` are the odds at each node of the effect under that spread, (folds, rows, horizons, nodes). The second
    axis is the fold that speaks, its rows as forecast without the fold of the first.
    """
    found = np.zeros((len(by_node), len(folds.names)))
    for speaking in range(len(folds.names)):
        rows = [row for row in np.flatnonzero(folds.of == speaking).tolist() if episodes[row].is_scored]
        if rows:
            classes = [outcome_class(episodes[row].outcomes[tier]) for row in rows]
            logs = sum(log_chance(by_node[:, row], *limits) for row, limits in zip(rows, classes, strict=True))
            weight = POWER * TIER_WEIGHT[tier] * len(rows) ** -WAR_POWER
            found[:, speaking] = weight * special.logsumexp(logs, axis=-1, b=NODE_WEIGHTS)
    return found


def spread_weights(support: Floats, *without: int) -> Floats:
    """Return the weights of ``SPREADS`` from all folds but some; ``support`` (folds, spreads)."""
    others = [fold for fold in range(len(support)) if fold not in without]
    return normalised(np.log(spread_prior()) + support[others].sum(axis=0))


def _pasts(episodes: Sequence[Episode], day: date | None) -> Iterator[tuple[int, list[PastOutcome]]]:
    """Yield every row of whose war something was known, with what was."""
    wars: dict[str, list[int]] = {}
    for row, episode in enumerate(episodes):
        wars.setdefault(episode.cluster, []).append(row)
    for row, episode in enumerate(episodes):
        if known := past_outcomes(episodes, row, day, wars[episode.cluster]):
            yield row, known


def _given_past(by_node: Floats, row: int, known: Sequence[PastOutcome]) -> Floats:
    """Return the odds of a row given the past, (folds, horizons), under one spread of the effect."""
    logs = sum(log_chance(by_node[:, one.row], one.first, one.last) for one in known)
    chances = NODE_WEIGHTS * np.exp(logs - np.max(logs, axis=-1, keepdims=True))
    chances /= chances.sum(axis=-1, keepdims=True)
    return np.asarray(np.einsum("fhn,fn->fh", by_node[:, row], chances))
