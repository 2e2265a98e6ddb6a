"""Divide a whole among the parts that bring it about together: the Shapley value (docs/odd.md, 3.6)."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import numpy as np

from sim.theory.utility import Array


def shapley(worth: Callable[[tuple[bool, ...]], Array], n_players: int) -> Array:
    """Return each friction's mean marginal contribution over all orders of switching frictions off.

    Parameters
    ----------
    worth : callable
        ``worth(off)`` gives the best max-min surplus, shape (trials,), with those frictions switched off whose flag in
        ``off`` (a tuple of ``n_players`` truths) is set. [util] Called once for each of the 2^n_players sets.
    n_players : int
        Number of frictions.

    Returns
    -------
    array, shape (n_players, trials)
        Contributions; they sum to ``worth(all off) - worth(none off)``, and a friction of size 0 gets 0. [util]

    Notes
    -----
    ``sum over S without k of |S|! (n - |S| - 1)! / n! [v(S + k) - v(S)]`` (docs/odd.md, 3.6). The source divides what
    a coalition of players can secure; here the players are frictions and the worth of a set is the surplus that is
    there without them. Worths need not be monotone, so a contribution can be negative.

    References
    ----------
    Shapley (1953). A value for n-person games. In Kuhn and Tucker (eds.), Contributions to the theory of games II,
    307-317. Princeton University Press.

    Examples
    --------
    One left glove and two right ones, a pair being worth 1:

    >>> pair = lambda off: np.array([float(off[0] and (off[1] or off[2]))])
    >>> shapley(pair, 3)[:, 0].round(3).tolist()
    [0.667, 0.167, 0.167]
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
            size = coalition.bit_count()
            order_share = factorial(size) * factorial(n_players - size - 1) / factorial(n_players)
            shares[player] += order_share * (worths[coalition | 1 << player] - worths[coalition])
    return shares
