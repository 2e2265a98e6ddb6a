"""Limit cases with exact answers of what two sides can agree on: trades, needs, ranges, Nash points, the mirror."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.equations.bargaining import fearon_range
from sim.equations.trades import Stake, gain_at
from sim.model.compiled import simulate
from sim.model.switches import NONE_OFF, stake_of
from sim.model.world import Workspace
from sim.random_streams import Streams
from sim.scenario.mirror import mirror
from sim.scenario.reading.load import load
from sim.scenario.schema import Scenario
from tests.factories import LASTING, QUIET, WEEKLY, both, minimal_scenario, stepped
from tests.model.entries import gain_of, limits_of, look_again, nash_mix_of, path_of, room_of, terms_at
from tests.oracle.everything_on import everything_on

STRAIGHT = both(curvature=0, loss_aversion=1)
"""Each step of an issue counts alike, and losses like gains."""
ALIKE: dict[str, Any] = {
    "issues": ("one", "two"),
    **STRAIGHT,
    "parties.North.points": {"one": 60, "two": 40},
    "parties.South.points": {"one": 40, "two": 60},
}


# -- log-rolling -----------------------------------------------------------------------------------------


def test_the_broken_line_of_two_issues() -> None:
    """(u_A, u_B) from (.5, -.5) by (.1, .1) to (-.5, .5): slopes 1.5 and .667."""
    path = path_of(room_of(minimal_scenario(**ALIKE)))
    assert path.rate == pytest.approx([1.5] * 4 + [2 / 3] * 4) and path.issue.tolist() == [1] * 4 + [0] * 4
    assert path.gain_a[[0, 4, 8]] == pytest.approx([0.5, 0.1, -0.5])
    assert path.gain_b[[0, 4, 8]] == pytest.approx([-0.5, 0.1, 0.5])


def test_the_nash_point_gives_each_side_what_it_cares_for() -> None:
    """At needs of 0: x = (0, 1), product of surpluses .01."""
    room = room_of(minimal_scenario(**ALIKE))
    mix = nash_mix_of(room, 0.0, 0.0)
    assert terms_at(room, mix) == pytest.approx([0, 1])
    assert gain_of(room, 0, 0, mix) * gain_of(room, 0, 1, mix) == pytest.approx(0.01)


def surplus_of_b(trust: float, **changes: Any) -> float:
    """What side B has at side A's reservation point, both needing what they have today."""
    room = room_of(minimal_scenario(**{**ALIKE, **both(trust=trust), **changes}))
    return gain_of(room, 0, 1, limits_of(room, 0, 0.0, 0.0)[0])


@pytest.mark.parametrize("loss_aversion", [1.0, 1.25, 1.4])
@pytest.mark.parametrize("salience", [55, 60, 80])
def test_without_enough_trust_nothing_is_better_than_the_status_quo(loss_aversion: float, salience: float) -> None:
    """A trade needs a trust of lambda / sqrt(r_A r_B), r being what the own issue is to a side against the other's.

    That is 2/3 where they weigh 60 and 40 and losses count like gains.
    """
    points = {"one": salience, "two": 100 - salience}
    weighs = {"parties.North.points": points, "parties.South.points": {"one": 100 - salience, "two": salience}}
    least = loss_aversion * (100 - salience) / salience
    for trust, trades in ((least - 1e-6, False), (least + 1e-6, True)):
        if 0 < trust < 1:
            found = surplus_of_b(trust, **weighs, **both(loss_aversion=loss_aversion))
            assert (found > 1e-9) is trades
            assert found >= -1e-15


def test_the_surplus_at_a_trust_of_seven_tenths() -> None:
    assert surplus_of_b(0.7) == pytest.approx(0.01952, abs=5e-6)


def test_what_is_handed_over_at_signature_needs_no_trust() -> None:
    """The first issue delivered on signing: from a trust of .4444 on, and a surplus of .01667 at .5."""
    for trust, trades in ((0.4444, False), (0.4445, True)):
        assert (surplus_of_b(trust, **{"issues.one.delivered": 1}) > 1e-9) is trades
    assert surplus_of_b(0.5, **{"issues.one.delivered": 1}) == pytest.approx(0.01667, abs=5e-6)


