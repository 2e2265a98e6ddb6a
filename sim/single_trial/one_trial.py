"""Follow one trial week by week: the same week as in a run, and every number of it to look at in between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.compiled import Rules, columns_of, n_stored, run_draws
from sim.model.inputs import inputs_of
from sim.model.world import workspace_for
from sim.outcome_columns import Columns
from sim.random_streams import Streams
from sim.scenario.schema import Scenario


class OneTrial:
    """Hold one trial of a scenario.

    Attributes
    ----------
    scenario : Scenario
        What is simulated.
    workspace : Workspace
        Every record of the trial, as arrays that change with it: ``workspace.war["momentum"][0]``,
        ``workspace.sides["pressure"][1]`` (``sim.model.state`` says what each is).
    bound : Bound or None
        The agents of classes of somebody's own.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        trial: int,
        independent_stream: str = "",
        rules: Rules | None = None,
    ) -> None:
        self.scenario = scenario
        self.streams = Streams(seed, trial, 1, scenario.mirrored, independent_stream)
        self.inputs = inputs_of(scenario, self.streams)
        self.workspace = workspace_for(self.inputs, self.streams.prefix)
        self._results = np.zeros((1, n_stored(self.inputs)))
        self._is_given_up: NDArray[np.bool_] = np.zeros(1, np.bool_)
        self.bound = rules.bind(self.workspace, self.inputs, self.streams, self._is_given_up) if rules else None
        self._advance(True, 0, False)

    @property
    def week(self) -> int:
        """Return the number of weeks lived through."""
        return int(self.workspace.trial["week"][0])

    @property
    def is_counting(self) -> bool:
        """Return whether the next week lies before the horizon; after it ceasefires are only watched."""
        return self.week < self.scenario.horizon_weeks

    @property
    def is_over(self) -> bool:
        """Return whether no week is left, those after the horizon included."""
        return self.week >= self.inputs.weeks

    def step(self) -> None:
        """Live through one week; at the end nothing changes any more."""
        if not self.is_over:
            self._advance(False, 1, False)

    def run(self) -> Columns:
        """Live through all weeks that are left, and return the outcome as columns of one trial, reasons included."""
        self._advance(False, self.inputs.weeks - self.week, True)
        first, counts = self.streams.trials_by_draw()
        return columns_of(self.inputs, self.streams, first, counts, self._results)

    def _advance(self, begins: bool, weeks: int, explains: bool) -> None:
        one: NDArray[np.int64] = np.ones(1, np.int64)
        first, _ = self.streams.trials_by_draw()
        run_draws(
            self.workspace, self.inputs.starts, first, one, begins, weeks, explains, self._is_given_up, self._results
        )
        if self.bound:
            self.bound.raise_problem()
