"""The oracle against values worked by hand: packages, needs, the year ahead (docs/odd.md, 3.1 and 3.4)."""

import json
from math import log, sqrt
from random import Random
from typing import Any

import pytest

from sim.scenario.schema import Scenario
from tests.oracle.oracle import Trial
from tests.oracle.packages import Path, Trade, ends, is_off_table, path_of, stakes
from tests.oracle.parameters import Luck, Worlds
from tests.oracle.ranges import Look, gains_of_veto, look_at, nash_mix, need, need_of_veto
from tests.oracle.utility import Stake
from tests.oracle.war import Cost, average_of_a_year, belief

LINEAR = {"curvature": 0, "loss_aversion": 1}
TWO_ISSUES = {"one": {"scale": "", "status_quo": 0.5}, "two": {"scale": "", "status_quo": 0.5}}
PIE = {"pie": {"scale": "", "status_quo": 0.5, "war_share": 1}}
TRACK = {"general": True, "least_level": 1}


def trial_of(issues: dict[str, Any], a: dict[str, Any], b: dict[str, Any], **more: Any) -> Trial:
    """Two sides that want opposite ends of everything; ``war``, ``tracks`` and ``parties`` as given."""
    side = {"role": "belligerent", "points": dict.fromkeys(issues, 100 / len(issues)), "strain": 0.1, **LINEAR}
    parties = {
        "A": side | {"ideal_point": dict.fromkeys(issues, 0)} | a,
        "B": side | {"ideal_point": dict.fromkeys(issues, 1)} | b,
        **more.get("parties", {}),
    }
    data = {
        "title": "T", "question": "Q", "supposes": "S", "resolution": "R", "start": "2020-01-06",
        "sides": {"A": "A", "B": "B"}, "issues": issues, "parties": parties,
        "tracks": more.get("tracks", {"halt": {**TRACK, "scope": list(issues)}}),
        "war": {"began": "2019-01-01", "momentum_reversion": 0, **more.get("war", {})},
    }  # fmt: skip
    scenario = Scenario.model_validate_json(json.dumps(data))
    luck = Luck(scenario, 1, 0, 1)
    return Trial(Worlds(scenario, luck).of_trial(0), luck, 0)


def two_issues(trust: float, delivered: float = 0.0, loss_aversion: float = 1.0) -> Path:
    """A cares .6 for the first issue and .4 for the second, B the other way round."""
    issues = {**TWO_ISSUES, "one": TWO_ISSUES["one"] | {"delivered": delivered}}
    both = {"trust": trust, "loss_aversion": loss_aversion}
    a, b = both | {"points": {"one": 60, "two": 40}}, both | {"points": {"one": 40, "two": 60}}
    return found_path(trial_of(issues, a, b))


def found_path(trial: Trial, track: str = "halt") -> Path:
    path = path_of(trial, track)
    assert path is not None
    return path


def surplus_of_b(path: Path) -> float:
    """What B gains where A is just as well off as at the status quo."""
    return path.gain(1, path.limit(0, path.gains[0], 0.0))


def corners(path: Path) -> list[tuple[float, float]]:
    """Where the line of both gains turns, and its ends."""
    points = list(zip(*path.gains, strict=True))
    bends = [
        point
        for point, before, after in zip(points[1:], path.trades, path.trades[1:], strict=False)
        if after.rate < before.rate - 1e-9
    ]
    return [points[0], *bends, points[-1]]


# -- trades and the path ------------------------------------------------------------------------------------


def test_two_issues_are_traded_in_the_order_of_their_rates() -> None:
    path = two_issues(trust=1)
    assert corners(path) == [pytest.approx(point) for point in ((0.5, -0.5), (0.1, 0.1), (-0.5, 0.5))]
    assert sorted({round(trade.rate, 12) for trade in path.trades}) == pytest.approx([2 / 3, 1.5])
    look = Look(path, (0.0, 0.0), path.limit(0, path.gains[0], 0.0), path.limit(1, path.gains[1], 0.0))
    mix = nash_mix(look)
    assert path.terms(path.place(mix)) == pytest.approx({"one": 0, "two": 1})
    assert path.gain(0, mix) * path.gain(1, mix) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("loss_aversion", "trust", "surplus"),
    [(1, 0.5, 0), (1, 0.66, 0), (1, 0.7, 0.0195238), (1.2, 0.79, 0), (1.2, 0.81, None)],
)
def test_where_promises_are_doubted_nothing_is_better_than_the_status_quo(
    loss_aversion: float, trust: float, surplus: float | None
) -> None:
    """There is a trade of the two issues only if trust > loss aversion / sqrt(1.5 x 1.5)."""
    found = surplus_of_b(two_issues(trust, loss_aversion=loss_aversion))
    if surplus is None:
        assert found > 1e-4
    else:
        assert found == pytest.approx(surplus, abs=1e-7)


