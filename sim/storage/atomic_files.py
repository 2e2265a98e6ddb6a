"""Files that are whole at every moment: written beside their place, synced, renamed; one writer at a time.

Every file that the program writes is written here. Nothing here knows what a run is: ``run_folder`` says what
lies in one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import socket
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import BusyError, DamagedRunError, ParleyError, ResourceError

LOCK = ".lock"
NO_SPACE = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file may not be that large",
}
NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Nothing is read or written through a link, and a pipe is not waited for."""


Content = bytes | Iterable[bytes]
"""What a file is to hold: at once, or piece by piece where it may be longer than memory."""


def write_file(path: Path, content: Content, *, in_own_folder: bool = False) -> None:
    """Put ``content`` at ``path`` so that after any interruption the old file or the new one is there, whole.

    What stands at ``path`` is replaced, never written into: a link there leads nowhere, and another name of the same
    file keeps its content. ``in_own_folder``: see ``refuse_linked``. Raises ResourceError if the disk does not take it;
    the old file then stands as it was.
    """
    write_files({path: content}, in_own_folder=in_own_folder)


def write_files(contents: Mapping[Path, Content], *, in_own_folder: bool = False) -> None:
    """Put each content at its path as ``write_file`` does; a disk that does not take all of them gets none."""
    begun: list[Path] = []
    try:
        for path, content in contents.items():
            begun.append(path)
            if in_own_folder:
                refuse_linked(path.parent)
            _refuse_special(path)
            _write_beside(path, content)
        for path in begun:
            os.replace(part_of(path), path)
        for folder in dict.fromkeys(path.parent for path in begun):
            sync_folder(folder)
    except BaseException as problem:
        for path in begun:
            with suppress(OSError):
                part_of(path).unlink()
        if not isinstance(problem, OSError):  # what makes the pieces has failed
            raise
        refuse(problem, begun[-1])


