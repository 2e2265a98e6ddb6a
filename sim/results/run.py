"""A finished run: columns over trials, and the odds computed from them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import DamagedRunError
from sim.errors.arguments import checked_arguments
from sim.outcome_columns import Columns
from sim.results.stored_summary import contradictions, is_comparable
from sim.results.summary import commonest_effect, headline, in_force, summary_of, terms_of, weighing_of
from sim.results.tally import Event, HitTally, Tally, events_over, over_blocks
from sim.results.weighing import Weighing
from sim.scenario.reading.stored import stored_scenario
from sim.scenario.schema import Scenario
from sim.statistics.horizons import check_event
from sim.statistics.in_force import StillInForce
from sim.statistics.level import Headline
from sim.storage.manifest import SUMMARY
from sim.storage.run_folder import read_run
from sim.storage.stored_columns import AnyColumns, in_blocks, n_trials, part

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Run:
    """Hold a finished run: columns over trials, and the odds computed from them.

    Attributes
    ----------
    scenario : Scenario
        What was simulated.
    name : str
        Name of the run.
    seed : int
        Seed of its random numbers.
    columns : mapping of str to array, shape (trials,)
        Outcomes of the trials by column (docs/reference/results.md). Those of a run with a folder are read from its
        blocks when they are asked for, and not kept: `blocks` needs no more memory for five million trials than for
        a hundred thousand, ``columns[name]`` needs that of one column.
    folder : Path or None
        Where the run is stored, if it is.
    manifest : mapping
        What the folder says of how the run was made; empty without a folder.

    Examples
    --------
    >>> import sim
    >>> run = sim.run("teaching/minimal", trials=640, seed=1)
    >>> run.n_trials, len(run.trials), run.folder is None
    (640, 640, True)
    """

    scenario: Scenario
    name: str
    seed: int
    columns: AnyColumns
    folder: Path | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_trials(self) -> int:
        """Return the number of trials."""
        return n_trials(self.columns)

    @cached_property
    def trials(self) -> pd.DataFrame:
        """Return one row per trial, ``trial`` first; what the columns mean is in docs/reference/results.md.

        Returns
        -------
        DataFrame
            All trials in memory, about 100 bytes for each, also those of a stored run.
        """
        import pandas as pd

        return pd.DataFrame(dict(self.columns))

    def blocks(self, *names: str) -> Iterator[Columns]:
        """Give the trials block by block.

        Parameters
        ----------
        *names : str
            Columns; without any, all of them.

        Yields
        ------
        dict of str to array, shape (trials of the block,)
            Columns of one block.

        Examples
        --------
        >>> import sim
        >>> run = sim.run("teaching/minimal", trials=320, seed=1)
        >>> [len(block["durable_week"]) for block in run.blocks("durable_week")]
        [320]
        """
        return in_blocks(self.columns, *names)

    def part(self, first: int, n: int, *names: str) -> Columns:
        """Return some consecutive trials.

        Parameters
        ----------
        first : int
            Number of the first trial, from 0.
        n : int
            How many trials; fewer come at the end of the run.
        *names : str
            Columns; without any, all of them.

        Returns
        -------
        dict of str to array, shape (n,)
            Columns of those trials.

        Examples
        --------
        >>> import sim
        >>> run = sim.run("teaching/minimal", trials=320, seed=1)
        >>> run.part(10, 3, "trial")["trial"].tolist()
        [10, 11, 12]
        """
        return part(self.columns, first, n, *names)

    @cached_property
    def tally(self) -> Tally:
        """Return all that is counted over the trials, of which the summary is computed."""
        return over_blocks(self.scenario, self.blocks())

    @cached_property
    def events(self) -> Mapping[Event, HitTally]:
        """Return the counts of ceasefires by tier and horizon."""
        is_counted = "tally" in self.__dict__
        return self.tally.events if is_counted else events_over(self.scenario, self.columns)

    @checked_arguments
    def odds(self, tier: str = "durable", days: int = 90) -> Headline:
        """Return the odds of a ceasefire that begins within a time.

        Parameters
        ----------
        tier : {"durable", "mutual", "broad"}
            Rule by which a ceasefire counts (docs/odd.md, 1).
        days : int
            Horizon: 30, 90, 180, 365, or the scenario's last day.

        Returns
        -------
        Headline
            `Odds` as in the summary: at the level of record and reference class where the scenario has them, beside
            the model's own share and these two in ``model``, ``record`` and ``reference``. [share]

        Raises
        ------
        ParleyError
            The scenario has no such tier or horizon.

        Examples
        --------
        >>> import sim
        >>> odds = sim.run("teaching/minimal", trials=640, seed=1).odds("durable", days=365)
        >>> [round(value, 3) for value in (odds.p, odds.mc_lo, odds.mc_hi)]
        [0.955, 0.93, 0.971]
        """
        event = check_event(self.scenario, tier, days)
        return headline(self.events, self.weighing, *event, self.commonest_effect)

    @checked_arguments
    def in_force_180(self, days: int = 90) -> StillInForce | None:
        """Return the odds of a ceasefire that begins within a time and is still in force 180 days later.

        Parameters
        ----------
        days : int
            Horizon: 30, 90, 180, 365, or the scenario's last day.

        Returns
        -------
        StillInForce or None
            Odds over the weighted trials, and ``share`` of the ceasefires that last 30 days, of which ``n_durable``
            trials have one. [share] None where that is not known: no trial has one, the scenario follows ceasefires
            for fewer than 26 weeks, or an earlier version stored the run.

        Raises
        ------
        ParleyError
            The scenario has no such horizon.

        Examples
        --------
        >>> import sim
        >>> found = sim.run("teaching/minimal", trials=640, seed=1).in_force_180(days=365)
        >>> found.n_durable, found.n_events, round(found.share, 3)
        (611, 544, 0.89)
        """
        check_event(self.scenario, "durable", days)
        return in_force(self.events, self.weighing, days, self.commonest_effect)

    @cached_property
    def weighing(self) -> Weighing:
        """Return the weights of the trials, with which everything but the reasons of failures is counted."""
        return weighing_of(self.scenario, self.events)

    @cached_property
    def commonest_effect(self) -> float:
        """Return the largest design effect of the tiers at the last horizon, for events too rare to show their own."""
        return commonest_effect(self.events, self.scenario)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Return the object that ``parley run --json`` prints."""
        settled = terms_of(self.scenario, self.columns, self.weighing)
        return summary_of(self.scenario, self.name, self.seed, self.tally, settled)


