"""The uncertain inputs of a run, by draw, with the outcome of each draw.

Trials are weighted as everywhere (``sim.results.weighing``), so that the weighted share with the outcome is the
headline. A draw counts with the weights of its trials; its outcome is the weighted share of them. A run stores no
inputs: they are worked out again from the seed and the numbers of the draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.designs import check_draws
from sim.analysis.discovery.prim import Draws
from sim.errors import ParleyError
from sim.execution.engine_digest import refuse_other_engine
from sim.random_streams import Streams
from sim.results.run import Run
from sim.scenario.key_paths import slot_at, split
from sim.scenario.sampling.parameter_draws import draw_columns, quantities
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_DRAW, Floats
from sim.statistics.horizons import check_tier, event_by

MOST_DRAWS = 10_000
"""Of a longer run the first draws are used, so that the search stays short."""
SAME = 1 - 1e-9
"""Correlation from which on one input is a copy of another."""


@dataclass(frozen=True)
class Input:
    """An uncertain input: its key path, its name in words, its unit, and the range it was drawn from."""

    path: str
    name: str
    unit: str
    low: float
    high: float


def inputs_and_outcome(run: Run, tier: str, days: int) -> tuple[list[Input], Draws]:
    """Return the uncertain inputs, and their values and outcome by draw: at most the first ``MOST_DRAWS``."""
    refuse_other_engine(run)
    names = {f"{check_tier(tier)}_week", "durable_week", "draw"}
    columns = run.part(0, MOST_DRAWS * TRIALS_PER_DRAW, *names)
    hits = event_by(columns, run.scenario, tier, days)
    numbers, places = np.unique(columns["draw"], return_inverse=True)
    check_draws(run, len(numbers))
    of_trials = run.weighing.of_trials(run.scenario, columns)
    weights: Floats = np.bincount(places, weights=of_trials).astype(np.float64)
    counted = np.bincount(places, weights=of_trials * hits)
    shares = np.divide(counted, weights, out=np.zeros_like(weights), where=weights > 0)
    inputs = uncertain_columns(run.scenario, run.seed, len(hits))
    if not inputs:
        raise ParleyError(f"{run.name}: no input is uncertain, so there is nothing to discover")
    points = np.column_stack(list(inputs.values()))
    return inputs_of(inputs), Draws(points, shares, weights, numbers.astype(np.int64) // 2)


def uncertain_columns(scenario: Scenario, seed: int, n_trials: int) -> dict[str, Floats]:
    """Return the drawn inputs by key path, each shape (draws,), without copies of another."""
    drawn = draw_columns(scenario, Streams(seed, 0, n_trials).parameter)
    columns: dict[str, Floats] = {}
    shapes: list[Floats] = []
    for path, quantity in quantities(scenario).items():
        value = drawn[path]
        if quantity.same_as is not None or not isinstance(value, np.ndarray) or np.ptp(value) == 0:
            continue
        shape = (value - value.mean()) / (value.std() * np.sqrt(len(value)))
        if shapes and np.max(np.abs(np.array(shapes) @ shape)) > SAME:
            continue
        columns[path] = value
        shapes.append(shape)
    return columns


def inputs_of(columns: dict[str, Floats]) -> list[Input]:
    """Return the names, units and the ranges that were drawn."""
    found = []
    for path, column in columns.items():
        found.append(Input(path, in_words(path), _unit(path), float(column.min()), float(column.max())))
    return found


def _unit(path: str) -> str:
    """Return the unit of the schema's field; for one of several by name, that of the field that holds them."""
    parts = split(path)
    for place in (parts, parts[:-1]):
        slot = slot_at(place)
        if slot and slot.field:
            extra = slot.field.json_schema_extra
            return str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    return ""


def in_words(path: str) -> str:
    """Word a key path: ``Russia's strain``, ``momentum``, ``audience cost of Russia (settlement)``."""
    parts = path.split(".")

    def plain(word: str) -> str:
        return word.replace("_prob_per_week", " chance a week").replace("_prob", " chance").replace("_", " ")

    if parts[0] == "parties" and len(parts) > 2:
        said = f"{parts[1]}'s {plain(parts[2])}"
        return f"{said} ({', '.join(map(plain, parts[3:]))})" if parts[3:] else said
    if len(parts) == 2:
        return plain(parts[1])
    if parts[0] in ("war", "talks", "truces", "assurances"):
        return f"{plain(parts[1])} ({', '.join(map(plain, parts[2:]))})"
    if len(parts) == 4 and parts[0] == "tracks":
        return f"{plain(parts[2])} of {parts[3]} ({plain(parts[1])})"
    return f"{plain(parts[-1])} ({', '.join(map(plain, [parts[0], *parts[1:-1]]))})"
