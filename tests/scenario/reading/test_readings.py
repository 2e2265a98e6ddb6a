"""Readings of a scenario: sheets laid into its numbers, kept sound, and drawn with common random numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import ParleyError, ScenarioError
from sim.random_streams import READING, Streams
from sim.scenario.apply_levers import shifted
from sim.scenario.checks.references import check
from sim.scenario.diagnostics import dotted
from sim.scenario.key_paths import with_scalars
from sim.scenario.mirror import mirror
from sim.scenario.reading.load import load
from sim.scenario.reading.mending import mended
from sim.scenario.sampling.parameter_draws import central, draw_columns, inverse_cdf, quantities
from sim.scenario.sampling.readings import as_read, reading_at, readings_of
from sim.scenario.schema import Scenario
from sim.scenario.schema.quantity import Quantity
from sim.scenario.to_yaml import as_yaml
from tests.scenario.conftest import refusal_of

HEAD = "path,low,central,high\n"
STRAIN, STATUS = "parties.North.strain", "issues.valley.status_quo"
LINE_A, LINE_B = "parties.North.red_lines.valley", "parties.South.red_lines.valley"


def with_sheets(here: Path, *sheets: str, listed: str = "", base: str = "teaching/minimal", text: str = "") -> Scenario:
    for number, sheet in enumerate(sheets, 2):
        (here / f"sheet_{number}.csv").write_text(HEAD + sheet, encoding="utf-8")
    listed = listed or ", ".join(f"sheet_{number}.csv" for number in range(2, 2 + len(sheets)))
    (here / "read.yaml").write_text(f"extends: {base}\nreadings: [{listed}]\n{text}", encoding="utf-8")
    return load("read.yaml")


SECOND = f"{STRAIN},.2,.3,.4\nissues.valley.status_quo,,.4,\n"
THIRD = f"{STRAIN},,.05,\nwar.momentum,,,\n"


def test_sheets_are_laid_into_the_numbers_of_the_file(here: Path) -> None:
    scenario, file = with_sheets(here, SECOND, THIRD), load("teaching/minimal")
    assert readings_of(scenario) == ["file", "second", "third"]
    assert [one.source for one in scenario.readings] == ["sheet_2.csv", "sheet_3.csv"]
    read = {name: quantities(as_read(scenario, name)) for name in readings_of(scenario)}
    assert read["second"][STRAIN].bounds == (0.2, 0.4) and read["second"][STRAIN].middle == 0.3
    assert read["third"][STRAIN].value == 0.05 and read["second"]["issues.valley.status_quo"].value == 0.4
    assert all(found["war.momentum"] == quantities(file)["war.momentum"] for found in read.values())
    assert {path: q.model_dump() for path, q in read["file"].items()} == {
        path: q.model_dump() for path, q in quantities(file).items()
    }
    assert as_read(scenario) is scenario and as_read(file, "file") is file
    assert [file.role for file in scenario.origin].count("reading") == 2


def test_a_draw_takes_one_reading_and_all_meet_the_same_quantile(here: Path) -> None:
    scenario = with_sheets(here, SECOND, THIRD)
    u = np.array([0.1, 0.5, 0.9, 0.3])
    shares = {READING: np.array([0.1, 0.4, 0.5, 0.9])}
    drawn = draw_columns(scenario, lambda name: shares.get(name, u))
    assert reading_at(scenario, shares[READING]).tolist() == [0, 1, 1, 2]
    file, second = quantities(scenario)[STRAIN], quantities(as_read(scenario, "second"))[STRAIN]
    assert np.array_equal(drawn[STRAIN], [*inverse_cdf(file, u[:1]), *inverse_cdf(second, u[1:3]), 0.05])
    assert np.array_equal(drawn["issues.valley.status_quo"], [0.5, 0.4, 0.4, 0.5])


@pytest.mark.parametrize("n", [32, 320, 3200, 32_000])
def test_shares_of_readings_are_equal_and_antithetic_draws_share_theirs(here: Path, n: int) -> None:
    scenario = with_sheets(here, SECOND, THIRD)
    codes = reading_at(scenario, Streams(1, 0, n).parameter(READING))
    assert np.array_equal(codes[::2], codes[1::2])
    pairs = len(codes) // 2
    assert (np.abs(np.bincount(codes, minlength=3) / len(codes) - 1 / 3) <= 2 / pairs).all()
    later = reading_at(scenario, Streams(1, 64, n).parameter(READING))
    assert np.array_equal(codes[4:], later[: len(codes) - 4])


def test_weights_are_shares_of_draws(here: Path) -> None:
    listed = "{sheet: sheet_2.csv, weight: 2, note: reads the language}, {name: file, weight: .5, note: old}"
    scenario = with_sheets(here, SECOND, listed=listed)
    codes = reading_at(scenario, (np.arange(1000) + 0.5) / 1000)
    assert np.bincount(codes).tolist() == [200, 800]


def test_a_variant_keeps_its_own_numbers_in_every_reading(here: Path) -> None:
    with_sheets(here, SECOND, THIRD)
    (here / "own.csv").write_text(f"{HEAD}parties.South.strain,,.2,\n", encoding="utf-8")
    (here / "variant.yaml").write_text(
        "extends: read\nreadings: [own.csv]\nparties: {North: {strain: .07}, South: {strain: .08}}\n",
        encoding="utf-8",
    )
    variant = load("variant.yaml")
    assert readings_of(variant) == ["file", "second", "third"]
    assert variant.readings[0].source == "sheet_2.csv, own.csv"
    for name in readings_of(variant):
        read = as_read(variant, name)
        assert read.belligerent("North").strain.value == 0.07
        assert read.belligerent("South").strain.value == (0.2 if name == "second" else 0.08)
    assert as_read(variant, "second").issues["valley"].status_quo.value == 0.4
    set_now = load("read.yaml", [(STRAIN, ".11")])
    assert all(as_read(set_now, name).belligerent("North").strain.value == 0.11 for name in readings_of(set_now))


def test_an_empty_list_drops_the_readings_of_the_file_below(here: Path) -> None:
    with_sheets(here, SECOND)
    (here / "alone.yaml").write_text("extends: read\nreadings: []\n", encoding="utf-8")
    alone = load("alone.yaml")
    assert readings_of(alone) == ["file"] and not any(q.readings for q in quantities(alone).values())


def test_written_out_it_loads_back_and_draws_the_same(here: Path) -> None:
    scenario = with_sheets(here, SECOND, THIRD)
    (here / "whole.yaml").write_text(as_yaml(scenario), encoding="utf-8")
    assert load("whole.yaml") == scenario
    assert Scenario.model_validate_json(scenario.model_dump_json(exclude_none=True)) == scenario


def test_the_mirror_turns_every_reading_and_central_leaves_them_out(here: Path) -> None:
    scenario = with_sheets(here, "issues.valley.status_quo,.3,.4,.45\nwar.momentum,-.1,.1,.2\n")
    turned = quantities(mirror(scenario))
    assert turned["issues.valley.status_quo"].readings == {"second": (0.55, 0.6, 0.7)}
    assert turned["war.momentum"].readings == {"second": (-0.2, -0.1, 0.1)}
    assert mirror(mirror(scenario)) == scenario
    assert central(scenario).readings == () and quantities(central(scenario))["issues.valley.status_quo"].value == 0.5


def test_a_lever_moves_each_reading_its_share_of_the_way(here: Path) -> None:
    strain = quantities(with_sheets(here, SECOND))[STRAIN]
    moved = shifted(strain, 0.5, 0.5)
    assert moved.middle == pytest.approx(0.3) and moved.readings is not None
    assert moved.readings["second"] == pytest.approx((0.3, 0.4, 0.5))


@pytest.mark.parametrize(
    ("row", "path", "wanted"),
    [
        # War moves the status quo: what overlaps a wish is cut half way.
        (f"{STATUS},.3,.5,.7\nparties.North.ideal_point.valley,.1,.2,.4", STATUS, (0.35, 0.5, 0.7)),
        # Every draw of a red line leaves every draw of the status quo possible.
        (f"{LINE_A},.4,.5,.8\n{STATUS},.4,.5,.6", LINE_A, (0.6, 0.6, 0.8)),
        (f"{LINE_B},.2,.5,.9\n{STATUS},.4,.5,.6", LINE_B, (0.2, 0.4, 0.4)),
    ],
)  # fmt: skip
def test_numbers_of_a_reading_are_sound_in_every_draw(
    here: Path, row: str, path: str, wanted: tuple[float, float, float]
) -> None:
    lines = "parties: {North: {red_lines: {valley: .9}}, South: {red_lines: {valley: .1}}}\n"
    scenario = with_sheets(here, f"{row}\n", text=lines)
    found = quantities(scenario)[path].readings
    assert found is not None and found["second"] == pytest.approx(wanted)
    drawn = draw_columns(as_read(scenario, "second"), Streams(1, 0, 16_000).parameter)
    status = drawn["issues.valley.status_quo"]
    assert np.all(drawn["parties.North.red_lines.valley"] >= status)
    assert np.all(drawn["parties.South.red_lines.valley"] <= status)
    assert np.all(drawn["parties.North.ideal_point.valley"] <= status)
    assert not check(as_read(scenario, "second"))


def test_what_is_adjusted_is_adjusted_anew_where_another_number_changes(here: Path) -> None:
    """As a slider does it: what the sheet gave is kept, and what was written instead of it stays written."""
    wish = "parties.North.ideal_point.valley"
    scenario = with_sheets(here, f"{STATUS},.3,.5,.7\n{wish},.1,.2,.4\n")
    assert scenario.readings[0].adjusted == {STATUS: (0.3, 0.5, 0.7), wish: (0.1, 0.2, 0.4)}
    again = mended(with_scalars(scenario, lambda path, q: Quantity(value=0.0) if dotted(path) == wish else q))
    assert quantities(again)[STATUS].readings == {"second": (0.3, 0.5, 0.7)}
    assert quantities(again)[wish].readings is None and again.readings[0].adjusted == {}
    assert again == load("read.yaml", [(wish, "0.0")]) and mended(scenario) == scenario
    assert mended(mirror(scenario)) == mirror(scenario)


def test_points_of_a_reading_sum_to_100(here: Path) -> None:
    known = quantities(load("istanbul_2025/aides_only"))
    points = [path for path in known if path.startswith("parties.Ukraine.points.")]
    rows = "".join(f"{path},,{20 + 5 * n},\n" for n, path in enumerate(points))
    read = as_read(with_sheets(here, rows, base="istanbul_2025/aides_only", listed="sheet_2.csv"), "second")
    assert sum(q.middle for q in read.belligerent("Ukraine").points.values()) == pytest.approx(100)


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("parties.North.strian,,.1,\n", "line 2: path: unknown number `parties.North.strian`, did you mean `"),
        (f"{STRAIN},,3,\n", "sheet_2.csv: line 2: high: expected parties.North.strain within 0 to 2, got 3 to 3"),
        (f"{STRAIN},.3,.2,.4\n", "sheet_2.csv: line 2: central: expected rising numbers"),
        (f"{STRAIN},,.1,\n{STRAIN},,.2,\n", "line 3: path: expected each number once"),
        (f"{STRAIN},,,\n", "expected at least one number of the scenario with low, central and high, got none"),
        (f"{STRAIN},,much,\n", "line 2: central: expected a number, got 'much'"),
        ("", "expected a row below the header, got none"),
    ],
)  # fmt: skip
def test_a_bad_sheet_is_refused_with_its_line(here: Path, sheet: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        with_sheets(here, sheet)
    assert said in str(error.value) and len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("sheet_3.csv", "readings.0.sheet: there is no file 'sheet_3.csv'"),
        ("../sheet_2.csv", "expected a name below the scenarios folder"),
        ("{sheet: sheet_2.csv, weight: 3}", "readings.0.note: missing, expected a reason for the weight 3"),
        ("{sheet: sheet_2.csv, name: pool}", "other than `pool`"),
        ("{sheet: sheet_2.csv, name: file}", "expected no sheet for `file`"),
        ("{sheet: sheet_2.csv, wieght: 3}", "unknown key `wieght`, did you mean `weight`?"),
        ("{sheet: sheet_2.csv, weight: 0, note: none}", "expected a number above 0"),
        ("3", "expected the name of a coding sheet, got 3"),
    ],
)
def test_a_bad_list_is_refused_at_its_place(here: Path, listed: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        with_sheets(here, SECOND, listed=listed)
    assert said in str(error.value) and "read.yaml:2" in str(error.value)


def test_what_no_reading_is_called_is_refused_with_the_nearest(here: Path) -> None:
    scenario = with_sheets(here, SECOND)
    with pytest.raises(ParleyError, match=r"got `secnd`, did you mean `second`\? \(it has file, second and pool\)"):
        as_read(scenario, "secnd")
    with pytest.raises(ParleyError, match="it lists no readings"):
        as_read(load("teaching/minimal"), "second")
    number = "{value: 0, readings: {%s: [0, .1, .2]}}"
    inline = f"extends: teaching/minimal\nreadings: [{{name: hawk}}]\nwar: {{momentum: {number}}}\n"
    (here / "inline.yaml").write_text(inline % "hawk", encoding="utf-8")
    assert as_read(load("inline.yaml"), "hawk").war.momentum.bounds == (0, 0.2)
    (here / "inline.yaml").write_text(inline % "hwak", encoding="utf-8")
    assert "unknown reading `hwak`, did you mean `hawk`?" in refusal_of("inline.yaml")
