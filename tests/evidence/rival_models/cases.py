"""Published cases that the panel's models must reproduce."""

from sim.evidence.rival_models import Actor, Conflict, Option

CARS = tuple(
    Actor(name, position, capability, salience)
    for name, position, capability, salience in (
        ("Netherlands", 4, 0.08, 0.8),
        ("Belgium", 7, 0.08, 0.4),
        ("Luxembourg", 4, 0.03, 0.2),
        ("Germany", 4, 0.16, 0.8),
        ("France", 10, 0.16, 0.6),
        ("Italy", 10, 0.16, 0.6),
        ("UK", 10, 0.16, 0.9),
        ("Ireland", 7, 0.05, 0.1),
        ("Denmark", 4, 0.05, 1.0),
        ("Greece", 7, 0.08, 0.7),
    )
)
"""Years until emission standards for cars apply: Bueno de Mesquita (1994), table 1 of Scholz et al. (2011)."""


def prisoners() -> Conflict:
    """The prisoners' dilemma: states NN YN NY YY, the first letter player 1's, Y = cooperate."""
    return Conflict([Option("1", "cooperate"), Option("2", "cooperate")], {"1": (1, 0, 3, 2), "2": (1, 3, 0, 2)})


def cuba() -> Conflict:
    """The missile crisis of 1962 (Fraser and Hipel 1984): an air strike cannot be undone."""
    options = [
        Option("US", "air strike", is_reversible=False),
        Option("US", "blockade"),
        Option("USSR", "withdraw"),
        Option("USSR", "escalate"),
    ]
    payoffs = {"US": (5, 7, 8, 6, 12, 10, 11, 9, 1, 3, 2, 4), "USSR": (12, 7, 9, 5, 11, 8, 10, 6, 1, 3, 2, 4)}
    return Conflict(options, payoffs, lambda state: not (state[2] and state[3]))
