"""The record that ships: ``scenarios/calibration/record.json``, what ``parley backtest --json`` printed for a release.

It says from which engine and which files it was computed. Where those have changed since, it is shown all the same,
with a sentence that says so.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sim.errors import ParleyError
from sim.evidence.calibration.episodes import shipped as shipped_episodes
from sim.results.record_form import checked
from sim.results.record_words import listed
from sim.scenario.sources.search_path import shipped_file, shipped_root
from sim.storage.provenance import code_digest, engine_digest

NAME = "calibration/record.json"
LARGEST = 8 * 2**20
AGAIN = "`parley backtest` computes it again"
CODE = ("evidence/calibration", "evidence/backtest", "statistics")
"""Code that makes a record from the engine's trials: the mapping from coded rows, the forecasters, the scores."""
FILES = {
    "base_rates_sha256": ("base rates", ("history/base_rates.csv",)),
    "second_codings_sha256": ("second codings", ("history/second_codings.csv",)),
    "codings_sha256": ("codings of further coders", ("history/codings/*.csv",)),
    "readings_sha256": ("second readings of scenarios", ("readings/*.csv",)),
    "levels_sha256": ("levels of scenarios", ("calibration/levels.csv",)),
    "posterior_sha256": ("posterior draws", ("calibration/posterior.csv",)),
}
"""Digests of data: what the data are called, and which shipped files they are."""


def shipped() -> Path:
    """Return the record that ships with the package, whatever lies in the working folder."""
    return shipped_file(NAME)


def digests() -> dict[str, str | None]:
    """Return what a record computed now rests on: digests of code and of the shipped data; None for no file."""
    root = shipped_root()
    found = {
        key: _digest([path for pattern in patterns for path in sorted(root.glob(pattern))])
        for key, (_, patterns) in FILES.items()
    }
    own = {"episodes_sha256": _digest([shipped_episodes()]), "scenarios_sha256": _digest(_scored_scenarios())}
    return {"engine": engine_digest(), "forecasters": code_digest(CODE), **own, **found}


def _scored_scenarios() -> list[Path]:
    """Return the table of scenarios that are scored, and all scenarios in their folders, which extend each other."""
    table = shipped_file("history/scored_scenarios.csv")
    lines = table.read_text(encoding="utf-8").splitlines()[1:] if table.is_file() else []
    folders = sorted({shipped_file(line.partition("/")[0]) for line in lines if "/" in line})
    return [table, *(path for folder in folders for path in sorted(folder.glob("*.yaml")))] if lines else []


def _digest(paths: list[Path]) -> str | None:
    """Return one digest of files, of a single one that of its bytes; None for none."""
    found = hashlib.sha256()
    for path in paths:
        if len(paths) > 1:
            found.update(path.name.encode() + b"\0")
        found.update(path.read_bytes())
    return found.hexdigest() if paths else None


def shipped_record() -> dict[str, Any]:
    """Return the shipped record, with ``stale``: a sentence for each thing that has changed since it was computed.

    Raises
    ------
    ParleyError
        Where there is no such file, or it does not hold the object of ``parley backtest --json``.
    """
    path = shipped()
    try:
        if path.stat().st_size > LARGEST:
            raise ParleyError(f"{path}: expected at most {LARGEST:,} bytes, got {path.stat().st_size:,}; {AGAIN}")
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParleyError(f"{path}: this installation holds no record; `parley backtest` computes one") from None
    except OSError as problem:
        raise ParleyError(f"{path}: cannot be read: {(problem.strerror or str(problem)).lower()}") from None
    except (ValueError, RecursionError):
        raise ParleyError(f"{path}: expected JSON, got something else; {AGAIN}") from None
    record = checked(found, str(path))
    return record | {"stale": stale(record)}


def stale(record: dict[str, Any]) -> list[str]:
    """Return what has changed since a record was computed, in sentences; empty if nothing has."""
    made, now = record.get("digests") or {}, digests()
    if not made.get("engine"):
        return [f"This record does not say which engine and which data it was computed from: {AGAIN}."]
    said = []
    if made["engine"] != now["engine"]:
        said.append(f"This record was computed with another version of the engine than this one: {AGAIN}.")
    if made.get("forecasters", now["forecasters"]) != now["forecasters"]:
        said.append(f"The code of its forecasters or scores has changed since: {AGAIN}.")
    names = {"episodes_sha256": "coded episodes", "scenarios_sha256": "scenarios"}
    names |= {key: what for key, (what, _) in FILES.items()}
    if changed := [what for key, what in names.items() if made.get(key, now[key]) != now[key]]:
        said.append(f"This record was computed from other {listed(changed)} than those here: {AGAIN}.")
    return said
