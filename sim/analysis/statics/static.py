"""The form of a comparative static: one input moved through levels, and the claims on what comes out."""

from __future__ import annotations

from dataclasses import dataclass

from sim.analysis.statics.outcomes import DURABLE, LAND, Outcome
from sim.analysis.statics.predicates import TAIL, Claim

UNBUILT = frozenset({"disagreement"})
"""Steps of the model that are not built, or that did not pass their gate: statics that need one of them lapse."""

Edit = tuple[str, str]


@dataclass(frozen=True)
class Level:
    """One value of what is moved: its name on the page, and key paths with their YAML values."""

    name: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Series:
    """One input moved through its levels. ``always`` is set at each; ``shown`` are outcomes that the page adds."""

    name: str
    levels: tuple[Level, ...]
    off: tuple[str, ...] = ()
    always: tuple[Edit, ...] = ()
    shown: tuple[Outcome, ...] = (DURABLE, LAND)


@dataclass(frozen=True)
class Static:
    """A comparative static: ``moved`` is its input, ``expected`` its claims in words, ``needs`` a step of all."""

    number: int
    moved: str
    expected: str
    series: tuple[Series, ...]
    claims: tuple[Claim, ...]
    literature: tuple[str, ...] = ()
    needs: str | None = None

    def lapses(self, claim: Claim) -> bool:
        """Return whether a claim needs a step that the model does not have."""
        return bool({self.needs, claim.needs} & UNBUILT)

    @property
    def error_rate(self) -> float:
        """Return the chance at most that random numbers alone decide one of its claims (see ``predicates``)."""
        levels = {series.name: len(series.levels) for series in self.series}
        return sum(claim.sides * TAIL * claim.comparisons(levels[claim.series]) for claim in self.claims)

    def outcomes(self, series: Series) -> tuple[Outcome, ...]:
        """Return what is measured along a series: what its claims are about, and what the page adds."""
        claimed = (claim.outcome for claim in self.claims if series.name in (claim.series, getattr(claim, "other", "")))
        return tuple(dict.fromkeys((*series.shown, *claimed)))


def swept(paths: str | tuple[str, ...], *values: float) -> tuple[Level, ...]:
    """Return levels at which all ``paths`` take each of the values."""
    paths = (paths,) if isinstance(paths, str) else paths
    return tuple(Level(f"{value:g}", tuple((path, f"{value:g}") for path in paths)) for value in values)


def both(key: str) -> tuple[str, str]:
    """Return the key paths of both sides."""
    return f"parties.Ukraine.{key}", f"parties.Russia.{key}"
