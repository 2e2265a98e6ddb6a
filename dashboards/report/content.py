"""What the report says: every word and number that its template prints, from finished runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dashboards.figures.outcomes import STAGE_WORDS, capital
from dashboards.report.icon_array import icon_array
from dashboards.tables import runs as run_tables
from sim.results import by_reading, wording
from sim.results.export import as_csv
from sim.scenario.schema.labels import sides_called
from sim.statistics.estimates import has_band
from sim.statistics.horizons import horizons

if TYPE_CHECKING:
    from sim.evidence.forecasters.forecasters import ForecasterTable
    from sim.results.run import Run


MINUS = "\u2212"


def content(runs: Sequence[Run], crowd: ForecasterTable | str | None = None) -> dict[str, Any]:
    """Everything that the template prints; ``crowd`` is the base's company, or why it could not be read."""
    base = runs[0]
    days = max(horizons(base.scenario))
    rows = {row["index"]: row for row in run_tables.comparison(runs, base, days)}
    return {
        "base": base.scenario,
        "start": wording.long_date(base.scenario),
        "headline": headline(base, days),
        "days": days,
        "day_list": list(horizons(base.scenario)),
        "runs": [scenario_row(run, base, days, rows.get(index)) for index, run in enumerate(runs)],
        "has_pairs": any(row["difference"] is not None for row in rows.values()),
        "settlement": wording.percent(run_tables.settlement(base)),
        "sides_of_base": sides_called(base.scenario),
        "sides": common_sides(runs) or {"A": "Side A", "B": "Side B"},
        "stages": [capital(STAGE_WORDS.get(entry["stage"], entry["stage"])) for entry in base.summary["funnel"]],
        "reasons": {tag: capital(said) for tag, said in wording.REASONS.items()},
        "short_reasons": {tag: capital(said) for tag, said in wording.SHORT_REASONS.items()},
        "percent": wording.percent,
        "crowd": crowd_words(crowd),
        "parameters": parameters(base),
        "delegations": delegations(base),
        "csv": "data:text/csv;charset=utf-8," + quote(as_csv(run_tables.summary_rows(runs))),
        "origin": origin(runs),
    }


def last_day(run: Run) -> int:
    return max(horizons(run.scenario))


def common_sides(runs: Sequence[Run]) -> dict[str, str] | None:
    """Names of the sides if all runs have the same two."""
    sides = sides_called(runs[0].scenario)
    return sides if all(sides_called(run.scenario) == sides for run in runs) else None


def headline(run: Run, days: int) -> dict[str, Any]:
    """The number of the base in words and circles, and what stands beside it."""
    tiers = run.summary["tiers"]
    cell = tiers["durable"][str(days)]
    said = odds_words(cell, run.n_trials)
    label = f"{round(100 * cell['p'])} of 100 circles are filled; the band reaches from {said['band']}"
    return {
        **said,
        "is_ever_sure": round(100 * cell["lo"]) > 0,
        "icons": icon_array(cell["p"], cell["lo"], cell["hi"], label),
        "cells": [
            {
                "days": day,
                **odds_cell(tiers["durable"][str(day)], run.n_trials),
                "in_force": in_force_cell(run, str(day)),
            }
            for day in horizons(run.scenario)
        ],
        "in_force": in_force_cell(run, str(days)),
        "in_force_basis": in_force_basis(run, str(days)),
        "sources": wording.sources(cell, run.n_trials),
        "has_record": cell["record"] is not None,
        "readings": by_reading.words(run.summary["readings"], str(days)),
        "reference_source": run.scenario.reference_class.source if run.scenario.reference_class else "",
        "mutual": odds_cell(tiers["mutual"][str(days)], run.n_trials),
        "broad": odds_cell(tiers["broad"][str(days)], run.n_trials),
        "victory": {side: victory_cell(run, side) for side in ("A", "B")},
        "imposed": {side: victory_cell(run, side, "victory_imposed") for side in ("A", "B")},
        "evidence": run.summary["evidence"]["words"],
        "luck": wording.monte_carlo_reach(cell),
        "reason": reason_words(run),
    }


