"""Which third parties take part, as far as packages depend on it.

What may be signed and what promises are worth depend on who consents and who guarantees. Trials are
grouped by the combination of engaged third parties (their *regime*), so that tables are built per
combination rather than per trial and week.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.theory.utility import Array, Column, trust_with

if TYPE_CHECKING:
    from sim.columns.week import NegotiationModel

Rows = NDArray[np.int64]


class Regimes:
    """Which third parties matter to packages, and which combination of them each trial is in."""

    def __init__(self, model: NegotiationModel) -> None:
        scenario = model.inputs.scenario
        in_scope = [scenario.issues[issue].controllers for track in scenario.tracks.values() for issue in track.scope]
        controllers = {name for names in in_scope for name in names}
        guarantors = {party.name for party in model.backers if np.any(np.asarray(party.guarantor_share) > 0)}
        may_leave = [party for party in model.third_parties.members if party.name in controllers | guarantors]
        # Parties that can never leave need no regime of their own.
        self.members = [party for party in may_leave if model.third_parties.can_leave(party)]
        self.absent = {party.name for party in may_leave if party not in self.members and not party.is_engaged.all()}
        self.count = 1 << len(self.members)
        self._guarantors = [party for party in model.backers if party.name in guarantors]

    def of_trials(self, trials: Rows | slice) -> Rows | int:
        """Regime number of each trial: one bit per member, set while it is engaged."""
        number: Rows | int = 0
        for bit, party in enumerate(self.members):
            number = number + (party.is_engaged[trials].astype(np.int64) << bit)
        return number

    def engaged(self, name: str, regime: int) -> bool:
        for bit, party in enumerate(self.members):
            if party.name == name:
                return bool(regime >> bit & 1)
        return name not in self.absent

    def guarantee_share(self, model: NegotiationModel, regime: int) -> Column:
        """Share of the guarantees still carried, by draw; 1 where no guarantor is named."""
        if not self._guarantors:
            return 1.0
        total: Column = 0.0
        carried: Column = 0.0
        for party in self._guarantors:
            share = model.inputs.per_draw(f"parties.{party.name}.guarantor_share")
            total = total + share
            carried = carried + share * self.engaged(party.name, regime)
        return carried / np.maximum(total, 1e-12)


def trust_by_regime(model: NegotiationModel, side: str) -> Array | float:
    """a_i by draw and regime: shape (draws, regimes), or a number where nothing makes it vary."""
    inputs, levels = model.inputs, model.assurances
    base = levels.base_trust[side]
    monitoring = levels.per_draw("monitoring")
    covered = levels.per_draw(f"guaranteed.{side}", 0.0)
    columns = []
    for regime in range(model.regimes.count):
        guarantee = levels.per_draw("guarantee_credibility") * model.regimes.guarantee_share(model, regime) * covered
        trust = trust_with(
            base,
            monitoring,
            guarantee,
            levels.per_draw("trust_from_monitoring"),
            levels.per_draw("trust_from_guarantee"),
        )
        columns.append(np.broadcast_to(np.asarray(trust, dtype=float), (inputs.n_draws,)))
    table = np.stack(columns, axis=1)
    return float(table.flat[0]) if np.all(table == table.flat[0]) else table
