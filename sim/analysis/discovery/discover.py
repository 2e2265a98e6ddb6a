"""Scenario discovery: under which inputs a ceasefire comes about, and under which not (Bryant and Lempert 2010).

The uncertain inputs of every draw are worked out again from the seed; the outcome of a draw is the weighted share of
its sixteen trials with a ceasefire, so that all draws together have the headline. Boxes and a tree are found on one
half of the draws (every other antithetic pair). What is reported of them, and whether they are reported at all, comes
from the other half, which had no say in finding them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.analysis.discovery.cart import explained, tree
from sim.analysis.discovery.findings import KINDS, TIERS, Discovery, FoundBox, Limit, TradeOff
from sim.analysis.discovery.input_table import MOST_DRAWS, Input, inputs_and_outcome
from sim.analysis.discovery.prim import Box, Draws, Mask, Measures, Step, chance_of_lift, find_box, measure, quasi_p
from sim.analysis.sensitivity.constant_outcomes import varies
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.results.run import Run
from sim.statistics.estimates import TRIALS_PER_DRAW, Floats, clustered_reach, wilson

__all__ = ["KINDS", "Discovery", "FoundBox", "Limit", "TradeOff", "discover", "search"]

LEVEL = 0.001
"""A box is reported if the other half finds it this unlikely by chance."""
MOST_BOXES = 3
FEWEST_LEFT = 50
"""Draws outside earlier boxes that are still worth a search."""
TOGETHER = 0.5
"""Correlation from which on a limit is said to move with another input."""


@checked_arguments
def discover(
    run: Run,
    tier: str = "durable",
    days: int = 365,
    density: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Discovery:
    """Find boxes of inputs, and a tree, that separate draws with the outcome from draws without.

    Parameters
    ----------
    run
        Finished run of at least 3,200 trials (200 draws of the inputs).
    tier
        Outcome: ``durable`` or ``mutual``.
    days
        Horizon in days, one of the scenario's.
    density
        Share of the outcome, between 0 and 1: the least restricted box with at least that share is taken. Without it,
        or where it is no more than that of all draws, the box furthest from chance.
    progress
        Called with the searches done and those there are.

    Returns
    -------
    Discovery
        The boxes that the held-out half of the draws confirms, the trade-off they were chosen from, and the tree.

    Raises
    ------
    ParleyError
        Too few draws, no uncertain input, another engine's run, or an impossible ``tier``, ``days`` or ``density``.

    References
    ----------
    Friedman and Fisher (1999), Statistics and Computing 9, 123-143. Bryant and Lempert (2010), Technological
    Forecasting and Social Change 77, 34-49.

    Examples
    --------
    >>> run = sim.run("teaching/minimal", trials=3_200, workers=1)
    >>> sim.discover(run).question.days
    (365,)
    """
    if tier not in TIERS:
        raise ParleyError(f"outcome: expected {' or '.join(TIERS)}, got {tier[:40]!r}")
    if density is not None and not 0 < density < 1:
        raise ParleyError(f"density: expected a share between 0 and 1, got {density:g}")
    inputs, draws = inputs_and_outcome(run, tier, days)
    halves = tuple(draws.where(draws.pairs % 2 == half) for half in (0, 1))
    boxes: list[FoundBox] = []
    trade_off: list[TradeOff] = []
    for number, kind in enumerate(KINDS):
        if progress:
            progress(number, len(KINDS) + 1)
        found, held_out = (half if kind == "halt" else _turned(half) for half in halves)
        more, steps = search(found, held_out, inputs, kind, TIERS[tier], density)
        boxes.extend(more)
        trade_off.extend(_trade_off(steps, held_out, kind))
    if progress:
        progress(len(KINDS), len(KINDS) + 1)
    node = tree(*halves)
    tree_explains = explained(node, halves[1])
    n_trials = min(run.n_trials, MOST_DRAWS * TRIALS_PER_DRAW)
    shape = (n_trials, len(draws.points), run.odds(tier, days).p, draws.density, density)
    does_vary = varies(run, tier, days)
    of = (run.name, tier, days, *shape)
    return Discovery(*of, tuple(inputs), tuple(boxes), tuple(trade_off), node, tree_explains, does_vary, run.seed)


def search(
    found: Draws, held_out: Draws, inputs: Sequence[Input], kind: str, outcome: str, density: float | None
) -> tuple[list[FoundBox], list[Step]]:
    """Find boxes one after the other, each on the draws outside those before; return them and the first trajectory.

    It ends where the held-out half attributes a box to chance, or not surely more of the outcome to it than to all.
    """
    boxes: list[FoundBox] = []
    first: list[Step] = []
    wanted = density if density is not None and density > found.density else None
    left, left_out = found, held_out
    while len(boxes) < MOST_BOXES and len(left.points) >= FEWEST_LEFT:
        box, steps = find_box(left, wanted)
        first = first or steps
        if box is None:
            break
        inside, inside_out = box.holds(left.points), box.holds(left_out.points)
        p = chance_of_lift(left_out, inside_out)
        ends = _interval(left_out.where(inside_out))
        if p > LEVEL or ends[0] <= held_out.density:
            break
        limits = tuple(_limit(box, i, inputs, left, left_out) for i in box.limited)
        measured = _of_all(left_out, inside_out, held_out), _of_all(left, inside, found)
        elsewhere = left_out.where(~inside_out).density
        said = sentence(kind, outcome, limits, measured[0], elsewhere, is_first=not boxes)
        boxes.append(FoundBox(kind, len(boxes) + 1, limits, *measured, *ends, elsewhere, p, said))
        left, left_out = left.where(~inside), left_out.where(~inside_out)
    return boxes, first


def sentence(
    kind: str, outcome: str, limits: Sequence[Limit], measured: Measures, elsewhere: float, is_first: bool = True
) -> str:
    """Describe a box in words, by what the held-out half shows."""
    has = f"have {outcome}" if kind == "halt" else f"have no {outcome.partition(' ')[2]}"
    such = f"with {outcome}" if kind == "halt" else f"without {outcome}"
    rest = "elsewhere" if is_first else "in the rest"
    parts = [limit.words for limit in limits]
    asked = " and ".join(parts) if len(parts) < 3 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return (
        f"{_of_100(measured.density)} of 100 futures in this box {has} ({_of_100(elsewhere)} of 100 {rest}): {asked}. "
        f"It holds {_of_100(measured.mass)} of 100 futures and {_of_100(measured.coverage)} of 100 futures {such}."
    )


def _of_100(share: float) -> str:
    near = round(100 * share)
    return "fewer than 1" if near == 0 and share > 0 else "more than 99" if near == 100 and share < 1 else str(near)


def _turned(draws: Draws) -> Draws:
    """Return the same draws with the complementary outcome."""
    return Draws(draws.points, 1.0 - draws.shares, draws.weights, draws.pairs)


def _of_all(left: Draws, inside: Mask, everything: Draws) -> Measures:
    """Return the measures of a box among the draws left over, as shares of all of them."""
    of_left = measure(left, inside)
    weight = float(left.weights.sum() / everything.weights.sum())
    events = float(left.weights @ left.shares) / max(float(everything.weights @ everything.shares), 1e-12)
    return Measures(of_left.coverage * events, of_left.density, of_left.mass * weight)


def _interval(inside: Draws) -> tuple[float, float]:
    """Return the 95 % interval of the outcome inside, with pairs of draws as units; exact where all are alike."""
    density, total = inside.density, float(inside.weights.sum())
    places = np.unique(inside.pairs, return_inverse=True)[1]
    if density in (0.0, 1.0):  # how alike the trials of a pair are is not known: each pair counts as one
        return wilson(density, len(np.unique(inside.pairs)))
    moves: Floats = np.bincount(places, weights=inside.weights * (inside.shares - density)).astype(np.float64)
    reach = clustered_reach(moves, round(total), 0.95)
    return max(0.0, density - reach), min(1.0, density + reach)


def _limit(box: Box, i: int, inputs: Sequence[Input], found: Draws, held_out: Draws) -> Limit:
    points = np.concatenate([found.points, held_out.points])
    low, high = float(box.lows[i]), float(box.highs[i])
    met_by = float(np.mean((points[:, i] > low) & (points[:, i] < high)))
    ends = (low if np.isfinite(low) else None, high if np.isfinite(high) else None)
    tests = quasi_p(found, box, i), quasi_p(held_out, box, i)
    return Limit(inputs[i].path, inputs[i].name, inputs[i].unit, *ends, met_by, *tests, _together(points, i, inputs))


def _together(points: Floats, i: int, inputs: Sequence[Input]) -> tuple[str, ...]:
    """Return the other inputs drawn together with input ``i``, for which its limit may stand."""
    shapes = points - points.mean(axis=0)
    norms = np.linalg.norm(shapes, axis=0)
    related = np.abs(shapes.T @ shapes[:, i]) / np.maximum(norms * norms[i], 1e-300)
    return tuple(other.name for j, other in enumerate(inputs) if related[j] >= TOGETHER and j != i)


def _trade_off(steps: Sequence[Step], held_out: Draws, kind: str) -> list[TradeOff]:
    return [
        TradeOff(kind, len(step.box.limited), step.measures, measure(held_out, step.box.holds(held_out.points)))
        for step in steps
    ]
