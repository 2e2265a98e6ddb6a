"""Splitting: a closed-form walk, luck that branches, and odds that plain trials can count too.

Statistical checks allow 4.5 standard errors (less than once in 100,000 seeds by luck); seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

import sim
from sim.analysis.variance_reduction import splitting
from sim.analysis.variance_reduction.branching_streams import BranchedStreams, Lineage, splitting_seed
from sim.analysis.variance_reduction.engine_pass import Clock, plain_run, weeks_for
from sim.analysis.variance_reduction.splitting import (
    N_REPETITIONS,
    Stage,
    carried_by,
    chosen_levels,
    parents_of,
    repeated,
    score,
    split_run,
)
from sim.model.negotiation import NegotiationModel
from sim.random_streams import Streams

WEEKS, STEP, GOAL = 8, 0.2, 6
EXACT = float(binom.sf(GOAL - 1, WEEKS, STEP))
"""Chance that a walk of eight weeks, one step up with chance .2, gets to six: .0012."""


def walk(seed: int):  # type: ignore[no-untyped-def]
    def play(lineage: Lineage, level: int | None) -> Stage:
        streams = BranchedStreams(seed, lineage, False)
        height = np.zeros(lineage.n_trials, dtype=np.int64)
        entered = np.full(lineage.n_trials, -1)
        for week in range(WEEKS):
            height += streams.uniform("walk", week=week) < STEP
            entered[(entered < 0) & (height >= (level or GOAL))] = week
        return Stage(entered, height >= GOAL)

    return play


def test_a_walk_with_a_known_chance() -> None:
    estimates = []
    for seed in range(1, 26):
        found = repeated(walk(seed), [2, 4], WEEKS, 64, Streams(seed, 0, N_REPETITIONS, own_luck="splitting"))
        assert found.estimates.shape == (16,) and len(found.passing) == 3
        estimates.append(found.estimates)
    every = np.concatenate(estimates)  # 400 repetitions of 192 trials
    assert abs(every.mean() - EXACT) < 4.5 * every.std(ddof=1) / len(every) ** 0.5
    assert every.var(ddof=1) * 192 < EXACT * (1 - EXACT) / 2
    # Sixteen repetitions of one seed are independent: their spread tells the error of their mean.
    means = np.array([found.mean() for found in estimates])
    assert 0.4 < means.var(ddof=1) / (every.var(ddof=1) / 16) < 2.0


def test_without_levels_it_is_plain_trials() -> None:
    found = repeated(walk(3), [], WEEKS, 64, Streams(3, 0, N_REPETITIONS))
    streams, height = Streams(3, 0, 1024, own_luck="splitting 0"), np.zeros(1024)
    for week in range(WEEKS):
        height += streams.uniform("walk", week=week) < STEP
    assert np.array_equal(found.estimates, (height >= GOAL).reshape(16, 64).mean(axis=1)) and len(found.passing) == 1


def test_repetitions_that_die_out_count_as_nought() -> None:
    found = repeated(walk(4), [8], WEEKS, 4, Streams(4, 0, N_REPETITIONS))
    assert (found.estimates == 0).all() and found.effective_draws == 0
    reached = np.zeros((2, 4), dtype=bool)
    reached[1, [1, 3]] = True
    assert parents_of(reached, np.array([0.5, 0.5])).tolist() == [0, 1, 2, 3, 5, 5, 7, 7]


def test_draws_that_carry_an_estimate_are_counted() -> None:
    lineage = Lineage.first(3, 12)  # draws 0, 1 and 2, four trials each
    weights = np.array([1.0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    assert carried_by(lineage, weights) == 2
    assert carried_by(lineage.branched(np.full(12, 5), np.zeros(12, int)), np.ones(12)) == 1
    assert carried_by(lineage, np.zeros(12)) == 0


def test_every_entrant_has_children_in_proportion() -> None:
    reached = np.zeros((1, 10), dtype=bool)
    reached[0, [2, 5, 9]] = True
    counts = np.zeros(10)
    for luck in np.linspace(0.005, 0.995, 100):
        counts += np.bincount(parents_of(reached, np.array([luck])), minlength=10)
    assert np.allclose(counts[[2, 5, 9]] / 100, 10 / 3, atol=0.05)


def test_levels_are_rungs_that_few_reach() -> None:
    best = np.repeat([0, 1, 2, 3, 4], [400, 300, 200, 80, 20]).astype(np.int16)
    assert chosen_levels(best, best == 4) == [2, 3]
    assert chosen_levels(np.zeros(10, np.int16), np.zeros(10, bool)) == []


def test_a_branch_shares_its_parents_past_and_nothing_else() -> None:
    first = Lineage.first(5, 8)
    child = first.branched(np.array([3, 3, 5, 5, 0, 0, 7, 7]), np.array([1, 1, 2, 2, 0, 0, 4, 4]))
    before, after = BranchedStreams(1, first, False), BranchedStreams(1, child, False)
    for week in range(5):
        parent, own = before.uniform("round", week=week), after.uniform("round", week=week)
        assert np.array_equal(own[:2], parent[[3, 3]]) == (week <= 1)
        assert np.array_equal(own[2:4], parent[[5, 5]]) == (week <= 2)
        assert np.array_equal(own[6:], parent[[7, 7]])
    pairs = after.normal("momentum", week=3).reshape(4, 2)
    assert np.allclose(pairs[:2].sum(axis=1), 0)  # new luck comes in antithetic pairs
    assert after.parameter("x")[after.row_of_trial].tolist() == before.parameter("x")[[0, 0, 1, 1, 0, 0, 1, 1]].tolist()


def test_the_engine_plays_a_past_again() -> None:
    """State that a copy would have had to carry: after the shared weeks children are where their parents were."""
    scenario, n, since = sim.load("istanbul_2025/aides_only"), 64, 2
    parents = np.repeat(np.arange(0, n, 2), 2)
    first = Lineage.first(6, n)
    lineages = (first, first.branched(parents, np.full(n, since)))
    models = [
        NegotiationModel(scenario, n_trials=n, streams=BranchedStreams(2, one, False), explains=False)
        for one in lineages
    ]
    for week in range(6):
        for model in models:
            model.step()
        is_same = np.array_equal(models[0].war.momentum[parents], models[1].war.momentum)
        assert is_same == (week <= since)
        if week <= since:
            assert np.array_equal(score(models[0])[parents], score(models[1]))
            for track in models[0].bargaining.offers:
                assert np.array_equal(
                    models[0].bargaining.offers[track].mix[0][parents], models[1].bargaining.offers[track].mix[0]
                )


def test_agrees_with_plain_trials_where_both_can_be_afforded() -> None:
    scenario, cell = sim.load("teaching/spoilers"), ("durable", 30)
    hits = plain_run(scenario, 131_072, 1, weeks_for(scenario, 30), Clock())[cell]
    splits = [split_run(scenario, cell, 16_384, seed, Clock()) for seed in range(1, 7)]
    every = np.concatenate([one.estimates for one in splits])
    se = np.hypot((hits.mean() / len(hits)) ** 0.5, every.std(ddof=1) / len(every) ** 0.5)
    assert 0.0005 < hits.mean() < 0.002
    assert abs(every.mean() - hits.mean()) < 4.5 * se
    assert all(one.levels and len(one.passing) == len(one.levels) + 1 for one in splits)
    assert all(one.trials <= 16_384 for one in splits)


def test_playing_some_repetitions_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, cell = sim.load("teaching/spoilers"), ("durable", 30)
    whole = split_run(scenario, cell, 4_096, 3, Clock())
    monkeypatch.setattr(splitting, "ROWS", 100)
    levels = list(whole.levels)
    monkeypatch.setattr(splitting, "pilot", lambda *_: levels)
    cut = split_run(scenario, cell, 4_096 - 1_024 + 100, 3, Clock())  # as many for the stages
    assert cut.trials - 100 == whole.trials - 1_024
    assert np.array_equal(whole.estimates, cut.estimates) and whole.estimates.any()


def test_luck_and_draws_are_other_than_those_of_the_run() -> None:
    assert splitting_seed(1) != splitting_seed(2) != 2 and 0 <= splitting_seed(1) < 2**64
