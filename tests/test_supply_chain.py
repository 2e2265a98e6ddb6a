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
    names = hashed["needed"](*hashed["wanted"]())
    assert len(names) > 25
    found = {name: sorted(licences(name) - ALLOWED) for name in names}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_hashed_set_fits_the_pins_and_names_no_host(hashed: dict) -> None:
    assert hashed["faults"]() == []
    assert hashed["needed"](*hashed["wanted"]()) <= hashed["written"]().keys()


def test_everything_that_is_installed_to_run_and_to_test_is_pinned(hashed: dict) -> None:
    installed_ones = hashed["needed"](*hashed["stated"]()) - {"parley-sim"}
    assert len(installed_ones) > 60
    assert installed_ones - hashed["pins"]().keys() == set()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("numpy==", "numpy==9", "numpy: 9"),
        ("scipy==", "numpy==1 --hash=sha256:0\nscipy==", "numpy: stands 2 times in hashed.txt"),
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


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("scipy==", "numpy==1\nscipy==", "numpy: stands 2 times in pins.txt"),
        ("scipy==", "scipy~", "expected name==version in constraints.txt"),
        ("Mesa==", "Mesa==2.", "pyproject.toml admits <4,>=3.3"),
        ("ruff==", "rough==", "ruff: pyproject.toml needs it, constraints.txt does not pin it"),
    ],
)
def test_pins_that_do_not_fit_the_project_are_told(
    hashed: dict, tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = tmp_path / "pins.txt"
    path.write_text(hashed["PINS"].read_text().replace(old, new), encoding="utf-8")
    of_pins = hashed["faults_of_pins"]
    assert of_pins() == []
    of_pins.__globals__["PINS"], before = path, of_pins.__globals__["PINS"]
    try:
        assert any(told in fault for fault in of_pins())
    finally:
        of_pins.__globals__["PINS"] = before


@pytest.mark.parametrize(("printed", "code"), [("", 0), ("no JSON", 0), ('{"dependencies": []}', 0), ("", 1)])
def test_an_audit_that_could_not_audit_fails(tmp_path: Path, printed: str, code: int) -> None:
    auditor = tmp_path / "auditor.py"
    auditor.write_text(f"print({printed!r})\nraise SystemExit({code})\n", encoding="utf-8")
    words = [sys.executable, str(ROOT / ".ci" / "audit.py"), sys.executable, str(auditor)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1
    assert "could not audit" in done.stderr


def audit_by(tmp_path: Path, looked_up: list[dict]) -> subprocess.CompletedProcess[str]:
    """The audit, with an auditor that looked up these packages."""
    auditor = tmp_path / "auditor.py"
    auditor.write_text(f"print({json.dumps({'dependencies': looked_up})!r})\n", encoding="utf-8")
    words = [sys.executable, str(ROOT / ".ci" / "audit.py"), sys.executable, str(auditor)]
    return subprocess.run(words, capture_output=True, text=True)


@pytest.mark.parametrize(("bad", "code", "words"), [([], 0, "no known vulnerability"), (["X-1"], 1, "numpy {}: X-1")])
def test_an_audit_of_everything_says_what_it_found(
    hashed: dict, tmp_path: Path, bad: list[str], code: int, words: str
) -> None:
    looked_up = [{"name": name, "version": version, "vulns": [{"id": one} for one in bad if name == "numpy"]}
                 for name, (version, _) in hashed["written"]().items()]  # fmt: skip
    done = audit_by(tmp_path, looked_up)
    assert done.returncode == code
    assert words.format(hashed["pins"]()["numpy"]) in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": "9.9.9"}, "numpy: expected {}, got 9.9.9"),
        ({"version": None}, "numpy: expected {}, got no version"),
        ({"name": "numpi"}, "1 of {n} packages were not looked up: numpy"),
        ({"skip_reason": "not on the index", "vulns": None}, "1 of {n} packages were not looked up: numpy"),
    ],
)
def test_an_audit_of_other_versions_fails(hashed: dict, tmp_path: Path, change: dict, told: str) -> None:
    looked_up = [{"name": name, "version": version, "vulns": []}
                 for name, (version, _) in hashed["written"]().items()]  # fmt: skip
    one = next(one for one in looked_up if one["name"] == "numpy") | change
    if one["vulns"] is None:
        del one["vulns"]
    others = [other for other in looked_up if other["name"] != "numpy"]
    done = audit_by(tmp_path, [one, *others])
    assert done.returncode == 1 and "could not audit" in done.stderr
    assert told.format(hashed["pins"]()["numpy"], n=len(looked_up)) in done.stderr
    if change.get("version"):
        assert audit_by(tmp_path, [*others, *looked_up, one]).returncode == 1  # the right version beside another one


@pytest.mark.parametrize("pinned", ["1.0", None])
def test_an_audit_where_other_versions_are_installed_fails(pinned: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = runpy.run_path(str(ROOT / ".ci" / "audit.py"))
    space = audit["main"].__globals__
    if pinned:
        monkeypatch.setitem(space, "installed", lambda name: pinned if name == "numpy" else None)
        told = "numpy: expected .*, got 1.0"
    else:
        known = space["HASHES"]["written"]()
        monkeypatch.setitem(space["HASHES"], "needed", lambda *direct: {*known, "stranger"})
        told = "needed to run and not in constraints-hashed.txt: stranger"
    with pytest.raises(SystemExit, match=told):
        audit["main"]([sys.executable, "-c", "print('never asked')"])


def test_the_security_page_says_what_it_is_for_and_names_tests_that_are_there() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for words in ("## What Parley is meant for", "It is not meant for targeting", "## Reporting", "docs/model_card.md"):
        assert words in page
    named = re.findall(r"`((?:tests|docs|\.ci)/[\w./]+)`|\]\((docs/[\w./]+)\)", page)
    assert len(named) > 10
    assert [path for pair in named for path in pair if path and not (ROOT / path).exists()] == []
