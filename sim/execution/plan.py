"""From what was typed to what is run: names to scenarios, variants by ``--set`` and ``--sweep``, folders."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from sim.errors import ParleyError, ScenarioError
from sim.execution.blocks import DEFAULT_BLOCK
from sim.execution.request import Request, wanted_trials
from sim.scenario.reading import load
from sim.scenario.reading.overrides import expand_sweep, parse_set
from sim.scenario.reading.scenario_names import alike, folders
from sim.scenario.reading.stored import is_run_folder
from sim.scenario.sampling.parameter_draws import central
from sim.scenario.sampling.readings import POOL, as_read
from sim.scenario.schema import Scenario
from sim.storage.manifest import MANIFEST, read_manifest
from sim.storage.run_folder import holds_other_run, numbered

MOST_RUNS = 1000
MOST_NUMBERED = 1000


@dataclass(frozen=True)
class Question:
    """Hold what the command line asks of every scenario."""

    trials: int | None = None
    seed: int = 1
    precision: float | None = None
    sets: tuple[str, ...] = ()
    sweeps: tuple[str, ...] = ()
    use_central: bool = False
    resume: bool = False
    is_raw: bool = False
    reading: str = POOL


def expand(names: Sequence[str]) -> list[str]:
    """Return scenario names and files; a folder stands for every scenario in it, those that others extend first."""
    found: dict[str, None] = {}
    for name in names:
        for one in [name] if is_run(name) else members(name) or [full_name(name)]:
            found[one] = None
    return list(found)


def full_name(name: str) -> str:
    """Return the whole name of a scenario that was named shortly; what names a file as it stands stays so."""
    path = load.resolve_name(name)
    known = load.name_of(path)
    is_short = name != known and not name.endswith(load.SUFFIXES) and known in load.names()
    return known if is_short else name


def members(folder: str) -> list[str]:
    """Return scenarios in a folder of the catalogue or of the disk, bases first; empty if ``folder`` is none."""
    inside = [name for name in load.names() if name.rpartition("/")[0] == folder.rstrip("/")]
    if not inside and os.path.isdir(folder):
        inside = [str(path) for path in sorted(Path(folder).glob("*.yaml"))]
        if not inside:
            raise ScenarioError(f"{folder}: holds no scenario (*.yaml)")
    if not inside and load.find(folder) is None and len(meant := alike(folder, folders(load.names()))) == 1:
        inside = [name for name in load.names() if name.rpartition("/")[0] == meant[0]]
        folder = meant[0]
    return sorted(inside, key=lambda name: (not _is_base(name, folder), name))


def _is_base(name: str, folder: str) -> bool:
    """Return whether the scenario extends nothing from its own folder.

    A file that cannot be read is told about later.
    """
    try:
        parent = load.base_of(name)
    except ParleyError:
        return False
    return parent is None or parent.parent.name != Path(folder).name


def requests(names: Sequence[str], question: Question) -> list[Request]:
    """Return one request for each scenario and each combination of swept values."""
    sets = [parse_set(text) for text in question.sets]
    grids = [expand_sweep(text) for text in question.sweeps]
    swept = {grid[0][1][0] for grid in grids if grid}
    if both := sorted(path for path, _ in sets if path in swept):
        raise ParleyError(f"{both[0]}: is set and swept, one of --set and --sweep is wanted")
    combinations = list(product(*grids))
    if len(names) * len(combinations) > MOST_RUNS:
        raise ParleyError(f"{len(names) * len(combinations):,} runs are asked for, {MOST_RUNS:,} are allowed")
    found: list[Request] = []
    for name in names:
        for combination in combinations:
            loaded = load.open_scenario(name, [*sets, *(override for _, override in combination)])
            label = ",".join([*question.sets, *(text for text, _ in combination)])
            label = f"{label} (central values)".strip() if question.use_central else label
            label = f"{label} (model alone)".strip() if question.is_raw else label
            found.append(
                Request(
                    _as_asked(loaded.scenario, question),
                    read_name(f"{loaded.name} {label}" if label else loaded.name, question.reading),
                    wanted_trials(question.trials, question.precision),
                    question.seed,
                    precision=question.precision,
                    block=DEFAULT_BLOCK,
                    resume=question.resume,
                )
            )
    return distinct(found)


def _as_asked(scenario: Scenario, question: Question) -> Scenario:
    """Return the scenario by the reading asked for, at its central values or without record and reference class."""
    scenario = as_read(scenario, question.reading)
    scenario = central(scenario) if question.use_central else scenario
    return scenario.model_copy(update={"record": None, "reference_class": None}) if question.is_raw else scenario


def read_name(name: str, reading: str) -> str:
    """Return the name of a run, which says whose numbers it has where these are one reading's alone."""
    return name if reading == POOL else f"{name} (reading {reading})"


