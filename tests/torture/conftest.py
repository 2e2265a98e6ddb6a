"""Tests marked ``torture`` take many minutes: they run only when asked for by name (``-m torture``)."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "torture" in (config.option.markexpr or ""):
        return
    left_out = [item for item in items if item.get_closest_marker("torture")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
