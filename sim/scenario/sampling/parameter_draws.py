"""From uniform columns to the values of a scenario's numbers.

Every distribution is drawn through its inverse CDF, one uniform in, one value out, never by
rejection: so a change of one shape leaves every other draw of every trial where it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import NumericError, ScenarioError
from sim.random_streams import READING
from sim.scenario.diagnostics import dotted, escaped
from sim.scenario.key_paths import allowed_at, with_scalars
from sim.scenario.key_paths import quantities as quantities  # of all numbers, for whoever draws them
from sim.scenario.mirror import flipped_number, turns
from sim.scenario.sampling.calibrated_keys import groups_of
from sim.scenario.sampling.readings import reading_at, readings_of
from sim.scenario.sampling.stream_names import StreamNames, stream_names
from sim.scenario.schema import Joint, Scenario
from sim.scenario.schema.quantity import Quantity
from sim.scenario.sources.contents import content_named
from sim.scenario.sources.table_file import read_table

Column = npt.NDArray[np.float64]
Value = float | Column

# Uniforms are kept this far from 0 and 1, where an unbounded distribution would be infinite.
EDGE = 2.0**-53


def inverse_cdf(quantity: Quantity, u: npt.ArrayLike) -> Column:
    """Return values of the quantity at the uniforms ``u`` (any shape): non-decreasing in ``u``.

    Normal, lognormal and beta are truncated at ``low`` and ``high`` where given: the uniform is
    spread over the probability between the two. A ``choice`` is ordered by value.
    """
    uniform = np.clip(np.asarray(u, dtype=np.float64), EDGE, 1 - EDGE)
    q = quantity
    match q.dist:
        case None:
            if q.value is None:
                raise ScenarioError("a quantity that is the same as another has no distribution of its own")
            return np.full(uniform.shape, q.value)
        case "triangular":
            return _triangular(uniform, _given(q.low), _given(q.central), _given(q.high))
        case "uniform":
            low, high = q.bounds
            return np.asarray(np.clip(low + uniform * (high - low), low, high))
        case "loguniform":
            low, high = q.bounds
            return np.asarray(np.clip(low * (high / low) ** uniform, low, high))
        case "choice":
            return _choice(uniform, q.values or (), q.weights or ())
        case "normal":
            mean, sd = _given(q.mean), _given(q.sd)
            low, high = q.bounds
            return np.asarray(
                np.clip(mean + sd * _truncated_normal(uniform, (low - mean) / sd, (high - mean) / sd), low, high)
            )
        case "lognormal":
            centre, log_sd = math.log(_given(q.median)), _given(q.log_sd)
            low, high = q.bounds
            z_low = (math.log(low) - centre) / log_sd if low > 0 else -math.inf
            z_high = (math.log(high) - centre) / log_sd if high > 0 else -math.inf
            return np.asarray(np.clip(np.exp(centre + log_sd * _truncated_normal(uniform, z_low, z_high)), low, high))
        case "beta":
            return _beta(uniform, _given(q.a), _given(q.b), *q.bounds)


def _given(number: float | None) -> float:
    assert number is not None  # the schema has checked that the shape is complete
    return number


def _triangular(u: Column, low: float, central: float, high: float) -> Column:
    width = high - low
    rising = low + np.sqrt(u * width * (central - low))
    falling = high - np.sqrt((1 - u) * width * (high - central))
    return np.asarray(np.clip(np.where(u < (central - low) / width, rising, falling), low, high))


def _choice(u: Column, values: tuple[float, ...], weights: tuple[float, ...]) -> Column:
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(np.asarray(weights)[order])
    index = np.searchsorted(ends / ends[-1], u, side="right")
    return np.asarray(values, dtype=np.float64)[order][np.minimum(index, len(values) - 1)]


def _truncated_normal(u: Column, low: float, high: float) -> Column:
    """Draw a standard normal between ``low`` and ``high``; mirror the upper tail, where 1 - p would lose digits."""
    from scipy.special import ndtr, ndtri

    if low > 0:
        return -_truncated_normal(1 - u, -high, -low)
    p_low, p_high = ndtr(low), ndtr(high)
    return np.asarray(ndtri(np.clip(p_low + u * (p_high - p_low), np.finfo(np.float64).tiny, 1 - EDGE)))


def _beta(u: Column, a: float, b: float, low: float, high: float) -> Column:
    from scipy.special import betainc, betaincinv

    p_low, p_high = betainc(a, b, max(low, 0.0)), betainc(a, b, min(high, 1.0))
    return np.asarray(np.clip(betaincinv(a, b, p_low + u * (p_high - p_low)), low, high))


_LAST: list[tuple[Scenario, tuple[dict[str, Quantity], StreamNames]]] = []
"""The last scenario drawn, with its numbers: blocks of a run draw the same object again and again."""


def _known(scenario: Scenario) -> tuple[dict[str, Quantity], StreamNames]:
    """Return ``quantities`` and ``stream_names``, cached for the last scenario; scenarios are frozen."""
    if last := _LAST[:1]:
        before, found = last[0]
        if before is scenario:
            return found
    found = quantities(scenario), stream_names(scenario)
    _LAST[:] = [(scenario, found)]
    return found


def draw_columns(scenario: Scenario, uniform: Callable[[str], npt.ArrayLike]) -> dict[str, Value]:
    """Draw the value of every number by key path: a float where certain, else a column.

    ``uniform(name)`` gives the column of uniforms of one stream (``stream_names``): of one number, of a
    shared factor, or of a table, where one uniform picks a row for all its parameters. A mirrored scenario
    turns the uniforms of scales and of momentum around, so that it draws the mirror image of the same values.
    Uncertain points are scaled so that each party's sum to 100 again in every draw.
    Raises NumericError naming the parameter if a value is not a finite number.
    """
    known, names = _known(scenario)
    drawn: dict[str, Value] = {}
    read = Readings(scenario, uniform)
    for path, quantity in known.items():
        if quantity.same_as is None:
            drawn[path] = read.value(path, quantity, names.of(path))
    for section, group in groups_of(scenario).items():
        draws: Mapping[str, Value] = (
            _of_factors(section, group, drawn)
            if group.file is None
            else table_draws(group, np.asarray(uniform(names.tables[group.table]), dtype=np.float64))
        )
        _apply_group(group, draws, drawn, scenario.mirrored)
    for path, quantity in known.items():
        if quantity.same_as is not None:
            drawn[path] = drawn[_target(path, known)]
    _share_points(scenario, drawn)
    for path, value in drawn.items():
        if not (np.isfinite(value).all() if isinstance(value, np.ndarray) else math.isfinite(value)):
            raise NumericError(f"{path}: the value is not a finite number")
    return {path: drawn[path] for path in known}


class Readings:
    """Draw numbers one by one, in each draw as the reading of that draw has them; ``of_draw`` are codes of readings.

    All readings meet the same uniform: the draw takes the same quantile of each coder's range.
    """

    def __init__(self, scenario: Scenario, uniform: Callable[[str], npt.ArrayLike]) -> None:
        self.uniform, self.is_mirrored = uniform, scenario.mirrored
        self.of_draw = reading_at(scenario, uniform(READING)) if scenario.readings else None
        self.codes = {name: code for code, name in enumerate(readings_of(scenario)) if code}

    def value(self, path: str, quantity: Quantity, stream: str) -> Value:
        """Return the value of a number: a float where certain, else a column."""
        if not quantity.is_uncertain:
            return _given(quantity.value)
        u = np.asarray(self.uniform(stream), dtype=np.float64)
        u = 1 - u if self.is_mirrored and turns(path) else u
        found = inverse_cdf(quantity, u)
        for name in quantity.readings or {}:
            if self.of_draw is not None and name in self.codes:
                found = np.where(self.of_draw == self.codes[name], inverse_cdf(quantity.as_read(name), u), found)
        return found


def _target(path: str, known: dict[str, Quantity]) -> str:
    """Return the path at the end of a chain of ``same_as``."""
    seen = [path]
    while (reference := known[seen[-1]].same_as) is not None:
        if reference not in known:
            raise ScenarioError(f"{seen[-1]}: same_as names `{escaped(reference)}`, which is no number of the scenario")
        if reference in seen:
            raise ScenarioError(f"{path}: same_as runs in a circle: {' > '.join([*seen, reference])}")
        seen.append(reference)
    return seen[-1]


def _share_points(scenario: Scenario, drawn: dict[str, Value]) -> None:
    for name, party in scenario.parties.items():
        paths = [f"parties.{name}.points.{issue}" for issue in party.points]
        if any(isinstance(drawn[path], np.ndarray) for path in paths):
            total = sum(drawn[path] for path in paths)
            for path in paths:
                drawn[path] = drawn[path] * (100.0 / total)


def _of_factors(section: str, group: Joint, drawn: Mapping[str, Value]) -> dict[str, Value]:
    """Return draws of a group's shared factors by name, over their median with ``mode: ratio``."""
    found = {name: drawn[f"{section}.factors.{name}"] for name in dict.fromkeys(group.columns.values())}
    if group.mode != "ratio":
        return found
    return {name: value / float(inverse_cdf(group.factors[name], 0.5)) for name, value in found.items()}


