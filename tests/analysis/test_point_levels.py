"""Every odds that a study shows is the headline: worked values, and the same number as a run of the same trials."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.discovery.discover import discover
from sim.analysis.levers.levers import levers
from sim.analysis.point_levels import Classed, interval_at, levels_of, pair_of, weighing_of
from sim.analysis.sensitivity.morris import morris
from sim.analysis.sensitivity.sobol import sobol
from sim.analysis.sensitivity.tornado import tornado
from sim.analysis.sensitivity.value_of_information import Weighed, unknowns, value_of_information
from sim.analysis.surrogate.fit import response
from sim.analysis.variance_reduction.common_random_numbers import common_random_numbers
from sim.analysis.variance_reduction.methods import fewer_trials
from sim.results.weighing import levels
from sim.scenario.apply_levers import with_levers
from sim.scenario.sampling.parameter_draws import central
from sim.scenario.schema import Scenario
from sim.statistics.horizons import horizons
from sim.statistics.level import Level, logit
from sim.statistics.paired_differences import PairTally
from tests.analysis.levers.test_levers import PULLED, STRAIN
from tests.analysis.sensitivity.test_tornado import UNCERTAIN
from tests.factories import WEEKLY, changed, minimal_scenario

REFERENCE = {"ties": 3.0, "months_at_risk": 267.9, "source": "test"}
TIERS = ("durable", "mutual", "broad")


def scenario(**more: Any) -> Scenario:
    """Uncertain inputs that matter, and a reference class far below the model."""
    return minimal_scenario(reference_class=REFERENCE, **UNCERTAIN, **more)


def pulled() -> Scenario:
    weak = {"horizon_weeks": 8, "follow_up_weeks": 5, "parties.North.fear": {"low": 0.0, "central": 0.08, "high": 0.2}}
    strains = {"parties.South.strain": STRAIN, "parties.North.strain": STRAIN}
    return minimal_scenario(reference_class=REFERENCE, levers=PULLED, **WEEKLY, **weak, **strains)


# -- worked values ----------------------------------------------------------------------------------


def test_one_point_is_weighed_as_a_run_is() -> None:
    """80 durable of 100 by the only horizon, at a level that halves the odds in favour: 4 to 1 become 2 to 1."""
    known = {365: Level(intercept=float(-np.log(2)))}
    point = Classed(np.array([80, 20]), np.array([[80, 10]]))
    assert weighing_of(known, point).weights == pytest.approx([(2 / 3) / 0.8, (1 / 3) / 0.2])
    assert levels_of(known, point, "durable")[0].at(0.8, 100) == pytest.approx(2 / 3)
    # Mutual: all 80 and half of the other 20, so 2/3 + 1/6.
    assert levels_of(known, point, "mutual")[0].at(0.9, 100) == pytest.approx(5 / 6)


def test_points_together_are_one_point() -> None:
    counts = Classed(np.array([[1, 3], [2, 2]]), np.array([[[1, 0]], [[2, 1]]]))
    together = counts.summed([0, 1])
    assert together.sizes.tolist() == [3, 5] and together.hits.tolist() == [[3, 1]]


def test_an_end_of_an_interval_at_0_or_1_is_a_limit_and_stays() -> None:
    level = Level(intercept=1.0)
    assert interval_at(level, (0.0, 0.5), 64) == (0.0, pytest.approx(1 / (1 + np.exp(-1))))
    assert interval_at(level, (0.5, 1.0), 64)[1] == 1.0


def test_batches_are_the_clusters_of_a_pair() -> None:
    base, variant = (np.random.default_rng(seed).random(320) < p for seed, p in ((1, 0.3), (2, 0.5)))
    found = pair_of(*(hits.reshape(-1, 32).sum(axis=1) for hits in (base, variant)))
    wanted = PairTally.of(base, variant)
    assert np.array_equal(found.clusters, wanted.clusters) and (found.n, found.shares) == (320, wanted.shares)
    assert found.last == wanted.last


def test_information_is_counted_on_weighted_trials() -> None:
    """X is low or high, .2 or .8 of the trials have the event; weights take P from .5 to .25.

    Odds in favour fall to a third: 1 to 4 becomes 1 to 12, 4 to 1 becomes 4 to 3.
    """
    n = 4000
    x = np.tile([0.0, 1.0], n // 2)
    model = np.where(x == 0, 0.2, 0.8)
    shares = np.stack([model, model], axis=1)
    with_event, without = 0.25 / 0.5, 0.75 / 0.5
    weighed = Weighed(with_event * model, with_event * model + without * (1 - model))
    (found,) = unknowns({"x": x}, shares, weighed)
    assert (found.at_low, found.at_high) == (pytest.approx(1 / 13), pytest.approx(4 / 7))
    # E|P(Y|X) - P(Y)| with P(low) = (.1 + 1.2) / 2 and P(high) = (.4 + .3) / 2.
    assert found.movement == pytest.approx(0.65 * (0.25 - 1 / 13) + 0.35 * (4 / 7 - 0.25), abs=0.002)
    (plain,) = unknowns({"x": x}, shares)
    assert plain.movement == pytest.approx(0.3, abs=0.002) and found.share == pytest.approx(plain.share)


# -- the same number as a run -----------------------------------------------------------------------


@pytest.mark.parametrize("tier", TIERS)
def test_the_centre_and_the_ends_of_a_tornado_are_runs(tier: str) -> None:
    found = tornado(scenario(), inputs=["parties.North.strain"], tier=tier, trials=512, workers=1)
    run = sim.run(central(scenario()), trials=512, workers=1)
    assert found.central == tuple(run.odds(tier, days).p for days in found.days)
    assert found.central != tuple(run.odds(tier, days).model for days in found.days)
    (bar,) = found.bars
    low, high = (
        sim.run(changed(central(scenario()), **{bar.name: value}), trials=512, workers=1, name=str(value))
        for value in (bar.values[0], bar.values[2])
    )
    for place, days in enumerate(found.days):
        ends = low.odds(tier, days).p, high.odds(tier, days).p
        assert (bar.odds[0][place], bar.odds[2][place]) == pytest.approx(ends, abs=1e-12)
        wanted = sim.compare(low, high)["tiers"][tier][str(days)]
        printed = bar.difference[place], bar.lo[place], bar.hi[place]
        assert printed == pytest.approx([wanted[name] for name in ("difference", "lo", "hi")], abs=1e-9)


@pytest.mark.parametrize("tier", TIERS)
def test_levers_start_from_the_headline_of_the_scenario(tier: str) -> None:
    found = levers(pulled(), tier=tier, trials=512, workers=1, most_packages=8)
    odds = sim.run(pulled(), trials=512, workers=1).odds(tier, found.days)
    assert (found.base.odds, found.base.mc_lo, found.base.mc_hi) == (odds.p, odds.mc_lo, odds.mc_hi)
    best = found.frontier[-1]
    base, variant = (
        sim.run(with_levers(pulled(), use), trials=512, workers=1, name=name)
        for use, name in (({}, "none"), (best.use, "best"))
    )
    assert best.odds == variant.odds(tier, found.days).p
    assert best.difference == sim.compare(base, variant)["tiers"][tier][str(found.days)]["difference"]


def test_a_target_is_a_headline() -> None:
    """The model's own share passes it and the headline does not."""
    all_used = dict.fromkeys(PULLED, 1.0)
    odds = sim.run(with_levers(pulled(), all_used), trials=512, workers=1).odds("durable", 56)
    target = (odds.p + odds.model) / 2
    assert odds.model > target + 0.1 > odds.p
    found = levers(pulled(), target=target, trials=512, workers=1, most_packages=20)
    assert not found.is_reached and "No package tried reaches" in found.sentence
    assert levers(pulled(), target=found.package.odds - 0.01, trials=512, workers=1, most_packages=20).is_reached


