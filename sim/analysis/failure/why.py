"""Why a scenario fails: how far trials get, what stopped them, what they lacked, and the least that would have done.

Everything is read off a run's stored columns, but for what one side alone lacked, for which the first trials are run
again (``least_change``). Intervals are Monte Carlo error, 95 %, from clusters of trials that share their draws.
Attribution rests on the model's priors; outcomes alone cannot distinguish these reasons.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.failure.findings import Change, OneSide, Share, Smallest, Stage, Why
from sim.analysis.failure.least_change import Nearness, nearness, quantiles
from sim.analysis.failure.sentences import sentences
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.execution import plan
from sim.execution import run as running
from sim.execution.run import Progress
from sim.outcome_columns import FRICTIONS, STAGES, TAGS, Columns
from sim.results.run import Run, open_run
from sim.results.summary import QUANTILES
from sim.results.tally import Classes, HitTally
from sim.scenario.schema import Scenario
from sim.scenario.schema.labels import names_called
from sim.statistics import exact_sums
from sim.statistics.conditional_odds import GivenTally, MeanTally
from sim.statistics.estimates import Hits
from sim.statistics.horizons import horizons
from sim.statistics.level import Level
from sim.statistics.paired_differences import Levels, PairTally, difference
from sim.statistics.summed import Summed, merged
from sim.storage.stored_columns import side_by_side

BINDING = {"party": "binding_party", "issue": "binding_issue", "track": "best_track"}
"""Columns that say what stood in the way in trials without a range."""


@checked_arguments
def why(
    run_or_scenario: Run | Scenario | str | os.PathLike[str],
    base: Run | Scenario | str | os.PathLike[str] | None = None,
    *,
    trials: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Why:
    """Explain why a run, run folder or scenario fails, and what differs from the base.

    Parameters
    ----------
    run_or_scenario
        Finished run, its folder, a scenario, or the name or path of one.
    base
        What it is compared with, trial by trial; a scenario is run with the trials and the seed of the first.
    trials, seed
        Trials and seed where a scenario is run.
    workers
        Processes; by default one for each core. The result does not depend on them.
    progress
        Called with the name, its trials done and its trials wanted.

    Returns
    -------
    Why
        Stages, failure reasons and frictions as shares of trials with 95 % intervals; what sides lacked, in utils.

    Raises
    ------
    ParleyError
        An unknown name; or two runs without common random numbers or a common horizon.

    Examples
    --------
    >>> found = sim.why("teaching/minimal", trials=256, workers=1)
    >>> list(found.table().columns)
    ['scenario', 'part', 'name', 'value', 'lo', 'hi', 'n']
    """
    run = _as_run(run_or_scenario, trials, seed, workers, progress)
    other = None if base is None else _as_run(base, run.n_trials, run.seed, workers, progress)
    return explain(run, other)


def _as_run(
    given: Run | Scenario | str | os.PathLike[str],
    trials: int | None,
    seed: int,
    workers: int | None,
    progress: Progress | None,
) -> Run:
    if isinstance(given, Run):
        return given
    if not isinstance(given, Scenario):
        given = os.fspath(given)
        if plan.is_run(given):
            return open_run(Path(given))
    return running.run(given, trials=trials, seed=seed, workers=workers, progress=progress)


def explain(run: Run, base: Run | None = None, *, run_again: bool = True) -> Why:
    """Explain why a run fails; with ``base``, add paired differences of stages and failure reasons.

    Without ``run_again``, or where trials do not come out the same, what one side alone lacked is left out
    (``smallest`` is None). Raises ParleyError where seeds or horizons differ.
    """
    sides, tracks = run.scenario.sides, list(run.scenario.tracks)
    found = _counted(run)
    n_without_range = found.hits["without range", ""].hits
    near = nearness(run) if run_again and n_without_range else None
    why = Why(
        scenario=run.name,
        trials=run.n_trials,
        seed=run.seed,
        days=max(horizons(run.scenario)),
        n_failed=int(run.tally.tags.sum()),
        n_without_range=n_without_range,
        stages=_stages(run, found),
        tags={tag: _shown(found.given["tag", tag]) for tag in TAGS},
        imposed=_shown(found.given["imposed", ""]),
        frictions={name: _mean(found.means[name]) for name in FRICTIONS},
        party={name: _shown(found.given["party", name]) for name in (sides.A, sides.B)},
        issue={name: _shown(found.given["issue", name]) for name in run.scenario.issues},
        track={name: _shown(found.given["track", name]) for name in tracks},
        shortfall=_shortfall(run),
        smallest=_smallest(run, near) if near is not None and len(near.trial) else None,
        base=base.name if base is not None else None,
        changes=_changes(run, base) if base is not None else (),
        called=dict(names_called(run.scenario)),
    )
    return replace(why, sentences=tuple(sentences(why)))


@dataclass
class Counted(Summed):
    """What is counted over a block, by kind and name."""

    hits: dict[tuple[str, str], HitTally]
    given: dict[tuple[str, str], GivenTally]
    means: dict[str, MeanTally]

    @classmethod
    def of(cls, scenario: Scenario, columns: Columns) -> Counted:
        """Count a block."""
        return cls(_hits_of(scenario, columns), _given_of(scenario, columns), _means_of(columns))


def _counted(run: Run) -> Counted:
    shares = (f"share_{name}" for name in FRICTIONS)
    names = ("durable_week", "tag", "imposed", "stage", "best_track", *BINDING.values(), *shares)
    return merged({"": Counted.of(run.scenario, columns)} for columns in run.blocks(*names))[""]


def _hits_of(scenario: Scenario, columns: Columns) -> dict[tuple[str, str], HitTally]:
    among, stage = Classes.by(scenario, columns), columns["stage"]
    reached = {("stage", name): HitTally.of(stage >= code, among) for code, name in enumerate(STAGES) if code}
    reached |= {("tag", name): HitTally.of(columns["tag"] == code, among) for code, name in enumerate(TAGS)}
    return reached | {("without range", ""): HitTally.of(columns["best_track"] >= 0, among)}


def _given_of(scenario: Scenario, columns: Columns) -> dict[tuple[str, str], GivenTally]:
    """Count each code among the trials to which it applies: reasons of failures, what bound where no range was."""
    without_range = columns["best_track"] >= 0
    codes = {"party": (scenario.sides.A, scenario.sides.B), "issue": scenario.issues, "track": scenario.tracks}
    found = {("tag", tag): GivenTally.of(columns["tag"] == code, columns["tag"] >= 0) for code, tag in enumerate(TAGS)}
    imposed = (columns["tag"] == TAGS.index("victory")) & (columns["imposed"] == 1)
    found["imposed", ""] = GivenTally.of(imposed, columns["tag"] >= 0)
    for kind, named in codes.items():
        for code, name in enumerate(named):
            found[kind, name] = GivenTally.of(columns[BINDING[kind]] == code, without_range)
    for code, name in enumerate(STAGES):
        if code:
            found["stage", name] = GivenTally.of(columns["stage"] >= code, columns["stage"] >= code - 1)
    return found


def _means_of(columns: Columns) -> dict[str, MeanTally]:
    """Return Shapley shares, normalised to sum to 1 in every trial again after storage in single precision."""
    stored = np.stack([columns[f"share_{name}"].astype(np.float64) for name in FRICTIONS])
    total = stored.sum(axis=0)
    given = total > 0
    shares = np.divide(stored, total, out=np.zeros_like(stored), where=given)
    return {name: MeanTally.of(values, given) for name, values in zip(FRICTIONS, shares, strict=True)}


def _shortfall(run: Run) -> dict[str, float | None]:
    """Return quantiles of what the less content side lacked in trials without a range."""

    def passes() -> Iterator[exact_sums.Weighed]:
        for columns in run.blocks("best_track", "shortfall"):
            values = columns["shortfall"][columns["best_track"] >= 0]
            yield {"shortfall": (values, np.zeros(len(values), np.int8))}  # none is durable, so all weigh the same

    found = exact_sums.quantiles(passes, QUANTILES, (1.0,)).get("shortfall", dict.fromkeys(QUANTILES, np.inf))
    return {level: value if np.isfinite(value) else None for level, value in found.items()}


def _shown(found: GivenTally) -> Share:
    """Return the share of the trials that are given, the interval by their design effect."""
    odds = found.odds()
    return Share(odds.p if odds.n else None, odds.mc_lo, odds.mc_hi, odds.n)


def _stages(run: Run, found: Counted) -> tuple[Stage, ...]:
    """Return the stages over the weighted trials, each of all and of those that reached the one before."""
    stages, before, days = [], 1.0, max(horizons(run.scenario))
    for name in STAGES[1:]:
        event = found.hits["stage", name]
        p, of_all = run.weighing.share(event.by_class), run.weighing.headline(event, days, run.commonest_effect)
        share = Share(p, of_all.mc_lo, of_all.mc_hi, of_all.n)
        given = found.given["stage", name].odds()
        moved = Level().through(given.p, p / before).headline(given) if given.n and before else given
        stages.append(Stage(name, share, Share(moved.p if given.n else None, moved.mc_lo, moved.mc_hi, given.n)))
        before = p
    return tuple(stages)


def _mean(found: MeanTally) -> Share:
    """Return the mean of values within [0, 1] over the given trials."""
    if found.n == 0:
        return Share(0.0, 0.0, 1.0, 0)
    mean, reach = found.mean(0.95)
    return Share(mean, max(0.0, mean - reach), min(1.0, mean + reach), found.n)


def _smallest(run: Run, near: Nearness) -> Smallest:
    def share(hits: Hits) -> Share:
        placed = np.zeros(near.n_run, dtype=np.bool_)
        placed[near.trial] = hits
        return _shown(GivenTally.of(placed, given))

    given = np.zeros(near.n_run, dtype=np.bool_)
    given[near.trial] = True
    sides = {}
    for number, name in enumerate((run.scenario.sides.A, run.scenario.sides.B)):
        alone = near.alone[:, number]
        sides[name] = OneSide(
            quantiles(alone, QUANTILES),
            share(np.isfinite(alone)),
            share(near.fear[:, number] >= alone),
            share(near.optimism[:, number] >= alone),
            _strain_range(run.scenario, name),
        )
    return Smallest(
        len(near.trial),
        near.n_run,
        quantiles(near.both, QUANTILES),
        quantiles(near.alone.min(axis=1), QUANTILES),
        sides,
        {name: share(opens) for name, opens in near.without.items()},
        share(~np.any(list(near.without.values()), axis=0)),
    )


def _strain_range(scenario: Scenario, side: str) -> tuple[float, float] | None:
    """Return the least and greatest strain that the file gives a side; None where it is one number or has no ends."""
    strain = scenario.belligerent(side).strain
    ends = (getattr(strain, "low", None), getattr(strain, "high", None))
    return None if ends[0] is None or ends[1] is None else (float(ends[0]), float(ends[1]))


def _changes(run: Run, base: Run) -> tuple[Change, ...]:
    if base.seed != run.seed:
        raise ParleyError(
            f"{run.name} has seed {run.seed}, {base.name} has {base.seed}: differences need common random numbers"
        )
    if base.scenario.horizon_weeks != run.scenario.horizon_weeks:
        weeks = f"{run.scenario.horizon_weeks} and {base.scenario.horizon_weeks}"
        raise ParleyError(f"{run.name} and {base.name} look {weeks} weeks ahead: failures need the same horizon")
    n = min(run.n_trials, base.n_trials)
    pairs = merged(
        {**_pairs("stage", STAGES, there, here, np.greater_equal), **_pairs("tag", TAGS, there, here, np.equal)}
        for there, here in side_by_side(base.columns, run.columns, n, "stage", "tag")
    )
    levels = [
        {key: one.weighing.level(event, max(horizons(one.scenario))) for key, event in _counted(one).hits.items()}
        for one in (base, run)
    ]
    return tuple(_change(key, pair, (levels[0][key], levels[1][key])) for key, pair in pairs.items())


def _pairs(
    kind: str, names: Sequence[str], base: Columns, here: Columns, holds: Callable[[Any, int], Hits]
) -> dict[tuple[str, str], PairTally]:
    """Pair base and run for each code; the stage that every trial reaches is left out."""
    codes = [(code, name) for code, name in enumerate(names) if kind == "tag" or code]
    return {(kind, name): PairTally.of(holds(base[kind], code), holds(here[kind], code)) for code, name in codes}


def _change(key: tuple[str, str], pair: PairTally, levels: Levels) -> Change:
    moved, lo, hi = difference(pair, levels)
    before, now = (level.at(share, pair.n) for share, level in zip(pair.shares, levels, strict=True))
    return Change(*key, before, now, moved, lo, hi, pair.n)
