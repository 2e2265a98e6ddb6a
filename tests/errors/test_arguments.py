"""What is asked for is checked before it is computed: whole numbers in Python and as typed, with what was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

import sim
from sim.cli.app import app
from sim.cli.commands.results import results
from sim.errors.arguments import read_number, read_whole
from sim.execution.request import Request
from tests.conftest import Answer

Parley = Callable[..., Answer]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("20.000", "for 20 thousand write 20000 or 20_000"),
        ("20,000", "for 20 thousand write 20000 or 20_000"),
        ("20 000", "for 20 thousand write 20000 or 20_000"),
        ("1.500.000", "for 1.5 million write 1500000 or 1_500_000"),
        ("20.0", "got '20.0'; write 20"),
        ("1e4", "got '1e4'; write 10000"),
        ("20.5", "expected a whole number, got '20.5'"),
        ("1e400", "got '1e400'"),
        ("", "got nothing"),
        ("\uff12\uff10", "write 20"),
    ],
)
def test_a_count_with_a_fraction_is_refused_with_what_was_meant(typed: str, said: str) -> None:
    with pytest.raises(sim.ParleyError, match="expected a whole number") as refused:
        read_whole(typed)
    assert str(refused.value).endswith(said) or said in str(refused.value)


def test_whole_numbers_as_typed() -> None:
    assert [read_whole(typed) for typed in ("20000", "20_000", "-1", "007", " 3 ")] == [20_000, 20_000, -1, 7, 3]


@pytest.mark.parametrize(("typed", "said"), [("50%", "write 0.5"), ("0,05", "write 0.05 (a point, not a comma)")])
def test_a_number_of_another_form_is_refused_with_the_right_one(typed: str, said: str) -> None:
    with pytest.raises(sim.ParleyError, match=r"expected a number such as \.5, got") as refused:
        read_number(".5")(typed)
    assert str(refused.value).endswith(said)
    assert read_number(".5")(".25") == 0.25


def test_every_number_of_the_command_line_is_read_so(parley: Parley) -> None:
    """No option is left to a reader that takes 20.000 for 20."""
    lost = []
    for command in [*app.registered_commands, *results.registered_commands]:
        assert command.callback is not None
        for name, hint in get_type_hints(command.callback, include_extras=True).items():
            kinds = {*get_args(get_args(hint)[0]), get_args(hint)[0]} if hasattr(hint, "__metadata__") else set()
            if kinds & {int, float} and hint.__metadata__[0].parser is None:
                lost.append(f"{command.callback.__name__}: {name}")
    assert lost == []
    answer = parley("levers", "istanbul_2025/aides_only", "--target", "50%")
    assert (answer.code, "write 0.5" in answer.err) == (2, True)


# -- Python ------------------------------------------------------------------------------------------

MINIMAL = sim.load("teaching/minimal")
RUN = sim.run(MINIMAL, trials=64, workers=1)
ASKED: dict[str, Callable[..., Any]] = {
    "run": lambda **given: sim.run(MINIMAL, **given),
    "run_many": lambda **given: Request(MINIMAL, "minimal", **given),
    "sobol": lambda **given: sim.sobol(MINIMAL, **given),
    "morris": lambda **given: sim.morris(MINIMAL, **given),
    "tornado": lambda **given: sim.tornado(MINIMAL, **given),
    "levers": lambda **given: sim.levers(MINIMAL, **given),
    "timeline": lambda **given: sim.timeline("istanbul_may_2025", **given),
    "why": lambda **given: sim.why(MINIMAL, **given),
    "replay": lambda **given: sim.replay(RUN, **given),
    "discover": lambda **given: sim.discover(RUN, **given),
    "odds": lambda **given: RUN.odds(**given),
    "value_of_information": lambda **given: sim.value_of_information(RUN, **given),
    "compare": lambda **given: sim.compare(RUN, RUN, **given),
}
COUNTED = ("run", "run_many", "sobol", "morris", "tornado", "levers", "timeline", "why")
READ = ("sobol", "morris", "tornado", "levers", "discover", "odds", "value_of_information")
MISTAKES = [
    *((name, {"trials": value}) for name in COUNTED for value in (2000.0, "2000", True)),
    *((name, {"seed": value}) for name in COUNTED for value in (None, "1")),
    *((name, {"days": value}) for name in READ for value in ("90", 90.0)),
    *((name, {"tier": value}) for name in READ for value in (3, None)),
    *(("replay", {"trial": value}) for value in (1.5, None, "0")),
    ("compare", {"n_compared": 1.5}),
    ("levers", {"target": "50%"}),
    ("discover", {"density": "half"}),
    ("run", {"workers": "2"}),
    ("run", {"out": 3}),
    ("run_many", {"precision": "1%"}),
]


@pytest.mark.parametrize(("name", "given"), MISTAKES, ids=[f"{name}-{given}" for name, given in MISTAKES])
def test_what_is_no_number_is_one_sentence(name: str, given: dict[str, Any]) -> None:
    (argument,) = given
    with pytest.raises(sim.ParleyError, match=rf"^{argument}: expected .*, got ") as refused:
        ASKED[name](**given)
    if given == {"trials": 2000.0}:
        assert str(refused.value).endswith("; write 2000")


def test_whole_numbers_of_other_libraries_are_taken() -> None:
    run = sim.run(MINIMAL, trials=np.int64(64), seed=np.uint8(1), workers=1)  # type: ignore[arg-type]
    assert type(run.seed) is int and run.n_trials == 64
    np.testing.assert_array_equal(run.columns["durable_week"], RUN.columns["durable_week"])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sim.sobol("teaching/minimal"), "expected a scenario"),  # type: ignore[arg-type]
        (lambda: sim.discover(MINIMAL), "expected a finished run"),  # type: ignore[arg-type]
        (lambda: sim.run(3), "expected a scenario"),  # type: ignore[arg-type]
        (lambda: sim.load(None), "a path or a text, got None"),  # type: ignore[arg-type]
        (lambda: sim.read_run(3), "a path or a text, got 3"),  # type: ignore[arg-type]
    ],
)
def test_another_object_than_is_wanted_is_one_sentence(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(sim.ParleyError, match=said):
        call()