def distinct(found: list[Request]) -> list[Request]:
    """Give each request a name of its own: a second file of one name gets a number."""
    seen: dict[str, int] = {}
    result = []
    for request in found:
        seen[request.name] = seen.get(request.name, 0) + 1
        number = seen[request.name]
        result.append(request if number == 1 else replace(request, name=f"{request.name} ({number})"))
    return result


def folder_name(name: str) -> str:
    """Return a run's own part of its path: the scenario's name without its folder, safe on every system."""
    return re.sub(r"[^A-Za-z0-9_.=,+-]+", "_", name.rpartition("/")[2]).strip("._")[:100] or "run"


def into(found: Sequence[Request], out: Path, use_next_free: bool) -> tuple[list[Request], Path]:
    """Return the requests with their folders, and the folder over all of them.

    One request takes ``out`` itself, several take a folder each in it. With ``use_next_free`` the first of ``out``,
    ``out-2``, ``out-3`` ... is taken that is new or holds these very runs, which are then continued or shown.
    """
    if os.path.exists(out) and not os.path.isdir(out):
        raise ParleyError(f"{out}: is a file, a folder is wanted for --out")
    if not use_next_free:
        return _placed(found, out), out
    for number in range(1, MOST_NUMBERED):
        place = numbered(out, number)
        placed = [replace(request, resume=True) for request in _placed(found, place)]
        if not any(request.folder and _is_taken(request) for request in placed):
            return placed, place
    raise ParleyError(f"{out}: {MOST_NUMBERED:,} numbered folders are taken, name another --out")


def _placed(found: Sequence[Request], out: Path) -> list[Request]:
    if len(found) == 1:
        return [replace(found[0], folder=out)]
    names = [folder_name(request.name) for request in found]
    if len(set(names)) < len(names):
        names = [f"{number:03d}_{name}" for number, name in enumerate(names, 1)]
    return [replace(request, folder=out / name) for request, name in zip(found, names, strict=True)]


def _is_taken(request: Request) -> bool:
    assert request.folder is not None
    return holds_other_run(request.folder, request.inputs, request.trials, request.precision)


def is_run(name: str) -> bool:
    """Return whether ``name`` is a run folder rather than a scenario."""
    return is_run_folder(name)


def as_begun(
    folder: Path, trials: int | None, seed: int, precision: float | None
) -> tuple[Path, int | None, int, float | None]:
    """Return where a run folder is gone on with, and what it was begun with where nothing else is asked for."""
    manifest = read_manifest(folder)
    asked = manifest["asked"]
    if trials is None and precision is None:
        trials, precision = asked["trials"], asked.get("precision")
    return folder, trials, manifest["seed"] if seed == Question.seed else seed, precision


def expand_or_run(name: str) -> list[str]:
    """Return the scenarios that a name stands for, or the run folder that it is."""
    return [name] if is_run(name) else expand([name])


def run_folders(given: Path) -> list[Path]:
    """Return the run folder itself, or the run folders in it, that of a base first; ParleyError if there is none."""
    if is_run(str(given)) or not given.is_dir():
        return [given]
    found = sorted(path.parent for path in given.glob(f"*/{MANIFEST}"))
    if not found:
        raise ParleyError(f"{given}: holds no run of Parley")
    bases = {folder_name(name) for name in load.names() if _is_base(name, name.rpartition("/")[0])}
    return sorted(found, key=lambda folder: (folder.name not in bases, folder.name))
