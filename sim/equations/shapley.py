"""Divide a whole among the parts that bring it about together: the Shapley value (docs/odd.md, 3.6)."""

from __future__ import annotations

from functools import cache
from math import factorial

import numpy as np
from numpy.typing import NDArray


@cache
def shapley_weights(n_players: int) -> NDArray[np.float64]:
    """Return the weights that turn the worths of all sets of frictions into each friction's share.

    Parameters
    ----------
    n_players : int
        n, the number of frictions.

    Returns
    -------
    array, shape (n_players, 2**n_players)
        Weights, read-only: ``weights @ worths`` gives each friction's mean marginal contribution over all orders of
        switching frictions off. Entry S of ``worths`` is the best max-min surplus with the set S switched off, bit k of
        S standing for friction k. [-]

    Notes
    -----
    ``sum over S without k of |S|! (n - |S| - 1)! / n! [v(S + k) - v(S)]`` (docs/odd.md, 3.6), read as a sum over all
    sets: those with k count positively, those without it negatively. So shares sum to ``v(all off) - v(none off)``, and
    a friction of size 0 gets 0. The source divides what a coalition of players can secure; here the players are
    frictions and the worth of a set is the surplus that is there without them. Worths need not be monotone, so a
    contribution can be negative.

    References
    ----------
    Shapley (1953). A value for n-person games. In Kuhn and Tucker (eds.), Contributions to the theory of games II,
    307-317. Princeton University Press.

    Examples
    --------
    One left glove (bit 0) and two right ones, a pair being worth 1:

    >>> pair = [float(gloves & 1 and gloves >> 1 > 0) for gloves in range(8)]
    >>> (shapley_weights(3) @ pair).round(3).tolist()
    [0.667, 0.167, 0.167]
    """
    weights = np.zeros((n_players, 1 << n_players))
    for player in range(n_players):
        for coalition in range(1 << n_players):
            if coalition >> player & 1:
                continue
            size = coalition.bit_count()
            order_share = factorial(size) * factorial(n_players - size - 1) / factorial(n_players)
            weights[player, coalition | 1 << player] = order_share
            weights[player, coalition] = -order_share
    weights.flags.writeable = False
    return weights
