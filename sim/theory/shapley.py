"""Shapley value over switches (Shapley 1953): what each friction costs when frictions combine."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import numpy as np

from sim.theory.utility import Array


def shapley(worth: Callable[[tuple[bool, ...]], Array], n_players: int) -> Array:
    """Mean marginal contribution of switching each friction off, over all orders.

    ``worth(off)`` gives the best max-min surplus, shape (trials,), with the frictions flagged in
    ``off`` switched off. Returns shape (n_players, trials); the rows sum to worth(all off) -
    worth(none off), and a friction of size 0 gets 0.
    """
    worths = {
        coalition: worth(tuple(bool(coalition >> k & 1) for k in range(n_players)))
        for coalition in range(1 << n_players)
    }
    shares = np.zeros((n_players, *np.shape(worths[0])))
    for player in range(n_players):
        for coalition in range(1 << n_players):
            if coalition >> player & 1:
                continue
            size = bin(coalition).count("1")
            order_share = factorial(size) * factorial(n_players - size - 1) / factorial(n_players)
            shares[player] += order_share * (worths[coalition | 1 << player] - worths[coalition])
    return shares
