"""A run that an earlier version stored: it opens, imposed ceasefires counted as they are now, the new column absent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.outcome_columns import ADDED_LATER, TAGS, Columns
from sim.results.export_trials import trials_as_csv
from sim.results.inventory import verify
from sim.results.run import Run, open_run
from sim.scenario.schema import Scenario
from sim.storage.run_folder import Writer
from tests.factories import minimal_scenario

COUNTS_IMPOSED = {"war.victory_hazard": 0.05, "war.imposed_halt_prob": 1}


@pytest.fixture
def scenario() -> Scenario:
    return minimal_scenario(**COUNTS_IMPOSED)


@pytest.fixture
def earlier(scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Stored as by 0.2.0: no column of what is still in force after 180 days, and imposed ceasefires durable."""
    add = Writer.add

    def as_before(writer: Writer, index: int, columns: Columns) -> None:
        lasts = (columns["imposed"] == 1) & (columns["durable_week"] < 0) & (columns["trial"] % 2 == 0)
        changed = {
            "durable_week": np.where(lasts, columns["victory_week"], columns["durable_week"]),
            "tag": np.where(lasts, np.int8(-1), columns["tag"]),
        }
        assert lasts.any()
        add(writer, index, {name: column for name, column in (columns | changed).items() if name not in ADDED_LATER})

    with monkeypatch.context() as before:
        before.setattr(Writer, "add", as_before)
        sim.run(scenario, trials=640, seed=1, workers=1, out=tmp_path / "earlier")
    monkeypatch.setattr("sim.results.stored_summary.engine_digest", lambda: "another engine")
    return open_run(tmp_path / "earlier")


def test_it_opens_and_counts_as_now(earlier: Run, scenario: Scenario) -> None:
    now = sim.run(scenario, trials=640, seed=1, workers=1)
    assert earlier.summary["tiers"] == now.summary["tiers"]
    assert earlier.summary["victory_imposed"] == now.summary["victory_imposed"]
    assert earlier.summary["anatomy"] == now.summary["anatomy"]
    for columns in (earlier.columns, earlier.part(0, 640), next(earlier.blocks("durable_week", "tag"))):
        assert np.array_equal(columns["durable_week"], now.columns["durable_week"])
        assert np.array_equal(columns["tag"], now.columns["tag"])
    assert list(next(earlier.blocks("durable_week"))) == ["durable_week"]
    imposed = earlier.columns["imposed"] == 1
    assert (earlier.columns["tag"][imposed & (earlier.columns["durable_week"] < 0)] == TAGS.index("victory")).all()


def test_what_it_does_not_hold_is_absent_and_unknown(earlier: Run, scenario: Scenario) -> None:
    assert "in_force_180_week" not in earlier.columns and "in_force_180_week" not in earlier.trials
    assert set(earlier.summary["in_force_180"].values()) == {None}
    assert earlier.in_force_180(365) is None
    now = sim.run(scenario, trials=640, seed=1, workers=1)
    assert set(sim.compare(earlier, now)["in_force_180"].values()) == {None}
    assert sim.compare(earlier, now)["n_changed"] == 0
    lines = b"".join(trials_as_csv([now, earlier])).decode().splitlines()
    place = lines[0].split(",").index("in_force_180_week")
    assert lines[1].split(",")[place] and not lines[-1].split(",")[place]


def test_it_is_whole(earlier: Run) -> None:
    assert earlier.folder is not None
    assert verify(earlier.folder) == []


def test_a_run_of_this_version_may_not_lack_it(earlier: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The column is missed only where the manifest, whose digest is checked, does not record it."""
    assert earlier.folder is not None
    monkeypatch.setattr("sim.storage.block_parquet.ADDED_LATER", frozenset())
    assert "has no column in_force_180_week" in verify(earlier.folder)[0]


def test_too_few_weeks_watched_are_unknown_too() -> None:
    run = sim.run(minimal_scenario(follow_up_weeks=25), trials=64, seed=1, workers=1)
    assert "in_force_180_week" in run.columns
    assert set(run.summary["in_force_180"].values()) == {None}
    assert sim.run(minimal_scenario(follow_up_weeks=26), trials=64, seed=1, workers=1).in_force_180(365) is not None


def test_a_friction_that_its_model_did_not_have_has_no_share_in_it(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if ``controllers`` had come later: its column is not stored, and reads as nought wherever it is asked for."""
    later, add = frozenset({"share_controllers"}), Writer.add
    with monkeypatch.context() as before:
        before.setattr(
            Writer,
            "add",
            lambda writer, index, columns: add(
                writer, index, {name: column for name, column in columns.items() if name not in later}
            ),
        )
        sim.run(scenario, trials=640, seed=1, workers=1, out=tmp_path / "earlier")
    for module in ("outcome_columns", "storage.stored_columns", "storage.run_folder"):
        monkeypatch.setattr(f"sim.{module}.NOUGHT_BEFORE", later)
    monkeypatch.setattr("sim.storage.block_parquet.ADDED_LATER", ADDED_LATER | later)
    monkeypatch.setattr("sim.results.stored_summary.engine_digest", lambda: "another engine")
    earlier, now = open_run(tmp_path / "earlier"), sim.run(scenario, trials=640, seed=1, workers=1)
    assert earlier.folder is not None and verify(earlier.folder) == []
    for columns in (earlier.columns, earlier.part(0, 640), next(earlier.blocks("share_controllers", "stage"))):
        assert (columns["share_controllers"] == 0).all() and len(columns["share_controllers"]) == 640
    assert earlier.summary["frictions"] == now.summary["frictions"]
