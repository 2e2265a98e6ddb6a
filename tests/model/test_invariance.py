"""What must not change a trial: blocks, neutral additions, the side one looks from, mechanisms that are off."""

import numpy as np
import pytest

from sim.agents import rules_of
from sim.agents.parties import Belligerent
from sim.model.compiled import simulate
from sim.scenario.mirror import mirror
from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from tests.factories import changed, minimal_scenario

BASE = "istanbul_2025/aides_only"


def assert_same(one: dict[str, np.ndarray], other: dict[str, np.ndarray], but: tuple[str, ...] = ()) -> None:
    for name, column in one.items():
        if name not in but:
            np.testing.assert_array_equal(column, other[name], err_msg=name)


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load(BASE)


def test_blocks_do_not_matter(base: Scenario) -> None:
    """The first trials of a longer run are the shorter run, however it is cut, inside a draw of parameters as well."""
    whole = simulate(base, 11, 0, 512)
    parts = [simulate(base, 11, first, count) for first, count in ((0, 32), (32, 8), (40, 216), (256, 256))]
    for name, column in whole.items():
        np.testing.assert_array_equal(column, np.concatenate([part[name] for part in parts]), err_msg=name)


def test_seeds_differ(base: Scenario) -> None:
    assert not np.array_equal(simulate(base, 1, 0, 512)["n_rounds"], simulate(base, 2, 0, 512)["n_rounds"])


BY_HAZARD = {
    "tracks.ceasefire.signing": "hazard",
    "tracks.ceasefire.signing_rate": {"dist": "loguniform", "low": 0.05, "high": 0.8},
    "tracks.ceasefire.waits_for": None,
    "parties.Ukraine.unseen_spread": 0.03,
    "parties.Russia.unseen_spread": {"low": 0.0, "central": 0.03, "high": 0.06},
}
"""The seed scenario with its ceasefire signed by hazard, and an unseen cost of war on both sides."""


@pytest.mark.parametrize("changes", [{}, BY_HAZARD], ids=["as it is", "by hazard, unseen costs"])
def test_mirror_image_has_the_same_history(base: Scenario, changes: dict[str, object]) -> None:
    """Sides swapped, scales flipped, luck turned around: same weeks and endings, x becomes 1 - x."""
    base = changed(base, **changes) if changes else base
    here, there = simulate(base, 5, 0, 2_048), simulate(mirror(base), 5, 0, 2_048)
    turned = [name for name in here if name.startswith("x_")]
    swapped = ("victory", "binding_party", "halt_mix", "shortfall", "binding_issue")
    shares = [name for name in here if name.startswith("share_")]
    assert_same(here, there, but=(*turned, *swapped, *shares))
    assert (here["halt_week"] >= 0).sum() > 50
    np.testing.assert_array_equal(here["victory"], np.array([0, 2, 1])[there["victory"]])
    for name in turned:
        np.testing.assert_allclose(here[name], 1 - there[name], atol=1e-6, err_msg=name)  # stored as float32
    for name in shares:
        np.testing.assert_allclose(here[name], there[name], atol=1e-5, err_msg=name)


MEDIATORS = [{"reach": {"North": 1, "South": 1}}, {"persistence": 5, "skill": 0}]
NEUTRAL = [{"role": "mediator", **one} for one in MEDIATORS] + [
    {"role": "backer", "act_prob_per_week": 0.5, "tilt": 0.3}
]


@pytest.mark.parametrize("party", NEUTRAL)
def test_neutral_parties_change_no_trial(party: dict[str, object]) -> None:
    plain = minimal_scenario(**{"parties.North.strain": 0.08, "parties.North.trust": 0.5, "war.momentum": 0.2})
    assert_same(simulate(plain, 3, 0, 512), simulate(changed(plain, **{"parties.Neutral": party}), 3, 0, 512))


def test_an_issue_without_weight_changes_no_trial(base: Scenario) -> None:
    """From seven to eight issues and beyond, sums stay in one order: bit-identical trials."""
    extra = changed(
        base,
        **{
            "issues.idle": {"scale": "0 to 1", "status_quo": 0.5, "war_share": 0.5},
            "tracks.settlement.scope": (*base.tracks["settlement"].scope, "idle"),
            **{f"parties.{party}.points.idle": 0.0 for party in ("Ukraine", "Russia", "Rada")},
            **{
                f"parties.{party}.ideal_point.idle": float(party == "Russia") for party in ("Ukraine", "Russia", "Rada")
            },
        },
    )
    assert_same(simulate(base, 3, 0, 512), simulate(extra, 3, 0, 512), but=("binding_issue",))


class Stubborn(Belligerent):
    """Never moves from its opening offer: an analyst's subclass in three lines."""

    def pace(self, other_moved, mandate):  # type: ignore[no-untyped-def]
        return 0.0


def test_a_party_of_ones_own_changes_the_odds() -> None:
    scenario = load(BASE, [("talks.text_prob", "0")])
    usual = simulate(scenario, 1, 0, 1_024)
    stubborn = simulate(scenario, 1, 0, 1_024, rules=rules_of(scenario, {"Russia": Stubborn, "Ukraine": Stubborn}))
    assert (usual["mutual_week"] >= 0).sum() > (stubborn["mutual_week"] >= 0).sum()
