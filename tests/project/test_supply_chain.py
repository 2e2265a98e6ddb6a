"""What is installed with Parley: allowed licences, versions that are pinned, digests that fit the pins."""

import importlib.metadata as installed
import re
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = frozenset(
    ("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MPL-2.0", "PSF-2.0",
     "Unlicense", "ZPL-2.1", "Zlib",
     "Apache-2.0 WITH LLVM-exception")  # llvmlite; the exception permits more than Apache-2.0, and asks nothing
)  # fmt: skip
SPELT = {
    "apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0", "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause", "bsd license": "BSD-3-Clause", "isc license": "ISC", "isc license (iscl)": "ISC",
    "mit license": "MIT", "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0", "the unlicense (unlicense)": "Unlicense",
    "zope public license": "ZPL-2.1",
}  # fmt: skip


def licences(name: str) -> set[str]:
    said = installed.metadata(name)
    words = said.get("License-Expression") or ""
    if not words:
        classified = [line.split(" :: ")[-1] for line in said.get_all("Classifier") or [] if line.startswith("License")]
        words = " AND ".join(classified) or (said.get("License") or "").partition("\n")[0]
    parts = re.split(r"\s+(?:AND|OR)\s+", words.strip())
    return {SPELT.get(part.lower(), part.strip("()")) for part in parts}


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TO_RUN: list[str] = PROJECT["project"]["dependencies"]
TO_BUILD: list[str] = PROJECT["build-system"]["requires"]
EXTRAS: list[str] = [need for extra in PROJECT["project"]["optional-dependencies"].values() for need in extra]


def entries(file: str) -> list[tuple[str, str, list[str]]]:
    """Return name, version and digests by entry of a file of pins."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = [(*line.split()[0].partition("=="), line) for line in lines]
    assert [name for name, _, version, _ in found if not version] == []
    return [
        (canonicalize_name(name), version, re.findall(r"--hash=sha256:([0-9a-f]{64})\b", line))
        for name, _, version, line in found
    ]


def needed(*direct: str) -> set[str]:
    """Return names of packages and of all that they need in turn, as far as they are installed here."""
    found: set[str] = set()
    open_ones = [Requirement(text) for text in direct]
    while open_ones:
        one = open_ones.pop()
        name = canonicalize_name(one.name)
        if name in found or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        with suppress(installed.PackageNotFoundError):
            for need in map(Requirement, installed.requires(name) or []):
                if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *one.extras)):
                    need.marker = None
                    open_ones.append(need)
    return found


def test_every_run_time_package_has_an_allowed_licence() -> None:
    names = needed(*TO_RUN)
    assert len(names) > 25
    found = {name: sorted(licences(name) - ALLOWED) for name in names}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("file", ["constraints.txt", "constraints-hashed.txt"])
def test_no_package_is_pinned_twice(file: str) -> None:
    names = [name for name, *_ in entries(file)]
    assert len(names) > 40 and len(names) == len(set(names))


def test_pins_are_versions_that_the_project_admits() -> None:
    pinned = {name: version for name, version, _ in entries("constraints.txt")}
    direct = [Requirement(text) for text in (*TO_RUN, *TO_BUILD, *EXTRAS) if not text.startswith("parley-sim")]
    assert [str(one) for one in direct if not one.specifier.contains(pinned[canonicalize_name(one.name)])] == []


def test_everything_that_is_installed_to_run_and_to_test_is_pinned() -> None:
    names = needed(*TO_RUN, *TO_BUILD, *EXTRAS) - {"parley-sim"}
    assert len(names) > 60
    assert names - {name for name, *_ in entries("constraints.txt")} == set()


def test_the_hashed_set_fits_the_pins_and_names_no_host() -> None:
    hashed, pins = entries("constraints-hashed.txt"), entries("constraints.txt")
    assert {(name, version) for name, version, _ in hashed} <= {(name, version) for name, version, _ in pins}
    assert [name for name, _, digests in hashed if not digests] == []
    assert needed(*TO_RUN, *TO_BUILD) <= {name for name, *_ in hashed}
    text = (ROOT / "constraints-hashed.txt").read_text(encoding="utf-8")
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|@|;", text) == []


def test_the_security_page_says_what_it_is_for_and_names_tests_that_are_there() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for words in ("## What Parley is meant for", "It is not meant for targeting", "## Reporting", "docs/model_card.md"):
        assert words in page
    named = re.findall(r"`((?:tests|docs|\.ci)/[\w./]+)`|\]\((docs/[\w./]+)\)", page)
    assert len(named) > 10
    assert [path for pair in named for path in pair if path and not (ROOT / path).exists()] == []
