"""The reference class of any war: how often interstate wars of its age ended in a tie, whoever was talking.

Tie endings and months at risk by age come from ``history/base_rates.csv`` (computed from the Correlates of War list,
1946-2007); wars older than two years are one band. A rate per band has the posterior Gamma(1/2 + endings, months), and
the months ahead of a war run through the bands as it grows older.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sim.scenario.sources.search_path import shipped_file
from sim.scenario.sources.table_file import read_table
from sim.statistics.estimates import DAYS_PER_MONTH, reference_odds

COLUMNS = ("metric", "group", "value", "ci_lo", "ci_hi", "n", "events", "exposure_months")
OTHER_COLUMNS = ("kind", "confidence", "source")
METRIC = "interstate_war_tie_end_hazard_per_month"
GROUP = re.compile(r"1946-2007, war age (\d+)-(\d+) months")
POOLED_FROM = 24.0
"""Age in months from which bands are pooled: five wars are left."""


class Band(NamedTuple):
    """Ages in months from ``first`` to ``last``, with the tie endings and months at risk seen there."""

    first: float
    last: float
    ties: float
    months: float


@lru_cache(maxsize=1)
def bands() -> tuple[Band, ...]:
    """Return the age bands in order; the last one has no end."""
    found = []
    for row in read_table(shipped_file("history/base_rates.csv"), COLUMNS, OTHER_COLUMNS).rows:
        ages = GROUP.fullmatch(row.text("group"))
        if row.text("metric") == METRIC and ages:
            first, last = map(float, ages.groups())
            found.append(Band(first, last, row.number("events"), row.number("exposure_months")))
    old = [band for band in found if band.first >= POOLED_FROM]
    pooled = Band(POOLED_FROM, float("inf"), sum(band.ties for band in old), sum(band.months for band in old))
    return (*sorted(band for band in found if band.first < POOLED_FROM), pooled)


def reference_by_age(age_days: float, days: float) -> float:
    """Compute the odds of a tie ending of a war of a given age.

    Parameters
    ----------
    age_days
        Age of the war in days.
    days
        Days ahead.

    Returns
    -------
    float
        Odds from 0 to 1.

    Notes
    -----
    1 - prod over bands (1 + t_k/b_k)^-(1/2 + a_k): t_k months of the time ahead lie in a band with a_k tie endings in
    b_k months at risk (Jeffreys prior for a Poisson rate; ``sim.statistics.estimates.reference_odds``).

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, section 2.6.
    """
    start, end = age_days / DAYS_PER_MONTH, (age_days + days) / DAYS_PER_MONTH
    goes_on = 1.0
    for band in bands():
        months = max(0.0, min(end, band.last) - max(start, band.first))
        goes_on *= 1.0 - reference_odds(months * DAYS_PER_MONTH, band.ties, band.months)
    return 1.0 - goes_on
