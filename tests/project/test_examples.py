"""Examples in docstrings run; every equation, and every method that a party may override, states what it needs."""

from __future__ import annotations

import doctest
import inspect
import pkgutil
import re
from importlib import import_module
from types import FunctionType

import pytest

import sim
from sim import equations
from tests.project.documents import DOCS

MODULES = sorted(
    f"{equations.__name__}.{found.name}"
    for found in pkgutil.iter_modules(equations.__path__)
    if found.name not in ("compiled", "compiler", "machine_code")
)
EQUATIONS = [
    function
    for module in MODULES
    for name, function in ((name, inspect.unwrap(found)) for name, found in vars(import_module(module)).items())
    if isinstance(function, FunctionType) and function.__module__ == module and not name.startswith("_")
]
"""As written: a compiled or cached function wraps what it was made from."""
OVERRIDABLE = re.findall(
    r"`(\w+)\(", " ".join(re.findall(r"^\| (`\w+\(.*?) \|", (DOCS / "guide" / "party.md").read_text("utf-8"), re.M))
)
"""Methods in the first column of the guide's table."""
WITH_EXAMPLES = ("Odds", "ParleyError", "Run", "compare", "differences", "long_form", "read_run", "run", "run_many")


@pytest.mark.parametrize("module", MODULES)
def test_examples_print_what_they_say(module: str) -> None:
    found = doctest.testmod(import_module(module))
    assert found.attempted > 0 and found.failed == 0


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_of_exported_names_print_what_they_say(name: str) -> None:
    """Found by object and not by module: a checked function belongs to the module of its decorator."""
    run_examples(*doctest.DocTestFinder().find(getattr(sim, name), name, module=False))


def test_the_example_of_the_package_prints_what_it_says() -> None:
    run_examples(doctest.DocTestParser().get_doctest(sim.__doc__ or "", {}, "sim", None, 0))


def run_examples(*tests: doctest.DocTest) -> None:
    runner = doctest.DocTestRunner()
    for test in tests:
        runner.run(test)
    assert runner.tries > 0 and runner.failures == 0


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda equation: f"{equation.__module__}.{equation.__name__}")
def test_every_equation_states_parameters_result_and_example(equation: FunctionType) -> None:
    assert has_section(equation, "Examples")
    states_parameters_and_result(equation)


@pytest.mark.parametrize("method", OVERRIDABLE)
def test_every_method_that_a_party_may_override_states_parameters_and_result(method: str) -> None:
    kind = next(kind for kind in (sim.Party, sim.Belligerent, sim.Backer) if hasattr(kind, method))
    states_parameters_and_result(getattr(kind, method))


def states_parameters_and_result(function: FunctionType) -> None:
    assert has_section(function, "Returns")
    stated = (inspect.getdoc(function) or "").partition("Parameters\n")[2].partition("Returns\n")[0]
    names = inspect.signature(function).parameters.keys() - {"self"}
    assert sorted(name for name in names if not re.search(rf"^(\w+, )*{name}(, \w+)* : ", stated, re.M)) == []


def has_section(function: FunctionType, title: str) -> bool:
    return f"\n{title}\n{'-' * len(title)}\n" in (inspect.getdoc(function) or "")
