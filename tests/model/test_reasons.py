"""Each reason for failure, produced on purpose; shares that add up; and the theorem behind `fighting_pays`."""

from typing import Any

import numpy as np
import pytest

from sim.model.compiled import simulate
from sim.model.switches import NONE_OFF
from sim.outcome_columns import FRICTIONS, TAGS
from sim.scenario.reading.load import load
from sim.single_trial.one_trial import OneTrial
from tests.factories import FEAR, QUIET, SILENT, WEEKLY, both, changed, minimal_scenario, stepped, week
from tests.model.entries import best_surplus, path_of

TALKS = {**QUIET, **both(usual_level=3), "talks.convening_prob_per_week": 0.5}
COSTLY = {"parties.South.strain": 0.02, "parties.North.strain": 0.2}
GAINING = {"war.momentum": 0.5, "war.momentum_mean": 0.5, "issues.territory.war_share": 0.6}
HOUSES = tuple(f"House {number}" for number in range(1, 7))
SENATE = {"role": "veto", "side": "North", "ideal_point": {"territory": 0.0}, "points": {"territory": 100}}
SENATE |= {"misperception": 2}
"""Six houses of which North knows next to nothing: one of them refuses, but for one trial in 64."""
# What is changed in the smallest scenario, so that (nearly) every trial fails for that one reason.
CASES: dict[str, dict[str, Any]] = {
    "not_convened": {"talks.convening_prob_per_week": 0, "talks.ripeness": 0},
    "fighting_pays": {**GAINING, "tracks.ceasefire.scope": (), "parties.South.strain": 0, **both(trust=0)},
    "scope": {**GAINING, "tracks.ceasefire.scope": (), "parties.South.strain": 0},
    "information": {"issues.territory.war_share": 0.6, **both(optimism=0.6, optimism_rest=0.6)},
    "commitment": FEAR,
    "trust": {**GAINING, **both(trust=0), **COSTLY},
    "audience": {"tracks.ceasefire.audience_cost": {"South": 0.5}},
    "controllers": {
        **GAINING,
        "issues.territory.controllers": ("Patron",),
        "parties.Patron": {"role": "backer", "engagement": 0},
        **COSTLY,
    },
    "ratification": {f"parties.{name}": SENATE for name in HOUSES} | {"tracks.ceasefire.ratified_by": HOUSES},
    "process": {**both(level_cap=1), "talks.call_home_prob": 0},
    "collapsed": {"truces.early_hazard": 50, "truces.slow_hazard": 50, **both(offer_rate=1)},
    "victory": {"war.victory_hazard": 20, "war.imposed_halt_prob": 0},
}


@pytest.mark.parametrize("tag", CASES)
def test_each_reason_can_be_the_reason(tag: str) -> None:
    columns = simulate(minimal_scenario(**{**TALKS, **CASES[tag]}), 1, 0, 128)
    failed = columns["tag"] >= 0
    assert failed.mean() > 0.9
    assert (columns["tag"][failed] == TAGS.index(tag)).mean() > 0.9, np.bincount(columns["tag"][failed], minlength=13)


def test_a_trial_has_a_tag_exactly_if_it_has_no_durable_halt() -> None:
    columns = simulate(load("istanbul_2025/aides_only"), 1, 0, 1_024)
    np.testing.assert_array_equal(columns["tag"] >= 0, columns["durable_week"] < 0)


def test_shares_add_up_and_frictions_of_size_nought_get_nothing() -> None:
    """Stored as fractions of the total; float32, hence the tolerance."""
    columns = simulate(load("istanbul_2025/aides_only"), 1, 0, 2_048)
    names = [TAGS[code] for code in columns["tag"]]
    attributed = np.isin(names, [*FRICTIONS, "combined"])
    total = sum(columns[f"share_{friction}"] for friction in FRICTIONS)
    assert attributed.any()
    np.testing.assert_allclose(total[attributed], 1, atol=1e-5)
    assert (total[~attributed] == 0).all()
    calm = [("parties.Russia.fear", "0"), ("parties.Ukraine.fear", "0")]
    without_fear = simulate(load("istanbul_2025/aides_only", calm), 1, 0, 1_024)
    assert np.abs(without_fear["share_commitment"]).max() < 1e-9


def test_without_trust_only_a_status_quo_that_suits_both_is_signed() -> None:
    """Trust 0 for both, fear and audience constant: a range iff stopping where things stand suits both."""
    for strain, expected in ((0.3, True), (0.02, False)):
        sides = {**both(trust=0), "parties.South.strain": strain}
        columns = simulate(minimal_scenario(**TALKS, **GAINING, **sides), 1, 0, 64)
        assert ((columns["n_range_rounds"] > 0) == expected).all()


