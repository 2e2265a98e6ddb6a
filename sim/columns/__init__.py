"""The model: one Mesa model whose agents hold columns over trials. Start at ``week.py``.

Importing the package alone is cheap: Mesa and all it brings (.7 s) come with the first name that is asked for, so that
a page that only wants to know how its random numbers are named does not wait for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.columns.parties import Belligerent, Party
    from sim.columns.third_party_agents import Backer, Mediator
    from sim.columns.week import NegotiationModel, simulate

__all__ = ["Backer", "Belligerent", "Mediator", "NegotiationModel", "Party", "simulate"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    homes = {"NegotiationModel": "week", "simulate": "week"}
    homes |= {"Backer": "third_party_agents", "Mediator": "third_party_agents"}
    return getattr(import_module(f"{__name__}.{homes.get(name, 'parties')}"), name)
