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
LEAST_COST = 0.018
"""Of a year of war to each side, in wars that cost anything to speak of.

Between two cuts of an issue gains count as linear, a quarter of the way at most: they are too low by up to ``gamma
lambda (1/4)^2 / 8G`` of G = 1/4, .0195 for the side that loses and .0156 for the side that wins, together .0352. A war
that costs less may be put down to fighting that pays; where a year of it would end at a cut it never is.
"""


def a_war(luck: np.random.Generator) -> dict[str, Any]:
    """Random stakes, weights, momentum and costs; every issue is on the table and nothing stands in the way."""
    issues = tuple(f"issue_{number}" for number in range(luck.integers(1, 6)))
    momentum = float(luck.uniform(-1, 1))
    changes: dict[str, Any] = {**BRIEF, "issues": issues}
    changes |= {"war.momentum": momentum, "war.momentum_mean": momentum}
    for side in SIDES:
        changes[f"parties.{side}.strain"] = float(luck.uniform(LEAST_COST, 0.2))
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


def cut_where_war_ends(war: dict[str, Any]) -> dict[str, Any]:
    """A track for nothing, which cuts every issue where a year of war would leave it."""
    gone, end = abs(war["war.momentum"]), float(war["war.momentum"] > 0)
    ends = {}
    for issue in war["issues"]:
        x0 = war[f"issues.{issue}.status_quo"]
        ends[issue] = x0 + war[f"issues.{issue}.war_share"] * gone * (end - x0)
    mark = {"general": False, "halts": False, "scope": war["issues"], "demands": {"North": ends}}
    return war | {"tracks.mark": mark}


def test_a_cheap_war_does_not_pay_either_and_what_steps_miss_is_bounded() -> None:
    """However cheap, if issues are cut where it would end; as it comes, what it seems to pay is less than .0352."""
    luck = np.random.default_rng(19950602)
    n_missed = 0
    for number in range(N_CHEAP):
        war = a_war(luck) | {"war.momentum_volatility": 0.0}
        war |= {f"parties.{side}.strain": float(10 ** luck.uniform(-7, -2)) for side in SIDES}
        columns = simulate(minimal_scenario(**cut_where_war_ends(war)), number, 0, 4)
        assert (columns["n_range_rounds"] == columns["n_rounds"]).all() and columns["n_rounds"].min() > 0
        missed = simulate(minimal_scenario(**war), number, 0, 4)["shortfall"].max()
        assert missed < 0.0352 - sum(war[f"parties.{side}.strain"] for side in SIDES)
        n_missed += missed > 0
    assert n_missed > 0


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        # In a pie by straight steps A has 1/2 - x less its need and B x - 1/2 less its own.
        ((0.0, 0.0), 0.0),
        ((-0.1, -0.2), 0.15),
        ((0.3, 0.1), -0.2),
        # Where one is always below, its best end.
        ((0.9, -0.9), -0.4),
        ((-0.9, 0.7), -0.2),
    ],
)
def test_the_best_of_two_surpluses_is_where_they_cross_or_at_an_end(
    needs: tuple[float, float], expected: float
) -> None:
    straight = {f"parties.{side}.{key}": value for side in SIDES for key, value in STRAIGHT.items()}
    for changes, found in (({}, expected), (CROSSED, -np.inf)):
        workspace = stepped(minimal_scenario(**straight, **changes), 0, n_trials=1).workspace
        workspace.tracks["best_need_a"][0], workspace.tracks["best_need_b"][0] = needs
        assert best_surplus(workspace, 0, 0) == pytest.approx(found)


STRAIGHT = {"curvature": 0, "loss_aversion": 1}
CROSSED = {"parties.North.red_lines.territory": 0.2, "parties.South.red_lines.territory": 0.8}
"""No package is possible."""


@pytest.mark.parametrize("part", range(5))
def test_without_any_friction_every_round_has_a_range(part: int) -> None:
    luck = np.random.default_rng([19950601, part])
    for number in range(N_CONFIGURATIONS // 5):
        columns = simulate(minimal_scenario(**a_war(luck)), number, 0, N_TRIALS)
        assert (columns["n_range_rounds"] == columns["n_rounds"]).all() and columns["n_rounds"].min() > 0
        assert not np.isin(columns["tag"], [TAGS.index(tag) for tag in ("fighting_pays", "scope", *FRICTIONS)]).any()
        assert all((columns[f"share_{friction}"] == 0).all() for friction in FRICTIONS)
