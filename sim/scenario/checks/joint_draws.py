"""Rules of joint draws (``joint``, ``calibration``) and of the data files that a scenario names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from sim.errors import ScenarioError
from sim.scenario.diagnostics import KeyPath, Problem, did_you_mean, escaped, unknown
from sim.scenario.key_paths import allowed_at, quantities, split
from sim.scenario.sampling.calibrated_keys import groups_of
from sim.scenario.schema import Joint, Scenario
from sim.scenario.schema.quantity import Quantity
from sim.scenario.sources.contents import content_named


def check(scenario: Scenario) -> Iterator[Problem]:
    """Yield every broken rule. Names, and numbers drawn alone, have been checked before."""
    yield from _joint(scenario)
    yield from _forecasters(scenario)
    yield from _record(scenario)


class Spread(NamedTuple):
    """Range and median of one column or factor. ``kind`` is the word for it in messages."""

    kind: str
    least: float
    greatest: float
    median: float


def _joint(scenario: Scenario) -> Iterator[Problem]:
    """Check that joint draws exist and draw every parameter once, within its range; the calibration's come last."""
    known = {path: quantity for path, quantity in quantities(scenario).items() if not path.startswith("joint.")}
    taken: set[str] = set()
    weights_of: dict[Any, Any] = {}
    for section, group in groups_of(scenario).items():
        where, is_own = split(section), section != "calibration"
        if problem := _group_problem(where, group):
            yield problem
            continue
        try:
            spreads = _of_file(group, weights_of) if group.file is not None else _of_factors(group)
        except ScenarioError as reason:
            yield Problem((*where, "file" if is_own else "draws"), str(reason))
            continue
        for name, column in group.columns.items():
            message, at_key = _column_problem(name, column, known, taken, spreads[column], group.mode)
            if message and is_own:
                yield Problem((*where, "columns", name), message, at_key=at_key)
            elif message:
                yield Problem(where, f"{name}: {message}")
            taken.add(name)


def _group_problem(where: KeyPath, group: Joint) -> Problem | None:
    """Return the problem of a group that shows before any draw is read."""
    if not group.columns:
        return Problem((*where, "columns"), "expected at least one parameter, got none")
    if (group.file is None) == (not group.factors):
        got = "neither" if group.file is None else "both"
        return Problem(where, f"expected a `file` of draws or shared `factors`, got {got}")
    if group.file is not None:
        return None
    if group.weight is not None:
        return Problem((*where, "weight"), "expected a `file` of draws with this weight, got shared `factors`")
    for name, column in group.columns.items():
        if column not in group.factors:
            words = f"there is no factor `{escaped(column)}`{did_you_mean(column, list(group.factors))}"
            return Problem((*where, "columns", name), words)
    for name, factor in group.factors.items():
        if factor.same_as is not None:
            return Problem((*where, "factors", name), "expected a number or distribution of its own, got `same_as`")
        if name not in group.columns.values():
            return Problem((*where, "factors", name), "no parameter of `columns` is drawn by it", at_key=True)
    return None


def _of_factors(group: Joint) -> dict[str, Spread]:
    from sim.scenario.sampling.parameter_draws import inverse_cdf

    found = group.factors.items()
    return {name: Spread("factor", *factor.bounds, float(inverse_cdf(factor, 0.5))) for name, factor in found}


def _of_file(group: Joint, weights_of: dict[Any, Any]) -> dict[str, Spread]:
    """Return the spreads of the columns of a group's file; ``weights_of`` keeps the weights of each file so far."""
    from sim.scenario.sampling.parameter_draws import draws_of, weighted_median

    rows, weights = draws_of(group)
    if not np.array_equal(weights_of.setdefault(group.table, weights), weights):
        raise ScenarioError("an earlier group weighs the rows of this file otherwise: all its groups share one row")
    return {
        name: Spread("column", float(values.min()), float(values.max()), weighted_median(values, weights))
        for name, values in rows.items()
    }


def _column_problem(
    name: str, column: str, known: dict[str, Quantity], taken: set[str], spread: Spread, mode: str
) -> tuple[str, bool]:
    """Return why a column cannot draw a parameter (empty if it can), and whether the key is at fault."""
    if name not in known:
        return unknown("parameter", name, list(known)), True
    if known[name].same_as is not None:
        return f"this is the same as {known[name].same_as}: draw that one", True
    if name in taken:
        return "this is drawn twice", True
    by = f"{spread.kind} `{escaped(column)}`"
    if mode != "value" and spread.least < 0:
        return f"expected factors of at least 0, got {spread.least:g} in {by}", False
    if mode == "ratio" and spread.median <= 0:
        return f"expected a median above 0 to divide by, got 0 in {by}", False
    if mode == "value" and (limits := allowed_at(name)):
        if spread.least < limits.low or spread.greatest > limits.high:
            got = f"{spread.least:g} to {spread.greatest:g} in {by}"
            return f"expected numbers from {limits.low:g} to {limits.high:g}, got {got}", False
    return "", False


def _forecasters(scenario: Scenario) -> Iterator[Problem]:
    """Check that the forecasters' file exists and that every row of it can be read."""
    from sim.scenario.sources.forecasts import forecasts_of

    if (crowd := scenario.crowd) is not None:
        try:
            list(forecasts_of(crowd.file, crowd.file, crowd.date, content_named(crowd.file, crowd.sha256).data))
        except ScenarioError as reason:
            yield Problem(("crowd", "file"), str(reason))


def _record(scenario: Scenario) -> Iterator[Problem]:
    """Check that the record has the scenario's row, of its war, at every horizon that the scenario is asked for."""
    from sim.scenario.sources.levels import WEEKS, levels_of

    if (record := scenario.record) is None:
        return
    try:
        data = content_named(record.levels, record.sha256).data
        rows = {row.days for row in levels_of(record.levels, record.levels, record.war, record.episode, data)}
    except ScenarioError as reason:
        yield Problem(("record",), str(reason))
        return
    asked = {days for days, weeks in WEEKS.items() if weeks <= scenario.horizon_weeks}
    if missing := sorted(asked - rows):
        yield Problem(("record",), f"expected the record by {missing[0]} days, got none for {escaped(record.episode)}")
    elif scenario.horizon_weeks not in WEEKS.values():
        weeks = ", ".join(map(str, WEEKS.values()))
        got = f"{scenario.horizon_weeks}: leave `record` out or change `horizon_weeks`"
        yield Problem(("record",), f"expected a horizon of the record ({weeks} weeks), got {got}")
