"""What Sobol draws and common random numbers gain: no bias, intervals that hold, the same bits each time.

Statistical checks allow 4.5 standard errors, so each fails by chance less than once in 100,000 seeds; seeds are fixed,
so a check that passes goes on passing. ``tests/statistical_register.py`` has the error rates.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

import sim
from sim.analysis.sensitivity import uncertain_inputs
from sim.analysis.sensitivity.constant_outcomes import NO_INPUT
from sim.analysis.variance_reduction.common_random_numbers import common_random_numbers, gain
from sim.analysis.variance_reduction.methods import (
    Estimate,
    FewerTrials,
    compared,
    fewer_trials,
    from_means,
    independent,
    points_for,
    ratio_interval,
    scrambled,
)
from sim.cli.commands.efficiency import show_common_random_numbers, show_fewer_trials
from sim.cli.console import console
from sim.errors import ParleyError
from sim.scenario.mirror import mirror
from sim.statistics.horizons import event_by
from tests.factories import WEEKLY, minimal_scenario

UNCERTAIN = {"low": 0.0, "central": 0.05, "high": 0.25}
LATE = 42


def by_draws(fear: float = 0.1) -> sim.Scenario:
    """A scenario of six weeks in which it depends on the draw whether a halt comes."""
    short = {"horizon_weeks": 6, "follow_up_weeks": 5, "parties.North.fear": fear}
    return minimal_scenario(**WEEKLY, **short, **{"parties.South.strain": UNCERTAIN, "parties.North.strain": UNCERTAIN})


# -- points ----------------------------------------------------------------------------------------


def test_scrambled_points_are_even_in_every_column_and_in_pairs() -> None:
    points = scrambled(5, 64, 3, 1)
    assert points.min() > 0 and points.max() < 1
    assert (np.sort((points * 64).astype(int), axis=0) == np.arange(64)[:, None]).all()
    counts = np.histogram2d(points[:, 0], points[:, 1], bins=8, range=[[0, 1], [0, 1]])[0]
    assert (counts == 1).all()
    assert np.array_equal(points, scrambled(5, 64, 3, 1))
    assert not np.array_equal(points, scrambled(5, 64, 4, 1)) and not np.array_equal(points, scrambled(5, 64, 3, 2))


def test_a_single_scrambled_point_is_uniform() -> None:
    first = np.array([scrambled(2, 4, number, 7)[0] for number in range(2_000)])
    assert np.abs(np.bincount((first[:, 0] * 10).astype(int)) - 200).max() < 4.5 * 180**0.5
    assert abs(np.corrcoef(first.T)[0, 1]) < 4.5 / 2_000**0.5


def product(points: np.ndarray) -> np.ndarray:
    """Mean 1 exactly; depends on all columns together."""
    return np.prod(1 + (points - 0.5), axis=-1)


def test_sobol_sets_are_unbiased_evener_and_their_interval_holds() -> None:
    even = np.array([product(scrambled(6, 64, number, 5)).mean() for number in range(1_600)])
    loose = np.array([product(independent(6, 64, number, 5)).mean() for number in range(1_600)])
    assert abs(even.mean() - 1) < 4.5 * even.std() / 40
    assert even.var() < loose.var() / 20
    covered = 0
    for sixteen in even.reshape(100, 16):
        one = from_means("sobol", 30, sixteen / 2, 1024, 1.0)
        covered += one.lo <= 0.5 <= one.hi
    assert covered >= 85  # 95 % of 100, less 4.5 standard errors


@pytest.mark.parametrize("turned", [False, True])
def test_plain_trials_are_those_of_an_ordinary_run_with_any_workers(turned: bool) -> None:
    scenario = mirror(by_draws()) if turned else by_draws()
    plain = fewer_trials(scenario, trials=2_048, seed=9).of("plain")
    for workers in (1, 2):
        run = sim.run(scenario, trials=2_048, workers=workers, seed=9, block=512)
        for one in plain:
            assert one.p == event_by(run.columns, scenario, "durable", one.days).mean()


def test_points_in_each_set_are_a_power_of_two() -> None:
    assert [points_for(trials) for trials in (2_048, 4_000, 4_096, 65_536)] == [8, 8, 16, 256]


# -- estimates -------------------------------------------------------------------------------------


def plain_one(se: float = 0.01) -> Estimate:
    return Estimate("plain", LATE, 0.2, 0.1, 0.3, se, 4_096, 4.0)


def test_effective_trials_are_plain_trials_of_the_same_standard_error() -> None:
    one = compared(Estimate("sobol", LATE, 0.2, 0.1, 0.3, 0.005, 2_048, 4.0), plain_one())
    assert one.variance_ratio == pytest.approx(8) and one.ratio_lo < 8 < one.ratio_hi
    assert one.effective_per_second == pytest.approx(8 * 2_048 / 4.0)
    itself = compared(plain_one(), plain_one())
    assert (itself.variance_ratio, itself.effective_per_second) == (1, 1_024)


@pytest.mark.parametrize("p", [0.0, 19 / 4_096, 1.0])
def test_too_few_events_of_plain_trials_give_no_ratio(p: float) -> None:
    few = Estimate("plain", LATE, p, 0.0, 1.0, 0.001, 4_096, 4.0)
    one = compared(Estimate("sobol", LATE, p, 0.0, 0.1, 0.0005, 4_096, 4.0), few)
    assert not np.isfinite([one.variance_ratio, one.ratio_lo, one.effective_per_second]).any()


def test_the_interval_of_a_ratio_holds_for_normal_means() -> None:
    rng = np.random.default_rng(1)
    ratios = rng.chisquare(200, 4_000) / 200 / (rng.chisquare(15, 4_000) / 15)
    low, high = ratio_interval(1.0, 200, 15)
    covered = np.mean((ratios * low <= 1) & (ratios * high >= 1))
    assert abs(covered - 0.95) < 4.5 * (0.95 * 0.05 / 4_000) ** 0.5


def test_sets_without_an_event_do_not_claim_to_know() -> None:
    one = from_means("sobol", LATE, np.zeros(16), 1_600, 1.0)
    assert one.lo == 0 and one.hi == pytest.approx(1 - 0.025 ** (1 / 1_600))


def test_the_sentence_claims_no_more_than_is_clear() -> None:
    def said(se: float, base: Estimate) -> str:
        one = compared(Estimate("sobol", LATE, 0.2, 0.1, 0.3, se, 4_096, 4.0), base)
        return FewerTrials("x", "durable", 4_096, 1, 1, (compared(base, base), one)).sentence

    assert "no clear gain" in said(0.009, plain_one())
    assert "4.0 times as many plain trials" in said(0.005, plain_one())
    assert "no clear gain" not in said(0.005, plain_one())
    assert "do not vary" in said(0.0, plain_one(0.0))


# -- the whole -------------------------------------------------------------------------------------


def numbers(found: FewerTrials) -> list[tuple[float, ...]]:
    return [(one.p, one.lo, one.hi, one.se, one.trials) for one in found.estimates]


def test_of_a_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, int]] = []
    found = fewer_trials(by_draws(), trials=2_048, progress=lambda done, total: calls.append((done, total)), name="x")
    monkeypatch.setattr(uncertain_inputs, "DEFAULT_BLOCK", 512)
    assert numbers(fewer_trials(by_draws(), trials=2_048)) == numbers(found)
    assert numbers(fewer_trials(by_draws(), trials=2_048, seed=2)) != numbers(found)
    assert list(dict.fromkeys(one.method for one in found.estimates)) == ["plain", "more draws", "sobol"]
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["uncertain_inputs"] == 2
    assert len(found.table()) == len(found.estimates) and calls == [(2_048, 2_048)] * 3
    to = console()
    with to.capture() as printed:
        show_fewer_trials(found, to)
    assert max(map(len, printed.get().splitlines())) <= 100
    assert "more draws" in printed.get()


def test_sobol_agrees_with_plain_trials_and_gains_where_draws_decide() -> None:
    found = fewer_trials(by_draws(), trials=16_384, seed=3)
    ((plain,), (loose,), (sobol,)) = (found.of(method)[-1:] for method in ("plain", "more draws", "sobol"))
    assert 0.1 < plain.p < 0.9
    for one in (loose, sobol):
        assert abs(one.p - plain.p) < 4.5 * np.hypot(one.se, plain.se)
    assert sobol.ratio_lo > 1.5 and sobol.se < loose.se


def test_other_tiers_and_scenarios_without_an_uncertain_number() -> None:
    found = fewer_trials(by_draws(), tier="mutual", trials=2_048)
    run = sim.run(by_draws(), trials=2_048, workers=1)
    assert found.of("plain")[-1].p == event_by(run.columns, run.scenario, "mutual", LATE).mean()
    with pytest.raises(ParleyError, match=NO_INPUT):
        fewer_trials(minimal_scenario(horizon_weeks=4, follow_up_weeks=5), trials=2_048)


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ParleyError, match="expected a multiple of 32 from 2,048 to 2,000,000, got 3000"):
        fewer_trials(by_draws(), trials=3_000)
    with pytest.raises(ParleyError, match="seed: expected .*, got -1"):
        fewer_trials(by_draws(), seed=-1)


# -- common luck -----------------------------------------------------------------------------------


def test_common_luck_pairs_what_luck_does_to_both() -> None:
    ran = {fear: sim.run(by_draws(fear), trials=4_096, workers=1, name=f"fear {fear}") for fear in (0.1, 0.11)}
    found = common_random_numbers(ran[0.1], ran[0.11])
    one = found.pairs[-1]
    assert one.ratio_lo > 2 and one.ratio_lo < one.variance_ratio < one.ratio_hi
    assert one.lo <= one.difference <= one.hi < 0
    # Two runs of other random numbers do differ by as much as the sum of variances says.
    other = sim.run(by_draws(0.11), trials=4_096, seed=2, workers=1)
    hits = event_by(other.columns, other.scenario, "durable", LATE)
    assert abs(hits.mean() - one.base - one.difference) < 4.5 * one.se_unlike
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["pairs"][-1]["days"] == 42
    assert len(found.table()) == len(found.pairs) and "times as many trials" in found.sentence
    to = console()
    with to.capture() as printed:
        show_common_random_numbers(found, to)
    assert max(map(len, printed.get().splitlines())) <= 100
    with pytest.raises(ParleyError, match="seed"):
        common_random_numbers(ran[0.1], other)


def test_pairing_is_the_same_with_any_workers_and_without_a_change_unknown() -> None:
    one, two = (
        [sim.run(by_draws(fear), trials=2_048, workers=workers, block=512, name=str(fear)) for fear in (0.1, 0.11)]
        for workers in (1, 2)
    )
    assert asdict(common_random_numbers(*one)) == asdict(common_random_numbers(*two))
    same = common_random_numbers(one[0], one[0])
    assert same.as_dict()["pairs"][0]["variance_ratio"] is None and "fewer than 20" in same.sentence


def test_the_interval_of_what_pairing_gains_holds() -> None:
    """1,000 pairs of runs of 256 clusters whose true ratio of variances is worked out: coverage and its centre."""
    rng = np.random.default_rng(4)
    chance = 0.2 + 0.6 * rng.random((1_000, 256, 1))
    base = rng.random((1_000, 256, 32)) < chance
    other = np.where(rng.random((1_000, 256, 32)) < 0.1, rng.random((1_000, 256, 32)) < chance, base)
    # Variance of a cluster's sum: 32 (1/4 - .03) within and 32^2 x .03 between; of the difference: 32 x 2 x .1 x .22.
    truth = 2 * (32 * 0.22 + 32**2 * 0.03) / (32 * 0.2 * 0.22)
    found = np.array([gain(*(hits.ravel() for hits in pair))[2:] for pair in zip(base, other, strict=True)])
    covered = np.mean((found[:, 1] <= truth) & (truth <= found[:, 2]))
    assert abs(covered - 0.95) < 4.5 * (0.95 * 0.05 / 1_000) ** 0.5
    # 4.5 standard errors of .0039, and half the variance of a logarithm, which is what taking one may shift.
    assert abs(np.log(found[:, 0]).mean() - np.log(truth)) < 0.025


@pytest.mark.slow
def test_intervals_hold_as_often_as_they_say() -> None:
    """60 seeds of 2,048 trials: each interval of 95 % holds at least 49 times; by chance fewer in 1 of 10,000."""
    scenario = sim.load("teaching/minimal")
    found = [fewer_trials(scenario, trials=2_048, seed=seed) for seed in range(101, 161)]
    methods = ("plain", "more draws", "sobol")
    for at, days in ((1, 90), (2, 180), (3, 365)):
        p = np.mean([each.of(method)[at].p for each in found for method in methods])
        for method in methods:
            ones = [each.of(method)[at] for each in found]
            assert sum(one.lo <= p <= one.hi for one in ones) >= 49, (method, days)
            mean, spread = np.mean([one.p for one in ones]), np.std([one.p for one in ones], ddof=1)
            assert abs(mean - p) < 4.5 * spread / 60**0.5
