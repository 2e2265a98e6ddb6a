"""Tables of the record of past forecasts, as rows of text: the terminal prints them and the pages draw them.

Every function takes a part of the object of ``parley backtest --json`` (``record_form``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sim.results.record_form import FORECASTERS, HORIZONS, LINED
from sim.results.record_words import Part, difference_words, interval, p_value, three, title_of, two
from sim.results.wording import percent

COMPARED = ("engine", "ridge", "pool")
"""Forecasters of short tables."""
GROUPED = ("engine", "ridge", "pool", "known")
"""Forecasters of short tables of groups."""
SCENARIO_DAYS = (90, 365)
READINGS = ("pool", "file", "second")


class Row(NamedTuple):
    """A row of a table: what it is about, and its cells."""

    title: str
    cells: tuple[str, ...]


def score_heads() -> tuple[str, ...]:
    """Return the heads of ``score_rows`` after the first."""
    return (*(f"{days} d" for days in HORIZONS), "mean", "log score", "engine minus it", "pool minus it")


def score_rows(tier: Part) -> list[Row]:
    """Return a row per forecaster: Brier score by horizon, mean, mean log score, differences with their interval."""
    rows = []
    for name in FORECASTERS:
        if name not in tier["brier"]:
            continue
        brier = [three(tier["brier"][name][days]) for days in (*HORIZONS, "mean")]
        log_score = tier["log_score"].get(name, {}).get("mean")
        pairs = [tier["differences"].get(first, {}).get(name) for first in ("engine", "pool")]
        differences = [difference_words(pair) if pair else "" for pair in pairs]
        rows.append(Row(title_of(name), (*brier, two(log_score), *differences)))
    return rows


def calibration_heads() -> tuple[str, ...]:
    """Return the heads of ``calibration_rows`` after the first."""
    return ("slope (90 %, by war)", *(f"{days} d" for days in HORIZONS), "intercept", "p, by war", "verdict")


def calibration_rows(tier: Part) -> list[Row]:
    """Return a row per forecaster: slope with its interval, slopes by horizon, intercept, test and verdict."""
    rows = []
    for name in (one for one in LINED if one in tier["calibration"]):
        lines = tier["calibration"][name]
        pooled = lines["pooled"]
        ends = interval(pooled.get("slope_lo"), pooled.get("slope_hi"), two, sign=False)
        slope = f"{two(pooled['slope'])}{f' ({ends})' if ends else ''}"
        by_horizon = [two(lines[days]["slope"]) for days in HORIZONS]
        rest = (two(pooled["intercept"]), p_value(pooled["p_by_war"]), tier["verdicts"].get(name, ""))
        rows.append(Row(title_of(name), (slope, *by_horizon, *rest)))
    return rows


def subset_rows(tier: Part, forecasters: Sequence[str] = FORECASTERS) -> list[tuple[str, Row]]:
    """Return a row per group that has an episode, under the property that it is of: scores by forecaster."""
    return [
        (
            one["by"],
            Row(
                one["group"],
                (
                    str(one["n_episodes"]),
                    str(one["n_wars"]),
                    *(three(one["brier"].get(name)) for name in forecasters),
                ),
            ),
        )
        for one in tier["subsets"]
        if one["n_episodes"]
    ]


# -- protocol ---------------------------------------------------------------------------------------


def term_rows(protocol: Part) -> list[tuple[Part, list[Row]]]:
    """Return each optional term with a row per alternative: prior, weight over folds, folds where it weighs most."""
    return [
        (
            term,
            [Row(_value(one["value"]), _weights(one)) for one in term["alternatives"]],
        )
        for term in protocol["terms"]
    ]


def chosen_rows(protocol: Part) -> list[Row]:
    """Return what the folds set of ridge and headline, with the number of folds; what none set is left out."""
    rows = []
    for what, choices in protocol["ridge"].items():
        for one in (each for each in choices if each["folds"]):
            setting = f"penalty {one['penalty']:g}, {_columns(one['columns'])}"
            rows.append(Row(f"ridge, {what}", (setting, str(one["folds"]))))
    for one in (each for each in protocol.get("headline", ()) if each["folds"]):
        what = f"weight of {title_of('known')} {one['weight']:g}, of the reference class the rest"
        rows.append(Row("headline", (what, str(one["folds"]))))
    return rows


def spread_rows(protocol: Part) -> list[Row]:
    """Return each spread of a war's own effect: prior, weight over folds, folds where it weighs most."""
    return [Row(f"{one['spread']:g}", _weights(one)) for one in protocol.get("own_past", ())]


