"""Runs: the same trials for any workers and blocks, stopping at a precision, custom parties, the summary."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.errors import ParleyError
from sim.execution import run as run_module
from sim.execution import worker_pool
from sim.execution.blocks import blocks, n_blocks
from sim.execution.request import Request
from sim.execution.run import run, run_many
from sim.outcome_columns import STAGES
from sim.results.summary import summarise
from sim.statistics.horizons import event_by, horizons
from tests.factories import changed, minimal_scenario


class Unyielding(sim.Belligerent):
    """Signs nothing."""

    def accepts(self, mix: float, limit: float) -> bool:
        return False

    def pace(self, other_moved: bool, mandate: float) -> float:
        return 0.0


def same_columns(one: sim.Run, other: sim.Run) -> bool:
    return one.columns.keys() == other.columns.keys() and all(
        np.array_equal(one.columns[name], other.columns[name], equal_nan=column.dtype.kind == "f")
        for name, column in one.columns.items()
    )


def test_blocks_cover_all_trials_once() -> None:
    cut = list(blocks(1000, 320))
    assert [(b.index, b.first, b.n) for b in cut] == [(0, 0, 320), (1, 320, 320), (2, 640, 320), (3, 960, 40)]
    assert n_blocks(1000, 320) == 4
    with pytest.raises(ParleyError, match="multiple of 32"):
        list(blocks(1000, 100))


def test_trials_do_not_depend_on_workers_or_blocks(minimal: sim.Scenario) -> None:
    whole = run(minimal, trials=700, workers=1, block=1024)
    assert same_columns(whole, run(minimal, trials=700, workers=1, block=96))
    assert same_columns(whole, run(minimal, trials=700, workers=2, block=160))
    assert same_columns(whole, run(minimal, trials=700, workers=5, block=64))


def test_the_first_trials_of_a_longer_run_are_the_shorter_run(minimal: sim.Scenario) -> None:
    short, long = run(minimal, trials=150, block=96), run(minimal, trials=300, block=96)
    assert all(
        np.array_equal(column, long.columns[name][:150], equal_nan=column.dtype.kind == "f")
        for name, column in short.columns.items()
    )


def test_another_seed_gives_other_trials(minimal: sim.Scenario) -> None:
    assert not same_columns(run(minimal, trials=64, seed=1), run(minimal, trials=64, seed=2))


def test_several_runs_come_back_in_order_and_as_if_alone(minimal: sim.Scenario) -> None:
    other = minimal_scenario()
    asked = ((minimal, "a", 200), (other, "b", 100), (minimal, "c", 300))
    requests = [Request(*one, block=64) for one in asked]
    together = list(run_many(requests, workers=2))
    assert [one.name for one in together] == ["a", "b", "c"]
    assert [one.n_trials for one in together] == [200, 100, 300]
    assert same_columns(together[1], run(other, trials=100, workers=1))


def test_precision_stops_at_the_same_block_for_any_workers(minimal: sim.Scenario) -> None:
    one = run(minimal, trials=50_000, precision=0.03, block=128, workers=1)
    two = run(minimal, trials=50_000, precision=0.03, block=128, workers=2)
    assert one.n_trials == two.n_trials < 50_000
    assert one.n_trials % 128 == 0
    odds = one.odds("durable", 365)
    assert (odds.mc_hi - odds.mc_lo) / 2 <= 0.03
    before = run(minimal, trials=one.n_trials - 128).odds("durable", 365)
    assert (before.mc_hi - before.mc_lo) / 2 > 0.03


def test_precision_looks_at_the_headline(minimal: sim.Scenario) -> None:
    """Near a half the anchored number is better known than the model alone, so an anchored run stops earlier."""
    reference = {"ties": 3.0, "months_at_risk": 267.9, "source": "test"}
    anchored_one = changed(minimal, reference_class=reference)
    plain, found = (run(one, trials=50_000, precision=0.02, block=128) for one in (minimal, anchored_one))
    odds, before = found.odds("durable", 365), run(anchored_one, trials=found.n_trials - 128).odds("durable", 365)
    assert (odds.mc_hi - odds.mc_lo) / 2 <= 0.02 < (before.mc_hi - before.mc_lo) / 2
    assert found.n_trials != plain.n_trials


def test_precision_ends_at_the_cap() -> None:
    assert run(minimal_scenario(), trials=200, precision=0.0005, block=64).n_trials == 200


def test_a_party_of_ones_own_changes_the_run(minimal: sim.Scenario) -> None:
    plain = run(minimal, trials=320)
    stubborn = run(minimal, trials=320, parties={"North": Unyielding, "South": Unyielding})
    assert stubborn.odds("durable", 365).p < plain.odds("durable", 365).p


def test_a_party_that_cannot_travel_runs_in_threads(minimal: sim.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = []
    real = worker_pool.in_order
    monkeypatch.setattr(
        worker_pool, "in_order", lambda f, items, n, kind: kinds.append(kind) or real(f, items, n, kind)
    )
    typed_in = type("TypedIn", (Unyielding,), {"__module__": "__main__"})
    threads = run(minimal, trials=320, parties={"North": typed_in}, workers=2, block=64)
    assert kinds == ["threads"]
    assert same_columns(threads, run(minimal, trials=320, parties={"North": typed_in}, workers=1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trials": 0}, "trials: expected 1 to 5,000,000"),
        ({"trials": 10**50}, "51 digits"),
        ({"trials": 6_000_000}, "--store"),
        ({"seed": -1}, "seed: expected .*, got -1"),
        ({"seed": 2**64}, "seed"),
        ({"workers": 0}, "workers: expected 1 to 61, got 0"),
        ({"precision": 0.9}, "precision: expected .*, got 0.9"),
        ({"parties": {"Nobody": Unyielding}}, "no party 'Nobody'"),
        ({"parties": {"North": "a text"}}, "expected a class for 'North', got str"),
    ],
)
def test_what_cannot_be_run_is_said(minimal: sim.Scenario, options: dict, message: str) -> None:
    with pytest.raises(ParleyError, match=message):
        run(minimal, **options)


def test_the_last_seed_runs(minimal: sim.Scenario) -> None:
    assert run(minimal, trials=32, seed=2**64 - 1).n_trials == 32


def test_a_scenario_may_be_named() -> None:
    assert run("teaching/minimal", trials=32).name == "teaching/minimal"
    assert run(sim.load("teaching/minimal"), trials=32).name == "the_valley"


def test_horizons_follow_the_scenario() -> None:
    assert horizons(minimal_scenario()) == {30: 4, 90: 13, 180: 26, 365: 52}
    assert horizons(minimal_scenario(horizon_weeks=26)) == {30: 4, 90: 13, 180: 26}
    assert horizons(minimal_scenario(horizon_weeks=40)) == {30: 4, 90: 13, 180: 26, 280: 40}


def test_an_event_counts_by_its_start_week() -> None:
    columns = {"durable_week": np.array([-1, 0, 3, 4, 51, 52])}
    assert event_by(columns, minimal_scenario(), "durable", 30).tolist() == [False, True, True, False, False, False]
    assert event_by(columns, minimal_scenario(), "durable", 365).tolist() == [False, True, True, True, True, False]


@pytest.mark.parametrize(("tier", "days"), [("lasting", 30), ("durable", 31)])
def test_unknown_tiers_and_days_are_refused(tier: str, days: int) -> None:
    with pytest.raises(ParleyError, match="expected one of "):
        event_by({}, minimal_scenario(), tier, days)


def test_the_summary_adds_up() -> None:
    result = run("istanbul_2025/aides_only", trials=640)
    summary = result.summary
    assert sum(summary["anatomy"].values()) == pytest.approx(1)
    funnel = [stage["p"] for stage in summary["funnel"]]
    assert funnel == sorted(funnel, reverse=True)
    assert [stage["stage"] for stage in summary["funnel"]] == list(STAGES[1:])
    for tier in ("durable", "mutual", "broad"):
        cells = list(summary["tiers"][tier].values())
        assert [cell["p"] for cell in cells] == sorted(cell["p"] for cell in cells)
        assert all(cell["lo"] <= cell["p"] <= cell["hi"] for cell in cells)
        assert all(cell["mc_lo"] <= cell["p"] <= cell["mc_hi"] for cell in cells)
        assert all(cell["model_lo"] <= cell["model"] <= cell["model_hi"] for cell in cells)
        assert all((cell["reference"] is None) == (tier != "durable") for cell in cells)
    last = summary["tiers"]["durable"]["365"]
    week = result.trials["durable_week"]
    hits = np.count_nonzero((week >= 0) & (week < 52))
    assert last["model"] == hits / 640
    assert last["p"] == result.weighing.levels[365].at(hits / 640, 640) != last["model"]
    assert (result.columns["tag"] >= 0).sum() == 640 - hits
    assert {days: result.odds("durable", int(days)).as_dict() for days in ("30", "365")} == {
        days: summary["tiers"]["durable"][days] for days in ("30", "365")
    }


def test_victories_after_the_horizon_do_not_count(minimal: sim.Scenario) -> None:
    columns = dict(run(minimal, trials=64).columns)
    columns["victory"] = np.ones(64, np.int8)
    columns["victory_week"] = np.where(np.arange(64) < 16, 51, 52).astype(np.int16)
    assert summarise(minimal, "x", 1, columns)["victory"] == {"A": 0.25, "B": 0.0}


def test_a_result_that_is_no_number_stops_the_run(minimal: sim.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    real = run_module.compute

    def broken(work):  # type: ignore[no-untyped-def]
        columns = real(work)
        columns["shortfall"] = np.full(len(columns["trial"]), np.nan, np.float32)
        return columns

    monkeypatch.setattr(run_module, "compute", broken)
    with pytest.raises(sim.ParleyError, match="shortfall is not a number in trial 0, expected 0 to 10") as caught:
        run(minimal, trials=32)
    assert caught.value.exit_code == 7
