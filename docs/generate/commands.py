"""The reference of the command line: the help of every command, as the terminal shows it at 100 columns."""

from __future__ import annotations

from collections.abc import Iterator

from docs.generate import GENERATED

INTRODUCTION = """\
Results go to stdout, progress and notes to stderr; `--json` prints JSON for other programs. A SCENARIO is a name
such as `teaching/minimal`, a file, or, where a command says so, a run folder. [Exit codes](exit_codes.md).
"""
WIDTH = "100"


def page() -> str:
    """One section per command, in the order of the program, each with its help."""
    parts = [f"# Commands\n\n{GENERATED}\n\n{INTRODUCTION}"]
    for words in commands():
        parts.append(f"## {' '.join(('parley', *words))}\n\n```text\n{help_of(words)}\n```\n")
    return "\n".join(parts)


def commands() -> Iterator[tuple[str, ...]]:
    """Every command that help shows, by its words; ``()`` is the program itself."""
    from sim.cli.app import app

    yield ()
    for command in app.registered_commands:
        if not command.hidden:
            yield (_name(command),)
    for group in app.registered_groups:
        yield (str(group.name),)
        if group.typer_instance is not None:
            for command in group.typer_instance.registered_commands:
                yield str(group.name), _name(command)


def _name(command: object) -> str:
    given = getattr(command, "name", None)
    return str(given or getattr(command, "callback").__name__.replace("_", "-"))  # noqa: B009


def help_of(words: tuple[str, ...]) -> str:
    """What ``parley WORDS --help`` prints at 100 columns, without trailing spaces."""
    from typer.testing import CliRunner

    from sim.cli.app import app

    answer = CliRunner().invoke(app, [*words, "--help"], prog_name="parley", env={"COLUMNS": WIDTH})
    return "\n".join(line.rstrip() for line in answer.output.strip().splitlines())
