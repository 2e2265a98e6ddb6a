"""Numbers of a scenario that calibration moves, and the structural parameter of each.

A calibrated scenario draws one row of a file of posterior draws and multiplies, each over its median: a side's cost of
war (strain), its fear of a ceasefire (fear), the cost that third parties can add (pressure), audience cost (audience),
and the pace of talks (speed). So its central values stay its own; the record adds how far they may be off together.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.diagnostics import KeyPath, dotted
from sim.scenario.key_paths import scalars, split
from sim.scenario.schema import Joint, Scenario


def weight_without(war: str) -> str:
    """Return the column of the draws' weights with the episodes of a war left out."""
    return f"without_{war}"


def calibrated(scenario: Scenario) -> dict[str, str]:
    """Return the structural parameter by key path of every calibrated number; empty without a calibration."""
    return dict(_columns(scenario)) if scenario.calibration else {}


def groups_of(scenario: Scenario) -> dict[str, Joint]:
    """Return every joint group by its section: ``joint.0``, ``joint.1``, ..., last ``calibration``."""
    found = {f"joint.{number}": group for number, group in enumerate(scenario.joint)}
    given, columns = scenario.calibration, calibrated(scenario)
    if given is not None and columns:
        weight = weight_without(given.without) if given.without else None
        source = "posterior draws of past wars (parley calibrate)"
        found["calibration"] = Joint(
            file=given.draws, sha256=given.sha256, weight=weight, columns=columns, mode="ratio", source=source
        )
    return found


def _columns(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield key path and structural parameter of every number that calibration moves."""
    # Talks in one number have their speed in the rate of signing, others in the rate of rounds: never in both.
    is_hazard = any(track.signing == "hazard" for track in scenario.tracks.values())
    for path, quantity in scalars(scenario):
        if is_hazard and path[0] == "talks":
            continue
        is_zero = quantity.value == 0 and not quantity.readings
        if quantity.same_as is None and not is_zero and (parameter := parameter_of(path)):
            yield dotted(path), parameter


def parameter_of(path: KeyPath) -> str | None:
    """Return the structural parameter that moves the number at a key path, or None."""
    match path:
        case ("parties", _, "strain"):
            return "strain"
        case ("parties", _, "fear"):
            return "fear"
        case ("parties", _, "leverage", _) | ("events", _, "pressure", _):
            return "pressure"
        case ("parties", _, "audience_slope") | ("tracks", _, "audience_cost", _):
            return "audience"
        case ("talks", "convening_prob_per_week") | ("tracks", _, "signing_rate"):
            return "speed"
        case ("events", _, "set", str(inner)):
            return parameter_of(split(inner))
    return None
