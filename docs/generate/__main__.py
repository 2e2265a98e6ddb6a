"""``python -m docs.generate [--check] [FOLDER]``, and ``--catalogue`` for the pages with odds (half a minute)."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.generate import FOLDER, stale, write


def main(words: list[str]) -> int:
    """Write the pages, or with ``--check`` name those that are stale; 1 if there are any."""
    if "--catalogue" in words:
        return write_odds(FOLDER.parent)
    is_check = "--check" in words
    given = [word for word in words if word != "--check"]
    folder = Path(given[0]) if given else FOLDER
    names = stale(folder) if is_check else write(folder)
    for name in names:
        print(f"{'stale' if is_check else 'wrote'}: {folder / name}", file=sys.stderr)
    return 1 if is_check and names else 0


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
