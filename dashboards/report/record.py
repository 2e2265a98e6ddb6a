"""The record: one HTML file with every past forecast, how good it was and where it failed, that opens offline.

Drawn from JSON alone, the object of ``parley backtest --json``, so that a stored record can be drawn again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboards.figures import record as figures
from dashboards.figures.record import bin_words, difference_words, interval_words, standing, three, unbroken, value_at
from dashboards.report.computed_parts import both
from sim.errors import ParleyError
from sim.results.wording import percent

RULES = {
    "durable": "a halt to the fighting that lasts 30 days or more",
    "mutual": "a halt publicly agreed by both sides, of any length",
}
VERDICTS = {
    "calibrated": "No test found that what it says and what comes differ. That is no proof that they agree.",
    "overconfident": "It says too much: what it calls likely comes less often, what it calls unlikely more often.",
    "not calibrated": "What it says and what comes differ by more than chance.",
}
MODEL, REGRESSION = "model", "ridge"
Tier = Mapping[str, Any]


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

    if missing := {"scores", "forecasts", "notes"} - set(found):
        raise ParleyError(f"this is no object of parley backtest --json: it has no {', '.join(sorted(missing))}")
    parameters = parameter_rows(posterior) if posterior else []
    styles = ("report.css", "record.css")
    made = drawn(found, parameters)
    context = content(found, posterior, parameters) | {"charts": list(made)}
    return render("record.html", {"figures": made}, context, script="record.js", styles=styles)


# -- what the script draws --------------------------------------------------------------------------


def drawn(found: Mapping[str, Any], parameters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Every figure with its layouts for wide and narrow screens, by name."""
    tiers: Mapping[str, Tier] = found["scores"] or {}
    made: dict[str, Any] = {}
    of_scores, of_pairs = reaches(tiers)
    for name, tier in tiers.items():
        title = f"{name.capitalize()}: what was said, what came"
        made[f"reliability-{name}"] = both(figures.reliability, tier["reliability"], title=title)
        rows = [{"title": title_of(who), **scores} for who, scores in tier["brier"].items()]
        title = f"{name.capitalize()}: Brier score (mean in brackets)"
        made[f"scores-{name}"] = both(figures.score_dots, rows, title=title, horizons=horizons(found), reach=of_scores)
        pairs = [{"title": title_of(who), **values} for who, values in tier["model_minus"].items()]
        title = f"{name.capitalize()}: the model against each"
        if any(pair["difference"] is not None for pair in pairs):
            made[f"differences-{name}"] = both(figures.score_differences, pairs, title=title, reach=of_pairs)
    lines = [
        {"tier": name, "title": when(days), **line}
        for name, tier in tiers.items()
        for days, line in tier["calibration"].items()
    ]
    if any(line["slope"] is not None for line in lines):
        made["slopes"] = both(figures.slopes, lines, title="Slope of the calibration line (1 is right)")
    if parameters:
        made["learned"] = both(figures.learned, parameters, title="Prior and posterior of each parameter")
    return made


def reaches(tiers: Mapping[str, Tier]) -> tuple[list[float], list[float]]:
    """All Brier scores and all ends of differences, so that the tiers share an axis."""
    scores = [value for tier in tiers.values() for by_day in tier["brier"].values() for value in by_day.values()]
    ends = [value for tier in tiers.values() for pair in tier["model_minus"].values() for value in pair.values()]
    return [value for value in scores if value is not None], [value for value in ends if value is not None]


def horizons(found: Mapping[str, Any]) -> list[str]:
    """Days of the horizons as the JSON names them, ascending; none without forecasts."""
    return sorted(found["forecasts"][0]["durable"], key=int) if found["forecasts"] else []


def when(days: str) -> str:
    return f"{days} days" if days.isdecimal() else days


def title_of(forecaster: str) -> str:
    """A forecaster's name in a sentence."""
    return f"the {forecaster}" if forecaster.startswith(MODEL) else forecaster


# -- what the template prints -----------------------------------------------------------------------


