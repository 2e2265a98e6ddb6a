"""Results in the long form of the scenario hubs, and as CSV that a spreadsheet cannot misread.

One row is one value: ``scenario, target, horizon, output_type, output_type_id, value`` (Hubverse, "Model output files":
model tasks in columns of their own, then type, type id and value). An event is a ``pmf`` over ``yes`` and ``no``, a
date a ``cdf``, a term or the odds over parameter draws a set of ``quantile``.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.compare import compare
from sim.results.summary import QUANTILES
from sim.scenario.checks.references import NOBODY
from sim.scenario.sources.source_file import is_hidden
from sim.statistics.horizons import IN_FORCE_180, TIERS, horizons

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.run import Run

LONG_COLUMNS = ("scenario", "target", "horizon", "output_type", "output_type_id", "value")
BAND = {"0.05": "lo", "0.95": "hi"}
FORMULA_STARTS = "=+-@\u2212"
CELL_STARTS = ("\t", "\r", "\n")
MISSING = frozenset(
    ("NA", "<NA>", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "#NA", "#N/A", "#N/A N/A", "1.#IND", "1.#QNAN")
)
"""Texts that pandas or R read as a missing value."""

Row = tuple[str, str, int, str, str, float]
Part = tuple[str, int, str, str, float]


def long_form(runs: Sequence[Run]) -> pd.DataFrame:
    """Return every result of some runs in the long form of the scenario hubs, one value a row.

    Parameters
    ----------
    runs : sequence of Run
        Runs, usually of several scenarios.

    Returns
    -------
    DataFrame
        Columns ``scenario``, ``target``, ``horizon`` (days from the start), ``output_type``, ``output_type_id`` and
        ``value``.

    Notes
    -----
    Targets: ``durable halt`` (and ``mutual``, ``broad``) is the headline, followed by ``, model alone`` and, where
    there is one, ``, record`` and ``, reference class``; ``odds of a durable halt`` its band over parameter draws;
    ``still in force after 180 days``, ``, model alone`` the plain share, and
    ``odds of a ceasefire still in force after 180 days`` its band; ``weeks to a durable halt`` the model's date;
    ``victory``, and ``victory with an imposed ceasefire``, part of it; ``stage reached``; ``reason for failure`` (given
    that it failed); ``terms:`` by issue, on its scale from 0 (side A's end) to 1, given an agreed general ceasefire.

    References
    ----------
    Consortium of Infectious Disease Modeling Hubs. Hubverse documentation, "Model output".

    Examples
    --------
    >>> import sim
    >>> table = sim.long_form([sim.run("teaching/minimal", trials=320, seed=1)])
    >>> list(table.columns)
    ['scenario', 'target', 'horizon', 'output_type', 'output_type_id', 'value']
    """
    import pandas as pd

    rows: list[Row] = [(run.name, *part) for run in runs for part in _parts(run)]
    return pd.DataFrame(rows, columns=list(LONG_COLUMNS))


def _parts(run: Run) -> Iterator[Part]:
    yield from _events(run)
    yield from _dates(run)
    yield from _shares(run)
    for issue, found in run.summary["terms"]["issues"].items():
        for key, level in QUANTILES.items():
            yield f"terms: {issue}", _last(run), "quantile", str(level), found[key]


def _last(run: Run) -> int:
    return max(horizons(run.scenario))


def _events(run: Run) -> Iterator[Part]:
    """Yield the odds by tier and horizon."""
    for tier, by_days in run.summary["tiers"].items():
        for days, cell in by_days.items():
            said = {"": cell["p"], ", model alone": cell["model"]}
            said |= {", record": cell["record"], ", reference class": cell["reference"]}
            for words, p in said.items():
                if p is not None:
                    yield from _yes_or_no(f"{tier} halt{words}", int(days), p)
            for level, key in BAND.items():
                yield f"odds of a {tier} halt", int(days), "quantile", level, cell[key]
    for days, found in run.summary["in_force_180"].items():
        if found is not None:
            yield from _yes_or_no("still in force after 180 days", int(days), found["p"])
            yield from _yes_or_no("still in force after 180 days, model alone", int(days), found["model"])
            for level, key in BAND.items():
                yield "odds of a ceasefire still in force after 180 days", int(days), "quantile", level, found[key]


def _yes_or_no(target: str, days: int, p: float) -> Iterator[Part]:
    yield target, days, "pmf", "yes", p
    yield target, days, "pmf", "no", 1.0 - p


def _dates(run: Run) -> Iterator[Part]:
    """Yield the distribution of the week in which a ceasefire of each tier begins, as cumulated weighted shares."""
    n_weeks = run.scenario.horizon_weeks
    for tier in TIERS:
        counts = run.weighing.total(run.tally.weeks[f"{tier}_week"])[:n_weeks]
        for number, share in enumerate(np.cumsum(counts) / run.n_trials, start=1):
            yield f"weeks to a {tier} halt", _last(run), "cdf", str(number), float(share)


def _shares(run: Run) -> Iterator[Part]:
    """Yield who won, how far trials got, and what failed trials failed of."""
    targets = {"victory": run.summary["victory"], "victory with an imposed ceasefire": run.summary["victory_imposed"]}
    for target, won in targets.items():
        for side, p in won.items():
            yield target, _last(run), "pmf", getattr(run.scenario.sides, side), p
        yield target, _last(run), "pmf", NOBODY, 1.0 - sum(won.values())
    passed = [(entry["stage"], entry["p"]) for entry in run.summary["funnel"]]
    for (stage, p), (_, further) in zip([("none", 1.0), *passed], [*passed, ("", 0.0)], strict=True):
        yield "stage reached", _last(run), "pmf", stage, p - further
    for tag, share in run.summary["anatomy"].items():
        yield "reason for failure", _last(run), "pmf", tag, share


def differences(base: Run, variants: Sequence[Run]) -> pd.DataFrame:
    """Return paired differences from a base as a tidy table: one row per variant, tier and horizon.

    Parameters
    ----------
    base : Run
        Run that the others are compared with.
    variants : sequence of Run
        Runs of the same seed.

    Returns
    -------
    DataFrame
        ``base`` (odds of the base), ``scenario`` (name of the variant), ``tier``, ``days`` and the other cells of
        `compare`. [share] Intervals are widened for the number of variants, as ``parley compare`` does. Tier
        ``in_force_180`` is a ceasefire still in force after 180 days, left out where that is not known of both runs.

    Raises
    ------
    ParleyError
        As `compare`.

    Examples
    --------
    >>> import sim
    >>> base = sim.run("teaching/minimal", trials=320, seed=1)
    >>> sim.differences(base, [base])[["scenario", "tier", "days", "difference"]].iloc[0].to_dict()
    {'scenario': 'teaching/minimal', 'tier': 'durable', 'days': 30, 'difference': 0.0}
    """
    import pandas as pd

    rows = [
        {"base": base.name, "scenario": variant.name, "tier": tier, "days": int(days), **cell}
        for variant in variants
        for found in [compare(base, variant, len(variants))]
        for tier, by_days in {**found["tiers"], IN_FORCE_180: found[IN_FORCE_180]}.items()
        for days, cell in by_days.items()
        if cell is not None
    ]
    return pd.DataFrame(rows)


def as_csv(rows: Sequence[dict[str, Any]], columns: Sequence[str] = ()) -> str:
    """Return the rows as CSV (RFC 4180) of ``harmless`` cells; without ``columns`` those of the rows."""
    columns = columns or list(dict.fromkeys(key for row in rows for key in row))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in columns])
    writer.writerows([harmless(row.get(name, "")) for name in columns] for row in rows)
    return stream.getvalue()


def harmless(value: Any) -> Any:
    """Return a value as a cell: six digits of a fraction, an empty cell for None and NaN.

    Text that a spreadsheet takes for a formula, or pandas and R for a missing value, is given a leading apostrophe.
    """
    if isinstance(value, float):
        return "" if value != value else f"{value:.6g}"
    if isinstance(value, str) and (value in MISSING or value.startswith(CELL_STARTS) or _begins_formula(value)):
        return "'" + value
    return "" if value is None else value


def _begins_formula(text: str) -> bool:
    """Return whether the first character that shows is a formula's, in any form (NFKC: also of full width)."""
    first = next((c for c in text if not c.isspace() and not is_hidden(c)), None)
    return first is not None and unicodedata.normalize("NFKC", first)[0] in FORMULA_STARTS
