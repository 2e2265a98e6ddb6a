"""How a command ends: its last words and its exit code. Nothing here knows a command."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

if TYPE_CHECKING:
    from types import FrameType

WITH_WORKERS = 5
"""Least exit code with which a command may leave while workers are at work; mistakes are found before they start."""

_only_counts: bool | None = None
"""Whether a run that only counts its trials could keep them; None for one that keeps what it is asked to."""


class Terminated(BaseException):
    """SIGTERM was received."""


def open_missing_streams() -> None:
    """Put the null device in the place of stdin, stdout and stderr where they are closed (``>&-``) or None (pythonw).

    Else a file of a run could be opened under their number and written into by whoever prints.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(number)
        except OSError:
            handle = os.open(os.devnull, os.O_RDWR)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))


def listen() -> None:
    """Let Ctrl-C and SIGTERM end the command in order from now on, and a second one at once.

    Ctrl-C stays ignored where it is, as under ``nohup``.
    """
    global _only_counts
    _only_counts = None
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGTERM, stop_in_order)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, stop_in_order)


def stop_in_order(number: int, frame: FrameType | None) -> NoReturn:
    """Unwind: the lock is released, workers are ended, last words are printed."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, stop_at_once)
    raise KeyboardInterrupt if number == signal.SIGINT else Terminated


def stop_at_once(number: int, frame: FrameType | None) -> NoReturn:
    """Leave without unwinding: workers are killed, the system releases the lock, blocks stay whole."""
    if executors := sys.modules.get("sim.execution.worker_pool"):
        executors.kill_all()
    cursor = "\033[?25h" if sys.stderr.isatty() else ""
    with suppress(OSError):
        os.write(2, f"{cursor}\nStopped at once. {how_to_resume(sys.argv[1:])}\n".encode(errors="backslashreplace"))
    os._exit(128 + number)


def leave(message: str, code: int) -> NoReturn:
    """Print last words on stderr and leave; located errors unchanged, so that editors find ``file:line:column``."""
    if code >= WITH_WORKERS:
        end_workers()
    from sim.scenario.diagnostics import literal

    message = literal(message)
    is_located = ": error: " in message.partition("\n")[0]
    # Clears Python's memory of a Ctrl-C inside generated code, which would take the place of ``code``.
    exec("")  # noqa: S102
    with suppress(OSError):  # where stderr takes nothing, the exit code still says it
        print(message if is_located or message.startswith("\n") else f"parley: {message}", file=sys.stderr)
    sys.exit(code)


def end_workers() -> None:
    """Stop workers: blocks that nobody waits for are not computed to their end."""
    if executors := sys.modules.get("sim.execution.worker_pool"):
        executors.stop_all()


def leave_quietly(stdout: TextIO) -> NoReturn:
    """Leave where the reader of stdout has gone: nothing is wrong, and nothing more is written."""
    write_no_more(stdout)
    end_workers()
    sys.exit(0)


def write_no_more(stdout: TextIO) -> None:
    """Drop what stdout still holds, or Python would try again at its exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())


def only_counts(could_keep: bool) -> None:
    """Note that the command counts its trials and keeps none, though it ``could_keep`` so many."""
    global _only_counts
    _only_counts = could_keep


def how_to_resume(arguments: Sequence[str]) -> str:
    """Return the command that goes on where an interrupted one stopped; only runs can."""
    if next((argument for argument in arguments if not argument.startswith("-")), "") != "run":
        return "Nothing was kept; the same command gives the same result."
    if _only_counts is False:
        return "Nothing was kept: so many trials are only counted. The same command gives the same result."
    if not any(argument == "--out" or argument.startswith("--out=") for argument in arguments):
        keeping = [*arguments, *(["--store"] if _only_counts and "--store" not in arguments else []), "--out", "DIR"]
        return f"Nothing was kept. To be able to resume it, begin it with a folder:\n  parley {shlex.join(keeping)}"
    if not any(Path(out).exists() for out in out_folders(arguments)):
        return "Nothing was begun; the same command begins it."
    again = [*arguments, *(["--resume"] if not {"--resume", "--numbered"} & set(arguments) else [])]
    return f"Finished blocks are kept; go on with:\n  parley {shlex.join(again)}"


def out_folders(arguments: Sequence[str]) -> list[str]:
    """Return what the command line gives as ``--out``."""
    after = [given for flag, given in pairwise(arguments) if flag == "--out"]
    return after + [argument.removeprefix("--out=") for argument in arguments if argument.startswith("--out=")]


def in_one_line(problem: Any, commands: Sequence[str]) -> str:
    """Return what was wrong with the command line, with the nearest name where a command is unknown."""
    message = " ".join(str(problem.format_message()).split())
    typed = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    context = getattr(problem, "ctx", None)
    if message.startswith("No such command") and "Did you mean" not in message:
        from sim.scenario.diagnostics import escaped, nearest

        close = nearest(typed, commands)
        message = f"no command '{escaped(typed)}'" + (f", did you mean '{close}'?" if close else "")
    where = getattr(context, "command_path", None) or "parley"
    return f"{message} (see: {where} --help)"