@pytest.mark.parametrize(("trust", "surplus"), [(0.44, 0), (0.4444, 0), (0.45, None), (0.5, 1 / 60)])
def test_an_issue_delivered_on_signing_needs_less_trust(trust: float, surplus: float | None) -> None:
    found = surplus_of_b(two_issues(trust, delivered=1))
    assert found > 1e-4 if surplus is None else found == pytest.approx(surplus, abs=1e-7)


def test_equal_rates_are_filled_together() -> None:
    trades = [Trade("one", 0, 0.5, 0.2, 0.1), Trade("two", 0, 1, 0.6, 0.3), Trade("one", 0.5, 1, 0.1, 0.1)]
    path = Path({"one": 0.0, "two": 0.0}, (1.0, 0.0), trades)
    assert [trade.rate for trade in path.trades] == pytest.approx([1, 0.5, 0.5])
    assert path.terms(2.0) == pytest.approx({"one": 0.5 + 0.5 / 4, "two": 1 / 4})
    assert path.mixes == pytest.approx([1, 1 - (1 / 9 + 1 / 5) / 2, 1 - (3 / 9 + 2 / 5) / 2, 0])
    for mix in (1.0, 0.9, 0.5, 0.25, 0.0):
        assert path.mix_at(path.place(mix)) == pytest.approx(mix)
    assert path.limit(0, path.gains[0], 0.75) == pytest.approx(1 - (0.25 / 0.9 + 0.175 / 0.5) / 2)


def test_what_only_one_side_minds_goes_to_the_other_at_once() -> None:
    path = found_path(trial_of(TWO_ISSUES, {"points": {"one": 100}}, {"points": {"two": 100}}))
    middle = path.place(0.5)
    assert path.terms(middle) == pytest.approx({"one": 0, "two": 1})
    assert at_once(path) == {"two"} and path.mixes[-1] == 0.0
    nobody = found_path(trial_of(TWO_ISSUES, {"points": {"one": 100}}, {"points": {"one": 100}}))
    assert nobody.terms(nobody.place(0.3))["two"] == 0.5


def at_once(path: Path) -> set[str]:
    return {trade.issue for trade in path.trades if trade.loss == 0.0}


def test_what_both_want_changed_is_bargained_between_their_wishes() -> None:
    """Both want less than .8: A .1, B .4. For B its wish is worth .4 (1 - .25), and 0 again at .4 - .3 / 1.25."""
    a, b = Stake(-1, 1, 0.8, 0.1, 0.4, 0.5, 1.25), Stake(1, 1, 0.8, 0.4, 0.1, 0.5, 1.25)
    assert b.value(0.4) == pytest.approx(0.3) and b.as_good_as_now == pytest.approx(0.16)
    assert b.value(0.16) == pytest.approx(0) and b.value(0.1) == pytest.approx(-0.075)
    assert a.value(0.9) == pytest.approx(-1.25 * (0.1 + 0.5 * 0.01 / (2 * 0.4)))
    assert a.value(0.1) == pytest.approx(0.7 * 0.75) and a.value(0.0) == pytest.approx(0.7 * 0.75 - 0.125)


def test_demands_and_red_lines_bound_a_track_and_a_controller_takes_its_issue_off_the_table() -> None:
    tracks = {"halt": {**TRACK, "scope": ["pie"], "ratified_by": ["Senate"], "demands": {"B": {"pie": 0.6}}}}
    senate = {"role": "veto", "side": "A", "ideal_point": {"pie": 0}, "points": {"pie": 100}}
    senate |= {"red_lines": {"pie": 0.4}}  # the status quo is beyond it
    bystander = {"role": "mediator", "engagement": 0, "limits": {"pie": [0, 0.3]}}
    parties = {"Senate": senate, "Bystander": bystander}
    trial = trial_of(PIE, {}, {}, tracks=tracks, parties=parties)
    assert path_of(trial, "halt") is None and not look_at(trial, "halt").has_range  # from .6 up, to .5 down
    assert ends(trial_of(PIE, {}, {}, tracks={"halt": tracks["halt"] | {"ratified_by": []}}), "halt", "pie") == (0.6, 1)
    pie = {"pie": PIE["pie"] | {"controllers": ["Bystander"]}}
    trial = trial_of(pie, {}, {}, tracks=tracks, parties=parties)
    assert is_off_table(trial, "pie") and found_path(trial).terms(0.0) == {"pie": 0.5}


