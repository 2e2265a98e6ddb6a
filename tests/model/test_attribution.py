"""Which reason a trial gets and what shares it, where the oracle does not look."""

from typing import Any

import numpy as np
import pytest

from sim.model.compiled import simulate
from sim.model.switches import COMMITMENT, INFORMATION
from sim.outcome_columns import TAGS
from tests.factories import FEAR, WEEKLY, both, minimal_scenario, stepped, week
from tests.model.entries import look_again, need_put_down_to


def fear_dips(at: int, weeks: int) -> list[dict[str, Any]]:
    """Both sides fear less for some weeks from week ``at``, though still too much for a halt."""
    return [
        {"name": f"{how} {number}", "date": week(number), "set": both(fear=fear)}
        for how, number, fear in (("less", at, 0.4), ("more", at + weeks, 0.5))
    ]


def test_the_best_week_is_the_first_of_the_closest_rounds() -> None:
    columns = simulate(minimal_scenario(**WEEKLY, **FEAR, events=fear_dips(5, 3)), 1, 0, 32)
    assert (columns["n_range_rounds"] == 0).all()
    assert (columns["best_week"] == 5).all()


def test_attribution_sees_the_line_of_the_best_week() -> None:
    """A front that moved for eleven weeks before the best round gives the reasons of a front that stood there."""
    moves = {**WEEKLY, **FEAR, "war.momentum": 0.5, "war.momentum_mean": 0.5, "issues.territory.war_share": 0.4}
    moves |= {"parties.South.trust": 0.4, "parties.South.optimism": 0.2, "parties.South.optimism_rest": 0.2}
    moves |= {"parties.North.public_lines.territory": 0.5, "parties.North.audience_slope": 1}
    moving = minimal_scenario(**moves, **{"issues.territory.front_per_week": 0.02}, events=fear_dips(10, 1))
    there = 0.5 + 11 * 0.02 * 0.5
    standing = minimal_scenario(**moves, **{"issues.territory.status_quo": there}, events=fear_dips(10, 1))
    one, other = simulate(moving, 1, 0, 32), simulate(standing, 1, 0, 32)
    assert one["shortfall"].min() > 0 and (one["best_week"] == 10).all()
    for name in ("shortfall", "tag", "best_week", *(column for column in one if column.startswith("share_"))):
        np.testing.assert_allclose(one[name], other[name], atol=1e-5, err_msg=name)


@pytest.mark.parametrize("order", [("near", "far"), ("far", "near")])
def test_the_closest_track_is_the_one_with_the_smaller_shortfall(order: tuple[str, str]) -> None:
    """Signing the far track costs both sides more: the near one is the closest wherever the file names it."""
    costs = {"near": {"North": 0.3, "South": 0.3}, "far": {"North": 0.6, "South": 0.6}}
    tracks = {name: {"general": True, "scope": ("territory",), "audience_cost": costs[name]} for name in order}
    data = minimal_scenario(**WEEKLY).model_dump(exclude_unset=True, exclude_none=True)
    columns = simulate(type(minimal_scenario()).model_validate({**data, "tracks": tracks}), 1, 0, 32)
    assert (columns["best_track"] == order.index("near")).all()


def two_issues(**changes: Any) -> dict[str, np.ndarray]:
    """North cares for the first issue, South for the second; neither can stop."""
    points = {"parties.North.points": {"one": 80, "two": 20}, "parties.South.points": {"one": 20, "two": 80}}
    changes = {**WEEKLY, **points, **both(fear=1), **changes}
    return simulate(minimal_scenario(issues=("one", "two"), **changes), 1, 0, 32)


def test_the_binding_issue_is_what_the_binding_side_has_most_at_stake() -> None:
    more = 1.5
    north, south = two_issues(**{"parties.North.fear": more}), two_issues(**{"parties.South.fear": more})
    assert (north["binding_party"] == 0).all() and (north["binding_issue"] == 0).all()
    assert (south["binding_party"] == 1).all() and (south["binding_issue"] == 1).all()


def test_an_issue_that_is_not_on_the_table_does_not_bind() -> None:
    columns = two_issues(**{"parties.North.fear": 1.5, "tracks.ceasefire.scope": ("two",)})
    assert (columns["binding_issue"] == 1).all()


def test_frictions_of_like_size_are_called_combined() -> None:
    """Fear, optimism and a line drawn in public, none of them more than half of what is missing."""
    sides = both(fear=0.3, strain=0.01, optimism=0.6, optimism_rest=0.6)
    costs = {"tracks.ceasefire.audience_cost": {"North": 0.3, "South": 0.3}, "issues.territory.war_share": 1}
    scenario = minimal_scenario(**WEEKLY, **sides, **costs)
    columns = simulate(scenario, 1, 0, 32)
    shares = {name: column[0] for name, column in columns.items() if name.startswith("share_") and column[0] > 0}
    assert set(shares) == {"share_information", "share_commitment", "share_audience"} and max(shares.values()) < 0.5
    assert (columns["tag"] == TAGS.index("combined")).all()


def test_what_is_put_down_to_fear_and_optimism_is_what_would_go_without_them() -> None:
    """In a short halt at momentum .3: the need falls by just that much once there is no fear, or no optimism."""
    war = {"war": {"momentum": 0.3, "momentum_mean": 0.3}, "issues.territory": {"war_share": 0.5, "status_quo": 0.4}}
    halt = {"tracks.ceasefire.length_days": 30, "assurances.monitoring": 0.5}
    optimism = {"parties.North.optimism": 0.2, "parties.South.optimism": 0.4}
    scenario = minimal_scenario(**WEEKLY, **FEAR, **war, **halt, **optimism)
    workspace = stepped(scenario, 1, n_trials=1).workspace
    assert workspace.tracks["best_week"][0] == 0
    for number, need in enumerate(("need_a", "need_b")):
        put_down_to_fear, to_optimism = (
            need_put_down_to(workspace, off, 0, number) for off in (COMMITMENT, INFORMATION)
        )
        needs = []
        for field in (None, "fear", "optimism"):
            if field:
                workspace.sides[field][number] = 0
            look_again(workspace, 0)
            needs.append(workspace.tracks[need][0])
        assert needs[0] == workspace.tracks[f"best_{need}"][0]
        assert needs[0] - needs[1] == pytest.approx(put_down_to_fear)
        assert needs[1] - needs[2] == pytest.approx(to_optimism)
        assert put_down_to_fear > 0 and to_optimism > 0


def test_a_range_by_a_hair_at_full_scope_is_a_matter_of_scope() -> None:
    """With almost no cost of war, a bare halt has no range and all issues together have one just about.

    Another track's demand cuts the land at .65, where a year of war would end.
    """
    mark = {"general": False, "halts": False, "scope": ("territory",), "demands": {"North": {"territory": 0.65}}}
    war = {**WEEKLY, "war.momentum": 0.5, "war.momentum_mean": 0.5, "issues.territory.war_share": 0.6}
    costs = {"parties.North.strain": 0.01, "parties.South.strain": 0}
    scenario = minimal_scenario(**war, **costs, **{"tracks.ceasefire.scope": (), "tracks.mark": mark})
    assert (simulate(scenario, 1, 0, 32)["tag"] == TAGS.index("scope")).all()
