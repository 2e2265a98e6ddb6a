"""Posterior of structural parameters and optional terms: weights on points of their prior, war by war.

Simulated likelihood: every scored episode gives the chance of what happened, durable and mutual tier weighing half
each, rows of a war weighing 1 / sqrt(its rows) so that no war dominates, all of it to the power .6, chosen in advance,
because rows repeat each other in ways that no column sees (a power posterior: Friel and Pettitt 2008; Bissiri, Holmes
and Walker 2016). Importance sampling from the prior; leaving a war out takes its own term away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibration.episodes import HORIZONS, TIERS, Episode
from sim.evidence.calibration.optional_terms import TERMS
from sim.evidence.calibration.prior import POINTS, RowInputs, alternatives, multiples_of, prior_points
from sim.evidence.calibration.simulate_episodes import SimulatedEpisode, codings
from sim.evidence.calibration.structural_parameters import NAMES, STRUCTURAL
from sim.scenario.sampling.parameter_draws import inverse_cdf
from sim.statistics.estimates import Floats
from sim.statistics.polynomial import class_chances, fit_surface, quadratic

POWER = 0.6
"""Power of the likelihood: chosen before any score was seen; .3 to 1 changes scores by .002."""
WAR_POWER = 0.5
"""Rows of a war weigh n^-.5 each: ten rows of one war count as about three."""
TIER_WEIGHT = {"durable": 0.5, "mutual": 0.5}
SLIP = 0.01
"""Chance that an outcome is coded wrongly, spread over the classes: no single row can rule a point out."""


def outcome_class(outcomes: Sequence[int | None]) -> tuple[int, int]:
    """Return the classes [first, last) between which an event lies, given 1, 0 or None (not known) by horizon."""
    first, last = 0, len(outcomes) + 1
    for horizon, value in enumerate(outcomes):
        if value == 0:
            first = horizon + 1
        elif value == 1:
            last = min(last, horizon + 1)
    return first, last


@dataclass(frozen=True)
class Surfaces:
    """Chances of all classes of outcome, of all episodes, over points of the prior.

    ``points`` (points, coordinates) of the unit cube; ``chances`` by tier (rows, points, classes).
    """

    points: Floats
    chances: dict[str, NDArray[np.float32]]

    @classmethod
    def fitted(
        cls,
        episodes: Sequence[Episode],
        simulated: Sequence[SimulatedEpisode],
        draws: Floats,
        n_points: int = POINTS,
    ) -> Surfaces:
        """Fit to simulated episodes on ``draws`` (draws, coordinates); evaluate on ``n_points`` points of the prior.

        A row that several coders coded has a surface for each coding; its chances are their mean, by share of coders.
        """
        points = prior_points(n_points)
        chances = {tier: np.zeros((len(episodes), n_points, len(HORIZONS) + 1), dtype=np.float32) for tier in TIERS}
        for row, (episode, one) in enumerate(zip(episodes, simulated, strict=True)):
            for coding in codings(episode, len(draws)):
                inputs = RowInputs.of(coding.episode)
                at_draws, at_points = quadratic(inputs.places(draws[coding.draws])), quadratic(inputs.places(points))
                for tier in TIERS:
                    surface = fit_surface(at_draws, one.counts[tier][coding.draws])
                    chances[tier][row] += coding.share * class_chances(at_points, surface)
        return cls(points, chances)

    def likelihood(self, row: int, tier: str, outcomes: Sequence[int | None]) -> Floats | None:
        """Return the chance of what is known of a row, at each point; None where nothing is."""
        first, last = outcome_class(outcomes)
        n_classes = len(outcomes) + 1
        if last - first == n_classes:
            return None
        seen = self.chances[tier][row, :, first:last].sum(axis=1, dtype=np.float64)
        return np.asarray((1.0 - SLIP) * seen + SLIP * (last - first) / n_classes)

    def odds(self, tier: str, row: int, weights: Floats) -> Floats:
        """Return the weighted odds by each horizon, shape (horizons,)."""
        by_class = weights @ self.chances[tier][row].astype(np.float64)
        return np.asarray(np.clip(np.cumsum(by_class[:-1]), 0.0, 1.0))


@dataclass(frozen=True)
class Posterior:
    """Log likelihood of each war over the points of the prior: what is known with all of them, and without any one."""

    points: Floats
    wars: tuple[str, ...]
    by_war: Floats
    n_rows: int

    @classmethod
    def of(cls, episodes: Sequence[Episode], surfaces: Surfaces) -> Posterior:
        """Weigh the scored episodes.

        Parameters
        ----------
        episodes
            The record; wars keep the order of their names, so that rows may come in any order.
        surfaces
            Chances of the classes of outcome, of the same episodes in the same order.

        Returns
        -------
        Posterior
            Log likelihoods (wars, points).

        Notes
        -----
        log L_w = POWER sum_r n_w^-1/2 sum_t (1/2) log((1 - SLIP) P_rt + SLIP m/k): over the n_w scored rows r of war w
        and both tiers t, P_rt being the simulated chance of the m of k classes that the outcome allows.

        References
        ----------
        Friel and Pettitt (2008), Marginal likelihood estimation via power posteriors, Journal of the Royal Statistical
        Society B 70, 589-607.

        Bissiri, Holmes and Walker (2016), A general framework for updating belief distributions, Journal of the Royal
        Statistical Society B 78, 1103-1130.
        """
        scored = [(row, episode) for row, episode in enumerate(episodes) if episode.is_scored]
        scored.sort(key=lambda item: item[1].episode_id)
        sizes = Counter(episode.cluster for _, episode in scored)
        wars = tuple(sorted(sizes))
        by_war = np.zeros((len(wars), len(surfaces.points)))
        for row, episode in scored:
            weight = POWER * sizes[episode.cluster] ** -WAR_POWER
            for tier in TIERS:
                likelihood = surfaces.likelihood(row, tier, episode.outcomes[tier])
                if likelihood is not None:
                    by_war[wars.index(episode.cluster)] += weight * TIER_WEIGHT[tier] * np.log(likelihood)
        return cls(surfaces.points, wars, by_war, len(scored))

    @cached_property
    def weights(self) -> Floats:
        """Return the weight of each point given every war; they sum to 1."""
        return normalised(self.by_war.sum(axis=0))

    def without(self, *wars: str) -> Floats:
        """Return the weight of each point given every war but some."""
        others = [number for number, name in enumerate(self.wars) if name not in wars]
        if len(others) == len(self.wars):
            return self.weights
        return normalised(self.by_war[others].sum(axis=0) if others else np.zeros(len(self.points)))

    @property
    def multiples(self) -> Floats:
        """Return the points as multiples of the parameters' references, shape (points, parameters)."""
        return multiples_of(self.points)


