"""What the report says in the parts that are worked out for it: sliders, terms, told trials, the long table."""

from __future__ import annotations

import re
import shlex
import textwrap
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dashboards import rounding
from dashboards.figures.terms import nearest
from dashboards.report.computed_parts import More, bars, odds_vary
from dashboards.tables import terms as term_tables
from dashboards.tables.studies import input_words
from sim.analysis.sensitivity.uncertain_inputs import HIGH, LOW
from sim.results.export import as_csv, long_form
from sim.results.wording import percent
from sim.scenario.schema.labels import sides_called

if TYPE_CHECKING:
    from sim.results.run import Run

SAID = ("rmse", "largest", "luck", "band_rmse", "band_luck")
"""Errors of the surface that the page says, by horizon."""
MOST_OF_A_MEANING = 160
CHECKPOINTS = (30, 90, 180, 365)


def content_of_parts(run: Run, more: More) -> dict[str, Any]:
    """Everything that the templates of these parts print."""
    return {
        "sides_of_base": sides_called(run.scenario),
        "sliders": sliders(run, more),
        "no_sliders": more.why_not,
        "tracks": tracks(more),
        "n_ranged": f"{more.ranges.n_trials:,}" if more.ranges else "",
        "terms": terms(run),
        "durability": durability(run),
        "influences": influences(more),
        "odds_vary": more.response is not None and odds_vary(more.response),
        "stories": stories(run, more),
        "long_csv": "data:text/csv;charset=utf-8," + quote(as_csv(long_form([run]).to_dict("records"))),
    }


def sliders(run: Run, more: More) -> dict[str, Any] | None:
    """Every slider with its marks, and how far the surface misses the model; None without a surface."""
    found = more.response
    if found is None:
        return None
    rows = []
    for one in found.inputs:
        middle = min(range(len(one.stops)), key=lambda place: abs(one.stops[place][0] - one.central[0]))
        ends = one.stops[0][1], one.stops[-1][1]
        rows.append(
            {
                "name": one.name,
                "words": input_words(one.name),
                "meaning": meaning(run, one.name),
                "last": len(one.stops) - 1,
                "middle": middle,
                "low": rounding.said(ends[0], *ends),
                "central": rounding.said(one.central[1], *ends),
                "high": rounding.said(ends[1], *ends),
            }
        )
    errors = [
        {"days": days, **{key: f"{100 * getattr(found, key)[place]:.1f}" for key in SAID}}
        for place, days in enumerate(found.days)
    ]
    return {
        "rows": rows,
        "errors": errors,
        "settings": len(found.settings),
        "trials": f"{found.trials:,}",
        "a_setting": f"{found.trials_a_setting:,}",
        "command": "parley run " + shlex.quote(run.name),
        "low": round(100 * LOW),
        "high": round(100 * HIGH),
    }


def meaning(run: Run, path: str) -> str:
    """What an input is, from its field: the first sentence, with the sides by their names."""
    from sim.scenario.key_paths import slot_at, split

    slot = slot_at(split(path)) or slot_at(split(path)[:-1])
    said = (slot.field.description or "") if slot and slot.field else ""
    for letter in "AB":
        said = said.replace(f"side {letter}", sides_called(run.scenario)[letter])
    first = re.split(r"\.(?= |$)|;", said)[0]
    return textwrap.shorten(first, MOST_OF_A_MEANING, placeholder=" ...")


def tracks(more: More) -> list[dict[str, str]]:
    """Tracks whose bargaining range is drawn, with the name of the figure."""
    from dashboards.tables.why import ranges

    if more.ranges is None:
        return []
    return [
        {"figure": f"range-{number}", "label": track.label}
        for number, track in enumerate(more.ranges.tracks)
        if ranges(more.ranges, track.name)
    ]


def terms(run: Run) -> dict[str, Any] | None:
    """Agreed terms in words; None where nothing was agreed, no rows where the halts settle no issue."""
    n = term_tables.n_halts(run)
    if n == 0:
        return None
    rows = [
        {
            "words": row["words"],
            "nearest": nearest(row, row["q50"]) or "",
            "middle": f"{row['q50']:.2f}",
            "range": f"{row['q05']:.2f} to {row['q95']:.2f}",
            "n": f"{row['n']:,}",
            "scale": row["scale"],
        }
        for row in term_tables.terms(run)
    ]
    return {"n": f"{n:,}", "trials": f"{run.n_trials:,}", "share": percent(n / run.n_trials), "rows": rows}


def durability(run: Run) -> dict[str, Any] | None:
    """Shares of halts still in force after some days, the model's and past ones; None where nothing was agreed."""
    if term_tables.n_halts(run) == 0:
        return None
    groups: list[tuple[str, int, list[float | None]]] = [
        (row["label"], row["n"], [term_tables.holds_at(row, day) for day in CHECKPOINTS])
        for row in term_tables.survival(run)
    ]
    past = term_tables.evidence()
    for label in dict.fromkeys(row["label"] for row in past):
        by_day = {row["day"]: row for row in past if row["label"] == label}
        n = next(iter(by_day.values()))["n"]
        groups.append((label, n, [by_day[day]["holds"] if day in by_day else None for day in CHECKPOINTS]))
    rows = [
        {"label": label, "n": f"{n:,}", "holds": ["\u2013" if p is None else percent(p) for p in holds]}
        for label, n, holds in groups
    ]
    return {"days": CHECKPOINTS, "rows": rows}


def influences(more: More) -> list[dict[str, str]]:
    """The bars of the tornado in words."""
    if more.response is None:
        return []
    return [
        {
            "words": row["words"],
            "values": row["values"],
            "low": percent(row["low"]),
            "high": percent(row["high"]),
            "is_clear": "yes" if row["is_clear"] else "no",
        }
        for row in bars(more.response)
    ]


def stories(run: Run, more: More) -> list[dict[str, Any]]:
    """Told trials: what they are, their lines, and the command that tells them again."""
    return [
        {
            "words": words[:1].upper() + words[1:],
            "trial": f"{found.trial:,}",
            "lines": [{"date": f"{line.date.day} {line.date:%b %Y}", "text": line.text} for line in found.narrative],
            "command": f"parley replay {shlex.quote(run.name)} --trial {found.trial} --seed {run.seed}",
        }
        for words, found in more.told
    ]
