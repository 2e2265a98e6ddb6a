"""The rival panel: the same scenario through other schools of negotiation models, in one table.

    from sim.evidence.rival_models import panel, show_panel

    found = panel(sim.load("istanbul_2025/aides_only"))
    found.as_dict()               # plain data
    show_panel(found, console)    # the table

Each model can also be used by itself, on any data: ``spatial``, ``expected_utility``, ``solutions``, ``graph_model``.
"""

from sim.evidence.rival_models.expected_utility import Reading, challenge
from sim.evidence.rival_models.graph_model import CONCEPTS, Conflict, Option
from sim.evidence.rival_models.panel import Panel, Row, panel, show_panel
from sim.evidence.rival_models.solutions import kalai_smorodinsky_point, nash_point, rubinstein_share
from sim.evidence.rival_models.spatial import Actor, weighted_mean, weighted_median

__all__ = [
    "CONCEPTS",
    "Actor",
    "Conflict",
    "Option",
    "Panel",
    "Reading",
    "Row",
    "challenge",
    "kalai_smorodinsky_point",
    "nash_point",
    "panel",
    "rubinstein_share",
    "show_panel",
    "weighted_mean",
    "weighted_median",
]
