"""The same war seen from the other side: sides swapped, scales turned around.

A model without a hidden preference for side A gives the mirror image the same odds with common
random numbers. Names of parties and issues stay; ``mirrored`` has the model turn its random numbers too.
"""

from __future__ import annotations

from typing import Any

from sim.errors import ScenarioError
from sim.scenario.diagnostics import KeyPath, dotted
from sim.scenario.key_paths import split, with_scalars
from sim.scenario.schema import Issue, Landmark, Reading, Scenario, Sides, ThirdParty
from sim.scenario.schema.quantity import Quantity

ON_SCALE = ("ideal_point", "red_lines", "public_lines")
NEGATED = ("war.momentum", "war.momentum_mean")
MARK = "mirrored: "


def is_on_scale(path: KeyPath) -> bool:
    """Return whether a number is a share from side A's end to side B's: a position, the status quo, tilt."""
    match path:
        case ("issues", _, "status_quo") | ("parties", _, "tilt"):
            return True
        case ("parties", _, group, _) if group in ON_SCALE:
            return True
        case ("tracks", _, "demands", _, _):
            return True
        case ("events", _, "set", str(inner)):
            return is_on_scale(split(inner))
    return False


def is_negated(path: KeyPath) -> bool:
    """Return whether the sign of a number names a side."""
    match path:
        case ("parties", _, "bias") | ("events", _, "momentum_shift"):
            return True
        case ("events", _, "set", str(inner)):
            return is_negated(split(inner))
    return dotted(path) in NEGATED


def turns(path: str) -> bool:
    """Return whether the mirror turns the parameter at this key path around."""
    parts = split(path)
    return is_on_scale(parts) or is_negated(parts)


def flipped_number(path: str, value: Any) -> Any:
    """Return the mirror image of a ``value`` (float or column) of the parameter at ``path``."""
    return 1 - value if is_on_scale(split(path)) else -value


def _complement(value: float) -> float:
    """Return 1 - value to twelve digits, so that .1 becomes .9 and again .1."""
    return round(1 - value, 12)


def _flipped(quantity: Quantity, on_scale: bool) -> Quantity:
    """Return the distribution of 1 - x (on a scale) or of -x."""

    def turn(value: float | None) -> float | None:
        return None if value is None else _complement(value) if on_scale else 0.0 - value

    q = quantity
    if q.same_as is not None:
        return q
    if q.dist in ("lognormal", "loguniform") or (q.dist == "beta" and not on_scale):
        raise ScenarioError(
            f"the mirror image of a {q.dist} has no name: use another distribution on a scale or for momentum"
        )
    given = q.model_dump(exclude_none=True)
    turned: dict[str, Any] = {
        "value": turn(q.value),
        "low": turn(q.high),
        "central": turn(q.central),
        "high": turn(q.low),
        "mean": turn(q.mean),
        "a": q.b,
        "b": q.a,
        "values": None if q.values is None else tuple(turn(value) for value in q.values),
        "readings": q.readings and {name: tuple(map(turn, points[::-1])) for name, points in q.readings.items()},
    }
    kept = {name: value for name, value in given.items() if name not in turned}
    return Quantity.model_validate(kept | {name: value for name, value in turned.items() if value is not None})


def mirror(scenario: Scenario) -> Scenario:
    """Swap sides A and B of a scenario and turn every scale around; its own inverse.

    Parameters
    ----------
    scenario
        The scenario to mirror.

    Returns
    -------
    Scenario
        The mirror image: positions, status quo and tilt as 1 - x, momentum and bias as -x, ``mirrored`` flipped.

    Raises
    ------
    ScenarioError
        If a number to turn has a distribution without a mirror image, such as a lognormal.
    """

    def turned(path: KeyPath, quantity: Quantity) -> Quantity:
        if not (is_on_scale(path) or is_negated(path)):
            return quantity
        result = _flipped(quantity, is_on_scale(path))
        return quantity if result == quantity else result

    result: Scenario = with_scalars(scenario, turned)
    return result.model_copy(
        update={
            "sides": Sides(A=scenario.sides.B, B=scenario.sides.A),
            "issues": {name: _mirrored_issue(issue) for name, issue in result.issues.items()},
            "parties": {name: _mirrored_limits(party) for name, party in result.parties.items()},
            "mirrored": not scenario.mirrored,
            "readings": tuple(_mirrored_reading(one) for one in scenario.readings),
        }
    )


def _mirrored_reading(reading: Reading) -> Reading:
    if not reading.adjusted:
        return reading
    turned = {
        path: tuple(_complement(value) if is_on_scale(split(path)) else 0.0 - value for value in points[::-1])
        for path, points in reading.adjusted.items()
        if turns(path)
    }
    return reading.model_copy(update={"adjusted": {**reading.adjusted, **turned}})


def _mirrored_issue(issue: Issue) -> Issue:
    landmarks = tuple(Landmark(at=_complement(mark.at), name=mark.name) for mark in reversed(issue.landmarks))
    scale = issue.scale.removeprefix(MARK) if issue.scale.startswith(MARK) else MARK + issue.scale
    return issue.model_copy(update={"scale": scale} | ({"landmarks": landmarks} if landmarks else {}))


def _mirrored_limits(party: Any) -> Any:
    if not isinstance(party, ThirdParty) or not party.limits:
        return party
    return party.model_copy(
        update={"limits": {issue: (_complement(high), _complement(low)) for issue, (low, high) in party.limits.items()}}
    )