def table_draws(group: Joint, u: Column) -> dict[str, Column]:
    """Return a table's columns at the row of each uniform, over their weighted median with ``mode: ratio``."""
    rows, weights = draws_of(group)
    at = row_at(weights, u)
    if group.mode != "ratio":
        return {name: column[at] for name, column in rows.items()}
    return {name: column[at] / weighted_median(column, weights) for name, column in rows.items()}


def row_at(weights: Column, u: Column) -> npt.NDArray[np.intp]:
    """Return the row of each uniform when rows take shares of [0, 1] by their weights."""
    ends = np.cumsum(weights)
    return np.minimum(np.searchsorted(ends / ends[-1], u, side="right"), len(ends) - 1)


def weighted_median(values: Column, weights: Column) -> float:
    """Return the least value at or below which half of the weight lies."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(ends, 0.5 * ends[-1])])


def _apply_group(group: Joint, draws: Mapping[str, Value], drawn: dict[str, Value], is_mirrored: bool) -> None:
    """Set or multiply the group's parameters by its draws, within the range each may take."""
    for path, column in group.columns.items():
        if path not in drawn:
            raise ScenarioError(f"joint: `{escaped(path)}` is no number of the scenario")
        turned = is_mirrored and turns(path)
        before = flipped_number(path, drawn[path]) if turned else drawn[path]
        after = draws[column] * (1.0 if group.mode == "value" else before)
        if limits := allowed_at(path):
            after = np.clip(after, limits.low, limits.high)
        drawn[path] = flipped_number(path, after) if turned else after


