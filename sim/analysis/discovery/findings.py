"""What scenario discovery finds: boxes with their limits, the trade-off, the tree; in words and as JSON."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Any

from sim.analysis.discovery.cart import Node
from sim.analysis.discovery.input_table import Input
from sim.analysis.discovery.prim import Measures
from sim.analysis.sensitivity.constant_outcomes import no_variation
from sim.analysis.study import Question, frame
from sim.statistics.ranges import Count, Share

if TYPE_CHECKING:
    import pandas as pd

TIERS = {"durable": "a lasting halt", "mutual": "an agreed halt"}
KINDS = ("halt", "failure")
NO_BOX = "No box that is more than chance: within these ranges no input tells alone, or too few trials were run."
WEIGHTED = (
    "Futures are trials with the weights that make their odds the headline of `parley run`; boxes are searched and "
    "measured on weighted trials."
)
NOTES = (
    "Boxes are found on one half of the draws; every number in a sentence is from the other half.",
    "A box says where in the model's own inputs its halts lie. It does not say that its inputs are right.",
    WEIGHTED,
)
TABLE_COLUMNS = (
    *("scenario", "outcome", "days", "kind", "box", "path", "low", "high", "met_by", "limit_p"),
    *("coverage", "density", "mass", "density_lo", "density_hi", "elsewhere", "p"),
)


@dataclass(frozen=True)
class Limit:
    """What a box asks of one input. ``p`` is from the half that was held out, ``quasi_p`` from the other."""

    path: str
    name: str
    unit: str
    low: float | None
    high: float | None
    met_by: Share
    quasi_p: Share
    p: Share
    moves_with: tuple[str, ...]

    @property
    def words(self) -> str:
        """Word the limit: ``Russia's strain above 0.066``."""
        low, high = ("" if end is None else f"{end:.2g}" for end in (self.low, self.high))
        if low and high:
            return f"{self.name} from {low} to {high}"
        return f"{self.name} above {low}" if low else f"{self.name} below {high}"


@dataclass(frozen=True)
class FoundBox:
    """A box that the held-out half confirms; measures by half, ``density_lo`` and ``density_hi`` at 95 %.

    ``kind`` is ``halt`` or ``failure``; ``number`` counts boxes of a kind: from the second on, draws inside earlier
    ones are set aside, and ``elsewhere`` is the outcome in the rest outside this box.
    """

    kind: str
    number: int
    limits: tuple[Limit, ...]
    held_out: Measures
    found: Measures
    density_lo: Share
    density_hi: Share
    elsewhere: Share
    p: Share
    sentence: str


@dataclass(frozen=True)
class TradeOff:
    """One box of the first trajectory: fewer futures, denser; ``held_out`` says what is left of it elsewhere."""

    kind: str
    n_limits: int
    found: Measures
    held_out: Measures


@dataclass(frozen=True)
class Discovery:
    """What was found in a run.

    ``p`` is the run's headline; ``density`` the weighted share of the trials searched, which are the first of a long
    run.
    """

    name: str
    tier: str
    days: Count
    n_trials: Count
    n_draws: Count
    p: Share
    density: Share
    wanted_density: Share | None
    inputs: tuple[Input, ...]
    boxes: tuple[FoundBox, ...]
    trade_off: tuple[TradeOff, ...]
    tree: Node
    tree_explains: float
    varies: bool = True
    """Whether the odds differ significantly between draws."""
    seed: int = 1

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.name, self.tier, (self.days,), self.n_trials, self.seed)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return each box in a sentence, or why there is none."""
        if self.boxes:
            return tuple(box.sentence for box in self.boxes)
        return (NO_BOX if self.varies else self.no_variation,)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        return NOTES

    @property
    def no_variation(self) -> str:
        """Return why nothing is reported where they do not."""
        return no_variation(self.density in (0.0, 1.0), len(self.inputs))

    @property
    def outcome(self) -> str:
        """Return the outcome in words."""
        return TIERS[self.tier]

    @property
    def rules(self) -> list[str]:
        """Return the tree as indented rules; empty where it has no split."""
        return self.tree.rules([one.name for one in self.inputs])

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "scenario": self.name,
            "tier": self.tier,
            "days": self.days,
            "trials": self.n_trials,
            "draws": self.n_draws,
            "p": self.p,
            "density": self.density,
            "wanted_density": self.wanted_density,
            "varies": self.varies,
            "inputs": [asdict(one) for one in self.inputs],
            "boxes": [asdict(box) for box in self.boxes],
            "trade_off": [asdict(one) for one in self.trade_off],
            "tree": {
                **self.tree.as_dict([one.path for one in self.inputs]),
                "explains": self.tree_explains if self.varies else None,
            },
        }

    def table(self) -> pd.DataFrame:
        """Return one row per box and limit; measures are those of the held-out half."""
        rows = [
            (self.name, self.tier, self.days, box.kind, box.number)
            + (limit.path, limit.low, limit.high, limit.met_by, limit.p)
            + (*astuple(box.held_out), box.density_lo, box.density_hi, box.elsewhere, box.p)
            for box in self.boxes
            for limit in box.limits
        ]
        return frame(rows, TABLE_COLUMNS)
