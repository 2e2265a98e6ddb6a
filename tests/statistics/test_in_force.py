"""The headline times the model's share that is still in force after 180 days: worked values and limit cases."""

from __future__ import annotations

import numpy as np
import pytest

from sim.statistics.anchoring import anchor, anchored
from sim.statistics.estimates import Odds, odds, wilson
from sim.statistics.in_force import Sums, difference, joined, still_in_force, sums_of
from tests.error_rates import COVERS_95, two_stage

N = 6_400
DURABLE = np.random.default_rng(1).random(N) < np.repeat(np.random.default_rng(2).beta(1, 2, N // 16), 16)
KEPT = DURABLE & (np.random.default_rng(3).random(N) < 0.8)


def both(durable: np.ndarray, kept: np.ndarray) -> tuple[Odds, Odds]:
    return odds(durable), odds(kept)


def sums(durable: np.ndarray, kept: np.ndarray) -> Sums:
    return joined(sums_of(durable[at : at + 640], kept[at : at + 640]) for at in range(0, len(durable), 640))


def test_it_is_the_headline_times_the_models_share() -> None:
    durable, event = both(DURABLE, KEPT)
    found = still_in_force(durable, event, 0.1)
    assert found is not None
    share = KEPT.sum() / DURABLE.sum()
    assert found.p == pytest.approx(share * anchored(DURABLE.mean(), N, 0.1))
    assert (found.share, found.n_durable, found.n_events) == (share, DURABLE.sum(), KEPT.sum())
    assert found.model == KEPT.mean()
    assert found.lo < found.mc_lo < found.p < found.mc_hi < found.hi <= share * anchor(durable, 0.1).hi
    assert found.as_dict()["n_in_force"] == KEPT.sum()


def test_where_all_stay_in_force_it_is_the_headline_with_both_intervals() -> None:
    durable, event = both(DURABLE, DURABLE)
    found, head = still_in_force(durable, event, 0.1), anchor(durable, 0.1)
    assert found is not None
    ends = ("p", "lo", "hi", "mc_lo", "mc_hi")
    assert [getattr(found, end) for end in ends] == pytest.approx([getattr(head, end) for end in ends])


def test_without_a_reference_class_it_is_the_plain_share() -> None:
    durable, event = both(DURABLE, KEPT)
    found = still_in_force(durable, event, None)
    assert found is not None
    ends = ("p", "lo", "hi", "mc_lo", "mc_hi")
    least = [min(getattr(event, end), getattr(durable, end)) for end in ends]
    assert [getattr(found, end) for end in ends] == pytest.approx(least)
    assert least != [getattr(event, end) for end in ends]  # the band of the durable odds begins lower


@pytest.mark.parametrize("reference", [None, 0.02, 0.6])
def test_no_end_lies_above_the_same_end_of_the_durable_odds(reference: float | None) -> None:
    """Both bands are estimated by themselves; here that of the durable odds reaches further down, or has more room."""
    rng = np.random.default_rng(5)
    for n_trials, most in ((736, 0.99), (32, 1.0), (1_280, 0.5)):
        for seed in range(40):
            draws = np.random.default_rng(seed).beta(0.5, 0.5, n_trials // 16) * most
            durable = rng.random(n_trials) < np.repeat(draws, 16)
            durable |= (n_trials == 32) & (seed == 0)
            kept = durable & (rng.random(n_trials) < rng.choice([0.1, 0.9, 0.99]))
            lasts = odds(durable)
            found, head = still_in_force(lasts, odds(kept), reference), anchor(lasts, reference)
            if found is None:
                continue
            for end in ("p", "lo", "hi", "mc_lo", "mc_hi", "model", "model_lo", "model_hi"):
                assert getattr(found, end) <= getattr(head, end) + 1e-12, (end, seed)
            assert found.lo <= found.p <= found.hi and found.mc_lo <= found.p <= found.mc_hi


def test_without_a_durable_ceasefire_nothing_is_known_of_how_long_they_last() -> None:
    never = np.zeros(N, bool)
    assert still_in_force(*both(never, never), 0.1) is None
    assert difference(sums(never, never), sums(DURABLE, KEPT), N, (None, None), 0.95) is None


def test_none_still_in_force_is_nought_with_a_limit() -> None:
    found = still_in_force(*both(DURABLE, np.zeros(N, bool)), 0.1)
    assert found is not None and found.p == 0 == found.lo
    assert found.mc_hi == pytest.approx(wilson(0.0, N)[1])


@pytest.mark.parametrize("reference", [None, 0.1])
def test_the_interval_of_a_difference_follows_the_odds(reference: float | None) -> None:
    variant, kept = DURABLE.copy(), KEPT.copy()
    variant[::50], kept[::50] = True, True
    found = difference(sums(DURABLE, KEPT), sums(variant, kept), N, (reference, reference), 0.95)
    one, other = (still_in_force(*both(*hits), reference) for hits in ((DURABLE, KEPT), (variant, kept)))
    assert found is not None and one is not None and other is not None
    assert found[:3] == pytest.approx((one.p, other.p, other.p - one.p))
    assert found[3] < found[2] < found[4]
    if reference is None:
        plain = np.add.reduceat((kept.astype(float) - KEPT) - (kept.mean() - KEPT.mean()), np.arange(0, N, 32))
        assert found[4] - found[2] == pytest.approx(1.971957 * np.sqrt(200 / 199 * np.sum(plain**2)) / N, rel=1e-5)


def test_with_a_reference_class_the_interval_covers_as_often_as_it_says() -> None:
    """Two runs that share their numbers: 95 % intervals hold the true difference in about 95 of 100 samples."""
    p_durable, p_kept, reference, n = (0.3, 0.4), (0.7, 0.8), 0.1, 3_200
    truth = np.diff([k * anchored(d, 10**9, reference) for d, k in zip(p_durable, p_kept, strict=True)])[0]

    def inside(stage: int, samples: int) -> int:
        luck, count = np.random.default_rng([5, stage]), 0
        for _ in range(samples):
            u, v = luck.random(n), luck.random(n)
            base, variant = (sums(u < d, (u < d) & (v < k)) for d, k in zip(p_durable, p_kept, strict=True))
            found = difference(base, variant, n, (reference, reference), 0.95)
            count += found is not None and found[3] <= truth <= found[4]
        return count

    two_stage(inside, 600, COVERS_95)


def test_two_runs_alike_differ_by_nought_with_what_so_many_trials_allow() -> None:
    found = difference(sums(DURABLE, KEPT), sums(DURABLE, KEPT), N, (0.1, 0.1), 0.95)
    assert found is not None and found[2] == 0
    assert found[4] == -found[3] == pytest.approx(wilson(0.0, N)[1])
