"""Odds that a ceasefire which lasts 30 days is still in force after 180.

No source says how long such ceasefires go on, so only the 30 days have a level of their own. What is shown is the
weighted count of trials (``sim.results.weighing``): where every durable ceasefire stays in force, the headline itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.statistics.estimates import Odds
from sim.statistics.level import Headline
from sim.statistics.ranges import Share

ENDS = ("lo", "hi", "mc_lo", "mc_hi")


@dataclass(frozen=True)
class StillInForce(Odds):
    """Hold odds of a ceasefire that begins by a day and is still in force 180 days later.

    Attributes
    ----------
    share : float
        P(in force after 180 days | lasts 30 days), of the weighted trials with a durable ceasefire by that day. [share]
    n_durable : int
        Those trials; ``n_events`` of them are still in force.
    model, model_lo, model_hi : float
        Plain share of trials with its band over draws. [share]
    """

    share: Share
    n_durable: int
    model: Share
    model_lo: Share
    model_hi: Share

    def as_dict(self) -> dict[str, Any]:
        """Return the shares and counts as plain JSON values."""
        counts = {"share": self.share, "n_durable": self.n_durable, "n_in_force": self.n_events}
        return super().as_dict() | counts | {key: getattr(self, key) for key in ("model", "model_lo", "model_hi")}


def still_in_force(durable: Headline, event: Headline) -> StillInForce:
    """Return the weighted odds beside the model's own share of durable ceasefires that are still in force.

    Fewer ceasefires are still in force than last 30 days, so no end lies above the same end of the durable odds; each
    is estimated by itself, and might.
    """
    ends = {key: min(getattr(event, key), getattr(durable, key)) for key in ENDS}
    share = event.p / durable.p if durable.p else event.n_events / durable.n_events
    model = (event.model, min(event.model_lo, durable.model_lo), min(event.model_hi, durable.model_hi))
    p = min(event.p, durable.p)
    return StillInForce(
        p=p,
        **ends,
        n=event.n,
        n_events=event.n_events,
        share=min(1.0, share),
        n_durable=durable.n_events,
        model=model[0],
        model_lo=model[1],
        model_hi=model[2],
    )
