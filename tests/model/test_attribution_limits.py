"""Limits of attribution, over random wars: fighting never pays in itself, and what has no size has no share.

Fearon (1995): where every issue is on the table and a halt is open-ended, sides that share one belief, keep promises
and have ruled nothing out always have a package that both prefer to a costly war. So on the track with the full scope
a failure is always put down to some friction.
"""

from typing import Any

import numpy as np
import pytest

from sim.model.compiled import simulate
from sim.outcome_columns import FRICTIONS, TAGS
from tests.factories import WEEKLY, minimal_scenario, stepped
from tests.model.entries import best_surplus

N_CONFIGURATIONS = 500
N_TRIALS = 32
N_CHEAP = 120
BRIEF: dict[str, Any] = {**WEEKLY, "horizon_weeks": 4, "follow_up_weeks": 4, "war.momentum_volatility": 0.1}
"""Four weeks with a round in each: a reason needs no more."""
SIDES = ("North", "South")


def a_war(luck: np.random.Generator) -> dict[str, Any]:
    """Random stakes, weights, momentum and costs; every issue is on the table and nothing stands in the way."""
    issues = tuple(f"issue_{number}" for number in range(luck.integers(1, 6)))
    momentum = float(luck.uniform(-1, 1))
    changes: dict[str, Any] = {**BRIEF, "issues": issues, "war.tau": float(luck.uniform())}
    changes |= {"war.momentum": momentum, "war.momentum_mean": momentum}
    for side in SIDES:
        changes[f"parties.{side}.strain"] = float(luck.uniform(0, 0.2))
        for issue in issues:
            changes[f"parties.{side}.points.{issue}"] = float(luck.uniform(1, 100))
    for issue in issues:
        changes[f"issues.{issue}.status_quo"] = float(luck.uniform())
        changes[f"issues.{issue}.war_share"] = float(luck.uniform())
    return changes


def frictions(luck: np.random.Generator, issues: tuple[str, ...]) -> dict[str, Any]:
    """Every friction at a random size; each is left out in one configuration of four."""
    found: dict[str, Any] = {}
    is_on = dict(zip(FRICTIONS, luck.uniform(size=len(FRICTIONS)) > 0.25, strict=True))
    for side in SIDES:
        optimism = float(luck.uniform(0, 0.8))
        if is_on["information"]:
            found |= {f"parties.{side}.optimism": optimism, f"parties.{side}.optimism_rest": optimism}
        if is_on["commitment"]:
            found[f"parties.{side}.fear"] = float(luck.uniform(0, 0.5))
        if is_on["trust"]:
            found[f"parties.{side}.trust"] = float(luck.uniform())
        if is_on["audience"]:
            found[f"tracks.ceasefire.audience_cost.{side}"] = float(luck.uniform(0, 0.3))
            found[f"parties.{side}.public_lines.{issues[0]}"] = float(luck.uniform())
            found[f"parties.{side}.audience_slope"] = float(luck.uniform(0, 2))
    if is_on["controllers"]:
        found["parties.Patron"] = {"role": "backer", "engagement": 0}
        found[f"issues.{issues[-1]}.controllers"] = ("Patron",)
    return found


def sizes(changes: dict[str, Any]) -> dict[str, bool]:
    marks = {name: name for name in FRICTIONS} | {"information": "optimism", "commitment": "fear"}
    return {friction: any(mark in path for path in changes) for friction, mark in marks.items()}


def n_with_a_reason(columns: dict[str, np.ndarray], tried: tuple[Any, ...]) -> int:
    """How many trials failed in a best week, none of them because fighting pays or the scope is too small."""
    assert not np.isin(columns["tag"], [TAGS.index("fighting_pays"), TAGS.index("scope")]).any(), tried
    return int(np.count_nonzero(columns["best_week"] >= 0))


@pytest.mark.parametrize("part", range(5))
def test_fighting_never_pays_where_all_issues_are_on_the_table(part: int) -> None:
    luck = np.random.default_rng([20250515, part])
    n_failed = 0
    for number in range(N_CONFIGURATIONS // 5):
        war = a_war(luck)
        added = frictions(luck, war["issues"])
        columns = simulate(minimal_scenario(**war, **added), number, 0, N_TRIALS)
        n_failed += n_with_a_reason(columns, (part, number, war, added))
        for friction, has_size in sizes(added).items():
            if not has_size:
                assert np.abs(columns[f"share_{friction}"]).max() < 1e-9, (part, number, friction)
    assert n_failed > 500  # the claim is not empty: many trials never had a range


def test_a_cheap_war_that_is_certain_does_not_pay_either() -> None:
    """A package that both prefer is then a narrow one, between the mixes that attribution looks at first."""
    luck = np.random.default_rng(19950602)
    n_failed = 0
    for number in range(N_CHEAP):
        war = a_war(luck) | {"war.tau": 0.0, "war.momentum_volatility": 0.0}
        war |= {f"parties.{side}.strain": float(luck.uniform(1e-4, 0.02)) for side in SIDES}
        added = frictions(luck, war["issues"])
        columns = simulate(minimal_scenario(**war, **added), number, 0, 4)
        n_failed += n_with_a_reason(columns, (number, war, added))
    assert n_failed > N_CHEAP


@pytest.mark.parametrize(
    ("for_a", "for_b", "expected"),
    [
        # From (0, 1) to (3, -1) the two meet a fifth of the way along, at 3/5.
        ((-1.0, 0.0, 3.0), (3.0, 1.0, -1.0), 0.6),
        # Where one is always below, its best end.
        ((2.0, 3.0, 4.0), (1.0, 0.5, -1.0), 1.0),
        ((-3.0, -2.0, -1.0), (4.0, 3.0, 2.0), -1.0),
        # Where no package is possible.
        ((-np.inf,) * 3, (-np.inf,) * 3, -np.inf),
    ],
)
def test_the_best_of_two_surpluses_is_where_they_cross_or_at_an_end(
    for_a: tuple[float, ...], for_b: tuple[float, ...], expected: float
) -> None:
    workspace = stepped(minimal_scenario(), 0, n_trials=1).workspace
    workspace.regimes["trust_a"] = workspace.regimes["trust_b"] = 1.0
    mixes = np.linspace(0, 1, workspace.gains_off.shape[-1])
    for side, gains in enumerate((for_a, for_b)):
        straight = np.isfinite(gains).all()
        workspace.gains_off[0, 0, side] = np.interp(mixes, (0, 0.5, 1), gains) if straight else gains[0]
    workspace.is_known[0, 0] = 1
    assert best_surplus(workspace, 0, 0) == pytest.approx(expected)


@pytest.mark.parametrize("part", range(5))
def test_without_any_friction_every_round_has_a_range(part: int) -> None:
    luck = np.random.default_rng([19950601, part])
    for number in range(N_CONFIGURATIONS // 5):
        columns = simulate(minimal_scenario(**a_war(luck)), number, 0, N_TRIALS)
        assert (columns["n_range_rounds"] == columns["n_rounds"]).all() and columns["n_rounds"].min() > 0
        assert not np.isin(columns["tag"], [TAGS.index(tag) for tag in ("fighting_pays", "scope", *FRICTIONS)]).any()
        assert all((columns[f"share_{friction}"] == 0).all() for friction in FRICTIONS)
