"""The record of past forecasts in words: scores as printed, who is best, and whether that is more than chance.

Every function takes a part of the object of ``parley backtest --json`` (``record_form``), so that terminal and pages
say the same. Minus signs are ASCII here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.results.formatting import DASH, as_number, counted, is_known
from sim.results.record_form import FORECASTERS
from sim.results.wording import band, percent

Part = Mapping[str, Any]

ALONE = "each from other wars alone (leave one war out)"
"""What the forecasts of a record rest on that does not say so."""
FEW_WARS = 10
"""With fewer wars an interval that redraws wars means nothing."""
RULES = {
    "durable": "a ceasefire that lasted 30 days or more",
    "mutual": "a ceasefire agreed by both, of any length",
}
CALLED = {
    "ridge": "the ridge regression",
    "engine": "the engine",
    "pool": "the pool",
    "known": "the pool with the war's own past",
    "headline": "the headline",
    "constant": "the constant",
    "age of war": "the age of the war",
}
TITLES = {"known": "pool, own past"}
"""Forecasters that tables call by another name than their key."""
PROTOCOLS = (
    "Two protocols: from other wars only, and, in the rows `pool, own past` and `headline`, from what was known that "
    "day, the earlier talks of the same war too."
)
MEANINGS = {
    "constant": "how often it happened in other wars",
    "age of war": "a regression on the age of the war alone",
    "ridge": "a ridge regression on the coded row, one for all horizons; penalty and columns set inside each fold",
    "engine": "the simulated negotiations, their parameters learned from other wars",
    "pool": "mean log odds of three: the engine, the ridge, and the ridge fitted to what the engine leaves over",
    "known": "the pool, with how earlier talks of the same war had ended as far as that was known on the day",
    "headline": "the line above and the reference class, averaged in log odds; the weight set inside each fold",
}
VERDICTS = {
    "calibrated": "No test found a difference between forecasts and outcomes. That is no proof that there is none.",
    "overconfident": "Forecasts are too extreme: high ones happen less often than forecast, low ones more often.",
    "not calibrated": "Forecasts and outcomes differ by more than chance.",
}
MISSING = {
    "protocol": "What each fold weighed or set is not in this record.",
    "variants": "No variant was computed.",
    "misses": "The worst forecasts are not listed, since the durable tier is not scored.",
    "scenarios": "The shipped scenarios of past wars were not scored here.",
}


def title_of(forecaster: str) -> str:
    """Return what tables call a forecaster."""
    return TITLES.get(forecaster, forecaster)


def three(value: float | None, sign: bool = False) -> str:
    """Return a score with three decimals and no leading nought: ``.162``; a dash for none."""
    return _short(value, f"{'+' if sign else ''}.3f")


def p_value(value: float | None) -> str:
    """Return the p value of a test: ``.40``, and ``<.01`` for what would round to nothing."""
    return "<.01" if is_known(value) and value < 0.01 else two(value)


def two(value: float | None, sign: bool = False) -> str:
    """Return a weight, slope or intercept with two decimals and no leading nought."""
    return _short(value, f"{'+' if sign else ''}.2f")


def _short(value: float | None, form: str) -> str:
    if not is_known(value):
        return DASH
    text = as_number(value, form)
    return text.replace("0.", ".", 1) if text.lstrip("+-").startswith("0.") else text


def interval(low: float | None, high: float | None, form: Any = three, sign: bool = True) -> str:
    """Return ``-.022 to +.049``; empty where an end is not known."""
    return f"{form(low, sign)} to {form(high, sign)}" if is_known(low) and is_known(high) else ""


def difference_words(row: Part) -> str:
    """Return ``+.011 (-.022 to +.049)``; without an interval the difference alone; ``the same`` where none can be."""
    if row["difference"] == row["lo"] == row["hi"] == 0:
        return "the same"
    ends = interval(row["lo"], row["hi"])
    return f"{three(row['difference'], sign=True)}{f' ({ends})' if ends else ''}"


def standing(row: Part) -> str:
    """Return ``better``, ``worse`` or ``even``, by the interval of a difference; ``even`` without one."""
    if not (is_known(row["lo"]) and is_known(row["hi"])) or row["lo"] <= 0 <= row["hi"]:
        return "even"
    return "better" if row["hi"] < 0 else "worse"


def listed(names: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


# -- who is best ------------------------------------------------------------------------------------


def ranked(tier: Part) -> list[str]:
    """Return the forecasters with a mean score, the best first; of equal ones the first in the usual order."""
    known = [name for name in FORECASTERS if name in tier["brier"] and is_known(tier["brier"][name]["mean"])]
    return sorted(known, key=lambda name: float(tier["brier"][name]["mean"]))


def comparison(tier: Part) -> list[str]:
    """Return who is best by mean Brier score, and which differences are more than chance, in sentences."""
    order = [name for name in ranked(tier) if not (name == "headline" and is_same_as_known(tier))]
    if not order:
        return []
    means = [f"{CALLED[name]} ({three(tier['brier'][name]['mean'])})" for name in order[:3]]
    said = [f"Lowest mean Brier score: {', then '.join(means)}."]
    if tier["n_wars"] < FEW_WARS:
        verb = "is" if tier["n_wars"] == 1 else "are"
        return [*said, f"{counted(tier['n_wars'], 'war')} {verb} too few to say whether differences are chance."]
    pairs = (("engine", "ridge"), ("pool", "engine"), ("pool", "ridge"), ("known", "pool"))
    said += [text for text in (against(tier, *pair) for pair in pairs) if text]
    engine, pool = (beside_simple(tier, name) for name in ("engine", "pool"))
    if engine and pool == engine:
        return [*said, f"The engine {engine}; so does the pool."]
    return [*said, *(f"The {name} {text}." for name, text in (("engine", engine), ("pool", pool)) if text)]


def is_same_as_known(tier: Part) -> bool:
    """Return whether the headline has the scores of the pool with the war's own past: no fold weighs the reference."""
    scores: Part = tier["brier"]
    return bool(scores.get("headline") == scores.get("known"))


