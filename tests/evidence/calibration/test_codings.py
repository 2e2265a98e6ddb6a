"""Further coders of the rows: sheets, mistakes in them, and what a draw takes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from sim.errors import ParleyError
from sim.evidence.backtest.baselines import Coded
from sim.evidence.calibration.calibrate import read_rows
from sim.evidence.calibration.codings import kinds, with_codings
from sim.evidence.calibration.episodes import SCALES, read_episodes, shipped
from sim.evidence.calibration.prior import prior_draws
from sim.evidence.calibration.simulate_episodes import codings, simulate_at
from sim.evidence.intercoder.row_agreement import row_agreement
from sim.evidence.intercoder.row_sheet import row_sheet
from tests.cli.test_commands import Parley

HEAD = "episode_id," + ",".join(SCALES)
CODES = "1,1,1,1,1,1,1,1,1,1,1"


def beside(folder: Path, sheet: str, name: str = "ann.csv") -> Path:
    file = folder / "episodes.csv"
    file.write_bytes(shipped().read_bytes())
    (folder / "codings").mkdir()
    (folder / "codings" / name).write_text(sheet, encoding="utf-8")
    return file


def test_shipped_rows_have_three_coders_and_say_what_they_are() -> None:
    rows = read_rows().targets
    assert {len(row.by_coder) for row in rows} == {3}
    assert list(kinds(shipped())) == ["", "coder_b", "coder_c"]


def test_a_sheet_beside_a_file_is_read_and_blank_rows_are_not_coded(tmp_path: Path) -> None:
    file = beside(tmp_path, f"{HEAD}\nKOR51,{CODES}\nFALK82,{',' * 10}\n")
    rows = {row.episode_id: row for row in with_codings(file, read_episodes(file)).episodes}
    assert list(rows["KOR51"].by_coder) == ["", "ann"]
    assert rows["KOR51"].by_coder["ann"].stalemate == 1
    assert list(rows["FALK82"].by_coder) == [""]
    assert rows["KOR51"].by_coder["ann"].outcomes == rows["KOR51"].outcomes


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        (f"{HEAD}\nKOR5,{CODES}\n", r"line 2: episode_id: expected the id of a row .*`KOR5`, did you mean `KOR51`"),
        (f"{HEAD}\nKOR51,{CODES}\nKOR51,{CODES}\n", "line 3: episode_id: expected each row once"),
        (f"{HEAD}\nKOR51,9{CODES[1:]}\n", "line 2: momentum_a: expected a whole number from -2 to 2, got '9'"),
        ("episode_id,stalemate\nKOR51,1\n", "momentum_a"),
    ],
)
def test_mistakes_are_named_with_file_line_and_column(tmp_path: Path, sheet: str, message: str) -> None:
    file = beside(tmp_path, sheet)
    with pytest.raises(ParleyError, match=message):
        with_codings(file, read_episodes(file))


def test_each_draw_takes_one_coder_whole_and_partners_the_same() -> None:
    row = next(row for row in read_rows().targets if len(codings(row, 64)) == 3)
    found = codings(row, 64)
    taken = np.array([one.draws for one in found])
    assert (taken.sum(axis=0) == 1).all()
    assert np.array_equal(taken[:, ::2], taken[:, 1::2])
    assert sum(one.share for one in found) == pytest.approx(1)
    assert max(taken.sum(axis=1)) - min(taken.sum(axis=1)) <= 2


def test_a_row_of_one_coder_is_simulated_as_ever_and_of_three_by_parts() -> None:
    row = next(row for row in read_rows().targets if len(codings(row, 128)) == 3)
    points = prior_draws(2_048, 1)
    whole = simulate_at(row, points, 1)
    alone = simulate_at(row.by_coder[""], points, 1)
    assert whole.counts["durable"].shape == alone.counts["durable"].shape
    assert (whole.counts["durable"].sum(axis=1) == 16).all()
    first = next(one for one in codings(row, len(points)) if one.episode == row.by_coder[""])
    part = simulate_at(row.by_coder[""], points[first.draws], 1)
    assert np.array_equal(whole.counts["durable"][first.draws], part.counts["durable"])


def test_the_codings_of_a_row_weigh_one_together() -> None:
    coded = Coded.of(read_rows().targets[:5])
    assert coded.covariates.shape == (15, 13)
    assert np.bincount(coded.row, coded.share) == pytest.approx(np.ones(5))


def test_agreement_is_one_of_copies_and_named_where_poor() -> None:
    found = row_agreement(read_rows().targets)
    assert (found.coders, found.rows, len(found.columns)) == (3, 116, 11)
    assert all(0.4 < one.alpha < 1 for one in found.columns) and found.poor == ()
    assert "Krippendorff's alpha from" in found.sentence
    assert row_agreement([row.by_coder[""] for row in read_rows().targets]).columns == ()


def test_a_blank_sheet_has_no_codes_and_no_outcomes(tmp_path: Path, parley: Parley) -> None:
    rows = list(csv.DictReader(io.StringIO(row_sheet()["sheet.csv"])))
    assert len(rows) == 116 and not any(row[name] for row in rows for name in SCALES)
    assert not {"outcome", "first_cf", "durable_cf", "mut_30"} & rows[0].keys()
    answer = parley("coding-sheet", "episodes", "--out", tmp_path / "new")
    assert answer.code == 0 and "parley backtest" in answer.out
    assert "`momentum_a`" in (tmp_path / "new" / "codebook.md").read_text(encoding="utf-8")
