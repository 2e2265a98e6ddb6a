"""The scenario's numbers as columns: one value per parameter draw, or per trial of a block.

A certain number stays a plain float, so that it costs nothing to carry it through a column of trials.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sim.random_streams import Streams
from sim.scenario.sampling.parameter_draws import draw_columns
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity
from sim.theory.utility import Array, Column


class Inputs:
    """Values of every quantity of a scenario for one block."""

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        self.scenario = scenario
        self.n_draws = len(streams.draws)
        self.row_of_trial = streams.row_of_trial
        self._columns = draw_columns(scenario, streams.parameter)

    def has(self, path: str) -> bool:
        """Whether the scenario gives a number at this path."""
        return path in self._columns

    def per_draw(self, path: str) -> Column:
        """Value by parameter draw: a float, or shape (draws,)."""
        return self._columns[path]

    def per_trial(self, path: str) -> Column:
        """Value by trial: a float, or shape (trials,)."""
        return self.expand(self._columns[path])

    def of_trials(self, path: str, trials: Any) -> Column:
        """Value in some trials: a float, or one for each of them."""
        return at(self._columns[path], self.row_of_trial[trials])

    def expand(self, column: Column) -> Column:
        """From one value per draw to one per trial."""
        return column.take(self.row_of_trial) if isinstance(column, np.ndarray) else column

    def section(self, path: str, section: Any) -> dict[str, Any]:
        """Every field of a section by name: quantities (also in dictionaries) as columns over trials."""
        return {name: self._field(f"{path}.{name}", getattr(section, name)) for name in type(section).model_fields}

    def _field(self, path: str, value: Any) -> Any:
        if isinstance(value, Quantity):
            return self.per_trial(path)
        if isinstance(value, Mapping):
            return {key: self._field(f"{path}.{key}", entry) for key, entry in value.items()}
        return value

    def weights(self, party: str) -> dict[str, Column]:
        """Salience by issue and draw, as shares of the party's 100 points (an uncertain set is renormalised)."""
        points = self.scenario.parties[party].points
        drawn = {issue: self.per_draw(f"parties.{party}.points.{issue}") for issue in points}
        total: Column = 0.0
        for column in drawn.values():
            total = total + column
        return {issue: column / np.maximum(total, 1e-12) for issue, column in drawn.items()}


def fill(column: Column, n_trials: int) -> Array:
    """A column of its own, shape (trials,), that may be changed in place."""
    return np.array(np.broadcast_to(np.asarray(column, dtype=np.float64), (n_trials,)))


def at(column: Any, trials: Any) -> Any:
    """The entries of some trials (positions or a slice); a plain number stays as it is."""
    if not isinstance(column, np.ndarray):
        return column
    # take is twice as fast as indexing, and this is where a column meets this week's trials.
    return column.take(trials, 0) if isinstance(trials, np.ndarray) else column[trials]


class Kept:
    """A column made of others, made again only when an event replaces one of them; nobody may change them in place."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make
        self._of: tuple[Any, ...] = ()
        self._found: Any = None

    def of(self, *columns: Column) -> Any:
        if len(columns) != len(self._of) or any(new is not old for new, old in zip(columns, self._of, strict=True)):
            self._of, self._found = columns, self._make(*columns)
        return self._found
