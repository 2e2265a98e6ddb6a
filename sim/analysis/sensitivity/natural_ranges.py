"""The range across which a certain number of a scenario can sensibly be moved.

An uncertain number has its own distribution. For a certain one the range follows from what it is: a position lies
between where things stand and the ends of the scale, a share is anything from 0 to 1, and a size is halved and doubled.
"""

from __future__ import annotations

from sim.scenario.key_paths import allowed_at, quantities, with_scalars
from sim.scenario.schema import Belligerent, Scenario, Veto
from sim.scenario.schema.quantity import Quantity, Range

FROM_ZERO = 0.1
"""Where a number without a natural size is 0, it is moved up to this, or to what the key allows."""
SHARES = Range(-1, 1)
"""A number that may lie nowhere else is moved across all that its key allows."""


def widened(scenario: Scenario, paths: set[str]) -> tuple[Scenario, dict[str, float]]:
    """Return the scenario with each certain number of ``paths`` uniform over its natural range.

    With it comes, by key path, the share of the range at which the number has its own value. Numbers whose range is a
    single point are left out.
    """
    ranges = {path: natural_range(scenario, path, one) for path, one in quantities(scenario).items() if path in paths}
    known = {path: (low, high) for path, (low, high) in ranges.items() if low < high}
    shares: dict[str, float] = {}

    def change(parts: tuple[str | int, ...], quantity: Quantity) -> Quantity:
        path = ".".join(map(str, parts))
        if path not in known or quantity.value is None:
            return quantity
        low, high = known[path]
        shares[path] = (quantity.value - low) / (high - low)
        return Quantity(dist="uniform", low=low, high=high)

    return with_scalars(scenario, change), shares


def natural_range(scenario: Scenario, path: str, quantity: Quantity) -> tuple[float, float]:
    """Return the lowest and the highest value that a certain number is moved to; its own value lies between."""
    value = quantity.middle
    low, high = _positions(scenario, path) or _sizes(value, _allowed(path))
    return min(low, value), max(high, value)


def _allowed(path: str) -> Range:
    """Return what the key allows; what an event sets is allowed what the key that it names is."""
    named = path.partition(".set.")[2]
    return allowed_at(named or path) or Range(-float("inf"), float("inf"))


def _sizes(value: float, allowed: Range) -> tuple[float, float]:
    if allowed.low >= SHARES.low and allowed.high <= SHARES.high:
        return allowed.low, allowed.high
    ends = (value / 2, value * 2) if value else (0.0, FROM_ZERO)
    low, high = sorted(ends)
    return max(low, allowed.low), min(high, allowed.high)


def _positions(scenario: Scenario, path: str) -> tuple[float, float] | None:
    """Return the range of a position on an issue: the owner's side of where things stand; None for another number."""
    section, _, rest = path.partition(".")
    parts = rest.rsplit(".", 2)
    if section == "issues" and parts[-1] == "status_quo":
        return _between_ideals(scenario, rest.removesuffix(".status_quo"))
    if section != "parties" or len(parts) != 3:
        return None
    name, key, issue = parts
    party = scenario.parties.get(name)
    if key == "points" and party is not None and len(party.points) == 1:
        return 100.0, 100.0  # points sum to 100, whatever is stated
    if not isinstance(party, Belligerent | Veto) or key not in ("ideal_point", "red_lines", "public_lines"):
        return None
    side = party.side if isinstance(party, Veto) else name
    stands = scenario.issues[issue].status_quo.middle
    is_toward_one = (side == scenario.sides.B) == (key == "ideal_point")
    return (stands, 1.0) if is_toward_one else (0.0, stands)


def _between_ideals(scenario: Scenario, issue: str) -> tuple[float, float]:
    ideals = [scenario.belligerent(side).ideal_point[issue].middle for side in (scenario.sides.A, scenario.sides.B)]
    return min(ideals), max(ideals)
