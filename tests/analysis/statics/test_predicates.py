"""Claims on estimates that are made up: what holds, what fails, and what nobody can say."""

import numpy as np
import pytest

from sim.analysis.statics.outcomes import AGREED, LAND, Estimate, contrast, ratio
from sim.analysis.statics.predicates import (
    Claim,
    FallingReturns,
    Falls,
    Flat,
    Measured,
    NeverFalls,
    NeverRises,
    Ratio,
    Rises,
    RisesMore,
    RisesThroughout,
    WithinFactor,
    plain,
    signed,
)

CLUSTERS = 128
NOISE = np.random.default_rng(1).normal(size=CLUSTERS)
NOISE = (NOISE - NOISE.mean()) / NOISE.std(ddof=1) * CLUSTERS**0.5
"""Moves of clusters with a standard error of 1 in the mean."""


def estimate(value: float, error: float = 0.0) -> Estimate:
    return Estimate(value, error * NOISE)


def along(*values: float, error: float = 0.01) -> Measured:
    """Levels whose differences from the first all have the same standard error."""
    return {("it", AGREED): [estimate(value, error * (number % 2)) for number, value in enumerate(values)]}


def test_a_contrast_is_paired_by_cluster() -> None:
    assert estimate(0.3, 0.02).error == pytest.approx(0.02)
    assert contrast(((1, estimate(0.5, 0.02)), (-1, estimate(0.3, 0.02)))) == pytest.approx((0.2, 0.0))
    assert contrast(((1, estimate(0.5, 0.02)), (-1, estimate(0.3, -0.02)))) == pytest.approx((0.2, 0.04))


def test_the_error_of_a_ratio() -> None:
    assert ratio(estimate(0.4, 0.02), estimate(0.2)) == pytest.approx((2.0, 0.1))
    assert ratio(estimate(0.4, 0.02), estimate(0.2, 0.01)) == pytest.approx((2.0, 0.0))
    assert ratio(estimate(0.4), estimate(0.0))[0] == np.inf
    assert np.isnan(ratio(estimate(0.0), estimate(0.0))[0])


@pytest.mark.parametrize(
    ("claim", "levels", "holds"),
    [
        (Rises(AGREED, "it"), (0.3, 0.331), True),
        (Rises(AGREED, "it"), (0.3, 0.329), False),
        (Rises(AGREED, "it", by=0.1), (0.3, 0.401), True),
        (Rises(AGREED, "it", by=0.1), (0.3, 0.399), False),
        (Falls(AGREED, "it"), (0.331, 0.3), True),
        (Falls(AGREED, "it"), (0.3, 0.331), False),
        (Falls(AGREED, "it", by=0.05), (0.35, 0.311), False),
        (Falls(AGREED, "it", first=1, last=2), (0.3, 0.9, 0.5), True),
        (NeverFalls(AGREED, "it"), (0.3, 0.271), True),
        (NeverFalls(AGREED, "it"), (0.3, 0.269), False),
        (NeverFalls(AGREED, "it"), (0.3, 0.5, 0.4), False),
        (NeverRises(AGREED, "it"), (0.3, 0.329), True),
        (NeverRises(AGREED, "it"), (0.3, 0.331), False),
        (RisesThroughout(AGREED, "it"), (0.3, 0.31, 0.32, 0.34), True),
        (RisesThroughout(AGREED, "it"), (0.3, 0.29, 0.32, 0.34), False),
        (Flat(AGREED, "it"), (0.3, 0.329), True),
        (Flat(AGREED, "it"), (0.3, 0.269), False),
        (Flat(AGREED, "it", within=0.05), (0.3, 0.349), True),
        (Flat(AGREED, "it", within=0.05), (0.3, 0.249), False),
        (Ratio(AGREED, "it", low=1.5, high=3), (0.2, 0.4), True),
        (Ratio(AGREED, "it", low=1.5, high=3), (0.2, 0.7), False),
        (Ratio(AGREED, "it", high=0.2), (0.5, 0.0), True),
        (Ratio(AGREED, "it", high=0.2), (0.0, 0.0), False),
        (WithinFactor(AGREED, "it", most=3), (0.3, 0.1001), True),
        (WithinFactor(AGREED, "it", most=3), (0.3, 0.1, 0.4), False),
        (WithinFactor(AGREED, "it", most=3), (0.3, 0.0), False),
        (FallingReturns(AGREED, "it", at=(0.0, 0.1, 0.3)), (0.1, 0.3, 0.4), True),
        (FallingReturns(AGREED, "it", at=(0.0, 0.1, 0.3)), (0.1, 0.2, 0.9), False),
    ],
)
def test_what_holds(claim: Claim, levels: tuple[float, ...], holds: bool) -> None:
    result = claim.judge(along(*levels))
    assert result.holds is holds
    assert result.words.startswith("it, agreed: ") and "expected" in result.words


def test_one_change_against_another() -> None:
    more = RisesMore(AGREED, "it", other="that")
    no_less = RisesMore(AGREED, "it", other="that", equal=True)
    for gain, is_more, is_no_less in ((0.14, True, True), (0.11, False, True), (0.06, False, False)):
        measured = {**along(0.2, 0.2 + gain), ("that", AGREED): [estimate(0.3), estimate(0.4)]}
        assert (more.judge(measured).holds, no_less.judge(measured).holds) == (is_more, is_no_less)


@pytest.mark.parametrize(
    "claim", [Rises(LAND, "it"), NeverFalls(LAND, "it"), Flat(LAND, "it"), WithinFactor(LAND, "it")]
)
def test_terms_of_nothing_prove_nothing(claim: Claim) -> None:
    measured = {("it", LAND): [estimate(0.4, 0.01), Estimate(np.nan, np.zeros(CLUSTERS))]}
    result = claim.judge(measured)
    assert not result.holds and "none agreed" in result.words


def test_numbers_as_they_are_printed() -> None:
    assert [plain(0.25), plain(-0.5), plain(10.5, 1), plain(0.0)] == [".25", "-.50", "10.5", ".00"]
    assert [signed(0.1234, AGREED), signed(-0.004, AGREED), signed(-0.0001, AGREED)] == [
        "+12.3 points",
        "-.4 points",
        "0 points",
    ]
    assert [signed(-0.0263, LAND), signed(0.0001, LAND)] == ["-.026", "0"]
