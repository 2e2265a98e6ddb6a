"""Compute the odds of a ceasefire by Monte Carlo, from an agent-based model of negotiation under war.

Everything here is imported when it is first used, so that ``import sim`` costs nothing.

Examples
--------
>>> import sim
>>> run = sim.run("teaching/minimal", trials=640, seed=1)
>>> round(run.odds("durable", days=365).p, 3)  # beside p its band over parameters and its Monte Carlo interval
0.955
>>> len(run.trials)  # a DataFrame, one row a trial
640
"""

from __future__ import annotations

from importlib import import_module

from sim._version import __version__ as __version__

TYPE_CHECKING = False  # without ``typing``, which ``python -m sim`` would still take from the working folder
if TYPE_CHECKING:
    from typing import Any

    from sim.agents.mesa_model import NegotiationModel
    from sim.agents.parties import Backer, Belligerent, Mediator, Party
    from sim.analysis.discovery.discover import discover
    from sim.analysis.event_timeline import timeline
    from sim.analysis.failure.why import why
    from sim.analysis.levers.levers import levers
    from sim.analysis.replay.replay import replay_run as replay
    from sim.analysis.sensitivity.morris import morris
    from sim.analysis.sensitivity.sobol import sobol
    from sim.analysis.sensitivity.tornado import tornado
    from sim.analysis.sensitivity.value_of_information import value_of_information
    from sim.errors import ParleyError
    from sim.execution.run import run, run_many
    from sim.results.compare import compare
    from sim.results.export import differences, long_form
    from sim.results.run import Run
    from sim.results.run import open_run as read_run
    from sim.scenario.reading.load import load
    from sim.scenario.schema import Scenario
    from sim.statistics.estimates import Odds

_HOMES = {
    "Backer": ("sim.agents.parties", "Backer"),
    "Belligerent": ("sim.agents.parties", "Belligerent"),
    "Mediator": ("sim.agents.parties", "Mediator"),
    "NegotiationModel": ("sim.agents.mesa_model", "NegotiationModel"),
    "Odds": ("sim.statistics.estimates", "Odds"),
    "ParleyError": ("sim.errors", "ParleyError"),
    "Party": ("sim.agents.parties", "Party"),
    "Run": ("sim.results.run", "Run"),
    "Scenario": ("sim.scenario.schema", "Scenario"),
    "compare": ("sim.results.compare", "compare"),
    "differences": ("sim.results.export", "differences"),
    "discover": ("sim.analysis.discovery.discover", "discover"),
    "levers": ("sim.analysis.levers.levers", "levers"),
    "load": ("sim.scenario.reading.load", "load"),
    "long_form": ("sim.results.export", "long_form"),
    "morris": ("sim.analysis.sensitivity.morris", "morris"),
    "read_run": ("sim.results.run", "open_run"),
    "replay": ("sim.analysis.replay.replay", "replay_run"),
    "run": ("sim.execution.run", "run"),
    "run_many": ("sim.execution.run", "run_many"),
    "sobol": ("sim.analysis.sensitivity.sobol", "sobol"),
    "timeline": ("sim.analysis.event_timeline", "timeline"),
    "tornado": ("sim.analysis.sensitivity.tornado", "tornado"),
    "value_of_information": ("sim.analysis.sensitivity.value_of_information", "value_of_information"),
    "why": ("sim.analysis.failure.why", "why"),
}

__all__ = [
    "Backer",
    "Belligerent",
    "Mediator",
    "NegotiationModel",
    "Odds",
    "ParleyError",
    "Party",
    "Run",
    "Scenario",
    "compare",
    "differences",
    "discover",
    "levers",
    "load",
    "long_form",
    "morris",
    "read_run",
    "replay",
    "run",
    "run_many",
    "sobol",
    "timeline",
    "tornado",
    "value_of_information",
    "why",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    found = getattr(import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
