"""Commands that ask why and what if, and how surely: compare, why, replay, sensitivity, discover, efficiency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import (
    AsJson,
    Days,
    Keep,
    One,
    Quiet,
    Seed,
    Sets,
    Trials,
    Workers,
    number,
    print_json,
    whole,
)
from sim.cli.progress import ProgressBar
from sim.cli.runs import keep_for_pages, runs_of, tell_hidden
from sim.errors import ParleyError

if TYPE_CHECKING:
    from sim.analysis.failure.decompose import Decomposition
    from sim.execution.request import Request
    from sim.results.run import Run


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    for command in (compare, why, replay, sensitivity, discover, efficiency):
        app.command()(command)
    app.command(hidden=True)(sharpen)


def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help="Scenario or run folder to compare with.")],
    variants: Annotated[list[str], typer.Argument(metavar="VARIANT...", help="Scenarios or run folders.")],
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    decompose: Annotated[bool, typer.Option("--decompose", help="Take one variant's changes apart.")] = False,
    weights: Annotated[
        str | None, typer.Option(metavar="W0,W1,...", help="How likely each is, the base first: one mixed forecast.")
    ] = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Differences from a base, on the same luck."""
    from sim.cli import console
    from sim.execution import plan
    from sim.results.compare import check_weights, mixed
    from sim.results.compare import compare as compare_runs

    base = base if plan.is_run(base) else plan.full_name(base)
    names = [base, *(one for name in variants for one in plan.expand_or_run(name) if one != base)]
    if len(names) < 2:
        raise ParleyError("compare: the variant is the base itself, name another scenario")
    shares = as_weights(weights) if weights is not None else None
    if shares is not None:
        check_weights(shares, len(names))
    if decompose and len(names) != 2:
        raise ParleyError(f"--decompose: one variant is wanted, {len(names) - 1} came")
    runs = runs_of(names, trials, seed, sets, workers, quiet)
    results = [compare_runs(runs[0], variant, len(runs) - 1) for variant in runs[1:]]
    mixture = mixed(runs, shares) if shares is not None else None
    apart = taken_apart(runs[0], runs[1], workers, quiet) if decompose else None
    if as_json:
        extra = {"mixed": mixture} if mixture else {}
        extra |= {"decomposition": apart.as_dict()} if apart else {}
        only = results[0] if len(results) == 1 else results
        print_json({"comparisons": results, **extra} if extra else only)
        return
    to = console.console()
    console.show_comparison(results, runs[0], to)
    if apart:
        console.show_decomposition(apart, to)
    if mixture:
        console.show_mixture(mixture, to)


