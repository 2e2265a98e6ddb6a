"""The six structural parameters: their priors as multiples of a reference."""

from __future__ import annotations

import numpy as np
import pytest

from sim.evidence.calibration.structural_parameters import FIXED, NAMES, STRUCTURAL
from sim.scenario.sampling.parameter_draws import inverse_cdf


def test_six_and_no_more() -> None:
    assert NAMES == ("speed", "strain", "fear", "pressure", "audience", "unseen")


@pytest.mark.parametrize("parameter", STRUCTURAL, ids=NAMES)
def test_a_multiple_carries_the_prior_to_the_parameters_own_unit(parameter) -> None:  # type: ignore[no-untyped-def]
    low, high = parameter.low, parameter.high
    middle = (low * high) ** 0.5 if parameter.prior == "loguniform" else (low + high) / 2
    quarter = low * (high / low) ** 0.25 if parameter.prior == "loguniform" else low + (high - low) / 4
    drawn = inverse_cdf(parameter.multiple, np.array([0.0, 0.25, 0.5, 1.0])) * parameter.reference
    assert drawn == pytest.approx([low, quarter, middle, high], rel=1e-12, abs=1e-12)
    assert low < parameter.reference < high


def test_fixed_values_are_of_the_kind_their_words_say() -> None:
    assert 1.0 == FIXED.fluidity[0] > FIXED.fluidity[1] > FIXED.fluidity[2] > 0
    assert 2 * FIXED.momentum_scale <= 1.0  # a code of 2 stays within momentum's scale
    assert 0 < FIXED.guarantee_ratio < 1 and 0 < FIXED.slow_hazard < FIXED.early_hazard < 1
