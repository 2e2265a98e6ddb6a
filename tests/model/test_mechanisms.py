"""Mechanisms one at a time, where the oracle cannot see: luck by name, attribution, records, events, edges."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from sim.experiment.compare import compare
from sim.experiment.estimates import design_effect, intraclass_correlation, odds, paired_difference, wilson
from sim.experiment.run import Run
from sim.experiment.summary import commonest_effect, summarise
from sim.model import NegotiationModel, simulate
from sim.model.anatomy import TAGS
from sim.model.streams import Streams, stream_key
from sim.scenario.mirror import mirror
from sim.scenario.priors import draw_columns
from sim.theory.bargaining import GRID, nash_mix
from sim.theory.utility import audience_loss
from tests.builders import minimal_scenario

START = date(2025, 1, 6)
QUIET: dict[str, Any] = {"war.momentum_volatility": 0, "war.victory_hazard": 0}
LEADERS = {"parties.North.usual_level": 3, "parties.South.usual_level": 3}
WEEKLY = {**QUIET, **LEADERS, "talks.convening_prob_per_week": 1, "talks.after_failure": 1}
FEAR = {"parties.North.fear": 0.5, "parties.South.fear": 0.5}


def week(number: int) -> date:
    return START + timedelta(weeks=number)


# -- luck: the oracle draws from the same streams, so it cannot tell ---------------------------------------


def test_every_decision_party_and_week_has_luck_of_its_own() -> None:
    """Correlations of 4,096 uniforms below 5 standard errors, and no two columns alike."""
    streams = Streams(5, 0, 4_096)
    names = [("press", "One", 3), ("press", "Two", 3), ("quit", "One", 3), ("press", "One", 4)]
    for draw in (streams.uniform, streams.normal):
        table = np.corrcoef([draw(*name)[::2] for name in names])
        assert np.abs(table[np.triu_indices(4, 1)]).max() < 5 / np.sqrt(2_048)


def test_every_parameter_has_luck_of_its_own() -> None:
    """Two parameters of one scenario are drawn independently: correlation of 512 pairs below 5 standard errors."""
    streams = Streams(5, 0, 16_384)
    one, other = streams.parameter("parties.North.strain"), streams.parameter("parties.South.strain")
    assert abs(np.corrcoef(one[::2], other[::2])[0, 1]) < 5 / np.sqrt(512)


def test_names_of_streams_are_told_apart() -> None:
    """A decision and a party do not run together, and the name is the same on every machine."""
    assert len({stream_key(*name) for name in (("a", "bc"), ("ab", "c"), ("abc", ""), ("", "abc"))}) == 4
    assert stream_key("press", "One") == PRESS_ONE


PRESS_ONE = 0x3A38ACFE721E2D29


def test_a_block_may_start_inside_a_draw() -> None:
    """Trials 8 to 39 alone are those trials of a longer run, parameter draws included."""
    scenario = minimal_scenario(
        **WEEKLY, **FEAR, **{"parties.North.strain": {"dist": "uniform", "low": 0.0, "high": 0.2}}
    )
    whole, part = simulate(scenario, 3, 0, 64), simulate(scenario, 3, 8, 32)
    for name, column in part.items():
        np.testing.assert_array_equal(column, whole[name][8:40], err_msg=name)


# -- joint draws -------------------------------------------------------------------------------------------


def joint_scenario(path: str, mode: str, **changes: Any) -> Any:
    joint = ({"file": "draws.csv", "columns": {path: "a"}, "mode": mode, "source": "test"},)
    return minimal_scenario(joint=joint, **changes)


def test_a_multiplied_joint_draw_stays_within_its_range(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Optimism .6 times 2 is cut to 1."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "draws.csv").write_text("a\n0.5\n2\n")
    scenario = joint_scenario("parties.North.optimism", "multiply", **{"parties.North.optimism": 0.6})
    drawn = draw_columns(scenario, lambda name: np.array([0.25, 0.75]))
    np.testing.assert_allclose(drawn["parties.North.optimism"], [0.3, 1.0])


@pytest.mark.parametrize("mode", ["value", "multiply"])
def test_a_joint_draw_of_a_scale_is_turned_around_by_the_mirror(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """The mirror image draws 1 - x of the status quo and -m of momentum from the same rows."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "draws.csv").write_text("a\n0.2\n0.9\n")
    for path, value in {"issues.territory.status_quo": 0.7, "war.momentum": 0.4}.items():
        scenario = joint_scenario(path, mode, **{path: value})
        here, there = (
            draw_columns(one, lambda name: np.array([0.25, 0.75]))[path] for one in (scenario, mirror(scenario))
        )
        np.testing.assert_allclose(there, 1 - here if path.startswith("issues") else -here)


