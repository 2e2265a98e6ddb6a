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

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import NamedTuple

from sim.errors import ParleyError

State = tuple[bool, ...]
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
    """Options, feasible states and each player's payoff by state (higher is better). States count from 0."""

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

    # -- moves ---------------------------------------------------------------------------------------

    @cached_property
    def _moves(self) -> dict[str, tuple[frozenset[int], ...]]:
        return {
            player: tuple(
                frozenset(end for end in range(len(self.states)) if end != start and self._can_go(player, start, end))
                for start in range(len(self.states))
            )
            for player in self.players
        }

    def _can_go(self, player: str, start: int, end: int) -> bool:
        return all(
            before == after or (option.player == player and (option.is_reversible or after))
            for option, before, after in zip(self.options, self.states[start], self.states[end], strict=True)
        )

    def moves(self, player: str, state: int) -> frozenset[int]:
        """States that a player can reach from a state by resetting its own options."""
        return self._moves[player][state]

    def improvements(self, player: str, state: int) -> frozenset[int]:
        """Moves to a state that the player likes better."""
        values = self.payoffs[player]
        return frozenset(end for end in self.moves(player, state) if values[end] > values[state])

    def _answers(self, player: str, state: int, steps: Callable[[str, int], Iterable[int]]) -> frozenset[int]:
        """States the others can reach together, in any order and number of their own ``steps``.

        Two steps of one player in a row are as good as one here (own options are reset at will), so the rule that
        nobody moves twice in succession changes nothing.
        """
        found: set[int] = set()
        waiting = [state]
        while waiting:
            start = waiting.pop()
            for other in self.players:
                if other != player:
                    fresh = set(steps(other, start)) - found
                    found |= fresh
                    waiting += fresh
        return frozenset(found)

    # -- stability -----------------------------------------------------------------------------------

    def is_stable(self, concept: str, player: str, state: int) -> bool:
        """Whether a player would stay at a state by a concept of ``CONCEPTS``."""
        if concept not in CONCEPTS:
            raise ParleyError(f"{concept!r} came, one of {', '.join(CONCEPTS)} is wanted")
        return all(self._deters(concept, player, state, better) for better in self.improvements(player, state))

    def _deters(self, concept: str, player: str, state: int, better: int) -> bool:
        """Whether a concept's sanction keeps a player at ``state`` from improving to ``better``."""
        values = self.payoffs[player]
        match concept:
            case "Nash":
                return False
            case "SIM":
                return any(values[end] <= values[state] for end in self._at_once(player, state, better))
            case "SEQ":
                answers = self._answers(player, better, self.improvements)
            case _:
                answers = self._answers(player, better, self.moves)
        sanctions = [end for end in answers if values[end] <= values[state]]
        if concept != "SMR":
            return bool(sanctions)
        return any(all(values[last] <= values[state] for last in self.moves(player, end)) for end in sanctions)

    def _at_once(self, player: str, state: int, better: int) -> set[int]:
        """States reached if the player improves to ``better`` while others improve from ``state`` as well."""
        number = {found: index for index, found in enumerate(self.states)}
        others = [other for other in self.players if other != player]
        found = set()
        for ends in product(*((state, *self.improvements(other, state)) for other in others)):
            owner = dict(zip(others, ends, strict=True)) | {player: better}
            joint = tuple(self.states[owner[option.player]][place] for place, option in enumerate(self.options))
            if any(end != state for end in ends) and joint in number:
                found.add(number[joint])
        return found

    def equilibria(self, concept: str) -> tuple[int, ...]:
        """States (from 0) that are stable for every player."""
        return tuple(
            state
            for state in range(len(self.states))
            if all(self.is_stable(concept, player, state) for player in self.players)
        )
