"""Luck that branches: trials that share their first weeks with an ancestor and have luck of their own afterwards.

Nothing of the engine is copied. All luck of a trial is a function of names (docs/decisions/0001-luck.md), so a trial
with an ancestor's past *is* the trial that meets the ancestor's luck up to a week and other luck from then on. Playing
the past again costs some time, leaves the engine alone, and cannot forget a piece of its state.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.random_streams import TRIALS_PER_DRAW, Streams, stream_key
from sim.statistics.estimates import Floats

Integers = NDArray[np.int64]
TRIALS_PER_START = 4
"""Trials of the first stage that share a draw of the parameters."""


@dataclass(frozen=True)
class Lineage:
    """Whose luck each trial meets: ``stage`` (weeks, trials) by week, and ``place`` (stages, trials) in that stage.

    Place p of the first stage also says the parameter draw, p // 4. ``begins`` is the number of the first trial.
    """

    stage: NDArray[np.int8]
    place: Integers
    begins: int = 0

    @property
    def n_trials(self) -> int:
        return int(self.place.shape[1])

    @classmethod
    def first(cls, weeks: int, n_trials: int) -> Lineage:
        """Everybody has luck of their own from the first week."""
        return cls(np.zeros((weeks, n_trials), np.int8), np.arange(n_trials)[None, :])

    def branched(self, parents: Integers, since: Integers) -> Lineage:
        """Trials with the past of ``parents`` up to and including week ``since`` and new luck afterwards."""
        weeks = np.arange(len(self.stage))[:, None]
        new = len(self.place)
        stage = np.where(weeks > since, np.int8(new), self.stage[:, parents])
        return Lineage(stage, np.vstack([self.place[:, parents], np.arange(self.n_trials)]))

    def part(self, begins: int, ends: int) -> Lineage:
        """Some consecutive trials whose ancestors are all among them, as whole repetitions are."""
        here = slice(begins, ends)
        return Lineage(self.stage[:, here], self.place[:, here] - begins, self.begins + begins)


class BranchedStreams(Streams):
    """A block of trials that meet the luck their lineage says."""

    def __init__(self, seed: int, lineage: Lineage, mirrored: bool) -> None:
        n, begins = lineage.n_trials, lineage.begins
        super().__init__(seed, begins, n, mirrored)
        self._lineage = lineage
        stages = range(len(lineage.place))
        self._of_stage = [Streams(seed, begins, n, mirrored, f"splitting {number}") for number in stages]
        self._used, self._row = np.unique(lineage.place[0] // TRIALS_PER_START, return_inverse=True)
        each = TRIALS_PER_DRAW // TRIALS_PER_START
        self._all = Streams(seed, begins * each, n * each, mirrored)
        self._week = -1
        self._met: dict[tuple[str, str, str], Floats] = {}

    def uniform(self, decision: str, party: str = "", week: int = 0) -> Floats:
        return self._meet("uniform", decision, party, week)

    def normal(self, decision: str, party: str = "", week: int = 0) -> Floats:
        return self._meet("normal", decision, party, week)

    def _meet(self, kind: str, decision: str, party: str, week: int) -> Floats:
        """A week's column from the stages; what was asked for this week is remembered."""
        if week != self._week:
            self._week, self._met = week, {}
        name = (kind, decision, party)
        if name not in self._met:
            stage, place = self._lineage.stage[week], self._lineage.place
            found = np.empty(self.n_trials)
            for number in np.unique(stage):
                column: Floats = getattr(self._of_stage[number], kind)(decision, party, week)
                mine = np.flatnonzero(stage == number)
                found[mine] = column[place[number, mine]]
            self._met[name] = found
        return self._met[name]

    def parameter(self, path: str) -> Floats:
        return np.asarray(self._all.parameter(path)[self._used])

    @property
    def draws(self) -> Integers:
        return self._used

    @property
    def row_of_trial(self) -> Integers:
        return self._row


def splitting_seed(seed: int) -> int:
    """A seed of its own, so that draws of the parameters too are other than those of the plain run."""
    return stream_key("splitting", str(seed))