# -- attribution -------------------------------------------------------------------------------------------


def fear_dips(at: int, weeks: int) -> list[dict[str, Any]]:
    """Both sides fear less for some weeks from week ``at``, though still too much for a halt."""
    sides = ("North", "South")
    return [
        {"name": f"{how} {number}", "date": week(number), "set": {f"parties.{side}.fear": fear for side in sides}}
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
    fear = {"parties.North.fear": 1, "parties.South.fear": 1}
    return simulate(minimal_scenario(issues=("one", "two"), **{**WEEKLY, **points, **fear, **changes}), 1, 0, 32)


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
    scenario = minimal_scenario(
        **WEEKLY,
        **{
            "parties.North.fear": 0.3,
            "parties.South.fear": 0.3,
            "tracks.ceasefire.audience_cost": {"North": 0.3, "South": 0.3},
            "parties.North.strain": 0.01,
            "parties.South.strain": 0.01,
            "issues.territory.war_share": 1,
            "parties.North.optimism": 0.6,
            "parties.South.optimism": 0.6,
            "parties.North.optimism_rest": 0.6,
            "parties.South.optimism_rest": 0.6,
        },
    )
    columns = simulate(scenario, 1, 0, 32)
    shares = {name: column[0] for name, column in columns.items() if name.startswith("share_") and column[0] > 0}
    assert set(shares) == {"share_information", "share_commitment", "share_audience"} and max(shares.values()) < 0.5
    assert (columns["tag"] == TAGS.index("combined")).all()


def test_what_is_put_down_to_fear_and_optimism_is_what_would_go_without_them() -> None:
    """In a short halt at momentum .3: the need falls by just that much once there is no fear, or no optimism."""
    scenario = minimal_scenario(
        **WEEKLY,
        **FEAR,
        **{
            "tracks.ceasefire.length_days": 30,
            "war.momentum": 0.3,
            "war.momentum_mean": 0.3,
            "issues.territory.war_share": 0.5,
            "issues.territory.status_quo": 0.4,
            "assurances.monitoring": 0.5,
            "parties.North.optimism": 0.2,
            "parties.South.optimism": 0.4,
        },
    )
    model = NegotiationModel(scenario, n_trials=4)
    trials, track = np.arange(4), model.tracks[0]
    for side in model.sides:
        before = side.needed_gain(track, trials)
        fear, mistaken = track.fear_in_need(side, trials), track.optimism_in_need(side, trials)
        side.fear[:] = 0
        without_fear = side.needed_gain(track, trials)
        side.optimism[:] = 0
        assert before - without_fear == pytest.approx(fear)
        assert without_fear - side.needed_gain(track, trials) == pytest.approx(mistaken)
        assert (fear > 0).all() and (mistaken > 0).all()


def test_a_range_by_a_hair_at_full_scope_is_a_matter_of_scope() -> None:
    """With certain war and almost no cost, a bare halt has no range and all issues together have one just about."""
    scenario = minimal_scenario(
        **WEEKLY,
        **{
            "war.momentum": 0.5,
            "war.momentum_mean": 0.5,
            "war.tau": 0,
            "issues.territory.war_share": 0.6,
            "tracks.ceasefire.scope": (),
            "parties.North.strain": 0.01,
            "parties.South.strain": 0,
        },
    )
    assert (simulate(scenario, 1, 0, 32)["tag"] == TAGS.index("scope")).all()


# -- after the horizon -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("horizon", "counts"), [(4, False), (12, True)])
def test_a_settlement_counts_only_if_it_came_before_the_horizon(horizon: int, counts: bool) -> None:
    """A halt of four weeks that is upgraded when its term is over, before or after the horizon."""
    tracks = {
        "ceasefire": {"general": True, "scope": ("territory",), "length_days": 28},
        "peace": {"general": True, "scope": ("territory",), "settles": True, "least_level": 3},
    }
    ministers = {f"parties.{side}.{key}": 2 for side in ("North", "South") for key in ("usual_level", "level_cap")}
    rates = {f"parties.{side}.offer_rate": 1 for side in ("North", "South")}
    calm = {"truces.early_hazard": 0, "truces.slow_hazard": 0, "truces.upgrade_prob": 1, "talks.call_home_prob": 0}
    scenario = minimal_scenario(**{**WEEKLY, **ministers, **rates, **calm}, tracks=tracks, horizon_weeks=horizon)
    columns = simulate(scenario, 1, 0, 32)
    assert (columns["halt_track"] == 0).all() and (columns["halt_end"] == 0).all()
    assert ((columns["settlement_week"] == columns["halt_week"] + 4) == counts).all()
    assert ((columns["settlement_week"] >= 0) == counts).all()


@pytest.mark.parametrize(("number", "counts"), [(3, True), (4, False)])
def test_a_holiday_counts_only_before_the_horizon(number: int, counts: bool) -> None:
    window = {"name": "feast", "date": week(number), "reciprocated_prob": 1, "agreed_share": 1}
    scenario = minimal_scenario(**QUIET, **{"talks.convening_prob_per_week": 0}, windows=(window,), horizon_weeks=4)
    columns = simulate(scenario, 1, 0, 32)
    for tier in ("broad_week", "mutual_week"):
        assert (columns[tier] == (number if counts else -1)).all()


def test_pressure_fades_after_the_horizon_too() -> None:
    """Half of it is gone after a half-life, wherever the horizon lies."""
    event = {"name": "sanctions", "date": START, "pressure": {"South": 0.08}}
    quiet = {**QUIET, "talks.convening_prob_per_week": 0, "war.pressure_half_life_weeks": 10}
    model = NegotiationModel(minimal_scenario(**quiet, events=(event,), horizon_weeks=4), n_trials=4)
    for _ in range(20):
        model.step()
    assert model.side("South").pressure == pytest.approx(np.full(4, 0.02))


# -- mechanisms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engagement", [0, 1])
def test_a_guarantor_whose_limits_are_broken_withholds_its_share(engagement: float) -> None:
    """Three quarters of the guarantees are lost where the halt breaks the guarantor's limits - or where it has left."""
    scenario = minimal_scenario(
        **WEEKLY,
        **{
            "parties.North.offer_rate": 1,
            "parties.South.offer_rate": 1,
            "parties.Strict": {
                "role": "backer",
                "guarantor_share": 0.75,
                "limits": {"territory": (0.0, 0.3)},
                "engagement": engagement,
            },
            "parties.Mild": {"role": "backer", "guarantor_share": 0.25, "limits": {"territory": (0.4, 0.6)}},
            "assurances.guarantee_credibility": 1,
            "truces.guarantee_ratio": 0.25,
        },
    )
    model = NegotiationModel(scenario, n_trials=4)
    model.step()
    assert model.is_in_halt.all()
    assert model.truces.withheld == pytest.approx(np.full(4, 0.75 * engagement))
    assert model.truces.multiplier(np.arange(4)) == pytest.approx(np.full(4, 0.25**0.25))


def test_momentum_stays_between_its_ends() -> None:
    """Neither a wide start nor an offensive takes it beyond 1."""
    event = {"name": "offensive", "date": START, "momentum_shift": 0.9}
    scenario = minimal_scenario(**QUIET, **{"war.momentum": 0.5, "war.momentum_spread": 1}, events=(event,))
    model = NegotiationModel(scenario, n_trials=512)
    assert model.war.momentum.min() == -1 and model.war.momentum.max() == 1
    model.events.step()
    assert model.war.momentum.max() == 1


def test_victory_goes_to_side_b_only_where_momentum_favours_it() -> None:
    """B wins above 0; at exactly 0, as below, A does (docs/odd.md, 3.1)."""
    for momentum, winner in ((-0.1, 1), (0.0, 1), (0.1, 2)):
        sure = {**QUIET, "war.victory_hazard": 50, "war.momentum": momentum, "war.momentum_mean": momentum}
        assert (simulate(minimal_scenario(**sure), 1, 0, 32)["victory"] == winner).all()


def test_optimism_never_overshoots_its_rest() -> None:
    """All is learnt at once where learning, sped up by a skilled mediator, would be more than all."""
    host = {"role": "mediator", "skill": 1, "usual_level": 3}
    learning = {"war.learning": 0.6, "war.talk_learning": 2, "parties.North.optimism": 0.5}
    model = NegotiationModel(minimal_scenario(**WEEKLY, **FEAR, **learning, **{"parties.Host": host}), n_trials=4)
    for _ in range(3):
        model.step()
        assert (model.side("North").optimism >= 0).all()
    assert model.side("North").optimism == pytest.approx(np.zeros(4))


def test_a_front_beyond_an_ideal_stays_where_it_is() -> None:
    """It does not jump back to the ideal of the side that gains."""
    beyond = {"parties.South.ideal_point.territory": 0.8, "issues.territory.status_quo": 0.95}
    moves = {"issues.territory.front_per_week": 0.01, "war.momentum": 0.5, "war.momentum_mean": 0.5}
    quiet = {**QUIET, "talks.convening_prob_per_week": 0}
    model = NegotiationModel(minimal_scenario(**quiet, **beyond, **moves), n_trials=4)
    for _ in range(5):
        model.step()
    assert model.war.status_quo["territory"] == pytest.approx(np.full(4, 0.95))


def test_offers_exactly_close_enough_are_split() -> None:
    """Sides that never move, .8 apart, sign at once where .8 is close enough, and never where it is not."""
    still = {"parties.North.offer_rate": 0, "parties.South.offer_rate": 0}
    for close, signs in ((0.8, True), (0.79, False)):
        columns = simulate(minimal_scenario(**WEEKLY, **still, **{"talks.close_enough": close}), 1, 0, 32)
        assert ((columns["halt_week"] == 0) == signs).all()


def test_a_backer_blames_distance_and_absence_of_each_side() -> None:
    """Leaders of North and aides of South, both .4 from the backer's own mix of .5: 1.8 and 1.8 + 2/3."""
    levels = {"parties.North.usual_level": 3, "parties.South.usual_level": 1}
    model = NegotiationModel(minimal_scenario(**levels, **{"parties.Patron": {"role": "backer"}}), n_trials=4)
    for side, expected in zip(model.sides, (1.8, 1.8 + 2 / 3), strict=True):
        assert model.backers[0].blame(side) == pytest.approx(np.full(4, expected))


def test_levels_rise_by_two_at_most() -> None:
    model = NegotiationModel(minimal_scenario(**QUIET, **{"talks.level_shift_prob": 1}), n_trials=4)
    for _ in range(5):
        model.convening.learn_from(np.arange(4), np.ones(4, dtype=bool))
    assert (model.convening.lift == 2).all()


def test_leverage_of_a_mediator_ends_when_it_leaves() -> None:
    """A standing cost of fighting on, until an event takes the mediator away."""
    host = {"role": "mediator", "leverage": {"North": 0.07}}
    event = {"name": "leaves", "date": week(2), "set": {"parties.Host.engagement": 0}}
    quiet = {**QUIET, "talks.convening_prob_per_week": 0}
    model = NegotiationModel(minimal_scenario(**quiet, **{"parties.Host": host}, events=(event,)), n_trials=4)
    for cost in (0.12, 0.12, 0.05):
        model.step()
        assert np.broadcast_to(model.side("North").cost_of_war(np.arange(4)), (4,)) == pytest.approx(np.full(4, cost))


# -- theory ------------------------------------------------------------------------------------------------


def test_a_text_on_a_plateau_is_its_middle() -> None:
    """Mixes .4 to .6 name one package, which has the largest product of surpluses: .5, not .4."""
    gain = np.where(GRID < 0.4, GRID, np.where(GRID <= 0.6, 0.4, GRID - 0.2))
    assert float(nash_mix(gain, gain[::-1], 0.0, 0.0)) == pytest.approx(0.5)


def test_an_audience_never_rewards() -> None:
    """Beyond a line that lies on the far side of the own ideal, moving toward the ideal neither costs nor earns."""
    assert audience_loss(0.3, public_line=0.1, ideal_point=0.4, end=-1) == 0
    assert audience_loss(0.7, public_line=0.9, ideal_point=0.6, end=1) == 0
    assert audience_loss(0.9, public_line=0.5, ideal_point=0.4, end=-1) == pytest.approx(0.24)


# -- from counts to odds (tests/experiment) ----------------------------------------------------------------


def test_a_last_cluster_of_fewer_trials_counts_by_its_size() -> None:
    """32 trials with no event and 8 that all are: sums 0 and 8 around p = .2 of 32 and of 8."""
    hits = np.arange(40) >= 32
    squares = 6.4**2 + 6.4**2
    assert design_effect(hits) == pytest.approx(2 * squares / 40**2 * 40 / (0.2 * 0.8))
    difference, low, high = paired_difference(np.zeros(40, bool), hits)
    assert difference == pytest.approx(0.2)
    assert (low, high) == (-1, 1)  # one degree of freedom: t is 12.7
    base = np.zeros(72, bool)
    variant = base.copy()
    variant[[0, 64, 65]] = True  # sums 1, 0, 2 in clusters of 32, 32, 8 around p = 1 / 24
    squares = (1 - 32 / 24) ** 2 + (32 / 24) ** 2 + (2 - 8 / 24) ** 2
    reach = 4.302653 * np.sqrt(1.5 * squares) / 72
    assert paired_difference(base, variant)[2] == pytest.approx(1 / 24 + reach, abs=1e-6)


def test_luck_within_a_draw_is_that_of_whole_pairs() -> None:
    """Means of pairs (.5, .5), (1, .5), (0, .5): between .0625 - (.25 / 3) / 2, over p (1 - p) = .25."""
    hits = np.array([1, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0], bool)
    assert intraclass_correlation(hits, size=4) == pytest.approx((0.0625 - 0.25 / 6) / 0.25)


def test_one_cluster_tells_no_interval_of_a_difference() -> None:
    assert paired_difference(np.zeros(20, bool), np.arange(20) < 5) == (0.25, -1.0, 1.0)


def test_few_failures_borrow_like_few_events_and_certainty_is_never_reported() -> None:
    """The mirror image of an event has the mirror image of its odds; a borrowed effect never narrows."""
    rare = np.zeros(3_200, bool)
    rare[[5, 700, 1900]] = True
    for hits in (rare, np.zeros(640, bool)):
        one, other = odds(hits, 4.0), odds(~hits, 4.0)
        assert (one.mc_lo, one.mc_hi, one.lo, one.hi) == pytest.approx(
            (1 - other.mc_hi, 1 - other.mc_lo, 1 - other.hi, 1 - other.lo)
        )
    assert odds(np.ones(640, bool)).lo < 1
    clustered = np.zeros(3_200, bool)
    clustered[:9] = True
    assert design_effect(clustered) > 8
    assert odds(clustered, 4.0).mc_hi == pytest.approx(wilson(9 / 3_200, 3_200 / design_effect(clustered))[1])


def made_up(**changes: Any) -> dict[str, np.ndarray]:
    """Columns of 64 trials in which nothing happened, but for ``changes``."""
    columns = simulate(minimal_scenario(**QUIET, **{"talks.convening_prob_per_week": 0}), 1, 0, 64)
    for name, value in changes.items():
        columns[name] = np.broadcast_to(np.asarray(value, dtype=columns[name].dtype), (64,)).copy()
    return columns


def test_a_comparison_is_variant_less_base_side_by_side() -> None:
    """16 more trials are durable, half of them by 30 days; 8 more victories of A, and 4 of B after the horizon."""
    number = np.arange(64)
    scenario = minimal_scenario()
    base = Run(scenario, "base", 1, made_up())
    late = np.where(number < 8, 3, np.where(number < 16, 30, -1))
    victory = np.where((number >= 20) & (number < 28), 1, np.where(number >= 60, 2, 0))
    victory_week = np.where(victory == 1, 10, np.where(victory == 2, 52, -1))
    variant = Run(scenario, "variant", 1, made_up(durable_week=late, victory=victory, victory_week=victory_week))
    found = compare(base, variant)
    assert found["n_changed"] == 16
    cells = found["tiers"]["durable"]
    assert [cells[days]["difference"] for days in ("30", "90", "180", "365")] == [0.125, 0.125, 0.125, 0.25]
    assert (cells["365"]["base"], cells["365"]["variant"]) == (0, 0.25)
    assert (found["victory"]["A"]["difference"], found["victory"]["B"]["difference"]) == (0.125, 0)


def test_a_summary_of_made_up_trials() -> None:
    """A quarter of trials signed at 0, .1, ..., 1.5; an eighth failed by fear; a quarter talked without a range."""
    number = np.arange(64)
    columns = made_up(
        stage=np.where(number < 16, 4, np.where(number < 32, 1, 0)),
        halt_week=np.where(number < 16, 2, -1),
        x_territory=np.where(number < 16, number / 15, np.nan),
        tag=np.where(number < 8, TAGS.index("commitment"), np.where(number < 16, TAGS.index("process"), -1)),
        share_commitment=np.where(number < 8, 0.75, 0),
        share_trust=np.where(number < 8, 0.25, 0),
        victory=np.where(number >= 48, 2, 0),
        victory_week=np.where(number >= 48, np.where(number < 56, 51, 52), -1),
    )
    summary = summarise(minimal_scenario(), "made up", 1, columns)
    assert {stage["stage"]: stage["p"] for stage in summary["funnel"]}["signed"] == 0.25
    assert {stage["stage"]: stage["p"] for stage in summary["funnel"]}["talks held"] == 0.5
    assert (summary["anatomy"]["commitment"], summary["anatomy"]["process"]) == (0.5, 0.5)
    assert (summary["frictions"]["commitment"], summary["frictions"]["trust"]) == (0.75, 0.25)
    assert summary["victory"] == {"A": 0.0, "B": 0.125}
    assert summary["terms"]["n_halts"] == 16
    assert summary["terms"]["issues"]["territory"] == pytest.approx(
        {"mean": 0.5, "q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
    )


def test_the_reference_class_stands_beside_durable_odds_alone() -> None:
    scenario = minimal_scenario(reference_class={"ties": 4.5, "months_at_risk": 12, "source": "test"})
    tiers = summarise(scenario, "x", 1, made_up())["tiers"]
    assert tiers["durable"]["365"]["reference"] == pytest.approx(1 - 2**-5, abs=1e-4)
    assert tiers["mutual"]["365"]["reference"] is None and tiers["broad"]["365"]["reference"] is None


def test_the_effect_that_rare_events_borrow_is_the_largest() -> None:
    """Durable halts by whole clusters, broad ones spread evenly: 64 trials of two clusters have an effect of 64."""
    number = np.arange(64)
    columns = made_up(durable_week=np.where(number < 32, 1, -1), broad_week=np.where(number % 2, 1, -1))
    assert commonest_effect(columns, minimal_scenario()) == pytest.approx(64)
