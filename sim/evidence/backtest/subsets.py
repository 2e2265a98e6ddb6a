"""Scores of parts of the record: young and old wars, after failed ceasefires, by era and by type of war.

Groups were fixed before the nested record was run. They are small: a difference between two of them is a hint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.evidence.backtest.scores import mean_brier
from sim.evidence.calibration.episodes import Episode
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


def _era(episode: Episode) -> str:
    return "before 1990" if episode.talks_opened.year < 1990 else "1990 and later"


def _type(episode: Episode) -> str:
    return TYPE_OF_WAR[episode.war_type]


GROUPINGS: Mapping[str, tuple[Callable[[Episode], str], tuple[str, ...]]] = {
    "age of the war": (_age, ("under 180 days", "180 days to 1 year", "1 to 3 years", "3 years or more")),
    "failed ceasefires before": (_failed_ceasefires, ("none", "1 to 3", "4 or more")),
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


def subsets(episodes: Sequence[Episode]) -> list[Subset]:
    """Return all groups of all groupings, those without an episode too; each grouping holds every row once."""
    return [
        Subset(by, group, np.array([group_of(episode) == group for episode in episodes], dtype=np.bool_))
        for by, (group_of, groups) in GROUPINGS.items()
        for group in groups
    ]


def subset_scores(
    episodes: Sequence[Episode], forecasts_by_name: Mapping[str, Floats], outcomes: Floats, wars: ArrayLike
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

    Returns
    -------
    list of dict
        ``by, group, n_episodes, n_wars, brier``: scored rows and their wars, and by forecaster the mean over the
        horizons that have a scored row. Groups without one are left out.
    """
    is_scored, names = ~np.all(np.isnan(outcomes), axis=1), np.asarray(wars)
    found = []
    for subset in subsets(episodes):
        rows = subset.rows & is_scored
        if rows.any():
            brier = {name: mean_brier(odds[rows], outcomes[rows]) for name, odds in forecasts_by_name.items()}
            counts = {"n_episodes": int(rows.sum()), "n_wars": len(np.unique(names[rows]))}
            found.append({"by": subset.by, "group": subset.group, **counts, "brier": brier})
    return found
