"""Names as tables and lists print them, short or a little otherwise: ``aides_only``, ``istanbul2025``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from sim.scenario.diagnostics import escaped, fold, nearest

MOST_LISTED = 8


def alike(text: str, names: Iterable[str]) -> list[str]:
    """The names that ``text`` stands for: the same letters and digits, with the folder before them or without."""
    key = _key(text)
    known = list(names)
    whole = [name for name in known if _key(name) == key]
    return whole or [name for name in known if "/" not in text and _key(name.rpartition("/")[2]) == key]


def folders(names: Iterable[str]) -> list[str]:
    """Folders that hold the scenarios of these names."""
    return list(dict.fromkeys(name.rpartition("/")[0] for name in names if "/" in name))


def not_found(text: str, names: Sequence[str]) -> str:
    """That there is no such scenario: the folder it names, the several it may mean, or the nearest name."""
    here = escaped(text)
    if len(several := alike(text, names)) > 1:
        return f"`{here}`: expected the name of one scenario, got one of several: {listed(several)}"
    if folder := alike(text, folders(names)):
        inside = [name for name in names if name.rpartition("/")[0] == folder[0]]
        return f"`{here}`: expected one scenario, got the folder `{folder[0]}`, which holds {listed(inside)}"
    short = {name.rpartition("/")[2]: name for name in reversed(names)}
    folder = get_close_matches(text, folders(names), n=1, cutoff=0.8)
    close = folder[0] if folder else nearest(text, [*names, *short])
    return f"no scenario `{here}`" + (
        f", did you mean `{short.get(close, close)}`?" if close else "; `parley list` shows all"
    )


def listed(names: Sequence[str]) -> str:
    """``a, b, c and 5 more``."""
    shown = ", ".join(f"`{escaped(name)}`" for name in names[:MOST_LISTED])
    return shown + (f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else "")


def _key(name: str) -> str:
    return "/".join("".join(c for c in part if c.isalnum()) for part in fold(name).strip("/").split("/"))
