"""Where the level of a scenario's odds comes from: its sources by horizon, the war's own past, the record's scores.

Nothing is computed anew but the scenario's own run: forecasts and scores are the shipped record's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sim.evidence.backtest.own_past import past_outcomes
from sim.evidence.backtest.shipped_record import shipped_record
from sim.evidence.calibration.calibrate import read_rows
from sim.evidence.calibration.episodes import HORIZONS
from sim.evidence.intercoder.row_agreement import row_agreement
from sim.results.run import Run
from sim.results.wording import sources

TIER = "durable"


@dataclass(frozen=True)
class PastTalks:
    """Earlier talks of the same war: when they opened, and by which horizons it was known that a ceasefire had begun.

    ``known`` by horizon in days: True, False, or None where it was not known on the day.
    """

    episode_id: str
    name: str
    opened: date
    known: Mapping[int, bool | None]


@dataclass(frozen=True)
class LevelSources:
    """All that the level of a run's odds rests on.

    ``horizons`` by day: the cell of the summary, with the odds by each source. ``weights``: name, what it says, odds
    and weight of each source by the last day. ``past``: the war's own earlier talks. ``scores``: mean Brier score of
    the shipped record, durable tier, of the forecaster that the record is here. ``coders``: how far coders agree.
    """

    scenario: str
    start: date
    war: str | None
    episode: str | None
    horizons: Mapping[str, Mapping[str, Any]]
    weights: Sequence[Mapping[str, str]]
    readings: Mapping[str, Mapping[str, float | None]]
    past: tuple[PastTalks, ...]
    scores: Mapping[str, float | None]
    coders: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        found = asdict(self)
        found["start"] = self.start.isoformat()
        for one in found["past"]:
            one["opened"] = one["opened"].isoformat()
            one["known"] = {str(days): value for days, value in one["known"].items()}
        return found


def level_sources(run: Run) -> LevelSources:
    """Return what the level of a run's odds rests on."""
    record = run.scenario.record
    cells = run.summary["tiers"][TIER]
    last = cells[list(cells)[-1]]
    found = shipped_record() if record else {}
    scores = ((found.get("scores") or {}).get(TIER) or {}).get("brier", {})
    return LevelSources(
        scenario=run.name,
        start=run.scenario.start,
        war=record.war if record else None,
        episode=record.episode if record else None,
        horizons=cells,
        weights=sources(last, run.n_trials),
        readings=run.summary["readings"],
        past=_past(record.episode, run.scenario.start) if record else (),
        scores={name: scores[name]["mean"] for name in ("constant", "engine", "pool", "known") if name in scores},
        coders=row_agreement(read_rows().targets).sentence if record else "",
    )


def _past(episode: str, start: date) -> tuple[PastTalks, ...]:
    rows = read_rows().all
    place = [one.episode_id for one in rows].index(episode)
    known = {one.row: one for one in past_outcomes(rows, place, start) if one.tier == TIER}
    return tuple(
        PastTalks(rows[row].episode_id, rows[row].name, rows[row].talks_opened, _by_horizon(one.first, one.last))
        for row, one in sorted(known.items(), key=lambda item: rows[item[0]].talks_opened)
    )


def _by_horizon(first: int, last: int) -> dict[int, bool | None]:
    """Return what is known by each horizon of an event in the classes ``first`` up to ``last``."""
    return {
        days: True if place >= last - 1 else False if place < first else None for place, days in enumerate(HORIZONS)
    }
