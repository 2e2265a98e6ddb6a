"""Why it fails: hand-made trials with every share known, identities, limits, and changes that are then really made."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import sim
from sim.agents import rules_of
from sim.agents.parties import Belligerent
from sim.analysis.failure.least_change import nearness, quantiles
from sim.analysis.failure.sentences import LIMIT
from sim.analysis.failure.why import explain, why
from sim.errors import ParleyError
from sim.model.compiled import simulate
from sim.outcome_columns import FRICTIONS, STAGES, TAGS
from sim.results import wording
from sim.results.run import Run
from sim.statistics.paired_differences import paired_difference
from tests.dashboards.factories import ceasefire, failure, made_run
from tests.factories import FEAR, WEEKLY, minimal_scenario

TWO_ISSUES = {"issues": ("land", "arms")}


def apart(shortfall: float, party: int, issue: int = 0, **shares: float) -> dict[str, Any]:
    """A trial that talked, never had a range, and lacked so much."""
    tag = max(shares, key=lambda name: shares[name]) if shares else "fighting_pays"
    found = failure(tag, best_track=0, best_week=3, shortfall=shortfall, binding_party=party, binding_issue=issue)
    return {**found, **{f"share_{name}": share for name, share in shares.items()}}


def run_of(trials: list[dict[str, Any]], **changes: Any) -> Run:
    made = made_run(trials, scenario=minimal_scenario(**TWO_ISSUES, **changes))
    for friction in FRICTIONS:
        name = f"share_{friction}"
        made.columns[name][:] = [trial.get(name, 0.0) for trial in trials]
    return made


TRIALS = [
    *[ceasefire(10)] * 16,
    *[failure("not_convened", stage=0)] * 8,
    *[failure("process", stage=3)] * 8,
    *[apart(0.02, 0, 0, commitment=0.75, trust=0.25)] * 8,
    *[apart(0.04, 1, 1, information=0.1, trust=0.9)] * 16,
    *[apart(0.06, 1, 1)] * 8,
]


# -- hand-made trials ----------------------------------------------------------------------------------------


def test_a_victory_that_imposes_a_ceasefire_is_told_apart() -> None:
    won = {"victory": 1, "victory_week": 9}
    plain, imposed = failure("victory", **won), failure("victory", **won, imposed=1)
    later = {**ceasefire(2), **won, "imposed": 1}  # no failure: a durable ceasefire came first
    found = explain(run_of([*[plain] * 8, *[imposed] * 4, *[later] * 4, *[failure("process", stage=3)] * 4]))
    assert (found.tags["victory"].p, found.imposed.p, found.imposed.n) == (12 / 16, 4 / 16, 16)
    rows = found.table().set_index("name")["value"]
    assert rows["victory with an imposed ceasefire"] == 4 / 16
    assert explain(run_of([ceasefire(1)] * 32)).imposed.p is None


def test_every_share_of_hand_made_trials() -> None:
    found = explain(run_of(TRIALS))
    assert (found.trials, found.n_failed, found.n_without_range) == (64, 48, 32)
    passed = {stage.name: stage.passed.p for stage in found.stages}
    assert (passed["talks held"], passed["offers"], passed["range"]) == (56 / 64, 56 / 64, 24 / 64)
    assert passed["signed"] == passed["alive 180 d"] == 16 / 64
    steps = {stage.name: (stage.step.p, stage.step.n) for stage in found.stages}
    assert steps["talks held"] == (56 / 64, 64) and steps["range"] == (24 / 56, 56)
    assert steps["signed"] == (16 / 24, 24) and steps["ratified"] == (1, 16)
    tags = {name: share.p for name, share in found.tags.items() if share.p}
    expected = {"not_convened": 8, "process": 8, "commitment": 8, "trust": 16, "fighting_pays": 8}
    assert tags == {name: n / 48 for name, n in expected.items()}
    assert found.party["North"].p == 8 / 32 and found.party["South"].p == 24 / 32
    assert found.issue["land"].p == 8 / 32 and found.issue["arms"].p == 24 / 32
    assert found.track["ceasefire"].p == 1
    assert found.shortfall["q50"] == pytest.approx(0.04) and found.shortfall["q95"] == pytest.approx(0.06)


def test_mean_shares_leave_out_trials_without_a_friction() -> None:
    """Of 24 trials with shares 8 have trust .25, 16 have .9; the 8 in which fighting pays have none."""
    shares = explain(run_of(TRIALS)).frictions
    assert {share.n for share in shares.values()} == {24}
    assert shares["trust"].p == pytest.approx((8 * 0.25 + 16 * 0.9) / 24, abs=1e-6)
    assert shares["commitment"].p == pytest.approx(8 * 0.75 / 24, abs=1e-6)
    assert shares["audience"].p == 0 and shares["controllers"].p == 0
    assert sum(share.p or 0 for share in shares.values()) == pytest.approx(1, abs=1e-9)


def test_hand_made_trials_cannot_be_run_again_and_it_says_nothing_of_one_side() -> None:
    found = explain(run_of(TRIALS))
    assert found.smallest is None
    assert not any("side alone" in text or "run" in text for text in found.sentences[:-1])


def test_differences_are_paired_and_over_all_trials() -> None:
    base, here = run_of(TRIALS), run_of([ceasefire(3)] * 32 + TRIALS[32:])
    found = explain(here, base)
    change = {(one.kind, one.name): one for one in found.changes}
    assert len(change) == len(STAGES) - 1 + len(TAGS)
    signed = change["stage", "signed"]
    assert (signed.base, signed.here, signed.difference) == (0.25, 0.5, 0.25)
    expected = paired_difference(base.columns["stage"] >= 4, here.columns["stage"] >= 4)
    assert (signed.difference, signed.lo, signed.hi) == expected
    assert change["tag", "process"].difference == -8 / 64 and change["tag", "trust"].difference == 0


# -- limits --------------------------------------------------------------------------------------------------


def test_without_failures_there_is_nothing_to_explain() -> None:
    found = explain(run_of([ceasefire(10)] * 64))
    assert found.n_failed == 0 and found.smallest is None and sum(found.anatomy.values()) == 0
    assert all(share.p is None for share in found.tags.values())
    assert "Every trial passes every stage." in found.sentences
    assert any("no failure to explain" in text for text in found.sentences) and found.sentences[-1] == LIMIT
    json.dumps(found.as_dict(), allow_nan=False)


def test_where_nobody_talks_no_friction_is_blamed() -> None:
    scenario = minimal_scenario(**{**WEEKLY, "talks.convening_prob_per_week": 0})
    found = why(scenario, trials=64, workers=1)
    assert found.anatomy["not_convened"] == 1 and found.n_without_range == 0
    assert found.shortfall["q50"] is None and all(share.p == 0 for share in found.frictions.values())
    assert found.stages[0].passed.p == 0 and found.stages[1].step.p is None
    assert not any("never had a range" in text for text in found.sentences)
    json.dumps(found.as_dict(), allow_nan=False)


def test_an_infinite_shortfall_is_not_printed_as_a_number() -> None:
    """Red lines may leave nothing between them: then no package is possible at any cost of war."""
    found = explain(run_of([apart(np.inf, 0, audience=1.0)] * 64))
    assert found.n_without_range == 64 and set(found.shortfall.values()) == {None}
    assert any("no package was possible" in text for text in found.sentences)
    json.dumps(found.as_dict(), allow_nan=False)


def test_red_lines_that_leave_nothing_between_them_are_survived() -> None:
    lines = {"parties.North.red_lines.territory": 0.2, "parties.South.red_lines.territory": 0.8}
    scenario = minimal_scenario(**WEEKLY, **lines)
    found = explain(Run(scenario, "lines", 1, simulate(scenario, 1, 0, 64)))
    assert found.n_failed == 64 and found.sentences[-1] == LIMIT
    json.dumps(found.as_dict(), allow_nan=False)


def test_runs_without_common_random_numbers_or_horizon_are_refused() -> None:
    run = run_of(TRIALS)
    with pytest.raises(ParleyError, match="common random numbers"):
        explain(run, Run(run.scenario, "other", 2, run.columns))
    with pytest.raises(ParleyError, match="same horizon"):
        explain(run, run_of(TRIALS, horizon_weeks=26))
    with pytest.raises(ParleyError, match="teaching/minimal"):
        why("teaching/minimall")


def test_quantiles_are_values_of_trials_and_infinity_is_none() -> None:
    levels = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
    assert quantiles(np.array([3.0, 1.0, np.inf, 2.0]), levels) == {"q05": 1.0, "q50": 2.0, "q95": None}
    assert quantiles(np.zeros(0), levels) == dict.fromkeys(levels)


# -- the smallest change, then made ----------------------------------------------------------------------------

GAINING = {"war.momentum": 0.5, "war.momentum_mean": 0.5, "issues.territory.war_share": 0.6}
SOUTH_WINS = {**WEEKLY, **GAINING, "tracks.ceasefire.scope": (), "parties.North.strain": 0.1, "parties.South.strain": 0}


def has_range(changes: dict[str, Any]) -> bool:
    columns = simulate(minimal_scenario(**changes), 1, 0, 32)
    is_seen = columns["n_range_rounds"] > 0
    assert is_seen.all() or not is_seen.any()
    return bool(is_seen.all())


def nearness_of(changes: dict[str, Any]) -> Any:
    scenario = minimal_scenario(**changes)
    found = nearness(Run(scenario, "made", 1, simulate(scenario, 1, 0, 32)))
    assert found is not None and len(found.trial) == 32
    return found


@pytest.mark.parametrize("track", [{}, {"tracks.ceasefire.length_days": 30}])
def test_a_side_given_what_it_alone_lacked_opens_a_range(track: dict[str, Any]) -> None:
    """Also in a short halt, which counts for less: the change is in cost of a year of war all the same."""
    changes = {**SOUTH_WINS, **track}
    missing = float(nearness_of(changes).alone[0, 1])
    assert 0 < missing < 1
    for factor, opens in ((0.999, False), (1.001, True)):
        assert has_range({**changes, "parties.South.strain": factor * missing}) == opens


def test_both_sides_given_what_they_lacked_open_a_range_and_it_is_the_stored_shortfall() -> None:
    changes = {**WEEKLY, **FEAR, "parties.North.strain": 0.01, "parties.South.strain": 0.01}
    found, scenario = nearness_of(changes), minimal_scenario(**changes)
    stored = simulate(scenario, 1, 0, 32)["shortfall"]
    np.testing.assert_allclose(found.both, stored, atol=1e-6)  # stored in single precision
    assert (found.alone >= found.both[:, None] - 1e-9).all()
    for factor, opens in ((0.999, False), (1.001, True)):
        strain = 0.01 + factor * float(found.both[0])
        assert has_range({**changes, "parties.North.strain": strain, "parties.South.strain": strain}) == opens


def test_where_the_other_side_gets_too_little_nothing_on_this_side_does() -> None:
    """Only stopping where they stand is on the table, and that does not suit South: North's cost is no help."""
    assert np.isinf(nearness_of(SOUTH_WINS).alone[:, 0]).all()
    assert not has_range({**SOUTH_WINS, "parties.North.strain": 2})


