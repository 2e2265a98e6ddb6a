"""The model: one Mesa model whose agents hold columns over trials. Start at ``negotiation.py``."""

from sim.model.negotiation import NegotiationModel, simulate
from sim.model.parties import Backer, Belligerent, Mediator, Party

__all__ = ["Backer", "Belligerent", "Mediator", "NegotiationModel", "Party", "simulate"]
