"""Studies that were done are kept in files, and found again by what they are about.

A file says in itself which scenario, seed, engine and options it belongs to, and holds a digest of all it says. Its
name is made of digests alone: nothing that a browser sends ever becomes part of a path. What is read is checked like
anything that comes from outside: size, digest, what it is about, and the type of every value.

    <folder>/<kind>-<digest of what it is about>-<digest of its options>.json
"""

from __future__ import annotations

import json
import math
import re
import types
import typing
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sim.errors import DamagedRunError, ResourceError
from sim.statistics.ranges import Range
from sim.storage.atomic_files import as_json, make_own_folder, now, read_regular, refuse_linked, write_file
from sim.storage.provenance import digest_of, engine_digest

if TYPE_CHECKING:
    from sim.results.run import Run
    from sim.scenario.schema import Scenario

FOLDER = Path("results") / "studies"
"""Where the dashboard keeps studies, below the folder that it was started in."""
FORMAT = 1
LARGEST = 8 * 2**20
MOST_KEPT = 200
"""Files of studies in a folder: when one more is written, those go that were written longest ago."""
MOST_LOOKED_AT = 16
"""Files of other options that are looked at, of one study of one scenario."""
CODE = ("sim.analysis", "sim.results.compare", "sim.results.weighing", "sim.scenario.timeline", "sim.statistics")
"""Packages and modules that turn trials into a study: where one is another now, what it found before is not shown."""

NAMES = re.compile(r"[a-z]+-[0-9a-f]{16}-[0-9a-f]{8}\.json")

T = TypeVar("T")
Plain = dict[str, Any]


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A study from its file: what was found, when it was written (ISO, UTC), and with which options."""

    found: T
    written: str
    options: Plain


def about(kind: str, run: Run) -> Plain:
    """What a study of ``run`` belongs to; see ``about_scenario``."""
    parties, engine = run.manifest.get("parties"), run.manifest.get("engine")
    return about_scenario(kind, run.scenario, run.name, run.seed, parties, engine)


def about_scenario(
    kind: str,
    scenario: Scenario,
    name: str,
    seed: int,
    parties: Mapping[str, Any] | None = None,
    engine: str | None = None,
) -> Plain:
    """What a study belongs to, as plain JSON: the same for all that must find the same, options aside.

    ``kind`` is a word of ours, such as ``tornado``; ``parties`` and ``engine`` are those of the run's trials, if any.
    """
    from sim.execution.request import Request

    inputs = Request(scenario, name, seed=seed).inputs
    return {
        "kind": kind,
        "scenario": digest_of(inputs.scenario),
        "seed": seed,
        "data": dict(inputs.data),
        "parties": dict(parties or {}),
        "trials_by": engine or engine_digest(),
        "engine": engine_digest(),
        "code": code_digest(),
    }


def about_record() -> Plain:
    """What the record of past forecasts belongs to: the engine, all code of the studies, and the coded past."""
    from sim.scenario.sources.search_path import shipped_file

    past = [shipped_file("history/base_rates.csv").parent, shipped_file("calibration/posterior.json").parent]
    files = [*sources("sim.evidence"), *(path for folder in past for path in folder.iterdir() if path.is_file())]
    return {"kind": "record", "engine": engine_digest(), "code": code_digest(), "files": _digest(sorted(files))}


@cache
def code_digest() -> str:
    """Digest of ``CODE``."""
    return _digest([file for name in CODE for file in sources(name)])


def sources(name: str) -> list[Path]:
    """The source files of a package or module, in order."""
    file = Path(import_module(name).__file__ or "")
    return sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]


def _digest(files: Sequence[Path]) -> str:
    found = sha256()
    for path in files:
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def keep(folder: Path, of: Plain, options: Mapping[str, Any], found: Any) -> Path:
    """Write what was ``found`` (a dataclass) of ``of`` (see ``about``) with ``options`` (plain JSON); its path.

    An older file of the same is replaced in one step. Raises ResourceError where the disk does not take it.
    """
    record: Plain = {
        "format": FORMAT,
        "about": of,
        "options": dict(options),
        "written": now(),
        "found": as_plain(found),
    }
    record["digest"] = digest_of(record)
    path = folder / name_of(of, options)
    make_own_folder(folder)
    write_file(path, as_json(record), in_own_folder=True)
    _drop_oldest(folder)
    return path


def _drop_oldest(folder: Path) -> None:
    """Keep ``MOST_KEPT``; what is not named like a study is never touched, and what cannot be removed stays."""
    with suppress(OSError):
        ours = [path for path in folder.iterdir() if NAMES.fullmatch(path.name)]
        for path in sorted(ours, key=lambda path: path.stat().st_mtime)[:-MOST_KEPT]:
            path.unlink(missing_ok=True)


def name_of(of: Plain, options: Mapping[str, Any]) -> str:
    """The file's name; only ``kind`` in it is a word, and that is ours."""
    return f"{of['kind']}-{digest_of(of)[:16]}-{digest_of(dict(options))[:8]}.json"


