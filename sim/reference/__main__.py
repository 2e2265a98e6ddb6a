"""``python -m sim.reference [--check] [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.reference import FOLDER, stale, write


def main(words: list[str]) -> int:
    """Write the pages, or with ``--check`` name those that are stale; 1 if there are any."""
    is_check = "--check" in words
    given = [word for word in words if word != "--check"]
    folder = Path(given[0]) if given else FOLDER
    names = stale(folder) if is_check else write(folder)
    for name in names:
        print(f"{'stale' if is_check else 'wrote'}: {folder / name}", file=sys.stderr)
    return 1 if is_check and names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
