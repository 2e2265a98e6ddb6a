"""Tables of the shipped record inside pages written by hand: what stands between two comments is generated.

    <!-- record: scores durable -->
    <!-- end of record -->

So every figure of the record on a page is the shipped record's, and a page that differs from it is stale.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from docs.generate import markdown_table
from sim.errors import ParleyError
from sim.results import record_tables as tables
from sim.results.record_form import FORECASTERS
from sim.results.record_words import comparison, listed, three, title_of

END = "<!-- end of record -->"
BLOCK = re.compile(r"^<!-- record: (?P<words>[^\n]*?) -->\n.*?^" + re.escape(END) + "$", re.M | re.S)
PAGES = ("explanation/record.md",)
ONE_HALF = 0.25
"""Brier score of a forecaster that always says one half."""
Part = dict[str, Any]


def refreshed(text: str, record: Part) -> str:
    """Return a page with every block written anew. Raises ParleyError for a block that is not known."""

    def anew(found: re.Match[str]) -> str:
        name, _, rest = found["words"].partition(" ")
        if name not in TABLES:
            raise ParleyError(f"record: expected one of {', '.join(TABLES)}, got `{name}`")
        return f"<!-- record: {found['words']} -->\n\n{TABLES[name](record, rest)}\n{END}"

    return BLOCK.sub(anew, text)


def _scores(record: Part, tier: str) -> str:
    return _table("mean Brier score", tables.score_heads(), tables.score_rows(record["scores"][tier]))


def _comparison(record: Part, tier: str) -> str:
    return "\n".join(f"- {sentence}" for sentence in comparison(record["scores"][tier])) + "\n"


def _calibration(record: Part, tier: str) -> str:
    return _table("", tables.calibration_heads(), tables.calibration_rows(record["scores"][tier]))


def _subsets(record: Part, tier: str) -> str:
    rows = tables.subset_rows(record["scores"][tier])
    heads = ("episodes", "wars", *map(title_of, FORECASTERS))
    table = _table("mean Brier score", heads, [tables.Row(f"{by}: {row.title}", row.cells) for by, row in rows])
    return f"{table}\n{_worse_than_half(record['scores'][tier]['subsets'])}\n"


def _worse_than_half(groups: list[Part]) -> str:
    """Return in which groups the engine would have done better to say one half."""
    worse = [
        f"{one['by']}: {one['group']} ({three(one['brier']['engine'])})"
        for one in groups
        if (one["brier"].get("engine") or 0.0) > ONE_HALF
    ]
    return f"Groups in which the engine did worse than always saying one half: {listed(worse) if worse else 'none'}."


def _terms(record: Part, _: str) -> str:
    rows = [
        tables.Row(term["meaning"], (row.title, *row.cells))
        for term, of_term in tables.term_rows(record["protocol"])
        for row in of_term
    ]
    folds = record["protocol"]["n_folds"]
    heads = ("alternative", "prior", "weight, mean of folds (least to most)", f"weighs most in, of {folds} folds")
    return _table("optional term", heads, rows)


def _chosen(record: Part, _: str) -> str:
    rows = [row for row in tables.chosen_rows(record["protocol"]) if row.cells[-1] != "0"]
    return _table("", ("set to", "folds"), rows)


def _scenarios(record: Part, _: str) -> str:
    kinds = (
        ("pool", "as it ships"),
        ("file", "file"),
        ("second", "second reading"),
        ("row", "coded row"),
        ("row_pool", "coded row, pool"),
    )
    heads = [f"{days} d: {words}" for days in tables.SCENARIO_DAYS for _, words in kinds]
    rows = [
        tables.Row(one.title, (one.outcome, *(one.odds[d][kind] for d in tables.SCENARIO_DAYS for kind, _ in kinds)))
        for one in tables.scenario_rows(record)
    ]
    return _table("scenario", ("durable ceasefire", *heads), rows)


def _scenario_scores(record: Part, _: str) -> str:
    scores = record["scenario_scores"]
    notes = "\n".join(f"- {note}" for note in scores["notes"])
    heads = ("as it ships", "file", "second reading")
    return _table("mean Brier score", heads, tables.scenario_score_rows(scores)) + f"\n{notes}\n"


def _agreement(record: Part, _: str) -> str:
    rows = tables.agreement_rows(record)
    return _table("column", ("Krippendorff's alpha", "weighted kappa, mean of pairs"), rows)


def _variants(record: Part, _: str) -> str:
    rows = []
    for title, cells in tables.variant_rows(record):
        rows.append(tables.Row(title, tuple(f"{score} ({change})" if change else score for score, change in cells)))
    heads = tuple(f"{tier}: {who}" for tier in record["scores"] for who in tables.COMPARED)
    return _table("mean Brier score", heads, rows)


def _misses(record: Part, _: str) -> str:
    keys = ("where", "days", "engine", "ridge", "pool", "outcome", "reason")
    rows = [tables.Row(row["name"], tuple(row[key] for key in keys)) for row in map(tables.miss_row, record["misses"])]
    return _table("talks", ("row", "by", "engine", "ridge", "pool", "in fact", "why"), rows)


def _table(first: str, heads: Iterable[str], rows: Iterable[tables.Row]) -> str:
    return markdown_table((first, *heads), [(row.title, *row.cells) for row in rows])


TABLES: dict[str, Callable[[Part, str], str]] = {
    "scores": _scores,
    "comparison": _comparison,
    "calibration": _calibration,
    "subsets": _subsets,
    "terms": _terms,
    "chosen": _chosen,
    "scenarios": _scenarios,
    "scenario_scores": _scenario_scores,
    "agreement": _agreement,
    "variants": _variants,
    "misses": _misses,
}
