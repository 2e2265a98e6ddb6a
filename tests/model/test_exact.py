"""Limit cases of the week with exact answers (docs/odd.md, section 3), run through the engine.

Frequencies are compared with their exact value at an error rate of 1e-6 per assertion. What two sides can agree on,
and for what, is in test_exact_ranges.py.
"""

import numpy as np
import pytest

from sim.model.compiled import simulate
from sim.outcome_columns import HALT_ENDS, TAGS
from sim.random_streams import Streams, philox_words
from tests.error_rates import assert_frequency, near
from tests.factories import LASTING, QUIET, SILENT, START, WEEKLY, both, minimal_scenario, stepped, week
from tests.model.entries import cost_of_war_to

NO_DEAL = {**QUIET, **both(strain=0, fear=1)}
AT_ONCE = both(usual_level=3, offer_rate=1)
SUMMIT = {"name": "summit", "date": START, "round": True}


def test_published_words_of_the_generator() -> None:
    """Known answer of Philox4x64-10 (Random123 test vectors): counter 0, key 0."""
    generator = np.random.Philox(key=np.zeros(2, np.uint64), counter=np.full(4, 2**64 - 1, np.uint64))
    expected = [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]
    assert [int(word) for word in generator.random_raw(4)] == expected


def test_words_do_not_depend_on_where_a_block_starts() -> None:
    whole = philox_words(7, 99, 3, 0, 0, 64)
    assert np.array_equal(philox_words(7, 99, 3, 0, 13, 20), whole[13:33])


def test_draws_are_uniform_normal_and_antithetic() -> None:
    streams = Streams(5, 0, 40_000)
    near(streams.uniform("x").mean(), 0.5, (12 * 40_000) ** -0.5)
    normal = streams.normal("x")
    assert np.array_equal(normal[::2], -normal[1::2])
    near(normal[::2].std(), 1, (2 * 20_000) ** -0.5)
    parameter = Streams(5, 0, 64).parameter("a.b")
    assert parameter[0] + parameter[1] == pytest.approx(1.0)
    assert len(parameter) == 4


def test_convening_at_a_weekly_chance_of_three_tenths() -> None:
    """Four weeks at .3, modifiers off: 1 - .7^4 = .7599 hold a round."""
    rounds = {"talks.convening_prob_per_week": 0.3, "talks.after_failure": 1}
    columns = simulate(minimal_scenario(**NO_DEAL, **rounds, horizon_weeks=4), 1, 0, 40_000)
    assert_frequency(columns["n_rounds"] > 0, 0.7599)


def test_momentum_spreads_as_theory_says() -> None:
    """Mean .139584 and sd .127793 after 52 updates from 0 to .15, theta .05, sigma .04, clip inactive."""
    scenario = minimal_scenario(**{**NO_DEAL, "war.momentum_volatility": 0.04, "war.momentum_mean": 0.15})
    pairs = stepped(scenario, 52, n_trials=40_000, seed=3).of("war", "momentum").reshape(-1, 2)
    assert pairs.mean() == pytest.approx(0.139584, abs=1e-6)  # exact: antithetic pairs share their mean
    near(pairs[:, 0].std(), 0.127793, 0.127793 / 200)


@pytest.mark.parametrize("weeks", [0, 1, 2, 4, 8, 13, 26, 39, 52])
def test_the_mean_cost_of_war_is_what_the_scenario_says_in_every_week(weeks: int) -> None:
    """Reversion .02, volatility .1 a week: mean .08 of the cost today and of the coming year's, in war and in peace.

    Without half the variance its mean would be .0909. The coming year keeps .625242 of today's deviation.
    """
    moves = both(strain=0.08, strain_reversion=0.02, strain_volatility=0.1)
    trials = stepped(minimal_scenario(**SILENT, **moves), weeks, n_trials=40_000, seed=11)
    for side, name in enumerate(("North", "South")):
        ahead = cost_of_war_to(trials, side)
        today = np.exp(trials.side(name, "log_strain") - trials.side(name, "strain_variance") / 2)
        np.testing.assert_allclose(ahead - 0.08, 0.6252417 * (today - 0.08), atol=1e-8)
        for cost in (today, ahead):
            pairs = cost.reshape(-1, 2).mean(axis=1)
            near(pairs.mean(), 0.08, pairs.std(ddof=1) / np.sqrt(len(pairs)), error_rate=2.7e-3)
        # It starts from its long-run spread: no transient.
        np.testing.assert_allclose(trials.side(name, "strain_variance"), 0.01 / (1 - 0.98**2))


