"""What a page of the dashboard is, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboards.app.simulation_service import Service
    from sim.results.run import Run


@dataclass(frozen=True)
class Page:
    """A page as the navigation shows it: ``path`` such as ``/why``, a short title, the question it answers, its place.

    A module of ``pages`` has ``PAGE``, ``layout(view) -> Component`` and ``register(app, service)`` for its callbacks.
    """

    path: str
    title: str
    question: str
    order: int


@dataclass(frozen=True)
class View:
    """What a page is laid out for: the picked scenario's finished run, its siblings, and the address.

    ``runs`` are the finished runs of the picked scenario's folder, the picked one first, the others by name. ``query``
    holds the address after ``?``, one value a key (checked for length only), ``changes`` what a link sets by key path.
    ``narrow`` is true on small screens: figures take it as their ``narrow``.

    The shell prints ``PAGE.question`` as the page's ``h1``, so ``layout`` starts with ``components.section``; a
    module with ``HAS_OWN_HEADING = True`` brings an ``h1`` of its own.
    """

    scenario_name: str
    run: Run
    runs: Sequence[Run]
    service: Service
    query: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    narrow: bool = False
