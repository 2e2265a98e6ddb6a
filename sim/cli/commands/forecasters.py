"""``parley forecasters``: the model and forecasters of the same war."""

from __future__ import annotations

from sim.cli.console import print_result, show_forecasters
from sim.cli.options import AsJson, One, Quiet, Seed, Trials, Workers
from sim.cli.runs import runs_of
from sim.errors import ParleyError


def forecasters(
    scenario: One,
    trials: Trials = None,
    seed: Seed = 1,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Set the model next to people who forecast the same war."""
    from sim.evidence.forecasters.forecasters import forecaster_table

    (run,) = runs_of([scenario], trials, seed, None, workers, quiet)
    found = forecaster_table(run)
    if found is None:
        raise ParleyError(f"{run.name}: names no crowd (`crowd: {{file: ..., date: ...}}`)")
    print_result(found, as_json, show_forecasters)
