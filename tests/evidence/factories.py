"""Made-up episodes: a row that reads well, the text of a file, a small record, and what an engine might say."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.evidence.backtest.backtest import Backtest, backtest
from sim.evidence.calibration import calibrate, simulate_episodes
from sim.evidence.calibration.episodes import HORIZONS, PREFIX, SCALES, TIERS, Episode
from sim.evidence.calibration.posterior import Surfaces
from sim.evidence.calibration.simulate_episodes import SimulatedEpisode, Work

WAR_START, OPENED = date(2000, 1, 1), date(2004, 1, 1)  # 1461 days: four years

_CODES = {
    "momentum_a": 1,
    "stalemate": 1,
    "mediator_leverage": 1,
    "patron_a": 2,
    "patron_b": 1,
    "attendance": 3,
    "guarantees": 2,
    "maximalism_a": 2,
    "maximalism_b": 1,
    "prior_failed_cf": 15,
    "coercive_pressure": 2,
}
OUTCOMES = [f"{prefix}_{days}" for prefix in PREFIX.values() for days in HORIZONS]
COLUMNS = (
    *("episode_id", "cluster", "name", "war_type", "side_a", "side_b", "war_start", "talks_opened"),
    *(*SCALES, "durable_cf", "mutual_cf", *OUTCOMES, "outcome"),
)


def cells(**changes: Any) -> dict[str, str]:
    """The cells of a row: talks opened on 1 January 2004, a mutual ceasefire on day 20 and a durable one on day 40.

    Another war has other sides.
    """
    side = f"{changes['cluster']}-" if "cluster" in changes else ""
    row: dict[str, Any] = {
        "episode_id": "ONE",
        "cluster": "WAR",
        "name": "First talks",
        "war_type": "interstate",
        "side_a": f"{side}North",
        "side_b": f"{side}South",
        "war_start": WAR_START,
        "talks_opened": OPENED,
        **_CODES,
        "durable_cf": "2004-02-10",
        "mutual_cf": "2004-01-21",
        **dict(zip(OUTCOMES, (0, 1, 1, 1, 1, 1, 1, 1), strict=True)),
        "outcome": "signed on day 40",
        **changes,
    }
    return {name: str(value) for name, value in row.items()}


def text(rows: Sequence[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> str:
    """A CSV file of rows; what they hold beyond ``columns`` is left out."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def file(folder: Path, rows: Sequence[Mapping[str, str]], name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text(text(rows), encoding="utf-8")
    return path


def outcomes(durable: Sequence[int | None], mutual: Sequence[int | None]) -> dict[str, tuple[int | None, ...]]:
    return dict(zip(TIERS, (tuple(durable), tuple(mutual)), strict=True))


NOT_SCORED = (None,) * len(HORIZONS)


def episode(**changes: Any) -> Episode:
    """The episode that ``cells`` describes, with changes."""
    made = Episode(
        *("ONE", "WAR", "First talks", "interstate", "North", "South"),
        war_start=WAR_START,
        talks_opened=OPENED,
        **_CODES,  # type: ignore[arg-type]
        outcomes=outcomes((0, 1, 1, 1), (1, 1, 1, 1)),
        outcome="signed on day 40",
        began=dict(zip(TIERS, (date(2004, 2, 10), date(2004, 1, 21)), strict=True)),
    )
    return replace(made, **changes)


def simulated(counts: np.ndarray) -> SimulatedEpisode:
    """What an engine said, the same of both tiers: ``counts`` (draws, horizons + 1)."""
    first = np.argmax(counts, axis=1).astype(np.int8)
    failure_reasons = np.zeros((len(counts), 13), dtype=np.uint8)
    return SimulatedEpisode(dict.fromkeys(TIERS, counts.astype(np.uint8)), failure_reasons, dict.fromkeys(TIERS, first))


WARS = {
    "KOR": (("K1", {"maximalism_b": 3}, (0, 0, 0, 0)), ("K2", {"stalemate": 2}, (0, 0, 1, 1))),
    "SUEZ": (("S1", {"mediator_leverage": 3, "war_start": "2003-12-20"}, (1, 1, 1, 1)),),
    "NILE": (("N1", {"attendance": 0, "maximalism_a": 3}, (0, 0, 0, 0)), ("N2", {"patron_b": 3}, (0, 0, 0, 1))),
    "ALPS": (("A1", {"coercive_pressure": 0}, (0, 1, 1, 1)),),
}
"""A small record: by war its rows, with what differs in their codes and the outcomes of both tiers."""


def record() -> list[dict[str, str]]:
    """Cells of the small record: six rows of four wars, all opened in 2004."""
    return [
        cells(episode_id=name, cluster=war, name=name, **codes, **scored(happened))
        for war, entries in WARS.items()
        for name, codes, happened in entries
    ]


def scored(happened: Sequence[int]) -> dict[str, Any]:
    """Cells of outcomes, the same in both tiers, with a date of the event ten days before the horizon that saw it."""
    began = OPENED + timedelta(days=HORIZONS[happened.index(1)] - 10) if 1 in happened else ""
    return {"durable_cf": began, "mutual_cf": began, **dict(zip(OUTCOMES, (*happened, *happened), strict=True))}


TRIALS = 2_048


class World:
    """A place where the shipped episodes are the small record: backtests take a moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shipped = folder / "shipped.csv"

    def run(
        self,
        rows: Sequence[Mapping[str, str]] | None = None,
        shipped: Sequence[Mapping[str, str]] | None = None,
        **options: Any,
    ) -> Backtest:
        """A backtest of ``rows``, or of the shipped ones without them; ``shipped`` takes the small record's place."""
        file(self.folder, record() if shipped is None else shipped, self.shipped.name)
        given = None if rows is None else file(self.folder, rows)
        return backtest(given, trials=TRIALS, workers=1, **options)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A world of the small record; the engine is run once for each coding, and the posterior weighed on 1,024 points.

    That what is simulated depends on the codes alone is shown by test_simulate_episodes.py.
    """
    said: dict[str, SimulatedEpisode] = {}
    engine, fitted = simulate_episodes.simulate_episode, Surfaces.fitted

    def remembered(work: Work) -> SimulatedEpisode:
        key = repr(work._replace(episode=replace(work.episode, outcomes={}, outcome="", cluster="", began={})))
        return said[key] if key in said else said.setdefault(key, engine(work))

    def on_few_points(
        episodes: Sequence[Episode], simulated: Sequence[SimulatedEpisode], draws: np.ndarray
    ) -> Surfaces:
        return fitted(episodes, simulated, draws, 1_024)

    with pytest.MonkeyPatch.context() as patch:
        made = World(folder)
        patch.setattr(calibrate, "shipped", lambda: made.shipped)
        patch.setattr(simulate_episodes, "simulate_episode", remembered)
        patch.setattr(Surfaces, "fitted", on_few_points)
        yield made
