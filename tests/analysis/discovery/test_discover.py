"""Discovery: from a run to inputs and outcome, and back to sentences."""

from __future__ import annotations

import dataclasses
import io
import json

import numpy as np
import pytest
from rich.console import Console

from sim.analysis.discovery.discover import discover, search
from sim.analysis.discovery.input_table import Input, in_words, inputs_and_outcome, uncertain_columns
from sim.analysis.discovery.prim import Draws
from sim.cli.commands.discover import show_discovery
from sim.errors import ParleyError
from sim.execution.run import run
from sim.random_streams import Streams
from sim.results.run import Run
from sim.scenario.reading.load import load
from sim.scenario.sampling.parameter_draws import central, draw_columns
from tests.analysis.discovery.test_prim import drawn, luck, made

BASE = "istanbul_2025/aides_only"


@pytest.fixture(scope="module")
def base() -> Run:
    """The file's own numbers, at the level of its reference class: the record is of the odds that the base has."""
    scenario = load(BASE).model_copy(update={"record": None})
    return run(scenario, trials=4_000, seed=1, workers=1, reading="file", name=BASE)


def planted_in(run: Run, path: str, above: float) -> Run:
    """The run with durable halts in exactly those trials whose input lies above a value."""
    column = uncertain_columns(run.scenario, run.seed, run.n_trials)[path]
    comes = np.repeat(column > above, 16)[: run.n_trials]
    weeks = np.where(comes, 10, -1).astype(np.int16)
    return dataclasses.replace(run, columns={**run.columns, "durable_week": weeks})


def inputs_named(n: int) -> list[Input]:
    return [Input(f"war.x{i}", f"x{i}", "", 0.0, 1.0) for i in range(n)]


def searched(draws: Draws) -> int:
    """How many boxes of halts and of failures are reported."""
    found, held_out = (draws.where(draws.pairs % 2 == half) for half in (0, 1))
    turned = [dataclasses.replace(half, shares=1 - half.shares) for half in (found, held_out)]
    names = inputs_named(draws.points.shape[1])
    halts = search(found, held_out, names, "halt", "a lasting halt", None)[0]
    return len(halts) + len(search(turned[0], turned[1], names, "failure", "a lasting halt", None)[0])


def boxes_in_noise(seed: int) -> int:
    """500 draws of ten inputs, either kind of box: the whole search, as the command runs it."""
    return searched(made(drawn(500, 10, seed), luck("noise", 500, seed) < 0.3))


def test_noise_has_no_box() -> None:
    assert sum(boxes_in_noise(seed) > 0 for seed in range(30)) == 0


@pytest.mark.slow
def test_noise_has_no_box_in_99_of_100_seeds() -> None:
    assert sum(boxes_in_noise(seed) > 0 for seed in range(100)) <= 1


def test_columns_are_the_values_that_the_trials_met(base: Run) -> None:
    """Also in a block in the middle of the run, and with calibrated and jointly drawn inputs."""
    columns = uncertain_columns(base.scenario, base.seed, base.n_trials)
    met = draw_columns(base.scenario, Streams(base.seed, 1_600, 320).parameter)
    for path, column in columns.items():
        assert np.array_equal(column[100:120], met[path]), path


def test_copies_and_certain_inputs_are_left_out(base: Run) -> None:
    columns = uncertain_columns(base.scenario, base.seed, base.n_trials)
    assert "war.momentum" in columns and "war.momentum_mean" not in columns
    assert all(np.ptp(column) > 0 for column in columns.values())


def test_outcomes_are_shares_of_the_trials_of_a_draw(base: Run) -> None:
    cut = dataclasses.replace(base, columns={name: column[:3_990] for name, column in base.columns.items()})
    _, draws = inputs_and_outcome(cut, "durable", 365)
    last = cut.weighing.of_trials(cut.scenario, dict(cut.columns))[-6:].sum()  # 3,990 is 249 draws and six trials
    assert draws.weights.sum() == pytest.approx(3_990) and draws.weights[-1] == pytest.approx(last)
    assert draws.density == pytest.approx(cut.odds("durable", 365).p, abs=1e-9) != cut.odds("durable", 365).model
    assert np.array_equal(np.bincount(draws.pairs)[:-1], np.full(124, 2))


def test_a_planted_cause_is_named_in_a_sentence(base: Run) -> None:
    found = discover(planted_in(base, "parties.Russia.strain", 0.08))
    box = found.boxes[0]
    assert [limit.path for limit in box.limits] == ["parties.Russia.strain"]
    assert box.held_out.coverage > 0.9 and box.held_out.density > 0.9
    assert "have a lasting halt" in box.sentence and "Russia's strain above 0.0" in box.sentence
    failure = next(box for box in found.boxes if box.kind == "failure")
    assert "have no lasting halt" in failure.sentence and "Russia's strain below 0.0" in failure.sentence
    assert found.rules[0].startswith("Russia's strain below 0.0")


def test_results_are_plain_json_a_tidy_table_and_lines_of_100_columns(base: Run) -> None:
    found = discover(planted_in(base, "war.momentum", 0.15))
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["boxes"][0]["limits"][0]["path"] == "war.momentum"
    table = found.table()
    assert len(table) == sum(len(box.limits) for box in found.boxes) and table["density"].between(0, 1).all()
    to = Console(width=100, record=True, markup=False, highlight=False, file=io.StringIO())
    show_discovery(found, to)
    text = to.export_text()
    assert max(map(len, text.splitlines())) <= 100
    assert "Where it comes" in text and "momentum above 0.15" in text


def test_where_nothing_tells_it_says_so(base: Run) -> None:
    never = {**base.columns, "durable_week": np.full(base.n_trials, -1, dtype=np.int16)}
    found = discover(dataclasses.replace(base, columns=never))
    assert found.boxes == () and found.rules == [] and found.table().empty
    to = Console(width=100, record=True, file=io.StringIO())
    show_discovery(found, to)
    assert "The odds do not vary over these inputs: they are the same" in to.export_text()
    show_discovery(dataclasses.replace(found, varies=True), to)
    assert "No box that is more than chance" in to.export_text()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tier": "broad"}, "expected durable or mutual, got 'broad'"),
        ({"days": 100}, "expected one of 30, 90, 180, 365, got 100"),
        ({"density": 90.0}, "between 0 and 1"),
    ],
)
def test_a_wrong_option_is_named(base: Run, options: dict, words: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ParleyError, match=words):
        discover(base, **options)


def test_too_few_draws_and_nothing_uncertain_are_refused(base: Run) -> None:
    few = dataclasses.replace(base, columns={name: column[:1_000] for name, column in base.columns.items()})
    with pytest.raises(ParleyError, match="expected 3,200 or more"):
        discover(few)
    with pytest.raises(ParleyError, match="no input is uncertain"):
        discover(dataclasses.replace(base, scenario=central(base.scenario)))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("war.momentum", "momentum"),
        ("parties.North.strain", "North's strain"),
        ("parties.North.leverage.South", "North's leverage (South)"),
        ("tracks.settlement.audience_cost.North", "audience cost of North (settlement)"),
        ("talks.convening_prob_per_week", "convening chance a week"),
        ("assurances.resupply_limits.South", "resupply limits (South)"),
        ("windows.0.agreed_share", "agreed share (windows, 0)"),
    ],
)
def test_paths_have_names(path: str, name: str) -> None:
    assert in_words(path) == name


def test_names_of_shipped_inputs_differ() -> None:
    names = [in_words(path) for path in uncertain_columns(load(BASE), 1, 3_200)]
    assert len(set(names)) == len(names)
