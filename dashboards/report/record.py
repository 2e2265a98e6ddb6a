"""The record: one HTML file with every past forecast, how good it was and where it failed, that opens offline.

Drawn from JSON alone, the object of ``parley backtest --json``, so that a stored record can be drawn again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboards.figures import learned_parameters
from dashboards.figures import record as figures
from dashboards.figures.learned_parameters import value_at
from dashboards.figures.record import printed, three
from dashboards.report.computed_parts import both
from sim.results import record_tables as tables
from sim.results import record_words as words
from sim.results.record_form import HORIZONS, LINED, TIERS, checked
from sim.results.wording import percent

Tier = Mapping[str, Any]
DRAWN = ("engine", "pool")
"""Forecasters whose differences from each other one are drawn."""


def write_record(found: dict[str, Any], path: Path, posterior: dict[str, Any] | None) -> None:
    """Write the page over a backtest's JSON object to ``path``; ``posterior`` is that of ``posterior.json``, or None.

    Raises ParleyError for another object, or if another file than a page of ours is there; ResourceError if the file
    cannot be written.
    """
    from dashboards.report.html_file import write_page

    write_page(Path(path), record(found, posterior))


def record(found: Mapping[str, Any], posterior: Mapping[str, Any] | None) -> str:
    """The page as text."""
    from dashboards.report.html_file import render

    checked(found)
    parameters = parameter_rows(posterior) if posterior else []
    styles = ("report.css", "record.css")
    made = drawn(found, parameters)
    context = content(found, posterior, parameters) | {"charts": list(made), "has_tables": False}
    return render("record.html", {"figures": made}, context, script="record.js", styles=styles)


# -- what the script draws --------------------------------------------------------------------------


def drawn(found: Mapping[str, Any], parameters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Every figure with its layouts for wide and narrow screens, by name."""
    tiers: Mapping[str, Tier] = found["scores"] or {}
    made: dict[str, Any] = {}
    reach = reaches(tiers)
    for name, tier in tiers.items():
        made |= figures_of_tier(name, tier, **reach)
    lines = [
        {"tier": name, "title": words.title_of(who), **tier["calibration"][who]["pooled"]}
        for who in LINED
        for name, tier in tiers.items()
        if who in tier["calibration"]
    ]
    if any(line["slope"] is not None for line in lines):
        made["slopes"] = both(figures.slopes, lines, title="Slope of the calibration line (1 is right)")
    if parameters:
        made["learned"] = both(learned_parameters.learned, parameters, title="Prior and posterior of each parameter")
    return made


def figures_of_tier(
    name: str, tier: Tier, of_scores: Sequence[float], of_pairs: Sequence[float], of_groups: Sequence[float]
) -> dict[str, dict[str, Any]]:
    """Reliability, scores, differences and subsets of a tier; those that nothing is known of are left out."""
    made: dict[str, Any] = {}
    for who, bins in tier["reliability"].items():
        if bins:
            title = f"{name.capitalize()}: forecasts of the {who} and outcomes"
            made[f"reliability-{name}-{who}"] = both(figures.reliability, bins, title=title)
    rows = [{"title": words.title_of(who), **scores} for who, scores in tier["brier"].items()]
    title = f"{name.capitalize()}: Brier score (mean in brackets)"
    made[f"scores-{name}"] = both(figures.score_dots, rows, title=title, horizons=HORIZONS, reach=of_scores)
    for first, others in ((who, tier["differences"].get(who, {})) for who in DRAWN):
        pairs = [{"title": words.title_of(who), **values} for who, values in others.items()]
        title = f"{name.capitalize()}: the {first} against each"
        pairs = [pair for pair in pairs if not pair["difference"] == pair["lo"] == pair["hi"] == 0]  # the same odds
        if any(pair["difference"] is not None for pair in pairs):
            chart = both(figures.score_differences, pairs, title=title, first=first, reach=of_pairs)
            made[f"differences-{name}-{first}"] = chart
    groups = [{**one, "title": f"{one['by']}: {one['group']}"} for one in tier["subsets"] if one["n_episodes"]]
    if any(one["brier"].get(who) is not None for one in groups for who in tables.COMPARED):
        title = f"{name.capitalize()}: mean Brier score by group"
        options = {"title": title, "forecasters": tables.COMPARED, "reach": of_groups}
        made[f"subsets-{name}"] = both(figures.subset_dots, groups, **options)
    return made


def reaches(tiers: Mapping[str, Tier]) -> dict[str, list[float]]:
    """All scores, all ends of differences and all scores of groups, so that the tiers share an axis."""
    scores = [value for tier in tiers.values() for by_day in tier["brier"].values() for value in by_day.values()]
    pairs = [pair for tier in tiers.values() for others in tier["differences"].values() for pair in others.values()]
    ends = [pair[end] for pair in pairs for end in ("difference", "lo", "hi")]
    groups = [one["brier"].get(who) for tier in tiers.values() for one in tier["subsets"] for who in tables.COMPARED]
    found = {"of_scores": scores, "of_pairs": ends, "of_groups": groups}
    return {name: [value for value in values if value is not None] for name, values in found.items()}


# -- what the template prints -----------------------------------------------------------------------