def content(
    found: Mapping[str, Any], posterior: Mapping[str, Any] | None, parameters: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Every word and number that the template prints."""
    tiers: Mapping[str, Tier] = found["scores"] or {}
    days = horizons(found)
    twice = "; ".join(" and ".join(pair) for pair in found.get("wars_under_two_names") or [])
    return {
        "found": found,
        "one_war_twice": f" under its own name (wars under two names: {twice})" if twice else "",
        "days": days,
        "tiers": [tier_words(name, tier, days) for name, tier in tiers.items()],
        "variants": variant_rows(found),
        "misses": [miss_words(miss) for miss in found.get("misses") or []],
        "forecasts": [forecast_row(row, days) for row in found["forecasts"]],
        "posterior": posterior,
        "parameters": parameters,
    }


def tier_words(name: str, tier: Tier, days: Sequence[str]) -> dict[str, Any]:
    """A tier's scores, verdict and comparison in words."""
    ranked = sorted(tier["brier"], key=lambda who: (tier["brier"][who]["mean"] is None, tier["brier"][who]["mean"]))
    pooled = tier["calibration"]["pooled"]
    return {
        "name": name,
        "rule": RULES.get(name, ""),
        "n_episodes": tier["n_episodes"],
        "n_wars": tier["n_wars"],
        "mean": three(tier["brier"][MODEL]["mean"]),
        "rivals": [(title_of(who), three(tier["brier"][who]["mean"])) for who in ranked if who != MODEL],
        "verdict": tier["verdict"],
        "verdict_words": VERDICTS.get(tier["verdict"], ""),
        "slope": None if pooled["slope"] is None else f"{pooled['slope']:.2f}",
        "regression": against_regression(tier),
        "bins": [bin_words(one) for one in tier["reliability"]],
        "coverage": coverage_words(tier["coverage"]),
        "forecasters": [
            {
                "title": title_of(who),
                "is_model": who == MODEL,
                "brier": [three(tier["brier"][who][horizon]) for horizon in (*days, "mean")],
                "log_score": three(tier["log_score"][who]["mean"]),
                "difference": difference_words(tier["model_minus"][who]) if who in tier["model_minus"] else "",
            }
            for who in ranked
        ],
        "lines": [line_words(key, line) for key, line in tier["calibration"].items()],
    }


def line_words(key: str, line: Mapping[str, Any]) -> dict[str, str]:
    """Slope, intercept and test of one calibration line; a dash for what cannot be told."""
    said = {"title": when(key), "n": f"{line['n']:.0f}"}
    for name in ("slope", "intercept", "p_by_war"):
        said[name] = "\u2013" if line[name] is None else f"{line[name]:.2f}".replace("-", "\u2212")
    return said


def against_regression(tier: Tier) -> dict[str, Any] | None:
    """The plain sentence on whether the model beats a regression, and the numbers behind it; None without one."""
    rows = {who: pair for who, pair in tier["model_minus"].items() if who.startswith(REGRESSION)}
    rows = {who: pair for who, pair in rows.items() if pair["difference"] is not None}
    if not rows:
        return None
    stands = {who: standing(pair) for who, pair in rows.items()}
    same = "a regression on the same coded rows"
    if "worse" in stands.values():
        head = f"It does worse than {same}."
    elif set(stands.values()) == {"better"}:
        head = f"It beats {same}."
    elif "better" in stands.values():
        head = f"It beats {same} with one penalty and not with another."
    else:
        head = f"It does not beat {same}."
    parts = []
    for who, pair in rows.items():
        side = "ahead of" if pair["difference"] < 0 else "behind"
        luck = ": no more than chance" if stands[who] == "even" else ""
        interval = interval_words(pair)
        parts.append(f"{three(abs(pair['difference']))} {side} {who}{luck}{interval and f' ({interval})'}")
    return {"head": head, "parts": parts}


def coverage_words(coverage: Sequence[Mapping[str, Any]]) -> str:
    """How often intervals of the day of the halt held it; empty where nothing is known."""
    known = [one for one in coverage if one["observed"] is not None]
    said = (f"the {percent(one['nominal'])} interval held {percent(one['observed'])}" for one in known)
    return unbroken(", ".join(said))


def variant_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Mean Brier scores as above and under each variant, with the change; empty where nothing is scored."""
    tiers: Mapping[str, Tier] = found["scores"] or {}
    ours = {name: tier["brier"][MODEL]["mean"] for name, tier in tiers.items()}
    rows = [{"title": "as above", "cells": [{"score": three(mean), "change": ""} for mean in ours.values()]}]
    for title, values in (found.get("variants") or {}).items():
        cells = []
        for name, mean in ours.items():
            value = values.get(name)
            change = "" if value is None or mean is None else three(value - mean, sign=True)
            cells.append({"score": three(value), "change": change})
        rows.append({"title": title, "cells": cells})
    return rows if tiers else []


def miss_words(miss: Mapping[str, Any]) -> dict[str, Any]:
    """One miss as a row: what was said, whether it came, what happened and why the model thought so."""
    came = "it came" if miss["happened"] else "it did not come"
    return {**miss, "said": percent(miss["forecast"]), "came": came, "outcome": miss["outcome"] or "not described"}


def forecast_row(row: Mapping[str, Any], days: Sequence[str]) -> dict[str, Any]:
    odds = [row[tier][horizon] for tier in ("durable", "mutual", "anchored") for horizon in days]
    return {"id": row["episode_id"], "cells": [(value, percent(value)) for value in odds]}


def parameter_rows(posterior: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Prior and posterior of each structural parameter of ``posterior.json``, in numbers and words."""
    rows = []
    for name, known in posterior["structural"].items():
        kind, low, high = known["prior"]
        row: dict[str, Any] = {"title": name, "kind": kind, "low": low, "high": high, **known}
        before = [value_at(row, place) for place in (0.05, 0.5, 0.95)]
        prior, after = spread(*before), spread(known["from"], known["median"], known["to"])
        said = f"{name}, {known['unit']}: {after}; before {prior}"
        more = {"meaning": known.get("meaning", ""), "words": said}
        rows.append(row | more | {"prior_words": prior, "posterior_words": after})
    return rows


def spread(low: float, middle: float, high: float) -> str:
    """``0.356 (0.163 to 0.763)``"""
    low_said, middle_said, high_said = (f"{value:.3g}" for value in (low, middle, high))
    return f"{middle_said} ({low_said} to {high_said})"
