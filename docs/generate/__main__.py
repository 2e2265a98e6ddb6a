"""``python -m docs.generate [--check] [FOLDER]``; what takes half a minute each has a switch of its own.

``--catalogue`` writes all pages with odds, ``--statics`` the page of comparative statics alone, ``--levels`` the table
of levels of the shipped bases (minutes: the record is simulated again).
"""

from __future__ import annotations

import sys
from pathlib import Path

from docs.generate import FOLDER, stale, write

INDEX = Path("scenarios") / "catalogue.json"
LEVELS = FOLDER.parent.parent / "scenarios" / "calibration" / "levels.csv"


def main(words: list[str]) -> int:
    """Write the pages, or with ``--check`` name those that are stale; 1 if there are any."""
    if "--statics" in words:
        return write_page_of_statics()
    if "--levels" in words:
        return write_levels()
    if "--catalogue" in words:
        return write_odds(FOLDER.parent) or write_page_of_statics()
    is_check = "--check" in words
    given = [word for word in words if word != "--check"]
    folder = Path(given[0]) if given else FOLDER
    found = [folder / name for name in (stale(folder) if is_check else write(folder))]
    if not given:
        found += refresh_record(is_check)
        found += refresh_state(is_check)
        found += [INDEX] if refresh_index(is_check) else []
    for path in found:
        print(f"{'stale' if is_check else 'wrote'}: {path}", file=sys.stderr)
    return 1 if is_check and found else 0


def write_levels() -> int:
    """Write the record's forecasts for the days of the shipped bases, with their own odds."""
    from sim.evidence.backtest.forecasts import forecast
    from sim.evidence.backtest.levels import AS_OF, bases, in_lines, level_rows, table_of
    from sim.evidence.calibration.calibrate import calibrate, read_rows
    from sim.storage.atomic_files import write_file

    rows = read_rows(as_of=AS_OF)
    record = calibrate(rows.all)
    found = level_rows(rows, record, forecast(rows, record), bases())
    write_file(LEVELS, table_of(found).encode())
    print("\n".join(in_lines(found)), file=sys.stderr)
    return 0


def refresh_record(is_check: bool) -> list[Path]:
    """Write the tables of the shipped record into the pages that show them, or only find those that are stale."""
    from docs.generate.record_blocks import PAGES, refreshed
    from sim.evidence.backtest.shipped_record import shipped_record
    from sim.storage.atomic_files import write_file

    record, found = shipped_record(), []
    for path in (FOLDER.parent / name for name in PAGES):
        text = path.read_text(encoding="utf-8")
        if (anew := refreshed(text, record)) != text:
            found.append(path)
            if not is_check:
                write_file(path, anew.encode())
    return found


def refresh_state(is_check: bool) -> list[Path]:
    """Write the tables of state variables into the page of the model, or only find them stale."""
    from docs.generate.state_table import PAGE, refreshed
    from sim.storage.atomic_files import write_file

    path = FOLDER.parent / PAGE
    text = path.read_text(encoding="utf-8")
    if (anew := refreshed(text)) == text:
        return []
    if not is_check:
        write_file(path, anew.encode())
    return [path]


def refresh_index(is_check: bool) -> bool:
    """Write the index of shipped scenarios, unless it is only to be checked; whether it was stale."""
    from sim.scenario.catalogue import index
    from sim.storage.atomic_files import write_file

    text = index()
    is_stale = not INDEX.is_file() or INDEX.read_text(encoding="utf-8") != text
    if is_stale and not is_check:
        write_file(INDEX, text.encode())
    return is_stale


def write_odds(docs: Path) -> int:
    """Simulate every shipped scenario again, for the catalogue and for the model's part of each war's page."""
    from docs.generate.catalogue_pages import write_catalogue
    from docs.generate.page_blocks import refreshed
    from sim.storage.atomic_files import write_file

    written = write_catalogue(docs / "catalogue")
    for path in sorted((docs / "wars").glob("*.md")):
        before = path.read_text(encoding="utf-8")
        after = refreshed(before)
        if after != before:
            write_file(path, after.encode())
            written.append(path)
    print(f"wrote {len(written)} pages", file=sys.stderr)
    return 0


def write_page_of_statics() -> int:
    """Simulate every comparative static again, and write what came out."""
    from docs.generate.statics_page import write_statics

    print(f"wrote {write_statics()}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
