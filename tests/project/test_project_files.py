"""Files about the project rather than of it: they agree with each other and send nobody to an address unasked."""

import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import sim

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HOSTED = (".pre-commit-config.yaml", ".github/workflows/ci.yml", "CITATION.cff")


def read(name: str) -> dict:
    return YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))


def test_the_citation_agrees_with_the_package() -> None:
    cited = read("CITATION.cff")
    assert cited["version"] == sim.__version__
    assert cited["license"] == PROJECT["license"]
    assert [one["name"] for one in cited["authors"]] == [one["name"] for one in PROJECT["authors"]]
    assert cited["keywords"] == PROJECT["keywords"]
    assert cited["title"] == f"Parley: {PROJECT['description']}"


def test_a_merge_is_held_to_one_script_on_the_oldest_and_the_newest_python() -> None:
    job = read(".github/workflows/ci.yml")["jobs"]["run"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    named = {line.split()[-1] for line in PROJECT["classifiers"] if "Python :: 3." in line}
    oldest, newest = (pick(named, key=lambda one: int(one.split(".")[1])) for pick in (min, max))
    assert PROJECT["requires-python"] == f">={oldest}"
    matrix = job["strategy"]["matrix"]["include"]
    assert {(one["python"], one["other"]) for one in matrix} == {(oldest, newest), (newest, oldest)}


def test_hooks_before_a_commit_fetch_nothing() -> None:
    repositories = read(".pre-commit-config.yaml")["repos"]
    assert [one["repo"] for one in repositories] == ["local"]
    assert {hook["language"] for one in repositories for hook in one["hooks"]} == {"system"}


@pytest.mark.parametrize("name", HOSTED)
def test_no_address_is_named(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "```\nmake test\n```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_change_says_what_it_does_to_the_numbers() -> None:
    assert "**Numbers:** unchanged" in (ROOT / ".github/PULL_REQUEST_TEMPLATE.md").read_text(encoding="utf-8")
