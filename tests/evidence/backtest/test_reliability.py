"""Reliability bins, the exact decomposition of the Brier score, and coverage of intervals of event times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evidence.backtest.reliability import (
    Coverage,
    event_intervals,
    interval_coverage,
    reliability,
)
from sim.statistics.estimates import wilson

EXACT = {"rel": 0, "abs": 1e-12}
NAN = np.nan
HALVES = (0.0, 0.5, 1.0)


def test_bins_by_hand() -> None:
    found = reliability([0.1, 0.3, 0.5, 0.9, 1.0, 0.7], [0, 1, 1, 1, 0, NAN], ["a", "a", "b", "c", "c", "d"], HALVES)
    low, high = found
    assert (low.lower_edge, low.upper_edge, low.n, low.n_wars) == (0.0, 0.5, 2, 1)
    assert (low.mean_forecast, low.observed) == pytest.approx((0.2, 0.5), **EXACT)
    # One war: two rows count as one.
    assert (low.observed_low, low.observed_high) == pytest.approx(wilson(0.5, 1, 0.9), **EXACT)
    assert (high.n, high.n_wars) == (3, 2)  # .5 and 1 belong to the upper bin
    assert (high.mean_forecast, high.observed) == pytest.approx((0.8, 2 / 3), **EXACT)
    # Wars b (1 of 1) and c (1 of 2) deviate by 1/3 each from 2/3: variance 2 (2/9) / 9 = 4/81, of three coins 2/27.
    # Two thirds of that, and rows never count for more than one.
    assert (high.observed_low, high.observed_high) == pytest.approx(wilson(2 / 3, 3, 0.9), **EXACT)


def test_rows_of_a_war_that_agree_count_as_one() -> None:
    # Ten wars of four rows, all alike within a war: design effect 4 x 10/9, so 9 effective rows.
    wars = np.repeat(np.arange(10), 4)
    found = reliability(np.full(40, 0.3), (wars < 3).astype(float), wars)
    assert [(one.n, one.n_wars) for one in found] == [(40, 10)]
    assert (found[0].observed_low, found[0].observed_high) == pytest.approx(wilson(0.3, 9, 0.9), **EXACT)


def test_a_bin_without_events_has_an_interval_that_counts_wars() -> None:
    (found,) = reliability(np.full(12, 0.05), np.zeros(12), np.arange(12) // 4)
    assert (found.observed_low, found.observed_high) == (0.0, wilson(0.0, 3, 0.9)[1])


def test_edges_run_from_nought_to_one() -> None:
    for edges in [(0.0,), (0.1, 1.0), (0.0, 0.9), (0.0, 0.5, 0.5, 1.0)]:
        with pytest.raises(ValueError, match="edges"):
            reliability([0.5], [1], ["a"], edges)


cells = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0, NAN]), st.integers(0, 5)), min_size=1, max_size=60
)


@given(cells)
def test_bins_hold_every_scored_row_once(rows: list[tuple[float, float, int]]) -> None:
    p, y, war = (np.array(column) for column in zip(*rows, strict=True))
    bins = reliability(p, y, war)
    scored = ~np.isnan(y)
    assert sum(one.n for one in bins) == scored.sum()
    assert sum(one.n * one.observed for one in bins) == pytest.approx(np.nansum(y))
    for one in bins:
        assert one.lower_edge - 1e-12 <= one.mean_forecast <= one.upper_edge + 1e-12
        assert 0 <= one.observed_low <= one.observed <= one.observed_high <= 1
        assert 1 <= one.n_wars <= one.n


# Intervals of event times


def test_event_intervals_of_coded_columns() -> None:
    outcomes = [[0, 1, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0], [0, NAN, 1, 1], [0, 0, NAN, NAN], [NAN] * 4]
    after, by = event_intervals(outcomes)
    np.testing.assert_array_equal(after, [30, 0, 365, 30, 90, NAN])
    np.testing.assert_array_equal(by, [90, 30, np.inf, 180, np.inf, NAN])


def test_an_event_does_not_unhappen() -> None:
    with pytest.raises(ValueError, match="row 1"):
        event_intervals([[0, 0, 0, 1], [0, 1, 0, 1]])


def test_coverage_by_hand() -> None:
    cdf = [[0.2, 0.5, 0.6, 0.8]] * 3
    # Row 1, in (30, 90]: transform on [.2, .5]. Level .5 holds [.25, .75]: .25 of .3. Levels .8 and .9 hold all.
    # Row 2, never seen: [.8, 1]: nothing, half, three quarters. Row 3 is not scored.
    found = interval_coverage(cdf, [30, 365, NAN], [90, np.inf, NAN])
    assert [(one.nominal, one.n) for one in found] == [(0.5, 2), (0.8, 2), (0.9, 2)]
    assert [one.observed for one in found] == pytest.approx([(0.25 / 0.3) / 2, 0.75, 0.875], **EXACT)


def test_limits_between_grid_times_are_widened() -> None:
    cdf = [[0.1, 0.3, 0.6, 0.9]]
    assert interval_coverage(cdf, [40], [100]) == interval_coverage(cdf, [30], [180])
    assert interval_coverage(cdf, [0], [5]) == interval_coverage(cdf, [0], [30])
    assert interval_coverage(cdf, [400], [500]) == interval_coverage(cdf, [365], [np.inf])


def test_an_interval_without_chance_counts_as_in_or_out() -> None:
    assert interval_coverage([[0.5, 0.5, 0.6, 0.9]], [30], [90], levels=[0.5]) == [Coverage(0.5, 1.0, 1)]
    assert interval_coverage([[0.01, 0.01, 0.6, 0.9]], [30], [90], levels=[0.5]) == [Coverage(0.5, 0.0, 1)]


def test_impossible_distributions_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fall"):
        interval_coverage([[0.2, 0.1, 0.3, 0.4]], [30], [90])
    with pytest.raises(ValueError, match="between 0 and 1"):
        interval_coverage([[0.2, 0.3, 0.4, 1.4]], [30], [90])
    with pytest.raises(ValueError, match="end after they begin"):
        interval_coverage([[0.2, 0.3, 0.4, 0.5]], [90], [30])


@given(
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.sampled_from([(0, 30), (30, 90), (90, 365), (180, 365), (365, np.inf), (0, np.inf)]),
    st.floats(0.05, 0.95),
)
def test_coverage_grows_with_the_level_and_is_nominal_without_information(
    chances: list[float], interval: tuple[float, float], level: float
) -> None:
    cdf = [sorted(chances)]
    (narrow, wide) = interval_coverage(cdf, [interval[0]], [interval[1]], levels=[level / 2, level])
    assert 0 <= narrow.observed <= wide.observed <= 1
    (blind,) = interval_coverage(cdf, [0], [np.inf], levels=[level])
    assert blind.observed == pytest.approx(level, **EXACT)


@pytest.mark.parametrize(("times_as_fast", "holds"), [(1.0, True), (3.0, False)])
def test_coverage_is_nominal_under_the_true_model(times_as_fast: float, holds: bool) -> None:
    # 3,000 rows, exponential times with a rate of their own, some watched for less than a year. A row's count lies in
    # [0, 1] with mean q, so its standard deviation is at most sqrt(q (1 - q)); 4.8 standard errors have 2e-6.
    rng = np.random.default_rng(11)
    n, days = 3000, np.array([30.0, 90.0, 180.0, 365.0])
    rates = np.exp(rng.normal(np.log(1 / 200), 1.0, n))[:, None]
    happened = (rng.exponential(1 / rates) <= days).astype(float)
    happened[rng.random(n) < 0.2, 2:] = NAN
    coverage = interval_coverage(1 - np.exp(-times_as_fast * rates * days), *event_intervals(happened))
    near = [abs(c.observed - c.nominal) <= 4.8 * np.sqrt(c.nominal * (1 - c.nominal) / n) for c in coverage]
    assert all(near) if holds else not any(near)
