"""PRIM: boxes of inputs inside which an outcome is common (Friedman and Fisher 1999; Bryant and Lempert 2010).

A box limits a few inputs from below, from above or both. It is found by *peeling*: starting from all draws, again and
again the twentieth at one end of one input is cut off, whichever leaves the outcome commonest in the rest. One box of
that trajectory is chosen, limits that chance explains are dropped, and its faces are *pasted* back out while that does
not thin the outcome. Nothing here is random.

The unit is the draw of the inputs, never the trial: a draw's outcome is the share of its trials. Draws come in
antithetic pairs, so tests take pairs as the independent units. Pure functions of arrays.

References: Friedman and Fisher (1999), Statistics and Computing 9, 123-143; Bryant and Lempert (2010), Technological
Forecasting and Social Change 77, 34-49.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.statistics.estimates import Floats
from sim.statistics.ranges import Share

PEEL = 0.05
"""Share of the box that one cut takes off."""
LEAST_MASS = 0.05
"""Share of all draws below which a box is not peeled further."""
FEWEST_DRAWS = 12
DOUBT = 0.01
"""A limit whose quasi-p-value, times the number of inputs, is above this is dropped."""

EVERY = 5
"""Every fifth box of a trajectory is asked which of its limits are significant."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws with their outcomes.

    ``points`` (draws, inputs); ``shares`` (draws,) share of a draw's trials with the outcome; ``weights`` (draws,)
    what its trials weigh together; ``pairs`` (draws,) the number of its antithetic pair.
    """

    points: Floats
    shares: Floats
    weights: Floats
    pairs: NDArray[np.int64]

    def where(self, mask: Mask) -> Draws:
        """Return the draws that a mask keeps."""
        return Draws(self.points[mask], self.shares[mask], self.weights[mask], self.pairs[mask])

    @property
    def density(self) -> float:
        """Return the weighted share of trials with the outcome; 0 without any draw."""
        total = float(self.weights.sum())
        return float(self.weights @ self.shares) / total if total else 0.0


@dataclass(frozen=True, eq=False)
class Box:
    """Limits by input, infinite where there is none; both shape (inputs,)."""

    lows: Floats
    highs: Floats

    def holds(self, points: Floats) -> Mask:
        """Return which points lie inside, shape (points,)."""
        inside: Mask = np.all((points > self.lows) & (points < self.highs), axis=1)
        return inside

    @property
    def limited(self) -> list[int]:
        """Return inputs that the box limits."""
        return [int(i) for i in np.flatnonzero(np.isfinite(self.lows) | np.isfinite(self.highs))]

    def with_limits(self, i: int, low: float, high: float) -> Box:
        """Return the box with other limits for input ``i``."""
        lows, highs = self.lows.copy(), self.highs.copy()
        lows[i], highs[i] = low, high
        return Box(lows, highs)

    def without(self, i: int) -> Box:
        """Return the box without limits for input ``i``."""
        return self.with_limits(i, -np.inf, np.inf)


@dataclass(frozen=True)
class Measures:
    """Of a box: ``coverage``, share of all outcomes inside; ``density``, outcome inside; ``mass``, share of draws."""

    coverage: Share
    density: Share
    mass: Share


@dataclass(frozen=True)
class Step:
    """A box of the trajectory and its measures on the draws it was found on."""

    box: Box
    measures: Measures


def everywhere(n_inputs: int) -> Box:
    """Return the box without limits."""
    return Box(np.full(n_inputs, -np.inf), np.full(n_inputs, np.inf))


def measure(draws: Draws, inside: Mask) -> Measures:
    """Return the coverage, density and mass of the draws that are inside."""
    events = draws.weights * draws.shares
    weight, total, every = float(draws.weights[inside].sum()), float(draws.weights.sum()), float(events.sum())
    held = float(events[inside].sum())
    return Measures(held / every if every else 0.0, held / weight if weight else 0.0, weight / total if total else 0.0)


def chance_of_lift(draws: Draws, inside: Mask) -> float:
    """Return the one-sided p-value that the outcome is as common inside by chance; 1 where that is not known.

    Score test of a difference of means with pairs of draws as clusters: each pair adds its covariance of being inside
    with the outcome; Student's t on their sum. Being uncentred it errs towards 1 where outcomes are rare.
    """
    n_inside = int(np.count_nonzero(inside))
    if min(n_inside, len(inside) - n_inside) < FEWEST_DRAWS:
        return 1.0
    mass = float(draws.weights[inside].sum() / draws.weights.sum())
    moves = draws.weights * (inside - mass) * (draws.shares - draws.density)
    by_pair = np.bincount(np.unique(draws.pairs, return_inverse=True)[1], weights=moves)
    spread = float(np.sum(by_pair**2))
    if spread <= 0:
        return 1.0
    return float(special.stdtr(len(by_pair) - 1, -float(by_pair.sum()) / np.sqrt(spread)))


def quasi_p(draws: Draws, box: Box, i: int) -> float:
    """Return the p-value of one limit: whether the outcome is commoner inside, among draws that meet all others.

    *Quasi* on the draws the box was found on, since that limit was picked among many; a plain p-value on others.
    Differs from Bryant and Lempert (section 2.4) in that draws in pairs, not binomial cases, are the units.
    """
    others = box.without(i).holds(draws.points)
    return chance_of_lift(draws.where(others), box.holds(draws.points[others]))


def peel(draws: Draws, along: list[int] | None = None) -> list[Step]:
    """Peel from the box of everything to one of about ``LEAST_MASS``, cutting ``along`` some inputs or all."""
    along = list(range(draws.points.shape[1])) if along is None else along
    box = everywhere(draws.points.shape[1])
    inside = np.ones(len(draws.points), dtype=np.bool_)
    steps = [Step(box, measure(draws, inside))]
    fewest = max(FEWEST_DRAWS, LEAST_MASS * len(inside))
    while np.count_nonzero(inside) > fewest:
        cut = _best_cut(draws.where(inside), box, along, fewest)
        if cut is None:
            break
        box, inside = cut, inside & cut.holds(draws.points)
        steps.append(Step(box, measure(draws, inside)))
    return steps


def _best_cut(draws: Draws, box: Box, along: list[int], fewest: float) -> Box | None:
    """Cut whichever end of whichever input leaves the commonest outcome; None where no cut is left."""
    points, n = draws.points[:, along], len(draws.points)
    k = max(1, int(PEEL * n))
    ends = np.partition(points, (k - 1, n - k), axis=0)
    bottom, top = ends[k - 1], ends[n - k]
    kept = np.concatenate([points > bottom, points < top], axis=1)  # (draws, 2 inputs)
    left = draws.weights @ kept
    events = (draws.weights * draws.shares) @ kept
    densities = np.where(kept.sum(axis=0) >= fewest, events / np.maximum(left, 1e-12), -1.0)
    best = int(np.argmax(densities))
    if densities[best] < 0:
        return None
    i, column = along[best % len(along)], points[:, best % len(along)]
    stay, go = column[kept[:, best]], column[~kept[:, best]]
    if best < len(along):
        return box.with_limits(i, _between(float(go.max()), float(stay.min())), float(box.highs[i]))
    return box.with_limits(i, float(box.lows[i]), _between(float(stay.max()), float(go.min())))


def _between(below: float, above: float) -> float:
    """Return the limit half way between two neighbours."""
    return (below + above) / 2


def paste(draws: Draws, box: Box) -> Box:
    """Move the box's faces out, a twentieth or a hundredth at a time, while the outcome stays as common."""
    while (wider := _best_paste(draws, box)) is not None:
        box = wider
    return box


