"""What scenarios do to the odds, paired with common random numbers, and the shape of the base (docs/odd.md, 2).

Directions were written down before any run. They are statements about shipped scenarios, not theorems:
pressure does not always help, nor do more rounds.
"""

from functools import lru_cache

import numpy as np
import pytest

from sim.model.compiled import simulate
from sim.scenario.reading.load import load
from sim.scenario.sampling.parameter_draws import central
from sim.scenario.sampling.readings import as_read

N = 8_192
DAYS = {30: 4, 90: 13, 180: 26, 365: 52}
# Durable odds at 365 days against the base. "same" means within three points.
UP = ("putin_comes_all_follow", "ministers_regular", "secondary_sanctions_us_and_europe", "halt_30_days_monitored")
UP += ("halt_30_days_resupply_limits", "china_leverage", "offensive_stalls", "hurting_stalemate")
DOWN = ("us_walks_away_aid_stays", "us_walks_away_aid_ends", "europe_sanctions_alone", "us_presses_ukraine_only")
DOWN += ("terms_2022_settlement_first", "guarantees_as_troops", "dictated_peace", "front_collapses")
SAME = ("brazil_china_persuade", "guarantees_on_paper")


@lru_cache(maxsize=32)
def columns(name: str, *sets: tuple[str, str]) -> dict[str, np.ndarray]:
    """Trials of the file's own numbers: of these the heads of the files speak."""
    return simulate(as_read(load(f"istanbul_2025/{name}", sets), "file"), 1, 0, N)


def durable(name: str, days: int = 365, *sets: tuple[str, str]) -> np.ndarray:
    week = columns(name, *sets)["durable_week"]
    return (week >= 0) & (week < DAYS[days])


def paired_z(one: np.ndarray, other: np.ndarray) -> float:
    """Difference over its standard error, from clusters of 32 trials that share parameter draws."""
    difference = (one.astype(float) - other).reshape(-1, 32).mean(axis=1)
    return float(difference.mean() / (difference.std(ddof=1) / np.sqrt(len(difference))))


@pytest.mark.parametrize("name", UP)
def test_goes_up(name: str) -> None:
    assert paired_z(durable(name), durable("aides_only")) > 3


FAILS = {
    "us_presses_ukraine_only": "pressure on Kyiv's cost opens ranges as its lost aid closes them: without the shift of "
    "momentum by aid z is 3.2, with a shift of .3 instead of .08 it is -8.8",
    "dictated_peace": "terms that cost Moscow nothing at home open the settlement: with the audience cost of the base "
    "z is -8.1",
}
"""Directions, written before any run, that do not hold, and what a run with that number changed says of the reason."""


def _expected(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=FAILS[name])) if name in FAILS else name


@pytest.mark.parametrize("name", map(_expected, DOWN))
def test_goes_down(name: str) -> None:
    assert paired_z(durable(name), durable("aides_only")) < -3


@pytest.mark.parametrize("name", SAME)
def test_changes_little(name: str) -> None:
    assert abs(durable(name).mean() - durable("aides_only").mean()) < 0.03


def test_a_summit_helps_at_once_and_fades() -> None:
    """Leaders in week 0 add more to the odds by 30 days than by 365; without the US president a little less."""
    gain = {days: durable("putin_comes_all_follow", days).mean() - durable("aides_only", days).mean() for days in DAYS}
    assert gain[30] > gain[365] > 0
    stays, follows = (durable(f"putin_comes_{who}", 30) for who in ("trump_stays_away", "all_follow"))
    apart = float(np.std(stays.astype(float) - follows)) / len(stays) ** 0.5
    assert stays.mean() <= follows.mean() + 2 * apart  # as good as equal: within two standard errors of the difference


def test_sanctions_work_late() -> None:
    name = "secondary_sanctions_us_and_europe"
    assert durable(name, 30).mean() - durable("aides_only", 30).mean() < 0.02
    assert durable(name, 365).mean() - durable("aides_only", 365).mean() > 0.10


def test_guarantees_help_lasting_more_than_signing() -> None:
    def lasts(name: str) -> float:
        signed = columns(name)["halt_week"] >= 0
        return float((columns(name)["halt_weeks"][signed] >= 26).mean())

    assert lasts("guarantees_on_paper") > lasts("aides_only") + 0.03
    assert lasts("guarantees_as_troops") > lasts("aides_only") + 0.03


