"""Write a tally as JSON, for its way from another machine; what comes back is checked to be one of that many trials."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from sim import outcome_columns
from sim.results.tally import STEPS, HitTally, Tally, tally_of
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_CLUSTER, TRIALS_PER_DRAW

MOST_COUNT, MOST_SUM = 2**53, 2**62
"""Sums are in steps of ``tally.STEPS``."""


def as_bytes(tally: Tally) -> bytes:
    """Return a tally in JSON: its fields by name, events by tier and days as ``durable 90``, counts as lists."""
    return json.dumps(_plain(tally), allow_nan=False).encode()


def _plain(part: Any) -> Any:
    if isinstance(part, np.ndarray):
        return part.tolist()
    named = _parts(part)
    return part if named is None else {name: _plain(one) for name, one in named.items()}


def _parts(part: Any) -> dict[str, Any] | None:
    """Return what a tally, or a table in it, is made of by name; None for a number."""
    if is_dataclass(part):
        return {field.name: getattr(part, field.name) for field in fields(part)}
    if isinstance(part, dict):
        return {key if isinstance(key, str) else " ".join(map(str, key)): one for key, one in part.items()}
    return None


def from_bytes(content: bytes, scenario: Scenario, n: int) -> Tally:
    """Return the tally of ``n`` trials of a scenario in JSON; ValueError, in one line, if it cannot be one."""
    try:
        form = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("is not in JSON") from None
    found: Tally = _filled(tally_of(scenario, outcome_columns.empty(0, tuple(scenario.issues))), form, "")
    for name, holds in _rules(found, n).items():
        if not holds:
            raise ValueError(f"{name}: its counts are not those of {n:,} trials")
    return found


def _filled(empty: Any, form: Any, place: str) -> Any:
    """Return an empty part of a tally with the numbers of its form, which must have the same parts and shapes."""
    if (named := _parts(empty)) is not None:
        if not isinstance(form, dict) or form.keys() != named.keys():
            raise ValueError(f"{place or 'a tally'}: has other parts than the scenario has")
        found = [_filled(one, form[name], f"{place}.{name}".strip(".")) for name, one in named.items()]
        return dict(zip(empty, found, strict=True)) if isinstance(empty, dict) else type(empty)(*found)
    numbers, shape = [form], np.shape(empty)
    for size in shape:
        if not all(isinstance(one, list) and len(one) == size for one in numbers):
            raise ValueError(f"{place}: has other parts than the scenario has")
        numbers = [number for one in numbers for number in one]
    is_sum = place.startswith("frictions.") or place.endswith(".total")
    least, most = (-MOST_SUM, MOST_SUM) if is_sum else (0, MOST_COUNT)
    if not all(type(number) is int and least <= number <= most for number in numbers):
        raise ValueError(f"{place}: expected whole numbers from {least} to {most}")
    return np.array(numbers, dtype=np.int64).reshape(shape) if shape else form


def _rules(tally: Tally, n: int) -> dict[str, bool]:
    """Return what holds of every tally of ``n`` trials, by the part concerned."""
    halts = int(tally.n_halts.sum())
    return {
        "n": tally.n == n,
        "events": all(_is_possible(event, n) for event in tally.events.values()),
        "weeks": all(found.sum() == n for found in tally.weeks.values()),
        "victories": sum(int(won.sum()) for won in tally.victories.values()) <= n,
        "imposed": all(np.all(tally.imposed[side] <= won) for side, won in tally.victories.items()),
        "tags": tally.tags.sum() <= n,
        "stages": tally.stages.sum() == n,
        "n_attributed": tally.n_attributed <= n,
        "frictions": all(-n <= total / STEPS <= 2 * n for total in tally.frictions.values()),
        "halts": halts <= n and bool(np.all(tally.halts.sum(axis=(1, 2, 3)) == tally.n_halts)),
        "readings": tally.readings[:, 0].sum() == n and bool((tally.readings[:, 1:] <= tally.readings[:, :1]).all()),
        "terms": all(one.n <= halts and 0 <= one.total / STEPS <= one.n for one in tally.terms.values()),
    }


def _is_possible(event: HitTally, n: int) -> bool:
    """Return whether squares lie between the sum of what is squared and that sum times the most of one group."""
    drawn, hits = event.drawn, event.hits
    return (
        event.n == n
        and event.by_class.sum() == hits
        and drawn <= hits <= n
        and event.last_trials == n % TRIALS_PER_CLUSTER
        and event.last_hits <= min(event.last_trials, hits)
        and hits <= event.cluster_squares <= hits * TRIALS_PER_CLUSTER
        and drawn <= event.draw_squares <= drawn * TRIALS_PER_DRAW
        and drawn <= event.pair_squares <= 2 * drawn
    )
