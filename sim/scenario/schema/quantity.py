"""One scalar of a scenario: a number or a distribution, with where it comes from.

In a scenario file a scalar is written as a bare number (``0.4``), as a number with a source
(``{value: 0.4, source: ...}``), as three points (``{low: .1, central: .3, high: .6}``, which means
triangular), as a distribution (``{dist: normal, mean: .3, sd: .1}``) or as the same as another
scalar (``{same_as: war.momentum}``).
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

Distribution = Literal["triangular", "uniform", "loguniform", "normal", "lognormal", "beta", "choice"]
Kind = Literal["sourced", "judgement"]

# The fields that each distribution needs, and those it may also have.
NEEDS: dict[str, tuple[str, ...]] = {
    "triangular": ("low", "central", "high"),
    "uniform": ("low", "high"),
    "loguniform": ("low", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "log_sd"),
    "beta": ("a", "b"),
    "choice": ("values", "weights"),
}
MAY: dict[str, tuple[str, ...]] = {"normal": ("low", "high"), "lognormal": ("low", "high"), "beta": ("low", "high")}
SHAPE_FIELDS = ("value", "low", "central", "high", "mean", "sd", "median", "log_sd", "a", "b", "values", "weights")


CALENDAR_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _unquoted(value: Any) -> Any:
    """Return the date that a quoted date means; anything else as it is."""
    if isinstance(value, str) and CALENDAR_DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


Day = Annotated[date, BeforeValidator(_unquoted)]


class Strict(BaseModel):
    """Base of every section: unknown keys and loose types are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ThreePoints(NamedTuple):
    """Low, central, high: a triangle, as a scenario file writes it."""

    low: float
    central: float
    high: float

    @property
    def mean(self) -> float:
        """Return the mean of the triangle."""
        return sum(self) / 3


class Provenance(Strict):
    """Where a number comes from: a source, or the statement that it is a judgement."""

    source: str | None = None
    note: str | None = None
    kind: Kind | None = None

    @property
    def is_stated(self) -> bool:
        """Whether there is a source or a stated judgement."""
        return self.source is not None or self.kind == "judgement"


