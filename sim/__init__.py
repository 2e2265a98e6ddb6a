"""Parley: odds of a ceasefire by Monte Carlo, from an agent-based model of negotiation under war.

    import sim

    run = sim.run("istanbul_2025/aides_only", trials=20_000, seed=1)
    run.odds("durable", days=90)      # p with the band over parameters and the Monte Carlo interval
    run.trials                        # a DataFrame, one row per trial

Everything here is imported when it is first used, so that ``import sim`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # without ``typing``, which ``python -m sim`` would still take from the working folder
if TYPE_CHECKING:
    from typing import Any

    from sim.errors import ParleyError
    from sim.experiment.compare import compare
    from sim.experiment.estimates import Odds
    from sim.experiment.export import differences, long_form
    from sim.experiment.run import Run, run, run_many
    from sim.experiment.run import open_run as read_run
    from sim.model import Backer, Belligerent, Mediator, Party
    from sim.scenario.files import load
    from sim.scenario.schema import Scenario
    from sim.study.discover import discover
    from sim.study.levers import levers
    from sim.study.morris import morris
    from sim.study.replay import replay_run as replay
    from sim.study.sobol import sobol
    from sim.study.timeline import timeline
    from sim.study.tornado import tornado
    from sim.study.value_of_information import value_of_information
    from sim.study.why import why

__version__ = "0.2.0"

_HOMES = {
    "Backer": ("sim.model", "Backer"),
    "Belligerent": ("sim.model", "Belligerent"),
    "Mediator": ("sim.model", "Mediator"),
    "Odds": ("sim.experiment.estimates", "Odds"),
    "ParleyError": ("sim.errors", "ParleyError"),
    "Party": ("sim.model", "Party"),
    "Run": ("sim.experiment.run", "Run"),
    "Scenario": ("sim.scenario.schema", "Scenario"),
    "compare": ("sim.experiment.compare", "compare"),
    "differences": ("sim.experiment.export", "differences"),
    "discover": ("sim.study.discover", "discover"),
    "levers": ("sim.study.levers", "levers"),
    "load": ("sim.scenario.files", "load"),
    "long_form": ("sim.experiment.export", "long_form"),
    "morris": ("sim.study.morris", "morris"),
    "read_run": ("sim.experiment.run", "open_run"),
    "replay": ("sim.study.replay", "replay_run"),
    "run": ("sim.experiment.run", "run"),
    "run_many": ("sim.experiment.run", "run_many"),
    "sobol": ("sim.study.sobol", "sobol"),
    "timeline": ("sim.study.timeline", "timeline"),
    "tornado": ("sim.study.tornado", "tornado"),
    "value_of_information": ("sim.study.value_of_information", "value_of_information"),
    "why": ("sim.study.why", "why"),
}

__all__ = [
    "Backer",
    "Belligerent",
    "Mediator",
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
