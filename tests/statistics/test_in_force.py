"""Still in force after 180 days: the weighted odds, never above those of a ceasefire that lasts 30 days."""

from __future__ import annotations

import numpy as np
import pytest

from sim.statistics.estimates import odds
from sim.statistics.in_force import ENDS, still_in_force
from sim.statistics.level import Level

N = 6_400
DURABLE = np.random.default_rng(1).random(N) < np.repeat(np.random.default_rng(2).beta(1, 2, N // 16), 16)
KEPT = DURABLE & (np.random.default_rng(3).random(N) < 0.8)
LEVELS = [Level(), Level(-0.8, 0.5, 0.5, 0.2, smooths=True), Level(0.4, 1.0, 0.3, 0.5, smooths=True)]


@pytest.mark.parametrize("level", LEVELS)
def test_where_all_stay_in_force_it_is_the_headline_with_both_intervals(level: Level) -> None:
    head = level.headline(odds(DURABLE))
    found = still_in_force(head, head)
    assert [getattr(found, end) for end in ("p", *ENDS)] == [getattr(head, end) for end in ("p", *ENDS)]
    assert (found.share, found.n_durable, found.n_events) == (1.0, DURABLE.sum(), DURABLE.sum())


@pytest.mark.parametrize("level", LEVELS)
def test_the_share_is_of_the_durable_odds(level: Level) -> None:
    lasts, event = odds(DURABLE), odds(KEPT)
    head = level.headline(lasts)
    kept = level.through(event.p, head.p * event.p / lasts.p).headline(event)
    found = still_in_force(head, kept)
    assert found.share == pytest.approx(KEPT.sum() / DURABLE.sum())
    assert found.p == pytest.approx(head.p * KEPT.sum() / DURABLE.sum())
    assert found.model == KEPT.mean()
    assert found.as_dict()["n_in_force"] == KEPT.sum()


def test_no_end_lies_above_the_same_end_of_the_durable_odds() -> None:
    """Both bands are estimated by themselves; here that of the durable odds reaches further down, or has more room."""
    rng = np.random.default_rng(5)
    for n_trials, most in ((736, 0.99), (32, 1.0), (1_280, 0.5)):
        for seed in range(40):
            draws = np.random.default_rng(seed).beta(0.5, 0.5, n_trials // 16) * most
            durable = rng.random(n_trials) < np.repeat(draws, 16)
            durable |= (n_trials == 32) & (seed == 0)
            kept = durable & (rng.random(n_trials) < rng.choice([0.1, 0.9, 0.99]))
            if not durable.any():
                continue
            for level in LEVELS:
                head, event = level.headline(odds(durable)), odds(kept)
                p = head.p * event.n_events / durable.sum()
                found = still_in_force(head, level.through(event.p, p).headline(event))
                for end in ("p", *ENDS, "model", "model_lo", "model_hi"):
                    assert getattr(found, end) <= getattr(head, end) + 1e-12, (end, seed)


def test_none_still_in_force_is_nought_with_a_limit() -> None:
    found = still_in_force(Level().headline(odds(DURABLE)), Level().headline(odds(np.zeros(N, bool))))
    assert found.p == 0 == found.lo < found.mc_hi
