"""Anchoring: worked values, what it must never do, and the interval of anchored differences by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.results.compare import compare
from sim.statistics import estimates
from sim.statistics.anchoring import (
    REFERENCE_WEIGHT,
    anchor,
    anchored,
    half_width,
    mean_of_logits,
    reference_at,
    slope,
)
from sim.statistics.estimates import odds
from sim.statistics.paired_differences import paired_difference
from tests.dashboards.factories import ceasefire, failure, made_run, mixed
from tests.error_rates import COVERS_95, two_stage
from tests.factories import minimal_scenario

SHARES = st.floats(0.0001, 0.9999)
LENGTHS = st.integers(1, 100_000)


def test_the_weight_is_half_and_a_convention() -> None:
    """No outcome moves it: who changes this number changes every headline, and says why in the decisions."""
    assert REFERENCE_WEIGHT == 0.5


def test_the_mean_of_logits_is_the_geometric_mean_of_the_odds() -> None:
    # Odds 1/4 and 1: mean 1/2, which is a third. Odds 9 and 1/9: mean 1.
    assert mean_of_logits(0.2, 0.5) == pytest.approx(1 / 3, abs=1e-15)
    assert mean_of_logits(np.array([0.9, 0.2]), np.array([0.1, 0.5])) == pytest.approx([0.5, 1 / 3])
    assert mean_of_logits(0.2, 0.5, weight=0) == pytest.approx(0.2)
    assert mean_of_logits(0.2, 0.5, weight=1) == pytest.approx(0.5)


def test_certainties_have_no_logit_and_stay() -> None:
    assert [mean_of_logits(p, 0.3) for p in (0.0, 1.0)] == [0.0, 1.0]


def test_the_headline_of_counts_by_hand() -> None:
    # 30 of 99: (30.5 / 69.5 * .2 / .8)^.5 = .331228, over 1.331228.
    assert anchored(30 / 99, 99, 0.2) == pytest.approx(0.248814, abs=1e-6)
    assert anchored(30 / 99, 99, None) == 30 / 99


def test_no_event_is_never_zero_and_no_failure_never_one() -> None:
    # (.5 / 1000.5 * .2 / .8)^.5 = .0111775 and its mirror image against .8.
    assert anchored(0.0, 1000, 0.2) == pytest.approx(0.0111775 / 1.0111775, abs=1e-7)
    assert anchored(1.0, 1000, 0.8) == pytest.approx(1 / 1.0111775, abs=1e-7)
    assert anchored(0.0, 1000, None) == 0.0


@given(SHARES, SHARES, LENGTHS)
def test_the_headline_lies_between_model_and_reference(share: float, reference: float, n: int) -> None:
    smoothed = (share * n + 0.5) / (n + 1)
    found = anchored(share, n, reference)
    assert min(smoothed, reference) - 1e-12 <= found <= max(smoothed, reference) + 1e-12


@given(st.integers(0, 640), SHARES)
def test_every_end_moves_by_the_same_rule_and_order_is_kept(hits: int, reference: float) -> None:
    plain = odds(np.arange(640) % 640 < hits)
    found = anchor(plain, reference)
    assert 0 <= found.lo <= found.p <= found.hi <= 1
    assert found.mc_lo <= found.p <= found.mc_hi
    assert (found.model, found.model_lo, found.model_hi) == (plain.p, plain.lo, plain.hi)
    if 0 < plain.mc_lo:
        assert found.mc_lo == anchored(plain.mc_lo, 640, reference)


def test_an_end_at_nought_is_a_limit_and_stays_there() -> None:
    found = anchor(odds(np.zeros(1000, bool)), 0.2)
    assert (found.lo, found.mc_lo, found.model) == (0, 0, 0)
    assert 0 < found.p < found.hi == found.mc_hi


def test_without_a_reference_class_nothing_changes() -> None:
    plain = odds(np.arange(640) % 5 == 0)
    found = anchor(plain, None)
    assert found.as_dict() == {
        **plain.as_dict(),
        "model": plain.p,
        "model_lo": plain.lo,
        "model_hi": plain.hi,
        "reference": None,
    }


def test_only_the_durable_tier_has_a_reference_class() -> None:
    scenario = minimal_scenario(reference_class={"ties": 4.5, "months_at_risk": 12, "source": "test"})
    assert reference_at(scenario, "durable", 365.25) == pytest.approx(1 - 2**-5)
    assert reference_at(scenario, "mutual", 365) is reference_at(scenario, "broad", 365) is None
    assert reference_at(minimal_scenario(), "durable", 365) is None


def test_half_width_waits_for_ten_events_and_is_that_of_the_headline() -> None:
    hits = np.zeros(100_000, bool)
    hits[:9000:1000] = True
    assert np.count_nonzero(hits) == 9
    assert half_width(odds(hits), None) == half_width(odds(hits), 0.1) == float("inf")
    hits[50_000] = True
    assert half_width(odds(hits), None) < 0.001
    even = np.arange(6400) % 2 == 0
    # At a half the slope is half that of the model; against odds of a half the headline is a half too.
    assert half_width(odds(even), 0.5) == pytest.approx(half_width(odds(even), None) / 2, rel=1e-3)


@given(st.integers(1, 998), SHARES)
def test_the_slope_is_the_derivative(hits: int, reference: float) -> None:
    step = 1e-7
    ends = [anchored(hits / 999 + side * step, 999, reference) for side in (-1, 1)]
    assert slope(hits / 999, 999, reference) == pytest.approx((ends[1] - ends[0]) / (2 * step), rel=1e-4, abs=1e-7)
    assert slope(hits / 999, 999, None) == 1


def test_a_difference_without_a_reference_class_is_the_plain_one() -> None:
    base, variant = np.arange(640) % 5 == 0, np.arange(640) % 4 == 0
    sums = (variant.astype(int) - base).reshape(20, 32).sum(axis=1)
    reach = estimates.student_quantile(0.95, 19) * np.sqrt(20 / 19 * np.sum((sums - sums.mean()) ** 2)) / 640
    assert paired_difference(base, variant) == pytest.approx((0.05, 0.05 - reach, 0.05 + reach), rel=1e-12)


def test_an_anchored_difference_by_hand() -> None:
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
    found = paired_difference(base, variant, (0.2, 0.2))
    assert found[0] == pytest.approx(p_variant - p_base, abs=1e-12)
    assert (found[2] - found[1]) / 2 == pytest.approx(reach, abs=1e-6)


def test_equal_runs_differ_by_no_more_than_zero_changes_allow() -> None:
    hits = np.arange(1000) % 4 == 0
    difference, low, high = paired_difference(hits, hits, (0.25, 0.25))
    assert difference == 0
    # At the reference's own odds the headline moves half as far as the model: 1 - .025 ** (1 / n) = .003682.
    assert high == -low == pytest.approx(0.003682 / 2, rel=0.02)


def test_a_run_without_an_event_does_not_look_exactly_known() -> None:
    some, never = np.arange(3200) % 16 == 0, np.zeros(3200, bool)
    difference, low, high = paired_difference(some, never, (0.1, 0.1))
    assert difference < 0
    unseen = anchored(1 - 0.025 ** (1 / 3200), 3200, 0.1) - anchored(0.0, 3200, 0.1)
    assert (high - low) / 2 == pytest.approx(unseen)  # every cluster of the other run is alike
    assert paired_difference(never, never, (0.1, 0.1))[2] == pytest.approx(unseen, rel=1e-6)
    assert paired_difference(np.zeros(20, bool), np.ones(20, bool), (0.5, 0.5))[1:] == (-1, 1)


def test_the_interval_of_an_anchored_difference_covers() -> None:
    # Base .2, variant .2 + .8 * .05 in clusters; true headlines follow from the true odds.
    truth = mean_of_logits(0.24, 0.14) - mean_of_logits(0.2, 0.14)

    def inside(stage: int, n: int) -> int:
        luck, count = np.random.default_rng([12, stage]), 0
        for _ in range(n):
            base, turned = (
                (luck.random((625, 32)) < luck.beta(p * k, (1 - p) * k, (625, 1))).ravel()
                for p, k in ((0.2, 6), (0.05, 3))
            )
            _, low, high = paired_difference(base, base | turned, (0.14, 0.14))
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
    assert [mutual[key] for key in ("difference", "lo", "hi")] == [
        mutual[f"model_{key}"] for key in ("difference", "lo", "hi")
    ]


def test_a_stored_summary_of_old_does_not_hide_the_headline(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Runs kept before anchoring hold the model's number in summary.json; opened, they show what a new run shows."""
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