class Quantity(Provenance):
    """A number or a distribution, with its source.

    ``dist`` is filled in for the three-point form. A ``Quantity`` is built from a bare number or from the keys of
    one form; pydantic's ValidationError says what a form lacks.

    Parameters
    ----------
    value
        A certain number.
    dist
        Name of the distribution, whose own parameters are required and no others allowed (``NEEDS``, ``MAY``).
    same_as
        Key path of another number, whose value is taken in every draw.
    source, note, kind
        Where the number comes from, a remark, and whether it is ``sourced`` or a ``judgement``.
    readings
        Low, central and high as other coders read the number, by the name of the reading (``Scenario.readings``).
    """

    value: float | None = None
    dist: Distribution | None = None
    low: float | None = None
    central: float | None = None
    high: float | None = None
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    log_sd: float | None = None
    a: float | None = None
    b: float | None = None
    values: tuple[float, ...] | None = None
    weights: tuple[float, ...] | None = None
    same_as: str | None = None
    readings: dict[str, tuple[float, float, float]] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, data: Any) -> Any:
        if isinstance(data, bool):
            raise ValueError("expected a number, got a true/false")
        if isinstance(data, int | float):
            return {"value": float(data)}
        if isinstance(data, str):
            raise ValueError(f"expected a number, got the text {data[:40]!r}")
        if isinstance(data, dict):
            data = dict(data)
            if "dist" not in data and {"low", "central", "high"} <= data.keys():
                data["dist"] = "triangular"
            for name in ("values", "weights"):
                if isinstance(data.get(name), list):
                    data[name] = tuple(data[name])
            if isinstance(given := data.get("readings"), dict):
                data["readings"] = {name: tuple(p) if isinstance(p, list) else p for name, p in given.items()}
        return data

    @model_validator(mode="after")
    def _one_form(self) -> Quantity:
        given = {name for name in SHAPE_FIELDS if getattr(self, name) is not None}
        for name, points in (self.readings or {}).items():
            if list(points) != sorted(points):
                raise ValueError(f"expected low <= central <= high of the reading {name[:40]}, got {list(points)}")
        if self.same_as is not None:
            if given or self.dist or self.readings:
                raise ValueError("expected same_as alone, got a value, distribution or reading with it")
            return self
        if self.dist is None:
            if given != {"value"}:
                raise ValueError(_incomplete(given))
            return self
        needed, allowed = set(NEEDS[self.dist]), set(MAY.get(self.dist, ()))
        if missing := sorted(needed - given):
            raise ValueError(f"{self.dist} needs {', '.join(missing)}")
        if surplus := sorted(given - needed - allowed):
            raise ValueError(f"{self.dist} takes {', '.join(NEEDS[self.dist])}, not {', '.join(surplus)}")
        self._check_shape()
        return self

    def _check_shape(self) -> None:
        ordered = [v for v in (self.low, self.central, self.high) if v is not None]
        if ordered != sorted(ordered):
            raise ValueError(f"expected low <= central <= high, got {ordered}")
        for name in ("sd", "log_sd", "a", "b", "median"):
            number = getattr(self, name)
            if number is not None and number <= 0:
                raise ValueError(f"expected {name} above 0, got {number:g}")
        if self.dist == "loguniform" and (self.low or 0.0) <= 0:
            raise ValueError(f"expected low above 0, got {self.low:g}")
        if self.dist in ("triangular", "uniform", "loguniform") and self.low == self.high:
            raise ValueError("expected low and high to differ, got equals: write a plain number")
        if self.dist == "choice":
            values, weights = self.values or (), self.weights or ()
            if len(values) != len(weights) or not values:
                raise ValueError(f"expected as many weights as values, got {len(weights)} for {len(values)}")
            if min(weights) < 0 or not math.isclose(sum(weights), 1.0, abs_tol=1e-9):
                raise ValueError(f"expected weights of at least 0 that sum to 1, got a sum of {sum(weights):.6g}")

    @property
    def is_uncertain(self) -> bool:
        """Whether the number may differ from draw to draw: by its distribution, or by reading."""
        return self.dist is not None or bool(self.readings)

    def as_read(self, name: str) -> Quantity:
        """Return the number of one reading alone: its three points, or the file's own where it gives none."""
        if self.readings is None:
            return self
        if (points := self.readings.get(name)) is None:
            return self.model_copy(update={"readings": None})
        return of_points(points, f"reading `{name}`")

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest value the quantity can take (infinite where nothing bounds it)."""
        if self.value is not None:
            return self.value, self.value
        if self.dist == "choice":
            return min(self.values or ()), max(self.values or ())
        floor = {"lognormal": 0.0, "beta": 0.0}.get(self.dist or "", -math.inf)
        ceiling = 1.0 if self.dist == "beta" else math.inf
        return (floor if self.low is None else self.low, ceiling if self.high is None else self.high)

    @property
    def middle(self) -> float:
        """The central value: the number, the mode of three points, else the median or mean."""
        match self.dist:
            case None:
                return self.value if self.value is not None else math.nan
            case "triangular":
                return self.central or 0.0
            case "uniform":
                return ((self.low or 0.0) + (self.high or 0.0)) / 2
            case "loguniform":
                return math.sqrt((self.low or 0.0) * (self.high or 0.0))
            case "choice":
                values, weights = self.values or (), self.weights or ()
                return values[weights.index(max(weights))]
            case "beta":
                centre = (self.a or 0) / ((self.a or 0) + (self.b or 0))
            case _:
                centre = (self.mean if self.dist == "normal" else self.median) or 0.0
        low, high = self.bounds
        return min(max(centre, low), high)


def of_points(points: tuple[float, float, float], note: str) -> Quantity:
    """Return three points as a judgement: a triangle, or a plain number where the ends meet."""
    low, central, high = points
    if high <= low:
        return Quantity(value=central, kind="judgement", note=note)
    return Quantity(dist="triangular", low=low, central=central, high=high, kind="judgement", note=note)


def _incomplete(given: set[str]) -> str:
    """Return what is missing from a number that has some of the fields of a distribution but no ``dist``."""
    three = NEEDS["triangular"]
    if given and given <= set(three):
        missing = [name for name in three if name not in given]
        hint = " (or `dist: uniform` beside low and high)" if missing == ["central"] else ""
        verb = "is" if len(missing) == 1 else "are"
        return f"{' and '.join(missing)} {verb} missing: expected low, central and high{hint}"
    for dist, needed in NEEDS.items():
        if set(needed) <= given <= {*needed, *MAY.get(dist, ())}:
            return f"dist is missing: expected `dist: {dist}` with {', '.join(needed)}"
    return "expected a number, {value: ..}, {low, central, high}, {dist: ..} or {same_as: ..}"


class Range(NamedTuple):
    """Allowed range of a quantity, ends included."""

    low: float
    high: float

    def __call__(self, quantity: Quantity) -> Quantity:
        """Return the quantity, or raise ValueError where it leaves the range."""
        if quantity.same_as is not None:
            return quantity
        least, greatest = quantity.bounds
        if least < self.low or greatest > self.high:
            if math.isinf(least) or math.isinf(greatest):
                ends = " and ".join(name for name, end in (("low", least), ("high", greatest)) if math.isinf(end))
                allowed = f"{self.low:g} to {self.high:g}"
                raise ValueError(f"expected a {quantity.dist} with {ends} within {allowed}, got one without")
            given = f"{least:.10g}" if least == greatest else f"{least:.10g} to {greatest:.10g}"
            raise ValueError(f"expected a number from {self.low:g} to {self.high:g}, got {given}")
        for name in quantity.readings or {}:
            self(quantity.as_read(name))
        return quantity


Share = Annotated[Quantity, AfterValidator(Range(0, 1))]
Signed = Annotated[Quantity, AfterValidator(Range(-1, 1))]
Utils = Annotated[Quantity, AfterValidator(Range(0, 2))]
Points = Annotated[Quantity, AfterValidator(Range(0, 100))]
Rate = Annotated[Quantity, AfterValidator(Range(0, 50))]
Factor = Annotated[Quantity, AfterValidator(Range(0, 100))]
Multiple = Annotated[Quantity, AfterValidator(Range(0, 2))]
LossAversion = Annotated[Quantity, AfterValidator(Range(1, 5))]
Small = Annotated[Quantity, AfterValidator(Range(-0.5, 0.5))]
Weeks = Annotated[Quantity, AfterValidator(Range(0.1, 520))]
