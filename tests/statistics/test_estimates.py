"""Intervals: hand-computed values, limits, and coverage by simulation with a stated error rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sim.statistics.conditional_odds import conditional_odds
from sim.statistics.estimates import (
    FEWEST_DRAWS,
    design_effect,
    has_band,
    intraclass_correlation,
    odds,
    parameter_band,
    reference_odds,
    wilson,
)
from sim.statistics.level import Level, half_width
from sim.statistics.paired_differences import paired_difference
from tests.error_rates import COVERS_95, near, two_stage


def spread(shares: list[float], per_group: int) -> np.ndarray:
    """Groups of trials, the first ``share`` of each of which are events."""
    return np.concatenate([np.arange(per_group) < round(share * per_group) for share in shares])


def test_wilson_worked_example() -> None:
    # 8 of 10 at z = 1.959964: centre (.8 + z2/20)/(1 + z2/10) = .716740, reach .226563.
    low, high = wilson(0.8, 10)
    assert low == pytest.approx(0.490162, abs=1e-6)
    assert high == pytest.approx(0.943318, abs=1e-6)


def test_limits_without_events_and_without_others_are_exact() -> None:
    # Clopper and Pearson: the share at which nothing in n trials has chance .025. Of 3: 1 - .025 ** (1/3) = .707598.
    assert wilson(0.0, 3) == (0.0, pytest.approx(0.707598, abs=1e-6))
    assert wilson(1.0, 3) == (pytest.approx(0.292402, abs=1e-6), 1.0)
    assert wilson(0.0, 1000) == (0.0, pytest.approx(0.003682084, abs=1e-9))
    assert wilson(0.0, 3, level=0.90)[1] == pytest.approx(1 - 0.05 ** (1 / 3))
    assert wilson(0.0, 0) == wilson(1.0, 0) == (0.0, 1.0)


@given(st.integers(1, 400), st.floats(0.5, 0.99))
def test_limits_at_the_ends_are_those_of_scipy_and_meet_the_rest(n: int, level: float) -> None:
    exact = binomtest(0, n).proportion_ci(level, "exact").high
    assert wilson(0.0, n, level)[1] == pytest.approx(exact)
    assert wilson(1.0, n, level)[0] == pytest.approx(1 - exact)
    if n > 1 and level >= 0.9:  # one event never has a lower upper limit than none
        assert wilson(1 / n, n, level)[1] >= exact


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_holds_its_estimate_and_stays_in_range(n: int, share: float) -> None:
    p = round(share * n) / n
    low, high = wilson(p, n)
    assert 0 <= low <= p <= high <= 1


def test_design_effect_of_identical_clusters_is_the_cluster_size() -> None:
    # Clusters of all or nothing: variance of the mean is that of k coins, 32 times that of 32 k.
    hits = spread([1, 0] * 50, 32)
    assert design_effect(hits) == pytest.approx(32 * 100 / 99)


def test_design_effect_of_equal_clusters_is_bounded_below() -> None:
    assert design_effect(spread([0.5] * 40, 32)) == 0.5


@pytest.mark.parametrize("hits", [np.zeros(640, bool), np.ones(640, bool), np.zeros(20, bool), np.zeros(0, bool)])
def test_design_effect_is_one_where_nothing_can_be_told(hits: np.ndarray) -> None:
    assert design_effect(hits) == 1.0


def test_intraclass_correlation_by_hand() -> None:
    # Two draws of two pairs each: all four events, none. No noise within, so between is the variance of (1, 0), .5,
    # over p (1 - p) = .25, cut at 1.
    assert intraclass_correlation(np.array([1, 1, 1, 1, 0, 0, 0, 0], bool), size=4) == 1.0
    # Every draw alike: nothing lies between them.
    assert intraclass_correlation(spread([0.5] * 10, 16)) == 0.0


def test_band_finds_the_spread_of_a_known_beta() -> None:
    # Odds by draw from Beta(2, 6): 5 and 95 % quantiles .0534 and .5207 (tables of the incomplete beta function).
    luck = np.random.default_rng(1)
    hits = (luck.random((5000, 16)) < luck.beta(2, 6, (5000, 1))).ravel()
    low, high = parameter_band(hits)
    # Standard errors of the fitted quantiles at 5,000 draws, measured over 300 seeds.
    near(low, 0.0534, 0.0020)
    near(high, 0.5207, 0.0059)


def test_band_ignores_luck_that_pairs_cancel() -> None:
    # Each pair holds exactly one event, so draws do not differ at all; a binomial reading would see less than chance.
    hits = np.tile([True, False], 800)
    assert parameter_band(hits) == (0.5, 0.5)


def test_no_event_is_never_reported_as_certain() -> None:
    result = odds(np.zeros(20_000, bool))
    assert (result.p, result.lo, result.mc_lo) == (0, 0, 0)
    assert result.hi == result.mc_hi == pytest.approx(1 - 0.025 ** (1 / 20_000))


def test_a_run_of_few_draws_has_no_band() -> None:
    # 736 trials are 46 draws; with 45 there is none, whatever they say.
    draws = np.repeat(np.arange(46) % 2 == 0, 16)
    assert (parameter_band(draws)[0] < 0.01) and (parameter_band(draws)[1] > 0.99)
    few = odds(draws[:720])
    assert few.lo == few.hi == few.p
    assert [has_band(n) for n in (20, 720, 721, 736)] == [False, False, True, True]


def test_fewest_draws_are_those_of_wilks() -> None:
    covered = [1 - n * 0.9 ** (n - 1) + (n - 1) * 0.9**n for n in (FEWEST_DRAWS - 1, FEWEST_DRAWS)]
    assert covered[0] < 0.95 <= covered[1]


def test_one_cluster_says_nothing_of_how_far_more_trials_would_move_the_number() -> None:
    one = odds(np.arange(20) < 5)
    assert (one.mc_lo, one.mc_hi) == (0, 1)
    # Two clusters of 8 and 16 of 32: a design effect of 64 (sums +-4) 2 x 32 / 64^2 / (15/64) = 4.27, times 42.03.
    two = odds(spread([0.25, 0.5], 32))
    worth = 64 / (4.2666667 * (12.7062 / 1.959964) ** 2)
    assert (two.mc_lo, two.mc_hi) == pytest.approx(wilson(0.375, worth), rel=1e-5)


@pytest.mark.parametrize("clusters", [2, 5, 10, 20])
def test_more_trials_change_the_number_by_no_more_than_is_said(clusters: int) -> None:
    """Of few clusters as well: with a normal interval two clusters would cover about .75."""
    luck = np.random.default_rng(20)
    found = [odds(clustered(luck, 0.3, 6.0, clusters)) for _ in range(200)]
    assert sum(abs(one.p - 0.3) <= max(one.mc_hi - one.p, one.p - one.mc_lo) for one in found) >= 180


def test_rare_events_borrow_the_design_effect_of_common_ones() -> None:
    hits = np.zeros(3200, bool)
    hits[[5, 700, 1900]] = True
    assert odds(hits, borrowed_effect=4.0).mc_hi > odds(hits).mc_hi


def test_conditional_odds_count_only_the_trials_that_are_given() -> None:
    # Six of eight in one cluster, none of eight in the other: p = 3/8; deviations 6 - 3, 0 - 3; 2 * 18 / 256 over
    # (15/64) / 16 is a design effect of 9.6.
    given = np.zeros(64, bool)
    given[:8] = given[32:40] = True
    hits = np.ones(64, bool)
    hits[[6, 7, *range(32, 64)]] = False
    result = conditional_odds(hits, given)
    assert (result.p, result.n, result.n_events) == (3 / 8, 16, 6)
    # Two clusters leave one degree of freedom: Student's t, 12.7062, in place of 1.959964.
    assert (result.mc_lo, result.mc_hi) == pytest.approx(wilson(3 / 8, 16 / 9.6 / (12.7062 / 1.959964) ** 2), rel=1e-5)


def test_conditional_odds_without_a_case_know_nothing_and_without_an_event_say_how_little() -> None:
    none = conditional_odds(np.ones(64, bool), np.zeros(64, bool))
    assert np.isnan(none.p) and (none.lo, none.hi, none.n) == (0, 1, 0)
    never = conditional_odds(np.zeros(64, bool), np.arange(64) < 20)
    assert (never.p, never.lo) == (0, 0)
    worth = 20 / (12.7062 / 1.959964) ** 2
    assert never.hi == never.mc_hi == pytest.approx(1 - 0.025 ** (1 / worth), rel=1e-5)


def test_the_band_of_conditional_odds_finds_a_known_beta_in_draws_of_unequal_size() -> None:
    # Odds by draw from Beta(2, 6), of which a third to two thirds of the trials are asked; errors measured as above.
    luck = np.random.default_rng(5)
    given = (luck.random((5000, 16)) < luck.uniform(0.33, 0.67, (5000, 1))).ravel()
    hits = (luck.random((5000, 16)) < luck.beta(2, 6, (5000, 1))).ravel()
    result = conditional_odds(hits, given)
    near(result.lo, 0.0534, 0.0029)
    near(result.hi, 0.5207, 0.0078)
    even = conditional_odds(luck.random(80_000) < 0.3, given)
    assert even.lo == even.hi == even.p


def test_reference_class_worked_example() -> None:
    # 4.5 / 12 months: a = 5, b = 12; after 365 days (11.992 months) 1 - (1.99932)^-5.
    assert reference_odds(365.25, 4.5, 12) == pytest.approx(1 - 2**-5, abs=1e-12)
    assert reference_odds(0, 3, 100) == 0


def test_paired_difference_by_hand() -> None:
    # Four clusters; the variant wins 8 more of 32 in one, 4 in another: sums 8, 4, 0, 0 around 3 each.
    base = np.zeros(128, bool)
    variant = base.copy()
    variant[:8] = True
    variant[32:36] = True
    difference, low, high = paired_difference(base, variant)
    assert difference == pytest.approx(12 / 128)
    reach = 3.182446 * np.sqrt(4 / 3 * (25 + 1 + 9 + 9)) / 128  # Student's t with 3 degrees of freedom
    assert (low, high) == pytest.approx((difference - reach, difference + reach), abs=1e-6)


def test_paired_difference_of_equal_runs_is_not_exactly_known() -> None:
    hits = np.arange(1000) % 3 == 0
    difference, low, high = paired_difference(hits, hits)
    assert difference == 0
    assert high == -low == pytest.approx(1 - 0.025 ** (1 / 1000))


def test_paired_difference_of_runs_that_differ_throughout_is_not_exactly_known() -> None:
    never, always = np.zeros(1000, bool), np.ones(1000, bool)
    assert paired_difference(never, always) == (1.0, pytest.approx(0.025 ** (1 / 1000)), 1.0)
    assert paired_difference(always, never) == (-1.0, -1.0, pytest.approx(-(0.025 ** (1 / 1000))))


def test_paired_difference_needs_equal_lengths() -> None:
    with pytest.raises(ValueError, match="equally many"):
        paired_difference(np.zeros(3, bool), np.zeros(4, bool))


def clustered(luck: np.random.Generator, p: float, concentration: float, clusters: int) -> np.ndarray:
    """Trials in clusters of 32 whose odds come from a Beta with mean p."""
    by_cluster = luck.beta(p * concentration, (1 - p) * concentration, (clusters, 1))
    return (luck.random((clusters, 32)) < by_cluster).ravel()


@pytest.mark.parametrize(("p", "seed"), [(0.5, 1), (0.17, 2), (0.03, 3)])
def test_monte_carlo_interval_covers_clustered_trials(p: float, seed: int) -> None:
    # Ignoring the clusters would cover about .5 here.
    def inside(stage: int, n: int) -> int:
        luck = np.random.default_rng([seed, stage])
        found = (odds(clustered(luck, p, 6.0, 300)) for _ in range(n))
        return sum(one.mc_lo <= p <= one.mc_hi for one in found)

    two_stage(inside, 2_000, COVERS_95)


def test_paired_interval_covers() -> None:
    # The variant turns 5 % of trials into events, in clusters of very unequal odds.
    def inside(stage: int, n: int) -> int:
        luck = np.random.default_rng([11, stage])
        count = 0
        for _ in range(n):
            base, turned = clustered(luck, 0.2, 6.0, 625), clustered(luck, 0.05, 3.0, 625)
            _, low, high = paired_difference(base, base | turned)
            count += low <= 0.05 * 0.8 <= high
        return count

    two_stage(inside, 600, COVERS_95)


def stopped_early(luck: np.random.Generator, p: float) -> np.ndarray:
    """Blocks of 1,024 trials until the interval is as narrow as six blocks should make it, at most twenty blocks."""
    wanted = 1.96 * (p * (1 - p) / 6144) ** 0.5
    hits = np.zeros(0, dtype=bool)
    while len(hits) < 20 * 1024:
        hits = np.concatenate([hits, luck.random(1024) < p])
        if half_width(odds(hits), Level()) <= wanted:
            break
    return hits


@pytest.mark.parametrize("p", [0.5, 0.1, 0.01, 0.001])
@pytest.mark.parametrize("rule", ["fixed", "stopped"])
@pytest.mark.parametrize("times", [600, pytest.param(10_000, marks=pytest.mark.slow)])
def test_intervals_cover_with_and_without_the_stopping_rule(p: float, rule: str, times: int) -> None:
    def inside(stage: int, n: int) -> int:
        luck = np.random.default_rng([7, stage])
        count = 0
        for _ in range(n):
            result = odds(luck.random(20_000) < p if rule == "fixed" else stopped_early(luck, p))
            count += result.mc_lo <= p <= result.mc_hi
        return count

    two_stage(inside, times, COVERS_95)
