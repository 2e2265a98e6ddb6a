"""The reference of the command line: the help of every command, as the terminal shows it at 100 columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docs.generate import GENERATED

INTRODUCTION = """\
Results go to stdout, progress and notes to stderr; `--json` prints JSON for other programs. A SCENARIO is a name
such as `teaching/minimal`, a file, or, where a command says so, a run folder. [Exit codes](exit_codes.md).
"""
WIDTH = "100"


def page() -> str:
    """Return one section per command, in the order of the program, each with its help."""
    parts = [f"# Commands\n\n{GENERATED}\n\n{INTRODUCTION}"]
    for words in commands():
        parts.append(f"## {' '.join(('parley', *words))}\n\n```text\n{help_of(words)}\n```\n")
    return "\n".join(parts)


def commands() -> Iterator[tuple[str, ...]]:
    """Yield every command by its words, in the order of the help; ``()`` is the program itself."""
    from typer.main import get_command

    from sim.cli.app import COMMANDS, app

    program: Any = get_command(app)
    yield ()
    for name in (name for section in COMMANDS.values() for name in section):
        yield (name,)
        for below in getattr(program.commands[name], "commands", ()):
            yield name, below


def help_of(words: tuple[str, ...]) -> str:
    """Return what ``parley WORDS --help`` prints at 100 columns, without trailing spaces."""
    from typer.testing import CliRunner

    from sim.cli.app import app

    answer = CliRunner().invoke(app, [*words, "--help"], prog_name="parley", env={"COLUMNS": WIDTH})
    return "\n".join(line.rstrip() for line in answer.output.strip().splitlines())
