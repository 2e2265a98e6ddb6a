"""Faults put between a run folder and the disk: every call that changes it is a step at which something can go wrong.

A step is one call of ``os`` that touches the folder. A fault dies there, as ``kill -9`` would; dies in the middle of a
write; cuts the power, which undoes all that was not synced; or is refused by the disk with an error number.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

STEPS = ("open", "write", "pwrite", "truncate", "fsync", "replace", "unlink", "mkdir")
KILLED = 77

# What the disk did not promise to keep yet: undone, newest first, when the power is cut.
Undo = tuple[str, Path, Callable[[Path], object]]


@dataclass
class Faults:
    """One fault at step ``at`` (counted from 0): ``how`` is count, kill, torn, cut or refuse (with ``errno``)."""

    folder: Path
    how: str = "count"
    at: int = -1
    errno: int = 0
    n_steps: int = 0
    names: list[str] = field(default_factory=list)
    _paths: dict[int, Path] = field(default_factory=dict)
    _undo: list[Undo] = field(default_factory=list)

    @contextmanager
    def installed(self) -> Iterator[Faults]:
        """Put the fault in the place of the calls of ``os``."""
        real = {name: getattr(os, name) for name in STEPS}
        self._real = real
        try:
            for name in STEPS:
                setattr(os, name, self._wrapped(name))
            yield self
        finally:
            for name, call in real.items():
                setattr(os, name, call)

    def _wrapped(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            place = self._place(arguments[0])
            if place is None or not (place in (self.folder, self.folder.parent) or self.folder in place.parents):
                return self._real[name](*arguments, **options)
            self._meet(name, arguments)
            return self._noted(name, place, arguments, options)

        return call

    def _place(self, first: Any) -> Path | None:
        return self._paths.get(first) if isinstance(first, int) else Path(os.fspath(first))

    def _meet(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Count the step, and let the fault happen if this is the one."""
        step = self.n_steps
        self.n_steps += 1
        self.names.append(name)
        if step != self.at or self.how == "count":
            return
        if self.how in ("torn", "refuse") and name == "write":
            self._real["write"](arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
        if self.how == "refuse":
            raise OSError(self.errno, os.strerror(self.errno))
        self.die()

    def die(self) -> NoReturn:
        """Leave as a killed process does; after a power cut, what was not synced is gone as well."""
        if self.how == "cut":
            for name, call in self._real.items():
                setattr(os, name, call)
            for _, path, undo in reversed(self._undo):
                undo(path)
        os._exit(KILLED)

    def _noted(self, name: str, place: Path, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Do the call, and keep how it is undone until it is synced."""
        before = None
        if name == "replace":
            target = Path(arguments[1])
            before = target.read_bytes() if target.exists() else None
        result = self._real[name](*arguments, **options)
        if name == "open":
            self._paths[result] = place
        elif name in ("write", "pwrite"):
            self._undo.append(("data", place, _halve))
        elif name == "replace":
            target = Path(arguments[1])
            self._undo = [(kind, target if path == place else path, undo) for kind, path, undo in self._undo]
            self._undo.append(("entry", target.parent, lambda _: _restore(target, before)))
        elif name == "mkdir":
            self._undo.append(("entry", place.parent, lambda _: shutil.rmtree(place, ignore_errors=True)))
        elif name == "fsync":
            wanted = "entry" if place.is_dir() else "data"
            self._undo = [one for one in self._undo if not (one[0] == wanted and one[1] == place)]
        return result


def _halve(path: Path) -> None:
    """Data that were never synced: the file is there and half of it is not."""
    if path.exists():
        os.truncate(path, path.stat().st_size // 2)


def _restore(path: Path, before: bytes | None) -> None:
    """A rename that was never synced did not happen."""
    if not path.parent.exists():
        return
    if before is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(before)


def in_child(work: Callable[[int], object], kill_after: float | None = None) -> tuple[int, bytes]:
    """Do ``work`` in a forked child, which may die or be killed after some seconds.

    Returns its exit code, -9 if it was killed at work, and what it wrote to the handle it was given.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            work(writing)
            code = 0
        except BaseException as problem:  # the child must never return into the parent's code
            os.write(writing, f"!{type(problem).__name__}: {problem}".encode()[:400])
            code = getattr(problem, "exit_code", 1)
        finally:
            os._exit(code)
    os.close(writing)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said
