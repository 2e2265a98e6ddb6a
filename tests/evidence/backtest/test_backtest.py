"""Forecasts of a record from other wars alone: what they may depend on, how they are scored, and what is never read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import ParleyError
from sim.evidence.backtest import scores
from sim.evidence.backtest.backtest import CAVEATS, HINDSIGHT, VARIED, Backtest, backtest, varied, without_hindsight
from sim.evidence.backtest.forecasts import FORECASTERS, engine_from_prior, outcomes_of, references
from sim.evidence.backtest.reference_class import reference_by_age
from sim.evidence.backtest.tier_scores import TierScores, mean_briers
from sim.evidence.calibration.calibrate import Rows, calibrate, read_rows
from sim.evidence.calibration.episodes import HORIZONS, TIERS
from sim.evidence.calibration.posterior import Posterior
from tests.evidence import factories

AS_OF = date(2006, 1, 1)
LATER = {"talks_opened": "2006-01-02", "war_start": "2005-01-01"}
BLANK = dict.fromkeys(factories.OUTCOMES, "")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[factories.World]:
    with factories.world(tmp_path_factory.mktemp("world")) as place:
        yield place


@pytest.fixture(scope="module")
def base(world: factories.World) -> Backtest:
    """Three rows of a file beside the small record: one of a war of the record, two of a new one, one not scored."""
    return world.run(given())


def given(**changes: Any) -> list[dict[str, str]]:
    return [
        factories.cells(episode_id="K3", cluster="KOR", **(factories.scored((0, 1, 1, 1)) | changes)),
        factories.cells(episode_id="L1", cluster="LAKE", momentum_a=-2, **factories.scored((0, 0, 1, 1))),
        factories.cells(episode_id="L2", cluster="LAKE", maximalism_a=0, **BLANK, durable_cf="", mutual_cf=""),
    ]


def said(found: Backtest) -> dict[str, bytes]:
    """Every forecast of each row, to the last byte."""
    tables = [table for by_tier in found.forecasts.by_forecaster.values() for table in by_tier.values()]
    return {
        row.episode_id: b"".join(table[number].tobytes() for table in tables)
        for number, row in enumerate(found.rows.targets)
    }


# End to end


def test_forecasts_are_odds_that_rise_with_the_horizon(base: Backtest) -> None:
    assert [row.episode_id for row in base.rows.targets] == ["K3", "L1", "L2"]
    assert [row.episode_id for row in base.rows.others] == ["K1", "K2", "S1", "N1", "N2", "A1"]
    assert tuple(base.forecasts.by_forecaster) == FORECASTERS
    for name, by_tier in base.forecasts.by_forecaster.items():
        for table in by_tier.values():
            assert table.shape == (3, 4)  # the row without outcomes has its odds as well
            assert np.all((table > 0) & (table < 1)) and np.array_equal(table, np.round(table, 6))
            assert np.all(np.diff(table, axis=1) >= 0) or name in ("age of war", "ridge")
    for name in ("pool", "known", "headline"):
        durable, mutual = (base.forecasts.by_forecaster[name][tier] for tier in TIERS)
        assert np.all(durable <= mutual), name
    durable, mutual = (base.forecasts.by_forecaster["engine"][tier] for tier in TIERS)
    assert len(np.unique(durable[:, 3])) == 3 and not np.array_equal(durable, mutual)


def test_scores_are_those_of_the_scored_cells(base: Backtest) -> None:
    assert tuple(base.tiers) == TIERS
    found = base.tiers["durable"]
    assert (found.n_rows, found.n_wars) == (2, 2)
    odds = base.forecasts.by_forecaster["engine"]["durable"][:2]
    happened = np.array([[0, 1, 1, 1], [0, 0, 1, 1]])
    assert found.brier["engine"] == pytest.approx(np.mean((odds - happened) ** 2, axis=0), abs=1e-12)
    given_to_it = np.where(happened == 1, odds, 1 - odds)
    assert found.log_score["engine"] == pytest.approx(np.mean(-np.log(given_to_it), axis=0), abs=1e-12)
    # The base rate of K3: four rows of other wars of the record and one of LAKE. (hits + 1/2) / (n + 1).
    k3, lake = (np.array(hits) for hits in ([1, 2, 3, 4], [1, 3, 4, 5]))
    constant = np.array([(k3 + 0.5) / 6, (lake + 0.5) / 8])
    assert found.brier["constant"] == pytest.approx(np.mean((constant - happened) ** 2, axis=0), abs=1e-6)
    difference = found.differences["engine"]["constant"]
    assert difference[0] == pytest.approx(np.mean(found.brier["engine"] - found.brier["constant"]), abs=1e-12)
    assert tuple(found.brier) == FORECASTERS and set(found.differences) == {"engine", "pool", "known"}
    assert all(set(of) == set(FORECASTERS) - {ours} for ours, of in found.differences.items())
    assert found.pooled["engine"].n == 8 and [line.n for line in found.lines["pool"]] == [2] * 4
    assert sum(one.n for one in found.bins["engine"]) == 8


def test_a_backtest_has_the_shape_of_a_study(base: Backtest) -> None:
    table = base.table()
    assert list(table.columns) == ["tier", "forecaster", "days", "brier", "log_score"] and len(table) == 2 * 7 * 4
    own = table[(table.tier == "mutual") & (table.forecaster == "engine")]
    assert own.brier.to_list() == base.tiers["mutual"].brier["engine"].tolist()
    assert [words.partition(":")[0] for words in base.sentences] == list(TIERS)
    assert "over 2 episodes of 2 wars; the engine is too few to say: 2 of 50." in base.sentences[0]
    assert (base.trials, base.seed) == (factories.TRIALS, 1) and base.notes[-5:] == CAVEATS
    found = json.loads(json.dumps(base.as_dict(), allow_nan=False))
    assert set(found["scores"]) == set(TIERS) and found["notes"] == list(base.notes)


def test_variants_are_named_and_scored(base: Backtest) -> None:
    assert set(base.variants) == {"no calibration: priors alone", "hindsight columns held constant"}
    even = engine_from_prior(base.record, 3)
    mean = scores.mean_brier(even["durable"], outcomes_of(base.rows.targets, "durable"))
    assert base.variants["no calibration: priors alone"]["durable"] == {"engine": mean}
    blind = without_hindsight(base.rows)
    again = calibrate(blind.all, trials=factories.TRIALS, workers=1)
    wanted = mean_briers(blind, varied(blind, again, 1))
    assert base.variants["hindsight columns held constant"] == wanted and tuple(wanted["durable"]) == VARIED


def test_as_of_a_date_only_horizons_that_have_passed_are_scored(world: factories.World) -> None:
    """A ceasefire is known at once, that there was none only later: recent rows would bring nothing but ceasefires."""
    found = world.run(given(durable_cf="2004-02-10"), as_of=date(2004, 4, 1))  # talks opened 91 days before
    row = [episode.episode_id for episode in found.rows.targets].index("K3")
    known = found.rows.targets[row].outcomes["durable"]
    assert known == (0, 1, 1, 1)  # the ceasefire of day 40 is known, and teaches
    scored = outcomes_of(found.rows.targets, "durable", found.rows.as_of)[row]
    np.testing.assert_array_equal(scored, [0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(outcomes_of(found.rows.targets, "durable")[row], known)


def test_progress_runs_to_its_end(world: factories.World) -> None:
    done: list[tuple[int, int]] = []
    world.run(given(), progress=lambda *at: done.append(at))
    assert done == [(number, 18) for number in range(1, 19)]  # nine rows, and again without hindsight


def test_without_a_scored_cell_there_are_forecasts_and_no_scores(world: factories.World, base: Backtest) -> None:
    nothing = dict.fromkeys((*factories.OUTCOMES, "durable_cf", "mutual_cf"), "")
    found = world.run([row | nothing for row in given()])
    assert (found.tiers, found.variants) == ({}, {})
    assert said(found)["L2"] != said(base)["L2"]  # K3 teaches nothing any more
    assert np.all(np.isfinite(found.forecasts.by_forecaster["engine"]["durable"]))


def test_one_scored_tier_is_enough(world: factories.World) -> None:
    rows = [row | dict.fromkeys(factories.OUTCOMES[:4], "") for row in given()]
    found = world.run(rows)
    assert tuple(found.tiers) == ("mutual",) and all(tuple(v) == ("mutual",) for v in found.variants.values())


def test_the_shipped_rows_are_forecast_without_a_file(world: factories.World) -> None:
    found = world.run()
    assert [row.episode_id for row in found.rows.targets] == ["K1", "K2", "S1", "N1", "N2", "A1"]
    assert found.rows.others == () and found.tiers["durable"].n_wars == 4


def test_a_file_without_rows_and_one_that_is_missing(world: factories.World, tmp_path: Path) -> None:
    with pytest.raises(ParleyError, match="expected a row below the header, got none"):
        world.run([])
    with pytest.raises(ParleyError, match="cannot be read: No such file"):
        backtest(tmp_path / "none.csv", trials=factories.TRIALS)


def test_nothing_known_at_all(world: factories.World) -> None:
    with pytest.raises(ParleyError, match="expected at least one row"):
        calibrate((), trials=factories.TRIALS)
    found = world.run(given(), as_of=date(1999, 1, 1))  # all are questions, nothing teaches: the prior speaks
    assert found.rows.others == () and found.record.posterior.wars == ()
    assert found.tiers == {} and len(said(found)) == 3
    even = np.round(engine_from_prior(found.record, 3)["durable"], 6)
    assert np.array_equal(found.forecasts.by_forecaster["engine"]["durable"], even)


# Leave one war out


def test_a_forecast_is_that_of_the_other_wars(base: Backtest) -> None:
    for number, target in enumerate(base.rows.targets):
        others = [row for row, episode in enumerate(base.rows.all) if episode.cluster != target.cluster]
        surfaces = replace(
            base.record.surfaces, chances={tier: base.record.surfaces.chances[tier][others] for tier in TIERS}
        )
        unseen = Posterior.of([base.rows.all[row] for row in others], surfaces).weights
        for tier in TIERS:
            odds = np.cumsum(unseen @ base.record.surfaces.chances[tier][number].astype(float))[:4]
            assert base.forecasts.by_forecaster["engine"][tier][number] == pytest.approx(odds, abs=5.1e-7)


@pytest.mark.parametrize("happened", [(0, 0, 0, 0), (1, 1, 1, 1)])
def test_outcomes_of_its_own_war_do_not_move_a_forecast(
    happened: tuple[int, ...], world: factories.World, base: Backtest
) -> None:
    rows = given()
    rows[1:] = [row | {k: str(v) for k, v in factories.scored(happened).items()} for row in rows[1:]]
    found, before = said(world.run(rows)), said(base)
    assert [found[name] == before[name] for name in ("K3", "L1", "L2")] == [False, True, True]


def test_a_row_more_of_its_own_war_does_not_either(world: factories.World, base: Backtest) -> None:
    more = factories.cells(episode_id="L3", cluster="LAKE", guarantees=3, **factories.scored((1, 1, 1, 1)))
    found, before = said(world.run([more, *given()])), said(base)
    assert [found[name] == before[name] for name in ("K3", "L1", "L2")] == [False, True, True]


def test_the_order_of_rows_changes_no_byte(world: factories.World, base: Backtest) -> None:
    assert said(world.run(given()[::-1])) == said(base)
    found = world.run(given()[1:] + given()[:1], factories.record()[::-1])
    assert said(found) == said(base)
    for name, brier in base.tiers["durable"].brier.items():
        assert found.tiers["durable"].brier[name] == pytest.approx(brier, abs=1e-9)


def test_rows_alone_or_in_company_have_the_same_odds(world: factories.World) -> None:
    # K3 teaches LAKE and LAKE teaches K3, so all are left unscored here.
    rows = [row | BLANK for row in given()]
    together = said(world.run(rows))
    assert {name: odds for row in rows for name, odds in said(world.run([row])).items()} == together


def test_a_row_takes_the_place_of_the_shipped_one(world: factories.World, base: Backtest) -> None:
    changed = factories.cells(episode_id="S1", cluster="SUEZ", attendance=0, **factories.scored((0, 0, 0, 0)))
    found = world.run([*given(), changed])
    assert [row.episode_id for row in found.rows.others] == ["K1", "K2", "N1", "N2", "A1"]
    assert found.rows.targets[3].attendance == 0
    before, after = said(base), said(found)
    assert all(after[name] != before[name] for name in before)
    # The same row given again teaches what it taught before.
    again = world.run([*given(), next(row for row in factories.record() if row["episode_id"] == "S1")])
    assert {name: said(again)[name] for name in before} == before


# As of a date


def late(**changes: Any) -> dict[str, str]:
    return factories.cells(**(LATER | {"cluster": "FUTURE", "episode_id": "F1"} | changes))


ABSURD: dict[str, list[dict[str, str]]] = {
    "valid": [
        late(momentum_a=-2, mediator_leverage=3, stalemate=2, prior_failed_cf=1000, **factories.scored((1,) * 4))
    ],
    "of the same war": [late(cluster="KOR", **factories.scored((0,) * 4)), late(episode_id="F2", cluster="LAKE")],
    "broken": [
        late(patron_a="BOOM", war_start="never"),
        late(episode_id="F2", **dict.fromkeys(factories.OUTCOMES, "999")),
    ],
    "of a name that is taken": [late(episode_id="K1"), late(episode_id="L1"), late(episode_id="S1", patron_b="BOOM")],
}


@pytest.fixture(scope="module")
def known(world: factories.World) -> Backtest:
    return world.run(given(), as_of=AS_OF)


@pytest.mark.parametrize("what", ABSURD)
@pytest.mark.parametrize("where", ["the file", "the shipped rows"])
def test_later_rows_change_no_byte(what: str, where: str, known: Backtest, world: factories.World) -> None:
    if where == "the file":
        found = world.run([*ABSURD[what], *given()], as_of=AS_OF)
    else:
        found = world.run(given(), [*ABSURD[what], *factories.record()], as_of=AS_OF)
    before, after = said(known), said(found)
    assert {name: after[name] for name in before} == before
    assert (found.variants, found.tiers["durable"].n_rows) == (known.variants, known.tiers["durable"].n_rows)
    for tier in TIERS:
        for name, brier in known.tiers[tier].brier.items():
            assert found.tiers[tier].brier[name].tobytes() == brier.tobytes(), name


def test_a_later_row_is_forecast_and_not_scored(world: factories.World, known: Backtest) -> None:
    found = world.run([*ABSURD["valid"], *given()], as_of=AS_OF)
    assert found.rows.targets[0].episode_id == "F1" and found.rows.n_later == 1
    assert not found.rows.targets[0].is_scored and "FUTURE" not in found.record.posterior.wars
    assert np.all(np.diff(found.forecasts.by_forecaster["engine"]["durable"][0]) >= 0)
    assert np.all(np.isfinite(found.forecasts.by_forecaster["headline"]["durable"][0]))


@pytest.mark.parametrize("cell", ["BOOM", "999", "0", "1", ""])
def test_late_outcome_cells_change_no_byte(cell: str, world: factories.World) -> None:
    # On 1 May 2004, day 121, K3's ceasefire of day 80 is known in both tiers, LAKE's of day 170 in none.
    day = date(2004, 5, 1)
    hidden = {"durable_cf": "2004-06-19", "mutual_cf": "", "outcome": cell or "BOOM"}
    hidden |= {name: cell for name in factories.OUTCOMES if int(name.split("_")[1]) > 121}
    changed = given()
    changed[1] |= hidden
    before, after = world.run(given(), as_of=day), world.run(changed, as_of=day)
    assert before.rows.targets[0].outcomes["durable"] == (0, 1, 1, 1)
    assert before.rows.targets[1].outcomes == factories.outcomes((0, 0, None, None), (0, 0, None, None))
    assert repr(after.rows) == repr(before.rows) and said(after) == said(before)
    shipped = [row | hidden if row["episode_id"] == "N1" else row for row in factories.record()]
    assert said(world.run(given(), shipped, as_of=day)) == said(before)


def test_what_was_known_does_matter(world: factories.World, base: Backtest) -> None:
    assert said(world.run(given(), as_of=date(2004, 5, 1))) != said(base)


# Parts


def test_the_reference_class_of_each_row_is_that_of_wars_of_its_age() -> None:
    row = factories.episode()  # four years old
    assert references([row]).tolist() == [[reference_by_age(1461, days) for days in HORIZONS]]
    assert references([]).shape == (0, 4)


def test_hindsight_columns_are_held_at_their_medians_over_scored_rows() -> None:
    codes = [(0, 0, 0), (2, 1, 3), (1, 2, 2), (-2, 0, 0), (-2, 0, 0)]
    rows = [
        factories.episode(episode_id=str(number), momentum_a=m, stalemate=s, mediator_leverage=lever)
        for number, (m, s, lever) in enumerate(codes)
    ]
    nothing = factories.outcomes(factories.NOT_SCORED, factories.NOT_SCORED)
    rows[3:] = [replace(row, outcomes=nothing) for row in rows[3:]]
    blind = without_hindsight(Rows(tuple(rows[2:4]), (*rows[:2], rows[4]), 7))
    assert {(row.momentum_a, row.stalemate, row.mediator_leverage) for row in blind.all} == {(1, 1, 2)}
    assert blind.n_later == 7 and [row.episode_id for row in blind.targets] == ["2", "3"]
    for before, after in zip((*rows[2:4], *rows[:2], rows[4]), blind.all, strict=True):
        assert replace(after, **{name: getattr(before, name) for name in HINDSIGHT}) == before


def test_no_shipped_war_moves_the_medians_of_hindsight_columns() -> None:
    """So the variant reads no code of the war that is forecast, although it takes its medians over all wars."""
    rows = read_rows()
    scored = [row for row in rows.all if row.is_scored]
    (held,) = {tuple(getattr(row, name) for name in HINDSIGHT) for row in without_hindsight(rows).all}
    for war in {row.cluster for row in scored}:
        others = [row for row in scored if row.cluster != war]
        assert tuple(np.median([getattr(row, name) for row in others]) for name in HINDSIGHT) == held, war


def test_a_contested_end_is_a_variant(world: factories.World) -> None:
    row = factories.cells(episode_id="MINSK2", cluster="DONBAS", **factories.scored((0,) * 4))
    found = world.run([row])
    assert "contested ends coded loosely" in found.variants
    odds = found.forecasts.by_forecaster["engine"]["durable"][0]
    loose = found.variants["contested ends coded loosely"]["durable"]["engine"]
    assert loose == pytest.approx(np.mean((odds - 1) ** 2))
    assert found.tiers["durable"].brier["engine"] == pytest.approx(odds**2)


def verdict(twist: float, n: int = 200, seed: int = 1) -> str:
    """The word for ``n`` rows of as many wars whose outcomes come from the odds before their logits are multiplied."""
    rng = np.random.default_rng(seed)
    odds = np.sort(rng.uniform(0.05, 0.95, (n, 4)), axis=1)
    happened = (rng.random((n, 1)) < odds).astype(float)
    wars = np.repeat(np.arange(n), 4)
    shown = 1 / (1 + ((1 - odds) / odds) ** twist)
    pooled = scores.calibration(shown.ravel(), happened.ravel(), wars)
    return TierScores("durable", n, n, {}, {}, {}, {}, {"engine": pooled}, {}, (), ()).verdicts["engine"]


def test_the_one_word() -> None:
    assert verdict(1.0) == "calibrated"
    assert verdict(2.0) == "overconfident"
    assert verdict(0.3) == "not calibrated"
    assert verdict(0.0) == "undetermined"  # all odds even: no slope


def test_the_word_is_refused_below_fifty_rows() -> None:
    assert verdict(1.0, 49) == "too few to say: 49 of 50"
    assert "too few" not in verdict(1.0, 50)


def test_how_often_the_word_is_right() -> None:
    # Of 100 calibrated forecasters nine or so are refused it (scores.py): more than twenty come once in 5,000 times.
    words = [verdict(1.0, 100, seed) for seed in range(100)]
    assert words.count("calibrated") >= 80
    assert [verdict(2.0, 100, seed) for seed in range(100)].count("calibrated") <= 2
