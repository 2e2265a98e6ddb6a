"""Workers import what their caller imports, and nothing that merely lies in the working folder."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from sim.execution import worker_start
from sim.execution.worker_start import can_reach_workers, import_path

ROOT = Path(__file__).parents[2]

DECOYS = ("struct", "selectors", "signal", "numpy", "mesa", "queue", "multiprocessing/__init__", "sim/__init__")
DECOY = """
import os
open(os.environ["PARLEY_TEST_RAN"], "a").write(__name__ + "\\n")
raise ImportError("a decoy was imported")
"""
QUESTION = """
import multiprocessing, os, sys
import sim
from sim.execution import worker_pool as executors
if "spawn" in sys.argv:
    multiprocessing.get_all_start_methods = lambda: ["spawn"]
first = sim.run("teaching/minimal", trials=64, block=64, workers=1)  # the caller has imported all it needs
for name in os.environ["PARLEY_TEST_DECOYS"].split(","):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name + ".py", "w") as file:
        file.write(os.environ["PARLEY_TEST_DECOY"])
second = sim.run("teaching/minimal", trials=128, block=64, workers=2)
executors.stop_all()
assert (second.columns["durable_week"][:64] == first.columns["durable_week"]).all()
print("computed")
"""


def ask(words: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python in a folder, with this checkout behind the entries of PYTHONPATH that are given."""
    path = environment.pop("PYTHONPATH", "{}").format(ROOT)
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("words", [("-c", QUESTION, "spawn"), ("-m", "question")])
def test_nothing_in_the_working_folder_is_imported_by_workers(words: tuple[str, ...], tmp_path: Path) -> None:
    """A struct.py there was executed by ``parley run``, and the engine of another checkout computed."""
    (tmp_path / "question.py").write_text(QUESTION)
    decoys = {"PARLEY_TEST_DECOYS": ",".join(DECOYS), "PARLEY_TEST_RAN": str(tmp_path / "ran")}
    path = "{}" if "spawn" in words else os.pathsep + "{}"
    done = ask([*words], tmp_path, PYTHONPATH=path, PARLEY_TEST_DECOY=DECOY, **decoys)
    assert done.stdout == "computed\n", done.stderr
    assert (tmp_path / "struct.py").exists() and not (tmp_path / "ran").exists()


ON_A_CLUSTER = """
import os, sys
from sim.execution.dask import client as distributed
from sim.execution.request import Request
import sim
with distributed.local_cluster(1) as address, distributed.connect(address) as cluster:
    run = next(distributed.run_many([Request(sim.load("teaching/minimal"), "x", 128, block=64)], cluster))
print("computed", run.n_trials)
"""


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="needs the extra dist")
def test_workers_of_a_local_cluster_import_nothing_from_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "working").mkdir()
    for name in DECOYS:
        path = tmp_path / "working" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(DECOY)
    (tmp_path / "study.py").write_text(ON_A_CLUSTER)
    done = ask([str(tmp_path / "study.py")], tmp_path / "working", PARLEY_TEST_RAN=str(tmp_path / "ran"))
    assert done.stdout == "computed 128\n" and "working folder" not in done.stderr, done.stderr
    assert not (tmp_path / "ran").exists()


def test_the_command_imports_nothing_from_the_working_folder(tmp_path: Path) -> None:
    """Nor does the process that starts the workers, as a console script or as ``python -m sim``."""
    for name in ("struct", "selectors", "typing", "numpy", "dashboards"):
        (tmp_path / f"{name}.py").write_text(DECOY)
    words = ["run", "teaching/minimal", "--trials", "40000", "--workers", "2", "--json"]
    done = ask(["-m", "sim", *words], tmp_path, PARLEY_TEST_RAN=str(tmp_path / "ran"))
    assert done.returncode == 0 and json.loads(done.stdout)["trials"] == 40_000, done.stderr
    assert not (tmp_path / "ran").exists()


PARTY = """
import sim
class Stubborn(sim.Belligerent):
    def pace(self, other_moved, mandate):
        return 0.0
"""
BESIDE = """
import sim
from my_parties import Stubborn
from sim.execution.worker_pool import choose
print(choose(2, 2, [Stubborn]))
print(sim.run("teaching/minimal", trials=128, block=64, workers=2, parties={"South": Stubborn}).n_trials)
"""


def test_a_party_beside_the_script_reaches_workers(tmp_path: Path) -> None:
    (tmp_path / "my_parties.py").write_text(PARTY)
    (tmp_path / "study.py").write_text(BESIDE)
    done = ask(["study.py"], tmp_path)
    assert done.stdout == "processes\n128\n", done.stderr


def started_as(monkeypatch: pytest.MonkeyPatch, spec: str | None) -> None:
    """The main module as after ``python -m SPEC``, or of a script."""
    main = ModuleType("__main__")
    main.__spec__ = spec and SimpleNamespace(name=spec)  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "__mp_main__", main)


def test_the_path_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python means by the working folder goes; what anybody named stays, also if it is that folder."""
    here, other = os.path.abspath("/there/working"), os.path.abspath("/there/library")
    monkeypatch.setattr(worker_start, "WORKING", here)

    def found(entries: list[str], spec: str | None = None, named: str = "", is_safe: bool = False) -> list[str]:
        started_as(monkeypatch, spec)
        monkeypatch.setattr(sys, "path", entries)
        monkeypatch.setattr(sys, "flags", SimpleNamespace(safe_path=is_safe, ignore_environment=False))
        monkeypatch.setenv("PYTHONPATH", named)
        return import_path()

    assert found(["", other]) == [other]
    assert found([here, other]) == [here, other]  # a script's own folder
    assert found([here, other], spec="my_study") == [other]
    assert found([here, other], spec="__main__") == [here, other]  # python FOLDER
    assert found([here, other], spec="my_study", is_safe=True) == [here, other]
    assert found([here, here, other], spec="my_study") == [here, other]  # an editable install of the folder
    assert found([here, other], spec="my_study", named=here) == [here, other]
    assert found([here, other], named=f"{os.pathsep}{other}") == [other]
    assert found([here, other], named=f"{os.pathsep}{here}") == [here, other]
    for words in ({"entries": [here, other]}, {"entries": [here], "spec": "x", "is_safe": True}):
        assert found(**words) and worker_start.is_safe()  # type: ignore[arg-type]
    for words in ({"entries": ["", other]}, {"entries": [here, other], "spec": "x"}):
        assert found(**words) and not worker_start.is_safe()  # type: ignore[arg-type]
    assert found(["", "lib"]) == [os.path.abspath("lib")]
    monkeypatch.setattr(worker_start, "HOME", here)  # Parley itself runs from there
    assert found(["", other]) == found([here, other], spec="sim.__main__") == [here, other]


def test_a_class_from_the_working_folder_stays_here(monkeypatch: pytest.MonkeyPatch) -> None:
    started_as(monkeypatch, None)
    module = ModuleType("my.parties")
    module.__file__ = os.path.abspath("/there/working/my/parties.py")
    party = type("Party", (), {"__module__": "my.parties"})
    module.Party = party  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "my.parties", module)
    monkeypatch.setitem(sys.modules, "my", ModuleType("my"))
    assert can_reach_workers(party)
    monkeypatch.setattr(worker_start, "WORKING", os.path.abspath("/there/working"))
    assert not can_reach_workers(party)
    monkeypatch.setattr(sys, "path", [os.path.abspath("/there/working"), *sys.path])
    assert can_reach_workers(party)
