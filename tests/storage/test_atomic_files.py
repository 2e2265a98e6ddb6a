"""Every file that the program writes: whole or not there on a full disk, and no other file changed by a trap.

``tests.writers.WRITERS`` is the list. ``test_nothing_is_written_elsewhere`` keeps it complete: code that opens a file
for writing by other ways than ``sim.storage.atomic_files`` is named.
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
from pathlib import Path

import pytest

from dashboards import study_cache
from dashboards.report.html_file import write_page
from sim.errors import DamagedRunError, ParleyError, ResourceError
from sim.storage import run_folder as store
from sim.storage.atomic_files import part_of, write_file, write_files
from tests.conftest import Answer
from tests.writers import (
    ALL,
    BLOCK,
    OWN_FOLDERS,
    WRITERS,
    begun,
    block,
    draws_of_nothing,
    request,
    run_folder,
    study,
    wars,
)

ROOT = Path(__file__).resolve().parents[2]
VICTIM = b"somebody else's work, which is longer than what any limit below lets through\n"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and links of POSIX")


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
        "from sim.cli.app import main; import sys; sys.argv[0] = 'parley'; main()",
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
    found, problems = study_cache.kept(tmp_path / "linked", {"kind": "tornado"}, {}, dict)
    assert found is None and problems == [f"{tmp_path / 'linked'}: is a link, expected a plain folder"]


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
    with pytest.raises(ParleyError, match="is there already and is no|expected a new file or draws of Parley"):
        write(mine)
    (tmp_path / "link.csv").symlink_to(mine)
    with pytest.raises(ParleyError, match="is a link"):
        write(tmp_path / "link.csv")
    assert mine.read_bytes() == VICTIM


# -- nobody writes in another way ----------------------------------------------------------------------

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
        if path != ROOT / "sim" / "storage" / "atomic_files.py":
            found |= {(path.relative_to(ROOT).as_posix(), name) for name in calls_that_write(path)}
    assert found == set()
