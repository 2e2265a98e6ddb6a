"""The command ``parley``: parse, call, print. What is heavy is imported inside the command that needs it.

stdout carries data, stderr progress and notes. Exit codes: 0 done, 1 our bug, 2 wrong usage or scenario, 3 run folder
damaged or incompatible, 4 busy, 5 resources, 6 workers lost, 7 numeric guard, 130 and 143 interrupted.
"""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from sim.cli.commands import evidence, exercise, moves, pages, questions, readings, results
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
from sim.cli.options import (
    AsJson,
    One,
    Quiet,
    Seed,
    Sets,
    Trials,
    Workers,
    number,
    print_json,
    refuse_repeats,
)
from sim.cli.progress import ProgressBar
from sim.cli.runs import Machines, computed, keeps_no_trials, print_then, tell_hidden
from sim.errors import ParleyError, WorkersLostError
from sim.scenario.diagnostics import literal
from sim.storage.atomic_files import NO_SPACE

USAGE_ERROR: Any = typer.BadParameter.__mro__[1]
COMMAND_ERROR: Any = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="parley",
    help="Odds of a ceasefire, by Monte Carlo over a model of negotiation under war.",
    epilog="Start with: parley run istanbul_2025",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

Scenarios = Annotated[
    list[str], typer.Argument(metavar="SCENARIO...", help="Names, files, run folders, or a folder of scenarios.")
]


def show_version(wanted: bool) -> None:
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


@app.command("list")
def list_scenarios(as_json: AsJson = False) -> None:
    """Scenarios with their date and what they suppose."""
    from sim.scenario.catalogue import catalogue

    entries = catalogue()
    if as_json:
        fields = ("name", "title", "question", "supposes", "problem")
        print_json([{**{key: getattr(e, key) for key in fields}, "start": str(e.start or "")} for e in entries])
        return
    from sim.cli import console

    console.show_catalogue(entries, console.console())


