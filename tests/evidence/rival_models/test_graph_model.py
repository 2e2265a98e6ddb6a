from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ParleyError
from sim.evidence.rival_models import CONCEPTS, Conflict, Option
from tests.evidence.rival_models.cases import cuba, prisoners


def equilibria(conflict: Conflict) -> dict[str, set[int]]:
    """Stable states by concept, counted from 1 as in the literature."""
    return {concept: {state + 1 for state in conflict.equilibria(concept)} for concept in CONCEPTS}


def test_prisoners_dilemma() -> None:
    both = {1, 4}
    assert equilibria(prisoners()) == {"Nash": {1}, "GMR": both, "SEQ": both, "SIM": both, "SMR": both}


def test_cuban_missile_crisis() -> None:
    cautious = {1, 2, 3, 5, 6, 7, 8}
    assert equilibria(cuba()) == {"Nash": {6}, "GMR": cautious, "SEQ": {5, 6, 7}, "SIM": {6}, "SMR": cautious}


def test_moves_reset_own_options_and_undo_nothing_irreversible() -> None:
    crisis = cuba()
    assert len(crisis.states) == 12
    assert crisis.moves("US", 0) == {1, 2, 3}
    assert crisis.moves("US", 1) == {3}  # struck: only the blockade is left
    assert crisis.moves("USSR", 0) == {4, 8}
    assert crisis.moves("USSR", 4) == {0, 8}  # withdraw and escalate never together


def test_the_strike_undone_would_free_the_united_states() -> None:
    """A counterfactual: were the air strike reversible, the US would leave state 6 for the better state 5."""
    crisis = cuba()
    reversible = Conflict(
        [option._replace(is_reversible=True) for option in crisis.options],
        crisis.payoffs,
        lambda state: not (state[2] and state[3]),
    )
    assert not reversible.is_stable("Nash", "US", 5)
    assert crisis.is_stable("Nash", "US", 5)


def test_two_others_can_answer_together() -> None:
    """Player 1 gains at YNN; only YYY, which takes both others, would hurt it, and it could mend that by NYY."""
    options = [Option(player, "act") for player in "123"]
    worth = {"NNN": 0.0, "YNN": 2.0, "NYN": 0.0, "YYN": 1.0, "NNY": 0.0, "YNY": 1.0, "NYY": 1.0, "YYY": -1.0}
    conflict = Conflict(options, {"1": list(worth.values()), "2": (0,) * 8, "3": (0,) * 8})
    assert conflict.improvements("1", 0) == {1}
    assert conflict.is_stable("GMR", "1", 0)
    assert not conflict.is_stable("SMR", "1", 0)
    assert not conflict.is_stable("SEQ", "1", 0)  # the others gain nothing by it


def test_payoffs_must_cover_the_states() -> None:
    with pytest.raises(ParleyError, match="3 payoffs came, there are 2 feasible states"):
        Conflict([Option("1", "act")], {"1": (1, 2, 3)})


def test_an_unknown_concept_is_named() -> None:
    with pytest.raises(ParleyError, match="'Pareto' came"):
        prisoners().is_stable("Pareto", "1", 0)


@st.composite
def conflicts(draw: st.DrawFn, most_players: int = 3) -> Conflict:
    players = [str(number) for number in range(draw(st.integers(2, most_players)))]
    owners = players + draw(st.lists(st.sampled_from(players), max_size=1))
    options = [Option(owner, f"act {n}", draw(st.booleans())) for n, owner in enumerate(sorted(owners))]
    n_states = 2 ** len(options)
    values = st.lists(st.integers(0, 5), min_size=n_states, max_size=n_states)
    return Conflict(options, {player: draw(values) for player in players})


@given(conflicts())
def test_concepts_nest(conflict: Conflict) -> None:
    """Nash lies within all; what would be answered could be; what cannot be mended could be answered."""
    found = equilibria(conflict)
    assert found["Nash"] <= found["SEQ"] <= found["GMR"]
    assert found["Nash"] <= found["SMR"] <= found["GMR"]
    assert found["Nash"] <= found["SIM"]


@given(conflicts())
def test_only_the_order_of_payoffs_counts(conflict: Conflict) -> None:
    stretched = {player: [3.0**value for value in values] for player, values in conflict.payoffs.items()}
    assert equilibria(Conflict(conflict.options, stretched)) == equilibria(conflict)


@given(conflicts(most_players=2))
def test_two_players_against_the_definitions_written_out(conflict: Conflict) -> None:
    """A second implementation for two players, straight from Fang, Hipel and Kilgour (1993)."""
    for player, state in product(conflict.players, range(len(conflict.states))):
        (other,) = (found for found in conflict.players if found != player)
        value = conflict.payoffs[player]
        gains = [end for end in conflict.moves(player, state) if value[end] > value[state]]
        answers = {end: conflict.moves(other, end) for end in gains}
        credible = {
            end: [at for at in found if conflict.payoffs[other][at] > conflict.payoffs[other][end]]
            for end, found in answers.items()
        }
        expected = {
            "Nash": not gains,
            "GMR": all(any(value[at] <= value[state] for at in answers[end]) for end in gains),
            "SEQ": all(any(value[at] <= value[state] for at in credible[end]) for end in gains),
            "SMR": all(
                any(
                    value[at] <= value[state]
                    and all(value[last] <= value[state] for last in conflict.moves(player, at))
                    for at in answers[end]
                )
                for end in gains
            ),
        }
        assert {concept: conflict.is_stable(concept, player, state) for concept in expected} == expected
