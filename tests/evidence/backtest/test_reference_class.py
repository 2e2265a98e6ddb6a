"""Wars of the same age: the bands as they stand in the file, and odds that run through them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evidence.backtest.reference_class import bands, reference_by_age
from sim.statistics.estimates import DAYS_PER_MONTH

MONTH = DAYS_PER_MONTH
ages = st.floats(0, 40_000)
horizons = st.floats(0, 4_000)


def gone(months: float, ties: float, at_risk: float) -> float:
    """Chance that no tie ends a war in ``months``: (1 + t/b)^-(1/2 + ties)."""
    return (1 + months / at_risk) ** -(0.5 + ties)


def test_the_bands_are_those_of_the_file() -> None:
    found = {(band.first, band.last): (band.ties, band.months) for band in bands()}
    assert found == {
        (0, 1): (0, 34.0),
        (1, 3): (2, 48.4),
        (3, 6): (2, 51.7),
        (6, 12): (0, 71.2),
        (12, 24): (2, 77.3),
        (24, float("inf")): (3, 229.2),
    }


def test_bands_leave_no_gap() -> None:
    assert bands()[0].first == 0
    for one, following in zip(bands(), bands()[1:], strict=False):
        assert one.last == following.first


def test_an_old_war_by_hand() -> None:
    for years in (2.01, 3.2, 50):
        for days in (30, 90, 180, 365):
            wanted = 1 - gone(days / MONTH, 3, 229.2)
            assert reference_by_age(years * 365.25, days) == pytest.approx(wanted, abs=1e-12)


def test_a_young_war_runs_through_the_bands() -> None:
    # Half a month old, 365 days ahead: 1/2 month, 2, 3, 6 months of the first four bands, the rest of the fifth.
    _, last = 0.5 * MONTH, 0.5 + 365 / MONTH
    spent = zip((0.5, 2, 3, 6, last - 12), bands(), strict=False)
    wanted = 1.0
    for months, band in spent:
        wanted *= gone(months, band.ties, band.months)
    assert reference_by_age(0.5 * MONTH, 365) == pytest.approx(1 - wanted, abs=1e-12)
    # On its first day, within a month: one band alone.
    assert reference_by_age(0, MONTH) == pytest.approx(1 - gone(1, bands()[0].ties, bands()[0].months), abs=1e-12)


@given(ages, horizons, horizons)
def test_odds_are_odds_and_rise_with_time(age: float, days: float, more: float) -> None:
    short, long = reference_by_age(age, days), reference_by_age(age, days + more)
    assert 0 <= short <= long + 1e-12 and long < 1
    assert reference_by_age(age, 0) == pytest.approx(0, abs=1e-15)


@given(st.floats(0, 1_000), st.floats(0, 1_000))
def test_an_old_war_never_changes_its_band(age: float, days: float) -> None:
    assert reference_by_age(25 * MONTH + age, days) == pytest.approx(reference_by_age(30 * MONTH, days), abs=1e-12)