@app.command()
def check(
    scenarios: Scenarios,
    deep: Annotated[bool, typer.Option("--deep", help="Also run 2,000 trials with each of two seeds.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check scenarios; every error is told with its line."""
    from sim.execution.scenario_check import check_scenarios

    tell_hidden(scenarios, quiet)
    found = check_scenarios(scenarios, deep)
    if as_json:
        print_json(found)
    for item in found if not as_json else []:
        if item["errors"]:
            typer.echo("\n".join(item["errors"]), err=True)
        elif not quiet:
            typer.echo(literal("\n".join([f"{item['scenario']}: ok, {item['words']}", *item["read"]])))
    if any(item["errors"] for item in found):
        raise typer.Exit(2)


@app.command()
def show(
    scenario: One,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print it as one YAML file.")] = False,
    changes: Annotated[bool, typer.Option("--changes", help="Only what differs from the scenario it extends.")] = False,
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Every number of a scenario, with its unit and source."""
    from sim.cli import console
    from sim.scenario.reading import load
    from sim.scenario.reading.overrides import parse_set

    tell_hidden([scenario], False)
    loaded = load.open_scenario(scenario, [parse_set(text) for text in sets or []])
    if resolved:
        from sim.scenario.to_yaml import as_yaml

        typer.echo(as_yaml(load.named_from_here(loaded.scenario)), nl=False)
    elif changes:
        from sim.scenario.differences import changes as changes_of

        parent = load.base_of(scenario)
        if parent is None:
            raise ParleyError(f"{loaded.name}: extends no other scenario")
        found = changes_of(load.load(parent), loaded.scenario)
        if as_json:
            print_json([{**change._asdict(), "sentence": change.sentence} for change in found])
        else:
            typer.echo(f"{loaded.name} against {load.name_of(parent)}: {loaded.scenario.supposes}")
            typer.echo("\n".join(f"  {change.sentence}" for change in found) or "  nothing that is simulated differs")
    elif as_json:
        from sim.scenario.describe import parameter_rows

        said = {"scenario": loaded.name, "parameters": parameter_rows(loaded.scenario)}
        print_json(said | {"files": [one._asdict() for one in loaded.scenario.origin]})
    else:
        from sim.cli.parameter_table import show_parameters

        show_parameters(loaded.name, loaded.scenario, console.console())


@app.command()
def schema(as_json: AsJson = True) -> None:
    """JSON Schema of scenario files, for editors (always JSON)."""
    from sim.scenario.json_schema import json_schema

    print_json(json_schema())


@app.command()
def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name or path of the new file.")],
    as_json: AsJson = False,
) -> None:
    """Write a small commented scenario to edit."""
    from sim.execution.scenario_check import write_template

    path = write_template(name)
    if as_json:
        return print_json({"path": path})
    typer.echo(f"Wrote {path}. Edit it, then: parley check {shlex.quote(path)} && parley run {shlex.quote(path)}")


@app.command()
def run(
    scenarios: Scenarios,
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    sweeps: Annotated[
        list[str] | None,
        typer.Option("--sweep", metavar="PATH=LO:HI:N", help="N values from LO to HI, or v1,v2,...; repeatable."),
    ] = None,
    central: Annotated[bool, typer.Option("--central", help="Every uncertain number at its central value.")] = False,
    workers: Workers = None,
    precision: Annotated[
        float | None,
        typer.Option(
            metavar="HALFWIDTH",
            help="Stop once the last durable odds are this well known, as .005.",
            parser=number(".005"),
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the run in this folder.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in --out or in SCENARIO, or show it.")
    ] = False,
    use_numbered: Annotated[
        bool, typer.Option("--numbered", help="If --out holds another run, use DIR-2, DIR-3 and so on.")
    ] = False,
    store: Annotated[
        bool, typer.Option("--store", help="Keep more than five million trials, in memory or --out.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Many machines: a Dask scheduler, tcp://host:port or tls://host:port."),
    ] = None,
    tls: Annotated[Path | None, typer.Option(metavar="DIR", help="ca.pem, cert.pem and key.pem for tls://.")] = None,
    insecure_scheduler: Annotated[
        bool, typer.Option("--insecure-scheduler", help="Allow plain tcp:// beyond this computer.")
    ] = False,
    with_report: Annotated[bool, typer.Option("--report", help="Also write report.html into --out.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run scenarios and print the odds of a ceasefire."""
    from sim.execution import plan

    if out is None and resume and len(scenarios) == 1 and plan.is_run(scenarios[0]):
        out, trials, seed, precision = plan.as_begun(Path(scenarios[0]), trials, seed, precision)
    if out is None and (resume or use_numbered or with_report):
        raise ParleyError("--resume, --numbered and --report need --out DIR")
    machines = Machines(workers, scheduler, tls, insecure_scheduler)
    is_streamed = keeps_no_trials(trials, precision, seed, store, out)
    question = plan.Question(trials, seed, precision, tuple(sets or ()), tuple(sweeps or ()), central, resume)
    names = plan.expand(scenarios)
    tell_hidden(names, quiet)
    wanted = plan.requests(names, question)
    place = out
    if out is not None:
        wanted, place = plan.into(wanted, out, use_numbered)
    with ProgressBar(wanted, quiet) as bar:
        runs = computed(wanted, machines, bar.show, store, is_streamed)
    if place != out and not quiet:
        typer.echo(literal(f"{out} holds other runs, so these are in {place}."), err=True)
    if not bar.n_blocks and not quiet:
        typer.echo(literal(f"Nothing had to be computed: {place} already holds these runs."), err=True)
    from sim.cli import console

    page = place / "report.html" if with_report and place else None

    def show() -> None:
        if as_json:
            print_json(runs[0].summary if len(runs) == 1 else [one.summary for one in runs])
        else:
            console.show_runs(runs, console.console(), is_sweep=bool(sweeps))

    print_then(show, *([lambda: pages.write_report(runs, page, quiet=quiet)] if page else []))
    if not quiet and not as_json:
        folder, report = (str(place) if place else None), (str(page) if page else None)
        console.show_next(names, folder, report, console.console(to_stderr=True))


questions.add_to(app)
moves.add_to(app)
evidence.add_to(app)
readings.add_to(app)
pages.add_to(app)
exercise.add_to(app)
app.add_typer(results.results, name="results")


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
        command = typer.main.get_command(app)
        refuse_repeats(command, sys.argv[1:])
        code = command(standalone_mode=False, prog_name="parley")
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
        names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
        names += [group.name for group in app.registered_groups if group.name]
        leave(in_one_line(problem, names), int(problem.exit_code))
    except (KeyboardInterrupt, typer.Abort):
        leave(f"\nStopped. {how_to_resume(sys.argv[1:])}", 130)
    except Terminated:
        leave(f"\nStopped. {how_to_resume(sys.argv[1:])}", 143)
    except OSError as problem:
        if problem.errno not in NO_SPACE:
            raise
        write_no_more(stdout)
        leave(f"cannot write: {NO_SPACE[problem.errno]}", 5)
    except MemoryError:
        leave("memory ran out: fewer --trials or fewer --workers", 5)
    sys.exit(code if isinstance(code, int) else 0)
