"""What the fork server imports once for all workers, with the digest of the code as it is at that moment."""

from __future__ import annotations

import sys
from types import TracebackType

import sim.execution.worker_start
import sim.model.compiled  # noqa: F401
from sim.storage.provenance import stamp


def end_quietly(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    """Return the system gives no process: whoever asked for one says so in a line."""
    if not issubclass(kind, OSError):
        sys.__excepthook__(kind, problem, trace)


stamp()
if sys.argv[0] == "-c":  # in the server itself
    sys.excepthook = end_quietly
