"""The usual way to run an agent-based model many times, for comparison: one Mesa model per trial.

Each model is one trial of the oracle, stepped week by week and run by ``mesa.batch_run``. The engine turns this
around - one model holds a whole block of trials - and ``benchmarks/engine.py`` measures what that is worth.
"""

from functools import lru_cache
from typing import Any

import mesa

from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from tests.oracle.oracle import Trial
from tests.oracle.parameters import Luck, Worlds

BLOCK = 256
"""Trials whose draws are fetched together, so that Mesa is not charged for filling columns of one trial.

With ``block=1`` every model draws its own inputs and luck and shares nothing, as such models are usually written.
"""


@lru_cache(maxsize=1)
def _scenario(name: str) -> Scenario:
    return load(name)


@lru_cache(maxsize=2)
def _block(name: str, seed: int, number: int, size: int) -> tuple[Luck, Worlds]:
    luck = Luck(_scenario(name), seed, number * size, size)
    return luck, Worlds(_scenario(name), luck)


class OneTrial(mesa.Model):  # type: ignore[misc]
    """Trial ``trial`` of scenario ``name``: ``step()`` is one week. All luck comes from the trial's named draws."""

    def __init__(self, name: str, seed_of_run: int, trial: int, block: int, **options: Any) -> None:
        super().__init__(rng=0)  # never used
        luck, worlds = _block(name, seed_of_run, trial // block, block)
        self.story = Trial(worlds.of_trial(trial), luck, trial)
        self.running = True
        self.outcome: dict[str, Any] = {}
        self.datacollector = mesa.DataCollector(model_reporters={"outcome": lambda model: model.outcome})

    def step(self) -> None:
        """One week; the last one fills ``outcome``."""
        self.running = self.story.next_week()
        if not self.running:
            self.outcome = self.story.close()
        self.datacollector.collect(self)


def batch(name: str, seed: int, trials: range, block: int = BLOCK) -> list[dict[str, Any]]:
    """Outcomes of ``trials``, as ``oracle.tell`` gives them, run by ``mesa.batch_run`` in this process."""
    weeks = _scenario(name).horizon_weeks + _scenario(name).follow_up_weeks
    parameters = {"name": [name], "seed_of_run": [seed], "trial": trials, "block": [block]}
    quiet: Any = {"number_processes": 1, "data_collection_period": -1, "display_progress": False}
    rows = mesa.batch_run(OneTrial, parameters=parameters, max_steps=weeks, **quiet)
    return [row["outcome"] for row in rows]


def forget() -> None:
    """Drop the draws kept so far, so that the next batch pays for its own."""
    _block.cache_clear()