@pytest.fixture(scope="module")
def run() -> sim.Run:
    return sim.run(scenario(), trials=4096, workers=1)


@pytest.mark.parametrize("tier", TIERS)
def test_information_and_boxes_have_the_headline_of_their_run(run: sim.Run, tier: str) -> None:
    odds = run.odds(tier, 365)
    found = value_of_information(run, tier)
    assert found.odds == found.as_dict()["p"] == odds.p != odds.model
    wide = next(one for one in found.unknowns if one.name == "parties.North.strain")
    assert min(wide.at_low, wide.at_high) < odds.p < max(wide.at_low, wide.at_high)
    if tier != "broad":
        boxes = discover(run, tier)
        assert boxes.p == odds.p and boxes.density == pytest.approx(odds.p, abs=1e-9)
        assert boxes.boxes and boxes.boxes[0].density_hi > odds.p


@pytest.mark.parametrize("tier", TIERS)
def test_means_of_designs_are_the_headline_within_monte_carlo_error(run: sim.Run, tier: str) -> None:
    odds = run.odds(tier, 365)
    mean = sobol(scenario(), inputs=["parties.North.strain"], rows=128, tier=tier, workers=1).mean
    surface = response(scenario(), points=256, settings=4, tier=tier, workers=1)
    assert mean == pytest.approx(odds.p, abs=0.03) and surface.at({})[-1] == pytest.approx(odds.p, abs=0.03)
    low, high = surface.band({})[-1]
    assert low < odds.p < high


