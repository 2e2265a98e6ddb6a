"""``parley rivals``: what other schools of models say of a scenario."""

from __future__ import annotations

from sim.cli.console import print_result
from sim.cli.options import AsJson, One


def rivals(scenario: One, as_json: AsJson = False) -> None:
    """Put a scenario to other schools of models."""
    from sim.evidence.rival_models import panel, show_panel
    from sim.scenario.reading.load import load

    print_result(panel(load(scenario)), as_json, show_panel)