def test_a_friction_taken_away_opens_a_range_exactly_where_it_is_said_to() -> None:
    changes = {**WEEKLY, **FEAR, "parties.North.trust": 0.5}
    found = nearness_of(changes)
    assert found.without["commitment"].all() and not found.without["trust"].any()
    assert has_range({**changes, "parties.North.fear": 0, "parties.South.fear": 0})
    assert not has_range({**changes, "parties.North.trust": 1})


def test_parties_of_ones_own_are_not_run_again() -> None:
    class Patient(Belligerent):
        def step(self) -> None:
            self.unseen = -0.2

    scenario = minimal_scenario(**WEEKLY, **FEAR)
    columns = simulate(scenario, 1, 0, 64, rules=rules_of(scenario, {"South": Patient}))
    found = explain(Run(scenario, "patient", 1, columns))
    assert found.n_without_range == 64 and found.smallest is None


# -- end to end ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def istanbul() -> Run:
    return sim.run("istanbul_2025/aides_only", trials=512, workers=1)


def test_identities_on_a_shipped_scenario(istanbul: Run) -> None:
    found = explain(istanbul)
    passed = [1.0, *(stage.passed.p or 0 for stage in found.stages)]
    assert all(before >= after for before, after in zip(passed[:-1], passed[1:], strict=True))
    assert np.cumprod([stage.step.p for stage in found.stages]) == pytest.approx(passed[1:])
    for shares in (found.tags, found.frictions, found.party, found.issue, found.track):
        assert sum(share.p or 0 for share in shares.values()) == pytest.approx(1, abs=1e-9)
        assert all(share.lo <= (share.p or 0) <= share.hi for share in shares.values())
    assert found.anatomy == pytest.approx(istanbul.summary["anatomy"])
    assert found.funnel == istanbul.summary["funnel"]
    assert {name: share.p for name, share in found.frictions.items()} == pytest.approx(
        istanbul.summary["frictions"], abs=1e-5
    )
    least = found.smallest
    assert least is not None and least.n == found.n_without_range
    assert least.both["q50"] is not None and least.either["q50"] is not None
    assert least.both["q50"] <= least.either["q50"]


