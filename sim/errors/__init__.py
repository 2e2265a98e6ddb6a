"""Errors that a user is meant to read, with the exit code each one carries.

0 done · 1 our bug · 2 wrong usage or scenario · 3 run folder damaged or incompatible · 4 busy ·
5 resources · 6 workers lost · 7 numeric guard · 130 and 143 interrupted (resumable).
"""

from __future__ import annotations

from typing import Any


class ParleyError(Exception):
    """Something the user can act on: the message is the whole story, no traceback is shown."""

    exit_code = 2


class ScenarioError(ParleyError):
    """A scenario file, an override or an argument is wrong. ``places`` holds each mistake with its place, if known."""

    places: tuple[Any, ...] = ()


class InternalError(ParleyError):
    """A part of Parley failed by a fault of its own, after a result that stands and has been printed."""

    exit_code = 1


class DamagedRunError(ParleyError):
    """A run folder is damaged, foreign or incompatible."""

    exit_code = 3


class BusyError(ParleyError):
    """Another process is writing to the same run folder."""

    exit_code = 4


class ResourceError(ParleyError):
    """Disk, memory or permission failed."""

    exit_code = 5


class WorkersLostError(ParleyError):
    """Workers kept dying, or gave back something else than was asked: another engine's block, or none."""

    exit_code = 6


class NumericError(ParleyError):
    """A parameter or a result is not a number."""

    exit_code = 7
