"""Files that are whole at every moment: written beside their place, synced, renamed; one writer at a time.

Nothing here knows what a run is. ``sim.store`` says what lies in a run folder.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import BusyError, DamagedRunError, ResourceError

LOCK = ".lock"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_file(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` so that after any interruption the old file or the new one is there, whole."""
    beside = part_of(path)
    try:
        with open(beside, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
        sync_folder(path.parent)
    except OSError as problem:
        with suppress(OSError):
            beside.unlink()
        refuse(problem, path)


def part_of(path: Path) -> Path:
    """Where a file is written before it takes its place."""
    return path.with_name(f".{path.name}.part")


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` last through a power cut."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse(problem: OSError, path: Path) -> NoReturn:
    """The user's words for a disk that does not take what it is given."""
    reason = "the disk is full" if problem.errno in NO_SPACE else (problem.strerror or str(problem)).lower()
    raise ResourceError(f"{path}: cannot be written: {reason}") from problem


def as_json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def fingerprint(content: bytes) -> dict[str, Any]:
    """Size and digest by which a file is known again."""
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_regular(path: Path, largest: int) -> bytes:
    """Content of a plain file: never through a link, never a pipe or device, never more than ``largest`` bytes."""
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode):
            raise DamagedRunError(f"{path}: a plain file is wanted")
        if found.st_size > largest:
            raise DamagedRunError(f"{path}: has {found.st_size:,} bytes, at most {largest:,} are wanted")
        return path.read_bytes()
    except FileNotFoundError:
        raise DamagedRunError(f"{path}: is missing") from None
    except PermissionError:
        raise ResourceError(f"{path}: cannot be read: permission denied") from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; BusyError names who holds it.

    The system lets go of the lock when its holder dies, however it dies, so a file left behind locks nobody out.
    """
    path = folder / LOCK
    handle = _acquire(path)
    try:
        os.truncate(handle, 0)
        os.pwrite(handle, as_json({"pid": os.getpid(), "host": socket.gethostname(), "start": now()}), 0)
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
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        except OSError as problem:
            refuse(problem, path)
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
            if os.fstat(handle).st_ino == os.stat(path).st_ino:
                return handle
        os.close(handle)


def _holder(content: bytes) -> str:
    with suppress(ValueError, KeyError, TypeError):
        entry = json.loads(content)
        return f"process {int(entry['pid'])} on {str(entry['host'])[:60]!r} (since {str(entry['start'])[:25]!r})"
    return "another process"
