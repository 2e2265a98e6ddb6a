"""A war's own past: what was known on the day, the effect that its rows share, and that nothing later is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from sim.evidence.backtest.nested import Folds
from sim.evidence.backtest.own_past import (
    NODE_WEIGHTS,
    NODES,
    SPREADS,
    PastOutcome,
    given_effect,
    log_chance,
    log_support,
    past_outcomes,
    spread_prior,
    spread_weights,
    with_own_past,
)
from sim.evidence.calibration.episodes import HORIZONS, TIERS, Episode
from sim.evidence.calibration.posterior import POWER, SLIP, TIER_WEIGHT, WAR_POWER, normalised
from tests.evidence.factories import episode, outcomes

OPENED = date(2004, 1, 1)
NONE, ALL = (0, 0, 0, 0), (1, 1, 1, 1)


def talks(number: int, days: int, happened: Sequence[int | None], war: str = "WAR", **changes: object) -> Episode:
    """Talks opened ``days`` after the first of January 2004, with the same outcomes in both tiers."""
    made = episode(episode_id=f"{war}{number}", cluster=war, talks_opened=OPENED + timedelta(days=days))
    return replace(made, outcomes=outcomes(happened, happened), **{"began": {}, **changes})  # type: ignore[arg-type]


# What was known


def test_none_is_known_once_the_time_is_up_and_a_durable_one_thirty_days_later() -> None:
    row = talks(1, 0, NONE)
    assert row.known_at("mutual", OPENED + timedelta(days=89)) == (0, None, None, None)
    assert row.known_at("mutual", OPENED + timedelta(days=90)) == (0, 0, None, None)
    assert row.known_at("durable", OPENED + timedelta(days=119)) == (0, None, None, None)
    assert row.known_at("durable", OPENED + timedelta(days=120)) == (0, 0, None, None)


def test_a_ceasefire_is_known_on_its_day_and_a_durable_one_thirty_days_later() -> None:
    began = OPENED + timedelta(days=100)
    row = talks(1, 0, (0, 0, 1, 1), began=dict.fromkeys(TIERS, began))
    assert row.known_at("mutual", began - timedelta(days=1)) == (0, 0, None, None)
    assert row.known_at("mutual", began) == (0, 0, 1, 1)
    assert row.known_at("durable", began + timedelta(days=29)) == (0, 0, None, None)
    assert row.known_at("durable", began + timedelta(days=30)) == (0, 0, 1, 1)
    undated = replace(row, began={})
    assert undated.known_at("mutual", OPENED + timedelta(days=179)) == (0, 0, None, None)
    assert undated.known_at("mutual", OPENED + timedelta(days=180)) == (0, 0, 1, None)


def test_a_day_that_contradicts_the_outcomes_makes_nothing_known_early() -> None:
    """A second coding may put the ceasefire of the first within another horizon."""
    began = dict.fromkeys(TIERS, OPENED + timedelta(days=200))
    row = talks(1, 0, (0, 1, 1, 1), began=began)
    assert row.known_at("mutual", OPENED + timedelta(days=89)) == (0, None, None, None)
    assert row.known_at("mutual", OPENED + timedelta(days=200)) == (0, 1, 1, 1)
    before = replace(row, began=dict.fromkeys(TIERS, OPENED - timedelta(days=5)))
    assert before.known_at("mutual", OPENED + timedelta(days=20)) == (None,) * 4


def test_the_past_is_earlier_talks_of_the_same_war_as_far_as_known() -> None:
    rows = [talks(1, 0, NONE), talks(2, 100, NONE), talks(3, 100, ALL), talks(4, 0, ALL, "OTHER")]
    assert past_outcomes(rows, 0) == [] and past_outcomes(rows, 3) == []
    # On day 100: no durable ceasefire within 30 days (known on day 60), no mutual one within 90.
    wanted = [PastOutcome(0, "durable", 1, 5), PastOutcome(0, "mutual", 2, 5)]
    assert past_outcomes(rows, 1) == past_outcomes(rows, 2) == wanted
    later = past_outcomes(rows, 1, OPENED + timedelta(days=2000))
    wanted = [PastOutcome(row, tier, *limits) for row, limits in ((0, (4, 5)), (2, (0, 1))) for tier in TIERS]
    assert later == wanted  # talks that opened on the same day are earlier than that day


# The effect


@pytest.mark.parametrize("spread", SPREADS)
def test_the_mean_over_the_effect_is_the_forecast(spread: float) -> None:
    odds = np.array([1e-6, 1e-3, 0.05, 0.3, 0.5, 0.9, 0.999, 1 - 1e-6])
    by_node = given_effect(odds, spread)
    assert by_node @ NODE_WEIGHTS == pytest.approx(odds, rel=1e-9)
    assert np.all(np.diff(by_node, axis=-1) >= 0)  # a higher hazard, higher odds
    assert np.all(np.diff(by_node, axis=0) >= 0)  # and later horizons no lower, whatever the effect


def test_the_effect_multiplies_the_hazard() -> None:
    hazard = -np.log1p(-given_effect(np.array([0.4]), 0.6)[0, 5:16])  # the outer nodes are 0 or 1 to rounding
    assert np.diff(np.log(hazard)) == pytest.approx(0.6 * np.diff(NODES[5:16]))
    assert given_effect(np.array([0.4]), 0.0)[0] == pytest.approx(np.full(21, 0.4))


def test_the_nodes_are_those_of_a_standard_normal() -> None:
    for power, moment in ((0, 1), (2, 1), (4, 3), (6, 15)):
        assert NODE_WEIGHTS @ NODES**power == pytest.approx(moment)
    assert spread_prior().sum() == pytest.approx(1) and np.all(spread_prior() > 0)


def test_the_chance_of_a_class_by_hand() -> None:
    by_node = np.array([[0.1], [0.3], [0.6], [0.8]])
    for first, last, chance in ((0, 1, 0.1), (1, 3, 0.5), (4, 5, 0.2), (0, 4, 0.8)):
        wanted = (1 - SLIP) * chance + SLIP * (last - first) / 5
        assert np.exp(log_chance(by_node, first, last)) == pytest.approx([wanted])


# Forecasts


def war_of(*past: Sequence[int | None], p: float = 0.4) -> tuple[list[Episode], Folds, dict[str, np.ndarray]]:
    """A war whose talks are two years apart, the last of them open, and one other war; odds of ``p`` to 2 ``p``."""
    own = [talks(n, 730 * n, happened) for n, happened in enumerate((*past, (None,) * 4))]
    rows = [*own, talks(0, 0, ALL, "X"), talks(1, 730, ALL, "X"), talks(0, 0, NONE, "Y"), talks(1, 730, NONE, "Y")]
    folds = Folds(("WAR", "X", "Y"), np.array([*[0] * len(own), 1, 1, 2, 2]))
    odds = np.broadcast_to(p * np.array([1, 1.2, 1.5, 2]), (3, len(rows), 4))
    return rows, folds, {"durable": odds, "mutual": odds}


def last(*past: Sequence[int | None]) -> np.ndarray:
    rows, folds, odds = war_of(*past)
    return with_own_past(odds, rows, folds).inner["durable"][0, len(past)]


def test_failures_lower_and_ceasefires_raise_the_odds_and_more_of_them_do_so_more() -> None:
    base, *_ = war_of()[2]["durable"][0]
    assert np.array_equal(last(), base)  # a war without a past keeps its odds
    assert np.all(last(NONE, NONE) < last(NONE)) and np.all(last(NONE) < base)
    assert np.all(last(ALL, ALL) > last(ALL)) and np.all(last(ALL) > base)
    assert np.all(np.diff(last(NONE)) > 0)


def test_the_forecast_given_the_past_by_hand() -> None:
    """Weights of the spreads times Bayes over the nodes, in plain loops."""
    rows, folds, odds = war_of(NONE)
    found = with_own_past(odds, rows, folds)
    p, wanted = odds["durable"][0, 0], 0.0
    for weight, spread in zip(found.spreads["WAR"], SPREADS, strict=True):
        by_node = given_effect(p, spread)
        chance = [w * ((1 - SLIP) * (1 - by_node[3, k]) + SLIP / 5) for k, w in enumerate(NODE_WEIGHTS)]
        wanted += weight * sum(c * by_node[0, k] for k, c in enumerate(chance)) / sum(chance)
    assert found.inner["durable"][0, 1, 0] == pytest.approx(wanted, rel=1e-12)


def test_wars_that_repeat_themselves_teach_a_wider_effect_and_a_war_teaches_itself_nothing() -> None:
    rows, folds, odds = war_of(NONE, ALL)  # X and Y repeat themselves, WAR does not
    alike = with_own_past(odds, rows, folds)
    prior = float(np.array(SPREADS) @ spread_prior())
    assert np.array(SPREADS) @ alike.spreads["WAR"] > prior
    changed = [replace(row, outcomes=outcomes(ALL, ALL)) if row.cluster == "WAR" else row for row in rows]
    assert with_own_past(odds, changed, folds).spreads["WAR"].tobytes() == alike.spreads["WAR"].tobytes()
    assert with_own_past(odds, changed, folds).spreads["X"].tobytes() != alike.spreads["X"].tobytes()


def test_without_another_war_the_spread_is_the_priors() -> None:
    assert spread_weights(np.zeros((1, len(SPREADS))), 0) == pytest.approx(spread_prior())


def test_no_outcome_that_was_not_known_on_the_day_reaches_a_forecast() -> None:
    """The canary: outcomes of the same war that were open on a row's day, and its own, turned around."""
    rng = np.random.default_rng(5)
    rows = [talks(n, 60 * n, NONE if n % 2 else ALL) for n in range(6)]
    rows += [talks(n, 60 * n, NONE if n % 3 else ALL, "X") for n in range(6)]
    folds = Folds(("WAR", "X"), np.repeat([0, 1], 6))
    odds = {tier: np.sort(rng.uniform(0.1, 0.9, (2, 12, 4)), axis=-1) for tier in TIERS}
    base = with_own_past(odds, rows, folds)
    sings = 0
    for row in range(6):
        day = rows[row].talks_opened

        def turned(one: Episode, day: date = day) -> Episode:
            known = {tier: one.known_at(tier, day) for tier in TIERS}
            new = {
                tier: tuple(
                    value if open_ is not None else 1 - int(value or 0)
                    for value, open_ in zip(one.outcomes[tier], known[tier], strict=True)
                )
                for tier in TIERS
            }
            return replace(one, outcomes={tier: tuple(np.maximum.accumulate(of).tolist()) for tier, of in new.items()})

        changed = [turned(one) if one.cluster == "WAR" else one for one in rows]
        found = with_own_past(odds, changed, folds)
        for tier in TIERS:
            assert found.inner[tier][0, row].tobytes() == base.inner[tier][0, row].tobytes()
            sings += found.inner[tier][0, 5].tobytes() != base.inner[tier][0, 5].tobytes()
    assert sings > 0 and len(HORIZONS) == 4