# -- a pie -----------------------------------------------------------------------------------------------


def pie(momentum: float, optimism: float = 0.0) -> Scenario:
    """One straight issue at .5 that a year of war could move all the way; war costs A .1 and B .15."""
    war = {"war.momentum": momentum, "war.momentum_mean": momentum, "issues.territory.war_share": 1}
    costs = {"parties.North.strain": 0.1, "parties.South.strain": 0.15}
    return minimal_scenario(**QUIET, **STRAIGHT, **war, **costs, **both(optimism=optimism, optimism_rest=optimism))


def range_in_terms(scenario: Scenario) -> tuple[float, float]:
    """Least that B accepts and most that A gives, on the issue's own scale."""
    room = room_of(scenario)
    look_again(room, 0)
    return 1 - float(room.tracks["upper"][0]), 1 - float(room.tracks["lower"][0])


@pytest.mark.parametrize(
    ("momentum", "expected"), [(0.0, (0.35, 0.60)), (0.2, (0.45, 0.70)), (0.6, (0.65, 0.90)), (-0.6, (0.05, 0.30))]
)
def test_the_range_moves_with_power_and_keeps_its_width(momentum: float, expected: tuple[float, float]) -> None:
    """Width c_A + c_B; the middle moves by half of momentum (Fearon 1995)."""
    assert range_in_terms(pie(momentum)) == pytest.approx(expected, abs=1e-12)


def test_at_a_chance_of_six_tenths_it_is_fearons_range() -> None:
    assert range_in_terms(pie(0.2)) == pytest.approx(fearon_range(0.6, 0.15, 0.1), abs=1e-12)


@pytest.mark.parametrize("optimism", [0.0, 0.05, 0.1, 0.2, 0.2499])
def test_disagreement_eats_the_range_up(optimism: float) -> None:
    """Width .25 - .5 (o_A + o_B): none from a disagreement of .5 on."""
    low, high = range_in_terms(pie(0.6, optimism))
    assert high - low == pytest.approx(0.25 - 0.5 * 2 * optimism, abs=1e-12)


def test_a_disagreement_of_one_half_is_where_ranges_end() -> None:
    for optimism, has_range in ((0.25 - 1e-9, True), (0.25 + 1e-9, False)):
        room = room_of(pie(0.6, optimism))
        look_again(room, 0)
        assert bool(room.tracks["has_range"][0]) is has_range


# -- all frictions off -----------------------------------------------------------------------------------

N_WARS, N_PARTS = 6_000, 4
"""Rows of each of four tables of wars; draws pick five of six of them, 20,000 in all."""
MOST_ISSUES = 4


def random_wars(luck: np.random.Generator) -> dict[str, np.ndarray]:
    """Numbers of wars by key: up to four issues between opposite wishes, and where a year of war would end."""
    table: dict[str, np.ndarray] = {"war.momentum": luck.uniform(-1, 1, N_WARS)}
    table["war.momentum_mean"] = table["war.momentum"]
    for side in ("North", "South"):
        table[f"parties.{side}.strain"] = 10 ** luck.uniform(-7, -1, N_WARS)
        table[f"parties.{side}.curvature"] = luck.uniform(0, 1, N_WARS)
        table[f"parties.{side}.loss_aversion"] = luck.uniform(1, 2, N_WARS)
    n_issues = luck.integers(1, MOST_ISSUES + 1, N_WARS)
    for number in range(MOST_ISSUES):
        issue = f"issue {number}"
        low, status_quo, high = np.sort(luck.uniform(0, 1, (3, N_WARS)), axis=0)
        share = luck.uniform(0, 1, N_WARS)
        table |= {f"parties.North.ideal_point.{issue}": low, f"parties.South.ideal_point.{issue}": high}
        table |= {f"issues.{issue}.status_quo": status_quo, f"issues.{issue}.war_share": share}
        for side in ("North", "South"):
            table[f"parties.{side}.points.{issue}"] = luck.uniform(1, 100, N_WARS) * (number < n_issues)
        momentum = table["war.momentum"]
        end = np.where(momentum > 0, high, low)
        table[f"tracks.mark.demands.North.{issue}"] = status_quo + share * np.abs(momentum) * (end - status_quo)
    return table


