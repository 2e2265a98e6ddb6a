"""What is installed with Parley: allowed licences, digests that fit the pins, an audit that never passes idly."""

from __future__ import annotations

import importlib.metadata as installed
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = frozenset(
    ("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MPL-2.0", "PSF-2.0",
     "Unlicense", "ZPL-2.1", "Zlib")
)  # fmt: skip
SPELT = {
    "apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0", "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause", "bsd license": "BSD-3-Clause", "isc license": "ISC", "isc license (iscl)": "ISC",
    "mit license": "MIT", "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0", "the unlicense (unlicense)": "Unlicense",
    "zope public license": "ZPL-2.1",
}  # fmt: skip


def needed(*direct: str) -> set[str]:
    """Names of the run-time packages and of all that they need in turn, as far as this Python needs them."""
    found: set[str] = set()
    open_ones = [Requirement(text) for text in direct]
    while open_ones:
        one = open_ones.pop()
        if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in ("", *one.extras)):
            continue
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        if name in found:
            continue
        found.add(name)
        for text in installed.requires(name) or []:
            below = Requirement(text)
            if below.marker is None or any(below.marker.evaluate({"extra": extra}) for extra in ("", *one.extras)):
                below.marker = None
                open_ones.append(below)
    return found


def licences(name: str) -> set[str]:
    """What a package's own metadata says, in SPDX words."""
    said = installed.metadata(name)
    words = said.get("License-Expression") or ""
    if not words:
        classified = [line.split(" :: ")[-1] for line in said.get_all("Classifier") or [] if line.startswith("License")]
        words = " AND ".join(classified) or (said.get("License") or "").partition("\n")[0]
    parts = re.split(r"\s+(?:AND|OR)\s+", words.strip())
    return {SPELT.get(part.lower(), part.strip("()")) for part in parts}


@pytest.fixture(scope="module")
def hashed() -> dict:
    return runpy.run_path(str(ROOT / ".ci" / "hashed_constraints.py"))


def test_every_run_time_package_has_an_allowed_licence(hashed: dict) -> None:
    names = needed(*hashed["wanted"]())
    assert len(names) > 25
    found = {name: sorted(licences(name) - ALLOWED) for name in names}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_hashed_set_fits_the_pins_and_names_no_host(hashed: dict) -> None:
    assert hashed["faults"]() == []
    assert needed(*hashed["wanted"]()) <= hashed["written"]().keys()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("numpy==", "numpy==9", "numpy: 9"),
        ("--hash=sha256:", "--hash=md5:", "no digest"),
        ("numpy==", "number==", "numpy: needed and not hashed"),
        ("hatchling==", "hatching==", "hatchling: needed and not hashed"),
        ("# Run-time", "--index-url somewhere\n# Run-time", "a place to download from is named"),
    ],
)
def test_what_does_not_fit_is_told(hashed: dict, tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "hashed.txt"
    path.write_text(hashed["HASHED"].read_text().replace(old, new), encoding="utf-8")
    faults = hashed["faults"]
    faults.__globals__["HASHED"], before = path, faults.__globals__["HASHED"]
    try:
        assert any(told in fault for fault in faults())
    finally:
        faults.__globals__["HASHED"] = before


@pytest.mark.parametrize(("printed", "code"), [("", 0), ("no JSON", 0), ('{"dependencies": []}', 0), ("", 1)])
def test_an_audit_that_could_not_audit_fails(tmp_path: Path, printed: str, code: int) -> None:
    auditor = tmp_path / "auditor.py"
    auditor.write_text(f"print({printed!r})\nraise SystemExit({code})\n", encoding="utf-8")
    words = [sys.executable, str(ROOT / ".ci" / "audit.py"), sys.executable, str(auditor)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1
    assert "could not audit" in done.stderr


@pytest.mark.parametrize(("bad", "code", "words"), [([], 0, "no known vulnerability"), (["X-1"], 1, "numpy 1: X-1")])
def test_an_audit_of_everything_says_what_it_found(
    hashed: dict, tmp_path: Path, bad: list[str], code: int, words: str
) -> None:
    looked_up = [{"name": name, "version": "1", "vulns": [{"id": one} for one in bad if name == "numpy"]}
                 for name in hashed["written"]()]  # fmt: skip
    auditor = tmp_path / "auditor.py"
    auditor.write_text(f"print({json.dumps({'dependencies': looked_up})!r})\n", encoding="utf-8")
    words_of = [sys.executable, str(ROOT / ".ci" / "audit.py"), sys.executable, str(auditor)]
    done = subprocess.run(words_of, capture_output=True, text=True)
    assert done.returncode == code and words in done.stdout + done.stderr


def test_the_security_page_says_what_it_is_for_and_names_tests_that_are_there() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for words in ("## What Parley is meant for", "It is not meant for targeting", "## Reporting", "docs/model_card.md"):
        assert words in page
    named = re.findall(r"`((?:tests|docs|\.ci)/[\w./]+)`|\]\((docs/[\w./]+)\)", page)
    assert len(named) > 10
    assert [path for pair in named for path in pair if path and not (ROOT / path).exists()] == []