def odds_words(cell: Mapping[str, Any], n: int) -> dict[str, str]:
    """The headline of a cell: as a plain fraction, in per cent, and its band; wherever it is shown large."""
    return {
        "words": capital(wording.one_in(cell["p"])) if cell["p"] else "Not seen once",
        "percent": wording.percent(cell["p"]) if cell["p"] else wording.never(n, cell["mc_hi"]),
        "band": wording.band_of(cell, n),
    }


def odds_cell(cell: dict[str, float], n: int) -> dict[str, Any]:
    """One number of a table: what is printed, its band below it, and the value to sort by."""
    if not cell["p"]:
        said, _, limit = wording.never(n, cell["mc_hi"]).partition(", ")
        return {"said": said, "band": limit, "value": "0"}
    band = short_band(cell) if has_band(n) else "no band"
    return {"said": wording.percent(cell["p"]), "band": band, "value": f"{cell['p']:.6f}"}


def short_band(cell: dict[str, float]) -> str:
    """The band for a narrow cell: ``<1 to 41 %``."""
    return wording.band(cell["lo"], cell["hi"]).replace("under ", "<").replace("over ", ">")


def in_force_cell(run: Run, days: str) -> dict[str, Any] | None:
    """Odds of a ceasefire still in force after 180 days; None where they are not known."""
    cell = run.summary["in_force_180"].get(days)
    return None if cell is None else odds_cell(cell, run.n_trials)


def in_force_basis(run: Run, days: str) -> str:
    """What those odds are made of, or why they are not known."""
    cell = run.summary["in_force_180"][days]
    if cell is None:
        return wording.still_in_force(run.summary, run.scenario)
    basis = wording.in_force_basis(cell, days)
    return f"Still in force after 180 days, band {wording.band_of(cell, run.n_trials)}: {basis}."


def victory_cell(run: Run, side: str, kind: str = "victory") -> dict[str, Any]:
    """Odds that a side wins by the horizon, or (``victory_imposed``) that it wins and imposes a ceasefire."""
    from sim.statistics.estimates import effective_trials, wilson

    p, unseen = run.summary[kind][side], wilson(0.0, effective_trials(run.n_trials, 1.0))[1]
    return odds_cell({"p": p, "lo": p, "hi": p, "mc_hi": unseen}, run.n_trials)


def crowd_words(found: ForecasterTable | str | None) -> dict[str, Any] | None:
    """The crowd's section: rows in words, notes; only ``problem`` where its file could not be read."""
    if found is None or isinstance(found, str):
        return {"problem": found} if found else None
    from sim.evidence.forecasters.forecasters import in_words

    rows = []
    for row in found.rows:
        said = [row.forecasts.get(platform) for platform in found.platforms]
        own = odds_cell(row.model.as_dict(), row.model.n) if row.model else None
        crowd = [None if p is None else wording.percent(p) for p in said]
        rows.append({"label": capital(row.label), "crowd": crowd, "model": own})
    asked = in_words(found.asked)
    return {"problem": None, "asked": asked, "platforms": found.platforms, "rows": rows, "notes": found.notes}


def reason_words(run: Run) -> dict[str, str] | None:
    """The main reason for failure with its share; None if nothing failed."""
    found = wording.main_reason(run.summary)
    if found is None:
        return None
    _, share = found
    return {
        "short": capital(wording.reason(run.summary, short=True)),
        "full": capital(wording.reason(run.summary)),
        "share": wording.percent(share),
    }


