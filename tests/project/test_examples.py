"""Examples in docstrings run, and every public function of the equations has one, with its parameters and sources."""

from __future__ import annotations

import doctest
import inspect
import pkgutil
from importlib import import_module
from types import FunctionType

import pytest

from sim import theory

THEORY = sorted(f"sim.theory.{found.name}" for found in pkgutil.iter_modules(theory.__path__))
EQUATIONS = [
    function
    for module in THEORY
    for name, function in vars(import_module(module)).items()
    if isinstance(function, FunctionType) and function.__module__ == module and not name.startswith("_")
]


@pytest.mark.parametrize("module", THEORY)
def test_examples_print_what_they_say(module: str) -> None:
    found = doctest.testmod(import_module(module))
    assert found.attempted > 0 and found.failed == 0


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda equation: equation.__name__)
def test_every_equation_states_parameters_result_and_example(equation: FunctionType) -> None:
    text = inspect.getdoc(equation) or ""
    assert all(f"\n{title}\n{'-' * len(title)}\n" in text for title in ("Parameters", "Returns", "Examples"))
    stated = text.partition("Parameters\n")[2].partition("Returns\n")[0]
    assert [name for name in inspect.signature(equation).parameters if name not in stated] == []
