"""Every file that the program writes: whole or not there on a full disk, and no other file changed by a trap.

``WRITERS`` is the list. ``test_nothing_is_written_elsewhere`` keeps it complete: code that opens a file for writing by
other ways than ``sim.atomic`` is named.
"""

from __future__ import annotations

import ast
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import sim
from dashboards import kept_studies, pictures
from dashboards.page import MARK, write_page
from sim import reference, store
from sim.atomic import part_of, write_file, write_files
from sim.cli_results import encoded
from sim.errors import DamagedRunError, ParleyError, ResourceError
from sim.experiment import waiting
from sim.experiment.blocks import Block
from sim.experiment.checks import write_template
from sim.experiment.request import Request
from sim.experiment.run import run
from sim.reference.__main__ import write_odds
from sim.study import catalogue_pages, draws, page_blocks
from tests.conftest import Answer

ROOT = Path(__file__).resolve().parents[1]
BLOCK = 32
VICTIM = b"somebody else's work, which is longer than what any limit below lets through\n"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and links of POSIX")


@cache
def scenario() -> sim.Scenario:
    return sim.load("teaching/minimal")


def request(folder: Path) -> Request:
    return Request(scenario(), "small", 2 * BLOCK, 1, block=BLOCK, folder=folder)


def block(index: int) -> dict[str, np.ndarray]:
    return {"trial": np.arange(index * BLOCK, (index + 1) * BLOCK), "durable_week": np.zeros(BLOCK, dtype=np.int16)}


def run_folder(folder: Path) -> None:
    """What a run writes, or goes on to write: manifest, scenario, two blocks, summary."""
    with store.Writer(folder, request(folder).inputs, 2 * BLOCK, None, True) as writer:
        for index in range(writer.n_blocks, 2):
            writer.add(index, block(index))
        writer.finish({"trials": 2 * BLOCK})


def begun(folder: Path) -> None:
    """A run that was ended after its first block."""
    with store.Writer(folder, request(folder).inputs, 2 * BLOCK, None, True) as writer:
        writer.add(0, block(0))


def one_waits(folder: Path) -> None:
    waiting.put(request(folder), Block(1, BLOCK, BLOCK), block(1))


def study(folder: Path) -> None:
    kept_studies.keep(folder / "studies", {"kind": "tornado"}, {}, {"one": 1})


def draws_of_nothing(path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draws, "as_csv", lambda posterior, n: "draw,strain\n" + "0,1\n" * 20)
        patch.setattr(draws, "about", lambda record, day, text: {"seed": 1})
        draws.write_draws(SimpleNamespace(posterior=None), None, path)  # type: ignore[arg-type]


def picture(path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "named_figures", lambda runs: {"odds": {}})
        patch.setattr(pictures, "as_picture", lambda figure, kind: b"\x89PNG" * 20)
        pictures.write_picture([], "odds", path)


def catalogue(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue_pages, "catalogue_page", lambda name, trials, seed: "# Page\n" * 20)
        patch.setattr(catalogue_pages, "load", lambda name: None)
        patch.setattr(catalogue_pages, "index_page", lambda scenarios: "# List\n" * 20)
        catalogue_pages.write_catalogue(folder, ["teaching/minimal"])


def wars(folder: Path) -> None:
    """The model's part of a page written by hand, put there anew."""
    (folder / "wars").mkdir(exist_ok=True)
    if not os.path.lexists(page := folder / "wars" / "one.md"):
        page.write_text("before")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue_pages, "write_catalogue", lambda folder: [])
        patch.setattr(page_blocks, "refreshed", lambda text: "after " * 20)
        write_odds(folder)


def reference_pages(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "pages", lambda: {"cli.md": "# Commands\n" * 20})
        reference.write(folder)


def sheet(folder: Path) -> None:
    from sim.cli_readings import sheet as command

    command("teaching/minimal", folder)


TABLE = pd.DataFrame({"n": range(40)})
WRITERS: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "init": (lambda folder: write_template(str(folder / "mine.yaml")), ("mine.yaml",)),
    "sheet": (sheet, ("sheet.csv", "briefing.md")),
    "export, csv": (lambda folder: write_file(folder / "x.csv", encoded(TABLE, ".csv")), ("x.csv",)),
    "export, parquet": (lambda folder: write_file(folder / "x.parquet", encoded(TABLE, ".parquet")), ("x.parquet",)),
    "export, trials": (lambda folder: write_file(folder / "y.csv", (b"piece\r\n" for _ in range(9))), ("y.csv",)),
    "page": (lambda folder: write_page(folder / "x.html", MARK.decode() * 20), ("x.html",)),
    "picture": (lambda folder: picture(folder / "x.png"), ("x.png",)),
    "draws": (lambda folder: draws_of_nothing(folder / "x.csv"), ("x.csv", "x.json")),
    "reference": (reference_pages, ("cli.md",)),
    "catalogue": (catalogue, ("teaching/minimal.md", "README.md")),
    "page of a war": (wars, ("wars/one.md",)),
    "run": (
        run_folder,
        (".lock", "manifest.json", "scenario.json", "trials/block-00000000.parquet", "summary.json"),
    ),
    "block that waits": (one_waits, ("waiting/block-00000001.parquet",)),
    "study": (study, (f"studies/{kept_studies.name_of({'kind': 'tornado'}, {})}",)),
}
OWN_FOLDERS = {"run": "trials", "block that waits": "waiting", "study": "studies"}
ALL = [(name, file) for name, (_, files) in WRITERS.items() for file in files]