def test_a_year_keeps_part_of_what_momentum_is_today() -> None:
    """f(.05) = .357907, f(.02) = .625242 of its distance to the mean; pressure that halves in 8 weeks keeps .2297."""
    for reversion, kept in ((0.05, 0.357907), (0.02, 0.625242)):
        trials = stepped(minimal_scenario(**{"war.momentum_reversion": reversion}), 0)
        assert trials.of("war", "momentum_ahead") == pytest.approx(np.full(4, kept), abs=5e-7)
    half_life = minimal_scenario(**{"war.pressure_half_life_weeks": 8})
    weekly = 0.5**0.125
    assert stepped(half_life, 0).of("war", "pressure_ahead") == pytest.approx(
        np.full(4, (1 - weekly**52) / (52 * (1 - weekly)))
    )


def test_competing_risks_of_a_halt_and_victory() -> None:
    """Weekly chances .02 and .005, victory first, halt absorbing: .583815, .146687, .269498."""
    hazard = float(-np.log(0.995) * np.exp(0.3))
    war = {"war.victory_hazard": hazard, "war.victory_slope": 1, "war.imposed_halt_prob": 0}
    talks = {"talks.convening_prob_per_week": 0.02, "talks.after_failure": 1, "talks.ripeness": 0}
    columns = simulate(minimal_scenario(**{**QUIET, **war, **talks, **AT_ONCE, **LASTING}), 2, 0, 40_000)
    assert_frequency(columns["halt_week"] >= 0, 0.583815)
    assert_frequency(columns["victory"] > 0, 0.146687)
    assert_frequency((columns["victory"] == 0) & (columns["halt_week"] < 0), 0.269498)
    assert np.array_equal(columns["durable_week"], columns["halt_week"])


def test_lasting_of_halts_in_the_engine() -> None:
    """h_early .140341, h_slow .0075, M = 1: .473940 are alive after 52 draws."""
    hazards = {"truces.early_hazard": 0.140341, "truces.slow_hazard": 0.0075}
    weeks = {"horizon_weeks": 4, "follow_up_weeks": 60}
    columns = simulate(minimal_scenario(**QUIET, **AT_ONCE, **hazards, **weeks, events=[SUMMIT]), 4, 0, 40_000)
    assert (columns["halt_week"] == 0).all()
    assert_frequency(columns["halt_weeks"] > 52, 0.473940 * np.exp(-0.0075 - 0.140341 * np.exp(-26)))


def test_a_ceasefire_still_in_force_after_180_days_got_through_26_draws() -> None:
    """The same hazards, h_slow + h_early exp(-age / 2), over ages 0 to 25: .575984."""
    hazards = {"truces.early_hazard": 0.140341, "truces.slow_hazard": 0.0075}
    weeks = {"horizon_weeks": 4, "follow_up_weeks": 26}
    columns = simulate(minimal_scenario(**QUIET, **AT_ONCE, **hazards, **weeks, events=[SUMMIT]), 4, 0, 40_000)
    lived = np.exp(-0.0075 * 26 - 0.140341 * (1 - np.exp(-13)) / (1 - np.exp(-0.5)))
    assert_frequency(columns["in_force_180_week"] == 0, float(lived))
    assert np.array_equal(columns["in_force_180_week"] == 0, columns["stage"] == 9)


@pytest.mark.parametrize(("draws", "stage"), [(4, 7), (13, 8), (26, 9)])
def test_a_ceasefire_that_collapses_at_the_last_draw_has_not_lasted(draws: int, stage: int) -> None:
    """About 30, 90 and 180 days are 4, 13 and 26 draws got through: to the trial, by the draw at which it collapsed."""
    weeks = {"horizon_weeks": 4, "follow_up_weeks": 30, "truces.early_hazard": 0, "truces.slow_hazard": 0.08}
    columns = simulate(minimal_scenario(**QUIET, **AT_ONCE, **weeks, events=[SUMMIT]), 4, 0, 4_000)
    for collapsed_at, has_lasted in ((draws - 1, False), (draws, False), (draws + 1, True)):
        these = (columns["halt_end"] == HALT_ENDS.index("collapse")) & (columns["halt_weeks"] == collapsed_at)
        assert np.count_nonzero(these) > 5
        assert ((columns["stage"][these] >= stage) == has_lasted).all()
        if draws == 26:
            assert ((columns["in_force_180_week"][these] == 0) == has_lasted).all()


