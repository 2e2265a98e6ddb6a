"""Forecasts from other wars alone: names in any form are one war, and one war under two names is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest

from sim.errors import ParleyError
from sim.evidence.backtest.backtest import Backtest
from sim.evidence.calibration import simulate_episodes
from sim.evidence.calibration.calibrate import read_rows
from sim.evidence.calibration.codings import with_codings
from sim.evidence.calibration.episodes import Episode, name_key, read_episodes, shipped
from sim.evidence.calibration.overlapping_wars import is_same_war, overlaps, unify_war_names
from sim.evidence.calibration.posterior_file import as_csv
from sim.evidence.calibration.simulate_episodes import SimulatedEpisode, Work
from sim.scenario.sources.table_file import read_table
from tests.evidence import factories


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[factories.World]:
    """A small record, of which an engine says this and that by the letters of a row's id, in no time."""

    def simulate_episode(work: Work) -> SimulatedEpisode:
        places = (np.arange(work.trials // 16) + sum(map(ord, work.episode.episode_id))) % 5
        counts = np.zeros((len(places), 5))
        for place in (places, (3 * places + 1) % 5):
            counts[np.arange(len(places)), place] += 8
        return factories.simulated(counts)

    with factories.world(tmp_path_factory.mktemp("world")) as found, pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulate_episodes, "simulate_episode", simulate_episode)
        yield found


def odds(found: Backtest) -> list[Any]:
    return [found.forecasts.by_forecaster["engine"][tier].tolist() for tier in ("durable", "mutual")]


def renamed(cluster: str, episode_id: str = "K9") -> dict[str, str]:
    """A row of the war KOR of the small record, under another name for the war."""
    row = next(row for row in factories.record() if row["episode_id"] == "K2")
    return row | {"cluster": cluster, "episode_id": episode_id, "name": episode_id}


def test_names_without_case_form_and_spaces() -> None:
    for name in ("korea", " KOREA ", "\uff2b\uff2f\uff32\uff25\uff21", "Ko rea", "Korea\u00a0"):
        assert name_key(name) == name_key("KOREA"), name
    assert name_key("cafe\u0301") == name_key("CAF\u00c9") and name_key("\ufb01n") == name_key("FIN")
    assert name_key("Korean War") != name_key("KOREA")


@pytest.mark.parametrize("name", ["kor", " Kor", "\uff2b\uff2f\uff32"])
def test_a_war_in_another_spelling_teaches_nothing_on_itself(world: factories.World, name: str) -> None:
    rows = [renamed("KOR")]
    assert odds(world.run([renamed(name)])) == odds(world.run(rows))
    assert world.run([renamed(name)]).rows.targets[0].cluster == "KOR"


def test_all_names_in_lower_case_change_nothing(world: factories.World) -> None:
    plain = world.run([row | {"episode_id": f"{row['episode_id']}x"} for row in factories.record()], alone=True)
    lower = [
        row | {"episode_id": f"{row['episode_id']}x", "cluster": row["cluster"].lower()} for row in factories.record()
    ]
    found = world.run(lower[:3] + [row | {"cluster": row["cluster"].upper()} for row in lower[3:]], alone=True)
    assert odds(found) == odds(plain)
    for name, brier in plain.tiers["durable"].brier.items():
        assert np.array_equal(found.tiers["durable"].brier[name], brier), name


def test_an_id_in_another_spelling_takes_the_place_of_the_shipped_row(world: factories.World) -> None:
    assert "K2" not in [row.episode_id for row in world.run([renamed("KOR", " k2")]).rows.others]
    with pytest.raises(ParleyError, match="line 3: episode_id: expected an id of its own, got `k9` of line 2"):
        world.run([renamed("KOR"), renamed("KOR", "k9")])


def test_one_war_under_two_names_is_refused_by_name(world: factories.World) -> None:
    with pytest.raises(ParleyError) as error:
        world.run([renamed("Korean War")])
    assert "`Korean War` (K9) and `KOR` (K" in str(error.value) and "--allow-overlap" in str(error.value)
    found = world.run([renamed("Korean War")], allow_overlap=True)
    assert found.rows.claim.startswith("each without the rows of its own `cluster`; not from other wars alone")
    assert found.rows.overlaps[0].wars == ("Korean War", "KOR")
    other = world.run([renamed("KOR")])
    assert other.rows.claim == "each from other wars alone (leave one war out)"
    assert odds(found) != odds(other), "it taught on its own outcome, and the page says so"


def test_rows_alone_learn_from_the_file_only(world: factories.World) -> None:
    rows = [row | {"episode_id": f"{row['episode_id']}x"} for row in factories.record()[:3]]
    found = world.run(rows, alone=True)
    assert found.rows.others == () and found.record.posterior.wars == ("KOR", "SUEZ")
    other = [row | {"patron_a": "0", "stalemate": "2"} for row in factories.record()]
    assert odds(world.run(rows, other, alone=True)) == odds(found)
    assert odds(world.run(rows)) != odds(found)
    with pytest.raises(ParleyError, match="--alone: expected --episodes FILE"):
        read_rows(alone=True)
    one = world.run(rows[:2], alone=True)
    assert one.rows.claim == "from the prior alone: no other war teaches"


def episode(a: str, b: str, start: str, opened: str, **more: Any) -> Episode:
    dates = {"war_start": date.fromisoformat(start), "talks_opened": date.fromisoformat(opened)}
    return factories.episode(side_a=a, side_b=b, **dates, **more)


KOREA = ("UN Command (US, ROK)", "DPRK, China", "1950-06-24", "1951-07-10")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (("China", "us", "1950-06-25", "1953-07-27"), True),  # the other way round
        (("ROK and US", "DPRK", "1950-06-25", "1950-12-14"), True),
        (("UN Command", "North Korea", "1950-06-25", "1951-07-10"), True),  # one side in common, talks on one day
        (("UN Command", "North Korea", "1950-06-25", "1951-07-11"), False),
        (("US", "China", "1951-07-11", "1952-08-20"), False),  # begins when the other has got to talks
        (("US", "China", "1951-07-01", "1951-10-08"), False),  # ten days of a hundred in common: a seam
        (("US", "China", "1951-06-30", "1951-10-07"), True),
        (("US", "Iraq", "1950-06-24", "1951-07-11"), False),
        (("side A", "side B", "1950-06-24", "1951-07-10"), False),  # not named
    ],
)
def test_what_looks_like_one_war(other: tuple[str, str, str, str], is_same: bool) -> None:
    assert is_same_war(episode(*KOREA), episode(*other)) == is_same_war(episode(*other), episode(*KOREA)) == is_same