def test_plain_trials_of_efficiency_are_the_run(run: sim.Run) -> None:
    for tier in TIERS:
        found = fewer_trials(scenario(), tier=tier, trials=4096)
        for one in found.of("plain"):
            assert one.p == pytest.approx(run.odds(tier, one.days).p, abs=1e-12)


def test_a_pair_is_that_of_compare(run: sim.Run) -> None:
    other = sim.run(changed(scenario(), **{"parties.South.fear": 0.06}), trials=4096, workers=1, name="other")
    found, wanted = common_random_numbers(run, other), sim.compare(run, other)["tiers"]["durable"]
    for one in found.pairs:
        cell = wanted[str(one.days)]
        assert (one.base, one.variant, one.lo) == (cell["base"], cell["variant"], cell["lo"])
        reach = (one.hi - one.lo) / 2
        assert one.se_common == pytest.approx(reach / 1.979, rel=0.02)  # Student's t with 127 degrees of freedom


def test_effects_of_morris_are_of_headlines() -> None:
    """At half the log odds and a low reference class, changes are smaller than those of the model's own shares."""
    plain = minimal_scenario(**UNCERTAIN)
    own, found = (morris(one, trajectories=8, trials=128, workers=1).effects for one in (plain, scenario()))
    assert own[0].name == found[0].name == "parties.North.strain"
    assert 0.2 * own[0].mu_star < found[0].mu_star < 0.9 * own[0].mu_star
    assert found[-1].mu_star == 0


def test_a_level_is_that_of_the_scenario_also_where_inputs_are_taken_apart() -> None:
    base = sim.load("istanbul_2025/aides_only")
    found = tornado(base, inputs=["war.momentum"], trials=256, workers=1)
    run = sim.run(central(base), trials=256, workers=1)
    assert found.central == pytest.approx([run.odds("durable", days).p for days in horizons(base)], abs=1e-12)
    known = levels(base)[365]
    assert logit(known.at(0.5, 10**9)) == pytest.approx(known.intercept, abs=1e-6)


# -- words ------------------------------------------------------------------------------------------


def test_no_study_prints_odds_of_another_kind() -> None:
    root = Path(sim.__file__).parent
    files = [
        *(root / "analysis").rglob("*.py"),
        *(root / "cli" / "commands" / f"{name}.py" for name in ("sensitivity", "levers", "discover", "efficiency")),
    ]
    for file in files:
        if file.name == "event_timeline.py":
            continue
        assert not re.search(r"not anchored|NOT_ANCHORED|\"anchored\"|the model alone", file.read_text()), file