def scenario_row(run: Run, base: Run, days: int, row: dict[str, Any] | None) -> dict[str, Any]:
    """One scenario in the tables."""
    tiers = run.summary["tiers"]
    last = str(last_day(run))
    difference = row["difference"] if row else None
    return {
        "name": run.name,
        "title": run.scenario.title,
        "supposes": run.scenario.supposes,
        "is_base": run is base,
        "cells": [
            odds_cell(tiers["durable"][str(d)], run.n_trials) if str(d) in tiers["durable"] else None
            for d in horizons(base.scenario)
        ],
        "difference": None if difference is None else difference_cell(difference),
        "in_force_difference": difference_cell(row["in_force_difference"])
        if row and row["in_force_difference"]
        else None,
        "mutual": odds_cell(tiers["mutual"][last], run.n_trials),
        "broad": odds_cell(tiers["broad"][last], run.n_trials),
        "victory": {side: victory_cell(run, side) for side in ("A", "B")},
        "imposed": {side: victory_cell(run, side, "victory_imposed") for side in ("A", "B")},
        "in_force": in_force_cell(run, last),
        "reason": reason_words(run),
        "changes": [] if run is base else change_list(base, run),
        "funnel": [wording.percent(entry["p"]) for entry in run.summary["funnel"]],
        "anatomy": run.summary["anatomy"],
    }


def difference_cell(row: dict[str, float]) -> dict[str, str]:
    """A paired difference in points: whole ones, or tenths where its interval is narrower than two points."""
    places = 1 if row["hi"] - row["lo"] < 0.02 else 0
    points, lo, hi = (round(100 * row[key], places) for key in ("difference", "lo", "hi"))
    if row["lo"] <= 0 <= row["hi"]:
        said = "not clear"
    else:
        least = f"{10**-places:g}"
        said = signed(points, places) if points else f"under {'+' if row['difference'] > 0 else MINUS}{least}"
    spread = f"{signed(lo, places)} to {signed(hi, places)}"
    return {"said": said, "range": spread, "value": f"{row['difference']:.6f}"}


def signed(points: float, places: int = 0) -> str:
    """Points with their sign; 0 has none."""
    return f"{points:+.{places}f}".replace("-", MINUS) if points else "0"


def change_list(base: Run, run: Run) -> list[dict[str, Any]]:
    """What the scenario changes against the base, with the size of each change."""
    from sim.scenario.differences import changes

    found = []
    for change in changes(base.scenario, run.scenario):
        size = None if change.size is None else f"{change.size:+.2f}".replace("-", "\u2212")
        found.append({**change._asdict(), "size": size, "magnitude": abs(change.size or 0.0)})
    return sorted(found, key=lambda change: -change["magnitude"])


def parameters(run: Run) -> dict[str, Any]:
    """Every number of a scenario with where it comes from, and how many of each standing."""
    from sim.scenario.describe import parameter_rows

    rows = parameter_rows(run.scenario)
    standings = ("sourced", "judgement", "default", "unstated")
    return {"rows": rows, "counts": {name: sum(row["standing"] == name for row in rows) for name in standings}}


def delegations(run: Run) -> list[str]:
    """Who sends whom, where the scenario names persons or mandates."""
    from sim.scenario.describe import delegation_rows

    return [row["sentence"] for row in delegation_rows(run.scenario)]


def origin(runs: Sequence[Run]) -> dict[str, Any]:
    """By what the report was made, and each run with the digests by which it can be known again."""
    from sim.storage.atomic_files import now
    from sim.storage.provenance import digest_of, engine_digest, versions

    found = []
    for run in runs:
        given = run.manifest or {
            "scenario_digest": digest_of(run.scenario.model_dump(mode="json", exclude_none=True)),
            "engine": engine_digest(),
            "versions": versions(),
        }
        found.append(
            {
                "name": run.name,
                "seed": run.seed,
                "trials": f"{run.n_trials:,}",
                "digest": given["scenario_digest"][:16],
                "engine": given["engine"],
                "version": given["versions"]["parley"],
                "finished": given.get("finished") or "not stored",
            }
        )
    return {"runs": found, "written": now()[:10]}
