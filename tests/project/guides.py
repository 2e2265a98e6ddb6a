"""What the documentation tells readers to install, run as written in copies of the repository.

    python -m tests.project.guides FOLDER     each page with ``pip install``, in an environment of its own

A page's blocks and inline commands are found, not listed, so that a new one is run without being named anywhere.
Lines with ``pip`` are run as they stand; long runs and the whole of the tests beside them are made short.
``.ci/installed guides`` is how ``make newest`` and ``.ci/run`` come here.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.project.documents import FENCE, ROOT, blocks

PIP = re.compile(r"pip\d? install")
INLINE = re.compile(r"`([^`\n]*pip\d? install[^`\n]*)`")
SHORT = ((r"--trials \d+", "--trials 200"), (r"-m pytest\b.*", "-m pytest -q tests/agents/test_inherited_names.py"))
NOT_PAGES = {*(path.name for path in ROOT.glob(".venv*")), ".git", "results", ".pytest_cache"}
"""At the top of the checkout: what a reader of a page does not have. ``sim/results`` is the program's."""


def pages() -> list[Path]:
    found = sorted(path for path in ROOT.rglob("*.md") if path.relative_to(ROOT).parts[0] not in NOT_PAGES)
    return [page for page in found if PIP.search(page.read_text(encoding="utf-8"))]


def scripts(page: Path) -> list[str]:
    """What a page tells readers to run in which ``pip install`` occurs: blocks in order, then inline commands."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return [*(block.text for block in blocks(page) if PIP.search(block.text)), *INLINE.findall(text)]


def short(script: str) -> str:
    """The script with few trials and few tests; lines with pip as they stand."""
    lines = script.splitlines()
    for number, line in enumerate(lines):
        if not PIP.search(line):
            for long, brief in SHORT:
                line = re.sub(long, brief, line)
            lines[number] = line
    return "\n".join(lines)


def run(page: Path, folder: Path) -> None:
    """Run a page's scripts in a copy of the repository below ``folder``, and then Parley from an empty folder."""
    copy, empty, environment = folder / "parley", folder / "empty", folder / "environment"
    shutil.copytree(ROOT, copy, ignore=lambda place, _: NOT_PAGES if Path(place) == ROOT else {"_build"})
    empty.mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    path = os.pathsep.join([str(environment / "bin"), os.environ["PATH"]])
    quiet = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(environment), "PIP_QUIET": "2"}
    for script in map(short, scripts(page)):
        print(f"{page.relative_to(ROOT)}:\n{script}", flush=True)
        subprocess.run(["sh", "-eu", "-c", script], cwd=copy, env=quiet, stdout=subprocess.DEVNULL, check=True)
    (parley,) = [one for one in (environment / "bin/parley", copy / ".venv/bin/parley") if one.exists()]
    subprocess.run([str(parley.with_name("python")), "-m", "pip", "check"], check=True)
    words = [str(parley), "run", "teaching/minimal", "--trials", "64", "--quiet"]
    subprocess.run(words, cwd=empty, stdout=subprocess.DEVNULL, check=True)


def main(folder: Path) -> None:
    for number, page in enumerate(pages()):
        run(page, folder / str(number))
        shutil.rmtree(folder / str(number))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
