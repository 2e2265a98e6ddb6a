"""The help of the program in sections, and commands under their old names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from typer.core import TyperGroup

from sim.cli.console import note

OLD_NAMES = {
    "class": "exercise",
    "crowd": "forecasters",
    "panel": "rivals",
    "reread": "compare-codings",
    "sharpen": "efficiency",
    "sheet": "coding-sheet",
}
"""Names of version 0.2 (``docs/decisions/0021-command-names.md``)."""
GOES_WITH = "0.4"


def in_sections(sections: Mapping[str, Collection[str]]) -> type[TyperGroup]:
    """Return the group of commands that lists them by ``sections``, as typer itself does only with rich's markup."""

    class Sections(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return [name for names in sections.values() for name in names]

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            width = max(map(len, self.commands))
            for title, names in sections.items():
                with formatter.section(title):
                    helps = (self.commands[name].get_short_help_str(formatter.width - width - 6) for name in names)
                    formatter.write_dl([(name.ljust(width), text) for name, text in zip(names, helps, strict=True)])

    return Sections


def with_new_name(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the new name of a command in the place of its old one, which is noted on stderr."""
    place = next((place for place, word in enumerate(arguments) if not word.startswith("-")), 0)
    old = arguments[place] if arguments else ""
    if (new := OLD_NAMES.get(old)) is None:
        return list(arguments)
    is_quiet = not {"-q", "--quiet"}.isdisjoint(arguments)
    note(f"parley: `{old}` is called `{new}` now; the old name goes with version {GOES_WITH}", is_quiet)
    return [*arguments[:place], new, *arguments[place + 1 :]]