def test_walking_away_with_the_aid_raises_victory_and_is_worse_than_walking_away() -> None:
    assert durable("us_walks_away_aid_ends").mean() < durable("us_walks_away_aid_stays").mean()
    assert (columns("us_walks_away_aid_ends")["victory"] == 2).mean() > (columns("aides_only")["victory"] == 2).mean()


def test_a_collapsing_front_brings_victory_and_imposed_halts() -> None:
    there, here = columns("front_collapses"), columns("aides_only")
    assert (there["victory"] == 2).mean() > 2 * (here["victory"] == 2).mean()
    assert there["imposed"].sum() > here["imposed"].sum()
    assert (there["mutual_week"] >= 0).mean() < (here["mutual_week"] >= 0).mean()


def test_more_strain_and_more_monitoring_raise_the_odds() -> None:
    strain = durable("aides_only", 365, ("parties.Russia.strain", "{low: .05, central: .08, high: .12}"))
    monitoring = durable("aides_only", 365, ("assurances.monitoring", "0.8"))
    assert paired_z(strain, durable("aides_only")) > 3
    assert paired_z(monitoring, durable("aides_only")) > 3


BAND = {30: (0.01, 0.05), 90: (0.04, 0.12), 180: (0.08, 0.20), 365: (0.14, 0.32)}
"""Odds that were plausible before the start."""
BELOW_THE_BAND = pytest.mark.xfail(
    strict=True, reason="13.4 %: one trial in five ever has a range; Moscow's cost of war at .08 for .06 makes it 24 %"
)
AT_CENTRAL_VALUES = pytest.mark.xfail(
    strict=True, reason="with every input at its middle 2 of 1,000 trials ever have a range: odds come from the draws"
)


@pytest.mark.parametrize("days", [30, 90, 180, pytest.param(365, marks=BELOW_THE_BAND)])
def test_base_lands_in_the_band_that_was_plausible_before_the_start(days: int) -> None:
    low, high = BAND[days]
    assert low <= durable("aides_only", days).mean() <= high


@AT_CENTRAL_VALUES
@pytest.mark.parametrize("days", DAYS)
def test_base_at_central_values_lands_in_the_band_too(days: int) -> None:
    low, high = BAND[days]
    week = simulate(central(load("istanbul_2025/aides_only")), 1, 0, 4 * N)["durable_week"]
    assert low <= ((week >= 0) & (week < DAYS[days])).mean() <= high


def test_the_base_is_what_the_head_of_its_file_says() -> None:
    """2, 5, 8 and 12 per cent by the model alone, within 4.5 standard errors by draws and the rounding of per cents."""
    for days, share in ((30, 0.02), (90, 0.05), (180, 0.08), (365, 0.12)):
        found = durable("aides_only", days).astype(float).reshape(-1, 32).mean(axis=1)
        assert abs(found.mean() - share) < 0.005 + 4.5 * found.std(ddof=1) / np.sqrt(len(found))


def hazards_of_the_base() -> list[float]:
    """Share of the trials without one in which a durable ceasefire begins, by quarter."""
    week = columns("aides_only")["durable_week"]
    at_risk = [((week < 0) | (week >= start)).sum() for start in range(0, 52, 13)]
    begun = [((week >= start) & (week < start + 13)).sum() for start in range(0, 52, 13)]
    return [float(n / of) for n, of in zip(begun, at_risk, strict=True)]


def test_the_base_does_not_climb_by_construction() -> None:
    hazards = hazards_of_the_base()
    assert max(hazards) < 2 * hazards[0]


@pytest.mark.xfail(
    strict=True, reason="it falls to a third: the fifth of trials that have a range is used up in the first quarters"
)
def test_the_hazard_of_the_base_stays_within_a_factor_of_two() -> None:
    hazards = hazards_of_the_base()
    assert max(hazards) < 2 * min(hazards)


def test_reversal_of_the_front_decides_iran_iraq() -> None:
    """Same mediator, same text: July 1988 against October 1987."""
    then, later = (simulate(load(f"iran_iraq/{name}"), 1, 0, 2_048) for name in ("october_1987", "july_1988"))
    by_180 = [((c["durable_week"] >= 0) & (c["durable_week"] < 26)).mean() for c in (then, later)]
    assert by_180[1] > by_180[0] + 0.2
