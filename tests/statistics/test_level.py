"""The level of the odds: worked values, what it must never do, and intervals of differences by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import gamma

from sim.results.compare import compare
from sim.statistics import estimates
from sim.statistics.estimates import Odds, odds
from sim.statistics.level import BASE, FILE_ALONE, ROW_ALONE, Level, base_headline, gamma_sd, half_width, pooled
from sim.statistics.paired_differences import paired_difference
from tests.dashboards.factories import ceasefire, failure, made_run, mixed
from tests.error_rates import COVERS_95, two_stage
from tests.factories import minimal_scenario

SHARES = st.floats(0.0001, 0.9999)
LENGTHS = st.integers(1, 100_000)
PLAIN = Level()


def half_way(reference: float) -> Level:
    """A file alone: half its own log odds and half those of the reference class."""
    return Level(0.5 * float(logit(reference)), 0.5, 0.5, smooths=True, reference=reference)


def test_weights_sum_to_one_and_are_those_of_the_decision() -> None:
    assert [sum(weights) for weights in (BASE, FILE_ALONE, ROW_ALONE)] == pytest.approx([1, 1, 1])
    assert FILE_ALONE == (0, 0.75, 0.25)
    assert BASE == (0.5, 0.35, 0.15)


def test_the_pool_is_the_geometric_mean_of_the_odds() -> None:
    # Odds 1/4 and 1: mean 1/2, which is a third. Odds 9 and 1/9: mean 1.
    assert pooled((0.2, 0.5), (0.5, 0.5)) == pytest.approx(1 / 3, abs=1e-15)
    assert pooled((np.array([0.9, 0.2]), np.array([0.1, 0.5])), (0.5, 0.5)) == pytest.approx([0.5, 1 / 3])
    assert pooled((0.2, 0.5, 1.0), (1, 0, 0)) == pytest.approx(0.2)


def test_a_base_is_the_weighted_mean_of_three_and_never_falls() -> None:
    record, file, reference = (np.array(of) for of in ([0.3, 0.2], [0.1, 0.12], [0.05, 0.1]))
    found = base_headline(record, file, reference)
    by_hand = expit(BASE.record * logit(0.3) + BASE.file * logit(0.1) + BASE.reference * logit(0.05))
    assert found[0] == pytest.approx(by_hand)
    assert found[1] >= found[0]


def test_without_a_reference_class_its_weight_goes_to_the_other_two() -> None:
    both = BASE.record + BASE.file
    by_hand = expit((BASE.record * logit(0.3) + BASE.file * logit(0.1)) / both)
    assert base_headline(np.array([0.3]), np.array([0.1]), None) == pytest.approx([by_hand])


def test_the_headline_of_counts_by_hand() -> None:
    # 30 of 99: (30.5 / 69.5 * .2 / .8)^.5 = .331228, over 1.331228.
    assert half_way(0.2).at(30 / 99, 99) == pytest.approx(0.248814, abs=1e-6)
    assert PLAIN.at(30 / 99, 99) == 30 / 99


def test_no_event_is_never_zero_and_no_failure_never_one() -> None:
    # (.5 / 1000.5 * .2 / .8)^.5 = .0111775 and its mirror image against .8.
    assert half_way(0.2).at(0.0, 1000) == pytest.approx(0.0111775 / 1.0111775, abs=1e-7)
    assert half_way(0.8).at(1.0, 1000) == pytest.approx(1 / 1.0111775, abs=1e-7)
    assert PLAIN.at(0.0, 1000) == 0.0


@given(SHARES, SHARES, LENGTHS)
def test_the_headline_of_a_file_lies_between_model_and_reference(share: float, reference: float, n: int) -> None:
    smoothed = (share * n + 0.5) / (n + 1)
    found = half_way(reference).at(share, n)
    assert min(smoothed, reference) - 1e-12 <= found <= max(smoothed, reference) + 1e-12


@given(st.integers(0, 640), SHARES)
def test_ends_of_the_monte_carlo_interval_move_as_the_odds_do(hits: int, reference: float) -> None:
    plain = odds(np.arange(640) % 640 < hits)
    found = half_way(reference).headline(plain)
    assert 0 <= found.lo <= found.p <= found.hi <= 1
    assert found.mc_lo <= found.p <= found.mc_hi
    assert (found.model, found.model_lo, found.model_hi) == (plain.p, plain.lo, plain.hi)
    if 0 < plain.mc_lo:
        assert found.mc_lo == half_way(reference).at(plain.mc_lo, 640)


def test_the_band_adds_the_reach_of_each_source_in_quadrature() -> None:
    file = Odds(0.2, 0.1, 0.4, 0.19, 0.21, 100_000, 20_000)
    one = Level(intercept=0.3, slope=1.0, file_weight=0.3, other_sd=0.5)
    found, centre = one.headline(file), logit(0.2) + 0.3
    low = np.hypot(0.3 * (logit(0.2) - logit(0.1)), 1.644854 * 0.5)
    high = np.hypot(0.3 * (logit(0.4) - logit(0.2)), 1.644854 * 0.5)
    assert (found.lo, found.p, found.hi) == pytest.approx(expit([centre - low, centre, centre + high]), abs=1e-7)
    alone = Level(intercept=0.3, file_weight=0.3).headline(file)
    assert found.lo < alone.lo < alone.p < alone.hi < found.hi


def test_a_short_run_has_no_band_whatever_the_other_sources_say() -> None:
    few = odds(np.arange(320) % 2 == 0)
    found = Level(intercept=0.3, other_sd=0.5, smooths=True).headline(few)
    assert found.lo == found.hi == pytest.approx(found.p)


def test_the_spread_of_the_reference_class_is_that_of_its_rate() -> None:
    rates = gamma(3.5, scale=1 / 267.9).rvs(200_000, random_state=1)
    of_draws = logit(-np.expm1(-rates * 365 / estimates.DAYS_PER_MONTH))
    low, high = np.quantile(of_draws, (0.05, 0.95))
    assert gamma_sd(365, 3, 267.9) == pytest.approx((high - low) / (2 * 1.644854), rel=0.01)


def test_an_end_at_nought_is_a_limit_and_stays_there() -> None:
    found = half_way(0.2).headline(odds(np.zeros(1000, bool)))
    assert (found.lo, found.mc_lo, found.model) == (0, 0, 0)
    assert 0 < found.p < found.hi == found.mc_hi


def test_a_plain_level_changes_nothing() -> None:
    plain = odds(np.arange(640) % 5 == 0)
    beside = {"model": plain.p, "model_lo": plain.lo, "model_hi": plain.hi, "reference": None, "record": None}
    assert PLAIN.headline(plain).as_dict() == {**plain.as_dict(), **beside}


@given(SHARES, SHARES)
def test_the_level_of_another_event_goes_through_its_weighted_share(share: float, p: float) -> None:
    assert half_way(0.2).through(share, p).at(share, 1000) == pytest.approx(p)
    assert half_way(0.2).through(share, share).is_plain


def test_a_level_is_raised_and_never_lowered() -> None:
    one = half_way(0.2)
    assert one.raised_to(0.5, 0.3, 1000).at(0.3, 1000) == pytest.approx(0.5)
    assert one.raised_to(0.01, 0.3, 1000) is one


def test_half_width_waits_for_ten_events_and_is_that_of_the_headline() -> None:
    hits = np.zeros(100_000, bool)
    hits[:9000:1000] = True
    assert np.count_nonzero(hits) == 9
    assert half_width(odds(hits), PLAIN) == half_width(odds(hits), half_way(0.1)) == float("inf")
    hits[50_000] = True
    assert half_width(odds(hits), PLAIN) < 0.001
    even = np.arange(6400) % 2 == 0
    # At a half the slope is half that of the model; against odds of a half the headline is a half too.
    assert half_width(odds(even), half_way(0.5)) == pytest.approx(half_width(odds(even), PLAIN) / 2, rel=1e-3)


@given(st.integers(1, 998), SHARES)
def test_the_slope_is_the_derivative(hits: int, reference: float) -> None:
    step, one = 1e-7, half_way(reference)
    ends = [one.at(hits / 999 + side * step, 999) for side in (-1, 1)]
    assert one.slope_at(hits / 999, 999) == pytest.approx((ends[1] - ends[0]) / (2 * step), rel=1e-4, abs=1e-7)
    assert PLAIN.slope_at(hits / 999, 999) == 1


def test_a_difference_at_plain_levels_is_the_plain_one() -> None:
    base, variant = np.arange(640) % 5 == 0, np.arange(640) % 4 == 0
    sums = (variant.astype(int) - base).reshape(20, 32).sum(axis=1)
    reach = estimates.student_quantile(0.95, 19) * np.sqrt(20 / 19 * np.sum((sums - sums.mean()) ** 2)) / 640
    assert paired_difference(base, variant) == pytest.approx((0.05, 0.05 - reach, 0.05 + reach), rel=1e-12)


def test_an_difference_at_a_level_by_hand() -> None:
    # Four clusters with 8, 8, 8, 8 events in the base and 16, 12, 8, 8 in the variant: the base's clusters do not
    # differ, the variant's lie 5, 1, -3, -3 around 11.
    base = np.tile(np.arange(32) < 8, 4)
    variant = base.copy()
    variant[:16] = True
    variant[32:44] = True
    heads = [(h / (129 - h) * 0.2 / 0.8) ** 0.5 for h in (32.5, 44.5)]
    p_base, p_variant = (head / (1 + head) for head in heads)
    share = 44.5 / 129
    steep = 0.5 * p_variant * (1 - p_variant) / (share * (1 - share)) * 128 / 129
    reach = 3.182446 * steep * np.sqrt(4 / 3 * (25 + 1 + 9 + 9)) / 128  # Student's t with 3 degrees of freedom
    found = paired_difference(base, variant, (half_way(0.2), half_way(0.2)))
    assert found[0] == pytest.approx(p_variant - p_base, abs=1e-12)
    assert (found[2] - found[1]) / 2 == pytest.approx(reach, abs=1e-6)


def test_equal_runs_differ_by_no_more_than_zero_changes_allow() -> None:
    hits = np.arange(1000) % 4 == 0
    difference, low, high = paired_difference(hits, hits, (half_way(0.25), half_way(0.25)))
    assert difference == 0
    # At the reference's own odds the headline moves half as far as the model: 1 - .025 ** (1 / n) = .003682.
    assert high == -low == pytest.approx(0.003682 / 2, rel=0.02)


def test_a_run_without_an_event_does_not_look_exactly_known() -> None:
    some, never = np.arange(3200) % 16 == 0, np.zeros(3200, bool)
    difference, low, high = paired_difference(some, never, (half_way(0.1), half_way(0.1)))
    assert difference < 0
    unseen = half_way(0.1).at(1 - 0.025 ** (1 / 3200), 3200) - half_way(0.1).at(0.0, 3200)
    assert (high - low) / 2 == pytest.approx(unseen)  # every cluster of the other run is alike
    assert paired_difference(never, never, (half_way(0.1), half_way(0.1)))[2] == pytest.approx(unseen, rel=1e-6)
    assert paired_difference(np.zeros(20, bool), np.ones(20, bool), (half_way(0.5), half_way(0.5)))[1:] == (-1, 1)


def test_the_interval_of_a_difference_at_a_level_covers() -> None:
    # Base .2, variant .2 + .8 * .05 in clusters; true headlines follow from the true odds.
    truth = pooled((0.24, 0.14), (0.5, 0.5)) - pooled((0.2, 0.14), (0.5, 0.5))

    def inside(stage: int, n: int) -> int:
        luck, count = np.random.default_rng([12, stage]), 0
        for _ in range(n):
            base, turned = (
                (luck.random((625, 32)) < luck.beta(p * k, (1 - p) * k, (625, 1))).ravel()
                for p, k in ((0.2, 6), (0.05, 3))
            )
            _, low, high = paired_difference(base, base | turned, (half_way(0.14), half_way(0.14)))
            count += low <= truth <= high
        return count

    two_stage(inside, 600, COVERS_95)


def test_a_comparison_keeps_the_models_own_difference_beside_the_headlines() -> None:
    base, more = mixed(8, 56, name="base"), mixed(16, 48, name="more")
    cell = compare(base, more)["tiers"]["durable"]["365"]
    assert (cell["base"], cell["variant"]) == (base.odds("durable", 365).p, more.odds("durable", 365).p)
    assert cell["difference"] == pytest.approx(cell["variant"] - cell["base"])
    assert cell["model_difference"] == 8 / 64
    mutual = compare(base, more)["tiers"]["mutual"]["365"]
    assert (mutual["base"], mutual["variant"]) == pytest.approx(
        (base.odds("mutual", 365).p, more.odds("mutual", 365).p)
    )


def test_a_stored_summary_of_old_does_not_hide_the_headline(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Runs kept by an earlier version hold another level in summary.json; opened, they show what a new run shows."""
    from sim.execution.run import run
    from sim.results.run import open_run

    scenario = minimal_scenario(reference_class={"ties": 3, "months_at_risk": 267.9, "source": "test"})
    fresh = run(scenario, trials=64, out=tmp_path / "kept", name="kept")
    opened = open_run(tmp_path / "kept")
    assert "summary" not in opened.__dict__
    assert opened.summary == fresh.summary
    assert opened.summary["tiers"]["durable"]["365"]["p"] == opened.odds("durable", 365).p


def test_a_run_of_failures_and_one_of_successes_still_have_a_headline() -> None:
    never, always = made_run([failure()] * 64), made_run([ceasefire(1)] * 64)
    for one in (never, always):
        found = one.odds("durable", 365)
        assert found.model in (0, 1)
        assert 0 < found.p < 1
