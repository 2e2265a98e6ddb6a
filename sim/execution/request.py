"""What is asked of one run, checked before anything is computed."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import ParleyError
from sim.errors.arguments import check_fields
from sim.execution.blocks import DEFAULT_BLOCK, DEFAULT_TRIALS, PRECISION_CAP
from sim.scenario.reading.pinned_tables import file_names, pinned
from sim.scenario.schema import Scenario
from sim.scenario.sources.contents import CROWD, content_named
from sim.storage.provenance import Inputs

if TYPE_CHECKING:
    from sim.agents.parties import Party

LEAST_PRECISION, MOST_PRECISION = 0.0005, 0.5


@dataclass(frozen=True)
class Request:
    """Hold one run that is asked for. ``precision`` stops it at that half-width, ``trials`` then being the most."""

    scenario: Scenario
    name: str
    trials: int = DEFAULT_TRIALS
    seed: int = 1
    parties: Mapping[str, type[Party]] = field(default_factory=dict)
    precision: float | None = None
    block: int = DEFAULT_BLOCK
    folder: Path | None = None
    resume: bool = False

    def __post_init__(self) -> None:
        """Check the fields, and read the tables of a scenario that was made in Python: no worker looks for them."""
        check_fields(self, {"name": "str", "trials": "int", "seed": "int", "precision": "float | None", "block": "int"})
        object.__setattr__(self, "scenario", pinned(self.scenario))

    @cached_property
    def inputs(self) -> Inputs:
        """Return what the trials depend on, for the manifest."""
        tables = [table for table in self.scenario.named_tables() if table.sha256]
        return Inputs(
            self.name,
            self.scenario.model_dump(mode="json", exclude_none=True),
            self.seed,
            self.block,
            {name: _origin(party) for name, party in sorted(self.parties.items())},
            {table.role: str(table.sha256)[:16] for table in tables if table.role != CROWD},
            tuple(
                {"role": one.role, "file": one.name, "place": one.place, "sha256": one.sha256}
                for one in self.scenario.origin
            ),
            {name: content_named(name, digest).data for digest, name in file_names(tables).items()},
        )


def wanted_trials(trials: int | None, precision: float | None) -> int:
    """Return trials to run at most, where none are named."""
    if trials is not None:
        return trials
    return DEFAULT_TRIALS if precision is None else PRECISION_CAP


def check_precision(precision: float | None) -> None:
    """Refuse a half-width that is out of its range."""
    if precision is not None and not LEAST_PRECISION <= precision <= MOST_PRECISION:
        raise ParleyError(
            f"precision: expected a half-width of {LEAST_PRECISION} to {MOST_PRECISION}, got {precision:g}"
        )


def check_parties(request: Request) -> None:
    """Check that custom behaviour is given to parties that exist, as classes."""
    for name, party in request.parties.items():
        if name not in request.scenario.parties:
            known = ", ".join(request.scenario.parties)
            raise ParleyError(f"parties: there is no party {name!r} in the scenario; there are {known}")
        if not inspect.isclass(party):
            raise ParleyError(f"parties: expected a class for {name!r}, got {type(party).__name__}")


def slug(title: str) -> str:
    """Return a name for a folder out of a title."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60] or "scenario"


def _origin(party: type) -> str:
    """Return where a class comes from, with a digest of its source so that an edited one is another."""
    source = ""
    with suppress(OSError, TypeError):
        source = "#" + hashlib.sha256(inspect.getsource(party).encode()).hexdigest()[:12]
    return f"{party.__module__}:{party.__qualname__}{source}"
