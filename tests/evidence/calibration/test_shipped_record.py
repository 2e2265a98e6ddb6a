"""The shipped record: what its rows are, and what the calibrated model says of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import date

import numpy as np
import pytest

from sim.evidence.backtest import nested, scores
from sim.evidence.backtest.backtest import backtest, second_coding
from sim.evidence.backtest.forecasts import Forecasts, engine_from_prior, forecast, outcomes_of
from sim.evidence.backtest.shipped_record import digests, shipped_record
from sim.evidence.backtest.tier_scores import score
from sim.evidence.calibration.calibrate import Record, Rows, calibrate, read_rows
from sim.evidence.calibration.episodes import TIERS
from sim.evidence.calibration.optional_terms import TERMS
from sim.evidence.calibration.posterior import Posterior
from sim.evidence.calibration.posterior_file import episodes_digest, resampled
from sim.evidence.calibration.simulate_episodes import simulate_at
from sim.evidence.calibration.structural_parameters import FIXED, STRUCTURAL
from sim.scenario.sources.search_path import find_data
from tests.evidence import factories


def test_contested_ends_have_a_second_coding() -> None:
    rows = read_rows()
    loose = second_coding(rows)
    changed = {
        after.episode_id: (before.outcomes["durable"], after.outcomes["durable"])
        for before, after in zip(rows.all, loose.all, strict=True)
        if before != after
    }
    assert changed == {"MINSK2": ((0, 0, 0, 0), (1, 1, 1, 1)), "LUS99": ((0, 0, 0, 0), (0, 0, 0, 1))}
    for before, after in zip(rows.all, loose.all, strict=True):
        assert before.outcomes["mutual"] == after.outcomes["mutual"]
        assert replace(after, outcomes=before.outcomes) == before


@pytest.mark.parametrize(
    ("day", "changed"), [("1999-07-01", []), ("2001-01-01", ["LUS99"]), ("2015-06-01", ["LUS99"]), ("2017-01-01", None)]
)
def test_a_second_coding_waits_until_the_first_is_known(day: str, changed: list[str] | None) -> None:
    rows = read_rows(None, date.fromisoformat(day))
    found = [a.episode_id for a, b in zip(rows.all, second_coding(rows).all, strict=True) if a != b]
    assert found == (["LUS99", "MINSK2"] if changed is None else changed)


@pytest.fixture(scope="module")
def shipped() -> tuple[Rows, Record, Forecasts]:
    """The shipped rows with few trials, and one penalty of the ridge regression, whose choice is tested elsewhere."""
    rows = read_rows()
    record = calibrate(rows.all, trials=factories.TRIALS, workers=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nested, "PENALTIES", (10.0,))
        return rows, record, forecast(rows, record, 2)


def test_the_shipped_rows(shipped: tuple[Rows, Record, Forecasts]) -> None:
    rows, record, found = shipped
    assert len(rows.targets) == 116 and rows.others == () and len(record.posterior.wars) == 38
    for by_tier in found.by_forecaster.values():
        for table in by_tier.values():
            assert table.shape == (116, 4) and np.all((table > 0) & (table < 1))
    assert all(np.all(np.diff(table, axis=1) >= 0) for table in found.by_forecaster["engine"].values())
    for tier, least in (("durable", 0.05), ("mutual", 0.03)):
        scored = score(rows, found.by_forecaster, tier)
        assert scored is not None and scored.n_rows >= 110 and scored.n_wars == 38
        # Few trials, but already well ahead of the base rate.
        assert np.mean(scored.brier["constant"]) - np.mean(scored.brier["engine"]) > least
        assert scored.differences["engine"]["constant"][2] < 0
        learned_nothing = engine_from_prior(record, 116)
        assert scores.mean_brier(learned_nothing[tier], outcomes_of(rows.targets, tier)) > np.mean(
            scored.brier["engine"]
        )


def test_the_target_war_is_left_out_of_the_shipped_rows(shipped: tuple[Rows, Record, Forecasts]) -> None:
    rows, record, found = shipped
    own = [row for row, episode in enumerate(rows.targets) if episode.cluster == "RUUA"]
    assert len(own) == 10
    others = [row for row in range(116) if row not in own]
    surfaces = replace(record.surfaces, chances={tier: record.surfaces.chances[tier][others] for tier in TIERS})
    unseen = Posterior.of([rows.targets[row] for row in others], surfaces)
    for tier in TIERS:
        odds = [record.surfaces.odds(tier, row, unseen.weights) for row in own]
        assert np.array_equal(np.round(odds, 6), found.by_forecaster["engine"][tier][own])


# The real thing


@pytest.fixture(scope="module")
def full() -> tuple[Rows, Record, Forecasts]:
    rows = read_rows()
    record = calibrate(rows.all)
    return rows, record, forecast(rows, record)


@pytest.mark.slow
def test_the_shipped_record_at_full_size(full: tuple[Rows, Record, Forecasts]) -> None:
    rows, _, found = full
    for tier, most in (("durable", 0.175), ("mutual", 0.185)):
        scored = score(rows, found.by_forecaster, tier)
        assert scored is not None
        assert np.mean(scored.brier["engine"]) <= most, tier
        assert 0.85 <= scored.pooled["engine"].slope <= 1.25, tier


def test_the_shipped_draws_are_of_this_record_and_this_mapping() -> None:
    about = json.loads(find_data("calibration/posterior.json").read_text(encoding="utf-8"))
    assert about["episodes_sha256"] == episodes_digest()
    # Lists and tuples are one in JSON.
    assert about["fixed"] == json.loads(json.dumps(asdict(FIXED)))
    assert {name: list(term["weights"]) for name, term in about["terms"].items()} == {
        term.name: list(term.alternatives) for term in TERMS
    }
    for parameter in STRUCTURAL:
        said = about["structural"][parameter.name]
        assert said["prior"] == [parameter.prior, parameter.low, parameter.high]
        assert said["reference"] == parameter.reference
    text = find_data("calibration/posterior.csv").read_bytes()
    assert about["draws_sha256"] == hashlib.sha256(text).hexdigest()


@pytest.mark.slow
def test_the_engine_on_posterior_draws_says_what_the_surfaces_say(full: tuple[Rows, Record, Forecasts]) -> None:
    rows, record, _ = full
    points = record.posterior.points[resampled(record.posterior, 1_024)]
    off = []
    for row in range(0, len(rows.targets), 8):
        simulated = simulate_at(rows.targets[row], points, 7)
        for tier in TIERS:
            shares = np.cumsum(simulated.counts[tier].mean(axis=0) / 16)[:-1]
            off.append(shares - record.surfaces.odds(tier, row, record.posterior.weights))
    # Surfaces smooth over the prior what the draws meet in one corner of it: .02 a forecast, and none off by .06.
    assert np.sqrt(np.mean(np.square(off))) < 0.025
    assert np.max(np.abs(off)) < 0.06
    assert abs(np.mean(off)) < 0.015


def test_the_shipped_record_is_of_these_data_and_this_mapping() -> None:
    record, now = shipped_record(), digests()
    data = {name for name in now if name.endswith("_sha256")} - {"scenarios_sha256"}  # other changes are named as stale
    assert {name: record["digests"][name] for name in data} == {name: now[name] for name in data}
    assert [term["term"] for term in record["protocol"]["terms"]] == [term.name for term in TERMS]
    assert [row["episode_id"] for row in record["forecasts"]] == [row.episode_id for row in read_rows().targets]
    assert (record["trials_an_episode"], record["seed"], record["as_of"]) == (32_768, 1, None)


@pytest.mark.slow
def test_the_shipped_record_is_what_a_backtest_gives() -> None:
    record, again = shipped_record(), backtest().as_dict()
    if record["digests"]["engine"] == again["digests"]["engine"]:
        assert json.loads(json.dumps(again)) == {name: value for name, value in record.items() if name != "stale"}
