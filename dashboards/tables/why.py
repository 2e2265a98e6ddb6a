"""Tables behind the page that says why: where the sides stand, and the bargaining range week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.scenario.schema.labels import called

if TYPE_CHECKING:
    from sim.analysis.failure.bargaining_range import RangeOverTime
    from sim.scenario.schema import Scenario

Table = list[dict[str, Any]]

FEWEST_AT_WAR = 20
"""A week with fewer trials still at war than this is left out of the picture of ranges."""


def positions(scenario: Scenario) -> Table:
    """Where both sides stand on each issue, the widest gap in what matters most on top.

    A row per issue: ``issue``, ``words``, ``scale``, ``landmarks`` (``at``, ``name``), ``status_quo``, and for sides A
    and B (``a``, ``b``) ``ideal``, ``points`` (of 100), ``red``, ``public`` (None where there is none). Places are on
    the issue's scale from 0 to 1; of what is uncertain, the central value. ``weight`` is the distance of the ideals
    times the mean of both sides' points.
    """
    sides = [scenario.belligerent(name) for name in (scenario.sides.A, scenario.sides.B)]
    rows: Table = []
    for name, issue in scenario.issues.items():
        row: dict[str, Any] = {
            "issue": name,
            "words": words_of(called(scenario, name)),
            "scale": issue.scale,
            "landmarks": [{"at": mark.at, "name": mark.name} for mark in issue.landmarks],
            "status_quo": issue.status_quo.middle,
        }
        for key, side, otherwise in zip(("a", "b"), sides, (0.0, 1.0), strict=True):
            row[key] = {
                "ideal": _middle(side.ideal_point, name, otherwise),
                "points": _middle(side.points, name, 0.0),
                "red": _middle(side.red_lines, name, None),
                "public": _middle(side.public_lines, name, None),
            }
        apart = abs(row["a"]["ideal"] - row["b"]["ideal"])
        row["weight"] = apart * (row["a"]["points"] + row["b"]["points"]) / 2
        rows.append(row)
    return sorted(rows, key=lambda row: -row["weight"])


def _middle(found: Any, issue: str, otherwise: float | None) -> float | None:
    return float(found[issue].middle) if issue in found else otherwise


def words_of(name: str) -> str:
    """A key as a name: ``resupply_limits`` is ``Resupply limits``."""
    said = name.replace("_", " ")
    return said[:1].upper() + said[1:]


def ranges(found: RangeOverTime, track: str | None = None) -> Table:
    """The bargaining range of one general track (the first, unless named) by week, while enough wars go on.

    A row per week: ``date`` (ISO), ``week``, ``n`` (trials still at war), ``open``, ``none_a``, ``none_b`` (shares of
    them), and the middle and the ends of nine in ten of both limits and offers as ``lower_q05``, ``upper_q50``,
    ``offer_a_q50`` ...; None where a limit lies beyond the curve.
    """
    chosen = next((one for one in found.tracks if one.name == track), found.tracks[0] if found.tracks else None)
    rows: Table = []
    for week in chosen.weeks if chosen else ():
        if week.n < min(FEWEST_AT_WAR, found.n_trials):
            continue
        row: dict[str, Any] = {"date": found.day(week.week).isoformat()}
        row |= {key: getattr(week, key) for key in ("week", "n", "open", "none_a", "none_b")}
        for key in ("lower", "upper", "offer_a", "offer_b"):
            row |= {f"{key}_{level}": getattr(week, key)[level] for level in ("q05", "q50", "q95")}
        rows.append(row)
    return rows