def kept(folder: Path, of: Plain, options: Mapping[str, Any], form: type[T]) -> tuple[Kept[T] | None, list[str]]:
    """The study of ``of`` with ``options``; where there is none, the latest with other options; else None.

    ``form`` is the dataclass that it must be. Beside it a sentence for every file that had to be passed over.
    """
    exact, problems = name_of(of, options), []
    others: list[Kept[T]] = []
    try:
        refuse_linked(folder)
        names = sorted(path.name for path in folder.glob(f"{of['kind']}-{digest_of(of)[:16]}-*.json"))
    except DamagedRunError as problem:
        return None, [str(problem)]
    except OSError as problem:
        return None, [f"{folder}: cannot be read: {(problem.strerror or str(problem)).lower()}"]
    for name in sorted(names, key=lambda name: name != exact)[: MOST_LOOKED_AT + 1]:
        try:
            one = read(folder / name, of, form)
        except (DamagedRunError, ResourceError) as problem:
            problems.append(str(problem))
            continue
        if name == exact:
            return one, problems
        others.append(one)
    return max(others, key=lambda one: one.written, default=None), problems


def read(path: Path, of: Plain, form: type[T]) -> Kept[T]:
    """One file; raises DamagedRunError unless it is about ``of`` and every value in it has the type it must have."""
    content = read_regular(path, LARGEST)
    try:
        record = json.loads(content, parse_constant=_refused)
        if record["format"] != FORMAT:
            raise DamagedRunError(f"{path}: was written by another version of Parley")
        digest = record.pop("digest")
        is_ours = set(record) == {"format", "about", "options", "written", "found"} and digest == digest_of(record)
        if not is_ours or record["about"] != of or path.name != name_of(of, record["options"]):
            raise DamagedRunError(f"{path}: is damaged, was edited, or belongs to something else")
        date.fromisoformat(record["written"][:10])
        return Kept(from_plain(form, record["found"]), record["written"], record["options"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DamagedRunError(f"{path}: is damaged or holds no study of Parley") from None


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number")


# -- dataclasses as plain JSON and back -------------------------------------------------------------


def as_plain(value: Any) -> Any:
    """A dataclass (or pydantic model) and all in it as JSON values."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: as_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def from_plain(form: Any, value: Any) -> Any:
    """What ``as_plain`` was given, built by type; ValueError, KeyError or TypeError where ``value`` is no such."""
    origin, parts = typing.get_origin(form), typing.get_args(form)
    if origin is typing.Annotated:
        return _within(from_plain(parts[0], value), [one for one in parts[1:] if isinstance(one, Range)])
    if origin in (types.UnionType, typing.Union):
        return _one_of(parts, value)
    if origin is tuple:
        values = _wanted(list, value)
        forms = parts[:1] * len(values) if parts[-1] is Ellipsis else parts
        return tuple(from_plain(one, inner) for one, inner in zip(forms, values, strict=True))
    if origin is list:
        return [from_plain(parts[0], inner) for inner in _wanted(list, value)]
    if origin is not None and issubclass(origin, Mapping):
        key, one = parts
        return {_key(key, text): from_plain(one, inner) for text, inner in _wanted(dict, value).items()}
    if form is Any:
        return value
    if form is type(None):
        return _wanted(type(None), value)
    if form is float:
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValueError("a number is wanted")
        return float(value)
    if form is date:
        return date.fromisoformat(_wanted(str, value))
    if hasattr(form, "model_validate"):
        return form.model_validate(value)
    if is_dataclass(form):
        return _built(form, _wanted(dict, value))
    return _wanted(form, value)


def _built(form: Any, value: Plain) -> Any:
    hints = typing.get_type_hints(form, include_extras=True)
    names = {one.name for one in fields(form)}
    if names != set(value):
        raise ValueError(f"{form.__name__}: other fields came than it has")
    return form(**{name: from_plain(hints[name], value[name]) for name in names})


def _within(value: Any, ranges: Sequence[Range]) -> Any:
    if not all(one.least <= value <= one.most for one in ranges):
        raise ValueError(f"{value} is out of its range")
    return value


def _wanted(form: type[T], value: Any) -> T:
    if type(value) is not form:
        raise TypeError(f"{form.__name__} is wanted, {type(value).__name__} came")
    return value


def _one_of(parts: tuple[Any, ...], value: Any) -> Any:
    if value is None and type(None) in parts:
        return None
    for part in parts:
        if part is not type(None):
            try:
                return from_plain(part, value)
            except (ValueError, KeyError, TypeError):
                continue
    raise ValueError("none of the allowed types")


def _key(form: Any, text: str) -> Any:
    return int(text) if form is int else from_plain(form, text)
