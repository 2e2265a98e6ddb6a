"""Where a run comes from: everything its trials depend on, in a form that two runs can be compared by."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = 2
"""2: the run folder holds its tables, and names them by digest."""
BIT_GENERATOR = "Philox4x64-10"
PACKAGES = ("numba", "numpy", "scipy", "mesa", "pyarrow")
ENGINE = (
    "outcome_columns.py",
    "random_streams.py",
    "agents",
    "compiler",
    "equations",
    "model",
    "scenario/mirror.py",
    "scenario/sampling",
    "scenario/schema/ceasefires.py",
    "scenario/schema/evidence.py",
    "scenario/schema/fields.py",
    "scenario/schema/parties.py",
    "scenario/schema/quantity.py",
    "scenario/schema/scenario.py",
    "scenario/schema/talks.py",
    "scenario/schema/war.py",
)
MOST_LISTED = 12
MUST_AGREE = ("parley", "python", "numba", "numpy", "scipy", "mesa")
"""What all processes that compute one run have in the same version."""


@dataclass(frozen=True)
class Inputs:
    """Hold what a run's trials depend on, as plain JSON values.

    ``parties`` says where custom classes come from, ``data`` holds the digests of tables of joint draws by the section
    that names them. ``read`` lists the files that the scenario was read from, ``tables`` is the content of those it
    needs to be asked again, by file name; neither names a run.
    """

    name: str
    scenario: dict[str, Any]
    seed: int
    block_size: int
    parties: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    read: tuple[Mapping[str, str], ...] = ()
    tables: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def run_id(self) -> str:
        """Return the same for all runs that must give the same trials."""
        return digest_of([by_content(self.scenario), self.seed, self.block_size, dict(self.parties), dict(self.data)])[
            :16
        ]

    def record(self) -> dict[str, Any]:
        """Return what the manifest records of the inputs."""
        return {
            "format": FORMAT,
            "run": self.run_id,
            "name": self.name,
            "scenario_digest": digest_of(by_content(self.scenario)),
            "seed": self.seed,
            "block_size": self.block_size,
            "bit_generator": BIT_GENERATOR,
            "parties": dict(self.parties),
            "data": dict(self.data),
            "read": list(self.read),
            "engine": engine_digest(),
            "versions": versions(),
        }


def by_content(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain data of a scenario without the names of its tables, whose digests are recorded beside it.

    Tables of one name and content stay known as one: they are called by the first place that names them.
    """
    first: dict[tuple[str, str], str] = {}

    def named(item: Mapping[str, Any], key: str, role: str) -> Mapping[str, Any]:
        if not item.get("sha256") or key not in item:
            return item
        called = first.setdefault((item[key], item["sha256"]), role)
        return {name: value for name, value in item.items() if name != "sha256"} | {key: called}

    result = dict(data)
    if data.get("calibration"):
        result["calibration"] = named(data["calibration"], "draws", "calibration")
    if data.get("joint"):
        result["joint"] = [named(one, "file", f"joint.{number}") for number, one in enumerate(data["joint"])]
    if data.get("crowd"):
        result["crowd"] = named(data["crowd"], "file", "crowd")
    return result


def canonical(value: Any) -> bytes:
    """Return one spelling for equal JSON values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest_of(value: Any) -> str:
    """Return the digest of a JSON value."""
    return hashlib.sha256(canonical(value)).hexdigest()


def engine_digest() -> str:
    """Return the digest of the code that turns a scenario into trials, so that no run is continued by another model."""
    return code_digest(ENGINE)


@cache
def code_digest(parts: tuple[str, ...]) -> str:
    """Return the digest of modules and packages below ``sim``.

    A module that is imported already counts from the file it came from.
    """
    package = Path(__file__).resolve().parents[1]
    found = hashlib.sha256()
    for part in parts:
        path = package / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.is_file():
                name = file.relative_to(package).as_posix()
                found.update(name.encode() + b"\0" + _imported(name, file).read_bytes() + b"\0")
    return found.hexdigest()[:16]


def _imported(name: str, file: Path) -> Path:
    module = sys.modules.get("sim." + name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    return Path(getattr(module, "__file__", None) or file)


@cache
def versions() -> dict[str, str]:
    """Return the versions of what computes and writes the trials; Python's without its patch level."""
    from sim._version import __version__

    found = {"parley": __version__, "python": ".".join(platform.python_version_tuple()[:2])}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


class Stamp(NamedTuple):
    """Hold the code that computed something: what must agree for equal trials."""

    engine: str
    versions: tuple[tuple[str, str], ...]


@cache
def stamp() -> Stamp:
    """Return the stamp of this process."""
    here = versions()
    return Stamp(engine_digest(), tuple((name, here[name]) for name in MUST_AGREE))


def unlike(there: Stamp) -> str:
    """Return what sets the code of another process apart from ours, in words; empty if nothing does."""
    here, found = stamp(), dict(there.versions)
    said = [f"{name} {found.get(name)} instead of {ours}" for name, ours in here.versions if found.get(name) != ours]
    if there.engine != here.engine:
        said.append(f"another engine ({there.engine} instead of {here.engine})")
    return ", ".join(said)


def commit() -> str | None:
    """Return the commit of the checkout that the package runs from, read without starting git; None outside of one."""
    with suppress(OSError, ValueError):
        git = Path(__file__).resolve().parents[2] / ".git"
        if git.is_file():
            git = (git.parent / git.read_text().removeprefix("gitdir:").strip()).resolve()
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text().strip()
        for line in (git / "packed-refs").read_text().splitlines():
            if line.endswith(" " + name):
                return line.split()[0]
    return None


def differences(manifest: Mapping[str, Any], scenario: Mapping[str, Any], inputs: Inputs) -> list[str]:
    """Return what sets a stored run (its manifest and scenario) apart from ``inputs``.

    A line each, empty if nothing.
    """
    wanted, found = inputs.record(), []
    for key in ("format", "bit_generator", "seed", "block_size", "engine"):
        if manifest.get(key) != wanted[key]:
            found.append(f"{key}: {short(manifest.get(key))} there, {short(wanted[key])} now")
    is_comparable = manifest.get("format") == FORMAT  # else tables are named otherwise
    for key in ("parties", "data", "versions") if is_comparable else ("parties", "versions"):
        for name, there, here in changed_keys(manifest.get(key, {}), wanted[key]):
            found.append(f"{key} {name}: {there} there, {here} now")
    if is_comparable and manifest.get("scenario_digest") != wanted["scenario_digest"]:
        for name, there, here in changed_keys(by_content(scenario), by_content(inputs.scenario)):
            found.append(f"scenario {name}: {there} there, {here} now")
    if len(found) > MOST_LISTED:
        found[MOST_LISTED:] = [f"... and {len(found) - MOST_LISTED} more"]
    return found


def changed_keys(there: Any, here: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield key paths at which two JSON values differ, with both values cut to a readable length."""
    if isinstance(there, Mapping) and isinstance(here, Mapping):
        for key in [*there, *(key for key in here if key not in there)]:
            yield from changed_keys(there.get(key), here.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        for position, (old, new) in enumerate(zip(there, here, strict=True)):
            yield from changed_keys(old, new, f"{path}.{position}")
    elif there != here:
        yield path, short(there), short(here)


def short(value: Any) -> str:
    """Return a JSON value as text, cut."""
    if isinstance(value, Mapping):
        value = {key: entry for key, entry in value.items() if entry is not None}
    words = "nothing" if value is None else json.dumps(value, ensure_ascii=True)
    return words if len(words) <= 60 else words[:57] + "..."
