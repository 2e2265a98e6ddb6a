"""constraints-hashed.txt: packages of constraints.txt that run and build Parley, with the digests of their files.

    python .ci/hashed_constraints.py            write it anew (asks the package index; installs nothing)
    python .ci/hashed_constraints.py --check    only whether it still fits constraints.txt and pyproject.toml

Hashes and editable installs do not mix, so everyday work uses constraints.txt. Elsewhere:

    python -m pip install --require-hashes --only-binary :all: -r constraints-hashed.txt
    python -m pip install --no-deps --no-build-isolation .

Without build isolation the project is built with packages of the set too, instead of the newest ones.
Covers CPython 3.11 to 3.13 on the platform it is run on. No host name is written.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PINS, HASHED = ROOT / "constraints.txt", ROOT / "constraints-hashed.txt"
PYTHONS = ("3.11", "3.12", "3.13")
HEAD = """\
# Run-time packages of constraints.txt, and those that build Parley, with digests of their files.
# Written by .ci/hashed_constraints.py. For CPython 3.11 to 3.13 on Linux (x86-64); not for editable installs.
"""


def plain(name: str) -> str:
    """A package's name as the index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned_lines() -> list[tuple[str, str]]:
    """Name and version by line of constraints.txt; the version is empty where a line pins none."""
    lines = (line.split("#")[0].strip() for line in PINS.read_text(encoding="utf-8").splitlines())
    parts = (line.partition("==") for line in lines if line)
    return [(plain(name), version) for name, _, version in parts]


def pins() -> dict[str, str]:
    """Version by name, from constraints.txt."""
    return dict(pinned_lines())


def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def wanted() -> list[str]:
    """What the project itself needs at run time."""
    return list(project()["project"]["dependencies"])


def stated() -> list[str]:
    """All that the project states to need: to run, in its extras, and to be built."""
    extras = project()["project"]["optional-dependencies"].values()
    return [*wanted(), *(need for extra in extras for need in extra), *built_with()]


def needed(*direct: str) -> set[str]:
    """Names of packages and of all that they need in turn, as far as they are installed and this Python needs them."""
    found: set[str] = set()
    open_ones = [Requirement(text) for text in direct]
    while open_ones:
        one = open_ones.pop()
        name = plain(one.name)
        if name in found or one.marker and not one.marker.evaluate({"extra": ""}):
            continue
        found.add(name)
        try:
            below = [Requirement(text) for text in metadata.requires(name) or []]
        except metadata.PackageNotFoundError:
            continue
        for need in below:
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *one.extras)):
                need.marker = None
                open_ones.append(need)
    return found


def built_with() -> list[str]:
    """What turns the project into something that can be installed."""
    return list(project()["build-system"]["requires"])


def resolved(python: str) -> dict[str, tuple[str, str]]:
    """Version and SHA-256 by name, as pip would install them; nothing is installed."""
    words = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed", "--report", "-"]
    words += ["--only-binary", ":all:", "--python-version", python, "--target", "nowhere", "-c", str(PINS)]
    done = subprocess.run([*words, *wanted(), *built_with()], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"Python {python}: pip could not resolve:\n{done.stderr}")
    found = {}
    for item in json.loads(done.stdout)["install"]:
        digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
        found[plain(item["metadata"]["name"])] = (item["metadata"]["version"], digest)
    return found


def written_lines() -> list[tuple[str, str, list[str]]]:
    """Name, version and digests by entry of constraints-hashed.txt."""
    text = HASHED.read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.split()[0].partition("==")
            digests = re.findall(r"--hash=sha256:([0-9a-f]{64})(?![0-9a-f])", line)
            found.append((name, version.rstrip(";"), digests))
    return found


def written() -> dict[str, tuple[str, list[str]]]:
    """Version and digests by name, from constraints-hashed.txt."""
    return {name: (version, digests) for name, version, digests in written_lines()}


def twice(names: list[str], where: Path) -> list[str]:
    """Packages that a file names more than once: one entry would silently replace another."""
    return [f"{name}: stands {n} times in {where.name}" for name, n in Counter(names).items() if n > 1]


def faults_of_pins() -> list[str]:
    """What in constraints.txt does not fit pyproject.toml; empty if nothing."""
    lines = pinned_lines()
    found = [f"{name}: expected name==version in constraints.txt" for name, version in lines if not version]
    found += twice([name for name, _ in lines], PINS)
    pinned = {name: version for name, version in lines if version}
    for need in map(Requirement, stated()):
        name = plain(need.name)
        if name in pinned and not need.specifier.contains(pinned[name]):
            found.append(f"{name}: {pinned[name]} is pinned, pyproject.toml admits {need.specifier}")
        elif name not in pinned and name != plain(project()["project"]["name"]):
            found.append(f"{name}: pyproject.toml needs it, constraints.txt does not pin it")
    return found


def faults() -> list[str]:
    """What in constraints-hashed.txt, or in the pins it is made of, no longer fits; empty if nothing."""
    have, pinned = written(), pins()
    found = [f"{name}: {version} is hashed, {pinned.get(name, 'nothing')} is pinned"
             for name, (version, _) in have.items() if pinned.get(name) != version]  # fmt: skip
    found += faults_of_pins() + twice([name for name, _, _ in written_lines()], HASHED)
    found += [f"{name}: no digest" for name, (_, digests) in have.items() if not digests]
    direct = [plain(re.split(r"[\[<>=!~; ]", text)[0]) for text in (*wanted(), *built_with())]
    found += [f"{name}: needed and not hashed" for name in direct if name not in have]
    if re.search(r"://|--(extra-)?index-url|--find-links|@", HASHED.read_text(encoding="utf-8")):
        found.append("a place to download from is named")
    return found


def write() -> None:
    """Ask pip for each Python and write the union."""
    by_python = {python: resolved(python) for python in PYTHONS}
    lines = [HEAD]
    for name in sorted({name for found in by_python.values() for name in found}):
        versions = {found[name][0] for found in by_python.values() if name in found}
        if len(versions) > 1:
            sys.exit(f"{name}: {', '.join(sorted(versions))} came, constraints.txt must pin one")
        only = [python for python in PYTHONS if name in by_python[python]]
        marker = "" if len(only) == len(PYTHONS) else " ; " + " or ".join(f'python_version == "{one}"' for one in only)
        digests = sorted({by_python[python][name][1] for python in only})
        hashes = " \\\n".join(f"    --hash=sha256:{digest}" for digest in digests)
        lines.append(f"{name}=={versions.pop()}{marker} \\\n{hashes}\n")
    HASHED.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    if "--check" not in sys.argv[1:]:
        write()
    if wrong := faults():
        sys.exit("\n".join(wrong))
