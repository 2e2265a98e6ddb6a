"""The reference of results: columns of the trials, their codes, the summary, the long form and the record."""

from __future__ import annotations

import numpy as np

from docs.generate import GENERATED, markdown_table
from sim import frictions
from sim.outcome_columns import COLUMNS, HALT_ENDS, LARGEST, SHARE, STAGES, TAGS, TERMS, Column
from sim.results.export import LONG_COLUMNS
from sim.results.record_form import FORECASTERS, described
from sim.results.wording import REASONS, SHORT_REASONS

INTRODUCTION = """\
What a run leaves: `run.trials` in Python, `trials/*.parquet` in a run folder, `parley results export --form trials`
as CSV. One row is one trial. Weeks count from 0 and -1 is never; a halt counts by the week in which it begins.
A run folder that holds a value outside of its range is refused, whatever its digests say.
Section 3.7 of [the model](../odd.md) has the exact rules. [From here to R and Excel](../guide/export.md).
"""
RECORD = """\
`parley backtest` prints its tables, and the record page is drawn, from this object alone; `parley backtest --shipped
--json` gives that of the release. Forecasters: {who}. A number that cannot be computed is null; a part that was not
computed is null or absent. Keys of an object inside are given with its path. [How it is scored](../scoring.md).
"""
FRICTIONS = """\
What keeps two sides from a deal that both prefer. They are switched off one set at a time, on both sides at once
(sections 3.1 to 3.4 and 3.6 of [the model](../odd.md) have the symbols).
[How to add one](../contributing/new_friction.md).
"""
MEANINGS: dict[str, str] = {
    "trial": "number of the trial, from 0; the same number draws common random numbers in every scenario of a seed",
    "draw": "number of the parameter draw, shared by 16 neighbouring trials",
    "reading": "reading whose numbers that draw took, from 0, the file's own, in the order of the scenario's list",
    "durable_week": "start of the first general halt, not imposed by a victor, that lasted 30 days or more",
    "in_force_180_week": "start of the first such halt that was still in force after 180 days (26 weekly draws)",
    "mutual_week": "start of the first general halt agreed by both, of any length",
    "broad_week": "start of the first general halt of any kind, holiday truces and imposed ones included",
    "settlement_week": "start of the first settlement in force",
    "victory": "0 nobody, 1 side A, 2 side B has won",
    "victory_week": "week of that victory",
    "imposed": "1 where a victory left an imposed halt",
    "halt_week": "start of the first agreed general halt",
    "halt_track": "its track, counted from 0 in the order of the file",
    "halt_weeks": "weekly draws of that halt, the fatal one included",
    "halt_end": "how it ended: code of the table below",
    "halt_mix": "mix signed: 1 is side A's end of the contract curve; NaN without an agreed halt",
    "n_rounds": "rounds held",
    "n_range_rounds": "rounds in which a general track had a range",
    "stage": "furthest stage up to the first agreed general halt: code of the table below",
    "limited_week": "first signature on a sector truce (it takes no general force and has a term)",
    "humanitarian_week": "first signature on an exchange (it takes no force and has no term)",
    "tag": "why there was no durable halt: code of the table below; -1 where there was one",
    "best_week": "round in which the two sides' needs were least together; -1 without attribution",
    "best_track": "track on which they came closest",
    "shortfall": "utils missing there to the less content side",
    "binding_party": "side that needed more there: 0 is A, 1 is B",
    "binding_issue": "issue on which that side had most at stake, counted from 0 in the order of the file",
    "x_ISSUE": "terms of the first agreed general halt on that issue's scale, 0 side A's end; NaN without one",
    "share_FRICTION": "Shapley share of that friction in what kept the sides apart; 0 without attribution",
}
LARGEST_IN_WORDS = {
    "week": "the last week before the horizon",
    "watched week": "the last week watched",
    "watched weeks": "the weeks watched",
    "track": "the last track",
    "issue": "the last issue",
}
"""What ``sim.outcome_columns.Limits.most`` gives."""
SUMMARY: dict[str, str] = {
    "scenario": "name",
    "title": "title of the scenario",
    "trials": "number of trials",
    "draws": "draws of the uncertain inputs that these trials hold",
    "draws_for_band": "draws below which there is no band: `lo` and `hi` are then `p`, without any event the limits of "
    "Monte Carlo error",
    "seed": "seed",
    "evidence": "how many `numbers` there are, how many are `sourced`, whether it is `calibrated`, and that in `words`",
    "tiers": "by tier and day: `p` the headline, `lo` `hi` its 90 % band over draws, `mc_lo` `mc_hi` its 95 % Monte "
    "Carlo interval, `model` the plain share of trials with `model_lo` `model_hi`, `record` and `reference` the other "
    "sources of the level, or null",
    "in_force_180": "by day: `p` with intervals as above; `share` is P(in force after 180 days | lasts 30 days), "
    "`n_durable` trials "
    "have such a ceasefire, `n_in_force` of them in force so long, the plain share is `model`; null where not known",
    "victory": "share of trials won by A and by B by the last horizon, with or without an imposed ceasefire",
    "victory_imposed": "share of trials won by A and by B that end in a ceasefire imposed by the victor",
    "weights": "weight of a trial `by_first_durable`: the first horizon by which a lasting ceasefire had begun, or "
    "`none`; "
    "`effective_trials` they are worth; `unmet` horizons at which no trial could be given the headline's share",
    "anatomy": "by reason, its share of the trials without a durable halt; sums to 1",
    "funnel": "by stage, the share of trials that reached it",
    "frictions": "mean Shapley shares over the trials that talked and never had a range; sums to 1",
    "readings": "by reading and day, the share of its trials with a durable halt; empty where the scenario lists none",
    "terms": "`n_halts` agreed general halts, and by issue the mean and quantiles of their terms, over the halts on "
    "tracks that have the issue on the table",
}
LONG: dict[str, str] = {
    "scenario": "name of the run",
    "target": "what is said, as `durable halt`; the whole list is in `results/README.md`",
    "horizon": "days from the start",
    "output_type": "`pmf`, `cdf` or `quantile`",
    "output_type_id": "the outcome, the week, or the level",
    "value": "the number: a chance, or a value at that quantile",
}