# -- a full disk -------------------------------------------------------------------------------------


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """The system lets no file grow beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_leaves_no_file_and_exit_5(name: str, tmp_path: Path) -> None:
    write = WRITERS[name][0]
    before = "before"
    if name == "page of a war":
        wars(tmp_path)
        (tmp_path / "wars" / "one.md").write_text(before)
    with files_end_at(20), pytest.raises(ResourceError, match="cannot be written: ") as caught:
        write(tmp_path)
    assert caught.value.exit_code == 5
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.name == "one.md" and path.read_text() == before for path in left)
    write(tmp_path)  # with room again it goes on, and nothing has to be removed by hand
    assert all((tmp_path / file).is_file() for file in WRITERS[name][1] if file != ".lock")


def test_of_several_files_a_full_disk_gets_none(tmp_path: Path) -> None:
    with files_end_at(20), pytest.raises(ResourceError):
        write_files({tmp_path / "small": b"fits", tmp_path / "large": b"x" * 40})
    assert list(tmp_path.iterdir()) == []


def test_init_on_a_full_disk_says_so_and_can_be_called_again(
    tmp_path: Path, parley: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with files_end_at(20):
        answer = parley("init", "mine")
    assert (answer.code, answer.out) == (5, "") and "mine.yaml: cannot be written" in answer.err
    assert list(tmp_path.iterdir()) == []
    assert parley("init", "mine").code == 0


def test_the_exit_code_is_5_where_not_even_the_message_finds_room(tmp_path: Path) -> None:
    """``parley init mine 2> log`` on a full disk."""
    words = [
        sys.executable,
        "-c",
        "from sim.cli import main; import sys; sys.argv[0] = 'parley'; main()",
        "init",
        "mine",
    ]
    with (tmp_path / "log").open("w") as log:
        done = subprocess.run(
            words,
            cwd=tmp_path,
            stderr=log,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        )
    assert done.returncode == 5
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


# -- traps in the place of files ----------------------------------------------------------------------


def symbolic(victim: Path, trap: Path) -> None:
    trap.symlink_to(victim)


def hard(victim: Path, trap: Path) -> None:
    os.link(victim, trap)


def attempt(name: str, folder: Path) -> None:
    """Write into a folder with a trap: whatever is said, it is said in words."""
    with suppress(ParleyError):
        WRITERS[name][0](folder)


@pytest.mark.parametrize("plant", [symbolic, hard])
@pytest.mark.parametrize("is_part", [False, True], ids=["file", "part"])
@pytest.mark.parametrize(("name", "file"), ALL)
def test_no_other_file_is_changed_through_a_link(
    name: str, file: str, is_part: bool, plant: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_bytes(VICTIM)
    trap = part_of(folder / file) if is_part else folder / file
    trap.parent.mkdir(parents=True)
    if name == "run" and file not in (".lock", "scenario.json"):
        begun(folder)  # only then does a run go on where there are other files
        trap.unlink(missing_ok=True)
    plant(victim, trap)
    attempt(name, folder)
    assert victim.read_bytes() == VICTIM
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "victim"]


@pytest.mark.parametrize(("name", "file"), [one for one in ALL if one[0] != "page of a war"])
def test_no_file_is_made_where_a_dangling_link_leads(name: str, file: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / file).parent.mkdir(parents=True)
    symbolic(tmp_path / "not there", folder / file)
    attempt(name, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("name", OWN_FOLDERS)
@pytest.mark.parametrize("is_begun", [False, True])
def test_a_linked_folder_is_refused_and_stays_as_it_was(name: str, is_begun: bool, tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    folder.mkdir()
    if is_begun:
        begun(folder)
        if name == "run":
            (folder / "trials").rename(elsewhere)
    elsewhere.mkdir(exist_ok=True)
    before = {path: path.read_bytes() for path in elsewhere.iterdir()}
    symbolic(elsewhere, folder / OWN_FOLDERS[name])
    with pytest.raises(DamagedRunError, match=f"{OWN_FOLDERS[name]}: is a link, expected a plain folder"):
        WRITERS[name][0](folder)
    assert {path: path.read_bytes() for path in elsewhere.iterdir()} == before


@pytest.mark.parametrize("plant", [symbolic, hard])
def test_a_lock_with_another_name_is_refused_in_words(plant: Callable[[Path, Path], None], tmp_path: Path) -> None:
    begun(folder := tmp_path / "folder")
    (tmp_path / "victim").write_bytes(VICTIM)
    plant(tmp_path / "victim", folder / ".lock")
    with pytest.raises(DamagedRunError, match=r"\.lock: .*link") as caught:
        run_folder(folder)
    assert caught.value.exit_code == 3 and (folder / ".lock").exists()
    (folder / ".lock").unlink()
    run_folder(folder)


def test_a_folder_exchanged_for_a_link_while_a_run_writes_is_refused(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    with store.Writer(folder, request(folder).inputs, 2 * BLOCK) as writer:
        writer.add(0, block(0))
        (folder / "trials").rename(elsewhere)
        symbolic(elsewhere, folder / "trials")
        with pytest.raises(DamagedRunError, match="trials: is a link"):
            writer.add(1, block(1))
    assert [path.name for path in elsewhere.iterdir()] == ["block-00000000.parquet"]


def test_a_linked_folder_of_studies_is_not_read(tmp_path: Path) -> None:
    study(tmp_path)
    (tmp_path / "linked").symlink_to(tmp_path / "studies")
    found, problems = kept_studies.kept(tmp_path / "linked", {"kind": "tornado"}, {}, dict)
    assert found is None and problems == [f"{tmp_path / 'linked'}: is a link, expected a plain folder"]


def test_a_block_that_waits_is_read_through_no_link_and_no_pipe(tmp_path: Path) -> None:
    asked, path = request(tmp_path), tmp_path / "waiting" / "block-00000001.parquet"
    trials = run(scenario(), trials=2 * BLOCK, workers=1).columns
    waiting.put(asked, Block(1, BLOCK, BLOCK), {name: column[BLOCK:] for name, column in trials.items()})
    assert waiting.read(asked, Block(1, BLOCK, BLOCK), path) is not None
    path.rename(tmp_path / "moved")
    symbolic(tmp_path / "moved", path)
    assert waiting.read(asked, Block(1, BLOCK, BLOCK), path) is None
    path.unlink()
    os.mkfifo(path)
    assert waiting.read(asked, Block(1, BLOCK, BLOCK), path) is None


def test_nothing_takes_the_place_of_a_pipe_or_device(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe.html")
    for write in (lambda: write_page(pipe, "page"), lambda: write_file(pipe, b"page")):
        with pytest.raises(ResourceError, match="expected a plain file there"):
            write()
    assert pipe.is_fifo()


@pytest.mark.parametrize("write", [lambda path: write_page(path, "page"), draws_of_nothing], ids=["page", "draws"])
def test_what_is_not_ours_is_not_written_over(write: Callable[[Path], None], tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_bytes(VICTIM)
    with pytest.raises(ParleyError, match="is there already and (is|holds) no"):
        write(mine)
    (tmp_path / "link.csv").symlink_to(mine)
    with pytest.raises(ParleyError, match="is a link"):
        write(tmp_path / "link.csv")
    assert mine.read_bytes() == VICTIM


# -- nobody writes in another way ----------------------------------------------------------------------

NOT_OF_THE_USER = {("sim/experiment/glance.py", "write_bytes"), ("sim/experiment/glance.py", "open")}
"""The dashboard's board: a file in a temporary folder of its own, which its workers share."""
WRITING = {"write_text", "write_bytes", "mkdir", "makedirs", "touch", "to_csv", "to_parquet", "to_json", "to_excel"}
WRITING |= {"write_html", "write_image", "savefig", "symlink_to", "savez", "tofile", "copy2", "copyfile", "copytree"}


def calls_that_write(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        said = [one.value for one in [*node.args, *(k.value for k in node.keywords)] if isinstance(one, ast.Constant)]
        is_open = name in ("open", "fdopen") and any(re.fullmatch("[wax][bt+]*|rb?[+]b?", str(one)) for one in said)
        to_nothing = name in ("to_csv", "to_parquet") and not node.args  # gives the content back
        if is_open or (name in WRITING and not to_nothing):
            yield name


def test_nothing_is_written_elsewhere() -> None:
    found = set()
    for path in sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "dashboards").rglob("*.py")]):
        if path != ROOT / "sim" / "atomic.py":
            found |= {(path.relative_to(ROOT).as_posix(), name) for name in calls_that_write(path)}
    assert found == NOT_OF_THE_USER
