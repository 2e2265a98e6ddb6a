"""One number everywhere: weights by Jeffrey's rule, worked values and what they must never do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

import sim
from sim.errors import ScenarioError
from sim.results.weighing import BaseLevel, Weighing, levels, weigh
from sim.scenario.schema import Scenario
from sim.scenario.sources.contents import content_of
from sim.statistics.estimates import reference_odds
from sim.statistics.horizons import horizons
from sim.statistics.level import BASE, FILE_ALONE
from tests.dashboards.factories import ceasefire, failure, made_run
from tests.factories import minimal_scenario

REFERENCE = {"ties": 3, "months_at_risk": 267.9, "source": "test"}
HEAD = "episode_id,war,days,record,record_sd,file\n"


def with_record(rows: list[tuple[int, float, float, float]], episode: str = "E1") -> Scenario:
    content = content_of((HEAD + "".join(f"{episode},WAR,{at},{r},{sd},{f}\n" for at, r, sd, f in rows)).encode())
    record = {"war": "WAR", "episode": "E1", "levels": "levels.csv", "sha256": content.sha256}
    return minimal_scenario(record=record, reference_class=REFERENCE)


ROWS = [(30, 0.05, 0.4, 0.01), (90, 0.12, 0.4, 0.04), (180, 0.2, 0.5, 0.08), (365, 0.3, 0.5, 0.12)]


@pytest.fixture(scope="module")
def run() -> sim.Run:
    return sim.run(minimal_scenario(reference_class=REFERENCE), trials=3_200, seed=1)


def test_weighted_shares_of_durable_ceasefires_are_the_headline_to_the_last_digits(run: sim.Run) -> None:
    for days in horizons(run.scenario):
        event = run.events["durable", days]
        assert run.weighing.share(event.by_class) == pytest.approx(run.odds("durable", days).p, abs=1e-12)


def test_weights_have_mean_one_and_say_what_they_cost(run: sim.Run) -> None:
    weights = run.weighing.of_trials(run.scenario, dict(run.columns))
    assert weights.mean() == pytest.approx(1, abs=1e-12)
    assert run.weighing.effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum() / len(weights))
    assert run.summary["weights"]["effective_trials"] == pytest.approx(run.weighing.effective * 3_200)


def test_whatever_is_counted_is_counted_with_the_weights(run: sim.Run) -> None:
    weights = run.weighing.of_trials(run.scenario, dict(run.columns))
    n = len(weights)
    mutual = (run.columns["mutual_week"] >= 0) & (run.columns["mutual_week"] < 52)
    assert run.odds("mutual", 365).p == pytest.approx(weights[mutual].sum() / n)
    won = (run.columns["victory"] == 2) & (run.columns["victory_week"] >= 0) & (run.columns["victory_week"] < 52)
    assert run.summary["victory"]["B"] == pytest.approx(weights[won].sum() / n)
    stage = {entry["stage"]: entry["p"] for entry in run.summary["funnel"]}
    assert stage["signed"] == pytest.approx(weights[run.columns["stage"] >= 4].sum() / n)
    kept = run.in_force_180(365)
    assert kept is not None
    still = (run.columns["in_force_180_week"] >= 0) & (run.columns["in_force_180_week"] < 52)
    assert kept.p == pytest.approx(weights[still].sum() / n)


def test_reasons_of_failures_keep_their_shares(run: sim.Run) -> None:
    failed = run.columns["tag"] >= 0
    weights = run.weighing.of_trials(run.scenario, dict(run.columns))
    assert len(np.unique(weights[failed])) == 1
    counts = np.bincount(run.columns["tag"][failed], minlength=2)
    assert list(run.summary["anatomy"].values())[0] == pytest.approx(counts[0] / failed.sum())


def test_without_record_and_reference_class_every_trial_weighs_one() -> None:
    plain = sim.run(minimal_scenario(), trials=640, seed=1)
    assert plain.weighing.weights.tolist() == [1.0] * 5
    assert plain.odds("durable", 365).p == plain.odds("durable", 365).model


def test_a_record_sets_the_level_of_its_base_and_differences_stay_the_files() -> None:
    scenario = with_record(ROWS)
    found = levels(scenario)
    for days, record, _, file in ROWS:
        reference = reference_odds(days, 3, 267.9)
        head = expit(BASE.record * logit(record) + BASE.file * logit(file) + BASE.reference * logit(reference))
        assert found[days].at(file, 10**9) == pytest.approx(head, rel=1e-6)
        more = found[days].at(0.5, 10**9)
        assert logit(more) - logit(head) == pytest.approx(logit(0.5) - logit(file), rel=1e-6)
        assert (found[days].record, found[days].reference) == (record, reference)


def test_a_run_without_an_event_is_no_likelier_for_being_short() -> None:
    scenario = with_record([(at, r, sd, 1e-5) for at, r, sd, _ in ROWS])
    for n in (320, 3_200, 32_000):
        known = levels(scenario)[365]
        assert isinstance(known, BaseLevel)
        base = known.at(1e-5, 10**12)
        assert known.of_trials(n).at(0.0, n) == pytest.approx(base, rel=0.01 * n * 1e-5 + 0.5)
        assert known.of_trials(n).at(1e-5, n) == pytest.approx(base, rel=1e-6)


def test_a_file_alone_is_pooled_with_its_reference_class() -> None:
    found = levels(minimal_scenario(reference_class=REFERENCE))[365]
    head = expit(FILE_ALONE.file * logit(0.4) + FILE_ALONE.reference * logit(reference_odds(365, 3, 267.9)))
    assert found.at(0.4, 10**9) == pytest.approx(head, rel=1e-6)


@given(st.lists(st.integers(0, 40), min_size=5, max_size=5), st.integers(1, 99))
def test_weights_meet_the_headline_wherever_the_model_has_trials(counts: list[int], months: int) -> None:
    weeks = [2, 8, 20, 40]
    trials = [ceasefire(week) for week, n in zip(weeks, counts, strict=False) for _ in range(n)]
    made = made_run([*trials, *[failure()] * (counts[4] + 1)], reference_class={**REFERENCE, "months_at_risk": months})
    weighing = made.weighing
    assert weighing.share(weighing.counts) == pytest.approx(1)
    assert np.all(weighing.weights >= 0)
    heads = [made.odds("durable", days).p for days in horizons(made.scenario)]
    assert heads == sorted(heads)
    for days, n, p in zip(horizons(made.scenario), counts, heads, strict=False):
        if n and days not in weighing.unmet:
            assert weighing.share(made.events["durable", days].by_class) == pytest.approx(p, abs=1e-12)


def test_horizons_without_a_trial_are_named_and_the_last_is_met() -> None:
    made = made_run([ceasefire(20)] * 30 + [failure()] * 70, reference_class=REFERENCE)
    assert made.weighing.unmet == (30, 90, 180)  # by 180 the share of 365 is there already
    assert made.weighing.share(made.events["durable", 90].by_class) == 0
    assert made.weighing.share(made.events["durable", 365].by_class) == pytest.approx(made.odds("durable", 365).p)
    assert made.summary["weights"]["unmet"] == [30, 90, 180]


def test_a_headline_that_would_fall_is_raised() -> None:
    made = made_run([ceasefire(2)] * 30 + [failure()] * 70, reference_class=REFERENCE)
    assert isinstance(weigh(made.scenario, {at: made.events["durable", at] for at in (30, 90, 180, 365)}), Weighing)


def test_records_that_do_not_fit_are_refused_in_one_sentence() -> None:
    none = with_record(ROWS, "E11")
    with pytest.raises(ScenarioError, match=r"expected a row of episode E1, got none, did you mean `E11`\?"):
        levels(none)
    scenario = with_record(ROWS)
    assert scenario.record is not None
    other = scenario.model_copy(update={"record": scenario.record.model_copy(update={"war": "OTHER"})})
    with pytest.raises(ScenarioError, match="expected OTHER, the war of the scenario's `record`, got 'WAR'"):
        levels(other)