def test_no_two_shipped_wars_look_like_one() -> None:
    rows = read_rows(shipped(), alone=True)
    assert rows.overlaps == () and rows.targets == with_codings(shipped(), read_episodes(shipped())).episodes
    one, other = (episode(*KOREA, cluster=name, episode_id=name) for name in ("X", "Y"))
    assert [found.wars for found in overlaps([one, other], [one, other])] == [("X", "Y")]
    nothing = factories.outcomes(factories.NOT_SCORED, factories.NOT_SCORED)
    blank = episode(*KOREA, cluster="Y", episode_id="Y", outcomes=nothing)
    assert overlaps([one], [blank]) == [], "what is not scored teaches nothing"


def test_later_rows_have_no_say_in_the_spelling() -> None:
    late = factories.episode(cluster="kor", talks_opened=date(2030, 1, 1))
    assert [one.cluster for one in unify_war_names([late, factories.episode(cluster="KOR")], date(2020, 1, 1))] == [
        "KOR"
    ] * 2
    assert [one.cluster for one in unify_war_names([late, factories.episode(cluster="KOR")], None)] == ["kor"] * 2


def test_what_is_printed_of_one_war_and_of_rows_without_sides(
    world: factories.World, parley: Callable[..., Any]
) -> None:
    rows = [row | {"side_b": "", "episode_id": f"{row['episode_id']}x"} for row in factories.record()[:2]]
    path = factories.file(world.folder, rows, "one.csv")
    answer = parley("backtest", "--episodes", path, "--alone", "-n", 2048, "--workers", 1, "-q")
    assert answer.code == 0, answer.err
    out = " ".join(answer.out.split())
    assert "nan" not in out and "1 wars" not in out
    for words in (
        "2 episodes forecast, from the prior alone: no other war teaches",
        "2 scored episodes in 1 war ",
        "Differences have no interval: it redraws wars, and there is one.",
        "1 war is too few to say whether differences are chance.",
        "All scored rows are of one war (KOR): no other war taught",
        "2 rows that are forecast do not name both sides",
        "the reference class counts the interstate wars of 1946 to 2007",
    ):
        assert words in out, words
    found = json.loads(
        parley("backtest", "--episodes", path, "--alone", "-n", 2048, "--workers", 1, "-q", "--json").out
    )
    assert found["scores"]["durable"]["differences"]["engine"]["constant"]["lo"] is None
    assert found["wars_under_two_names"] == [] and isinstance(found["notes"], list)


def test_draws_of_a_war_with_a_comma_in_its_name_read_back(world: factories.World) -> None:
    rows = [factories.cells(cluster='Korea, "1950"', episode_id="X"), factories.cells(cluster="Y", episode_id="Y")]
    posterior = world.run(rows, alone=True).record.posterior
    path = world.folder / "draws.csv"
    path.write_text(as_csv(posterior, 10), encoding="utf-8")
    table = read_table(path, ('without_Korea, "1950"', "without_Y"))
    assert len(table.rows) == 10 and table.numbers("without_Y").mean() == pytest.approx(1, abs=0.01)
