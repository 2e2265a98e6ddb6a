"""From what was typed to a service: run folders, scenarios, folders of scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dashboards.app.simulation_service import Service
from sim.errors import ParleyError
from sim.execution import plan
from sim.results.run import open_run
from sim.scenario.reading import load
from sim.storage.manifest import MANIFEST


def opened(names: Sequence[str], trials: int, seed: int) -> Service:
    """A service over run folders, scenarios and folders of scenarios; a scenario brings those of its folder with it.

    Raises ParleyError for names that are none.
    """
    service = Service(trials, seed)
    for name in names:
        if plan.is_run(name) or any(Path(name).glob(f"*/{MANIFEST}")):
            for folder in plan.run_folders(Path(name)):
                service.add_run(open_run(folder))
            continue
        wanted = plan.expand([name])
        near = name.rpartition("/")[0]
        with suppress(ParleyError):
            wanted += [one for one in plan.members(near) if one not in wanted] if near else []
        for one in wanted:
            loaded = load.open_scenario(one)
            if loaded.name not in service.bases:
                service.add(loaded.name, loaded.scenario)
    return service
