"""``parley schema``: the JSON Schema of scenario files."""

from __future__ import annotations

from sim.cli.console import print_json
from sim.cli.options import AsJson


def schema(as_json: AsJson = True) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario.json_schema import json_schema

    print_json(json_schema())
