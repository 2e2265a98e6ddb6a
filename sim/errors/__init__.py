"""Name the errors that a user is meant to read, with the exit code each one carries.

0 done · 1 our bug · 2 wrong usage or scenario · 3 run folder damaged or incompatible · 4 busy ·
5 resources · 6 workers lost · 7 numeric guard · 130 and 143 interrupted (resumable).
"""

from __future__ import annotations

from typing import Any


class ParleyError(Exception):
    """Report something that the user can act on: the message says all, no traceback is shown.

    Attributes
    ----------
    exit_code : int
        What the command line ends with; each subclass has its own.

    Examples
    --------
    >>> import sim
    >>> try:
    ...     sim.run("teaching/minimal", trials=2.5)
    ... except sim.ParleyError as problem:
    ...     print(problem)
    trials: expected a whole number or None, got 2.5
    """

    exit_code = 2


class ScenarioError(ParleyError):
    """Report a mistake in a scenario file, an override or an argument.

    Attributes
    ----------
    places : tuple
        Each mistake with its place in the file, as far as known.
    """

    places: tuple[Any, ...] = ()


class InternalError(ParleyError):
    """Report that a part of Parley failed by a fault of its own, after a result that stands and has been printed."""

    exit_code = 1


class DamagedRunError(ParleyError):
    """Report that a run folder is damaged, foreign or incompatible."""

    exit_code = 3


class BusyError(ParleyError):
    """Report that another process is writing to the same run folder."""

    exit_code = 4


class ResourceError(ParleyError):
    """Report that disk, memory or permission failed."""

    exit_code = 5


class WorkersLostError(ParleyError):
    """Report workers that kept dying, or gave back what was not asked for: another engine's block, or none."""

    exit_code = 6


class NumericError(ParleyError):
    """Report a parameter or a result that is not a number."""

    exit_code = 7
