"""Follow one trial week by week: the same week as in a run, and every number of it to look at in between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.compiled import columns_of, n_stored, run_draws
from sim.model.decisions import OF_THE_MODEL, Decisions
from sim.model.inputs import inputs_of
from sim.model.world import room_for
from sim.outcome_columns import Columns
from sim.random_streams import Streams
from sim.scenario.schema import Scenario


class OneTrial:
    """Hold one trial of a scenario.

    Attributes
    ----------
    scenario : Scenario
        What is simulated.
    room : Room
        Every record of the trial, as arrays that change with it: ``room.war["momentum"][0]``,
        ``room.sides["pressure"][1]`` (``sim.model.state`` says what each is).
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        trial: int,
        independent_stream: str = "",
        decide: Decisions = OF_THE_MODEL,
    ) -> None:
        self.scenario = scenario
        self._streams = Streams(seed, trial, 1, scenario.mirrored, independent_stream)
        self.inputs = inputs_of(scenario, self._streams)
        self.room = room_for(self.inputs, self._streams.prefix, decide)
        self._results = np.zeros((1, n_stored(self.inputs)))
        self._advance(True, 0, False)

    @property
    def week(self) -> int:
        """Return the number of weeks lived through."""
        return int(self.room.trial["week"][0])

    @property
    def is_counting(self) -> bool:
        """Return whether the next week lies before the horizon; after it ceasefires are only watched."""
        return self.week < self.scenario.horizon_weeks

    def step(self) -> None:
        """Live through one week."""
        self._advance(False, 1, False)

    def run(self) -> Columns:
        """Live through all weeks that are left, and return the outcome as columns of one trial, reasons included."""
        self._advance(False, self.inputs.weeks - self.week, True)
        first, counts = self._streams.trials_by_draw()
        return columns_of(self.inputs, self._streams, first, counts, self._results)

    def _advance(self, begins: bool, weeks: int, explains: bool) -> None:
        one: NDArray[np.int64] = np.ones(1, np.int64)
        first, _ = self._streams.trials_by_draw()
        run_draws(
            self.room, self.inputs.starts, first, one, begins, weeks, explains, np.zeros(1, np.bool_), self._results
        )
