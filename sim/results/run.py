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
from sim.results.summary import commonest_effect, headline, summary_of, terms_of
from sim.results.tally import Event, HitTally, Tally, events_over, over_blocks
from sim.scenario.reading.stored import stored_scenario
from sim.scenario.schema import Scenario
from sim.statistics.anchoring import Headline
from sim.statistics.horizons import check_event
from sim.storage.manifest import SUMMARY
from sim.storage.run_folder import read_run
from sim.storage.stored_columns import AnyColumns, in_blocks, n_trials, part

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Run:
    """A finished run: columns over trials, and the odds read off them.

    ``columns`` of a run with a folder are read from its blocks when they are asked for, and not kept: ``blocks`` needs
    no more memory for five million trials than for a hundred thousand, ``columns[name]`` needs that of one column.
    """

    scenario: Scenario
    name: str
    seed: int
    columns: AnyColumns
    folder: Path | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_trials(self) -> int:
        return n_trials(self.columns)

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial, ``trial`` first; what the columns mean is in ``sim.outcome_columns``.

        Holds all trials in memory, about 100 bytes for each, also those of a stored run.
        """
        import pandas as pd

        return pd.DataFrame(dict(self.columns))

    def blocks(self, *names: str) -> Iterator[Columns]:
        """Columns (all, or some by name) of one block of trials after the other."""
        return in_blocks(self.columns, *names)

    def part(self, first: int, n: int, *names: str) -> Columns:
        """Columns (all, or some by name) of ``n`` trials from ``first`` on; fewer at the end of the run."""
        return part(self.columns, first, n, *names)

    @cached_property
    def tally(self) -> Tally:
        """All that is counted over the trials: what the summary is made of."""
        return over_blocks(self.scenario, self.blocks())

    @cached_property
    def events(self) -> Mapping[Event, HitTally]:
        """Halts by tier and horizon."""
        is_counted = "tally" in self.__dict__
        return self.tally.events if is_counted else events_over(self.scenario, self.columns)

    @checked_arguments
    def odds(self, tier: str = "durable", days: int = 90) -> Headline:
        """Odds of ``tier`` (durable, mutual, broad) by ``days`` (30, 90, 180, 365, or the scenario's last day).

        As in the summary: ``p`` and its intervals are anchored, ``model`` and ``reference`` stand beside them.
        """
        event = check_event(self.scenario, tier, days)
        return headline(self.scenario, self.events[event], *event, self.commonest_effect)

    @cached_property
    def commonest_effect(self) -> float:
        """Largest design effect among the tiers at the last horizon, for events too rare to show their own."""
        return commonest_effect(self.events, self.scenario)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The object that ``parley run --json`` prints."""
        settled = terms_of(self.scenario, self.columns)
        return summary_of(self.scenario, self.name, self.seed, self.tally, settled)


@checked_arguments
def open_run(folder: str | os.PathLike[str]) -> Run:
    """A finished run from its folder, every file verified.

    Its summary is computed from the trials, as for a new run, so that runs made before a change of what is shown (such
    as anchoring) can stand beside others; ``summary.json`` in the folder keeps what was printed at the time. Where this
    version wrote it, it must be what the trials give (quantiles of terms are left to ``kept.verify``).
    """
    stored = read_run(folder)
    scenario, origin = stored_scenario(stored.folder, stored.manifest), stored.manifest
    run = Run(scenario, origin["name"], origin["seed"], stored.columns, stored.folder, origin)
    run.__dict__["tally"] = over_blocks(scenario, stored.verified())  # counted while every block is verified
    without_quantiles = summary_of(scenario, run.name, run.seed, run.tally, {})  # these need two more passes
    refuse_untrue(run, stored.summary, without_quantiles)
    return run


def refuse_untrue(run: Run, summary: Mapping[str, Any], counted: Mapping[str, Any]) -> None:
    """DamagedRunError where the summary in the folder of a run is not what was counted of its trials."""
    if is_comparable(run.manifest) and (found := contradictions(summary, counted)):
        path = (run.folder or Path()) / SUMMARY
        raise DamagedRunError(f"{path}: does not follow from the trials ({'; '.join(found)})")
