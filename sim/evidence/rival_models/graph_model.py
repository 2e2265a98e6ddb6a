"""Graph model for conflict resolution (Kilgour, Hipel and Fang 1987; Fang, Hipel and Kilgour 1993).

Players hold options that are taken or not. A state says which are taken; a player moves by resetting any
of its own options, as far as the state is feasible and nothing irreversible is undone. Preferences are
ordinal: only the order of payoffs matters. A state is an equilibrium of a concept if it is stable for all.

| concept | a player stays because each of its improvements ... | source |
| --- | --- | --- |
| Nash | does not exist | Nash 1950 |
| GMR | could be answered so that it ends no better than now | Howard 1971 |
| SEQ | would be so answered by others improving on their own position | Fraser and Hipel 1979 |
| SIM | is so spoiled when others take an improvement of their own at the same time | Fraser and Hipel 1979 |
| SMR | could be so answered, and no second move of its own would mend it | Howard 1971 |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

from sim.errors import ParleyError

State = tuple[bool, ...]
Pairs = NDArray[np.bool_]
"""What holds between two states, shape (states, states): row before, column after."""
CONCEPTS = ("Nash", "GMR", "SEQ", "SIM", "SMR")


class Option(NamedTuple):
    """Something a player may do. An irreversible option, once taken, stays taken."""

    player: str
    name: str
    is_reversible: bool = True


def feasible_states(options: Sequence[Option], is_feasible: Callable[[State], bool] | None = None) -> tuple[State, ...]:
    """All combinations, the first option being the fastest digit and not taken coming first."""
    found = (tuple(reversed(digits)) for digits in product((False, True), repeat=len(options)))
    return tuple(state for state in found if is_feasible is None or is_feasible(state))


class Conflict:
    """Options, feasible states and each player's payoff by state (higher is better). States count from 0.

    Moves and stability are worked out as matrices over pairs of states (Xu, Hipel and Kilgour 2009).
    """

    def __init__(
        self,
        options: Sequence[Option],
        payoffs: Mapping[str, Sequence[float]],
        is_feasible: Callable[[State], bool] | None = None,
    ) -> None:
        self.options = tuple(options)
        self.states = feasible_states(options, is_feasible)
        self.players = tuple(dict.fromkeys(option.player for option in options))
        self.payoffs = {player: tuple(payoffs.get(player, ())) for player in self.players}
        for player, values in self.payoffs.items():
            if len(values) != len(self.states):
                raise ParleyError(f"{player}: {len(values)} payoffs came, there are {len(self.states)} feasible states")
        self._moves = {player: self._moves_of(player) for player in self.players}
        self._better = {player: np.less.outer(values, values) for player, values in self.payoffs.items()}
        self._improvements = {player: self._moves[player] & self._better[player] for player in self.players}

    def _moves_of(self, player: str) -> Pairs:
        taken = np.array(self.states)
        before, after = taken[:, None, :], taken[None, :, :]
        free = np.array([option.player == player for option in self.options])
        lasting = np.array([not option.is_reversible for option in self.options])
        may = (before == after) | (free & (after | ~lasting))
        return np.asarray(may.all(axis=2) & (before != after).any(axis=2))

    def moves(self, player: str, state: int) -> frozenset[int]:
        """States that a player can reach from a state by resetting its own options."""
        return frozenset(np.flatnonzero(self._moves[player][state]).tolist())

    def improvements(self, player: str, state: int) -> frozenset[int]:
        """Return moves to a state that the player likes better."""
        return frozenset(np.flatnonzero(self._improvements[player][state]).tolist())

    def is_stable(self, concept: str, player: str, state: int) -> bool:
        """Whether a player would stay at a state by a concept of ``CONCEPTS``."""
        if concept not in CONCEPTS:
            raise ParleyError(f"{concept!r} came, one of {', '.join(CONCEPTS)} is wanted")
        return not (self._improvements[player] & ~self._deterred(concept, player))[state].any()

    def equilibria(self, concept: str) -> tuple[int, ...]:
        """States (from 0) that are stable for every player."""
        tempted = [self._improvements[player] & ~self._deterred(concept, player) for player in self.players]
        return tuple(np.flatnonzero(~np.any(tempted, axis=(0, 2))).tolist())

    def _deterred(self, concept: str, player: str) -> Pairs:
        """From a state (row), which improvements (column) the sanction of a concept keeps a player from taking."""
        harms = ~self._better[player]
        match concept:
            case "Nash":
                return np.zeros_like(harms)
            case "SIM":
                return self._spoiled(player)
            case "SEQ":
                return harms @ self._answers(player, self._improvements).T
            case "SMR":
                harms = harms & ~(self._better[player] @ self._moves[player].T)
        return harms @ self._answers(player, self._moves).T

    def _answers(self, player: str, steps: Mapping[str, Pairs]) -> Pairs:
        """States the others can reach together from a state, in any order and number of their own ``steps``.

        Two steps of one player in a row are as good as one here (own options are reset at will), so the rule that
        nobody moves twice in succession changes nothing.
        """
        own = np.eye(len(self.states), dtype=np.bool_)
        others = [own, *(steps[other] for other in self.players if other != player)]
        return np.asarray(np.isfinite(shortest_path(np.any(others, axis=0), unweighted=True)))

    def _spoiled(self, player: str) -> Pairs:
        """Improvements that end no better because others improve from the same state at the same time."""
        number = {state: index for index, state in enumerate(self.states)}
        others = [other for other in self.players if other != player]
        found = np.zeros_like(self._better[player])
        for state, better in np.argwhere(self._improvements[player]).tolist():
            for ends in product(*((state, *self.improvements(other, state)) for other in others)):
                owner = dict(zip(others, ends, strict=True)) | {player: better}
                joint = tuple(self.states[owner[option.player]][place] for place, option in enumerate(self.options))
                if any(end != state for end in ends) and joint in number:
                    found[state, better] |= not self._better[player][state, number[joint]]
        return found