def test_the_shortfall_is_what_would_have_signed() -> None:
    """A side's strain raised by the shortfall (twice it, as the other side gives nothing) opens a range."""
    changes = {**TALKS, **GAINING, "tracks.ceasefire.scope": (), **both(strain=0.1), "parties.South.strain": 0.0}
    failed = simulate(minimal_scenario(**changes), 1, 0, 64)
    missing = float(failed["shortfall"][0])
    assert missing > 0 and (failed["binding_party"] == 1).all()
    for more, opens in ((0.999, False), (1.001, True)):
        cured = simulate(minimal_scenario(**{**changes, "parties.South.strain": more * missing}), 1, 0, 64)
        assert ((cured["n_range_rounds"] > 0) == opens).all()


def test_events_reach_what_they_name() -> None:
    events = [
        {"name": "push", "date": week(2), "momentum_shift": 0.3},
        {"name": "sanctions", "date": week(2), "pressure": {"South": 0.05}},
        {"name": "monitors", "date": week(2), "set": {"assurances.monitoring": 0.8}},
    ]
    before, after = (stepped(minimal_scenario(**SILENT, events=events), weeks, n_trials=32) for weeks in (2, 3))
    assert (before.of("war", "momentum") == 0).all() and (before.side("South", "pressure") == 0).all()
    assert (before.of("assurances", "monitoring") != 0.8).all()
    assert after.of("war", "momentum") == pytest.approx(np.full(32, 0.3 * 0.95))
    assert after.side("South", "pressure") == pytest.approx(np.full(32, 0.05 * 0.5 ** (1 / 35)))
    assert (after.side("North", "pressure") == 0).all()
    assert (after.of("assurances", "monitoring") == 0.8).all()


def test_red_lines_that_cross_are_an_audience_s_doing() -> None:
    """No package is possible at all: the shortfall is as large as can be, and the run does not stop."""
    lines = {"parties.North.red_lines": {"territory": 0.2}, "parties.South.red_lines": {"territory": 0.8}}
    columns = simulate(minimal_scenario(**WEEKLY, **lines), 1, 0, 64)
    assert {TAGS[tag] for tag in columns["tag"]} == {"audience"}
    assert set(columns["shortfall"]) == {10.0}


def test_a_veto_player_s_need_that_closes_the_range_is_an_audience_s_doing() -> None:
    """Both sides would sign; a parliament that thinks little of the costs of war would not, and they know it."""
    war = {"war.momentum": -0.6, "war.momentum_mean": -0.6, "issues.territory.war_share": 0.6}
    hopes = {"parties.Rada": {**SENATE, "points": {"territory": 100}, "misperception": 0}}
    # What is at stake for it is the aid, which this track leaves as it is, and which war would bring.
    hopes["parties.Rada"] |= {"ideal_point": {"territory": 0.0, "aid": 0.0}, "points": {"territory": 0, "aid": 100}}
    issues = {"issues.aid.war_share": 0.9, "tracks.ceasefire.scope": ("territory",)}
    scenario = minimal_scenario(issues=("territory", "aid"), **{**TALKS, **war, **hopes, **issues})
    assert simulate(scenario, 1, 0, 64)["n_range_rounds"].min() > 0
    ratified = changed(scenario, **{"tracks.ceasefire.ratified_by": ("Rada",)})
    columns = simulate(ratified, 1, 0, 64)
    assert columns["n_range_rounds"].max() == 0 and {TAGS[tag] for tag in columns["tag"]} == {"audience"}
    assert (columns["share_audience"] == 1).all() and (columns["shortfall"] == 0).all()


def test_attribution_looks_at_the_packages_that_the_best_round_had() -> None:
    """With an issue that moves with the front where it stood then, and the promises and third parties of that week."""
    scenario = load("istanbul_2025/aides_only")
    n_compared = 0
    for number in range(6):
        trial, best = OneTrial(scenario, 1, number), {}
        tracks = trial.workspace.tracks
        while trial.is_counting:
            trial.step()
            for track in np.flatnonzero(tracks["best_week"] == trial.week - 1):
                best[int(track)] = path_of(trial.workspace, int(track))
        lines = trial.workspace.best_lines["status_quo"].reshape(len(tracks), -1).copy()
        for track, then in best.items():
            if tracks["n_moving"][track] > 0:
                trial.workspace.issues["status_quo"] = lines[track]
                now = path_of(trial.workspace, track, int(tracks["best_book"][track]))
                np.testing.assert_allclose(now.gain_a, then.gain_a, rtol=0, atol=1e-12)
                np.testing.assert_allclose(now.gain_b, then.gain_b, rtol=0, atol=1e-12)
                over_a, over_b = now.gain_a - tracks["best_need_a"][track], now.gain_b - tracks["best_need_b"][track]
                found = best_surplus(trial.workspace, NONE_OFF, track)
                assert found >= tracks["benefit_share"][track] * np.minimum(over_a, over_b).max() - 1e-12
                n_compared += 1
    assert n_compared > 3
