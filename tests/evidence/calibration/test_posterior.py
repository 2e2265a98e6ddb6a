"""The posterior: worked by hand on two points, leaving a war out, and what it says of each parameter."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evidence.calibration.episodes import TIERS, Episode
from sim.evidence.calibration.posterior import (
    Posterior,
    Surfaces,
    correlations,
    effective,
    learned,
    normalised,
    outcome_class,
    weighted_quantiles,
)
from sim.evidence.calibration.prior import COORDINATES, RowInputs, multiples_of, prior_points
from sim.evidence.calibration.structural_parameters import NAMES, STRUCTURAL
from sim.statistics.polynomial import class_chances, fit_surface, quadratic
from tests.evidence import factories

EXACT = {"rel": 0, "abs": 1e-12}
NOT = factories.NOT_SCORED


@pytest.mark.parametrize(
    ("outcomes", "classes"),
    [
        ((1, 1, 1, 1), (0, 1)),
        ((0, 1, 1, 1), (1, 2)),
        ((0, 0, 0, 1), (3, 4)),
        ((0, 0, 0, 0), (4, 5)),
        ((0, 0, None, None), (2, 5)),
        ((None, 1, 1, 1), (0, 2)),
        ((0, None, None, 1), (1, 4)),
        ((None, 0, None, None), (2, 5)),
        ((None, None, None, 1), (0, 4)),
        (NOT, (0, 5)),
    ],
)
def test_classes_between_which_an_event_lies(outcomes: tuple[int | None, ...], classes: tuple[int, int]) -> None:
    assert outcome_class(outcomes) == classes


# Two points, three rows, two wars


def surfaces(durable: list[list[list[float]]], mutual: list[list[list[float]]]) -> Surfaces:
    points = np.array([np.full(len(COORDINATES), 0.25), np.full(len(COORDINATES), 0.75)])
    return Surfaces(points, {"durable": np.float32(durable), "mutual": np.float32(mutual)})


# Chances that a 32-bit number holds exactly: rows, points, classes.
DURABLE = [
    [[0.125, 0.25, 0.25, 0.125, 0.25], [0.25, 0.5, 0.125, 0.0625, 0.0625]],
    [[0.5, 0.125, 0.125, 0.125, 0.125], [0.125, 0.125, 0.25, 0.25, 0.25]],
    [[0.0, 0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.125, 0.125]],
]
MUTUAL = [
    [[0.25, 0.25, 0.25, 0.125, 0.125], [0.0625, 0.0625, 0.125, 0.25, 0.5]],
    [[0.5, 0.25, 0.125, 0.125, 0.0], [0.125, 0.125, 0.125, 0.125, 0.5]],
    [[0.2, 0.2, 0.2, 0.2, 0.2], [0.2, 0.2, 0.2, 0.2, 0.2]],
]
ROWS = [
    factories.episode(episode_id="W1", cluster="W", outcomes=factories.outcomes((0, 1, 1, 1), (None, 1, 1, 1))),
    factories.episode(episode_id="W2", cluster="W", outcomes=factories.outcomes(NOT, (0, 0, 0, 0))),
    factories.episode(episode_id="V1", cluster="V", outcomes=factories.outcomes((0, 0, None, None), NOT)),
]


def slipped(chance: float, n_classes: int) -> float:
    return 0.99 * chance + 0.01 * n_classes / 5


def by_hand() -> np.ndarray:
    """Log likelihoods of wars V and W at both points: power .6, rows of W weigh 2^-.5, each tier a half."""
    w = [
        0.6 / sqrt(2) * 0.5 * (log(slipped(d, 1)) + log(slipped(first, 2)) + log(slipped(second, 1)))
        for d, first, second in ((0.25, 0.5, 0.0), (0.5, 0.125, 0.5))
    ]
    v = [0.6 * 0.5 * log(slipped(chance, 3)) for chance in (0.5, 0.5)]
    return np.array([v, w])


def test_two_points_by_hand() -> None:
    found = Posterior.of(ROWS, surfaces(DURABLE, MUTUAL))
    assert (found.wars, found.n_rows) == (("V", "W"), 3)
    logs = by_hand()
    assert found.by_war == pytest.approx(logs, **EXACT)
    odds = np.exp(logs[:, 1] - logs[:, 0])  # of the second point, war by war
    both = odds[0] * odds[1]
    assert found.weights == pytest.approx([1 / (1 + both), both / (1 + both)], **EXACT)
    assert found.without("V") == pytest.approx([1 / (1 + odds[1]), odds[1] / (1 + odds[1])], **EXACT)
    assert found.without("W") == pytest.approx([0.5, 0.5], **EXACT)
    assert np.array_equal(found.without("NEW"), found.weights)


def test_odds_are_cumulated_over_classes() -> None:
    found = surfaces(DURABLE, MUTUAL)
    assert found.odds("durable", 0, np.array([0.75, 0.25])) == pytest.approx(
        np.cumsum([0.75 * a + 0.25 * b for a, b in zip(*DURABLE[0], strict=True)])[:-1], **EXACT
    )
    assert found.likelihood(0, "durable", NOT) is None
    assert found.likelihood(1, "mutual", (0, 0, 0, 0)) == pytest.approx([0.002, 0.497], **EXACT)


def test_no_row_rules_a_point_out() -> None:
    certain = [[[1.0, 0, 0, 0, 0], [0, 0, 0, 0, 1.0]]]
    found = Posterior.of(
        [replace(ROWS[0], outcomes=factories.outcomes((0,) * 4, (0,) * 4))], surfaces(certain, certain)
    )
    # .002 against .992, to the power .6 (both tiers): the point that said otherwise keeps 2.4 %.
    assert found.weights[0] == pytest.approx(1 / (1 + (0.992 / 0.002) ** 0.6), **EXACT)


def test_rows_that_are_not_scored_change_nothing() -> None:
    silent = factories.episode(episode_id="A", cluster="W", outcomes=factories.outcomes(NOT, NOT))
    stranger = factories.episode(episode_id="B", cluster="NEW", outcomes=factories.outcomes(NOT, NOT))
    base = Posterior.of(ROWS, surfaces(DURABLE, MUTUAL))
    more = Posterior.of(
        [silent, *ROWS, stranger],
        surfaces([DURABLE[1], *DURABLE, DURABLE[0]], [MUTUAL[1], *MUTUAL, MUTUAL[0]]),
    )
    assert more.wars == base.wars and np.array_equal(more.by_war, base.by_war)
    none = Posterior.of([silent], surfaces(DURABLE[:1], MUTUAL[:1]))
    assert none.wars == () and none.weights.tolist() == none.without("W").tolist() == [0.5, 0.5]


def many(seed: int, n: int = 30) -> tuple[list[Episode], Surfaces]:
    """Rows of seven wars with outcomes at random and surfaces on 64 points."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        classes = rng.integers(0, 5, 2)
        known = rng.random((2, 4)) < 0.8
        given = [[int(c <= k) if seen[k] else None for k in range(4)] for c, seen in zip(classes, known, strict=True)]
        rows.append(
            factories.episode(
                episode_id=f"E{number}", cluster=f"WAR{rng.integers(0, 7)}", outcomes=factories.outcomes(*given)
            )
        )
    chances = {tier: rng.dirichlet(np.ones(5), (n, 64)).astype(np.float32) for tier in TIERS}
    return rows, Surfaces(rng.random((64, 6)), chances)


