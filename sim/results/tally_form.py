"""A tally as JSON, for its way from another machine; what comes back is checked to be a tally of that many trials."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim import outcome_columns
from sim.results.tally import STEPS, Counts, HitTally, Tally, TermsTally, tally_of
from sim.scenario.schema import Scenario
from sim.statistics.estimates import TRIALS_PER_CLUSTER, TRIALS_PER_DRAW

Count = Annotated[int, Field(strict=True, ge=0, le=2**53)]
Sum = Annotated[int, Field(strict=True, ge=-(2**62), le=2**62)]
"""In steps of ``tally.STEPS``."""


class Form(BaseModel):
    """Check a part of a tally in JSON; other keys are refused."""

    model_config = ConfigDict(extra="forbid")


class Hits(Form):
    """Check a ``tally.HitTally``."""

    n: Count
    hits: Count
    cluster_squares: Count
    last_hits: Count
    last_trials: Count
    drawn: Count
    draw_squares: Count
    pair_squares: Count


class Terms(Form):
    """Check a ``tally.TermsTally``."""

    total: Sum
    grid: list[Count]


class TallyForm(Form):
    """Check a ``tally.Tally``; ``events`` by tier and days, as ``durable 90``."""

    n: Count
    events: dict[str, Hits]
    weeks: dict[str, list[Count]]
    victories: dict[str, Count]
    tags: list[Count]
    stages: list[Count]
    n_attributed: Count
    frictions: dict[str, Sum]
    n_halts: Count
    terms: dict[str, Terms]
    halts: list[list[list[Count]]]


def as_bytes(tally: Tally) -> bytes:
    """Return a tally in JSON."""
    return _form(tally).model_dump_json().encode()


def _form(tally: Tally) -> TallyForm:
    values: dict[str, Any] = {
        **vars(tally),
        "events": {f"{tier} {days}": vars(event) for (tier, days), event in tally.events.items()},
        "weeks": {name: found.tolist() for name, found in tally.weeks.items()},
        "terms": {name: {"total": one.total, "grid": one.grid.tolist()} for name, one in tally.terms.items()},
    }
    return TallyForm.model_validate(values | {key: values[key].tolist() for key in ("tags", "stages", "halts")})


def from_bytes(content: bytes, scenario: Scenario, n: int) -> Tally:
    """Return the tally of ``n`` trials of a scenario in JSON; ValueError, in one line, if it cannot be one."""
    try:
        form = TallyForm.model_validate_json(content)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))[:60]
        raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from None
    nothing = tally_of(scenario, outcome_columns.empty(0, tuple(scenario.issues)))
    if _shape(form) != _shape(_form(nothing)):
        raise ValueError("has other parts than the scenario has")
    found = Tally(
        form.n,
        {key: HitTally(**vars(form.events[f"{key[0]} {key[1]}"])) for key in nothing.events},
        {name: _counts(form.weeks[name]) for name in nothing.weeks},
        {side: form.victories[side] for side in nothing.victories},
        _counts(form.tags),
        _counts(form.stages),
        form.n_attributed,
        {name: form.frictions[name] for name in nothing.frictions},
        form.n_halts,
        {name: TermsTally(form.terms[name].total, _counts(form.terms[name].grid)) for name in nothing.terms},
        _counts(form.halts),
    )
    for name, holds in _rules(found, n).items():
        if not holds:
            raise ValueError(f"{name}: its counts are not those of {n:,} trials")
    return found


def _shape(form: TallyForm) -> list[Any]:
    """Return the names of the parts, in any order, and how many counts each holds."""
    return [
        sorted(form.events),
        sorted((name, len(found)) for name, found in form.weeks.items()),
        sorted(form.victories),
        len(form.tags),
        len(form.stages),
        sorted(form.frictions),
        sorted((name, len(one.grid)) for name, one in form.terms.items()),
        [[len(row) for row in rows] for rows in form.halts],
    ]


def _counts(values: Any) -> Counts:
    return np.asarray(values, dtype=np.int64)


def _rules(tally: Tally, n: int) -> dict[str, bool]:
    """Return what holds of every tally of ``n`` trials, by the part concerned."""
    halts = tally.n_halts
    return {
        "n": tally.n == n,
        "events": all(_is_possible(event, n) for event in tally.events.values()),
        "weeks": all(found.sum() == n for found in tally.weeks.values()),
        "victories": sum(tally.victories.values()) <= n,
        "tags": tally.tags.sum() <= n,
        "stages": tally.stages.sum() == n,
        "n_attributed": tally.n_attributed <= n,
        "frictions": all(-n <= total / STEPS <= 2 * n for total in tally.frictions.values()),
        "halts": halts <= n and tally.halts.sum() == halts,
        "terms": all(one.n <= halts and 0 <= one.total / STEPS <= one.n for one in tally.terms.values()),
    }


def _is_possible(event: HitTally, n: int) -> bool:
    """Return whether squares lie between the sum of what is squared and that sum times the most of one group."""
    drawn, hits = event.drawn, event.hits
    return (
        event.n == n
        and drawn <= hits <= n
        and event.last_trials == n % TRIALS_PER_CLUSTER
        and event.last_hits <= min(event.last_trials, hits)
        and hits <= event.cluster_squares <= hits * TRIALS_PER_CLUSTER
        and drawn <= event.draw_squares <= drawn * TRIALS_PER_DRAW
        and drawn <= event.pair_squares <= 2 * drawn
    )
