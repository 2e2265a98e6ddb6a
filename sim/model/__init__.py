"""The model: one Mesa model whose agents hold columns over trials. Start at ``negotiation.py``.

Importing the package alone is cheap: Mesa and all it brings (.7 s) come with the first name that is asked for, so that
a page that only wants to know how luck is named does not wait for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.model.negotiation import NegotiationModel, simulate
    from sim.model.parties import Backer, Belligerent, Mediator, Party

__all__ = ["Backer", "Belligerent", "Mediator", "NegotiationModel", "Party", "simulate"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "negotiation" if name in ("NegotiationModel", "simulate") else "parties"
    return getattr(import_module(f"{__name__}.{home}"), name)