@pytest.mark.parametrize("imposed", [0, 1])
def test_a_ceasefire_that_a_victor_imposes_is_an_ending_of_its_own(imposed: int) -> None:
    """It never collapses here, and counts in the broad tier alone."""
    war = {"war.victory_hazard": 5, "war.imposed_halt_prob": imposed}
    columns = simulate(minimal_scenario(**{**NO_DEAL, **LASTING, **war}), 4, 0, 512)
    assert (columns["victory"] > 0).all() and (columns["imposed"] == imposed).all()
    assert np.array_equal(columns["broad_week"], columns["victory_week"] if imposed else np.full(512, -1))
    assert all((columns[name] == -1).all() for name in ("durable_week", "in_force_180_week", "mutual_week"))
    assert (columns["tag"] == TAGS.index("victory")).all()


def test_full_information_leaders_and_full_rate_sign_at_the_middle() -> None:
    columns = simulate(minimal_scenario(**QUIET, **AT_ONCE, events=[SUMMIT]), 1, 0, 64)
    assert (columns["halt_week"] == 0).all()
    assert columns["halt_mix"] == pytest.approx(np.full(64, 0.5))
    assert columns["x_territory"] == pytest.approx(np.full(64, 0.5))


def test_holiday_windows() -> None:
    """Three windows at .2: broad .488; jointly agreed at .35 of those: mutual .195643."""
    chances = {"reciprocated_prob": 0.2, "agreed_share": 0.35}
    windows = [{"name": f"window {k}", "date": week(10 * k), **chances} for k in (1, 2, 3)]
    columns = simulate(minimal_scenario(**NO_DEAL, windows=windows), 6, 0, 40_000)
    assert_frequency(columns["broad_week"] >= 0, 0.488)
    assert_frequency(columns["mutual_week"] >= 0, 0.195643)
    assert (columns["durable_week"] < 0).all()


def test_aides_without_a_call_home_sign_no_halt() -> None:
    aides = {**both(level_cap=1), "talks.call_home_prob": 0, "talks.convening_prob_per_week": 0.9}
    columns = simulate(minimal_scenario(**QUIET, **aides), 1, 0, 2_048)
    assert columns["n_range_rounds"].min() > 0
    assert max(columns[tier].max() for tier in ("durable_week", "mutual_week", "broad_week", "limited_week")) == -1


@pytest.mark.parametrize("own", [1, 2])
@pytest.mark.parametrize("cap", [3, 0])
def test_attendance_rings(own: int, cap: int) -> None:
    """ "Comes if the next comes": all come; with one fixed at level 0, none come any higher than by themselves."""
    hosts = {f"parties.{name}": {"role": "mediator", "usual_level": own, "level_cap": 3} for name in "PQ"}
    hosts["parties.R"] = {"role": "mediator", "usual_level": min(own, cap), "level_cap": cap}
    rules = [{"party": a, "level": 3, "when": {b: 3}} for a, b in (("P", "Q"), ("Q", "R"), ("R", "P"))]
    trials = stepped(minimal_scenario(**WEEKLY, **hosts, attendance=rules), 1)
    expected = {"P": 3, "Q": 3, "R": 3} if cap else {"P": own, "Q": own, "R": 0}
    assert {name: trials.third_party(name, "level").tolist() for name in "PQR"} == {
        name: [level] * 4 for name, level in expected.items()
    }


def test_a_halt_of_thirty_days_that_serves_its_term_is_durable() -> None:
    fear = {"name": "fear", "date": week(2), "set": {"parties.North.fear": 1}}
    term = {"tracks.ceasefire.length_days": 30, "truces.upgrade_prob": 0}
    columns = simulate(minimal_scenario(**QUIET, **AT_ONCE, **LASTING, **term, events=[SUMMIT, fear]), 1, 0, 64)
    assert (columns["durable_week"] == 0).all()
    assert (columns["halt_weeks"] == 4).all() and (columns["halt_end"] == 2).all()
