"""``parley calibrate``: the record, simulated and weighed.

A ``Record`` holds the coded episodes that may be read at a date, what the model says of each over the prior of the
structural parameters, and the posterior: with every war and without any one of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.evidence.calibration.codings import with_codings
from sim.evidence.calibration.episodes import Episode, name_key, read_episodes, shipped
from sim.evidence.calibration.overlapping_wars import Overlap, claim, overlaps, refuse_overlaps, unify_war_names
from sim.evidence.calibration.posterior import Posterior, Surfaces
from sim.evidence.calibration.prior import prior_draws
from sim.evidence.calibration.simulate_episodes import (
    DEFAULT_TRIALS,
    Progress,
    SimulatedEpisode,
    simulate_all,
)


@dataclass(frozen=True)
class Rows:
    """Episodes as read: ``targets`` are to be forecast, ``others`` only teach.

    ``overlaps`` are wars under two names that were accepted: forecasts of these are not from other wars alone.
    """

    targets: tuple[Episode, ...]
    others: tuple[Episode, ...]
    n_later: int = 0
    as_of: date | None = None
    overlaps: tuple[Overlap, ...] = ()

    @property
    def all(self) -> tuple[Episode, ...]:
        """Return targets and others, in this order."""
        return (*self.targets, *self.others)

    def changed(self, change: Callable[[Episode], Episode]) -> Rows:
        """Return the rows with ``change`` applied to each."""
        return replace(self, targets=tuple(map(change, self.targets)), others=tuple(map(change, self.others)))

    @property
    def claim(self) -> str:
        """Return what may be said of forecasts of the targets that leave out the rows of their war."""
        teachers = {episode.cluster for episode in self.all if episode.is_scored}
        if not any(teachers - {target.cluster} for target in self.targets):
            return "from the prior alone: no other war teaches"
        return claim(self.overlaps)


def read_rows(
    file: str | os.PathLike[str] | None = None,
    as_of: date | None = None,
    *,
    alone: bool = False,
    allow_overlap: bool = False,
) -> Rows:
    """Read the rows of ``file`` as targets and the shipped ones as others; without a file the shipped ones are targets.

    A row of the file takes the place of a shipped one of the same id. Further coders of a file's rows are read from the
    folder ``codings`` beside it (``sim.evidence.calibration.codings``). As of a date, later rows teach nothing and take
    no row's place; those of ``file`` are still forecast. ``alone`` leaves the shipped rows out. Raises ParleyError
    where two wars look like one (``sim.evidence.calibration.overlapping_wars``), unless ``allow_overlap``.
    """
    if file is None and alone:
        raise ParleyError("--alone: expected --episodes FILE, whose rows are to teach each other, got no file")
    reading = with_codings(file or shipped(), read_episodes(file or shipped(), as_of, keep_later=True), as_of)
    given = reading.episodes
    has_others = file is not None and not alone
    own = with_codings(shipped(), read_episodes(shipped(), as_of), as_of).episodes if has_others else ()
    ids = {name_key(episode.episode_id) for episode in given if as_of is None or episode.talks_opened <= as_of}
    own = tuple(episode for episode in own if name_key(episode.episode_id) not in ids)
    named = unify_war_names((*own, *given), as_of)
    others, targets = tuple(named[: len(own)]), tuple(named[len(own) :])
    found = tuple(overlaps(targets, named))
    if not allow_overlap:
        refuse_overlaps(found)
    return Rows(targets, others, reading.n_later, as_of, found)


@dataclass(frozen=True)
class Record:
    """Episodes with their simulated outcomes, in the same order, and what they teach."""

    episodes: tuple[Episode, ...]
    simulated: tuple[SimulatedEpisode, ...]
    surfaces: Surfaces
    posterior: Posterior
    trials: int
    seed: int


@checked_arguments
def calibrate(
    episodes: Sequence[Episode],
    *,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Record:
    """Simulate every episode over the prior and weigh the scored ones. Raises ParleyError without any row."""
    if not episodes:
        raise ParleyError("episodes: expected at least one row, got none")
    simulated = simulate_all(episodes, trials=trials, seed=seed, workers=workers, progress=progress)
    surfaces = Surfaces.fitted(episodes, simulated, prior_draws(trials, seed))
    return Record(tuple(episodes), tuple(simulated), surfaces, Posterior.of(episodes, surfaces), trials, seed)
