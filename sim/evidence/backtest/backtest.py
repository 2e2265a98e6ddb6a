"""``parley backtest``: forecasts of every coded episode from other wars alone, and how good they were.

Leave one war out: whatever forecasts a row has seen no row of its war but what was known of it that day, and what
forecasters leave open (optional terms, penalty, weights) is weighed or set inside each fold, from the other wars.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors.arguments import checked_arguments
from sim.evidence.backtest.forecasts import ByTier, Forecasts, engine_from_prior, forecast
from sim.evidence.backtest.protocol import protocol
from sim.evidence.backtest.scenario_scores import ScenarioScores, score_scenarios
from sim.evidence.backtest.shipped_record import digests
from sim.evidence.backtest.tier_scores import TierScores, mean_briers, score
from sim.evidence.backtest.worst_forecasts import WorstForecast, worst_forecasts
from sim.evidence.calibration.calibrate import Record, Rows, calibrate, read_rows
from sim.evidence.calibration.episodes import HORIZONS, TIERS, Episode, name_key
from sim.evidence.calibration.overlapping_wars import claim, unchecked
from sim.evidence.calibration.posterior import Posterior
from sim.evidence.calibration.simulate_episodes import DEFAULT_TRIALS, Progress
from sim.evidence.intercoder.row_agreement import row_agreement
from sim.results.formatting import plain

if TYPE_CHECKING:
    import pandas as pd

HINDSIGHT = ("momentum_a", "stalemate", "mediator_leverage")
"""Columns coded by someone who knew how it ended: a variant holds them at their median."""
VARIED = ("ridge", "engine", "pool")
"""Forecasters whose scores are given under each variant."""
BESIDE = ("ridge", "pool", "known", "headline")
"""Forecasters that stand beside the engine in each row's forecasts."""
CAVEATS = (
    "The headline weighs the reference class as far as it helped on other wars. It leaves no war out: the reference "
    "class counts the interstate wars of 1946 to 2007, those that are forecast here among them, and as of an earlier "
    "day it has seen later ones.",
    "What was known that day is the war's own past alone: the rows of other wars are earlier and later ones.",
    "The rows are a convenience sample of recorded talks: shares are too high for typical talks.",
    "They were coded by someone who knew the end; the line without the hindsight columns says what that is worth.",
    "Optional terms, penalties and weights are weighed or set by other wars alone, but the list of alternatives was "
    "written by authors who knew these rows: only wars that nobody here has seen can tell what that is worth.",
)


@dataclass(frozen=True)
class Backtest:
    """Everything ``parley backtest`` shows. ``tiers`` is empty where no cell of the targets is scored."""

    rows: Rows
    record: Record
    as_of: date | None
    forecasts: Forecasts
    tiers: Mapping[str, TierScores]
    variants: Mapping[str, Mapping[str, Mapping[str, float]]]
    scenarios: ScenarioScores | None = None

    @property
    def trials(self) -> int:
        """Return the trials of each episode."""
        return self.record.trials

    @property
    def seed(self) -> int:
        """Return the seed of the simulated episodes."""
        return self.record.seed

    @property
    def worst(self) -> list[WorstForecast]:
        """Return the worst forecasts of the durable tier; none where it is not scored."""
        return worst_forecasts(self.rows, self.record, self.forecasts)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return one sentence per scored tier: Brier scores of the main forecasters, and the verdict."""
        return tuple(tier.sentence for tier in self.tiers.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be said with the scores."""
        said = []
        wars = {episode.cluster for episode in self.rows.all if episode.is_scored}
        n_nameless = len(list(unchecked(self.rows.targets)))
        if self.rows.overlaps:
            said.append(f"Forecasts are {claim(self.rows.overlaps)}.")
        if len(wars) == 1:
            only = min(wars)
            said.append(
                f"All scored rows are of one war ({only}): no other war taught, and its forecasts are the prior's."
            )
        if n_nameless:
            who = "1 row that is forecast does" if n_nameless == 1 else f"{n_nameless:,} rows that are forecast do"
            said.append(f"{who} not name both sides: whether the war is there under another name could not be checked.")
        return (*said, *CAVEATS)

    def table(self) -> pd.DataFrame:
        """Return one row per tier, forecaster and horizon: ``tier, forecaster, days, brier, log_score``."""
        import pandas as pd

        columns = ["tier", "forecaster", "days", "brier", "log_score"]
        return pd.DataFrame([row for tier in self.tiers.values() for row in tier.rows()], columns=columns)

    def as_dict(self) -> dict[str, Any]:
        """Return the object of ``parley backtest --json``; scores are null where no outcome is known."""
        found: dict[str, Any] = plain(
            {
                "as_of": self.as_of.isoformat() if self.as_of else None,
                "n_episodes": len(self.rows.targets),
                "n_later": self.rows.n_later,
                "trials_an_episode": self.trials,
                "seed": self.seed,
                "scores": {name: tier.as_dict() for name, tier in self.tiers.items()} or None,
                "protocol": protocol(self.record.posterior, self.forecasts),
                "agreement": row_agreement(self.rows.targets).as_dict(),
                "variants": self.variants if self.tiers else None,
                "misses": [vars(one) for one in self.worst] if "durable" in self.tiers else None,
                **(self.scenarios.as_dict() if self.scenarios else {"scenarios": None, "scenario_scores": None}),
                "claim": self.rows.claim,
                "wars_under_two_names": [overlap.wars for overlap in self.rows.overlaps],
                "notes": self.notes,
                "digests": digests(),
                "forecasts": [self._forecast(row, episode) for row, episode in enumerate(self.rows.targets)],
            }
        )
        return found

    def _forecast(self, row: int, episode: Episode) -> dict[str, Any]:
        def by_horizon(name: str, tier: str) -> dict[str, float]:
            odds = self.forecasts.by_forecaster[name][tier][row]
            return dict(zip(map(str, HORIZONS), map(float, odds), strict=True))

        return {
            **{name: getattr(episode, name) for name in ("episode_id", "cluster", "name")},
            "talks_opened": episode.talks_opened.isoformat(),
            **{tier: by_horizon("engine", tier) for tier in TIERS},
            **{name: {tier: by_horizon(name, tier) for tier in TIERS} for name in BESIDE},
        }


