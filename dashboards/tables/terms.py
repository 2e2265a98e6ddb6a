"""Tables behind the page on terms: what agreed halts say, how long they hold, and how long past ones held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dashboards.tables.why import words_of
from sim.results.summary import mean_of
from sim.results.tally import settled
from sim.scenario.schema.labels import called
from sim.statistics import exact_sums
from sim.statistics.estimates import wilson
from sim.statistics.kaplan_meier import kaplan_meier

if TYPE_CHECKING:
    from sim.results.run import Run

Table = list[dict[str, Any]]

N_BINS = 40
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FEWEST_HALTS = 30
"""Halts on a track from which on its curve is drawn."""
ENDED = 0
"""Codes of ``halt_end`` above this mean that the halt ended while watched; this one, that it still held."""
EVIDENCE = {
    "negotiated, no peacekeeping": "past halts without peacekeepers",
    "negotiated, any peacekeeping": "past halts with peacekeepers",
}
"""Groups of past halts (``history/base_rates.csv``) that are drawn behind, and what they are called."""


def n_halts(run: Run) -> int:
    """Trials with an agreed general halt."""
    return int(run.tally.n_halts.sum())


def terms(run: Run) -> Table:
    """What first agreed general halts settled, by issue.

    A row per issue that was on the table of some halt: ``issue``, ``words``, ``scale``, ``landmarks``, ``status_quo``,
    ``ideal_a``, ``ideal_b`` (central values), ``n`` halts with it on the table of ``n_halts``, ``bins`` (shares of them
    in 40 equal parts of the scale), quantiles ``q05`` to ``q95`` and ``mean``. A halt on a track that leaves an issue
    out is not counted for it: there it stays as it was.
    """
    scenario = run.scenario
    settled = _settled(run)
    weights = run.weighing.weights
    found = exact_sums.quantiles(settled, {f"q{round(100 * q):02d}": q for q in QUANTILES}, weights)
    bins = dict.fromkeys(scenario.issues, np.zeros((len(weights), N_BINS), np.int64))
    for values in settled():
        for name, (column, of) in values.items():
            bins[name] = bins[name] + _histograms(column, of, len(weights))
    sides = [scenario.belligerent(name) for name in (scenario.sides.A, scenario.sides.B)]
    rows: Table = []
    for name, issue in scenario.issues.items():
        n = int(bins[name].sum())
        if n == 0:
            continue
        weighted = run.weighing.total(bins[name])
        ideals = [
            float(side.ideal_point[name].middle) if name in side.ideal_point else float(number)
            for number, side in enumerate(sides)
        ]
        rows.append(
            {
                "issue": name,
                "words": words_of(called(scenario, name)),
                "scale": issue.scale,
                "landmarks": [{"at": mark.at, "name": mark.name} for mark in issue.landmarks],
                "status_quo": float(issue.status_quo.middle),
                "ideal_a": ideals[0],
                "ideal_b": ideals[1],
                "n": n,
                "n_halts": n_halts(run),
                "bins": [float(count / weighted.sum()) for count in weighted],
                **found[name],
                "mean": mean_of(run.tally, run.weighing, name),
            }
        )
    return rows


def _histograms(column: NDArray[np.float32], of: NDArray[np.int8], n: int) -> NDArray[np.int64]:
    """Counts by class of trial and by equal parts of the scale."""
    parts = np.minimum((column.astype(np.float64) * N_BINS).astype(np.int64), N_BINS - 1)
    return np.bincount(of * np.int64(N_BINS) + parts, minlength=n * N_BINS).reshape(n, N_BINS)


def _settled(run: Run) -> exact_sums.Passes:
    """Agreed terms by issue, of the halts on tracks that have it on the table, as in the summary."""

    def passes() -> Iterator[exact_sums.Weighed]:
        names = ("durable_week", "halt_week", "halt_track", *(f"x_{name}" for name in run.scenario.issues))
        for block in run.blocks(*names):
            yield settled(run.scenario, block)

    return passes


def survival(run: Run) -> Table:
    """How long first agreed general halts hold: Kaplan-Meier by track, halts still in force counted until last seen.

    A row per track with at least ``FEWEST_HALTS`` (all tracks together if none has so many): ``label``, ``n`` halts,
    ``n_ended``, and lists by week: ``day``, ``holds`` (share still in force), ``lo``, ``hi`` (95 %: Greenwood on the
    log-log scale, widened by the run's design effect), ``at_risk``. A halt that runs out unrenewed has ended.
    """
    halts = run.weighing.total(run.tally.halts)
    counts = run.tally.halts.sum(axis=0)
    groups = [
        (track.label or words_of(name), own, there)
        for (name, track), own, there in zip(run.scenario.tracks.items(), halts[:-1], counts[:-1], strict=True)
        if there.sum() >= FEWEST_HALTS
    ]
    if not groups and counts.any():
        groups = [("all agreed ceasefires", halts.sum(axis=0), counts.sum(axis=0))]
    rows: Table = []
    for label, own, there in groups:
        curve = kaplan_meier(own.sum(axis=1), own[:, ENDED + 1 :].sum(axis=1), run.commonest_effect)
        rows.append({"label": label, "n": int(there.sum()), "n_ended": int(there[:, ENDED + 1 :].sum()), **curve})
    return rows


def evidence() -> Table:
    """How long past halts held: a row per group and day.

    ``label``, ``day``, ``holds``, ``lo``, ``hi`` (95 %), ``n``, ``source``, from ``history/base_rates.csv``, whose
    intervals have no width where all or none held: there they are exact for ``n``.
    """
    from sim.evidence.backtest.reference_class import COLUMNS, OTHER_COLUMNS
    from sim.scenario.sources.search_path import shipped_file
    from sim.scenario.sources.table_file import read_table

    table = read_table(shipped_file("history/base_rates.csv"), COLUMNS, OTHER_COLUMNS)
    found = [row for row in table.rows if row.text("metric").startswith("ceasefire_failure_by_day_")]
    rows: Table = []
    for group, label in EVIDENCE.items():
        for row in found:
            if not row.text("group").endswith(f": {group}"):
                continue
            holds, n = 1 - row.number("value"), row.whole("n", 0, 1_000_000)
            ends = 1 - row.number("ci_hi"), 1 - max(0.0, row.number("ci_lo"))
            lo, hi = wilson(holds, n) if holds in (0.0, 1.0) else ends
            rows.append(
                {
                    "label": label,
                    "day": int(row.text("metric").rpartition("_")[2]),
                    "holds": holds,
                    "lo": lo,
                    "hi": hi,
                    "n": n,
                    "source": row.text("group").partition(":")[0],
                }
            )
    return sorted(rows, key=lambda row: (row["label"], row["day"]))


def holds_at(row: dict[str, Any], day: int) -> float | None:
    """Share of halts of one row of ``survival`` that still hold on ``day``; None where none was watched so long."""
    if not row["day"] or row["day"][-1] < day:
        return None
    place = max(place for place, known in enumerate(row["day"]) if known <= day)
    return float(row["holds"][place])