# Wars made up


def made_wars(n_wars: int, spread: float, ageing: float, seed: int) -> tuple[list[Episode], Folds, np.ndarray]:
    """Four talks of each war, a year apart; the log hazard rises by ``ageing`` times the standardised log age.

    Wars are one to twenty years old at their first talks. Outcomes are drawn given an effect of each war.
    """
    rng = np.random.default_rng(seed)
    ages = np.log(rng.uniform(1, 20, (n_wars, 1)) + np.arange(4)).ravel()
    ages = (ages - ages.mean()) / ages.std()
    node = np.repeat(rng.choice(len(NODES), n_wars, p=NODE_WEIGHTS), 4)
    by_node = given_effect(odds_by_age(ages, ageing), spread)[np.arange(4 * n_wars), :, node]
    first = (rng.random((4 * n_wars, 1)) > by_node).sum(axis=1)
    rows = [
        talks(n % 4, 730 * (n % 4), tuple((np.arange(4) >= k).astype(int).tolist()), f"W{n // 4:03}")
        for n, k in enumerate(first)
    ]
    return rows, Folds(tuple(f"W{n:03}" for n in range(n_wars)), np.arange(4 * n_wars) // 4), ages


def odds_by_age(ages: np.ndarray, ageing: float) -> np.ndarray:
    """Odds by horizon of rows whose log hazard rises with age."""
    hazard = np.array([0.15, 0.35, 0.55, 0.8]) * np.exp(ageing * ages)[:, None]
    return np.asarray(-np.expm1(-hazard))


def support_of(rows: list[Episode], folds: Folds, odds: np.ndarray) -> np.ndarray:
    """What all wars together say of each spread, by tiers that are alike, rows weighing one each."""
    by_spread = [log_support(given_effect(odds[None], spread), rows, folds, "durable") for spread in SPREADS]
    return np.array([float(of.sum()) for of in by_spread]) / (POWER * TIER_WEIGHT["durable"] * 4**-WAR_POWER)


@pytest.mark.parametrize(("spread", "seed"), [(0.45, 1), (0.45, 2), (0.9, 3)])
def test_the_spread_of_made_up_wars_is_recovered(spread: float, seed: int) -> None:
    weights = normalised(support_of(*made_up(spread, seed)))
    assert np.array(SPREADS) @ weights == pytest.approx(spread, abs=0.15)


@pytest.mark.parametrize("seed", [1, 2])
def test_wars_that_do_not_differ_rule_out_a_wide_effect(seed: int) -> None:
    """What lies below .3 is not told from 0 even with 1,600 talks."""
    weights = normalised(support_of(*made_up(0.0, seed)))
    assert weights[SPREADS.index(0.45) :].sum() < 0.1


def made_up(spread: float, seed: int) -> tuple[list[Episode], Folds, np.ndarray]:
    rows, folds, ages = made_wars(400, spread, 0.0, seed)
    return rows, folds, odds_by_age(ages, 0.0)


@pytest.mark.parametrize("ageing", [0.0, 0.5])
@pytest.mark.parametrize("spread", [0.0, 0.6])
def test_a_wars_own_effect_is_told_apart_from_its_age(spread: float, ageing: float) -> None:
    """Of all pairs of what age does and how wars differ, the true one has nearly the highest likelihood."""
    rows, folds, ages = made_wars(300, spread, ageing, 11)
    by_ageing = {slope: support_of(rows, folds, odds_by_age(ages, slope)) for slope in (0.0, 0.25, 0.5, 0.75)}
    best = max(by_ageing, key=lambda slope: by_ageing[slope].max())
    assert best == ageing
    assert SPREADS[int(np.argmax(by_ageing[best]))] == pytest.approx(spread, abs=0.16)
    wrong = by_ageing[0.5 if ageing == 0 else 0.0]
    assert by_ageing[best].max() - wrong.max() > 5  # no spread makes up for what age does
