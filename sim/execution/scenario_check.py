"""Is a scenario fit to be run? What ``parley check`` and ``parley init`` do."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import ParleyError
from sim.results.formatting import counted
from sim.scenario.checks.references import DEVICE_NAMES
from sim.scenario.provenance import counts, read_in_words, undocumented
from sim.scenario.reading import load
from sim.scenario.reading.warnings import warnings_of
from sim.scenario.schema import Scenario
from sim.scenario.sources.search_path import shipped_file
from sim.storage.atomic_files import write_file

DEEP_TRIALS = 2000
DEEP_SEEDS = (1, 2)
TEMPLATE = "teaching/minimal"
HEADER = """\
# {name}: a scenario to edit. Check it with `parley check {path}`, run it with `parley run {path}`.
# A number may be plain (0.4), three points ({{low: .1, central: .3, high: .6}}) or a distribution
# ({{dist: normal, mean: .3, sd: .1}}). Say where each comes from (source:) or that it is a judgement (kind: judgement).
# Every key that may stand here, with its meaning: `parley show {path}` and `parley schema`.
"""


Further = Callable[[Scenario], Sequence[str]]
"""Warnings of a sound scenario whose odds are open, a line for each; it may run trials."""


def check_scenarios(
    given: Sequence[str], deep: bool = False, further: Further = lambda scenario: ()
) -> list[dict[str, Any]]:
    """Return one entry per scenario: its errors (empty if sound), warnings, counts of sources, a line of words.

    With ``deep`` and no errors ``further`` warnings are asked for.
    """
    from sim.execution.plan import expand

    found: list[dict[str, Any]] = []
    for one in given:
        try:
            found += [_checked(name, deep, further) for name in expand([one])]
        except ParleyError as problem:
            found.append(_broken(one, problem))
    return found


def _broken(name: str, problem: ParleyError) -> dict[str, Any]:
    lists: dict[str, list[str]] = {"errors": str(problem).splitlines(), "read": [], "warnings": []}
    return {"scenario": name, "counts": {}, "words": "", **lists}


def _checked(name: str, deep: bool, further: Further) -> dict[str, Any]:
    try:
        loaded = load.open_scenario(name)
    except ParleyError as problem:
        return _broken(name, problem)
    scenario, found = loaded.scenario, counts(loaded.scenario)
    errors = [f"{loaded.name}: error: {text}" for text in (deep_faults(scenario) if deep else [])]
    words = (
        f"{counted(sum(found.values()), 'number')}: {found['sourced']} sourced, "
        f"{counted(found['judgement'], 'judgement')}, {counted(found['default'], 'default')}, "
        f"{found['unstated']} unstated"
    )
    if silent := undocumented(scenario):
        words += f" ({', '.join(silent[:3])}{', ...' if len(silent) > 3 else ''})"
    if deep and not errors:
        words += f"; {DEEP_TRIALS:,} trials with each of two seeds: neither certain, impossible nor blind to the seed"
        if scenario.expect != "open":
            words = words.replace("neither certain, impossible nor blind to the seed", f"{scenario.expect}, as it says")
    is_open = deep and not errors and scenario.expect == "open"
    warned = [f"{loaded.name}: warning: {text}" for text in (further(scenario) if is_open else ())]
    read = read_in_words(scenario)
    entry = {"scenario": loaded.name, "errors": errors, "counts": dict(found), "words": words, "read": read}
    return {**entry, "warnings": [*warnings_of(name), *warned]}


def deep_faults(scenario: Scenario) -> list[str]:
    """Return odds that are settled by construction or blind to the seed, found by running 2,000 trials with two seeds.

    A scenario that says ``expect: certain`` or ``expect: impossible`` is held to that instead.
    """
    from sim.execution.run import run

    runs = [run(scenario, trials=DEEP_TRIALS, seed=seed, name="deep check") for seed in DEEP_SEEDS]
    durable = np.concatenate([one.columns["durable_week"] >= 0 for one in runs])
    n = f"{len(durable):,} trials"
    if scenario.expect == "certain":
        return [] if durable.all() else [f"expected to be certain, but {np.mean(~durable):.1%} of trials fail"]
    if scenario.expect == "impossible":
        return [] if not durable.any() else [f"expected to be impossible, but {np.mean(durable):.1%} of trials succeed"]
    faults = []
    if not durable.any():
        faults.append(f"the durable odds are 0: no such halt in {n}; say `expect: impossible` if that is meant")
    if durable.all():
        faults.append(f"the durable odds are 100 %: a halt in each of {n}; say `expect: certain` if that is meant")
    names = [name for name in runs[0].columns if name not in ("trial", "draw")]
    if all(np.array_equal(runs[0].columns[name], runs[1].columns[name], equal_nan=True) for name in names):
        faults.append("two seeds give the same trials: nothing in it is left to chance")
    return faults


FROM_THE_RECORD = """
# What a year of war costs, what a pause is feared for, what pressure and leaders' words weigh and how fast talks go
# may be off together: one joint draw of multiples, from the record of past wars. Without it your ranges stand alone.
calibration:
  draws: calibration/posterior.csv
"""


def write_template(name: str) -> str:
    """Write the smallest scenario, with comments, to ``name`` (``.yaml`` is added); returns the path written."""
    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", path.stem):
        raise ParleyError(f"{path.stem[:60]!a}: a name of letters, digits, _ and - is wanted")
    if path.stem.lower() in DEVICE_NAMES:
        raise ParleyError(f"{path.stem}: some systems reserve this name for a device, choose another")
    if os.path.lexists(path):
        raise ParleyError(f"{path}: is there already, name another")
    if not path.parent.is_dir():
        raise ParleyError(f"{path.parent}: there is no such folder")
    lines = shipped_file(f"{TEMPLATE}.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    while lines and lines[0].startswith("#"):
        del lines[0]
    write_file(path, (HEADER.format(name=path.stem, path=path) + "".join(lines) + FROM_THE_RECORD).encode())
    return str(path)
