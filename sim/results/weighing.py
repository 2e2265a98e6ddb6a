"""One number everywhere: trials weighted so that what is counted over them agrees with the headline.

The headline says how probable it is that a durable ceasefire begins by each horizon. Trials fall into as many
classes and one more, none by the last; each gets the weight with which its share is the headline's: Jeffrey's rule
(1965, The Logic of Decision), the least change of the model's distribution, in relative entropy, that meets it
(Csiszar 1975, Annals of Probability 3, 146-158). Whatever else is counted is counted with these weights. Trials
without a durable ceasefire all weigh the same, so what is said of failures alone is as the model has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.outcome_columns import Columns
from sim.scenario.schema import Scenario
from sim.scenario.sources.contents import content_named
from sim.scenario.sources.levels import levels_of
from sim.statistics import estimates
from sim.statistics.estimates import Floats
from sim.statistics.horizons import classes, horizons
from sim.statistics.level import BASE, FILE_ALONE, Headline, Level, base_headline, gamma_sd, logit, smoothed
from sim.statistics.ranges import Share

if TYPE_CHECKING:
    from sim.results.tally import HitTally


@dataclass(frozen=True)
class BaseLevel(Level):
    """The level of a base, with ``file``, the share of its own trials that the level was set for."""

    file: Share = 0.5

    def of_trials(self, n: int) -> Level:
        """Return the level for ``n`` trials: the base's odds are smoothed as those of the run are.

        Else a run that sees too few events would differ from its base by its number of trials alone.
        """
        return replace(self, intercept=self.intercept + logit(self.file) - logit(smoothed(self.file, n)))


def levels(scenario: Scenario) -> dict[int, Level]:
    """Return the level of the durable tier by horizon in days, as the scenario states its record and reference class.

    Returns
    -------
    dict of int to Level
        Plain levels where it states neither. Every variant of a base has those of the base.
    """
    days, named = list(horizons(scenario)), scenario.reference_class
    references = [
        None if named is None else estimates.reference_odds(at, named.ties, named.months_at_risk) for at in days
    ]
    spreads = [gamma_sd(at, named.ties, named.months_at_risk) if named else 0.0 for at in days]
    if scenario.record is None:
        return {
            at: _of_file(reference, spread) for at, reference, spread in zip(days, references, spreads, strict=True)
        }
    record = scenario.record
    data = content_named(record.levels, record.sha256).data
    rows = {row.days: row for row in levels_of(record.levels, record.levels, record.war, record.episode, data)}
    ours, theirs = (np.array([getattr(rows[at], name) for at in days]) for name in ("record", "file"))
    heads = base_headline(ours, theirs, None if named is None else np.array(references))
    return {
        at: BaseLevel(
            intercept=logit(head) - logit(rows[at].file),
            file_weight=BASE.file,
            other_sd=float(np.hypot(BASE.record * rows[at].record_sd, BASE.reference * spread)),
            smooths=True,
            reference=reference,
            record=rows[at].record,
            file=rows[at].file,
        )
        for at, head, reference, spread in zip(days, map(float, heads), references, spreads, strict=True)
    }


def _of_file(reference: float | None, spread: float) -> Level:
    if reference is None:
        return Level()
    ours, theirs = FILE_ALONE.file, FILE_ALONE.reference
    return Level(theirs * logit(reference), ours, ours, theirs * spread, smooths=True, reference=reference)


MET = 1e-9
"""Difference of a weighted share from the headline that is rounding."""


@dataclass(frozen=True)
class Weighing:
    """Weights of a run's trials by class, and the level of each horizon.

    Attributes
    ----------
    weights : array, shape (horizons + 1,)
        Weight of a trial by the first horizon by which a durable ceasefire had begun, never last; their mean over the
        trials is 1.
    levels : mapping of int to Level
        Of the durable tier, by horizon in days.
    counts : array, shape (horizons + 1,)
        Trials by class.
    unmet : tuple of int
        Horizons at which the weighted share of durable ceasefires is not the headline, since no trial has its first
        there.
    """

    weights: Floats
    levels: Mapping[int, Level]
    counts: Floats
    unmet: tuple[int, ...] = ()

    @cached_property
    def n(self) -> int:
        """Return the number of trials."""
        return int(self.counts.sum())

    @property
    def effective(self) -> float:
        """Return the effective share of the trials, 1 / mean of squared weights (Kish 1965)."""
        return float(self.n / (self.counts @ self.weights**2)) if self.n else 1.0

    def share(self, by_class: Any) -> float:
        """Return the weighted share of the trials that are counted by class."""
        return float(self.weights @ np.asarray(by_class, dtype=np.float64)) / max(1, self.n)

    def total(self, by_class: Any) -> Floats:
        """Return weighted counts, from counts of shape (classes, ...)."""
        return np.asarray(np.tensordot(self.weights, np.asarray(by_class, dtype=np.float64), axes=1))

    def level(self, event: HitTally, days: int, *, is_durable: bool = False) -> Level:
        """Return the level at which an event by a horizon is shown: its share with weights; the durable one's own.

        Between two horizons, that of the next one.
        """
        known = self.levels[min((at for at in self.levels if at >= days), default=max(self.levels))]
        return known if is_durable else self.through(known, event.by_class)

    def through(self, known: Level, by_class: Any) -> Level:
        """Return the level of an event other than the durable one, of hits by class; ``known`` is that of its days."""
        return known.through(float(np.sum(by_class)) / max(1, self.n), self.share(by_class))

    def headline(self, event: HitTally, days: int, effect: float, *, is_durable: bool = False) -> Headline:
        """Return the odds of an event by a horizon as they are shown; ``effect`` is lent to rare events."""
        return self.level(event, days, is_durable=is_durable).headline(event.odds(effect))

    def of_trials(self, scenario: Scenario, columns: Columns) -> Floats:
        """Return the weight of each trial of a block, shape (trials,)."""
        return np.asarray(self.weights[classes(scenario, columns)])


def weigh(scenario: Scenario, durable: Mapping[int, HitTally]) -> Weighing:
    """Weigh the trials of a run, from its counts of durable ceasefires by horizon in days."""
    return weigh_hits(levels(scenario), {days: event.hits for days, event in durable.items()}, durable[max(durable)].n)


def weigh_hits(known: Mapping[int, Level], hits: Mapping[int, int], n: int) -> Weighing:
    """Weigh ``n`` trials, from the levels of a scenario and how many trials have a durable ceasefire by each horizon.

    The headline is made non-decreasing: where it would fall from one horizon to the next, the later level is raised.
    """
    found = {days: one.of_trials(n) if isinstance(one, BaseLevel) else one for days, one in known.items()}
    head, heads = 0.0, []
    for days, count in sorted(hits.items()):
        share = count / max(1, n)
        found[days] = found[days].raised_to(head, share, n)
        head = max(head, found[days].at(share, n))
        heads.append(head)
    counts = np.diff(np.array([0, *(hits[days] for days in sorted(hits)), n], dtype=np.float64))
    if all(level.is_plain for level in found.values()):
        return Weighing(np.ones(len(counts)), found, counts)
    return _weighed(found, counts, np.diff(np.array([0.0, *heads, 1.0])))


def _weighed(found: Mapping[int, Level], counts: Floats, wanted: Floats) -> Weighing:
    """Weigh the classes that have trials.

    The share of an empty one goes to the next later horizon with trials, else to the last earlier one, so that the odds
    by the last horizon are met wherever any trial has a durable ceasefire.
    """
    never = len(counts) - 1
    there = np.flatnonzero(counts > 0)
    durable = there[there < never]
    shares = np.zeros(len(counts))
    for place, share in enumerate(wanted):
        among = durable if (place < never and len(durable)) or never not in there else there[there == never]
        later = among[among >= place]
        shares[later[0] if len(later) else among[-1]] += share
    weights = np.ones(len(counts))
    weights[there] = shares[there] * counts.sum() / counts[there]
    apart = np.abs(np.cumsum(shares - wanted)[:-1]) > MET
    return Weighing(weights, found, counts, tuple(at for at, is_apart in zip(found, apart, strict=True) if is_apart))
