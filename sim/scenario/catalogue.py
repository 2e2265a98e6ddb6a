"""The scenarios that can be named: those in ``./scenarios`` and those that came with the package.

To print titles and dates, shipped scenarios are not read again: ``scenarios/catalogue.json`` holds what they said when
all shipped files were read in full, and the digest of those files. Where it differs, as after any edit, and for own
scenarios, files are read in full, so that a mistake in one shows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sim.errors import ScenarioError
from sim.scenario.diagnostics import escaped
from sim.scenario.sources.search_path import find, names, shipped_file, shipped_root

INDEX = "catalogue.json"


@dataclass(frozen=True)
class Entry:
    """One scenario of the catalogue; ``problem`` is the first error if its file is not sound."""

    name: str
    path: Path
    title: str = ""
    question: str = ""
    supposes: str = ""
    start: date | None = None
    problem: str | None = None


def catalogue() -> list[Entry]:
    """Return every scenario by name with its question, date and sentence, in the order of folders and names."""
    known = _indexed()
    return [known.get(path) or entry(name, path) for name in names() if (path := find(name)) is not None]


def entry(name: str, path: Path) -> Entry:
    """Read one scenario in full."""
    from sim.scenario.reading.load import load

    try:
        scenario = load(path)
    except ScenarioError as error:
        return Entry(name, path, problem=str(error).splitlines()[0])
    title, question, supposes = (escaped(text, 400) for text in (scenario.title, scenario.question, scenario.supposes))
    return Entry(name, path, title, question, supposes, scenario.start)


def index() -> str:
    """Return the text of ``catalogue.json``, from shipped files read in full; ScenarioError where one is not sound."""
    root, rows = shipped_root(), []
    for name in (name for name in names() if find(name) == root / f"{name}.yaml"):
        one = entry(name, root / f"{name}.yaml")
        if one.problem:
            raise ScenarioError(one.problem)
        rows.append({key: value for key, value in asdict(one).items() if key not in ("path", "problem")})
    found = {"digest": _digest(), "scenarios": rows}
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n"


def _indexed() -> dict[Path, Entry]:
    """Return entries of shipped scenarios as indexed; none where any shipped file has changed since."""
    try:
        found = json.loads(shipped_file(INDEX).read_text(encoding="utf-8"))
        if found["digest"] != _digest():
            return {}
        rows = [{**row, "start": date.fromisoformat(row["start"])} for row in found["scenarios"]]
        return {path: Entry(path=path, **row) for row in rows for path in [shipped_file(f"{row['name']}.yaml")]}
    except (OSError, ValueError, KeyError, TypeError):  # written by another version, or not whole
        return {}


def _digest() -> str:
    """Return the SHA-256 of every shipped file that a scenario can consist of, with their names."""
    digest, root = hashlib.sha256(), shipped_root()
    for path in sorted(path for path in root.rglob("*") if path.suffix in (".yaml", ".yml", ".csv")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()
