"""Known vulnerabilities in the run-time packages, strictly: what could not be audited has failed.

    python .ci/audit.py [auditor ...]    by default pip-audit over constraints-hashed.txt

Exit 0 only if every package of constraints-hashed.txt was looked up in the version that stands there, if that is the
version that constraints.txt pins and that is installed here, and if none has a known vulnerability.
"""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from packaging.version import InvalidVersion, Version

HASHES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("hashed_constraints.py")))


def refuse(reason: str) -> NoReturn:
    sys.exit(f"could not audit, so this fails: {reason}")


def looked_up_by(auditor: list[str]) -> tuple[list[dict[str, Any]], int]:
    """What the auditor says of each package, and the code it left with."""
    words = auditor or [sys.executable, "-m", "pip_audit"]
    words += ["--strict", "--disable-pip", "--require-hashes", "--format", "json"]
    words += ["--requirement", str(HASHES["HASHED"])]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as reason:
        refuse(str(reason))
    try:
        found = [{"name": one["name"], "version": one.get("version"), "vulns": one["vulns"]}
                 for one in json.loads(done.stdout)["dependencies"] if "vulns" in one]  # fmt: skip
    except (ValueError, KeyError, TypeError):
        refuse((done.stderr.strip().splitlines() or ["the auditor said nothing"])[-1][:300])
    return found, done.returncode


def same(one: str | None, other: str | None) -> bool:
    """Whether two spellings are one version: 2.0 is 2.0.0."""
    try:
        return one is not None and other is not None and Version(one) == Version(other)
    except InvalidVersion:
        return one == other


def installed(name: str) -> str | None:
    """Version of a package in this environment, if it is there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def others(expected: Mapping[str, str], found: Mapping[str, str | None]) -> list[str]:
    """Packages whose version found is another than the one expected, in words."""
    return [
        f"{name}: expected {version}, got {found[name] or 'no version'}"
        for name, version in expected.items()
        if name in found and not same(version, found[name])
    ]


def main(auditor: list[str]) -> None:
    if wrong := HASHES["faults"]():
        refuse(f"constraints-hashed.txt does not fit: {'; '.join(wrong[:5])}")
    expected = {name: version for name, (version, _) in HASHES["written"]().items()}
    here = {name: version for name in expected if (version := installed(name))}
    if unknown := HASHES["needed"](*HASHES["wanted"]()) - expected.keys():
        refuse(f"needed to run and not in constraints-hashed.txt: {', '.join(sorted(unknown))}")
    if wrong := others(expected, here):
        refuse(f"other versions are installed than are pinned: {'; '.join(wrong[:5])}")
    looked_up, code = looked_up_by(auditor)
    plain = HASHES["plain"]
    for one in looked_up:
        if wrong := others(expected, {plain(one["name"]): one["version"]}):
            refuse(f"other versions were looked up than are pinned: {'; '.join(wrong)}")
    seen = {plain(one["name"]) for one in looked_up}
    if missing := sorted(expected.keys() - seen):
        refuse(f"{len(missing)} of {len(expected)} packages were not looked up: {', '.join(missing[:5])}")
    found = [f"{one['name']} {one['version']}: {bad['id']}" for one in looked_up for bad in one["vulns"]]
    if found:
        sys.exit("\n".join(["known vulnerabilities:", *found]))
    if code:
        refuse(f"the auditor left with {code}")
    print(f"{len(expected)} packages looked up, {len(here)} of them installed here as pinned, no known vulnerability")


if __name__ == "__main__":
    main(sys.argv[1:])
