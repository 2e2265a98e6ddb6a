"""The command ``parley``: parse, call, print. What is heavy is imported inside the command that needs it.

stdout carries data, stderr progress and notes. Exit codes: 0 done, 1 our bug, 2 wrong usage or scenario, 3 run folder
damaged or incompatible, 4 busy, 5 resources, 6 workers lost, 7 numeric guard, 130 and 143 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, NoReturn

import typer

from sim.cli.commands import (
    backtest,
    calibrate,
    check,
    coding_sheet,
    compare,
    compare_codings,
    dashboard,
    discover,
    efficiency,
    exercise,
    forecasters,
    init,
    level,
    levers,
    list_scenarios,
    picture,
    play,
    replay,
    report,
    results,
    rivals,
    run,
    schema,
    sensitivity,
    show,
    timeline,
    why,
)
from sim.cli.exit import (
    Terminated,
    how_to_resume,
    in_one_line,
    leave,
    leave_quietly,
    listen,
    open_missing_streams,
    write_no_more,
)
from sim.cli.options import refuse_repeats
from sim.cli.sections import in_sections, with_new_name
from sim.errors import ParleyError, WorkersLostError

COMMANDS: dict[str, dict[str, Callable[..., None] | typer.Typer]] = {
    "Run": {
        "run": run.run,
        "list": list_scenarios.list_scenarios,
        "check": check.check,
    },
    "Explain": {
        "why": why.why,
        "level": level.level,
        "compare": compare.compare,
        "replay": replay.replay,
    },
    "Explore": {
        "dashboard": dashboard.dashboard,
        "report": report.report,
        "picture": picture.picture,
        "sensitivity": sensitivity.sensitivity,
        "discover": discover.discover,
        "levers": levers.levers,
        "timeline": timeline.timeline,
        "efficiency": efficiency.efficiency,
    },
    "Evidence": {
        "backtest": backtest.backtest,
        "calibrate": calibrate.calibrate,
        "rivals": rivals.rivals,
        "forecasters": forecasters.forecasters,
    },
    "Scenarios": {
        "init": init.init,
        "show": show.show,
        "schema": schema.schema,
        "coding-sheet": coding_sheet.coding_sheet,
        "compare-codings": compare_codings.compare_codings,
    },
    "Results": {
        "results": results.results,
    },
    "Teaching": {
        "play": play.play,
        "exercise": exercise.exercise,
    },
}
"""Every command by its section of ``parley --help``, in that order."""
USAGE_ERROR: Any = typer.BadParameter.__mro__[1]
COMMAND_ERROR: Any = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="parley",
    cls=in_sections(COMMANDS),
    help="Odds of a ceasefire, by Monte Carlo over a model of negotiation under war.",
    epilog="Start with: parley run istanbul_2025",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for name, command in (row for section in COMMANDS.values() for row in section.items()):
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    else:
        app.command(name)(command)


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        from sim._version import __version__

        typer.echo(f"parley {__version__}")
        raise typer.Exit


@app.callback()
def parley(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Odds of a ceasefire, by Monte Carlo over a model of negotiation under war."""


# -- leaving ---------------------------------------------------------------------------------------


def main() -> NoReturn:
    """Run the command line, and leave with the right exit code and no traceback for what is not our bug."""
    open_missing_streams()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    listen()
    stdout = sys.stdout
    try:
        program, arguments = typer.main.get_command(app), with_new_name(sys.argv[1:])
        refuse_repeats(program, arguments)
        code = program(arguments, standalone_mode=False, prog_name="parley")
        if code == 130:  # typer has swallowed a KeyboardInterrupt
            raise KeyboardInterrupt
        stdout.flush()
    except BrokenPipeError:
        leave_quietly(stdout)
    except SystemExit as left:
        if sys.stdout is not stdout:  # typer's answer to a closed pipe
            leave_quietly(stdout)
        raise left
    except WorkersLostError as problem:
        leave(f"{problem}\n{how_to_resume(sys.argv[1:])}", problem.exit_code)
    except ParleyError as problem:
        leave(str(problem), problem.exit_code)
    except COMMAND_ERROR as problem:
        leave(in_one_line(problem, [name for section in COMMANDS.values() for name in section]), int(problem.exit_code))
    except (KeyboardInterrupt, typer.Abort):
        leave(f"\nStopped. {how_to_resume(sys.argv[1:])}", 130)
    except Terminated:
        leave(f"\nStopped. {how_to_resume(sys.argv[1:])}", 143)
    except OSError as problem:
        from sim.storage.atomic_files import NO_SPACE

        if problem.errno not in NO_SPACE:
            raise
        write_no_more(stdout)
        leave(f"cannot write: {NO_SPACE[problem.errno]}", 5)
    except MemoryError:
        leave("memory ran out: fewer --trials or fewer --workers", 5)
    sys.exit(code if isinstance(code, int) else 0)