def test_a_veto_player_makes_its_side_stricter() -> None:
    """The Senate expects of war what A does, minds the one issue alone, and is one of two that A's war costs .1."""
    senate = {"role": "veto", "side": "A", "ideal_point": {"one": 0, "two": 0}, "points": {"one": 100}}
    tracks = {"halt": {**TRACK, "scope": ["one", "two"], "ratified_by": ["Senate"]}}
    parties = {"Senate": senate | {"misperception": 0.05}}
    trial = trial_of(TWO_ISSUES, {"points": {"one": 40, "two": 60}}, {"points": {"one": 60, "two": 40}},
                     tracks=tracks, parties=parties)  # fmt: skip
    path, look = found_path(trial), look_at(trial, "halt")
    assert need_of_veto(trial, "Senate") == pytest.approx(-0.1)
    assert gains_of_veto(trial, "Senate", path)[-1] == pytest.approx(-0.5)
    assert path.terms(path.place(look.lower)) == pytest.approx({"one": 0.6, "two": 0})  # A itself would go to 1
    trial.misperception["Senate"] = 0.04
    trial.has_refused.add("Senate")
    assert path.terms(path.place(look_at(trial, "halt").lower)) == pytest.approx({"one": 0.56, "two": 0})


# -- war ----------------------------------------------------------------------------------------------------


def pie(momentum: float, optimism: tuple[float, float] = (0, 0)) -> Trial:
    a, b = ({"strain": strain, "optimism": o} for strain, o in zip((0.1, 0.15), optimism, strict=True))
    return trial_of(PIE, a, b, war={"momentum": momentum})


def range_of(trial: Trial) -> tuple[float, float]:
    """Least and greatest terms in the range."""
    path, look = found_path(trial), look_at(trial, "halt")
    assert look.has_range
    return path.terms(path.place(look.upper))["pie"], path.terms(path.place(look.lower))["pie"]


@pytest.mark.parametrize(("momentum", "found"), [(0, (0.35, 0.6)), (0.2, (0.45, 0.7)), (0.6, (0.65, 0.9))])
def test_power_moves_the_terms_and_not_the_width_of_the_range(momentum: float, found: tuple[float, float]) -> None:
    assert range_of(pie(momentum)) == pytest.approx(found)


@pytest.mark.parametrize("optimism", [(0.1, 0.1), (0.3, 0.1), (0.0, 0.45), (0.24, 0.25)])
def test_disagreement_closes_the_range(optimism: tuple[float, float]) -> None:
    low, high = range_of(pie(0.5, optimism))
    assert high - low == pytest.approx(0.25 - 0.5 * sum(optimism))
    assert not look_at(pie(0.5, (0.26, 0.25)), "halt").has_range


def test_the_year_ahead_is_nearer_to_the_mean_than_today() -> None:
    assert average_of_a_year(0.05) == pytest.approx(0.357907, abs=5e-7)
    assert average_of_a_year(0.02) == pytest.approx(0.625242, abs=5e-7)
    assert average_of_a_year(0) == 1
    trial = trial_of(PIE, {}, {}, war={"momentum": 0.6, "momentum_mean": 0.1, "momentum_reversion": 0.05})
    assert belief(trial, 1) == pytest.approx(0.1 + 0.357907 * 0.5, abs=1e-6) == -belief(trial, 0)


def test_a_lower_aim_changes_nothing_of_what_the_side_gives() -> None:
    """Where A expects to lose, its need and the worth of all points beyond the status quo do not know its aim."""
    bent = {"curvature": 0.5, "loss_aversion": 1.25}
    far, near = (trial_of(PIE, {"ideal_point": {"pie": aim}} | bent, bent, war={"momentum": 0.3}) for aim in (0, 0.35))
    assert need(far, "halt", 0) == need(near, "halt", 0)
    before, after = stakes(far, "pie")[0], stakes(near, "pie")[0]
    assert all(before.gain(x / 100) == after.gain(x / 100) for x in range(50, 101))
    straight = [trial_of(PIE, {"ideal_point": {"pie": aim}}, {}, war={"momentum": 0.3}) for aim in (0, 0.35)]
    assert range_of(straight[0]) == pytest.approx(range_of(straight[1]))


def test_a_cost_of_war_that_wanders_keeps_its_mean() -> None:
    """Within three standard errors in each of 52 weeks, today's and that of the year ahead."""
    chance, costs = Random(7), [Cost(0.08, 0.02, 0.1) for _ in range(4_000)]
    for cost in costs:
        cost.start(chance.gauss(0, 1))
    for _ in range(53):
        for found in ([cost.today for cost in costs], [cost.year_ahead for cost in costs]):
            mean = sum(found) / len(found)
            error = sqrt(sum((one - mean) ** 2 for one in found) / len(found) ** 2)
            assert abs(mean - 0.08) < 3 * error
        for cost in costs:
            cost.move(chance.gauss(0, 1))


def test_a_cost_that_an_event_sets_moves_to_it() -> None:
    cost = Cost(0.04, 0.1, 0)
    assert cost.today == cost.year_ahead == 0.04
    cost.mean, cost.was_set = 0.08, True
    assert cost.today == pytest.approx(0.04)
    cost.move(0.0)
    assert log(cost.today / 0.04) == pytest.approx(0.1 * log(2))
    assert cost.year_ahead == pytest.approx(0.08 + average_of_a_year(0.1) * (cost.today - 0.08))
