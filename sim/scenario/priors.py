"""From uniform columns to the values of a scenario's numbers.

Every distribution is drawn through its inverse CDF, one uniform in, one value out, never by
rejection: so a change of one shape leaves every other draw of every trial where it was.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import NumericError, ScenarioError
from sim.scenario.mirror import flipped_number, turns
from sim.scenario.paths import scalars, slot_at, split, with_scalars
from sim.scenario.problems import dotted, escaped
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Joint, Scenario

Column = npt.NDArray[np.float64]
Value = float | Column

# Uniforms are kept this far from 0 and 1, where an unbounded distribution would be infinite.
EDGE = 2.0**-53


def quantities(scenario: Scenario) -> dict[str, Quantity]:
    """Every scalar by key path (``parties.Russia.strain``), in the order of the schema."""
    return {dotted(path): quantity for path, quantity in scalars(scenario)}


def inverse_cdf(quantity: Quantity, u: npt.ArrayLike) -> Column:
    """Values of the quantity at the uniforms ``u`` (any shape): non-decreasing in ``u``.

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
    """Standard normal between ``low`` and ``high``; the upper tail is mirrored, where 1 - p would lose digits."""
    from scipy.special import ndtr, ndtri

    if low > 0:
        return -_truncated_normal(1 - u, -high, -low)
    p_low, p_high = ndtr(low), ndtr(high)
    return np.asarray(ndtri(np.clip(p_low + u * (p_high - p_low), np.finfo(np.float64).tiny, 1 - EDGE)))


def _beta(u: Column, a: float, b: float, low: float, high: float) -> Column:
    from scipy.special import betainc, betaincinv

    p_low, p_high = betainc(a, b, max(low, 0.0)), betainc(a, b, min(high, 1.0))
    return np.asarray(np.clip(betaincinv(a, b, p_low + u * (p_high - p_low)), low, high))


def draw_columns(scenario: Scenario, uniform: Callable[[str], npt.ArrayLike]) -> dict[str, Value]:
    """The value of every scalar by key path: a float where certain, else a column.

    ``uniform(name)`` gives the column of uniforms for one key path, or for ``joint:<file>``: one
    uniform picks a row of that file for all its parameters. A mirrored scenario turns the luck of
    the scales and of momentum around, so that it draws the mirror image of the same values.
    Uncertain points are scaled so that each party's sum to 100 again in every draw.
    Raises NumericError naming the parameter if a value is not a finite number.
    """
    known = quantities(scenario)
    drawn: dict[str, Value] = {}
    for path, quantity in known.items():
        if quantity.same_as is None:
            drawn[path] = _drawn(path, quantity, uniform, scenario.mirrored)
    for group in scenario.joint:
        _draw_group(group, np.asarray(uniform(f"joint:{group.file}"), dtype=np.float64), drawn, scenario.mirrored)
    for path, quantity in known.items():
        if quantity.same_as is not None:
            drawn[path] = drawn[_target(path, known)]
    _share_points(scenario, drawn)
    for path, value in drawn.items():
        if not np.all(np.isfinite(value)):
            raise NumericError(f"{path}: the value is not a finite number")
    return {path: drawn[path] for path in known}


def _drawn(path: str, quantity: Quantity, uniform: Callable[[str], npt.ArrayLike], is_mirrored: bool) -> Value:
    if not quantity.is_uncertain:
        return _given(quantity.value)
    u = np.asarray(uniform(path), dtype=np.float64)
    return inverse_cdf(quantity, 1 - u if is_mirrored and turns(path) else u)


def _target(path: str, known: dict[str, Quantity]) -> str:
    """The path at the end of a chain of ``same_as``."""
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


def _draw_group(group: Joint, u: Column, drawn: dict[str, Value], is_mirrored: bool) -> None:
    """Set or multiply the group's parameters by one row of its file per uniform."""
    from sim.scenario.files import find_data

    rows = read_draws(find_data(group.file), tuple(group.columns.values()))
    weights = rows.get("weight", np.ones(len(next(iter(rows.values())))))
    ends = np.cumsum(weights)
    row = np.minimum(np.searchsorted(ends / ends[-1], u, side="right"), len(ends) - 1)
    for path, column in group.columns.items():
        if path not in drawn:
            raise ScenarioError(f"joint: `{escaped(path)}` is no number of the scenario")
        turned = is_mirrored and turns(path)
        before = flipped_number(path, drawn[path]) if turned else drawn[path]
        after = rows[column][row] * (before if group.mode == "multiply" else 1.0)
        slot = slot_at(split(path))
        if slot is not None and (limits := slot.allowed):
            after = np.clip(after, limits.low, limits.high)
        drawn[path] = flipped_number(path, after) if turned else after


def read_draws(path: Path, wanted: tuple[str, ...]) -> dict[str, Column]:
    """Columns of a CSV file of posterior draws, with ``weight`` if it is there."""

    def refuse(message: str) -> ScenarioError:
        return ScenarioError(f"{escaped(str(path), 300)}: error: {message}")

    try:
        with path.open(newline="", encoding="utf-8") as stream:
            table = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as reason:
        raise refuse(f"cannot be read: {escaped(str(reason))}") from None
    if not table:
        raise refuse("no rows came")
    result: dict[str, Column] = {}
    for name in dict.fromkeys((*wanted, *(["weight"] if "weight" in table[0] else []))):
        if name not in table[0]:
            raise refuse(f"there is no column `{escaped(name)}`")
        try:
            result[name] = np.array([float(row[name]) for row in table])
        except (TypeError, ValueError):
            raise refuse(f"column `{escaped(name)}` holds something that is no number") from None
        if not np.all(np.isfinite(result[name])):
            raise refuse(f"column `{escaped(name)}` holds something that is not finite")
    if "weight" in result and (result["weight"].min() < 0 or result["weight"].sum() <= 0):
        raise refuse("weights must be at least 0 and not all 0")
    return result


def central(scenario: Scenario) -> Scenario:
    """The scenario with every distribution at its middle: ``same_as`` followed, joint draws dropped."""
    known = quantities(scenario)

    def collapsed(path: tuple[Any, ...], quantity: Quantity) -> Quantity:
        if quantity.dist is None and quantity.same_as is None:
            return quantity
        source = known[_target(dotted(path), known)] if quantity.same_as else quantity
        return Quantity(value=source.middle, source=quantity.source, note=quantity.note, kind=quantity.kind)

    result: Scenario = with_scalars(scenario, collapsed)
    return result.model_copy(update={"joint": ()}) if result.joint else result
