"""From finished runs to the plain tables that figures and pages are made of: rows of names and fractions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sim.outcome_columns import Columns
from sim.results.tally import Classes, HitTally
from sim.statistics.estimates import reference_odds
from sim.statistics.horizons import IN_FORCE_180, TIERS, begun, horizons, is_followed
from sim.statistics.in_force import still_in_force
from sim.statistics.summed import merged

if TYPE_CHECKING:
    from sim.evidence.forecasters.forecasters import ForecasterTable
    from sim.results.run import Run
    from sim.scenario.schema import Scenario

Table = list[dict[str, Any]]

ENDINGS = ("ceasefire", "short", "victory_a", "imposed_a", "victory_b", "imposed_b", "war")
READ = ("durable_week", "mutual_week", "broad_week", "victory_week", "victory", "imposed")


def odds_by_date(run: Run) -> Table:
    """Cumulative odds week by week, from 0 at the start to the horizon.

    A row per week ``k`` = 0 ... horizon: odds, over the weighted trials, that a ceasefire of each tier began before the
    end of ``k`` weeks, so that the rows of weeks 4, 13, 26 and 52 are the odds by 30, 90, 180 and 365 days. ``durable``
    comes with its band and its Monte Carlo interval, ``model`` with ``model_lo`` and ``model_hi`` is the plain share of
    trials. ``in_force`` is the odds that a lasting one is still in force after 180 days, None where that is not known.
    """
    scenario, n_weeks = run.scenario, run.scenario.horizon_weeks
    has_kept = is_followed(scenario, run.columns)
    names = [*(f"{tier}_week" for tier in TIERS), *([f"{IN_FORCE_180}_week"] if has_kept else [])]
    started = merged(_by_week(scenario, columns, names) for columns in run.blocks(*names))
    days_of = {week: days for days, week in horizons(scenario).items()}
    rows: Table = []
    for week in range(n_weeks + 1):
        days = days_of.get(week, 7 * week)
        shown, mutual, broad, *event = [
            run.weighing.headline(
                started[name, week], days, run.commonest_effect, is_durable=name == names[0] and week in days_of
            )
            for name in names
        ]
        kept = still_in_force(shown, event[0]) if event and shown.n_events else None
        rows.append(
            {
                "date": (scenario.start + timedelta(weeks=week)).isoformat(),
                "day": 7 * week,
                "durable": shown.p,
                "in_force": None if kept is None else kept.p,
                "mutual": mutual.p,
                "broad": broad.p,
                "reference": reference(scenario, days),
                **{key: getattr(shown, key) for key in ("lo", "hi", "mc_lo", "mc_hi", "model", "model_lo", "model_hi")},
            }
        )
    # Nothing has happened at the start, and that is no estimate.
    rows[0].update(dict.fromkeys(("durable", "lo", "hi", "mc_lo", "mc_hi", "model_lo", "model_hi"), 0.0))
    return rows


def _by_week(scenario: Scenario, columns: Columns, names: Sequence[str]) -> dict[tuple[str, int], HitTally]:
    """Count by column and week the trials of a block in which it had begun before the end of so many weeks."""
    among = Classes.by(scenario, columns)
    weeks = range(scenario.horizon_weeks + 1)
    return {(name, week): HitTally.of(begun(columns[name], week), among) for name in names for week in weeks}


def reference(scenario: Scenario, days: int) -> float | None:
    """Odds of the reference class by so many days; None where the scenario names none."""
    named = scenario.reference_class
    return None if named is None else reference_odds(days, named.ties, named.months_at_risk)


def comparison(runs: Sequence[Run], base: Run, days: int) -> Table:
    """Durable odds by ``days`` of every run that reaches so far, with the difference from the base.

    ``difference`` is None for the base, and where the luck is not the same (another seed). ``in_force`` and
    ``in_force_difference`` are the same of a ceasefire still in force after 180 days, None where that is not known.
    """
    from sim.results.compare import compare

    rows: Table = []
    for index, run in enumerate(runs):
        if days not in horizons(run.scenario):
            continue
        cell, kept = run.summary["tiers"]["durable"][str(days)], run.summary[IN_FORCE_180][str(days)]
        row = {
            "index": index,
            "title": run.scenario.title,
            "is_base": run is base,
            **{key: cell[key] for key in ("p", "lo", "hi", "mc_lo", "mc_hi", "model")},
            "difference": None,
            "in_force": None if kept is None else kept["p"],
            "in_force_difference": None,
        }
        if run is not base and run.seed == base.seed:
            found = compare(base, run)
            row["difference"] = _difference(found["tiers"]["durable"].get(str(days)))
            row["in_force_difference"] = _difference(found[IN_FORCE_180].get(str(days)))
        rows.append(row)
    return rows


def _difference(pair: dict[str, float] | None) -> dict[str, float] | None:
    return {key: pair[key] for key in ("difference", "lo", "hi")} if pair else None


def paired(rows: Table) -> Table:
    """The rows of ``comparison`` that have a difference, flat."""
    return [
        {"title": row["title"], **row["difference"], "in_force": row["in_force_difference"]}
        for row in rows
        if row["difference"] is not None
    ]


def anatomy(runs: Sequence[Run], base: Run) -> Table:
    """Shares of the reasons for failure by scenario; a scenario that never fails is left out."""
    failing = [run for run in runs if sum(run.summary["anatomy"].values()) > 0]
    return [{"title": run.scenario.title, "is_base": run is base, **run.summary["anatomy"]} for run in failing]


def endings(runs: Sequence[Run], base: Run) -> Table:
    """Each trial in exactly one ending by the horizon, as weighted shares.

    A victory after a lasting ceasefire has ended does not undo that one. A victory with a ceasefire that the victor
    imposes is an ending of its own (``imposed_a``, ``imposed_b``), beside plain victories.
    """
    rows: Table = []
    for run in runs:
        counts = merged(
            {
                key: Classes.by(run.scenario, columns).hits(hits)
                for key, hits in _endings(columns, run.scenario.horizon_weeks).items()
            }
            for columns in run.blocks(*READ)
        )
        shares = {key: run.weighing.share(counts[key]) for key in ENDINGS}
        rows.append({"title": run.scenario.title, "is_base": run is base, **shares})
    return rows


def _endings(columns: Columns, end: int) -> dict[str, Any]:
    """For each trial of a block whether it ended so."""
    has_lasting = begun(columns["durable_week"], end)
    has_won = begun(columns["victory_week"], end) & ~has_lasting
    by_a, imposes = columns["victory"] == 1, columns["imposed"] == 1
    has_short = begun(columns["mutual_week"], end) | begun(columns["broad_week"], end)
    return {
        "ceasefire": has_lasting,
        "short": has_short & ~has_lasting & ~has_won,
        "victory_a": has_won & by_a & ~imposes,
        "imposed_a": has_won & by_a & imposes,
        "victory_b": has_won & ~by_a & ~imposes,
        "imposed_b": has_won & ~by_a & imposes,
        "war": ~(has_lasting | has_won | has_short),
    }


def crowd(found: ForecasterTable) -> Table:
    """The bins of the crowd, with the run's own odds and band, or None where it does not reach."""
    nothing = {"p": None, "lo": None, "hi": None}
    return [
        {
            "label": row.label,
            "crowd": row.forecasts,
            **({key: getattr(row.model, key) for key in nothing} if row.model else nothing),
        }
        for row in found.rows
    ]


