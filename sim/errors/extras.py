"""Packages that only some uses need: how to get them where they are missing."""

from __future__ import annotations

import re
from importlib import metadata

from sim.errors import ParleyError

PACKAGE = "parley-sim"


def missing(use: str, extra: str) -> ParleyError:
    """Return the refusal of a use whose extra is not installed, with a command that works from any folder."""
    return ParleyError(f"{use} not installed: {command(extra)}")


def command(extra: str) -> str:
    """Return the command that installs what an extra needs."""
    needed = " ".join(f'"{one}"' for one in requirements(extra)) or f'".[{extra}]"'
    return f"pip install {needed}"


def requirements(extra: str) -> list[str]:
    """Return the packages of an extra with their versions, as the installed package states them.

    Empty if it is not installed.
    """
    try:
        stated = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return []
    found = (text.partition(";") for text in stated)
    return [need.strip() for need, _, marker in found if re.search(rf"extra\s*==\s*['\"]{extra}['\"]", marker)]
