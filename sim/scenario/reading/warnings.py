"""Warnings about a scenario file, each with its place, as ``parley check`` prints them."""

from __future__ import annotations

import os

from sim.errors import ParleyError
from sim.scenario.checks.validate import as_written, located, validated
from sim.scenario.checks.warnings import of_earlier_model, warnings
from sim.scenario.diagnostics import Problem, dotted
from sim.scenario.reading.assembly import Assembly
from sim.scenario.reading.load import base_of, load
from sim.scenario.reading.scenario_names import resolve_name
from sim.scenario.reading.stored import is_run_folder
from sim.scenario.sources.search_path import root_of, shipped_root
from sim.scenario.yaml.yaml_reader import Node


def warnings_of(name_or_path: str | os.PathLike[str]) -> list[str]:
    """Return a line for each warning about a sound scenario; none for the folder of a run.

    Raises ScenarioError as ``load`` does.
    """
    if is_run_folder(name_or_path):
        return []
    assembly = Assembly()
    tree = assembly.scenario(resolve_name(name_or_path), ())
    scenario = validated(tree, assembly.removed)
    below = base_of(name_or_path)
    return _lines(tree, list(warnings(scenario, None if below is None else load(below))))


def note_on_model(name: str) -> str | None:
    """Return the warning about a file of one's own that is coded for an earlier model, else None; raises nothing."""
    try:
        path = resolve_name(name)
        if root_of(path) == shipped_root():
            return None
        assembly = Assembly()
        tree = assembly.scenario(path, ())
        return next(iter(_lines(tree, list(of_earlier_model(validated(tree, assembly.removed))))), None)
    except ParleyError:
        return None  # whoever reads it in earnest says what is wrong


def _lines(tree: Node, problems: list[Problem]) -> list[str]:
    lines = []
    for mark, problem in located(tree, problems):
        key = f"{dotted(as_written(tree, problem.path))}: " if problem.path else ""
        lines.append(f"{mark}: warning: {key}{problem.message}")
    return lines
