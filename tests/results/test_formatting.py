"""What cannot be known is printed as a dash, and is null in JSON; one of a thing is singular."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.cli.console import chance, print_json, whole
from sim.results import wording
from sim.results.formatting import DASH, as_number, counted, finite, is_known, plain
from tests.conftest import Answer

ROOT = Path(__file__).resolve().parents[2]
UNKNOWN = [None, math.nan, math.inf, -math.inf, np.float64("nan")]


@pytest.mark.parametrize("value", UNKNOWN)
def test_the_unknown_is_a_dash_in_print_and_null_in_json(
    value: float | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not is_known(value) and finite(value) is None
    assert as_number(value, "+.2f") == whole(value) == wording.percent(value) == DASH  # type: ignore[arg-type]
    assert wording.band(0.1, value) == wording.band(value, 0.1) == DASH  # type: ignore[arg-type]
    assert wording.points(0.1, value, value) == "+10.0 ±-"  # type: ignore[arg-type]
    print_json({"one": value, "more": [{"deep": (value, 1.5)}]})
    assert json.loads(capsys.readouterr().out) == {"one": None, "more": [{"deep": [None, 1.5]}]}


def test_numbers_are_printed_without_a_false_sign() -> None:
    assert as_number(-0.0001, ".2f") == "0.00" and as_number(-0.0001, "+.1f") == "+0.0"
    assert wording.points(-0.0, -0.01, 0.01) == "+0.0 ±1.0"
    assert as_number(-1.25, "+.1f") == "-1.2" and as_number(1234.5, ",.0f") == "1,234"
    assert chance(0.0, 0.708) == "<71"


def test_one_of_a_thing_is_singular() -> None:
    assert [counted(n, "war") for n in (0, 1, 2, 1_200)] == ["0 wars", "1 war", "2 wars", "1,200 wars"]
    assert counted(1, "trajectory", "trajectories") == "1 trajectory"
    assert counted(3, "trajectory", "trajectories") == "3 trajectories"


def test_plain_values_of_arrays() -> None:
    assert plain({"a": np.float32(1.5), "b": np.int64(3), "c": (np.bool_(True), "text")}) == {
        "a": 1.5,
        "b": 3,
        "c": [True, "text"],
    }


@pytest.mark.parametrize("trials", [1, 16, 32])
def test_a_difference_without_an_interval_has_a_dash_and_the_reason(parley: Callable[..., Answer], trials: int) -> None:
    few = ("compare", "teaching/minimal", "teaching/spoilers", "--trials", trials, "--workers", 1)
    answer = parley(*few)
    assert answer.code == 0 and "nan" not in answer.out and "±100" not in answer.out and "-0.0" not in answer.out
    assert "±-" not in answer.out or "no interval" in answer.out
    assert f"{counted(trials, 'trial')} each" in answer.out
    json.loads(parley(*few, "--json").out, parse_constant=pytest.fail)


def test_json_is_never_written_with_nan() -> None:
    """``json.dumps`` stands where NaN is refused, or where no number is written."""
    without = {
        "sim/storage/provenance.py",
        "sim/scenario/to_yaml.py",
        "sim/scenario/json_schema.py",
        "sim/execution/run.py",
    }
    without |= {
        "sim/evidence/calibration/episode_scenario.py",
        "dashboards/app/security.py",
        "dashboards/app/pages/what_if.py",
    }
    for path in sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "dashboards").rglob("*.py")]):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_dump = isinstance(node, ast.Call) and ast.unparse(node.func) == "json.dumps"
            if is_dump and name not in without:
                assert "allow_nan=False" in ast.unparse(node), f"{name}:{node.lineno}"
