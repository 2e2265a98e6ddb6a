"""Mechanisms one at a time, where the oracle cannot see: luck by name, attribution, records, events, edges."""

from typing import Any

import numpy as np
import pytest

from sim.model.compiled import simulate
from sim.model.state import IN_CEASEFIRE
from sim.random_streams import Streams, stream_key
from sim.scenario.mirror import mirror
from sim.scenario.sampling.parameter_draws import draw_columns
from tests.factories import FEAR, LASTING, QUIET, SILENT, START, WEEKLY, both, minimal_scenario, stepped, week
from tests.model.entries import blame_of, cost_of_war_to, factor_on_hazard
from tests.oracle.oracle import tell


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
    """A decision and a party do not run together; test_numbers has golden keys."""
    assert len({stream_key(*name) for name in (("a", "bc"), ("ab", "c"), ("abc", ""), ("", "abc"))}) == 4


def test_own_luck_is_shared_with_nobody_and_draws_of_parameters_are() -> None:
    """Correlations of 4,096 columns below 5 standard errors; the parameters of a draw stay the same."""
    shared, one, other = (Streams(5, 0, 8_192, independent_stream=name) for name in ("", "One", "Two"))
    for draw in ("uniform", "normal"):
        table = np.corrcoef([getattr(streams, draw)("press", "Backer", 3)[::2] for streams in (shared, one, other)])
        assert np.abs(table[np.triu_indices(3, 1)]).max() < 5 / np.sqrt(4_096)
    np.testing.assert_array_equal(shared.parameter("war.momentum"), one.parameter("war.momentum"))
    np.testing.assert_array_equal(
        one.uniform("press", "Backer"), Streams(5, 0, 8_192, independent_stream="One").uniform("press", "Backer")
    )


def test_own_luck_reaches_the_trials() -> None:
    scenario = minimal_scenario(**QUIET)
    rounds = [simulate(scenario, 1, 0, 256, independent_stream=name)["n_rounds"] for name in ("", "One", "One")]
    assert (rounds[0] != rounds[1]).any()
    np.testing.assert_array_equal(rounds[1], rounds[2])


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


@pytest.mark.parametrize(("horizon", "counts"), [(4, False), (12, True)])
def test_a_settlement_counts_only_if_it_came_before_the_horizon(horizon: int, counts: bool) -> None:
    """A halt of four weeks that is upgraded when its term is over, before or after the horizon."""
    tracks = {
        "ceasefire": {"general": True, "scope": ("territory",), "length_days": 28},
        "peace": {"general": True, "scope": ("territory",), "settles": True, "least_level": 3},
    }
    ministers = {**both(usual_level=2, level_cap=2, offer_rate=1), "talks.call_home_prob": 0}
    calm = {**LASTING, "truces.upgrade_prob": 1}
    scenario = minimal_scenario(**{**WEEKLY, **ministers, **calm}, tracks=tracks, horizon_weeks=horizon)
    columns = simulate(scenario, 1, 0, 32)
    assert (columns["halt_track"] == 0).all() and (columns["halt_end"] == 0).all()
    assert ((columns["settlement_week"] == columns["halt_week"] + 4) == counts).all()
    assert ((columns["settlement_week"] >= 0) == counts).all()


def test_a_holiday_counts_only_before_the_horizon() -> None:
    for number, counted in ((3, 3), (4, -1)):
        window = {"name": "feast", "date": week(number), "reciprocated_prob": 1, "agreed_share": 1}
        columns = simulate(minimal_scenario(**SILENT, windows=(window,), horizon_weeks=4), 1, 0, 32)
        assert (columns["broad_week"] == counted).all() and (columns["mutual_week"] == counted).all()


def test_pressure_fades_after_the_horizon_too() -> None:
    """Half of it is gone after a half-life, wherever the horizon lies."""
    event = {"name": "sanctions", "date": START, "pressure": {"South": 0.08}}
    quiet = {**SILENT, "war.pressure_half_life_weeks": 10}
    trials = stepped(minimal_scenario(**quiet, events=(event,), horizon_weeks=4), 20)
    assert trials.side("South", "pressure") == pytest.approx(np.full(4, 0.02))


@pytest.mark.parametrize("engagement", [0, 1])
def test_a_guarantor_whose_limits_are_broken_withholds_its_share(engagement: float) -> None:
    """Three quarters of the guarantees are lost where the halt breaks the guarantor's limits - or where it has left."""
    strict = {"guarantor_share": 0.75, "limits": {"territory": (0.0, 0.3)}, "engagement": engagement}
    mild = {"guarantor_share": 0.25, "limits": {"territory": (0.4, 0.6)}}
    parties = {"parties.Strict": {"role": "backer", **strict}, "parties.Mild": {"role": "backer", **mild}}
    guarantees = {"assurances.guarantee_credibility": 1, "truces.guarantee_ratio": 0.25}
    trials = stepped(minimal_scenario(**WEEKLY, **both(offer_rate=1), **parties, **guarantees), 1)
    assert (trials.of("trial", "phase") == IN_CEASEFIRE).all()
    assert trials.of("ceasefire", "withheld") == pytest.approx(np.full(4, 0.75 * engagement))
    assert factor_on_hazard(trials.workspace) == pytest.approx(0.25**0.25)


