"""Tables behind the page of one trial: its weeks, its story, and which trials are worth a look."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sim.errors import ParleyError
from sim.results.wording import SHORT_REASONS
from sim.statistics.horizons import horizons

if TYPE_CHECKING:
    from sim.analysis.replay.replay import Replay
    from sim.results.run import Run
    from sim.scenario.schema import Scenario

Table = list[dict[str, Any]]


def main_track(scenario: Scenario, replay: Replay) -> str:
    """The general track that the picture follows: the one that was signed first, else where they came closest."""
    names = list(scenario.tracks)
    for column in ("halt_track", "best_track"):
        number = int(replay.row[column])
        if number >= 0:
            return names[number]
    return next(name for name, track in scenario.tracks.items() if track.general)


def weeks(replay: Replay, track: str) -> Table:
    """A row per week: ``date`` (ISO, its first day), ``week``, ``phase``, ``halt``, ``round`` (none, held, failed),
    ``momentum``, ``cost_a``, ``cost_b`` (what another year of war costs a side: strain and pressure, utils),
    ``offer_a``, ``offer_b`` (mixes on ``track``), and in rounds ``lower``, ``upper``, ``has_range``.
    """
    a, b = replay.scenario.sides.A, replay.scenario.sides.B
    rows: Table = []
    for week in replay.weeks:
        rows.append(
            {
                "date": replay.day(week["week"]).isoformat(),
                **{key: week[key] for key in ("week", "phase", "halt", "round", "momentum")},
                "cost_a": week[f"strain_{a}"] + week[f"pressure_{a}"],
                "cost_b": week[f"strain_{b}"] + week[f"pressure_{b}"],
                "offer_a": week[f"offer_{track}_{a}"],
                "offer_b": week[f"offer_{track}_{b}"],
                "lower": week[f"lower_{track}"],
                "upper": week[f"upper_{track}"],
                "has_range": bool(week[f"has_range_{track}"]),
            }
        )
    return rows


def story(replay: Replay) -> Table:
    """The story's lines: ``date`` (ISO), ``week``, ``kind``, ``text``."""
    return [line.as_dict() for line in replay.narrative]


def worth_a_look(run: Run) -> Table:
    """Trials to jump to: ``trial``, ``words``, ``share`` of the weighted trials like it (None where it is one alone).

    The first lasting halt, the median one, the closest miss, and the first trial of each reason for failure, the
    commonest reason first.
    """
    from sim.analysis.replay import select_trial

    lasting = run.odds("durable", max(horizons(run.scenario))).p
    finds: list[tuple[str, Callable[[], int], float | None]] = [
        ("first lasting halt", lambda: select_trial.first(run), lasting),
        ("median lasting halt", lambda: select_trial.median(run), None),
        ("closest miss", lambda: select_trial.worst_miss(run), None),
    ]
    for tag, share in sorted(run.summary["anatomy"].items(), key=lambda item: -item[1]):
        if share > 0:
            words = f"failed: {SHORT_REASONS[tag]}"
            finds.append((words, partial(select_trial.with_reason, run, tag), share * (1.0 - lasting)))
    rows: Table = []
    for words, find, share in finds:
        try:
            trial = find()
        except ParleyError:
            continue
        same = next((row for row in rows if row["trial"] == trial), None)
        if same is None:
            rows.append({"trial": trial, "words": words, "share": share})
        elif same["words"] != words:
            same["words"] = f"{same['words']}, {words}"
    return rows