@pytest.mark.parametrize("part", range(N_PARTS))
def test_without_frictions_there_is_always_something_that_both_prefer(
    part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all of 20,000 random wars, however little they cost (Fearon 1995).

    Another track's demand cuts each issue where a year of war would end, so that the path of packages is exact there.
    """
    monkeypatch.chdir(tmp_path)
    table = random_wars(np.random.default_rng([19950601, part]))
    names = [f"c{number}" for number in range(len(table))]
    rows = np.column_stack(list(table.values())).tolist()
    (tmp_path / "wars.csv").write_text("\n".join(",".join(map(str, row)) for row in [names, *rows]))
    issues = tuple(f"issue {number}" for number in range(MOST_ISSUES))
    joint = {"file": "wars.csv", "columns": dict(zip(table, names, strict=True)), "mode": "value", "source": "test"}
    mark = {"general": False, "halts": False, "scope": issues, "demands": {"North": dict.fromkeys(issues, 0.5)}}
    brief = {**WEEKLY, "tracks.mark": mark, "horizon_weeks": 4, "follow_up_weeks": 4}
    columns = simulate(
        minimal_scenario(issues=issues, **brief, joint=[joint]), part, 0, 16 * 2 * N_WARS, explains=False
    )
    drawn = np.floor(Streams(part, 0, 16 * 2 * N_WARS).parameter("joint.0") * N_WARS)
    assert len(np.unique(drawn)) * N_PARTS > 20_000
    assert columns["n_rounds"].min() > 0
    np.testing.assert_array_equal(columns["n_range_rounds"], columns["n_rounds"])


# -- a moderated aim -------------------------------------------------------------------------------------


def losing(aim: float, **changes: Any) -> Scenario:
    """Side A loses ground; its aim is 0 for all of the land, and .5 for what it holds."""
    war = {"war.momentum": 0.5, "war.momentum_mean": 0.5, "issues.territory.war_share": 0.6}
    costs = {f"parties.{side}.strain": {"dist": "uniform", "low": 0, "high": 0.1} for side in ("North", "South")}
    beliefs = {**both(trust=0.8), "parties.North.optimism": 0.1, "parties.North.ideal_point.territory": aim}
    return minimal_scenario(**{**QUIET, **war, **costs, **beliefs, "talks.convening_prob_per_week": 0.1, **changes})


@pytest.mark.parametrize("aim", [0.1, 0.25, 0.4, 0.5])
def test_a_moderated_aim_changes_neither_the_need_nor_what_giving_costs(aim: float) -> None:
    """Not by a bit: points count per unit of scale, and what is lost is measured from the status quo."""
    rooms = [room_of(losing(at)) for at in (0.0, aim)]
    needs, at_ends, trades = [], [], []
    for room in rooms:
        look_again(room, 0)
        needs.append(float(room.tracks["need_a"][0]))
        path = path_of(room)
        given = path.start >= 0.5
        at_ends.append((path.gain_a[-1], path.gain_b[-1], path.gain_a[:-1][given][0], path.gain_b[:-1][given][0]))
        trades.append([column[given].tolist() for column in (path.rate, path.start, path.width)])
        stake = stake_of_a(room)
        assert [gain_at(x, stake) for x in POSITIONS] == [gain_at(x, stake_of_a(rooms[0])) for x in POSITIONS]
    assert needs[0] == needs[1] < 0
    if aim < 0.5:  # at the status quo itself the other side's way is cut more finely
        assert trades[0] == trades[1] and len(trades[0][0]) >= 2
    assert at_ends[1] == pytest.approx(at_ends[0], abs=1e-15)


POSITIONS = np.linspace(0.5, 1, 26).tolist()


def stake_of_a(room: Workspace) -> Stake:
    """The land as side A sees it today."""
    issue, side = room.issues.view(np.recarray)[0], room.sides.view(np.recarray)[0]
    found: Stake = stake_of.py_func(issue, side, NONE_OFF, 0.8)  # type: ignore[attr-defined]
    return found


def test_a_moderated_aim_closes_no_range_and_lowers_no_odds() -> None:
    ranges, odds = [], []
    for aim in (0.0, 0.1, 0.25, 0.4):
        columns = simulate(losing(aim), 1, 0, 8_192, explains=False)
        odds.append((columns["halt_week"] >= 0).mean())
        stopped = stepped(losing(aim, **both(usual_level=3), **{"talks.convening_prob_per_week": 1}), 1, 4_096)
        ranges.append(stopped.track("ceasefire", "has_range"))
    assert 0.3 < odds[0] < 0.9 and (np.diff(odds) >= 0).all()
    assert 0 < ranges[0].mean() < 1
    for seen in ranges[1:]:
        np.testing.assert_array_equal(seen, ranges[0])


# -- power decides terms and not odds --------------------------------------------------------------------


@pytest.mark.parametrize("signing", ["hazard", "offers"])
def test_with_full_information_power_moves_the_terms_and_not_the_odds(signing: str) -> None:
    """Momentum from -.9 to .9, no friction: odds within 3 standard errors, territory strictly rising.

    By offers rounds are weekly: those far from the middle of all packages need more of them.
    """
    odds, territory = [], []
    for momentum in (-0.9, -0.6, -0.3, 0.0, 0.3, 0.6, 0.9):
        war = {"war.momentum": momentum, "war.momentum_mean": momentum, "war.victory_hazard": 0}
        talks = {"talks.convening_prob_per_week": 0.1 if signing == "hazard" else 1, "talks.ripeness": 0, **LASTING}
        how = {"tracks.ceasefire.signing": signing, "tracks.ceasefire.signing_rate": 0.1, **both(usual_level=2)}
        scenario = minimal_scenario(**war, **talks, **how, **{"issues.territory.war_share": 0.35})
        columns = simulate(scenario, 3, 0, 16_384, explains=False)
        assert (columns["n_range_rounds"] == columns["n_rounds"]).all()
        agreed = columns["halt_week"] >= 0
        odds.append(agreed.mean())
        territory.append(columns["x_territory"][agreed].mean())
    standard_error = np.sqrt(2 * odds[0] * (1 - odds[0]) / 16_384)
    assert odds[0] > 0.3 and np.abs(np.array(odds) - odds[0]).max() <= 3 * standard_error, odds
    assert (np.diff(territory) > 0.001).all(), territory


# -- the mirror ------------------------------------------------------------------------------------------

WEEKS = ("halt_week", "n_rounds", "n_range_rounds", "victory_week", "halt_weeks", "durable_week", "halt_track")


@pytest.mark.parametrize("name", ["istanbul_2025/aides_only", "everything on"])
def test_the_mirror_image_agrees_in_the_same_week_on_the_same_thing(name: str) -> None:
    """Sides swapped and scales turned around: weeks identical, x = 1 - x to 1e-9, ties of trades made together."""
    base = everything_on() if name == "everything on" else load(name)
    weeks = base.horizon_weeks + base.follow_up_weeks
    here, there = (stepped(scenario, weeks, n_trials=2_048, seed=5) for scenario in (base, mirror(base)))
    for field in WEEKS:
        np.testing.assert_array_equal(here.of("outcome", field), there.of("outcome", field), err_msg=field)
    assert (here.of("outcome", "halt_week") >= 0).sum() > 50
    for number in range(len(base.issues)):
        agreed, turned = (trials.of("agreed", "terms", number) for trials in (here, there))
        np.testing.assert_allclose(agreed, 1 - turned, rtol=0, atol=1e-9)