@checked_arguments
def backtest(
    file: str | os.PathLike[str] | None = None,
    *,
    as_of: date | None = None,
    alone: bool = False,
    allow_overlap: bool = False,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast and score coded episodes from other wars alone.

    Parameters
    ----------
    file
        Coded episodes to forecast; without it the shipped ones.
    as_of
        Day after which nothing is read.
    alone
        Whether the rows of ``file`` teach each other and no shipped row does.
    allow_overlap
        Whether two names of what looks like one war are accepted as two wars.
    trials, seed, workers
        Trials of each episode, seed of the simulated episodes, number of processes.
    progress
        Called with the episodes simulated and those there are.

    Returns
    -------
    Backtest
        Forecasts, scores by tier, and mean Brier scores of the variants.

    Raises
    ------
    ParleyError
        For a file that cannot be read or breaks the rules of the columns, and where two wars look like one.
    """
    rows = read_rows(file, as_of, alone=alone, allow_overlap=allow_overlap)
    is_scored = any(episode.is_scored for episode in rows.targets)
    n_all = len(rows.all) * (2 if is_scored else 1)

    def weigh(some: Rows, before: int = 0) -> Record:
        def show(done: int, _: int) -> None:
            if progress:
                progress(before + done, n_all)

        return calibrate(some.all, trials=trials, seed=seed, workers=workers, progress=show)

    record = weigh(rows)
    forecasts = forecast(rows, record, workers)
    tiers = {tier: found for tier in TIERS if (found := score(rows, forecasts.by_forecaster, tier)) is not None}
    variants: dict[str, dict[str, dict[str, float]]] = {}
    if is_scored:
        unlearned = {"engine": engine_from_prior(record, len(rows.targets))}
        variants["no calibration: priors alone"] = mean_briers(rows, unlearned)
        blind = without_hindsight(rows)
        again = weigh(blind, len(rows.all))
        variants["hindsight columns held constant"] = mean_briers(blind, varied(blind, again, workers))
        loose = second_coding(rows)
        if loose != rows:
            changed = replace(record, posterior=Posterior.of(loose.all, record.surfaces))
            variants["contested ends coded loosely"] = mean_briers(loose, varied(loose, changed, workers))
    scenarios = None
    if file is None and "durable" in tiers:
        scenarios = score_scenarios(_durable(rows, forecasts), as_of=as_of, seed=seed, workers=workers)
    return Backtest(rows, record, as_of, forecasts, tiers, variants, scenarios)


def varied(rows: Rows, record: Record, workers: int | None) -> dict[str, ByTier]:
    """Return the forecasts of the targets by the forecasters whose scores are given under each variant."""
    found = forecast(rows, record, workers).by_forecaster
    return {name: found[name] for name in VARIED}


def _durable(rows: Rows, forecasts: Forecasts) -> dict[str, dict[str, list[float]]]:
    """Return the durable odds of each target by its id, of the forecasters that scenarios are set beside."""
    return {
        episode.episode_id: {
            name: [float(p) for p in forecasts.by_forecaster[name]["durable"][row]]
            for name in ("engine", "pool", "constant")
        }
        for row, episode in enumerate(rows.targets)
    }


def without_hindsight(rows: Rows) -> Rows:
    """Return the rows with the hindsight-coded columns of every coder at their median over the scored rows."""
    scored = [episode for episode in rows.all if episode.is_scored]
    coded = [one for episode in scored for one in episode.by_coder.values()]
    typical = {name: int(np.median([getattr(one, name) for one in coded])) for name in HINDSIGHT}
    return rows.changed(lambda episode: episode.recoded(typical))


def second_coding(rows: Rows) -> Rows:
    """Return the rows with the second coding of contested outcomes (history/second_codings.csv)."""
    from sim.scenario.sources.search_path import shipped_file
    from sim.scenario.sources.table_file import read_table

    days = [str(days) for days in HORIZONS]
    table = read_table(shipped_file("history/second_codings.csv"), ("episode_id", "tier", *days), ())
    other = {
        (name_key(row.needed("episode_id")), row.one_of("tier", TIERS)): tuple(row.whole(name, 0, 1) for name in days)
        for row in table.rows
    }

    def recoded(episode: Episode) -> Episode:
        given = {tier: other.get((name_key(episode.episode_id), tier)) for tier in TIERS}
        known = {tier: values for tier, values in given.items() if values and None not in episode.outcomes[tier]}
        return replace(episode, outcomes={**episode.outcomes, **known}) if known else episode

    return rows.changed(recoded)