def draws_of(group: Joint) -> tuple[dict[str, Column], Column]:
    """Return the columns that a group draws from its table, and the weights of the table's rows.

    ``weight`` names their column; without it that is ``weight`` if the table has one, else rows weigh alike.
    """
    assert group.file is not None
    content = content_named(group.file, group.sha256)
    names = tuple(dict.fromkeys(group.columns.values()))
    found = _PARSED.get(key := (content.sha256, group.file, names, group.weight))
    if found is None:
        rows, weights = read_draws(content.data, group.file, names, group.weight)
        for column in (*rows.values(), weights):
            column.setflags(write=False)  # blocks of a run share them
        while len(_PARSED) >= MOST_PARSED:
            _PARSED.pop(next(iter(_PARSED)), None)
        found = _PARSED[key] = rows, weights
    return found


MOST_PARSED = 16
_PARSED: dict[Any, tuple[dict[str, Column], Column]] = {}
"""Cache of the columns last read, by content."""


def read_draws(
    data: bytes, shown: str, names: tuple[str, ...], weight: str | None = None
) -> tuple[dict[str, Column], Column]:
    """Read columns of a table of draws, called ``shown`` in messages, and the weights of its rows."""
    table = read_table(shown, tuple(dict.fromkeys((*names, weight) if weight else names)), data=data)
    weight = weight or ("weight" if "weight" in table.columns else None)
    result = {name: table.numbers(name) for name in dict.fromkeys((*names, weight) if weight else names)}
    weights = result[weight] if weight else np.ones(len(table.rows))
    if weights.min() < 0 or weights.sum() <= 0:
        raise ScenarioError(f"{table.shown}: error: expected weights of at least 0 that are not all 0")
    return result, weights


def central(scenario: Scenario) -> Scenario:
    """Return the scenario with every number of the file at its middle, without joint draws and other readings."""
    known = quantities(scenario)

    def collapsed(path: tuple[Any, ...], quantity: Quantity) -> Quantity:
        if not quantity.is_uncertain and quantity.same_as is None:
            return quantity
        source = known[_target(dotted(path), known)] if quantity.same_as else quantity
        return Quantity(value=source.middle, source=quantity.source, note=quantity.note, kind=quantity.kind)

    result: Scenario = with_scalars(scenario, collapsed)
    is_drawn_jointly = bool(result.joint) or result.calibration is not None
    dropped: dict[str, Any] = {"joint": (), "calibration": None} if is_drawn_jointly else {}
    dropped |= {"readings": ()} if result.readings else {}
    return result.model_copy(update=dropped) if dropped else result
