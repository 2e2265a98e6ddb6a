"""How worker processes start: with the modules of their caller, and none that merely lies in the working folder.

A new Python looks in the working folder first, so that a ``struct.py`` there would be run in place of the library's,
and another checkout would compute in place of this one. Workers get the caller's search path instead, from their first
import on, without the entries by which Python means the working folder unasked.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection, process
from pathlib import Path

from sim.execution.worker_memory import keep_freed_memory

PRELOADED = ["sim.execution.preloaded_modules"]
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
HOME = str(Path(__file__).resolve().parents[2])
"""The folder that this package runs from."""
WORKING: str | None = getattr(process, "ORIGINAL_DIR", None)
"""The working folder in which the program was started."""

_starting = threading.RLock()


class NoProcessesError(Exception):
    """Report that no worker process can be had here; the message says why."""


# -- what workers may import -----------------------------------------------------------------------


def import_path() -> list[str]:
    """Return where workers import from: ``sys.path`` without the working folder, unless somebody named it.

    Python puts it there as '' for a prompt, a notebook or ``-c``, and by its name for ``-m`` and for an empty entry of
    PYTHONPATH. The folder of a script, entries of PYTHONPATH and what a program added stay, and so does the folder that
    this package itself runs from.
    """
    here, n_implied, found = WORKING, _n_implied(), list[str]()
    for entry in sys.path:
        if entry and not (n_implied and entry == here):
            found.append(os.path.abspath(entry))
            continue
        n_implied -= bool(entry)
        if here == HOME and here not in found:
            found.append(HOME)
    return found


def is_safe() -> bool:
    """Return whether this process was started without a look into the working folder, as far as it can tell."""
    is_child = multiprocessing.parent_process() is not None
    return bool(sys.flags.safe_path) or not (is_child or "" in sys.path or _n_implied())


def _n_implied() -> int:
    """Return how many entries of ``sys.path`` spell out the working folder although nobody named it."""
    named = [] if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "").split(os.pathsep)
    is_empty = len(named) > 1 and "" in named
    is_named = WORKING in [os.path.abspath(entry) for entry in named if entry]
    n_implied = (is_empty and not is_named) + (not sys.flags.safe_path and _is_started_in_working_folder())
    return max(0, min(n_implied, sys.path.count(WORKING or "") - is_named))


def _is_started_in_working_folder() -> bool:
    """Return whether the program is a module (``-m``), or a process that a prompt started, whose '' is spelled out."""
    main = sys.modules["__mp_main__"]  # set by multiprocessing, and not what stands in while workers start
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return bool(spec.name != "__main__")  # that is ``python FOLDER``
    return multiprocessing.parent_process() is not None and not hasattr(main, "__file__")


def can_travel(party: type) -> bool:
    """Return whether another process can import the class.

    Not one typed into a notebook or a script that is running.
    """
    if party.__module__ == "__main__":
        return False
    try:
        pickle.dumps(party)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def can_reach_workers(party: type) -> bool:
    """Return whether worker processes here can import the class: not from the working folder, where nobody named it."""
    if not can_travel(party):
        return False
    module = sys.modules.get(party.__module__)
    file = getattr(module, "__file__", None)
    if module is None or file is None:
        return True
    depth = module.__name__.count(".") + hasattr(module, "__path__")
    root = str(Path(os.path.abspath(file)).parents[depth])
    return root != WORKING or root in import_path()


# -- starting --------------------------------------------------------------------------------------


@contextmanager
def starting_workers() -> Iterator[None]:
    """Let new workers inherit `import_path`, one thread for linear algebra and no second run of the caller's script.

    multiprocessing imports the main module again in each worker, so a script without an ``if __name__`` guard would
    start itself. Blocks never need it: parties defined there run in threads (``can_travel``).
    """
    with _starting:
        main, path, allowed = sys.modules["__main__"], sys.path, import_path()
        with environment(settings()):
            sys.modules["__main__"] = types.ModuleType("__main__")
            sys.path = path if path == allowed else allowed
            try:
                yield
            finally:
                sys.modules["__main__"], sys.path = main, path


def settings() -> dict[str, str]:
    """Return the environment variables of workers; without PYTHONSAFEPATH the working folder would come first."""
    path = os.pathsep.join(entry for entry in import_path() if os.pathsep not in entry)
    return {name: os.environ.get(name, "1") for name in ONE_THREAD} | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1"}


@contextmanager
def environment(changes: dict[str, str]) -> Iterator[None]:
    """Set environment variables for a moment."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def context() -> multiprocessing.context.BaseContext:
    """Return a fork server where there is one (imports are paid once), else fresh processes.

    A bare fork would copy locks.

    To be called while ``starting_workers``. Raises NoProcessesError where this process may have no children, or none
    that leaves the working folder alone.
    """
    if process.current_process().daemon:
        raise NoProcessesError("this process is itself a worker of a pool that allows no more")
    if sys.flags.ignore_environment and not sys.flags.safe_path:
        raise NoProcessesError("under python -E they would import from the working folder (python -I is all right)")
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    chosen = multiprocessing.get_context(method)
    if method == "forkserver":
        chosen.set_forkserver_preload(PRELOADED)
        _start_server(chosen)
    return chosen


def _start_server(chosen: multiprocessing.context.BaseContext) -> None:
    """Start the fork server deaf to Ctrl-C, which a terminal sends to every process; workers inherit that from it.

    Otherwise one that comes while the server still imports ends it with a traceback of its own. The process that
    removes semaphores after us does so without a word, also when there was no time to do it ourselves.
    """
    from multiprocessing import forkserver, resource_tracker

    warnings = ",".join(filter(None, (os.environ.get("PYTHONWARNINGS"), "ignore:resource_tracker")))
    with environment({"PYTHONWARNINGS": warnings}):
        resource_tracker.ensure_running()  # in itself it lets Ctrl-C through again
    running = server_pid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if server_pid() != running:
        # Wait for its imports here, where stopping leaves no worker half started.
        first = chosen.Process(target=int)  # type: ignore[attr-defined]
        first.start()
        first.join()
        if first.exitcode:
            raise NoProcessesError(f"the first one ended with exit code {first.exitcode}")


def server_pid() -> int | None:
    """Return the process id of the fork server, if there is one."""
    server = getattr(sys.modules.get("multiprocessing.forkserver"), "_forkserver", None)
    pid = getattr(server, "_forkserver_pid", None)
    return pid if isinstance(pid, int) else None


# -- in the worker ---------------------------------------------------------------------------------


def enter_worker() -> None:
    """Leave Ctrl-C to the parent, first thing in a worker; keep memory, and die with the parent however it died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_freed_memory()
    parent = multiprocessing.parent_process()
    if parent is not None:
        with suppress(RuntimeError):  # where no thread can be had either
            threading.Thread(target=_die_with, args=(parent.sentinel,), daemon=True).start()


def _die_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
