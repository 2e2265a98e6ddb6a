"""What torture found: kept after every family, as results/torture.json in the end, as the table of a page."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sim.storage.atomic_files import as_json
from tests.torture.folders import Row

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
TABLE = re.compile(r"^Measured on .*?^\| all \|[^\n]*$", re.M | re.S)


@cache
def code() -> str:
    """Digest of the program and of these tests: nothing is carried on with other code."""
    found = hashlib.sha256()
    for path in sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "tests" / "torture").glob("*.py")]):
        found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


@dataclass
class Kept:
    """Rows of the families that are done, in their order, with seconds for each; written to disk as they come."""

    path: Path
    rows: list[Row] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def part(self) -> Path:
        return self.path.with_suffix(".part.json")

    @classmethod
    def of(cls, path: Path, resume: bool) -> Kept:
        """What an interrupted run of the same code left at ``path``, if it is to be resumed; otherwise nothing."""
        kept = cls(path)
        if resume and kept.part.is_file():
            found = json.loads(kept.part.read_text(encoding="utf-8"))
            if found["code"] == code():
                kept.rows = [Row(**row) for row in found["rows"]]
                kept.seconds, kept.load = found["seconds"], found["load"]
        return kept

    def add(self, row: Row, seconds: float) -> None:
        """One more family, on disk before the next begins."""
        self.rows.append(row)
        self.seconds.append(round(seconds, 2))
        found = {"code": code(), "load": self.load, "seconds": self.seconds, "rows": [vars(row) for row in self.rows]}
        self.part.parent.mkdir(parents=True, exist_ok=True)
        self.part.write_bytes(as_json(found))

    def finish(self) -> dict[str, Any]:
        """All of it as one table in ``path``; what was kept on the way is removed."""
        rows = added(self.rows)
        found = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}",
            "load": round(self.load, 1),
            "seconds": round(sum(self.seconds), 1),
            "tried": sum(row.tried for row in rows),
            "lost": sum(len(row.failures) for row in rows),
            "rows": [row.as_dict() for row in rows],
        }
        self.path.write_bytes(as_json(found))
        self.part.unlink(missing_ok=True)
        return found


def added(rows: list[Row]) -> list[Row]:
    found: dict[str, Row] = {}
    for row in rows:
        if same := found.get(row.fault):
            same.tried += row.tried
            same.failures += row.failures
            for key, value in row.measured.items():
                same.add(key, value)
        else:
            found[row.fault] = Row(row.fault, row.tried, list(row.failures), dict(row.measured))
    return list(found.values())


def table(found: dict[str, Any]) -> str:
    """Where and when it was measured, and the rows, as Markdown."""
    day = datetime.fromisoformat(found["date"])
    said = f"Measured on {day.day} {day:%B %Y}, {found['machine']}, load {found['load']} when it began"
    minutes = max(1, round(found["seconds"] / 60))
    lines = [f"{said}, {minutes} minute{'s' * (minutes > 1)}.", ""]
    lines += ["| fault | tried | lost | measured |", "| --- | ---: | ---: | --- |"]
    for row in found["rows"]:
        notes = [noted(key, row[key]) for key in row if key not in ("fault", "tried", "failures")]
        lines.append(f"| {row['fault']} | {row['tried']:,} | {len(row['failures'])} | {', '.join(notes)} |")
    return "\n".join([*lines, f"| all | {found['tried']:,} | {found['lost']} | |"])


def noted(key: str, value: float) -> str:
    """A measurement in words: seconds behind their number."""
    words, _, unit = key.partition(", ")
    return f"{words} {value:,.2f} {unit}" if unit else f"{words} {value:,.0f}"


def write_page(found: dict[str, Any], page: Path = PAGE) -> None:
    """Put the table in the place of the one that stands on the page."""
    text, n = TABLE.subn(lambda _: table(found), page.read_text(encoding="utf-8"))
    if n != 1:
        raise ValueError(f"{page.name}: {n} tables from 'Measured on' to '| all |', one is wanted")
    page.write_text(text, encoding="utf-8")
