"""Canaries: absurd rows of a left-out war, or of a later day, change no byte of what they must not reach.

Through the public backtest of a small file whose rows teach each other. Every forecaster is looked at: those in the
forecasts of ``as_dict``, and the constant and the age of the war, which only the scores show. The canaries sing:
forecasts of other wars do change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from sim.evidence.backtest import baselines, forecasts
from sim.evidence.backtest.backtest import Backtest
from sim.evidence.backtest.forecasts import outcomes_of, wars_of
from sim.evidence.calibration.episodes import HORIZONS, TIERS
from tests.evidence import factories

KEYS = {"engine": TIERS, **{name: (name,) for name in ("ridge", "pool", "known", "headline")}}
"""By forecaster where its forecasts stand in an entry of ``as_dict()["forecasts"]``."""
NONE, ALL = (0, 0, 0, 0), (1, 1, 1, 1)
WARS: dict[str, Sequence[tuple[dict[str, Any], tuple[int, ...]]]] = {
    "KOR": (({"maximalism_b": 3}, NONE), ({"stalemate": 2, "war_start": "2002-01-01"}, (0, 0, 1, 1))),
    "SUEZ": (({"mediator_leverage": 3, "war_start": "2003-06-01"}, ALL), ({"momentum_a": -1}, (0, 1, 1, 1))),
    "NILE": (({"attendance": 0, "maximalism_a": 3}, NONE), ({"patron_b": 3, "war_type": ""}, (0, 0, 0, 1))),
    "ALPS": (({"coercive_pressure": 0, "war_type": "extrasystemic"}, (0, 1, 1, 1)), ({"guarantees": 3}, ALL)),
    "LAKE": (
        ({"prior_failed_cf": 0, "war_start": "2003-06-01"}, NONE),
        ({"momentum_a": 2, "war_start": "1999-01-01"}, (0, 0, 1, 1)),
    ),
}
"""By war its rows: what differs in their codes, outcomes of both tiers. Ages lie close, for odds off the limits."""
WAR = "KOR"
Rows = list[dict[str, str]]


def rows() -> Rows:
    """Ten rows of five wars."""
    return [
        factories.cells(episode_id=f"{war}{n}", cluster=war, name=f"{war}{n}", **codes, **factories.scored(happened))
        for war, entries in WARS.items()
        for n, (codes, happened) in enumerate(entries)
    ]


def recoded(given: Rows, happened: Sequence[Sequence[int]]) -> Rows:
    """The rows with other outcomes of the war's rows, in both tiers."""
    new = iter(happened)
    return [
        row | {k: str(v) for k, v in factories.scored(next(new)).items()} if row["cluster"] == WAR else row
        for row in given
    ]


def absurd(**changes: Any) -> dict[str, str]:
    """A row whose every code is at a limit."""
    low = dict.fromkeys(("stalemate", "patron_a", "attendance", "guarantees", "maximalism_a"), 0)
    high = dict.fromkeys(("mediator_leverage", "patron_b", "maximalism_b", "coercive_pressure"), 3)
    return factories.cells(momentum_a=-2, prior_failed_cf=1000, **low, **high, **changes)


def tiers_apart(given: Rows) -> Rows:
    """The rows with every ceasefire of the war mutual at once and none of them durable."""
    apart = dict(zip(factories.OUTCOMES, (*map(str, NONE), *map(str, ALL)), strict=True)) | {"durable_cf": ""}
    return [row | apart if row["cluster"] == WAR else row for row in given]