def test_against_itself_nothing_differs(istanbul: Run) -> None:
    found = explain(istanbul, istanbul, run_again=False)
    assert all(change.difference == 0 and not change.is_clear for change in found.changes)
    assert any("no stage and no reason differs clearly" in text for text in found.sentences)


def test_json_has_the_keys_of_a_run_and_the_table_is_tidy(istanbul: Run) -> None:
    found = explain(istanbul, istanbul)
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert list(told["anatomy"]) == list(TAGS)
    assert [stage["stage"] for stage in told["funnel"]] == list(STAGES[1:])
    assert told["sentences"] == list(found.sentences) and told["sentences"][-1] == LIMIT
    table = found.table()
    assert list(table.columns) == ["scenario", "part", "name", "value", "lo", "hi", "n"]
    assert not table.duplicated(["part", "name"]).any() and table["n"].notna().all()
    stage = table[(table.part == "stage") & (table.name == "range")].iloc[0]
    assert stage.value == found.funnel[2]["p"]


def test_the_limit_is_the_sentence_of_every_run(istanbul: Run) -> None:
    assert wording.why(istanbul.summary)[-1] == LIMIT


def test_spoiled_by_fear_the_textbook_pie_fails_of_fear() -> None:
    """Fearon's pie is always cut; with a great fear on one side it never is, and less fear there would do."""
    whole = why("teaching/fearons_pie", trials=64, workers=1)
    assert whole.n_failed == 0
    spoiled = sim.load("teaching/fearons_pie", [("parties.South.fear", "0.6"), ("expect", "open")])
    found = why(spoiled, "teaching/fearons_pie", trials=64, workers=1)
    assert found.anatomy["commitment"] == 1 and found.frictions["commitment"].p == pytest.approx(1, abs=1e-9)
    assert found.party["South"].p == 1 and found.smallest is not None
    assert found.smallest.without["commitment"].p == 1 and found.smallest.sides["South"].by_fear.p == 1
    drop = next(change for change in found.changes if change.name == "range")
    assert drop.difference == -1 and drop.is_clear


def test_it_prints_within_a_hundred_columns(istanbul: Run, capsys: pytest.CaptureFixture[str]) -> None:
    from sim.cli.commands.why import show_why
    from sim.cli.console import console

    show_why(explain(istanbul, istanbul), console())
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100 and any(line.startswith("range") for line in lines)
    assert " ".join(lines).endswith(LIMIT)