def page() -> str:
    """Return the columns of the trials, the tables of codes, the summary, the long form, the record."""
    rows = [(f"`{name}`", type_name(name), range_of(name), MEANINGS[name]) for name in names()]
    columns = markdown_table(("column", "type", "range", "meaning"), rows)
    stages = markdown_table(("code", "stage"), [(str(code), name) for code, name in enumerate(STAGES)])
    ends = markdown_table(("code", "end"), [(str(code), name) for code, name in enumerate(HALT_ENDS)])
    reasons = [(str(code), f"`{name}`", REASONS[name], SHORT_REASONS[name]) for code, name in enumerate(TAGS)]
    tags = markdown_table(("code", "tag", "in words", "in a table"), reasons)
    summary = markdown_table(("key", "what"), [(f"`{key}`", words) for key, words in SUMMARY.items()])
    record = markdown_table(("key", "what"), [(f"`{key}`", words) for key, words in described()])
    who = ", ".join(f"`{name}`" for name in FORECASTERS)
    long_form = markdown_table(("column", "what"), [(f"`{name}`", LONG[name]) for name in LONG_COLUMNS])
    return (
        f"# Result tables\n\n{GENERATED}\n\n{INTRODUCTION}\n## Trials\n\n{columns}\n"
        f"### Frictions (`share_FRICTION`)\n\n{FRICTIONS}\n{frictions_table()}\n"
        f"### Stages (`stage`)\n\n{stages}\n### Ends of a halt (`halt_end`)\n\n{ends}\n"
        f"### Reasons for failure (`tag`)\n\n{tags}\n"
        f"## Summary (`parley run --json`, `summary.json`)\n\n{summary}\n"
        f"## Long form (`parley results export`)\n\n{long_form}\n"
        f"## Record (`parley backtest --json`)\n\n{RECORD.format(who=who)}\n{record}"
    )


def frictions_table() -> str:
    """Return a row per friction: what it is in the model, what is set to nought without it, its words."""
    rows = [
        (f"`{friction.name}`", friction.meaning, friction.off, f"{friction.part} ({friction.short_part})")
        for friction in frictions.FRICTIONS
    ]
    return markdown_table(("friction", "in the model", "switched off: without", "in a list"), rows)


def names() -> list[str]:
    """Return the columns of the trials; those that come once for each issue or friction under one name."""
    return [*COLUMNS, "x_ISSUE", "share_FRICTION"]


def type_name(column: str) -> str:
    """Return numpy's name of the type of a column."""
    return str(np.dtype(_known(column).dtype))


def range_of(column: str) -> str:
    """Return the least and largest value in words; what is read back is refused outside of it."""
    known = _known(column)
    most = LARGEST_IN_WORDS[known.most] if isinstance(known.most, str) else f"{known.most:g}"
    said = f"{known.least} and more" if known.most == LARGEST else f"{known.least} to {most}"
    return f"{said}, NaN" if known.may_be_nan else said


def _known(column: str) -> Column:
    return COLUMNS.get(column, TERMS if column.startswith("x_") else SHARE)
