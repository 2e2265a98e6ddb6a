"""Scores of parts of the record: by age, failed ceasefires, earlier talks of the war, era and type of war.

Groups were fixed before the record that has them was run. They are small: a difference between two of them is a hint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.evidence.backtest.own_past import past_outcomes
from sim.evidence.backtest.scores import mean_brier
from sim.evidence.calibration.episodes import HORIZONS, Episode
from sim.statistics.estimates import Floats

TYPE_OF_WAR = {
    "interstate": "interstate",
    "internationalised": "internationalised",
    "extrasystemic": "extrasystemic",
    "intrastate_state_vs_de_facto_state": "state against de facto state",
    "": "not coded",
}
"""Group of each ``war_type``, in the order of tables."""


def _age(episode: Episode) -> str:
    days = episode.age_days
    if days < 180:
        return "under 180 days"
    if days < 365:
        return "180 days to 1 year"
    return "1 to 3 years" if days < 3 * 365 else "3 years or more"


def _failed_ceasefires(episode: Episode) -> str:
    if episode.prior_failed_cf == 0:
        return "none"
    return "1 to 3" if episode.prior_failed_cf <= 3 else "4 or more"


def _three_failed(episode: Episode) -> str:
    return "3 or more" if episode.prior_failed_cf >= 3 else "0 to 2"


def _own_past(rows: Sequence[Episode], number: int) -> str:
    """Return what was known, on the day a row's talks opened, of durable ceasefires after earlier talks of the war."""
    known = [one for one in past_outcomes(rows, number) if one.tier == "durable"]
    if not known:
        return OWN_PAST[0]
    return OWN_PAST[2] if any(one.last <= len(HORIZONS) for one in known) else OWN_PAST[1]


def _era(episode: Episode) -> str:
    return "before 1990" if episode.talks_opened.year < 1990 else "1990 and later"


def _type(episode: Episode) -> str:
    return TYPE_OF_WAR[episode.war_type]


OWN_PAST = ("not known or no earlier talks", "none", "one or more")
EARLIER = "durable ceasefire after earlier talks of the war"
GROUPINGS: Mapping[str, tuple[Callable[[Episode], str], tuple[str, ...]]] = {
    "age of the war": (_age, ("under 180 days", "180 days to 1 year", "1 to 3 years", "3 years or more")),
    "failed ceasefires before": (_failed_ceasefires, ("none", "1 to 3", "4 or more")),
    "failed ceasefires before, 3 or more": (_three_failed, ("0 to 2", "3 or more")),
    "era": (_era, ("before 1990", "1990 and later")),
    "type of war": (_type, tuple(TYPE_OF_WAR.values())),
}
"""By grouping: the group of an episode when its talks opened, and all groups in the order of tables."""


@dataclass(frozen=True)
class Subset:
    """Rows of one group: ``rows`` is true where an episode belongs to it."""

    by: str
    group: str
    rows: NDArray[np.bool_]


def subsets(episodes: Sequence[Episode], others: Sequence[Episode] = ()) -> list[Subset]:
    """Return all groups of all groupings, those without an episode too; each grouping holds every row once.

    ``others`` are rows that only count as earlier talks.
    """
    found = {by: ([group_of(episode) for episode in episodes], groups) for by, (group_of, groups) in GROUPINGS.items()}
    rows = [*episodes, *others]
    found[EARLIER] = ([_own_past(rows, number) for number in range(len(episodes))], OWN_PAST)
    return [
        Subset(by, group, np.array([one == group for one in named], dtype=np.bool_))
        for by, (named, groups) in found.items()
        for group in groups
    ]


def subset_scores(
    episodes: Sequence[Episode],
    forecasts_by_name: Mapping[str, Floats],
    outcomes: Floats,
    wars: ArrayLike,
    others: Sequence[Episode] = (),
) -> list[dict[str, Any]]:
    """Compute the mean Brier score of each forecaster in each group.

    Parameters
    ----------
    episodes
        The rows.
    forecasts_by_name
        Odds by forecaster, each of shape (rows, horizons).
    outcomes
        1, 0 or NaN (not scored), shape (rows, horizons).
    wars
        War of each row.
    others
        Rows that are not scored here and only count as earlier talks.

    Returns
    -------
    list of dict
        ``by, group, n_episodes, n_wars, brier``: scored rows and their wars, and by forecaster the mean over the
        horizons that have a scored row. Groups without one are left out.
    """
    is_scored, names = ~np.all(np.isnan(outcomes), axis=1), np.asarray(wars)
    found = []
    for subset in subsets(episodes, others):
        rows = subset.rows & is_scored
        if rows.any():
            brier = {name: mean_brier(odds[rows], outcomes[rows]) for name, odds in forecasts_by_name.items()}
            counts = {"n_episodes": int(rows.sum()), "n_wars": len(np.unique(names[rows]))}
            found.append({"by": subset.by, "group": subset.group, **counts, "brier": brier})
    return found
