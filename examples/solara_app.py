"""Show one trial as a page with sliders, a button for each week and three charts (Mesa's SolaraViz).

``pip install "mesa[network,viz]" "ipyvuetify<2"`` (Mesa's pages are written for Vuetify 2), then
``solara run examples/solara_app.py``.
"""

from __future__ import annotations

from typing import Any

import sim

SCENARIO = "istanbul_2025/aides_only"
CONTROLS: dict[str, Any] = {
    "scenario_name": SCENARIO,
    "trial": {"type": "SliderInt", "value": 0, "label": "trial", "min": 0, "max": 200, "step": 1},
    "parties.Russia.strain": {
        "type": "SliderFloat", "value": 0.06, "label": "Russia: cost of war", "min": 0, "max": 0.3, "step": .01
    },
    "parties.Ukraine.fear": {
        "type": "SliderFloat", "value": 0.05, "label": "Ukraine: fear", "min": 0, "max": 0.4, "step": .01
    },
}  # fmt: skip
"""Sliders of the page, by the key of the scenario that they change."""
CHARTS = ("momentum", ("offer_a", "offer_b"))
MISSING = 'expected the packages that draw this page: pip install "mesa[network,viz]" "ipyvuetify<2"'


def model_of(controls: dict[str, Any]) -> sim.NegotiationModel:
    """Return the model that the page starts with."""
    values = {name: one["value"] if isinstance(one, dict) else one for name, one in controls.items()}
    return sim.NegotiationModel(**values)


def page() -> Any:
    """Return the page; a sentence where the package that draws it is missing."""
    try:
        from mesa.visualization import SolaraViz, make_plot_component
    except ImportError as problem:
        raise SystemExit(f"{MISSING} ({problem})") from None
    charts = [make_plot_component(list(one) if isinstance(one, tuple) else one) for one in CHARTS]
    return SolaraViz(model_of(CONTROLS), components=charts, model_params=CONTROLS, name="One trial, week by week")


if __name__ != "examples.solara_app":  # solara runs this file; a test imports it
    Page = page()
