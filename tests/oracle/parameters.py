"""What a trial is given before it begins: its luck and the numbers of its parameter draw.

numpy is used here and nowhere else in the oracle: draws are named as in section 3.8 of docs/odd.md, fetched
for a block of trials at once and kept as plain lists.
"""

import pickle
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

from sim.random_streams import TRIALS_PER_DRAW, Streams
from sim.scenario.sampling.parameter_draws import draw_columns
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity

FAVOURS_A_SIDE = ("momentum at start", "momentum", "text error")


class Luck:
    """The draws of trials ``first`` to ``first + count``: (decision, party, week) -> one number per trial."""

    def __init__(self, scenario: Scenario, seed: int, first: int, count: int) -> None:
        self.first = first
        self._sign_of_sides = -1.0 if scenario.mirrored else 1.0
        self.streams = Streams(seed, first, count)
        self._uniforms: dict[tuple[str, str, int], list[float]] = {}
        self._normals: dict[tuple[str, str, int], list[float]] = {}

    def uniform(self, trial: int, decision: str, party: str, week: int) -> float:
        """A uniform between 0 and 1."""
        name = (decision, party, week)
        if name not in self._uniforms:
            self._uniforms[name] = self.streams.uniform(*name).tolist()
        return self._uniforms[name][trial - self.first]

    def normal(self, trial: int, decision: str, party: str, week: int) -> float:
        """A standard normal; trials 2i and 2i + 1 see opposite signs, as does the mirror where a side is favoured."""
        name = (decision, party, week)
        if name not in self._normals:
            self._normals[name] = self.streams.normal(*name).tolist()
        sign = self._sign_of_sides if decision in FAVOURS_A_SIDE else 1.0
        return sign * self._normals[name][trial - self.first]


class Worlds:
    """The scenario's numbers, draw by draw: 16 neighbouring trials live in the same world."""

    def __init__(self, scenario: Scenario, luck: Luck) -> None:
        self.scenario = scenario
        self._first_draw = int(luck.streams.draws[0])
        columns = draw_columns(scenario, luck.streams.parameter)
        self._columns = {path: value if isinstance(value, float) else value.tolist() for path, value in columns.items()}
        self._is_changed = any(event.set for event in scenario.events)
        self._last: tuple[int, SimpleNamespace] | None = None

    def of_trial(self, trial: int) -> SimpleNamespace:
        """Every section of the scenario with plain numbers; a fresh copy if dated events will change it."""
        draw = trial // TRIALS_PER_DRAW
        if self._last is None or self._last[0] != draw:
            self._last = (draw, self._world(draw - self._first_draw))
            self._unchanged = pickle.dumps(self._last[1])
            self._last[1].paths, self._last[1].stakes = {}, {}
        elif self._is_changed:
            known, world = self._last[1], pickle.loads(self._unchanged)
            # Packages and stakes, see packages.py and utility.py: no event changes what is kept of them.
            world.paths, world.stakes = known.paths, known.stakes
            self._last = (draw, world)
        return self._last[1]

    def _world(self, row: int) -> SimpleNamespace:
        numbers = {path: value if isinstance(value, float) else value[row] for path, value in self._columns.items()}
        world = _plain(self.scenario, "", numbers)
        for number, event in enumerate(world.events):
            event.set = {path: numbers[f"events.{number}.set.{path}"] for path in event.set}
        world.weights = {}
        for name, party in world.parties.items():
            total = sum(party.points.values())
            world.weights[name] = {issue: party.points.get(issue, 0.0) / (total or 1.0) for issue in world.issues}
        world.backers = [name for name, party in world.parties.items() if party.role == "backer"]
        world.mediators = [name for name, party in world.parties.items() if party.role == "mediator"]
        world.third_parties = [name for name, party in world.parties.items() if party.role in ("backer", "mediator")]
        world.sides = (world.sides.A, world.sides.B)
        return world


def _plain(item: Any, path: str, numbers: Mapping[str, float]) -> Any:
    """The same section with a float in place of every quantity."""
    if isinstance(item, Quantity):
        return numbers.get(path, item.value)
    if isinstance(item, Mapping):
        return {key: _plain(value, f"{path}.{key}" if path else key, numbers) for key, value in item.items()}
    if isinstance(item, tuple):
        return [_plain(value, f"{path}.{number}", numbers) for number, value in enumerate(item)]
    if isinstance(item, BaseModel):
        fields = [name for name in type(item).model_fields if name != "sources"]
        below = {name: _plain(getattr(item, name), f"{path}.{name}" if path else name, numbers) for name in fields}
        return SimpleNamespace(**below)
    return item


def put(world: SimpleNamespace, path: str, value: float) -> None:
    """Give one parameter a new value, by its key path."""
    *above, last = path.split(".")
    place: Any = world
    for name in above:
        place = place[name] if isinstance(place, dict) else getattr(place, name)
    if last.endswith(("usual_level", "level_cap")):
        value = int(value)
    if isinstance(place, dict):
        place[last] = value
    else:
        setattr(place, last, value)