@checked_arguments
def open_run(folder: str | os.PathLike[str]) -> Run:
    """Read a finished run from its folder, every file verified.

    Parameters
    ----------
    folder : path
        Folder of a run, as ``out`` of `sim.run` or ``--out`` of ``parley run`` names it.

    Returns
    -------
    Run
        The run; its columns are read from the folder when they are asked for.

    Raises
    ------
    DamagedRunError
        A file is missing, damaged or of an unknown format, or the summary does not follow from the trials.

    Notes
    -----
    The summary is computed from the trials, as for a new run, so that runs of an older version can be compared with new
    ones; ``summary.json`` in the folder keeps what was printed at the time. Where this version wrote it, it must be
    what the trials give (quantiles of terms are left to ``sim.results.inventory.verify``).

    Examples
    --------
    >>> import sim
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     written = sim.run("teaching/minimal", trials=320, seed=1, out=f"{folder}/valley")
    ...     read = sim.read_run(f"{folder}/valley")
    ...     read.n_trials, read.summary == written.summary
    (320, True)
    """
    stored = read_run(folder)
    scenario, origin = stored_scenario(stored.folder, stored.manifest), stored.manifest
    run = Run(scenario, origin["name"], origin["seed"], stored.columns, stored.folder, origin)
    run.__dict__["tally"] = over_blocks(scenario, stored.verified())  # counted while every block is verified
    without_quantiles = summary_of(scenario, run.name, run.seed, run.tally, {})  # these need two more passes
    refuse_untrue(run, stored.summary, without_quantiles)
    return run


def refuse_untrue(run: Run, summary: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
    """Raise DamagedRunError where the summary in the folder of a run is not what was counted of its trials."""
    if is_comparable(run.manifest) and (found := contradictions(summary, counted)):
        path = (run.folder or Path()) / SUMMARY
        raise DamagedRunError(f"{path}: does not follow from the trials ({'; '.join(found)})")
