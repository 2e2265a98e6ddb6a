"""Compare variants with a base by common random numbers: trial t of both draws the same, so small effects show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.outcome_columns import Columns
from sim.results.run import Run
from sim.results.tally import SIDES, Classes
from sim.statistics.estimates import Hits
from sim.statistics.horizons import IN_FORCE_180, TIERS, begun, event_by, horizons, is_followed
from sim.statistics.level import Level
from sim.statistics.paired_differences import PairTally, difference
from sim.statistics.summed import merged
from sim.storage.stored_columns import side_by_side

ERROR_RATE = 0.05
"""Chance that any of the intervals of one comparison leaves out its difference."""


READ = (*(f"{tier}_week" for tier in TIERS), "victory_week", "victory", "imposed")
IN_FORCE_WEEK = f"{IN_FORCE_180}_week"


def widened(n_compared: int) -> float:
    """Return the level of each interval when several variants are compared at once: 95 % for all of them together.

    Of twenty variants that change nothing one would else look like a change. Bonferroni's correction (Dunn 1961): safe
    whatever the variants share, and a little too wide for what they do share.
    """
    return 1.0 - ERROR_RATE / max(1, n_compared)


@checked_arguments
def compare(base: Run, variant: Run, n_compared: int = 1) -> dict[str, Any]:
    """Compare a variant with a base trial by trial: paired differences by tier and horizon, and of victories.

    Parameters
    ----------
    base, variant : Run
        Two runs of one seed. The trials that both have are used.
    n_compared : int
        Variants compared with the base in all; intervals are widened so that they hold together with 95 %.

    Returns
    -------
    dict
        ``tiers`` by tier and horizon in days, each with the odds of both (``base``, ``variant``), their ``difference``
        and its interval ``lo`` to ``hi`` [share], and ``model_*`` without the reference class; ``in_force_180`` by
        horizon, the same of a ceasefire still in force after 180 days, None where that is not known of both;
        ``victory`` by side, and ``victory_imposed`` those that leave a ceasefire imposed by the victor; ``n_changed``,
        the trials whose durable ceasefire by the last horizon differs.

    Raises
    ------
    ParleyError
        The seeds differ, so the random numbers are not common, or there is no horizon in common.

    Notes
    -----
    Both runs draw common random numbers, so most of the noise of Monte Carlo cancels in the differences. Intervals are
    Student's on clusters of 32 trials (docs/intervals.md).

    Examples
    --------
    >>> import sim
    >>> base, variant = (sim.run("teaching/minimal", trials=trials, seed=1, workers=1) for trials in (320, 640))
    >>> found = sim.compare(base, variant)
    >>> found["trials"], found["n_changed"], found["tiers"]["durable"]["365"]["difference"]
    (320, 0, 0.0)
    """
    if base.seed != variant.seed:
        raise ParleyError(
            f"{variant.name}: expected seed {base.seed}, that of {base.name}, got {variant.seed}: "
            "differences need common random numbers"
        )
    n = min(base.n_trials, variant.n_trials)
    days = [day for day in horizons(base.scenario) if day in horizons(variant.scenario)]
    if not days:
        raise ParleyError(f"{variant.name} and {base.name} have no horizon in common")
    level = widened(n_compared)
    pairs = _pairs(base, variant, n, days)
    return {
        "base": base.name,
        "variant": variant.name,
        "trials": n,
        "seed": base.seed,
        "n_compared": n_compared,
        "level": level,
        "n_changed": pairs["durable", days[-1]].n_changed,
        "tiers": {
            tier: {str(day): _tier(base, variant, pairs[tier, day], tier, day, level) for day in days} for tier in TIERS
        },
        "in_force_180": _in_force(base, variant, pairs, days, level),
        "victory": _victories((base, variant), pairs, "victory", level),
        "victory_imposed": _victories((base, variant), pairs, "imposed", level),
    }


def _pairs(base: Run, variant: Run, n: int, days: Sequence[int]) -> dict[tuple[str, int], PairTally]:
    """Return both runs' events side by side over the first ``n`` trials: by tier and day, and victories by side."""
    are_followed = all(is_followed(run.scenario, run.columns) for run in (base, variant))
    names = (*READ, IN_FORCE_WEEK) if are_followed else READ
    return merged(
        {key: PairTally.of(hits, there[key]) for key, hits in here.items()}
        for here, there in (
            (_hits(base, one, days), _hits(variant, other, days))
            for one, other in side_by_side(base.columns, variant.columns, n, *names)
        )
    )


def _hits(run: Run, columns: Columns, days: Sequence[int]) -> dict[tuple[str, int], Hits]:
    won = begun(columns["victory_week"], run.scenario.horizon_weeks)
    halts = {(tier, day): event_by(columns, run.scenario, tier, day) for tier in TIERS for day in days}
    by_side = {code: won & (columns["victory"] == code) for code in SIDES.values()}
    victories = {("victory", code): hits for code, hits in by_side.items()}
    imposed = {("imposed", code): hits & (columns["imposed"] == 1) for code, hits in by_side.items()}
    ends = horizons(run.scenario)
    kept = {(IN_FORCE_180, day): begun(columns[IN_FORCE_WEEK], ends[day]) for day in days if IN_FORCE_WEEK in columns}
    return halts | victories | imposed | kept


