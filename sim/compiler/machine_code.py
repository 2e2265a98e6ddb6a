"""Keep the machine code of compiled functions on disk, and tell whether a function would have to be compiled.

numba's own cache lacks three things that a model of several files needs:

- It compares a function with its own file alone. Code of the functions that it calls is compiled into it, so after a
  change of a called file the old model would go on. Here all files of the model count (``COMPILED_FROM``).
- It writes the index before the code. A process killed between the two leaves an index that names older code. Here
  the code itself says of which sources and arguments it is.
- A file that was cut or a full disk ends the process, a flipped bit goes unseen. Here the code has its digest; the
  function is compiled again, or for this process alone.

Files lie beside the sources in ``__pycache__``; where that cannot be written in the user's cache folder of numba; in
``NUMBA_CACHE_DIR`` if that is set.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from sim.compiler.import_numba import numba

COMPILED_FROM = ("compiler", "equations", "model", "single_trial", "frictions.py", "outcome_columns.py")
"""Modules and packages below ``sim`` whose functions and constants are compiled into one another."""
FIRST_COMPILATION = "about 20 s"


def keep(function: Any) -> None:
    """Keep the machine code of a compiled function, if a folder can be written; else each process compiles it."""
    with suppress(RuntimeError, OSError, AttributeError, TypeError):  # no folder, or a numba that is made otherwise
        function._cache = KeptCode(function.py_func)


def is_compiled(function: Any, arguments: tuple[Any, ...]) -> bool | None:
    """Return whether a call needs no compilation: compiled in this process, or kept on disk; None where unknown.

    Parameters
    ----------
    function
        A compiled function.
    arguments
        The arguments of the call, or their numba types.
    """
    try:
        types = tuple(one if isinstance(one, numba.types.Type) else numba.typeof(one) for one in arguments)
        kept = function._cache
        return types in function.overloads or (isinstance(kept, KeptCode) and kept.holds(types, function.targetctx))
    except Exception:  # numba's inner names may change, and a line on stderr is all that hangs on them
        return None


def call(function: Any, *arguments: Any, what: str = "the model", wait: str = FIRST_COMPILATION) -> Any:
    """Call a compiled function; say first what is compiled, and how long that takes, where that has to be."""
    if not function.overloads:
        announce(function, arguments, what, wait)
    return function(*arguments)


def announcement(
    function: Any, arguments: tuple[Any, ...], what: str = "the model", wait: str = FIRST_COMPILATION
) -> str:
    """Return the line that explains the wait before a call that has to compile; empty where there is no wait."""
    if is_compiled(function, arguments) is not False:
        return ""
    if not isinstance(function._cache, KeptCode):
        return (
            f"compiling {what} for this process alone ({wait}): no folder for machine code can be "
            "written; set NUMBA_CACHE_DIR to one that can"
        )
    return f"compiling {what}, once ({wait})"


def announce(function: Any, arguments: tuple[Any, ...], what: str = "the model", wait: str = FIRST_COMPILATION) -> None:
    """Say on stderr, at most once in a process, that a call has to compile; silent under ``--quiet``."""
    if line := announcement(function, arguments, what, wait):
        with _one_thread:  # two that begin together would both say it
            _say(line)


_one_thread = Lock()


@cache
def _say(line: str) -> None:
    logging.getLogger("sim").warning("%s", line)


def _not_kept(problem: OSError) -> None:
    _say(f"the model is compiled for this process alone: its machine code cannot be kept ({problem.strerror})")


@cache
def sources() -> str:
    """Return the digest of all that machine code depends on, beside numba and the processor, which numba compares."""
    package = Path(__file__).resolve().parents[1]
    found = hashlib.sha256(f"{np.__version__} {numba.__version__}".encode())
    for part in COMPILED_FROM:
        path = package / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            with suppress(FileNotFoundError):
                found.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


class KeptFiles(numba.core.caching.IndexDataCacheFile):  # type: ignore[misc]
    """Hold index and code of one function; each entry says of which sources and arguments it is, and has its digest."""

    def load(self, key: Any) -> Any:
        """Return the code kept for ``key``; None where there is none, or it is of other sources, or damaged."""
        try:
            stamp, of, digest, code = super().load(key) or (None, None, "", b"")
            if (stamp, of, digest) != (self._source_stamp, key, hashlib.sha256(code).hexdigest()):
                return None
            return pickle.loads(code)  # noqa: S301 - ours, as the .pyc files beside it
        except Exception:  # unpickling what is damaged may raise anything
            with suppress(OSError):
                self.flush()  # numba reads the index again before it writes
            return None

    def save(self, key: Any, data: Any) -> None:
        """Keep the code, or note why not."""
        try:
            code = self._dump(data)
            super().save(key, (self._source_stamp, key, hashlib.sha256(code).hexdigest(), code))
        except OSError as problem:
            _not_kept(problem)


class KeptCode(numba.core.caching.FunctionCache):  # type: ignore[misc]
    """Find, load and keep the machine code of one function."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        stamp = (self._impl.locator.get_source_stamp(), sources())
        self._cache_file = KeptFiles(self._cache_path, self._impl.filename_base, stamp)

    def holds(self, types: tuple[Any, ...], target_context: Any) -> bool:
        """Return whether code for arguments of these types is kept."""
        return self._cache_file.load(self._index_key(types, target_context.codegen())) is not None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the function as kept, None where it has to be compiled."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # code that was kept whole, and that this process cannot link
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the function, or note why not: the folder may be gone, or full."""
        try:
            super().save_overload(sig, data)
        except OSError as problem:
            _not_kept(problem)
