"""Reference pages, written by the program about itself: commands, scenario keys, results, exit codes.

``python -m docs.generate`` writes them into ``docs/reference``, and the index of shipped scenarios into ``scenarios``;
``--check`` says which are not as the program would write them. Nobody edits those files by hand: words are mended where
they come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path("docs") / "reference"


def pages() -> dict[str, str]:
    """Return every generated page by file name, as Markdown."""
    from docs.generate import commands, exit_codes, result_tables, scenario_keys

    return {
        "cli.md": commands.page(),
        "scenario.md": scenario_keys.page(),
        "results.md": result_tables.page(),
        "exit_codes.md": exit_codes.page(),
    }


def stale(folder: Path = FOLDER) -> list[str]:
    """Return the names of pages in ``folder`` that are missing or not what the program would write."""
    return [name for name, text in pages().items() if _read(folder / name) != text]


def write(folder: Path = FOLDER) -> list[str]:
    """Write the pages that are stale; their names."""
    from sim.storage.atomic_files import make_folder, write_file

    make_folder(folder)
    found = {name: text for name, text in pages().items() if _read(folder / name) != text}
    for name, text in found.items():
        write_file(folder / name, text.encode())
    return list(found)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def markdown_table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table in Markdown; bars and line ends within cells are made harmless."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"

    return "\n".join([line(header), line(("---",) * len(header)), *map(line, rows)]) + "\n"


GENERATED = "*Written by `python -m docs.generate`; not edited by hand.*"
