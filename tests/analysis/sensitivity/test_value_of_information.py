"""Value of information: a planted answer, nothing out of nothing, and the draws that the run really had."""

from __future__ import annotations

import json

import numpy as np
import pytest

import sim
from sim.analysis.sensitivity.value_of_information import (
    by_draw,
    folds_of,
    grouped,
    learnt,
    unknown_columns,
    unknowns,
    value_of_information,
)
from sim.cli.commands.levers import show_information
from sim.cli.console import console
from sim.errors import ParleyError
from sim.random_streams import Streams
from sim.scenario.sampling.parameter_draws import draw_columns
from tests.factories import WEEKLY, minimal_scenario

N = 1250


def antithetic(rng: np.random.Generator, n_columns: int, n: int = N) -> np.ndarray:
    u = rng.random((n_columns, n // 2))
    return np.stack([u, 1 - u], axis=2).reshape(n_columns, n)


def observed(rng: np.random.Generator, p: np.ndarray) -> np.ndarray:
    return np.stack([rng.binomial(8, p), rng.binomial(8, p)], axis=1) / 8


def test_a_planted_function_is_measured() -> None:
    rng = np.random.default_rng(1)
    x, y, z = antithetic(rng, 3, 4 * N)
    # E|P(Y|X) - P(Y)| = .6 / 4 for X and .2 / 4 for Y; variances .36/12 and .04/12.
    found = {one.name: one for one in unknowns({"x": x, "y": y, "z": z}, observed(rng, 0.1 + 0.6 * x + 0.2 * y))}
    assert found["x"].movement == pytest.approx(0.15, abs=0.012)
    assert found["y"].movement == pytest.approx(0.05, abs=0.015)
    assert found["x"].share == pytest.approx(0.9, abs=0.06) and found["y"].share == pytest.approx(0.1, abs=0.06)
    assert found["z"].lo < 0 < found["z"].hi and abs(found["z"].movement) < 0.02
    assert found["x"].lo < 0.15 < found["x"].hi and found["x"].is_clear
    assert found["x"].at_low == pytest.approx(0.2375, abs=0.04)
    assert found["x"].at_high == pytest.approx(0.7625, abs=0.04)


def test_a_turning_point_counts_too() -> None:
    rng = np.random.default_rng(2)
    (x,) = antithetic(rng, 1)
    (found,) = unknowns({"x": x}, observed(rng, 0.2 + np.abs(x - 0.5)))
    assert found.movement == pytest.approx(0.125, abs=0.015)  # low and high are alike, and it still matters


def test_inputs_without_influence_get_nothing_on_average() -> None:
    rng = np.random.default_rng(4)
    shares = observed(rng, rng.beta(0.7, 1.8, N))
    found = unknowns({str(at): column for at, column in enumerate(antithetic(rng, 150))}, shares)
    movements = np.array([one.movement for one in found])
    assert abs(movements.mean()) < 0.002
    assert sum(one.is_clear for one in found) <= 1


def test_nothing_is_learnt_from_the_partner_of_a_draw() -> None:
    """Two draws of a pair are no independent witnesses: what is learnt for one may not hang on the other."""
    rng = np.random.default_rng(5)
    (x,) = antithetic(rng, 1)
    groups, odds, folds = grouped(x), rng.random(N), folds_of(N)
    for draw in range(60):
        moved = odds.copy()
        moved[draw ^ 1] += 1  # its partner: pairs stand one after the other
        before, after = (learnt(groups, values, folds)[folds[draw]] for values in (odds, moved))
        np.testing.assert_allclose(after, before, rtol=0, atol=1e-12)
    assert np.ptp(np.bincount(folds)) <= 2


def test_no_interval_is_narrower_than_inputs_of_pure_luck_spread() -> None:
    """Each input has that floor, and most have nothing wider: these are of one width, and none is narrower."""
    rng = np.random.default_rng(6)
    shares = observed(rng, rng.beta(0.7, 1.8, N))
    found = unknowns({str(at): column for at, column in enumerate(antithetic(rng, 60))}, shares)
    for low, high in (("lo", "hi"), ("share_lo", "share_hi")):
        widths = np.sort([getattr(one, high) - getattr(one, low) for one in found])
        assert np.isclose(widths, widths[0]).sum() >= len(found) / 2


def test_few_values_are_groups_of_their_own() -> None:
    assert grouped(np.array([3.0, 1, 3, 2])).tolist() == [2, 0, 2, 1]
    assert np.bincount(grouped(np.linspace(0, 1, 80))).tolist() == [10] * 8


def test_columns_are_what_the_engine_drew() -> None:
    scenario = sim.load("istanbul_2025/aides_only")
    n_draws = 8
    columns = unknown_columns(scenario, 5, n_draws)
    drawn = draw_columns(scenario, Streams(5, 0, n_draws * 16).parameter)
    plain, moved = "truces.slow_hazard", "parties.Russia.strain"
    assert np.array_equal(columns[plain], drawn[plain])
    assert np.allclose(columns[moved] * columns["calibration.strain"], drawn[moved])
    assert "war.momentum_mean" not in columns


def test_of_a_run() -> None:
    strain = {"low": 0.0, "central": 0.05, "high": 0.25}
    scenario = minimal_scenario(
        **WEEKLY,
        **{
            "horizon_weeks": 6,
            "follow_up_weeks": 5,
            "parties.North.fear": 0.1,
            "parties.South.strain": strain,
            "truces.fear_rise": {"low": 0.1, "central": 0.2, "high": 0.3},
        },
    )
    run = sim.run(scenario, trials=4096, workers=1)
    found = value_of_information(run)
    assert [one.name for one in found.unknowns] == ["parties.South.strain", "truces.fear_rise"]
    assert found.unknowns[0].is_clear and not found.unknowns[1].is_clear
    assert "parties.South.strain" in found.sentence
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["draws"] == 256
    assert len(found.table()) == 2
    to = console()
    with to.capture() as printed:
        show_information(found, to)
    assert max(map(len, printed.get().splitlines())) <= 100


def test_halves_of_a_draw_hold_whole_antithetic_pairs() -> None:
    hits = np.zeros(40, dtype=bool)
    hits[:8] = True
    assert by_draw(hits).tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_too_few_draws_are_refused() -> None:
    run = sim.run(minimal_scenario(), trials=64, workers=1)
    with pytest.raises(ParleyError, match="expected 3,200 or more"):
        value_of_information(run)
    with pytest.raises(ParleyError, match="days"):
        value_of_information(run, days=31)
