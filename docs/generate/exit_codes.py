"""The reference of exit codes, from ``sim.errors``."""

from __future__ import annotations

import inspect

from docs.generate import GENERATED, markdown_table
from sim import errors

WORDS = {
    0: ("done", ""),
    1: ("a bug in Parley: please report the traceback; after a result, one line that says what is missing", ""),
    2: ("wrong usage or scenario: the message says what came, what is allowed, and where", "correct it"),
    3: ("a run folder is damaged, foreign or of another version", "`parley results verify`, or delete it"),
    4: ("another process writes to the same run folder", "wait, or name another `--out`"),
    5: ("disk, memory or permission", "fewer `--trials` or `--workers`, another disk"),
    6: ("workers kept dying, or gave back something else than was asked", "`--workers 1`; then `--resume`"),
    7: ("a number of the scenario or of a result is not finite", "look at the number that is named"),
    130: ("interrupted from the keyboard", "`--resume` goes on with a run that has `--out`"),
    143: ("told to end", "`--resume` goes on with a run that has `--out`"),
}


def page() -> str:
    """Return a table of codes with the Python error behind each."""
    by_code: dict[int, list[str]] = {}
    for name, found in inspect.getmembers(errors, inspect.isclass):
        if issubclass(found, errors.ParleyError):
            by_code.setdefault(found.exit_code, []).append(f"`{name}`")
    rows = [(str(code), *WORDS[code], ", ".join(by_code.get(code, []))) for code in sorted({*WORDS, *by_code})]
    table = markdown_table(("code", "meaning", "what to do", "in Python (`sim.errors`)"), rows)
    about = "Codes 2 to 7 come with one line on stderr and no traceback. All errors of `sim.errors` are `ParleyError`."
    return f"# Exit codes\n\n{GENERATED}\n\n{about}\n\n{table}"
