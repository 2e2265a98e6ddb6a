"""Kaplan-Meier curves by week: shares worked out by hand, Greenwood's interval, and exact limits at the ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.statistics.kaplan_meier import kaplan_meier


def curve(weeks: Any, has_ended: Any, effect: float = 1.0) -> dict[str, list[float]]:
    """The curve of ceasefires of which it is known when each ended, or was last seen in force."""
    seen, ended = (np.bincount(some, minlength=max(weeks) + 1) for some in (weeks, weeks[has_ended]))
    return kaplan_meier(seen, ended, effect)


def test_ceasefires_still_in_force_are_counted_until_last_seen() -> None:
    # One of four ends in week 1; of the three left one is last seen in week 1; of the two in week 2 one ends.
    found = curve(np.array([1, 1, 2, 3]), np.array([True, False, True, False]))
    assert found["day"] == [0, 7, 14, 21]
    assert found["at_risk"] == [4, 4, 2, 1]
    assert found["holds"] == pytest.approx([1, 0.75, 0.375, 0.375])


def test_the_interval_is_greenwoods_on_the_log_log_scale() -> None:
    found = curve(np.array([1] * 25 + [2] * 75), np.array([True] * 25 + [False] * 75))
    spread = (25 / (100 * 75)) ** 0.5
    reach = 1.96 * spread / abs(np.log(0.75))
    assert found["lo"][1] == pytest.approx(0.75 ** np.exp(reach))
    assert found["hi"][1] == pytest.approx(0.75 ** np.exp(-reach))
    wider = curve(np.array([1] * 25 + [2] * 75), np.array([True] * 25 + [False] * 75), effect=4.0)
    assert wider["lo"][1] < found["lo"][1] < found["hi"][1] < wider["hi"][1]


def ends(found: dict[str, list[float]], week: int) -> tuple[float, float]:
    return found["lo"][week], found["hi"][week]


def test_limits_where_all_or_none_are_left_are_exact() -> None:
    # 3 of 3 ended: 1 - .025 ** (1/3) = 71 %, whether in one week or one after the other.
    together = curve(np.array([1, 1, 1]), np.ones(3, bool))
    apart = curve(np.array([1, 2, 3]), np.ones(3, bool))
    assert ends(together, 1) == ends(apart, 3) == (0.0, pytest.approx(0.707598, abs=1e-6))
    assert ends(together, 0) == (1.0, 1.0)  # in force on the day they begin
    # None of 4 ended, two of them last seen after week 1: 2 are left at risk in week 2.
    none = curve(np.array([1, 1, 2, 2]), np.zeros(4, bool))
    assert ends(none, 1) == (pytest.approx(0.025 ** (1 / 4)), 1.0)
    assert ends(none, 2) == (pytest.approx(0.025 ** (1 / 2)), 1.0)
    # One of 2 seen no longer, the other ended: known of one halt alone.
    censored = curve(np.array([1, 2]), np.array([False, True]))
    assert ends(censored, 2) == (0.0, pytest.approx(0.975))
    half = curve(np.array([1, 1, 1]), np.ones(3, bool), effect=2.0)
    assert ends(half, 1) == (0.0, pytest.approx(1 - 0.025 ** (2 / 3)))


def test_limits_of_the_exact_kind_hold_the_truth() -> None:
    """Where all of n ceasefires ended, the true share is below the upper limit with 97.5 %, whatever it is."""
    for n in (1, 3, 10, 40):
        upper = curve(np.ones(n, int), np.ones(n, bool))["hi"][1]
        assert (1 - upper) ** n == pytest.approx(0.025)