def _tier(base: Run, variant: Run, pair: PairTally, tier: str, day: int, level: float) -> dict[str, float]:
    """Return the difference of the headlines and, as ``model_*``, that of the model alone."""
    levels = (level_of(base, tier, day), level_of(variant, tier, day))
    heads = [one.at(share, pair.n) for share, one in zip(pair.shares, levels, strict=True)]
    model = zip(("model_difference", "model_lo", "model_hi"), difference(pair, level=level), strict=True)
    odds = (*heads, *difference(pair, levels, level))
    return {**dict(zip(("base", "variant", "difference", "lo", "hi"), odds, strict=True)), **dict(model)}


def level_of(run: Run, tier: str, day: int) -> Level:
    """Return the level of a run's odds of a tier by a horizon."""
    return run.weighing.level(run.events[tier, day], day, is_durable=tier == "durable")


def _in_force(
    base: Run, variant: Run, pairs: Mapping[tuple[str, int], PairTally], days: Sequence[int], level: float
) -> dict[str, Any]:
    """Return by horizon the odds of both of a ceasefire still in force after 180 days, and their difference."""
    runs = (base, variant)
    return {
        str(day): _tier(base, variant, pairs[IN_FORCE_180, day], IN_FORCE_180, day, level)
        if (IN_FORCE_180, day) in pairs and all(run.events["durable", day].hits for run in runs)
        else None
        for day in days
    }


def _victories(runs: tuple[Run, Run], pairs: Mapping[tuple[str, int], PairTally], kind: str, level: float) -> Any:
    """Return by side the difference of victories, or of those with an imposed ceasefire, over the weighted trials."""
    counts = [_victories_by_class(run, kind) for run in runs]
    found = {}
    for side, code in SIDES.items():
        pair = pairs[kind, code]
        here, there = (
            run.weighing.levels[max(run.weighing.levels)].through(share, run.weighing.share(of_run[code]))
            for run, share, of_run in zip(runs, pair.shares, counts, strict=True)
        )
        heads = [one.at(share, pair.n) for share, one in zip(pair.shares, (here, there), strict=True)]
        apart, low, high = difference(pair, (here, there), level)
        found[side] = {"base": heads[0], "variant": heads[1], "difference": apart, "lo": low, "hi": high}
    return found


def _victories_by_class(run: Run, kind: str) -> dict[int, Any]:
    """Return by code of the side how many trials of each class it wins."""
    days = list(horizons(run.scenario))
    return merged(
        {code: Classes.by(run.scenario, columns).hits(hits[kind, code]) for code in SIDES.values()}
        for columns in run.blocks(*READ)
        for hits in [_hits(run, columns, days)]
    )


def mixed(runs: Sequence[Run], weights: Sequence[float]) -> dict[str, Any]:
    """Return one forecast from several scenarios and how likely each is held to be.

    The weighted mean of their headlines.

    ``weights`` are divided by their sum, which ``weights_sum`` gives. Beside the mean the least and greatest headline
    among the scenarios; ``in_force_180`` is the same of a ceasefire still in force after 180 days, by day, None where
    that is not known of each. Raises ParleyError where they do not fit.
    """
    check_weights(weights, len(runs))
    shares = [weight / sum(weights) for weight in weights]
    days = [day for day in horizons(runs[0].scenario) if all(day in horizons(run.scenario) for run in runs)]
    tiers: dict[str, Any] = {}
    for tier in TIERS:
        tiers[tier] = {}
        for day in days:
            tiers[tier][str(day)] = _weighted([run.odds(tier, day).p for run in runs], shares)
    lasting = {day: [run.in_force_180(day) for run in runs] for day in days}
    known = {day: [odds.p for odds in of_runs if odds is not None] for day, of_runs in lasting.items()}
    kept = {str(day): _weighted(odds, shares) if len(odds) == len(runs) else None for day, odds in known.items()}
    by_name = {run.name: share for run, share in zip(runs, shares, strict=True)}
    return {"weights": by_name, "weights_sum": round(sum(weights), 12), "tiers": tiers, "in_force_180": kept}


def _weighted(odds: Sequence[float], shares: Sequence[float]) -> dict[str, float]:
    mean = sum(share * p for share, p in zip(shares, odds, strict=True))
    return {"p": mean, "least": min(odds), "greatest": max(odds)}


def check_weights(weights: Sequence[float], n: int) -> None:
    """Raise ParleyError unless there is a weight for each of ``n`` scenarios, at least 0 and not all 0."""
    if len(weights) != n:
        raise ParleyError(f"weights: expected {n} numbers, one a scenario and the base first, got {len(weights)}")
    if min(weights) < 0 or not 0 < sum(weights) < float("inf"):
        given = ",".join(f"{weight:g}" for weight in weights)
        raise ParleyError(f"weights: expected numbers of at least 0, not all 0, got {given}")
