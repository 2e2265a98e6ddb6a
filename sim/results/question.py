"""What a study was asked: the scenario, the event, the days, and the trials behind the answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """What a study was asked, which with the engine's version determines its answer.

    Parameters
    ----------
    scenario
        Name of the scenario, of the run, or of what is compared with what.
    tier
        Event asked about (``durable``, ``mutual`` or ``broad``), None where the study is not of one event.
    days
        Horizons in days from the start, in ascending order.
    trials
        Trials of the model behind the answer, or behind each number of it where points, packages or settings are run;
        0 where none is run.
    seed
        Seed of the random numbers, None where none are drawn.
    """

    scenario: str
    tier: str | None
    days: tuple[int, ...]
    trials: int
    seed: int | None
