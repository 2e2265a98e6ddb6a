"""Numbers that must never move by accident: golden words, hash seeds, big counters, NaN, nought, planted bugs."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from sim.execution.blocks import blocks
from sim.model.compiled import simulate
from sim.model.random_numbers import OF_THIRD_PARTY, STREAMS
from sim.outcome_columns import HALT_ENDS
from sim.random_streams import BIT_GENERATOR, Streams, philox_words, stream_key
from sim.scenario.reading.load import load
from sim.statistics.horizons import event_by
from tests.conftest import Answer
from tests.factories import minimal_scenario, stepped
from tests.model.entries import may_sign, room_of
from tests.mutants import MUTANTS, ROOT

GOLDEN = {  # (seed, stream, week, first trial / 4): words of Philox4x64-10
    (0, 0, 0, 0): (0x02F4BA6408E4D89B, 0x3DD62B0B9CA8C5B2, 0x1C8667A55D902E79, 0x907D7A052FD5B4DC),
    (1, 2**63, 5, 1): (0xD1B5FFA17BBA1DF2, 0x3B655451B11B1634, 0x0787E8A88004B68D, 0x0FC4326A9C0B1D2D),
    (2**64 - 1, 2**64 - 1, 9, 2**38): (0x4B1915E982CF9AA4, 0xF4A1830D2E395AE1, 0xD67172DA5966E47D, 0x3EA71ADDB7AD049B),
}
DECISIONS = {
    "blame", "call home", "end aid", "holiday", "holiday agreed", "imposed halt", "level shift", "momentum",
    "momentum at start", "call home in general", "level shift in general", "persuasion", "press", "quit", "round",
    "strain", "strain at start", "text", "text error", "text in general", "veto", "victory", "violation",
}  # fmt: skip
PROGRAM = """
import hashlib, json
from sim.execution.run import run
found = run("istanbul_2025/aides_only", trials=64, workers=1)
digest = hashlib.sha256(json.dumps(found.summary).encode())
for name, column in found.columns.items():
    digest.update(name.encode() + column.tobytes())
print(digest.hexdigest())
"""


@pytest.mark.parametrize("place", GOLDEN)
def test_golden_words_of_the_bit_generator(place: tuple[int, int, int, int]) -> None:
    seed, stream, week, block = place
    assert tuple(int(word) for word in philox_words(seed, stream, week, 0, 4 * block, 4)) == GOLDEN[place]


def test_the_one_bit_generator_and_the_names_of_streams_are_golden() -> None:
    assert BIT_GENERATOR == "Philox4x64-10"
    assert stream_key("round", "") == 16567317903973418978
    assert stream_key("unseen cost", "North") == 18032142366190765507
    assert stream_key("press", "One") == 0x3A38ACFE721E2D29
    streams = Streams(1, 0, 4)
    assert streams.uniform("round", week=3).tolist() == [
        0.08229997349398704, 0.16632034371455567, 0.5689475486552205, 0.9475507248118293
    ]  # fmt: skip
    assert streams.normal("momentum", week=3)[:2] == pytest.approx(
        [-0.28901171489966837, 0.28901171489966837], rel=1e-14
    )


@pytest.mark.parametrize("first", [2**34 + 5, 2**40 + 2])
def test_trial_numbers_have_64_bits(first: int) -> None:
    far = Streams(3, first, 12).uniform("round", week=2)
    for wrapped in (first % 2**32, first % 2**34):
        assert not np.intersect1d(far, Streams(3, wrapped - wrapped % 4, 32).uniform("round", week=2)).size


def bytes_under(hash_seed: int) -> str:
    within = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, env=within, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("hash_seeds", [range(1, 3), pytest.param(range(20), marks=pytest.mark.slow)])
def test_hash_seeds_give_the_same_bytes(hash_seeds: range) -> None:
    assert len({bytes_under(hash_seed) for hash_seed in hash_seeds}) == 1


def test_every_decision_draws_from_a_stream_of_its_own_name() -> None:
    trials = stepped(load("istanbul_2025/aides_only"), 78, n_trials=512)
    names = [decision for decision, _ in STREAMS]
    names += [decision for _ in trials.inputs.third_parties for decision in OF_THIRD_PARTY]
    names += ["veto" for _ in trials.inputs.vetoes]
    asked = trials.workspace.blocks.max(axis=(1, 2)) >= 0
    assert {name for name, is_asked in zip(names, asked, strict=True) if is_asked} == DECISIONS


@pytest.mark.parametrize("trials", [1, 63, 64, 65, 128, 130])
def test_blocks_hold_every_trial_once(trials: int) -> None:
    cut = list(blocks(trials, 64))
    assert [block.first + number for block in cut for number in range(block.n)] == list(range(trials))
    assert [block.index for block in cut] == list(range(len(cut)))


def test_every_sort_that_gives_an_order_is_stable() -> None:
    """Ties would else come in an order of the machine's own; sorted values and ``lexsort`` have none."""
    sorts = ("argsort", "sort_values", "argpartition")
    texts = {
        path: path.read_text("utf-8") for folder in ("sim", "dashboards") for path in (ROOT / folder).rglob("*.py")
    }
    calls = [(path, call) for path, text in texts.items() if any(sort in text for sort in sorts)
             for call in ast.walk(ast.parse(text)) if isinstance(call, ast.Call)
             and getattr(call.func, "attr", "") in sorts]  # fmt: skip
    assert len(calls) > 5
    for path, call in calls:
        kinds = [getattr(word.value, "value", None) for word in call.keywords if word.arg == "kind"]
        assert kinds == ["stable"], f"{path.name}:{call.lineno}"


