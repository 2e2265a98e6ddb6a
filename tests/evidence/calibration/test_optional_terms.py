"""Optional terms of the mapping: factors by hand, and the inputs that points of the prior give a row."""

from __future__ import annotations

from dataclasses import replace
from math import exp, sqrt

import numpy as np
import pytest

from sim.evidence.calibration import optional_terms
from sim.evidence.calibration.episodes import SCALES, Episode, read_episodes, shipped
from sim.evidence.calibration.optional_terms import INPUTS, POWERS, TERMS
from sim.evidence.calibration.prior import COORDINATES, RowInputs, alternatives, multiples_of, prior_draws, prior_points
from sim.evidence.calibration.structural_parameters import NAMES, STRUCTURAL, Fixed
from tests.evidence import factories

BY_NAME = {term.name: term for term in TERMS}


def factors(name: str, episode: Episode) -> list[dict[str, float]]:
    term = BY_NAME[name]
    return [dict(term.factors(episode, k)) for k in range(len(term.alternatives))]


def test_each_term_can_be_absent_and_no_alternative_is_preferred() -> None:
    assert POWERS == (0.0, 0.25, 0.5)
    for term in TERMS:
        assert len(term.alternatives) == 3 and term.prior == pytest.approx(1 / 3)
        assert set(term.factors(factories.episode(), 0).values()) == {1.0}


def test_factors_of_a_four_year_old_war_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    # Momentum code 1 (for A), patrons 2 and 1, leaders, 15 failed ceasefires.
    monkeypatch.setattr(optional_terms, "FIXED", Fixed(patron_relief=0.4, momentum_scale=0.5))
    episode = factories.episode()
    always, losing = factors("patrons", episode)[1:]
    assert always == pytest.approx({"strain_a": exp(-0.8), "strain_b": exp(-0.4)})
    # A wins, so its two patrons count half; B loses, so its one counts one and a half times.
    assert losing == pytest.approx({"strain_a": exp(-0.4 * 2 * 0.5), "strain_b": exp(-0.4 * 1.5)})
    assert factors("age_fear", episode)[1:] == [pytest.approx({"fear": 5**p}) for p in (0.25, 0.5)]
    assert factors("age_speed", episode)[2] == pytest.approx({"speed": 1 / sqrt(5)})
    assert factors("habit", episode)[1:] == [pytest.approx({"speed": 2.0}), pytest.approx({"speed": 4.0})]
    assert factors("audience_habit", episode)[1:] == [pytest.approx({"audience": f}) for f in (0.5, 0.25)]
    assert factors("attendance", episode)[1:] == [pytest.approx({"speed": exp(p)}) for p in (0.25, 0.5)]


def test_patrons_matter_most_to_the_side_that_is_losing() -> None:
    by_level = [factors("patrons", factories.episode(patron_a=level, momentum_a=-1))[2] for level in range(4)]
    strains = [one["strain_a"] for one in by_level]
    assert strains == sorted(strains, reverse=True) and strains[0] == 1.0
    lost, won = (factors("patrons", factories.episode(patron_a=3, momentum_a=m))[2]["strain_a"] for m in (-2, 2))
    assert lost < won == 1.0


def test_a_point_divides_its_coordinate_evenly_among_alternatives() -> None:
    points = np.full((4, len(COORDINATES)), 0.5)
    points[:, COORDINATES.index("habit")] = [0.0, 0.33, 0.34, 1.0]
    assert alternatives(points)["habit"].tolist() == [0, 0, 1, 2]
    assert alternatives(points)["patrons"].tolist() == [1] * 4
    for chosen in alternatives(prior_points(1_024)).values():
        assert np.bincount(chosen).tolist() == pytest.approx([1_024 / 3] * 3, abs=1)


def test_inputs_of_a_point_by_hand() -> None:
    episode = factories.episode(attendance=0)
    point = np.full((1, len(COORDINATES)), 0.5)  # a quarter everywhere; patrons always
    found = dict(zip(INPUTS, RowInputs.of(episode).multiples(point)[0], strict=True))
    middle = dict(zip(NAMES, multiples_of(point)[0], strict=True))
    assert found["speed"] == pytest.approx(middle["speed"] * 5**-0.25 * 16**0.25 * exp(-2 * 0.25))
    assert found["fear"] == pytest.approx(middle["fear"] * 5**0.25)
    assert found["audience"] == pytest.approx(middle["audience"] * 16**-0.25)
    assert found["strain_a"] == pytest.approx(middle["strain"] * exp(-0.4 * 2))
    assert found["strain_b"] == pytest.approx(middle["strain"] * exp(-0.4))
    assert (found["pressure"], found["unseen"]) == (middle["pressure"], middle["unseen"])


def test_places_draw_the_inputs_and_stay_in_their_ranges() -> None:
    points = prior_points(256)
    ends = np.array([np.zeros(len(COORDINATES)), np.ones(len(COORDINATES))])
    extreme = {name: limits[1] for name, limits in SCALES.items()}
    for episode in (factories.episode(), factories.episode(**extreme), factories.episode(prior_failed_cf=0)):
        inputs = RowInputs.of(episode)
        for at in (points, ends):
            places, multiples = inputs.places(at), inputs.multiples(at)
            assert np.all((places >= 0) & (places <= 1))
            for column, quantity in enumerate(inputs.ranges.values()):
                low, high = quantity.bounds
                is_log = quantity.dist == "loguniform"
                u = places[:, column]
                drawn = low * (high / low) ** u if is_log else low + (high - low) * u
                assert drawn == pytest.approx(multiples[:, column], rel=1e-9, abs=1e-12)


def test_a_row_that_no_term_touches_keeps_the_prior() -> None:
    plain = dict.fromkeys(SCALES, 0) | {"attendance": 2}
    inputs = RowInputs.of(factories.episode(war_start=factories.OPENED, **plain))
    by_name = {parameter.name: parameter.multiple for parameter in STRUCTURAL}
    for name, quantity in inputs.ranges.items():
        assert quantity.bounds == pytest.approx(by_name[INPUTS[name]].bounds)


def test_all_rows_meet_the_same_parameters_and_terms() -> None:
    """What differs between rows is their coding: equal codes make equal inputs, at every draw."""
    draws = prior_draws(2_048)
    one = factories.episode()
    twin = replace(one, episode_id="TWIN", cluster="OTHER", name="Other talks")
    assert np.array_equal(RowInputs.of(one).places(draws), RowInputs.of(twin).places(draws))


def test_every_shipped_row_has_finite_ranges() -> None:
    for episode in read_episodes(shipped()).episodes:
        for quantity in RowInputs.of(episode).ranges.values():
            low, high = quantity.bounds
            assert 0 <= low < high < 1e3, episode.episode_id