def _best_paste(draws: Draws, box: Box) -> Box | None:
    inside = box.holds(draws.points)
    density, n = draws.where(inside).density, int(np.count_nonzero(inside))
    for share in (PEEL, PEEL / 5):
        found = [wider for i in box.limited for wider in _wider(draws, box, i, max(1, int(share * n)))]
        rated = [(draws.where(wider.holds(draws.points)).density, wider) for wider in found]
        if rated and (best := max(rated, key=lambda one: one[0]))[0] >= density:
            return best[1]
    return None


def _wider(draws: Draws, box: Box, i: int, n_more: int) -> list[Box]:
    """Move one face of input ``i`` out past the next ``n_more`` draws that meet all other limits."""
    column = np.sort(draws.points[box.without(i).holds(draws.points), i])
    low, high = float(box.lows[i]), float(box.highs[i])
    below, above = column[column <= low][::-1], column[column >= high]
    found = []
    if len(below):
        edge = below[min(n_more, len(below)) - 1]
        past = below[below < edge]  # equal values come in together
        found.append(box.with_limits(i, _between(float(past[0]), float(edge)) if len(past) else -np.inf, high))
    if len(above):
        edge = above[min(n_more, len(above)) - 1]
        past = above[above > edge]
        found.append(box.with_limits(i, low, _between(float(edge), float(past[0])) if len(past) else np.inf))
    return found


def choose(steps: list[Step], density: float | None = None) -> Step | None:
    """Choose the box of a trajectory by a stated rule.

    With ``density`` the least restricted box in which the outcome is at least that common, or None. Else the box
    furthest from chance, (density - that of all draws) x sqrt(mass): Klösgen (1996), in Advances in Knowledge
    Discovery and Data Mining, 249-271. None if that is the box of everything.
    """
    if density is not None:
        dense = [step for step in steps[1:] if step.measures.density >= density]
        return max(dense, key=lambda step: step.measures.mass, default=None)
    base = steps[0].measures.density
    best = max(steps, key=lambda step: (step.measures.density - base) * step.measures.mass**0.5)
    return best if best.box.limited else None


def drop_doubtful(draws: Draws, box: Box) -> Box:
    """Drop the limits that chance explains: the worst first, one at a time.

    An input was picked among all of them, so its quasi-p-value is multiplied by their number (Bonferroni).
    """
    while limited := box.limited:
        doubts = {i: quasi_p(draws, box, i) for i in limited}
        worst = max(doubts, key=lambda i: doubts[i])
        if doubts[worst] * draws.points.shape[1] <= DOUBT:
            break
        box = box.without(worst)
    return box


def confirmed_inputs(draws: Draws, steps: list[Step]) -> list[int]:
    """Return inputs with a limit that chance does not explain, in every fifth box of the trajectory."""
    return sorted({i for step in steps[EVERY::EVERY] for i in drop_doubtful(draws, step.box).limited})


def find_box(draws: Draws, density: float | None = None) -> tuple[Box | None, list[Step]]:
    """Find the box, or None, and the trajectory it was chosen from.

    Peeling along many inputs wastes draws on cuts that fit noise. So it is done again along those inputs alone whose
    limits chance does not explain, until the chosen box has no doubtful limit left; that one is pasted.
    """
    steps = peel(draws)
    along = confirmed_inputs(draws, steps)
    while along:
        steps = peel(draws, along)
        chosen = choose(steps, density)
        if chosen is None:
            return None, steps
        kept = drop_doubtful(draws, chosen.box).limited
        if kept == chosen.box.limited:
            return paste(draws, chosen.box), steps
        along = kept
    return None, steps[:1]