def as_weights(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        meant = ", per cents without the sign: 50,30,20" if "%" in text else ""
        raise ParleyError(f"--weights: {text[:40]!r} came, numbers such as .5,.3,.2 are wanted{meant}") from None


def taken_apart(base: Run, variant: Run, workers: int | None, quiet: bool) -> Decomposition:
    """The changes of the one variant, each alone and left out."""
    from sim.analysis.failure.decompose import decompose
    from sim.execution.run import run_many

    def run_all(wanted: Sequence[Request]) -> list[Run]:
        with ProgressBar(wanted, quiet) as bar:
            return list(run_many(wanted, workers=workers, progress=bar.show))

    return decompose(base, variant, run_all)


def why(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario or run folder.")],
    base: Annotated[
        str | None, typer.Option(metavar="BASE", help="Scenario or run folder to set it against, on the same luck.")
    ] = None,
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """How far trials got, why they failed, what would do."""
    from sim.analysis.failure.why import explain
    from sim.cli.commands.tables_why import show_why
    from sim.cli.console import console

    found = explain(*runs_of([scenario, *([base] if base else [])], trials, seed, sets, workers, quiet))
    if as_json:
        print_json(found.as_dict())
    else:
        show_why(found, console())


def replay(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario or run folder.")],
    trial: Annotated[int | None, typer.Option(metavar="N", help="Number of the trial, from 0.", parser=whole)] = None,
    first: Annotated[
        str | None, typer.Option(metavar="TIER", help="The first with a durable, mutual, broad halt.")
    ] = None,
    median: Annotated[
        bool, typer.Option("--median", help="The one whose lasting halt comes at the median week.")
    ] = False,
    worst_miss: Annotated[bool, typer.Option("--worst-miss", help="The failure that came closest.")] = False,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="The first that failed for this reason.")] = None,
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """One trial as a dated story, week by week."""
    from sim.analysis.replay import select_trial
    from sim.analysis.replay.replay import replay_run
    from sim.cli.commands.tables_replay import show_replay
    from sim.cli.console import console

    asked = [trial is not None, first is not None, median, worst_miss, tag is not None]
    if sum(asked) != 1:
        raise ParleyError("replay: one of --trial, --first, --median, --worst-miss and --tag is wanted")
    (run,) = runs_of([scenario], trials, seed, sets, workers, quiet)
    if first is not None:
        trial = select_trial.first(run, first)
    elif median:
        trial = select_trial.median(run)
    elif worst_miss:
        trial = select_trial.worst_miss(run)
    elif tag is not None:
        trial = select_trial.with_tag(run, tag)
    assert trial is not None
    found = replay_run(run, trial)
    if as_json:
        print_json(found.as_dict())
    else:
        show_replay(found, console())


def sensitivity(
    scenario: One,
    method: Annotated[
        str, typer.Option(metavar="METHOD", help="tornado (one at a time), sobol (shares of variance) or morris.")
    ] = "tornado",
    inputs: Annotated[
        list[str] | None, typer.Option("--input", metavar="PATH", help="Only this input; repeatable.")
    ] = None,
    tier: Annotated[str, typer.Option(metavar="TIER", help="durable, mutual or broad.")] = "durable",
    days: Days = None,
    trials: Annotated[
        int | None, typer.Option("--trials", "-n", metavar="N", help="Trials of each point.", parser=whole)
    ] = None,
    seed: Seed = 1,
    sets: Sets = None,
    workers: Workers = None,
    keep: Keep = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Which uncertain inputs move the odds, and how far."""
    from sim.analysis.sensitivity.morris import morris
    from sim.analysis.sensitivity.sobol import sobol
    from sim.analysis.sensitivity.tornado import tornado
    from sim.cli.commands.tables_sensitivity import show_sensitivity
    from sim.cli.console import console
    from sim.cli.progress import CountingBar
    from sim.scenario.reading.load import open_scenario
    from sim.scenario.reading.overrides import parse_set

    methods: dict[str, Any] = {"tornado": tornado, "sobol": sobol, "morris": morris}
    if method not in methods:
        raise ParleyError(f"--method: {method[:40]!r} came, {', '.join(methods)} are allowed")
    if keep and (method == "morris" or inputs or tier != "durable" or days is not None):
        raise ParleyError(
            "--keep: the dashboard shows tornado and sobol of all inputs, for durable halts by the last horizon"
        )
    tell_hidden([scenario], quiet)
    loaded = open_scenario(scenario, [parse_set(text) for text in sets or []])
    wanted: dict[str, Any] = {"tier": tier, "days": days, "seed": seed, "workers": workers}
    wanted |= {"inputs": inputs} if inputs else {}
    wanted |= {"trials": trials} if trials is not None else {}
    with CountingBar("trials", quiet) as bar:
        found = methods[method](loaded.scenario, progress=bar.show, **wanted)
    problem = None
    if keep:
        from dashboards.study_cache import about_scenario

        options = {"trials": found.trials} if method == "tornado" else {"rows": found.rows}
        problem = keep_for_pages(about_scenario(method, loaded.scenario, loaded.name, seed), options, found, quiet)
    if as_json:
        print_json(found.as_dict())
    else:
        show_sensitivity(found, loaded.name, console())
    if problem:
        raise problem


def discover(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario or run folder.")],
    outcome: Annotated[str, typer.Option(metavar="TIER", help="durable or mutual.")] = "durable",
    days: Days = None,
    density: Annotated[
        float | None, typer.Option(metavar="P", help="Least restricted box this dense, as .6.", parser=number(".6"))
    ] = None,
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    workers: Workers = None,
    keep: Keep = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Where in the uncertain inputs halts come, and where not."""
    from sim.analysis.discovery.discover import discover as search
    from sim.cli.commands.tables_discover import show_discovery
    from sim.cli.console import console
    from sim.cli.progress import CountingBar
    from sim.statistics.horizons import horizons

    if keep and (outcome != "durable" or days is not None):
        raise ParleyError("--keep: the dashboard shows boxes for durable halts by the last horizon")
    (run,) = runs_of([scenario], trials, seed, sets, workers, quiet)
    with CountingBar("searches", quiet) as bar:
        found = search(run, outcome, max(horizons(run.scenario)) if days is None else days, density, bar.show)
    problem = None
    if keep:
        from dashboards.study_cache import about

        options = {"trials": run.n_trials, "days": found.days, "density": density}
        problem = keep_for_pages(about("boxes", run), options, found, quiet)
    if as_json:
        print_json(found.as_dict())
    else:
        show_discovery(found, console())
    if problem:
        raise problem


Count = Annotated[
    int | None, typer.Option("--trials", "-n", metavar="N", help="Trials of each method [16,384].", parser=whole)
]
Against = Annotated[str | None, typer.Option(metavar="SCENARIO", help="Instead: what common random numbers gain.")]


def efficiency(
    scenario: One,
    trials: Count = None,
    against: Against = None,
    seed: Seed = 1,
    sets: Sets = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """What common random numbers and Sobol draws gain."""
    from sim.analysis.variance_reduction.common_random_numbers import common_luck
    from sim.analysis.variance_reduction.methods import DEFAULT_TRIALS, fewer_trials
    from sim.cli.commands.tables_fewer_trials import show_common_luck, show_fewer_trials
    from sim.cli.console import console
    from sim.cli.progress import CountingBar
    from sim.scenario.reading.load import open_scenario
    from sim.scenario.reading.overrides import parse_set

    count = DEFAULT_TRIALS if trials is None else trials
    if against is not None:
        luck = common_luck(*runs_of([scenario, against], count, seed, sets, None, quiet))
        print_json(luck.as_dict()) if as_json else show_common_luck(luck, console())
        return
    tell_hidden([scenario], quiet)
    loaded = open_scenario(scenario, [parse_set(text) for text in sets or []])
    with CountingBar("trials", quiet) as bar:
        found = fewer_trials(loaded.scenario, trials=count, seed=seed, progress=bar.show, name=loaded.name)
    print_json(found.as_dict()) if as_json else show_fewer_trials(found, console())


def sharpen(
    scenario: One,
    method: Annotated[str, typer.Option(metavar="NAME", help="plain, sobol or all.")] = "all",
    trials: Count = None,
    against: Against = None,
    seed: Seed = 1,
    sets: Sets = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """The old name of efficiency, for one version."""
    typer.echo("parley sharpen is now called parley efficiency; the old name goes with the next version.", err=True)
    if method not in ("plain", "sobol", "all"):
        raise ParleyError(f"--method: expected plain, sobol or all, got {method[:40]!r} (all are run at once)")
    efficiency(scenario, trials, against, seed, sets, quiet, as_json)
