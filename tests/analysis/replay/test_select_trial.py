"""Which trial is replayed: the first, the median, the worst miss, one with a reason."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.replay import select_trial
from sim.errors import ParleyError
from sim.outcome_columns import TAGS
from sim.results.run import Run
from tests.factories import minimal_scenario


def made(**columns: list[float]) -> Run:
    """A run of made-up columns; what is not named never happened."""
    n = len(next(iter(columns.values())))
    never = dict.fromkeys(("durable_week", "mutual_week", "broad_week", "halt_week", "best_week", "tag"), [-1] * n)
    rest = {"victory": [0] * n, "shortfall": [0.0] * n, "trial": list(range(n))}
    found = {name: np.array(values) for name, values in {**never, **rest, **columns}.items()}
    return Run(minimal_scenario(), "made", 1, found)


def test_the_first_and_the_median_halt_are_found() -> None:
    run = made(durable_week=[-1, 9, 3, -1, 5, 5, 7], mutual_week=[0, 9, 3, -1, 5, 5, 7])
    assert select_trial.first(run) == 1
    assert select_trial.first(run, "mutual") == 0
    assert select_trial.median(run) == 4  # 3 5 5 7 9: the first trial with 5
    assert select_trial.median(run, "mutual") == 4  # 0 3 5 5 7 9: the earlier middle
    with pytest.raises(ParleyError, match="tier"):
        select_trial.first(run, "lasting")


def test_the_worst_miss_is_the_least_shortfall_without_any_halt() -> None:
    run = made(
        best_week=[4, 4, -1, 4, 4, 4],
        shortfall=[0.3, 0.01, 0.0, 0.02, 0.1, 0.02],
        broad_week=[-1, 8, -1, -1, -1, -1],
        victory=[0, 0, 0, 1, 0, 0],
    )
    assert select_trial.worst_miss(run) == 5
    with pytest.raises(ParleyError, match="no trial talked in vain"):
        select_trial.worst_miss(made(best_week=[-1, -1]))


def test_a_tag_is_found_and_missing_ones_name_what_there_is() -> None:
    tags = [-1, TAGS.index("process"), TAGS.index("commitment"), TAGS.index("process")]
    run = made(tag=tags, durable_week=[2, -1, -1, -1])
    assert select_trial.with_reason(run, "commitment") == 2
    assert select_trial.with_reason(run, "process") == 1
    with pytest.raises(ParleyError, match="there are process 2, commitment 1; lasting halts 1"):
        select_trial.with_reason(run, "victory")
    with pytest.raises(ParleyError, match="did you mean commitment"):
        select_trial.with_reason(run, "comitment")
    with pytest.raises(ParleyError, match="no trial had a mutual halt"):
        select_trial.first(run, "mutual")
