"""Scenarios for tests: the smallest one that is valid, and ways to change it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.compiled import simulate_draws
from sim.model.inputs import Inputs, inputs_of
from sim.model.world import Workspace, workspace_for
from sim.random_streams import Streams
from sim.scenario.schema import Scenario


def minimal_data(*, issues: tuple[str, ...] = ("territory",), **changes: Any) -> dict[str, Any]:
    """Plain data of the smallest valid scenario: North (A) against South (B), a ceasefire track, all else off.

    Both sides weigh the issues alike, want opposite ends and start from the middle. ``changes`` are
    merged by section; a dotted path may be given in a dict: ``minimal_data(**{"parties.North.strain": .1})``.
    """
    share = 100.0 / len(issues)

    def side(end: float) -> dict[str, Any]:
        return {
            "role": "belligerent",
            "ideal_point": dict.fromkeys(issues, end),
            "points": dict.fromkeys(issues, share),
            "strain": 0.05,
        }

    data: dict[str, Any] = {
        "title": "Minimal",
        "question": "Will North and South stop fighting?",
        "supposes": "Nothing beyond the two sides.",
        "resolution": "A general halt in force for 30 days.",
        "start": date(2025, 1, 6),
        "sides": {"A": "North", "B": "South"},
        "issues": {name: {"scale": "0 is North's end, 1 South's", "status_quo": 0.5} for name in issues},
        "tracks": {"ceasefire": {"general": True, "scope": issues}},
        "parties": {"North": side(0.0), "South": side(1.0)},
        "war": {"began": date(2023, 1, 2)},
    }
    for path, value in changes.items():
        _put(data, path.split("."), value)
    return data


def minimal_scenario(*, issues: tuple[str, ...] = ("territory",), **changes: Any) -> Scenario:
    """The smallest valid scenario with ``changes``: keys are sections or dotted paths, merged into it."""
    return Scenario.model_validate(minimal_data(issues=issues, **changes))


def changed(scenario: Scenario, **changes: Any) -> Scenario:
    """A scenario with some values replaced by dotted path."""
    data = scenario.model_dump(exclude_unset=True, exclude_none=True)
    for path, value in changes.items():
        _put(data, path.split("."), value)
    return Scenario.model_validate(data)


def _put(data: dict[str, Any], parts: list[str], value: Any) -> None:
    for part in parts[:-1]:
        data = data.setdefault(part, {})
    last = parts[-1]
    if isinstance(value, Mapping) and isinstance(data.get(last), dict):
        for key, below in value.items():
            _put(data[last], [key], below)
    else:
        data[last] = tuple(value) if isinstance(value, list) else value


def varying(scenario: Scenario) -> Scenario:
    """The small lesson with odds that depend on its inputs, clearly and in few trials; as shipped they seldom do."""
    changes = {
        "parties.North.optimism": {"low": 0.0, "central": 0.2, "high": 0.5},
        "parties.North.strain": {"low": 0.005, "central": 0.01, "high": 0.02},
        "parties.South.strain": {"low": 0.02, "central": 0.06, "high": 0.1},
    }
    return changed(scenario, **changes)


def both(**values: Any) -> dict[str, Any]:
    """Changes that give both sides the same values."""
    return {f"parties.{side}.{key}": value for side in ("North", "South") for key, value in values.items()}


START = date(2025, 1, 6)
QUIET: dict[str, Any] = {"war.momentum_volatility": 0, "war.victory_hazard": 0}
SILENT = {**QUIET, "talks.convening_prob_per_week": 0, "talks.ripeness": 0}
WEEKLY = {**QUIET, **both(usual_level=3), "talks.convening_prob_per_week": 1, "talks.after_failure": 1}
"""Changes that make the smallest scenario still at the front and at the table never, or every week."""
FEAR = both(fear=0.5)
"""So much fear that no halt is signed."""
LEADERS = both(usual_level=3)
LASTING = {"truces.early_hazard": 0, "truces.slow_hazard": 0}
"""Halts do not collapse."""


class Trials:
    """Trials as they stand after some weeks: every number of each of them (``sim.model.state``).

    ``room`` is the one in which the last of them was simulated, with its tables of packages.
    """

    def __init__(self, inputs: Inputs, rows: NDArray[np.float64], workspace: Workspace) -> None:
        self.inputs, self.rows, self.workspace = inputs, rows, workspace

    def of(self, entity: str, field: str, number: int = 0) -> NDArray[Any]:
        """A field of the ``number``-th record of its kind, by trial."""
        found: NDArray[Any] = self.inputs.layout.records(self.rows, entity)[field][:, number]
        return found

    def side(self, name: str, field: str) -> NDArray[Any]:
        sides = self.inputs.scenario.sides
        return self.of("sides", field, (sides.A, sides.B).index(name))

    def third_party(self, name: str, field: str) -> NDArray[Any]:
        return self.of("third_parties", field, self.inputs.third_parties.index(name))

    def track(self, name: str, field: str) -> NDArray[Any]:
        return self.of("tracks", field, list(self.inputs.scenario.tracks).index(name))

    def issue(self, name: str, field: str) -> NDArray[Any]:
        return self.of("issues", field, list(self.inputs.scenario.issues).index(name))


def stepped(scenario: Scenario, weeks: int, n_trials: int = 4, seed: int = 1) -> Trials:
    """Trials of a scenario after so many weeks; those of week 0 have only begun."""
    streams = Streams(seed, 0, n_trials, scenario.mirrored)
    inputs = inputs_of(scenario, streams)
    workspace, (first, counts) = workspace_for(inputs), streams.trials_by_draw()
    # What is stored are the last numbers of a row: as many as there are.
    rows = np.empty((n_trials, inputs.layout.size))
    simulate_draws(workspace, inputs.starts, first, counts, True, weeks, False, np.zeros(1, np.bool_), rows)
    return Trials(inputs, rows, workspace)


def given_workspace(scenario: Scenario, seed: int = 1) -> Workspace:
    """A room with what the scenario gives, before anything is made of it: steps can be tried without the week."""
    inputs = inputs_of(scenario, Streams(seed, 0, 1, scenario.mirrored))
    workspace = workspace_for(inputs)
    workspace.row[:] = inputs.starts[0]
    return workspace


def week(number: int) -> date:
    """First day of a week of the smallest scenario."""
    return START + timedelta(weeks=number)