def test_a_halt_counts_by_a_day_if_it_began_in_a_week_before_it() -> None:
    weeks = np.array([-1, 0, 12, 13, 14, 51, 52])
    scenario = load("istanbul_2025/aides_only")
    for days, n_weeks in ((90, 13), (365, 52)):
        expected = (weeks >= 0) & (weeks < n_weeks)
        assert np.array_equal(event_by({"durable_week": weeks}, scenario, "durable", days), expected)


def test_a_parameter_that_is_no_number_is_exit_7_naming_it(parley: Callable[..., Answer]) -> None:
    shape = "{dist: beta, a: 1.0e+308, b: 1.0e+308}"
    answer = parley("run", "teaching/minimal", "--trials", "64", "--set", f"parties.North.strain={shape}")
    assert (answer.code, answer.out) == (7, "")
    assert answer.err == "parley: parties.North.strain: the value is not a finite number\n"


def is_there(test: str) -> bool:
    """Whether a file of tests is there, and the one test in it that is named."""
    file, _, name = test.partition("::")
    return (ROOT / file).is_file() and (not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"))


def test_bugs_are_planted_in_one_place_each_and_enough_of_them() -> None:
    """``make mutants`` runs them; here that the sources have not moved away from under them."""
    assert len(MUTANTS) >= 40 and len({mutant.file for mutant in MUTANTS}) >= 25
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    for mutant in MUTANTS:
        assert (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old) == 1, mutant.name
        assert all(is_there(test) for test in mutant.tests), mutant.name


def test_thirty_days_are_four_draws_survived_and_no_fewer() -> None:
    """A halt that collapses at its fourth draw has not lasted 30 days; one that collapses at its fifth has."""
    columns = simulate(load("teaching/spoilers"), 1, 0, 4000)
    collapsed = (columns["halt_week"] >= 0) & (columns["halt_end"] == HALT_ENDS.index("collapse"))
    was_durable = columns["durable_week"] == columns["halt_week"]
    for draws, expected in ((3, False), (4, False), (5, True), (6, True)):
        at = collapsed & (columns["halt_weeks"] == draws)
        assert np.count_nonzero(at) > 5
        assert (was_durable[at] == expected).all(), draws


@pytest.mark.parametrize(("levels", "may"), [((1, 3), False), ((2, 3), True), ((3, 2), True), ((3, 1), False)])
def test_the_least_level_may_sign(levels: tuple[int, int], may: bool) -> None:
    room = room_of(minimal_scenario(**{"talks.call_home_prob": 0}))
    room.sides["level"] = levels
    assert may_sign(room, 0, 2) is may
