"""The pages of the dashboard, one question each, in the order of the navigation."""

from __future__ import annotations

import importlib
from types import ModuleType

NAMES = ("odds", "scenarios", "what_if", "why", "terms", "sensitivity", "trial", "record", "sources")


def pages() -> list[ModuleType]:
    """Modules with ``PAGE``, ``layout`` and ``register``, by their order."""
    found = [importlib.import_module(f"{__name__}.{name}") for name in NAMES]
    return sorted(found, key=lambda module: module.PAGE.order)