def chosen(rows: list[Episode], found: Surfaces, numbers: list[int]) -> tuple[list[Episode], Surfaces]:
    chances = {tier: found.chances[tier][numbers] for tier in TIERS}
    return [rows[number] for number in numbers], Surfaces(found.points, chances)


@given(st.integers(0, 1_000))
def test_leaving_a_war_out_is_never_having_seen_it(seed: int) -> None:
    rows, found = many(seed)
    posterior = Posterior.of(rows, found)
    for war in posterior.wars:
        others = [number for number, row in enumerate(rows) if row.cluster != war]
        unseen = Posterior.of(*chosen(rows, found, others))
        assert np.array_equal(posterior.without(war), unseen.weights)
        assert not np.array_equal(posterior.without(war), posterior.weights)


@given(st.integers(0, 1_000), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_byte(seed: int, rng) -> None:  # type: ignore[no-untyped-def]
    rows, found = many(seed)
    numbers = list(range(len(rows)))
    rng.shuffle(numbers)
    one, other = Posterior.of(rows, found), Posterior.of(*chosen(rows, found, numbers))
    assert one.wars == other.wars and one.by_war.tobytes() == other.by_war.tobytes()
    assert one.weights.tobytes() == other.weights.tobytes()


def test_surfaces_carry_each_episode_to_the_points() -> None:
    rng = np.random.default_rng(4)
    draws = rng.random((128, len(COORDINATES)))
    rows = [factories.episode(), factories.episode(prior_failed_cf=0, patron_a=0)]
    simulated = [factories.simulated(rng.multinomial(16, [0.1, 0.2, 0.3, 0.2, 0.2], 128)) for _ in range(2)]
    found = Surfaces.fitted(rows, simulated, draws, 256)
    assert np.array_equal(found.points, prior_points(256))
    for row, (episode, one) in enumerate(zip(rows, simulated, strict=True)):
        at_points, at_draws = (quadratic(RowInputs.of(episode).places(at)) for at in (found.points, draws))
        chances = class_chances(at_points, fit_surface(at_draws, one.counts["mutual"]))
        assert found.chances["mutual"][row] == pytest.approx(chances, abs=1e-7)
    assert Surfaces.fitted([], [], draws, 256).chances["durable"].shape == (0, 256, 5)


# Points of the prior, and what is learned


def test_points_fill_the_cube_evenly() -> None:
    points = prior_points(1_024)
    assert points.shape == (1_024, len(COORDINATES)) and 0 < points.min() and points.max() < 1
    for column in points.T:
        # In each of 1,024 cells of each parameter there is one point.
        assert np.array_equal(np.sort((column * 1_024).astype(int)), np.arange(1_024))
    assert points.mean(axis=0) == pytest.approx(np.full(len(COORDINATES), 0.5), abs=1e-9)
    assert np.max(np.abs(np.corrcoef(points.T) - np.eye(len(COORDINATES)))) < 0.02


def test_multiples_by_hand() -> None:
    ends, middle = multiples_of(np.array([np.zeros(6), np.ones(6)])), multiples_of(np.full((1, 6), 0.5))
    for column, parameter in enumerate(STRUCTURAL):
        assert ends[:, column] * parameter.reference == pytest.approx([parameter.low, parameter.high], **EXACT)
    speed, pressure = NAMES.index("speed"), NAMES.index("pressure")
    assert middle[0, speed] == pytest.approx(sqrt(0.075 * 1.0) / 0.25, **EXACT)  # log-uniform
    assert middle[0, pressure] == pytest.approx(1.0, **EXACT)  # uniform from 0 to twice the reference


def flat(points: np.ndarray, logs: np.ndarray | None = None) -> Posterior:
    return Posterior(points, ("W",), np.zeros((1, len(points))) if logs is None else logs[None, :], 1)


def test_flat_weights_have_learned_nothing() -> None:
    for one, parameter in zip(learned(flat(prior_points(1_024))), STRUCTURAL, strict=True):
        assert one.contraction == pytest.approx(0, abs=1e-5)
        assert one.words == "hardly identified by the record"
        share = np.array([0.05, 0.5, 0.95])
        low, high = parameter.low, parameter.high
        wanted = low * (high / low) ** share if parameter.prior == "loguniform" else low + (high - low) * share
        assert one.prior == pytest.approx(wanted, rel=1e-12)
        assert one.posterior == pytest.approx(one.prior, rel=0.02)


def test_a_parameter_that_is_identified_contracts() -> None:
    points = prior_points(1_024)
    logs = np.where(points[:, 1] < 0.5, 0.0, -50.0)  # strain lies in the lower half, spread evenly: 1 - 1/4
    strain = learned(flat(points, logs))[1]
    assert strain.contraction == pytest.approx(0.75, abs=0.01) and strain.words == "identified"
    assert strain.posterior[2] == pytest.approx(0.01 * 12**0.475, rel=0.01)
    for one in (learned(flat(points, logs))[k] for k in (0, 2, 3, 4, 5)):
        assert abs(one.contraction) < 0.02


def test_words_for_contractions() -> None:
    one = learned(flat(prior_points(64)))[0]
    said = [replace(one, contraction=share).words for share in (-0.1, 0.19, 0.2, 0.59, 0.6, 1.0)]
    assert said[::2] == said[1::2] == ["hardly identified by the record", "identified in part", "identified"]


def test_parameters_that_are_identified_together() -> None:
    points = prior_points(4_096)
    # Only the difference of speed and fear is identified: they rise together. Spread .1 along it.
    logs = -0.5 * ((points[:, 0] - points[:, 2]) / 0.1) ** 2
    pairs = correlations(flat(points, logs))
    assert [set(pair[:2]) for pair in pairs] == [{"speed", "fear"}] and pairs[0][2] > 0.8
    assert correlations(flat(points)) == []


def test_weighted_quantiles_by_hand() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.25, 0.5, 0.25])
    quantiles = np.array([0.0, 0.5, 0.51, 0.75, 0.76, 1.0])
    assert weighted_quantiles(values, weights, quantiles).tolist() == [1, 1, 2, 2, 3, 3]
    assert weighted_quantiles(values, 8 * weights, quantiles).tolist() == [1, 1, 2, 2, 3, 3]


def test_effective_points_and_normalised_weights() -> None:
    assert normalised(np.log([1.0, 3.0]) - 5_000) == pytest.approx([0.25, 0.75], **EXACT)
    assert effective(np.full(8, 1 / 8)) == pytest.approx(8, **EXACT)
    assert effective(np.array([0.5, 0.5, 0])) == pytest.approx(2, **EXACT)