def _weights(one: Part) -> tuple[str, ...]:
    """Return the prior weight, its mean over folds with least and most, and in how many folds it weighs most."""
    over_folds = f"{two(one['mean'])} ({interval(one['least'], one['most'], two, sign=False)})"
    return two(one["prior"]), over_folds, str(one["folds"])


def _value(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _columns(columns: Any) -> str:
    if isinstance(columns, list):
        return ", ".join(columns)
    return columns if isinstance(columns, str) else f"{columns:g} columns"


def agreement_rows(found: Part) -> list[Row]:
    """Return a row per coded column: Krippendorff's alpha over all coders, and the mean weighted kappa of pairs."""
    columns = (found.get("agreement") or {}).get("columns", [])
    return [Row(one["column"], (two(one["alpha"]), two(one["kappa"]))) for one in columns]


# -- scenarios, variants, worst forecasts -----------------------------------------------------------


class ScenarioRow(NamedTuple):
    """A scenario: when a ceasefire began, and forecasts by day and kind ("pool", "file", "row", ...) as printed."""

    title: str
    scenario: str
    episode_id: str
    outcome: str
    odds: Mapping[int, Mapping[str, str]]


def scenario_rows(found: Part) -> list[ScenarioRow]:
    """Return a row per scenario with its readings by 90 and 365 days, and what happened."""
    rows = []
    for name in dict.fromkeys(one["scenario"] for one in found["scenarios"]):
        own = [one for one in found["scenarios"] if one["scenario"] == name]
        odds = {days: _scenario_odds([one for one in own if one["days"] == days]) for days in SCENARIO_DAYS}
        rows.append(ScenarioRow(own[0]["title"], name, own[0]["episode_id"], scenario_outcome(own), odds))
    return rows


def _scenario_odds(by_reading: Sequence[Part]) -> dict[str, str]:
    """Return headline and model by reading, and what the coded row and the constant give."""
    said: dict[str, str] = {}
    for one in by_reading:
        said |= {one["reading"]: percent(one["headline"]), f"model, {one['reading']}": percent(one["model"])}
        said |= {kind: percent(one[kind]) for kind in ("row", "row_pool", "constant")}
    return said


def scenario_outcome(own: Sequence[Part]) -> str:
    """Return by which of the forecast days a durable ceasefire had begun: ``yes, by 90 days``, ``none by 365 days``."""
    known = {one["days"]: one["happened"] for one in own if one["happened"] is not None}
    if days := [day for day in sorted(known) if known[day]]:
        return f"yes, by {days[0]} days"
    return f"none by {max(known)} days" if known else "not known"


SCENARIO_KINDS = {
    "headline": "headline",
    "model": "model alone",
    "row": "coded row, engine",
    "row_pool": "coded row, pool",
    "constant": "constant",
}


def scenario_score_rows(scores: Part) -> Iterator[Row]:
    """Yield mean Brier scores of the scenarios: a row per kind of forecast, by reading where it has one."""
    for kind, words in SCENARIO_KINDS.items():
        value = scores["brier"].get(kind)
        if isinstance(value, Mapping):
            yield Row(words, tuple(three(value.get(reading)) for reading in READINGS))
        elif value is not None:
            yield Row(words, (three(value), *[""] * (len(READINGS) - 1)))


def variant_rows(found: Part) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the scores as above and of each variant: title, and per tier and forecaster score and change."""
    tiers: Part = found["scores"] or {}
    ours = {name: {who: tier["brier"].get(who, {}).get("mean") for who in COMPARED} for name, tier in tiers.items()}
    rows = []
    for title, values in {"as above": ours, **(found.get("variants") or {})}.items():
        cells = []
        for tier, means in ours.items():
            for who, mean in means.items():
                value = values.get(tier, {}).get(who)
                is_change = title != "as above" and value is not None and mean is not None
                cells.append((three(value), three(value - mean, sign=True) if is_change else ""))
        rows.append((title, cells))
    return rows


def miss_row(miss: Part) -> dict[str, str]:
    """Return one of the worst forecasts in words: forecasts by that day, what happened, and why."""
    day = f"by {miss['days']} days"
    return {
        "name": miss["name"],
        "where": f"{miss['episode_id']}, opened {miss['opened']}",
        "days": day,
        "engine": percent(miss["forecast"]),
        **{who: percent(miss[who]) if miss.get(who) is not None else "-" for who in ("ridge", "pool")},
        "happened": f"it happened {day}" if miss["happened"] else f"it did not happen {day}",
        "outcome": miss["outcome"] or "not described",
        "reason": miss["reason"],
    }