def normalised(log_weights: Floats) -> Floats:
    """Return weights that sum to 1."""
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def effective(weights: Floats) -> float:
    """Return the effective number of points, 1 / sum w^2 (Kish 1965)."""
    return float(1.0 / np.sum(weights**2))


@dataclass(frozen=True)
class Learned:
    """Prior and posterior of one parameter, in its own unit."""

    name: str
    meaning: str
    unit: str
    prior: tuple[float, ...]
    posterior: tuple[float, ...]
    contraction: float

    @property
    def words(self) -> str:
        """Return how far the record identifies it."""
        if self.contraction < 0.2:
            return "hardly identified by the record"
        return "identified in part" if self.contraction < 0.6 else "identified"


def learned(posterior: Posterior) -> list[Learned]:
    """Summarise each parameter before and after the record.

    Parameters
    ----------
    posterior
        Weighted points of the prior.

    Returns
    -------
    list of Learned
        5 %, median and 95 % of prior and posterior in the parameter's unit, and its contraction.

    Notes
    -----
    Contraction is 1 - variance after / variance before, where the prior is uniform: 0 nothing learned, 1 everything.

    References
    ----------
    Betancourt (2018), Calibrating model-based inferences and decisions, arXiv 1803.08393.
    """
    quantiles = np.array([0.05, 0.5, 0.95])
    found = []
    for number, parameter in enumerate(STRUCTURAL):
        place = posterior.points[:, number]
        variance = float(posterior.weights @ (place - float(posterior.weights @ place)) ** 2)
        prior, known = (
            tuple(map(float, inverse_cdf(parameter.multiple, at) * parameter.reference))
            for at in (quantiles, weighted_quantiles(place, posterior.weights, quantiles))
        )
        found.append(Learned(parameter.name, parameter.meaning, parameter.unit, prior, known, 1.0 - variance * 12.0))
    return found


def term_weights(points: Floats, weights: Floats) -> list[list[float]]:
    """Return the weight of each alternative of each optional term, in the order of ``TERMS``, to four digits."""
    chosen = alternatives(points)
    shares = [np.bincount(chosen[term.name], weights, len(term.alternatives)) for term in TERMS]
    return [[round(float(share), 4) for share in of_term] for of_term in shares]


def weighted_quantiles(values: Floats, weights: Floats, quantiles: Floats) -> Floats:
    """Return the least values at which the cumulative weight reaches the quantiles."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    return np.asarray(values[order][np.minimum(np.searchsorted(ends, quantiles * ends[-1]), len(values) - 1)])


def covariance(points: Floats, weights: Floats) -> Floats:
    """Return the weighted covariance of the columns of ``points``; ``weights`` sum to 1."""
    centred = points - weights @ points
    return np.asarray((centred * weights[:, None]).T @ centred)


def correlations(posterior: Posterior, least: float = 0.3) -> list[tuple[str, str, float]]:
    """Return the pairs of parameters whose posterior correlation is at least ``least`` in size, the closest first."""
    matrix = covariance(posterior.points[:, : len(NAMES)], posterior.weights)
    spread = np.sqrt(np.diag(matrix))
    pairs = [
        (NAMES[i], NAMES[j], float(matrix[i, j] / spread[i] / spread[j])) for i in range(len(NAMES)) for j in range(i)
    ]
    return sorted((pair for pair in pairs if abs(pair[2]) >= least), key=lambda pair: -abs(pair[2]))
