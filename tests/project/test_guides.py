"""Every `pip install` of the documentation is run as written by `make newest`; here, that none is left out."""

import re
import tomllib
from importlib import metadata

import pytest

from sim.errors import extras
from tests.project import guides
from tests.project.documents import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_pip_install_of_the_documentation_is_run_as_written() -> None:
    names = {page.name for page in guides.pages()}
    assert {"README.md", "SECURITY.md", "cluster.md", "jupyter.md"} <= names
    for page in guides.pages():
        said = guides.PIP.findall(page.read_text(encoding="utf-8"))
        run = [line for script in guides.scripts(page) for line in script.splitlines() if guides.PIP.search(line)]
        kept = [line for script in guides.scripts(page) for line in guides.short(script).splitlines()]
        assert len(said) == len(run) and set(run) <= set(kept), page.name
    for notebook in (ROOT / "docs").rglob("*.ipynb"):
        assert not guides.PIP.search(notebook.read_text(encoding="utf-8")), notebook.name


def test_what_takes_long_beside_it_is_made_short() -> None:
    script = guides.short("pip install -e . --trials 20000\nparley run a --trials 20000\npython -m pytest -n 4")
    assert script.splitlines() == [
        "pip install -e . --trials 20000",
        "parley run a --trials 200",
        "python -m pytest -q tests/agents/test_inherited_names.py",
    ]


def test_both_ends_of_both_ranges_are_installed() -> None:
    named = (entry.rpartition(" ")[2] for entry in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", entry))
    pythons = sorted(named, key=lambda version: int(version.partition(".")[2]))
    assert f"OLDEST_PYTHON ?= python{pythons[0]}\n" in MAKEFILE
    assert f"NEWEST_PYTHON ?= python{pythons[-1]}\n" in MAKEFILE
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    for how in ("oldest", "newest"):
        recipe = re.search(rf"^{how}:\n((?:\t.*\n)+)", MAKEFILE, re.M)
        assert recipe and f".ci/installed {how} $(OLDEST_PYTHON) $(NEWEST_PYTHON)" in recipe[1]
    assert ".ci/installed guides" in re.search(r"^newest:\n((?:\t.*\n)+)", MAKEFILE, re.M)[1]  # type: ignore[index]
    assert "make newest" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("extra", ["dist", "excel", "export"])
def test_what_is_missing_is_named_so_that_it_can_be_installed(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stated = PROJECT["optional-dependencies"][extra]
    assert extras.requirements(extra) == stated
    quoted = " ".join(f'"{one}"' for one in stated)
    assert str(extras.missing("x is", extra)) == f"x is not installed: pip install {quoted}"

    def nothing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(extras.metadata, "requires", nothing)
    assert str(extras.missing("x is", extra)) == f'x is not installed: pip install ".[{extra}]"'


def test_no_text_sends_readers_to_an_index_that_has_no_parley() -> None:
    folders = [ROOT / name for name in ("sim", "dashboards", "docs", "scenarios")]
    texts = [path for folder in folders for path in folder.rglob("*.[pm][yd]")]
    lost = [path.name for path in texts if re.search(r"pip install.*parley-sim", path.read_text(encoding="utf-8"))]
    assert lost == [] and len(texts) > 100