def against(tier: Part, first: str, other: str) -> str:
    """Return the plain sentence on whether one forecaster beats another; empty where that is not known."""
    row = tier["differences"].get(first, {}).get(other)
    if row is None or not is_known(row["difference"]):
        return ""
    size, ends = three(abs(row["difference"])), interval(row["lo"], row["hi"])
    range_ = f"90 % by war: {ends}" if ends else "no interval"
    who, whom = CALLED[first].capitalize(), CALLED[other]
    if standing(row) == "better":
        return f"{who} beats {whom} by {size} ({range_})."
    if standing(row) == "worse":
        return f"{who} does worse than {whom}, by {size} ({range_})."
    place = f"{size} {'ahead' if row['difference'] < 0 else 'behind'}" if row["difference"] else "level"
    return f"{who} does not beat {whom}: it is {place}, no more than chance ({range_})."


def beside_simple(tier: Part, first: str) -> str:
    """Return how a forecaster stands with those that read no coded column: ``beats ...``; empty without them."""
    rows = tier["differences"].get(first, {})
    known = {name: rows[name] for name in ("constant", "age of war") if name in rows}
    known = {name: row for name, row in known.items() if is_known(row["difference"])}
    words = {
        "better": "beats {} by more than chance",
        "even": "differs from {} by no more than chance",
        "worse": "does worse than {} by more than chance",
    }
    parts = []
    for stand, text in words.items():
        if names := [CALLED[name] for name, row in known.items() if standing(row) == stand]:
            parts.append(text.format(listed(names)))
    return listed(parts)


# -- sentences on the rest --------------------------------------------------------------------------


def calibration_words(tier: Part, forecaster: str = "engine") -> str:
    """Return slope, its interval and the verdict on one forecaster in a sentence."""
    line = tier["calibration"][forecaster]["pooled"]
    verdict = tier["verdicts"].get(forecaster, tier["verdict"])
    ends = interval(line.get("slope_lo"), line.get("slope_hi"), two, sign=False)
    slope = f"{two(line['slope'])} ({ends}, by war)" if is_known(line["slope"]) and ends else "not known"
    return f"Calibration of {CALLED[forecaster]}: {verdict}; slope {slope}, where 1 is right."


def coverage_words(coverage: Sequence[Part]) -> str:
    """Return how often intervals of the day of the ceasefire held it; empty where nothing is known."""
    known = [one for one in coverage if is_known(one["observed"])]
    return ", ".join(f"the {percent(one['nominal'])} interval held {percent(one['observed'])}" for one in known)


def bin_words(row: Part) -> str:
    """Return a bin as ``Of 77 forecasts of about 51 %, 53 % happened (42 to 64 %; 27 wars).``."""
    n, wars = counted(round(row["n"]), "forecast"), counted(round(row["n_wars"]), "war")
    where = f"{band(row['observed_low'], row['observed_high'])}; {wars}"
    return f"Of {n} of about {percent(row['mean_forecast'])}, {percent(row['observed'])} happened ({where})."


def missing(found: Part) -> list[str]:
    """Return a sentence for each part that a scored record does not hold."""
    if not found["scores"]:
        return []
    return [text for key, text in MISSING.items() if not found.get(key)]