BLANK = dict.fromkeys((*factories.OUTCOMES, "durable_cf", "mutual_cf"), "")
CANARIES = {
    "outcomes turned around": lambda given: recoded(given, [ALL, NONE]),
    "outcomes at other horizons": lambda given: recoded(given, [(0, 0, 0, 1), (0, 1, 1, 1)]),
    "outcomes of the tiers apart": tiers_apart,
    "outcomes not scored": lambda given: [row | BLANK if row["cluster"] == WAR else row for row in given],
    "absurd rows of the same war": lambda given: [
        *given,
        absurd(episode_id="X1", cluster=WAR, war_type="extrasystemic", war_start="1904-01-01", **factories.scored(ALL)),
        absurd(episode_id="X2", cluster=WAR, war_type="", war_start="2004-01-01", **factories.scored(ALL)),
    ],
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[factories.World]:
    with factories.world(tmp_path_factory.mktemp("leakage")) as place:
        yield place


@pytest.fixture(scope="module")
def base(world: factories.World) -> dict[str, dict[str, bytes]]:
    return said(world.run(rows(), alone=True))


def said(found: Backtest) -> dict[str, dict[str, bytes]]:
    """By forecaster and episode all that it says, to the last byte."""
    entries = {entry["episode_id"]: entry for entry in found.as_dict()["forecasts"]}
    there = {name: [key for key in keys if key in next(iter(entries.values()))] for name, keys in KEYS.items()}
    says = {
        name: {episode: json.dumps([entry[key] for key in keys]).encode() for episode, entry in entries.items()}
        for name, keys in there.items()
        if keys
    }
    every, wars = found.rows.all, wars_of(found.rows.all)
    known = [outcomes_of(every, tier, found.rows.as_of) for tier in TIERS]
    ages = [row.age_days for row in every]
    tables = {
        "constant": [baselines.constant(outcomes, wars) for outcomes in known],
        "age of war": [baselines.age_of_war(ages, outcomes, wars) for outcomes in known],
    }
    for name, both in tables.items():
        says[name] = {row.episode_id: b"".join(odds[k].tobytes() for odds in both) for k, row in enumerate(every)}
    return says


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """Episodes of the file whose forecasts are not the same bytes."""
    return {episode for episode in before if before[episode] != after[episode]}


def test_every_forecaster_is_looked_at(base: dict[str, dict[str, bytes]], world: factories.World) -> None:
    assert base.keys() == {"constant", "age of war", *KEYS}
    (entry, *_) = world.run(rows(), alone=True).as_dict()["forecasts"]
    tables = {key for key, value in entry.items() if isinstance(value, dict)}
    assert tables <= {key for keys in KEYS.values() for key in keys}  # a new forecaster needs its canary
    assert all(set(entry[tier]) == set(map(str, HORIZONS)) for tier in TIERS)


@pytest.mark.parametrize("canary", CANARIES)
def test_a_left_out_war_reaches_no_forecast_of_its_own(
    canary: str, base: dict[str, dict[str, bytes]], world: factories.World
) -> None:
    found = said(world.run(CANARIES[canary](rows()), alone=True))
    others = {row["episode_id"] for row in rows() if row["cluster"] != WAR}
    assert found.keys() == base.keys()
    for name, before in base.items():
        assert changed(before, found[name]) == others, name


def inner(found: Backtest) -> dict[str, bytes]:
    """All from which the war's fold chooses: forecasts of the other wars' rows without this war, to the last byte."""
    folds, others = found.forecasts.folds, wars_of(found.rows.all) != WAR
    fold = folds.names.index(WAR) if WAR in folds.names else folds.names.index("")
    engine = forecasts.engine_without(found.record, found.rows.all, folds)
    ridge, correction = found.forecasts.ridge.inner, found.forecasts.correction.inner
    tables = {
        f"{name}, {tier}": by[tier][fold, others]
        for name, by in (("engine", engine), ("ridge", ridge), ("correction", correction))
        for tier in TIERS
    }
    return {name: table.tobytes() for name, table in tables.items()}


@pytest.mark.parametrize("canary", CANARIES)
def test_a_left_out_war_reaches_nothing_from_which_its_fold_chooses(canary: str, world: factories.World) -> None:
    """A leak here would show in a forecast only where it tips a choice: penalty, columns or weight."""
    before, after = (inner(world.run(given, alone=True)) for given in (rows(), CANARIES[canary](rows())))
    assert after == before and len(before) == 6


# As of a day

AS_OF = date(2006, 1, 1)
LATER = {"talks_opened": "2006-01-02", "war_start": "2005-01-01"}


def with_later(**changes: Any) -> Rows:
    """The rows and three later ones: of a war of their own, of one in the file, and one with other codes."""
    given = [{**LATER, "cluster": "FUTURE"}, {**LATER, "cluster": WAR}, {**LATER, "cluster": "FUTURE"} | changes]
    later = [factories.cells(episode_id=f"F{n}", **cells) for n, cells in enumerate(given)]
    return [*later[:1], *rows(), *later[1:]]


@pytest.fixture(scope="module")
def as_of_a_day(world: factories.World) -> dict[str, dict[str, bytes]]:
    return said(world.run(with_later(), alone=True, as_of=AS_OF))


def test_later_rows_reach_no_forecast_of_earlier_ones(
    as_of_a_day: dict[str, dict[str, bytes]], world: factories.World
) -> None:
    for name, odds in said(world.run(rows(), alone=True, as_of=AS_OF)).items():
        assert changed(odds, as_of_a_day[name]) == set(), name


@pytest.mark.parametrize(
    "changes",
    [
        {key: value for key, value in absurd().items() if key in factories.SCALES},
        {"war_start": "1904-01-01", "war_type": "extrasystemic"},
        {"talks_opened": "2020-01-01"},
        factories.scored(NONE),
        factories.scored(ALL),
    ],
    ids=["codes", "age and type", "day", "no ceasefire", "a ceasefire at once"],
)
def test_a_row_of_a_later_day_reaches_its_own_forecast_alone(
    changes: dict[str, Any], as_of_a_day: dict[str, dict[str, bytes]], world: factories.World
) -> None:
    after = said(world.run(with_later(**changes), alone=True, as_of=AS_OF))
    for name, odds in as_of_a_day.items():
        assert changed(odds, after[name]) <= {"F2"}, name
    if "stalemate" in changes:
        assert changed(as_of_a_day["engine"], after["engine"]) == {"F2"}


@pytest.mark.parametrize("cell", ["BOOM", "1"])
def test_outcomes_of_a_later_day_reach_no_forecast(cell: str, world: factories.World) -> None:
    # Day 121 of all talks. Where nothing had happened by then, what the cells of later horizons hold is not known.
    day = date(2004, 5, 1)
    hidden = {name: cell for name in factories.OUTCOMES if int(name.split("_")[1]) > 121} | {"outcome": cell}
    quiet = [row["dur30_90"] == "0" for row in rows()]
    later = [row | hidden if is_quiet else row for row, is_quiet in zip(rows(), quiet, strict=True)]
    assert sum(quiet) == 6
    before, after = (said(world.run(given, alone=True, as_of=day)) for given in (rows(), later))
    assert after == before
    if cell == "1":
        assert said(world.run(later, alone=True)) != said(world.run(rows(), alone=True))


def test_without_a_day_the_same_rows_do_teach(world: factories.World) -> None:
    before = said(world.run(with_later(**factories.scored(NONE)), alone=True))
    after = said(world.run(with_later(**factories.scored(ALL)), alone=True))
    for name, odds in before.items():
        assert changed(odds, after[name]) == {*(row["episode_id"] for row in rows()), "F1"}, name
