"""Parts of the record: limits of the groups, and scores worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from sim.evidence.backtest.scores import mean_brier
from sim.evidence.backtest.subsets import EARLIER, GROUPINGS, TYPE_OF_WAR, subset_scores, subsets
from sim.evidence.calibration.episodes import WAR_TYPES, Episode, read_episodes, shipped
from tests.evidence.factories import NOT_SCORED, OPENED, episode, outcomes

NAN = np.nan
UNKNOWN = outcomes(NOT_SCORED, NOT_SCORED)


def of(by: str, *episodes: Episode) -> list[str]:
    """The group of each episode."""
    found = [one for one in subsets(episodes) if one.by == by]
    assert all(sum(one.rows[row] for one in found) == 1 for row in range(len(episodes)))
    return [next(one.group for one in found if one.rows[row]) for row in range(len(episodes))]


def test_limits_of_ages() -> None:
    ages = [0, 179, 180, 364, 365, 1094, 1095, 30_000]
    groups = [group for group in GROUPINGS["age of the war"][1] for _ in range(2)]
    assert of("age of the war", *(episode(war_start=OPENED - timedelta(days=days)) for days in ages)) == groups


def test_limits_of_failed_ceasefires_and_eras() -> None:
    counts = [0, 1, 3, 4, 24]
    groups = ["none", "1 to 3", "1 to 3", "4 or more", "4 or more"]
    assert of("failed ceasefires before", *(episode(prior_failed_cf=count) for count in counts)) == groups
    began = date(1980, 1, 1)
    days = [date(1989, 12, 31), date(1990, 1, 1)]
    eras = of("era", *(episode(war_start=began, talks_opened=day) for day in days))
    assert eras == ["before 1990", "1990 and later"]


def test_three_failed_ceasefires_are_a_group_of_their_own() -> None:
    by = "failed ceasefires before, 3 or more"
    assert of(by, *(episode(prior_failed_cf=count) for count in (0, 2, 3, 24))) == ["0 to 2"] * 2 + ["3 or more"] * 2


def test_earlier_talks_count_as_far_as_their_end_was_known_on_the_day() -> None:
    first = episode(began={}, outcomes=outcomes((0, 0, 0, 1), (0, 0, 0, 1)))  # durable: known on day 395
    days = (0, 59, 60, 394, 395)
    later = [episode(episode_id=f"D{n}", talks_opened=OPENED + timedelta(days=n), outcomes=UNKNOWN) for n in days]
    unknown, none, one = "not known or no earlier talks", "none", "one or more"
    assert of(EARLIER, first, *later) == [unknown, unknown, unknown, none, none, one]
    found = [one for one in subsets(later[-1:], [first]) if one.by == EARLIER]
    assert [one.group for one in found if one.rows[0]] == ["one or more"]


def test_every_type_of_war_has_a_group_in_words() -> None:
    found = of("type of war", *(episode(war_type=name) for name in (*WAR_TYPES, "")))
    assert found == list(GROUPINGS["type of war"][1]) and found[-1] == "not coded"
    assert not any("_" in group for group in TYPE_OF_WAR.values()) and len(set(found)) == len(found)


def test_scores_by_hand() -> None:
    young = replace(episode(), war_start=OPENED - timedelta(days=20), prior_failed_cf=0)
    rows = [young, replace(young, episode_id="TWO"), episode(episode_id="THREE", cluster="OTHER", war_type="")]
    outcomes = np.array([[0, 1], [1, NAN], [NAN, NAN]])
    forecasts = {"engine": np.array([[0.1, 0.6], [0.8, 0.9], [0.5, 0.3]]), "constant": np.full((3, 2), 0.5)}
    found = subset_scores(rows, forecasts, outcomes, ["WAR", "WAR", "OTHER"])
    # First horizon (.01 + .04) / 2, second .16: their mean. Row three has no outcome: neither have its groups.
    scored = {"n_episodes": 2, "n_wars": 1, "brier": pytest.approx({"engine": 0.0925, "constant": 0.25}, abs=1e-12)}
    assert found == [
        {"by": by, "group": group, **scored}
        for by, group in [
            ("age of the war", "under 180 days"),
            ("failed ceasefires before", "none"),
            ("failed ceasefires before, 3 or more", "0 to 2"),
            ("era", "1990 and later"),
            ("type of war", "interstate"),
            (EARLIER, "not known or no earlier talks"),
        ]
    ]


def test_a_horizon_without_a_scored_row_is_not_in_the_mean() -> None:
    rows, wars = [episode(), episode(episode_id="TWO", war_type="extrasystemic")], ["A", "B"]
    outcomes, odds = np.array([[1, NAN], [0, 0]]), np.array([[0.9, 0.9], [0.2, 0.4]])
    found = subset_scores(rows, {"engine": odds}, outcomes, wars)
    by_type = [one["brier"]["engine"] for one in found if one["by"] == "type of war"]
    assert by_type == pytest.approx([0.01, (0.04 + 0.16) / 2], abs=1e-12)
    assert subset_scores(rows, {"engine": odds}, np.full((2, 2), NAN), wars) == []
    assert subset_scores([], {"engine": np.empty((0, 4))}, np.empty((0, 4)), []) == []


def test_groups_of_the_shipped_rows_add_up_to_the_whole() -> None:
    """Of one horizon, the mean over a grouping weighted by its rows is the score of all rows."""
    episodes = read_episodes(shipped()).episodes
    outcomes = np.array([[row.outcomes["durable"][2]] for row in episodes], dtype=float)
    odds = np.linspace(0.05, 0.95, len(episodes))[:, None]
    wars = [row.cluster for row in episodes]
    found = subset_scores(episodes, {"engine": odds}, outcomes, wars)
    n_scored = np.count_nonzero(~np.isnan(outcomes))
    for by in GROUPINGS:
        ours = [one for one in found if one["by"] == by]
        assert len(ours) > 1 and sum(one["n_episodes"] for one in ours) == n_scored
        total = sum(one["n_episodes"] * one["brier"]["engine"] for one in ours)
        assert total / n_scored == pytest.approx(mean_brier(odds, outcomes), abs=1e-12)