def settlement(run: Run) -> float:
    """Weighted share of trials in which a political settlement came into force by the horizon."""
    return run.weighing.share(run.tally.weeks["settlement_week"][:, : run.scenario.horizon_weeks].sum(axis=1))


def summary_rows(runs: Sequence[Run]) -> Table:
    """Every number of the summaries, one per row: what the report offers for download."""
    rows: Table = []
    for run in runs:
        head = {"scenario": run.name, "title": run.scenario.title, "seed": run.seed, "trials": run.n_trials}
        for tier, by_days in run.summary["tiers"].items():
            for days, cell in by_days.items():
                rows.append({**head, "what": f"odds of a halt, {tier}", "by_days": int(days), **cell})
        for days, kept in run.summary["in_force_180"].items():
            rows.append({**head, "what": "odds of a ceasefire still in force after 180 days", "by_days": int(days)})
            rows[-1] |= kept or {}
        last = max(horizons(run.scenario))
        for key, words in (("victory", ""), ("victory_imposed", ", with a ceasefire that it imposes")):
            for side, p in run.summary[key].items():
                what = f"victory of {getattr(run.scenario.sides, side)}{words}"
                rows.append({**head, "what": what, "by_days": last, "p": p})
        for entry in run.summary["funnel"]:
            rows.append({**head, "what": f"funnel: {entry['stage']}", "p": entry["p"]})
        for tag, share in run.summary["anatomy"].items():
            rows.append({**head, "what": f"reason for failure: {tag}", "p": share})
    return rows