def content(
    found: Mapping[str, Any], posterior: Mapping[str, Any] | None, parameters: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Every word and number that the template prints."""
    tiers: Mapping[str, Tier] = found["scores"] or {}
    scenario_scores = found.get("scenario_scores")
    return {
        "found": found,
        "claim": (found.get("claim") or words.ALONE).replace("`", ""),
        "days": HORIZONS,
        "meanings": {words.title_of(name): text for name, text in words.MEANINGS.items()},
        "protocols": words.PROTOCOLS.replace("`", ""),
        "stale": [text.replace("`", "") for text in found.get("stale") or []],
        "missing": words.missing(found),
        "tiers": [tier_words(name, tier) for name, tier in tiers.items()],
        "compared": tables.COMPARED,
        "protocol": protocol_words(found.get("protocol")),
        "agreement": print_rows(tables.agreement_rows(found)),
        "agreement_sentence": (found.get("agreement") or {}).get("sentence", ""),
        "scenarios": tables.scenario_rows(found) if found.get("scenarios") else [],
        "scenario_days": tables.SCENARIO_DAYS,
        "scenario_scores": print_rows(tables.scenario_score_rows(scenario_scores)) if scenario_scores else [],
        "scenario_notes": [printed(text) for text in scenario_scores["notes"]] if scenario_scores else [],
        "variants": variant_rows(found),
        "misses": [{key: printed(text) for key, text in tables.miss_row(miss).items()} for miss in _misses(found)],
        "forecasts": [forecast_row(row) for row in found["forecasts"]],
        "posterior": posterior,
        "parameters": parameters,
    }


def _misses(found: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return found.get("misses") or []


def print_rows(rows: Any) -> list[dict[str, Any]]:
    """Rows of a shared table with the page's minus signs."""
    return [{"title": row.title, "cells": [printed(cell) for cell in row.cells]} for row in rows]


def tier_words(name: str, tier: Tier) -> dict[str, Any]:
    """A tier's scores, verdict and comparison in words."""
    pooled = tier["calibration"].get("engine", {}).get("pooled")
    return {
        "name": name,
        "rule": words.RULES[name],
        "n_episodes": tier["n_episodes"],
        "n_wars": tier["n_wars"],
        "mean": three(tier["brier"]["engine"]["mean"]) if "engine" in tier["brier"] else "\u2013",
        "rivals": [
            (words.title_of(who), three(tier["brier"][who]["mean"])) for who in words.ranked(tier) if who != "engine"
        ],
        "verdict": tier["verdict"],
        "verdict_words": words.VERDICTS.get(tier["verdict"], ""),
        "slope": f"{pooled['slope']:.2f}" if pooled and pooled["slope"] is not None else None,
        "comparison": [printed(text) for text in words.comparison(tier)],
        "bins": {who: [printed(words.bin_words(one)) for one in bins] for who, bins in tier["reliability"].items()},
        "coverage": printed(words.coverage_words(tier["coverage"])),
        "score_heads": [unbroken(head) for head in tables.score_heads()],
        "scores": print_rows(tables.score_rows(tier)),
        "calibration_heads": [unbroken(head) for head in tables.calibration_heads()],
        "calibration": print_rows(tables.calibration_rows(tier)),
        "subset_heads": ("episodes", "wars", *map(words.title_of, words.MEANINGS)),
        "subsets": subset_words(tier),
    }


def unbroken(head: str) -> str:
    """A head whose number of days does not part from its unit."""
    return printed(head).replace(" d", "\u00a0d")


def subset_words(tier: Tier) -> list[dict[str, Any]]:
    """Subsets under the property that they are of: mean Brier score of every forecaster."""
    rows = tables.subset_rows(tier)
    return [
        {"by": by, "rows": print_rows(row for property, row in rows if property == by)}
        for by in dict.fromkeys(property for property, _ in rows)
    ]


def protocol_words(protocol: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What folds weighed or chose, in rows; None where the record does not say."""
    if not protocol:
        return None
    terms = [
        {"term": term["term"], "meaning": term["meaning"], "rows": print_rows(rows)}
        for term, rows in tables.term_rows(protocol)
    ]
    rows = {"chosen": tables.chosen_rows(protocol), "spreads": tables.spread_rows(protocol)}
    return {"n_folds": protocol["n_folds"], "terms": terms} | {name: print_rows(of) for name, of in rows.items()}


def variant_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Mean Brier scores as above and under each variant, with the change; empty where nothing is scored."""
    if not found["scores"] or not found.get("variants"):
        return []
    return [
        {"title": title, "cells": [{"score": printed(score), "change": printed(more)} for score, more in cells]}
        for title, cells in tables.variant_rows(found)
    ]


def forecast_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Odds of an episode: headline and engine on both tiers, pool on the durable one."""
    of = {name: row.get(name, {}) for name in ("headline", "pool")}
    headline = [of["headline"].get(tier, {}) for tier in TIERS]
    kinds = [*headline, row["durable"], row["mutual"], of["pool"].get("durable", {})]
    odds = [kind.get(days) for kind in kinds for days in HORIZONS]
    return {"id": row["episode_id"], "cells": [(-1 if value is None else value, percent(value)) for value in odds]}


def parameter_rows(posterior: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Prior and posterior of each structural parameter of ``posterior.json``, in numbers and words."""
    rows = []
    for name, known in posterior["structural"].items():
        kind, low, high = known["prior"]
        row: dict[str, Any] = {"title": name, "kind": kind, "low": low, "high": high, **known}
        before = [value_at(row, place) for place in (0.05, 0.5, 0.95)]
        prior, after = spread(*before), spread(known["from"], known["median"], known["to"])
        words = f"{name}, {known['unit']}: {after}; before {prior}"
        more = {"meaning": known.get("meaning", ""), "words": words}
        rows.append(row | more | {"prior_words": prior, "posterior_words": after})
    return rows


def spread(low: float, middle: float, high: float) -> str:
    """``0.356 (0.163 to 0.763)``"""
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"
