"""From columns of trials to odds, intervals and differences: what a planted bug would change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.compiled import simulate
from sim.outcome_columns import TAGS
from sim.results.compare import compare
from sim.results.run import Run
from sim.results.summary import summarise
from sim.statistics.estimates import design_effect, intraclass_correlation, odds, wilson
from sim.statistics.paired_differences import paired_difference
from tests.factories import QUIET, minimal_scenario

# -- from counts to odds (tests/experiment) ----------------------------------------------------------------


def test_a_last_cluster_of_fewer_trials_counts_by_its_size() -> None:
    """32 trials with no event and 8 that all are: sums 0 and 8 around p = .2 of 32 and of 8."""
    hits = np.arange(40) >= 32
    squares = 6.4**2 + 6.4**2
    assert design_effect(hits) == pytest.approx(2 * squares / 40**2 * 40 / (0.2 * 0.8))
    difference, low, high = paired_difference(np.zeros(40, bool), hits)
    assert difference == pytest.approx(0.2)
    assert (low, high) == (-1, 1)  # one degree of freedom: t is 12.7
    base = np.zeros(72, bool)
    variant = base.copy()
    variant[[0, 64, 65]] = True  # sums 1, 0, 2 in clusters of 32, 32, 8 around p = 1 / 24
    squares = (1 - 32 / 24) ** 2 + (32 / 24) ** 2 + (2 - 8 / 24) ** 2
    reach = 4.302653 * np.sqrt(1.5 * squares) / 72
    assert paired_difference(base, variant)[2] == pytest.approx(1 / 24 + reach, abs=1e-6)


def test_luck_within_a_draw_is_that_of_whole_pairs() -> None:
    """Means of pairs (.5, .5), (1, .5), (0, .5): between .0625 - (.25 / 3) / 2, over p (1 - p) = .25."""
    hits = np.array([1, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0], bool)
    assert intraclass_correlation(hits, size=4) == pytest.approx((0.0625 - 0.25 / 6) / 0.25)


def test_one_cluster_tells_no_interval_of_a_difference() -> None:
    assert paired_difference(np.zeros(20, bool), np.arange(20) < 5) == (0.25, -1.0, 1.0)


def test_few_failures_borrow_like_few_events_and_certainty_is_never_reported() -> None:
    """The mirror image of an event has the mirror image of its odds; a borrowed effect never narrows."""
    rare = np.zeros(3_200, bool)
    rare[[5, 700, 1900]] = True
    for hits in (rare, np.zeros(640, bool)):
        one, other = odds(hits, 4.0), odds(~hits, 4.0)
        assert (one.mc_lo, one.mc_hi, one.lo, one.hi) == pytest.approx(
            (1 - other.mc_hi, 1 - other.mc_lo, 1 - other.hi, 1 - other.lo)
        )
    assert odds(np.ones(640, bool)).lo < 1
    clustered = np.zeros(3_200, bool)
    clustered[:9] = True
    assert design_effect(clustered) > 8
    assert odds(clustered, 4.0).mc_hi == pytest.approx(wilson(9 / 3_200, 3_200 / design_effect(clustered))[1])


def made_up(**changes: Any) -> dict[str, np.ndarray]:
    """Columns of 64 trials in which nothing happened, but for ``changes``."""
    columns = simulate(minimal_scenario(**QUIET, **{"talks.convening_prob_per_week": 0}), 1, 0, 64)
    for name, value in changes.items():
        columns[name] = np.broadcast_to(np.asarray(value, dtype=columns[name].dtype), (64,)).copy()
    return columns


def test_a_comparison_is_variant_less_base_side_by_side() -> None:
    """16 more trials are durable, half of them by 30 days; 8 more victories of A, and 4 of B after the horizon."""
    number = np.arange(64)
    scenario = minimal_scenario()
    base = Run(scenario, "base", 1, made_up())
    late = np.where(number < 8, 3, np.where(number < 16, 30, -1))
    victory = np.where((number >= 20) & (number < 28), 1, np.where(number >= 60, 2, 0))
    victory_week = np.where(victory == 1, 10, np.where(victory == 2, 52, -1))
    imposed = (number >= 24) & (victory > 0)
    changes = {"victory": victory, "victory_week": victory_week, "imposed": imposed}
    variant = Run(scenario, "variant", 1, made_up(durable_week=late, **changes))
    found = compare(base, variant)
    assert found["n_changed"] == 16
    cells = found["tiers"]["durable"]
    assert [cells[days]["difference"] for days in ("30", "90", "180", "365")] == [0.125, 0.125, 0.125, 0.25]
    assert (cells["365"]["base"], cells["365"]["variant"]) == (0, 0.25)
    assert (found["victory"]["A"]["difference"], found["victory"]["B"]["difference"]) == (0.125, 0)
    assert (found["victory_imposed"]["A"]["difference"], found["victory_imposed"]["B"]["difference"]) == (0.0625, 0)
    assert found["in_force_180"] == dict.fromkeys(("30", "90", "180", "365"))  # the base has no durable ceasefire


def test_ceasefires_still_in_force_are_compared_by_day() -> None:
    """Of 8 durable ones 4 are still in force, and 12 of 16 in the variant, the later half begun after 180 days."""
    number, scenario = np.arange(64), minimal_scenario()
    base = made_up(durable_week=np.where(number < 8, 3, -1), in_force_180_week=np.where(number < 4, 3, -1))
    weeks = np.where(number < 8, 3, np.where(number < 16, 30, -1))
    variant = made_up(durable_week=weeks, in_force_180_week=np.where(number < 12, weeks, -1))
    found = compare(*(Run(scenario, name, 1, one) for name, one in (("base", base), ("variant", variant))))
    cells = found["in_force_180"]
    assert [(cells[days]["base"], cells[days]["variant"]) for days in ("30", "180")] == [(4 / 64, 8 / 64)] * 2
    assert cells["365"]["difference"] == cells["365"]["model_difference"] == (12 - 4) / 64
    assert set(cells["365"]) == set(found["tiers"]["durable"]["365"])
    kept = Run(scenario, "variant", 1, variant).in_force_180(365)
    assert kept is not None and (kept.p, kept.share, kept.n_durable) == (12 / 64, 12 / 16, 16)


def test_a_summary_of_made_up_trials() -> None:
    """A quarter of trials signed at 0, .1, ..., 1.5; an eighth failed by fear; a quarter talked without a range."""
    number = np.arange(64)
    columns = made_up(
        stage=np.where(number < 16, 4, np.where(number < 32, 1, 0)),
        halt_week=np.where(number < 16, 2, -1),
        halt_track=np.where(number < 16, 0, -1),
        x_territory=np.where(number < 16, number / 15, np.nan),
        tag=np.where(number < 8, TAGS.index("commitment"), np.where(number < 16, TAGS.index("process"), -1)),
        share_commitment=np.where(number < 8, 0.75, 0),
        share_trust=np.where(number < 8, 0.25, 0),
        victory=np.where(number >= 48, 2, 0),
        victory_week=np.where(number >= 48, np.where(number < 56, 51, 52), -1),
        imposed=number >= 54,
    )
    summary = summarise(minimal_scenario(), "made up", 1, columns)
    assert {stage["stage"]: stage["p"] for stage in summary["funnel"]}["signed"] == 0.25
    assert {stage["stage"]: stage["p"] for stage in summary["funnel"]}["talks held"] == 0.5
    assert (summary["anatomy"]["commitment"], summary["anatomy"]["process"]) == (0.5, 0.5)
    assert (summary["frictions"]["commitment"], summary["frictions"]["trust"]) == (0.75, 0.25)
    assert summary["victory"] == {"A": 0.0, "B": 0.125}
    assert summary["victory_imposed"] == {"A": 0.0, "B": 2 / 64}
    assert summary["terms"]["n_halts"] == 16
    assert summary["terms"]["issues"]["territory"] == pytest.approx(
        {"mean": 0.5, "q05": 0.0, "q25": 3 / 15, "q50": 7 / 15, "q75": 11 / 15, "q95": 1.0}
    )


def test_the_reference_class_stands_beside_durable_odds_alone() -> None:
    scenario = minimal_scenario(reference_class={"ties": 4.5, "months_at_risk": 12, "source": "test"})
    tiers = summarise(scenario, "x", 1, made_up())["tiers"]
    assert tiers["durable"]["365"]["reference"] == pytest.approx(1 - 2**-5, abs=1e-4)
    assert tiers["mutual"]["365"]["reference"] is None and tiers["broad"]["365"]["reference"] is None


def test_the_effect_that_rare_events_borrow_is_the_largest() -> None:
    """Durable halts by whole clusters, broad ones spread evenly: 64 trials of two clusters have an effect of 64."""
    number = np.arange(64)
    columns = made_up(durable_week=np.where(number < 32, 1, -1), broad_week=np.where(number % 2, 1, -1))
    assert Run(minimal_scenario(), "made up", 1, columns).commonest_effect == pytest.approx(64)
