"""Evidence in a scenario: reference class, joint draws, calibration, forecasters, files read."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import Field

from sim.scenario.schema.fields import DIGEST, Digest, text
from sim.scenario.schema.quantity import Day, Factor, Strict


class ReferenceClass(Strict):
    """How often wars of the reference class ended in a tie: a Gamma(1/2 + ties, months) rate."""

    ties: float = Field(ge=0)
    months_at_risk: float = Field(gt=0)
    source: str


class Joint(Strict):
    """Parameters drawn together: from a file of draws, or by factors that several of them share."""

    file: str | None = text("CSV file in the folder of the scenarios, one draw per row", default=None)
    sha256: Digest | None = text(DIGEST, default=None)
    weight: str | None = text("column of the file with the weights of its rows; `weight` if there is one", default=None)
    factors: dict[str, Factor] = text(
        "instead of a file: shared factors, each with a distribution of its own", default={}
    )
    columns: dict[str, str] = text("parameter path -> column of the file, or factor")
    mode: Literal["value", "multiply", "ratio"] = text(
        "the draw is the value, multiplies it, or multiplies it over the draws' median", default="value"
    )
    source: str

    @property
    def table(self) -> tuple[str | None, str | None]:
        """The table that the group draws from: groups of one table share its row."""
        return self.file, self.sha256


class Calibration(Strict):
    """Posterior draws of the structural parameters: multiples of cost of war, fear, pressure, audience cost and speed, each over its median."""

    draws: str = text("CSV file of posterior draws (parley calibrate)")
    sha256: Digest | None = text(DIGEST, default=None)
    without: str | None = text("war whose own episodes are left out of the draws' weights", default=None)


class WarRecord(Strict):
    """The record's forecast for the day: it sets the level of the odds, and the file's own odds the differences."""

    war: str = text("war in the record of past talks (column `cluster` of history/episodes.csv)")
    episode: str = text("coded row of that war that stands for this day (column `episode_id`)")
    levels: str = text("CSV file of the record's forecasts by day, with the base's own odds (parley level)")
    sha256: Digest | None = text(DIGEST, default=None)
class Reading(Strict):
    """Another coder's numbers of the scenario. A draw of the parameters takes one reading, the file's own among them."""

    name: str | None = text(
        "name of the reading; without one `second`, `third` and so on in the order of the list. `file` stands for the numbers of the file and takes a weight and a note alone",
        default=None,
    )
    sheet: str | None = text("coding sheet in the folder of the scenarios, as `parley coding-sheet` writes it", default=None)
    weight: float = text("how often a draw takes it, against the others; another weight than 1 needs a note", default=1.0, gt=0, le=100)
    note: str | None = text("who read, and why the weight is another one", default=None)
    source: str | None = text("sheets that were read for it; filled in when the scenario is read", default=None)
    adjusted: dict[str, tuple[float, ...]] = text("numbers that broke a rule together with others, as the sheet has them, empty where it has none; filled in when the scenario is read", default={})


class Crowd(Strict):
    """Forecasts of the same war: shown with the odds, never used for them."""

    file: str = text("CSV file in the folder of the scenarios, as history/forecasts.csv")
    sha256: Digest | None = text(DIGEST, default=None)
    date: Day
    note: str = text("what event the forecasters were asked about, and how it differs", default="")


class ReadFile(NamedTuple):
    """A file that a scenario was read from.

    ``role`` is ``scenario``, ``extended`` (also a party from the library), or the section that names a table; ``name``
    is below its scenarios folder, ``shown`` as seen from the working folder, ``place`` says where it was found.
    """

    role: str
    name: str
    shown: str
    place: str
    sha256: str


class NamedTable(NamedTuple):
    """A table as a scenario names it. ``role`` is where: ``calibration``, ``joint.0``, ``crowd``."""

    role: str
    name: str
    sha256: str | None