def _write_beside(path: Path, content: Content) -> None:
    """Write and sync a new file beside ``path``."""
    beside = part_of(path)
    with suppress(FileNotFoundError):
        beside.unlink()  # what an interruption left, or a link that somebody put there
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINKS, 0o666)
    try:
        for piece in (content,) if isinstance(content, bytes) else content:
            _write_all(handle, piece)
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def part_of(path: Path) -> Path:
    """Return where a file is written before it takes its place."""
    return path.with_name(f".{path.name}.part")


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` last through a power cut."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as problem:
        if problem.errno != errno.EINVAL:  # some network disks cannot sync a folder and say so
            raise
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and what is missing above it, to last through a power cut; ResourceError if that cannot be."""
    try:
        missing = [place for place in (folder, *folder.parents) if not place.is_dir()]
        for place in reversed(missing):
            place.mkdir(exist_ok=True)
            with suppress(PermissionError):  # a folder that may be entered but not read
                sync_folder(place.parent)
    except OSError as problem:
        refuse(problem, folder)


def make_own_folder(folder: Path) -> None:
    """Make a folder that Parley keeps to itself, as ``make_folder`` does; see ``refuse_linked``."""
    refuse_linked(folder)
    make_folder(folder)


def refuse_linked(folder: Path) -> None:
    """Refuse a link in the place of a folder that Parley makes itself: it may lead anywhere. DamagedRunError."""
    if os.path.islink(folder):
        raise DamagedRunError(f"{folder}: is a link, expected a plain folder")


def refuse(problem: OSError, path: Path) -> NoReturn:
    """Raise, in the user's words, for a disk that does not take what it is given."""
    reason = NO_SPACE.get(problem.errno or 0) or (problem.strerror or str(problem)).lower()
    raise ResourceError(f"{path}: cannot be written: {reason}") from problem


def as_json(value: Any) -> bytes:
    """Return a value as JSON text, one key a line."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def fingerprint(content: bytes) -> dict[str, Any]:
    """Return the size and digest by which a file is known again."""
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_regular(path: Path, largest: int) -> bytes:
    """Return the content of a plain file: never through a link, no pipe or device, at most ``largest`` bytes.

    Raises DamagedRunError for what is no such file and ResourceError for what cannot be read.
    """
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise DamagedRunError(f"{path}: a plain file is wanted")
        handle = os.open(path, os.O_RDONLY | NO_LINKS)
        with os.fdopen(handle, "rb") as stream:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):  # it was exchanged a moment ago
                raise DamagedRunError(f"{path}: a plain file is wanted")
            if found.st_size > largest:
                raise DamagedRunError(f"{path}: has {found.st_size:,} bytes, at most {largest:,} are wanted")
            return stream.read(found.st_size + 1)  # a longer read takes as much memory at once
    except FileNotFoundError:
        raise DamagedRunError(f"{path}: is missing") from None
    except NotADirectoryError:
        raise DamagedRunError(f"{path}: is missing, what stands above it is no folder") from None
    except OSError as problem:
        raise ResourceError(f"{path}: cannot be read: {(problem.strerror or str(problem)).lower()}") from None


def read_recorded(folder: Path, name: str, entry: Mapping[str, Any]) -> bytes:
    """Return the content of a file whose size and digest are recorded, if it is still what was written."""
    content = read_regular(folder / name, int(entry["bytes"]))
    if fingerprint(content) != {"bytes": entry["bytes"], "sha256": entry["sha256"]}:
        raise DamagedRunError(f"{folder / name}: is damaged (its digest does not fit)")
    return content


def begins_with(path: Path, size: int) -> bytes:
    """Return the first bytes of the file that would be replaced at ``path``; none if nothing is there.

    Raises ParleyError for a link, ResourceError for what is no plain file or cannot be read.
    """
    if os.path.islink(path):
        raise ParleyError(f"{path}: is a link, which is not written through; name the file itself")
    try:
        _refuse_special(path)
        handle = os.open(path, os.O_RDONLY | NO_LINKS)
        with os.fdopen(handle, "rb") as stream:
            return stream.read(size)
    except FileNotFoundError:
        return b""
    except OSError as problem:
        refuse(problem, path)


def _refuse_special(path: Path) -> None:
    """Refuse to put a file in the place of a pipe, a socket or a device (such as /dev/null). OSError."""
    with suppress(FileNotFoundError):
        kind = os.lstat(path).st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISLNK(kind) or stat.S_ISDIR(kind)):
            raise OSError(errno.EINVAL, "expected a plain file there")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; BusyError names who holds it.

    The system lets go of the lock when its holder dies, however it dies, so a file left behind locks nobody out.
    """
    path = folder / LOCK
    handle = _acquire(path)
    try:
        try:
            os.truncate(handle, 0)
            os.pwrite(handle, as_json({"pid": os.getpid(), "host": socket.gethostname(), "start": now()}), 0)
        except OSError as problem:
            refuse(problem, path)
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def lock_now(handle: int) -> None:
    """Lock an open file or raise BlockingIOError. Windows has no such locks: there two writers are not kept apart."""
    with suppress(ImportError):
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _acquire(path: Path) -> int:
    while True:
        handle = _open_lock(path)
        try:
            lock_now(handle)
        except BlockingIOError:
            holder = os.pread(handle, 4096, 0)
            os.close(handle)
            raise BusyError(f"{path.parent}: {_holder(holder)} is writing to this folder") from None
        except OSError as problem:
            os.close(handle)
            refuse(problem, path)
        # The last holder may have removed the file between opening and locking: then this locks nothing.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), os.lstat(path)):
                return handle
        os.close(handle)


def _open_lock(path: Path) -> int:
    """Open the lock file, the one file that is written in place: it must have no other name and be no link.

    Raises DamagedRunError otherwise, before a byte of it is changed.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINKS, 0o644)
    except OSError as problem:
        if os.path.islink(path):
            raise DamagedRunError(f"{path}: is a link, expected a plain file; remove it") from None
        refuse(problem, path)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or os.path.islink(path):
        os.close(handle)
        raise DamagedRunError(f"{path}: expected a plain file; remove what is there")
    if found.st_nlink > 1:
        os.close(handle)
        raise DamagedRunError(f"{path}: the same file has another name (a hard link), expected one name; remove it")
    return handle


def _holder(content: bytes) -> str:
    with suppress(ValueError, KeyError, TypeError):
        entry = json.loads(content)
        return f"process {int(entry['pid'])} on {str(entry['host'])[:60]!r} (since {str(entry['start'])[:25]!r})"
    return "another process"
