"""Simulate many trials: the week of ``week.py``, compiled, over draws and trials, in threads of one process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import outcome_columns
from sim.equations.compiled import routine
from sim.model.attribution import COARSE_STEPS, explain
from sim.model.decisions import OF_THE_MODEL, Decisions
from sim.model.inputs import Inputs, inputs_of
from sim.model.packages import n_rows
from sim.model.random_numbers import streams as streams_of
from sim.model.state import ENTITIES, REGIME
from sim.model.steps.start import start_draw, start_trial
from sim.model.switches import N_SETS_OF_TERMS
from sim.model.week import week
from sim.outcome_columns import Columns
from sim.random_streams import Streams
from sim.scenario.schema import Scenario


class Workspace(NamedTuple):
    """Hold the room in which one thread simulates one trial after the other: a row, its records, tables, numbers."""

    row: NDArray[np.float64]
    whole_row: NDArray[np.int64]
    trial: NDArray[Any]
    war: NDArray[Any]
    talks: NDArray[Any]
    assurances: NDArray[Any]
    ceasefire: NDArray[Any]
    sides: NDArray[Any]
    third_parties: NDArray[Any]
    tracks: NDArray[Any]
    issues: NDArray[Any]
    vetoes: NDArray[Any]
    veto_issues: NDArray[Any]
    limits: NDArray[Any]
    windows: NDArray[Any]
    best_lines: NDArray[Any]
    outcome: NDArray[Any]
    agreed: NDArray[Any]
    shares: NDArray[Any]
    curves: NDArray[np.float64]
    regimes: NDArray[Any]
    random: NDArray[Any]
    gains_off: NDArray[np.float64]
    is_known: NDArray[np.int64]

    @classmethod
    def of(cls, inputs: Inputs, prefix: str = "") -> Workspace:
        """Return room for a scenario; ``prefix`` goes before the names of its random numbers."""
        layout, scenario = inputs.layout, inputs.scenario
        row = np.zeros(layout.size)
        slots, rows = inputs.shape_of_curves
        n_regimes = 1 << inputs.regime_bits
        thirds = [name for name, party in scenario.parties.items() if party.role in ("backer", "mediator")]
        return cls(
            row,
            row.view(np.int64),
            *(layout.records(row, name) for name in ENTITIES),
            np.zeros((slots, rows, 101)),
            np.zeros(slots, REGIME),
            streams_of((scenario.sides.A, scenario.sides.B), thirds, inputs.weeks, prefix),
            np.zeros((n_regimes, N_SETS_OF_TERMS, rows, COARSE_STEPS + 1)),
            np.zeros((n_regimes, N_SETS_OF_TERMS), np.int64),
        )


@routine
def simulate_draws(
    starts: Any, first_trials: Any, n_trials: Any, weeks: int, explains: bool, is_given_up: Any, results: Any,
    scopes: Any, ratifiers: Any, attendance: Any, holidays: Any, changes: Any, changed: Any, decide: Any,
    row: Any, whole_row: Any, trials: Any, wars: Any, talks_: Any, assurances_: Any, ceasefires: Any, sides: Any,
    third_parties: Any, tracks: Any, issues: Any, vetoes: Any, veto_issues: Any, limits: Any, windows: Any,
    best_lines: Any, outcomes: Any, agreed: Any, shares: Any, curves: Any, regimes: Any, random: Any, gains_off: Any,
    is_known: Any,
) -> int:  # fmt: skip
    """Simulate ``n_trials`` trials of each draw from ``first_trials`` on; return how many were done when given up."""
    trial, war, talks, assurances = trials[0], wars[0], talks_[0], assurances_[0]
    ceasefire, outcome = ceasefires[0], outcomes[0]
    of_draw = np.empty_like(row)
    first_stored = len(row) - results.shape[1]
    done = 0
    for number in range(len(starts)):
        if is_given_up[0]:
            return done
        row[:] = starts[number]
        start_draw(trial, war, assurances, sides, third_parties, tracks, issues)
        of_draw[:] = row
        for slot in range(len(regimes)):
            regimes[slot].is_tabulated = 0
        is_known[:] = 0
        for lane in range(n_trials[number]):
            row[:] = of_draw
            start_trial(
                trial, first_trials[number] + lane, war, talks, sides, third_parties, tracks, attendance, random, decide
            )
            for _ in range(weeks):
                week(
                    trial, war, talks, assurances, ceasefire, sides, third_parties, tracks, issues, vetoes,
                    veto_issues, limits, windows, best_lines, outcome, agreed, scopes, ratifiers, attendance, holidays,
                    changes, changed, row, whole_row, number, curves, regimes, random, decide,
                )  # fmt: skip
            if explains:
                explain(
                    trial, war, assurances, sides, third_parties, tracks, issues, limits, best_lines, scopes, curves,
                    regimes, outcome, shares, gains_off, is_known,
                )  # fmt: skip
            results[done] = row[first_stored:]
            done += 1
    return done


def simulate(
    scenario: Scenario,
    seed: int,
    first_trial: int,
    n_trials: int,
    independent_stream: str = "",
    explains: bool = True,
    n_threads: int = 1,
) -> Columns:
    """Return outcome columns of trials ``first_trial`` to ``first_trial + n_trials - 1``, however they are cut in blocks.

    ``independent_stream`` names random numbers that no other scenario meets (see ``Streams``). Without ``explains``
    nothing is kept of why trials fail.
    """
    streams = Streams(seed, first_trial, n_trials, scenario.mirrored, independent_stream)
    return simulate_streams(scenario, streams, explains=explains, n_threads=n_threads)


def simulate_streams(
    scenario: Scenario,
    streams: Streams,
    explains: bool = True,
    weeks: int | None = None,
    n_threads: int = 1,
    is_given_up: NDArray[np.bool_] | None = None,
    decide: Decisions = OF_THE_MODEL,
) -> Columns:
    """Return outcome columns of the trials that ``streams`` has random numbers for, over its draws of the parameters."""
    inputs = inputs_of(scenario, streams)
    first, counts = streams.trials_by_draw()
    n_stored = sum(ENTITIES[name].dtype.itemsize * inputs.layout.counts[name] // 8 for name in STORED)
    results = np.empty((int(counts.sum()), n_stored))
    if is_given_up is None:
        is_given_up = np.zeros(1, np.bool_)
    ends = np.concatenate([[0], np.cumsum(counts)])
    cuts = np.linspace(0, len(counts), n_threads + 1).astype(int)

    def part(low: int, high: int) -> int:
        return simulate_draws(
            inputs.starts[low:high], first[low:high], counts[low:high], inputs.weeks if weeks is None else weeks,
            explains, is_given_up, results[ends[low] : ends[high]], inputs.scopes, inputs.ratifiers, inputs.attendance,
            inputs.holidays, inputs.changes, inputs.changed[low:high], decide,
            *Workspace.of(inputs, streams.prefix),
        )  # fmt: skip

    if n_threads == 1:
        part(0, len(counts))
    else:
        with ThreadPoolExecutor(n_threads) as pool:
            list(pool.map(part, cuts[:-1], cuts[1:]))
    return _columns(inputs, streams, first, counts, results)


STORED = ("outcome", "agreed", "shares")


def _columns(inputs: Inputs, streams: Streams, first: Any, counts: Any, results: NDArray[np.float64]) -> Columns:
    """Return stored rows as columns of their own types."""
    starts = np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    columns: Columns = {
        "trial": starts + np.arange(len(results)),
        "draw": np.repeat(streams.draws, counts).astype(np.int32),
    }
    width = ENTITIES["outcome"].dtype.itemsize // 8
    outcome = results[:, :width].view(ENTITIES["outcome"].dtype)[:, 0]
    for name, one in outcome_columns.COLUMNS.items():
        if name not in columns:
            columns[name] = outcome[name].astype(one.dtype)
    for place, issue in enumerate(inputs.scenario.issues):
        columns[f"x_{issue}"] = results[:, width + place].astype(np.float32)
    for place, friction in enumerate(outcome_columns.FRICTIONS, width + len(inputs.scenario.issues)):
        columns[f"share_{friction}"] = results[:, place].astype(np.float32)
    return columns