def test_momentum_stays_between_its_ends() -> None:
    """Neither a wide start nor an offensive takes it beyond 1."""
    event = {"name": "offensive", "date": START, "momentum_shift": 0.9}
    scenario = minimal_scenario(**QUIET, **{"war.momentum": 0.5, "war.momentum_spread": 1}, events=(event,))
    momentum = stepped(scenario, 0, n_trials=512).of("war", "momentum")
    assert momentum.min() == -1 and momentum.max() == 1
    # A week later it has reverted by a twentieth from where the offensive had taken it.
    later = stepped(scenario, 1, n_trials=512).of("war", "momentum")
    np.testing.assert_allclose(later, 0.95 * np.minimum(momentum + 0.9, 1), rtol=0, atol=1e-15)
    assert later.max() == 0.95


def test_victory_goes_to_the_side_that_momentum_favours_and_at_nought_to_either() -> None:
    """B wins above 0, A below; at exactly 0 by chance, which the mirror image turns around (256 trials, z < 4.9)."""
    for momentum in (-0.1, 0.0, 0.1):
        sure = {**QUIET, "war.victory_hazard": 50, "war.momentum": momentum, "war.momentum_mean": momentum}
        scenario = minimal_scenario(**sure)
        winner = simulate(scenario, 1, 0, 256)["victory"]
        if momentum:
            assert (winner == (2 if momentum > 0 else 1)).all()
        else:
            assert abs((winner == 2).mean() - 0.5) < 4.9 * 0.5 / np.sqrt(256)
            np.testing.assert_array_equal(winner, 3 - simulate(mirror(scenario), 1, 0, 256)["victory"])


def test_optimism_never_overshoots_its_rest() -> None:
    """All is learnt at once where learning, sped up by a skilled mediator, would be more than all."""
    host = {"role": "mediator", "skill": 1, "usual_level": 3}
    learning = {"war.learning": 0.6, "war.talk_learning": 2, "parties.North.optimism": 0.5}
    scenario = minimal_scenario(**WEEKLY, **FEAR, **learning, **{"parties.Host": host})
    for weeks in (1, 2, 3):
        optimism = stepped(scenario, weeks).side("North", "optimism")
        assert (optimism >= 0).all()
    assert optimism == pytest.approx(np.zeros(4))


def test_a_front_beyond_an_ideal_stays_where_it_is() -> None:
    """It does not jump back to the ideal of the side that gains."""
    beyond = {"parties.South.ideal_point.territory": 0.8, "issues.territory.status_quo": 0.95}
    moves = {"issues.territory.front_per_week": 0.01, "war.momentum": 0.5, "war.momentum_mean": 0.5}
    trials = stepped(minimal_scenario(**SILENT, **beyond, **moves), 5)
    assert trials.issue("territory", "status_quo") == pytest.approx(np.full(4, 0.95))


def test_offers_exactly_close_enough_are_split() -> None:
    """Sides that never move, .8 apart, sign at once where .8 is close enough, and never where it is not."""
    for close, signs in ((0.8, True), (0.79, False)):
        still = {**both(offer_rate=0), "talks.close_enough": close}
        columns = simulate(minimal_scenario(**WEEKLY, **still), 1, 0, 32)
        assert ((columns["halt_week"] == 0) == signs).all()


def test_a_backer_blames_distance_and_absence_of_each_side() -> None:
    """Leaders of North and aides of South, both .4 from the backer's own mix of .5: 1.8 and 1.8 + 2/3."""
    levels = {"parties.North.usual_level": 3, "parties.South.usual_level": 1}
    workspace = stepped(minimal_scenario(**levels, **{"parties.Patron": {"role": "backer"}}), 0).workspace
    for side, expected in ((0, 1.8), (1, 1.8 + 2 / 3)):
        assert blame_of(workspace, 0, side) == pytest.approx(expected)


def test_levels_rise_by_two_at_most() -> None:
    aides = {**both(usual_level=1, level_cap=1), "talks.call_home_prob": 0, "talks.level_shift_prob": 1}
    scenario = minimal_scenario(**{**WEEKLY, **aides})
    for weeks, lift in ((1, 1), (2, 2), (3, 2), (6, 2)):
        trials = stepped(scenario, weeks)
        assert (trials.of("outcome", "n_range_rounds") == weeks).all() and (trials.of("talks", "lift") == lift).all()


def test_leverage_of_a_mediator_ends_when_it_leaves() -> None:
    """A standing cost of fighting on, until an event takes the mediator away."""
    host = {"role": "mediator", "leverage": {"North": 0.07}}
    event = {"name": "leaves", "date": week(2), "set": {"parties.Host.engagement": 0}}
    scenario = minimal_scenario(**SILENT, **{"parties.Host": host}, events=(event,))
    for weeks, cost in ((1, 0.12), (2, 0.12), (3, 0.05)):
        assert cost_of_war_to(stepped(scenario, weeks), 0) == pytest.approx(np.full(4, cost))


def test_optimism_given_at_the_outset_has_aged_by_the_start() -> None:
    """A war of 735 days keeps .25 + .75 exp(-2.012) of it, and is told so by the oracle too."""
    aged = {**WEEKLY, "war.optimism_ages": True, "parties.North.optimism": 0.5, "issues.territory.war_share": 0.6}
    scenario = minimal_scenario(**aged)
    left = 0.25 + 0.75 * np.exp(-735 / 365.25)
    assert stepped(scenario, 0).side("North", "optimism") == pytest.approx(np.full(4, 0.5 * left))
    columns = simulate(scenario, 1, 0, 32)
    for name in ("halt_week", "n_rounds", "halt_mix"):
        np.testing.assert_allclose(columns[name], [story[name] for story in tell(scenario, 1, range(32))], atol=1e-6)
