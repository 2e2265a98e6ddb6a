"""The pages of the dashboard, one question each, in the order of the navigation."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from types import ModuleType

NAMES = ("odds", "scenarios", "what_if", "why", "terms", "matters", "trial", "record", "sources")


def pages() -> list[ModuleType]:
    """Modules with ``PAGE``, ``layout`` and ``register``, by their order."""
    found = [importlib.import_module(f"{__name__}.{name}") for name in NAMES if find_spec(f"{__name__}.{name}")]
    return sorted(found, key=lambda module: module.PAGE.order)
