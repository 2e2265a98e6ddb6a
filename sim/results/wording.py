"""Odds in words that an editor would print: whole per cents, never a false 0, the band beside the number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim import frictions
from sim.results.formatting import DASH, as_number, counted, is_known
from sim.scenario.schema import Scenario
from sim.statistics import estimates
from sim.statistics.horizons import WEEKS_WATCHED
from sim.statistics.level import BASE, FILE_ALONE

FRACTIONS = (
    *((1, n, f"about 1 in {n}") for n in (200, 100, 50, 40, 30, 25, *range(20, 2, -1))),
    (2, 5, "about 2 in 5"),
    (1, 2, "about even"),
    (3, 5, "about 3 in 5"),
    (2, 3, "about 2 in 3"),
    (3, 4, "about 3 in 4"),
    (4, 5, "about 4 in 5"),
    (9, 10, "about 9 in 10"),
    (19, 20, "about 19 in 20"),
)
LEAST, MOST = 0.0035, 0.985

REASONS = {reason.name: reason.sentence for reason in frictions.REASONS}
SHORT_REASONS = {reason.name: reason.short for reason in frictions.REASONS}
FRICTIONS = {friction.name: friction.part for friction in frictions.FRICTIONS}
SHORT_FRICTIONS = {friction.name: friction.short_part for friction in frictions.FRICTIONS}
NO_INTERVAL = (
    "\u00b1-: no interval. The spread is told by clusters of 32 trials that share their draws, and one or two of them "
    "cannot tell it: run more --trials."
)
IN_FORCE_180 = "still in force after 180 days"
"""What stands beside the odds of a ceasefire that lasts 30 days, in every table."""
HALTED = "a general halt to the fighting that lasts 30 days or more"


def one_in(p: float) -> str:
    """Return ``about 1 in 6``: the nearest plain fraction, by ratio below one half and by distance above."""
    if p < LEAST:
        return "less than 1 in 200"
    if p > MOST:
        return "nearly certain"
    top, bottom, words = min(FRACTIONS, key=lambda f: abs(f[0] / f[1] - p) / min(p, 0.5))
    return words


def percent(p: float) -> str:
    """Return ``17 %``.

    What would round to 0 or 100 is ``under 1 %`` or ``over 99 %``, since nothing is known that well.
    """
    if not is_known(p):
        return DASH
    near = round(100 * p)
    if near == 0:
        return "under 1 %"
    return "over 99 %" if near == 100 and p < 1 else f"{near} %"


def never(n: int, upper: float) -> str:
    """Return words for no event: ``0 in 20,000, below 0.02 %``, the limit rounded up to one digit that is not 0."""
    digits = 0
    value = 100 * upper
    while value * 10**digits < 1 and digits < 9:
        digits += 1
    rounded = -(-value * 10**digits // 1) / 10**digits
    return f"0 in {n:,}, below {rounded:.{digits}f} %"


def band(lo: float, hi: float) -> str:
    """Return ``5 to 46 %`` in whole per cents."""
    if not (is_known(lo) and is_known(hi)):
        return DASH
    low, high = (percent(end).removesuffix(" %") for end in (lo, hi))
    return f"{low} %" if low == high else f"{low} to {high} %"


def band_of(cell: Mapping[str, Any], n: int, of: str = "") -> str:
    """Return the band of a cell (``of`` the model alone: ``model_``), or that ``n`` trials have too few draws."""
    return band(cell[f"{of}lo"], cell[f"{of}hi"]) if estimates.has_band(n) else "none (too few trials)"


def main_reason(summary: Mapping[str, Any]) -> tuple[str, float] | None:
    """Return the commonest tag among trials without a durable halt, with its share; None if there are none."""
    anatomy: Mapping[str, float] = summary["anatomy"]
    tag = max(anatomy, key=lambda name: anatomy[name], default=None)
    return (tag, anatomy[tag]) if tag is not None and anatomy[tag] > 0 else None


def reason(summary: Mapping[str, Any], short: bool = False) -> str:
    """Return the main reason for failure in words; of combined frictions, the two that weigh most.

    Empty without failures.
    """
    found = main_reason(summary)
    if found is None:
        return ""
    if found[0] != "combined":
        return (SHORT_REASONS if short else REASONS)[found[0]]
    first, second = heaviest(summary)
    if short:
        return f"{SHORT_FRICTIONS[first]}, {SHORT_FRICTIONS[second]}"
    return f"several frictions stand in the way together, most of all {FRICTIONS[first]} and {FRICTIONS[second]}"


def heaviest(summary: Mapping[str, Any]) -> list[str]:
    """Return the two frictions with the largest mean Shapley shares, the larger first."""
    shares: Mapping[str, float] = summary["frictions"]
    return sorted(shares, key=lambda name: -shares[name])[:2]


def figures(cell: Mapping[str, Any], n: int) -> str:
    """Return odds in per cent with their band where there is one, or that the event never occurred in ``n`` trials."""
    if cell["p"] == 0:
        return never(n, cell["mc_hi"])
    has_none = not estimates.has_band(n) or round(100 * cell["lo"]) == round(100 * cell["hi"])
    return percent(cell["p"]) + ("" if has_none else f", band {band(cell['lo'], cell['hi'])}")


def sentence(summary: Mapping[str, Any], scenario: Scenario) -> str:
    """Return the headline at the last horizon as a printed sentence, its band, and the main reason for failure."""
    days, cell = list(summary["tiers"]["durable"].items())[-1]
    odds, said = one_in(cell["p"]) if cell["p"] else "too small to be seen", figures(cell, summary["trials"])
    lines = [f"The odds of {HALTED}, within {days} days of {long_date(scenario)}, are {odds}: {said}."]
    if made := how_made(cell, summary["trials"]):
        lines.append(made)
    if found := main_reason(summary):
        lines.append(f"Where it fails, the main reason is that {reason(summary)} ({percent(found[1])} of failures).")
    return " ".join(lines)


def sources(cell: Mapping[str, Any], n_trials: int) -> list[dict[str, str]]:
    """Return the sources of the level of the odds: ``name``, what it ``says``, its ``odds`` and its ``weight``."""
    if cell["record"] is None and cell["reference"] is None:
        return []
    weights = BASE if cell["record"] is not None else FILE_ALONE
    alone = {"p": cell["model"], "lo": cell["model_lo"], "hi": cell["model_hi"], "mc_hi": cell["model_hi"]}
    found = [
        (
            "the model alone",
            f"share of trials, band {band_of(alone, n_trials)}",
            model_alone(cell, n_trials),
            weights.file,
        )
    ]
    if cell["record"] is not None:
        says = "forecast from other wars and what was known of this one"
        found.insert(0, ("the record of past talks", says, percent(cell["record"]), weights.record))
    if cell["reference"] is not None:
        says = "how often such wars ended in a tie, with talks or without"
        found.append(("the reference class", says, percent(cell["reference"]), weights.reference))
    return [
        {"name": name, "says": says, "odds": odds, "weight": f"{weight:.2g}"}
        for name, says, odds, weight in found
        if weight
    ]


def how_made(cell: Mapping[str, Any], n_trials: int) -> str:
    """Return the sources of the level of the odds with their weights, a sentence; empty where they are trials alone."""
    parts = [f"{one['name']} ({one['odds']}, weight {one['weight']})" for one in sources(cell, n_trials)]
    return f"How this number is made: {', '.join(parts[:-1])} and {parts[-1]}, pooled in log odds." if parts else ""


def model_alone(cell: Mapping[str, Any], n_trials: int) -> str:
    """Return the model's own share: ``28 %``, or ``nothing (0 in 20,000, below 0.02 %)``."""
    if cell["model"]:
        return percent(cell["model"])
    return f"nothing ({never(n_trials, cell['model_hi'])})"


def why(summary: Mapping[str, Any]) -> list[str]:
    """Return how far trials got and what closed the range where there was none: two sentences and their limit."""
    stages = " > ".join(f"{stage['stage']} {100 * stage['p']:.0f}" for stage in summary["funnel"])
    said = [
        f"Of 100 trials, up to their first agreed halt: {stages}. "
        "The odds above count later halts too, and the wider tiers holiday truces.",
        victories(summary),
    ]
    shares: Mapping[str, float] = summary["frictions"]
    weighty = sorted((name for name in shares if shares[name] >= 0.005), key=lambda name: -shares[name])
    if weighty:
        parts = ", ".join(f"{FRICTIONS[name]} {percent(shares[name])}" for name in weighty)
        said.append(f"Where the sides talked and never had a range, what closed it: {parts}.")
    if main_reason(summary):
        tags = sorted(summary["anatomy"].items(), key=lambda item: -item[1])
        rest = ", ".join(f"{SHORT_REASONS[tag]} {percent(share)}" for tag, share in tags if share >= 0.005)
        said.append(f"All failures by their main reason: {rest}.")
    said.append("Attribution rests on the model's priors; outcomes alone cannot tell these reasons apart.")
    return said


def victories(summary: Mapping[str, Any], sides: Mapping[str, str] | None = None) -> str:
    """Return how often a side wins, and how often with a ceasefire that it imposes; by side where they are named."""
    shares, imposed = summary["victory"], summary["victory_imposed"]
    if sides is None:
        won, left = (percent(sum(found.values())) for found in (shares, imposed))
        which = f"in {left} with a ceasefire that it imposes: an ending of its own, counted among any halts alone"
        return f"A side wins in {won} of trials, {which}." if sum(shares.values()) else "No side wins in any trial."
    parts = [
        f"{name} wins in {percent(shares[side])} of trials"
        + (f", in {percent(imposed[side])} with a ceasefire that it imposes" if shares[side] else "")
        for side, name in sides.items()
    ]
    return "; ".join(parts) + "."


def still_in_force(summary: Mapping[str, Any], scenario: Scenario) -> str:
    """Return the odds that a ceasefire is still in force after 180 days and their basis, or why none are known."""
    days, cell = list(summary["in_force_180"].items())[-1]
    if cell is None:
        return f"Whether a ceasefire is still in force after 180 days is not known: {why_unknown(summary, scenario)}."
    return f"Still in force after 180 days: {figures(cell, summary['trials'])}. That is {in_force_basis(cell, days)}."


def in_force_basis(cell: Mapping[str, Any], days: str) -> str:
    """Return what the odds of a ceasefire still in force after 180 days are made of."""
    return (
        f"{percent(cell['share'])} of the ceasefires that begin by day {days} and last 30 days or more "
        f"({counted(cell['n_durable'], 'trial')} with one)"
    )


def in_force_note(cells: Iterable[Any]) -> str:
    """Return under a table what the rows of a ceasefire still in force after 180 days are, and what a dash is."""
    basis = "of the ceasefires that last 30 days or more, those that go on so long"
    dash = (
        " A dash: not known, because no trial has a ceasefire of 30 days or more by then, the run does not record how "
        f"long they go on, or the scenario follows them for fewer than {WEEKS_WATCHED} weeks."
    )
    return f"{IN_FORCE_180.capitalize()}: {basis}.{'' if all(cell is not None for cell in cells) else dash}"


def why_unknown(summary: Mapping[str, Any], scenario: Scenario) -> str:
    """Return why it is not known whether a ceasefire is still in force after 180 days."""
    weeks = scenario.follow_up_weeks
    if weeks < WEEKS_WATCHED:
        return f"the scenario follows it for {weeks} weeks after the horizon, and {WEEKS_WATCHED} are needed"
    if not list(summary["tiers"]["durable"].values())[-1]["model"]:
        return "no trial has a ceasefire of 30 days or more"
    return "these trials do not record it"


def caveat(cell: Mapping[str, Any], n_trials: int) -> str:
    """Return what the band and the number of trials leave open, in two sentences."""
    if not estimates.has_band(n_trials):
        draws, most = estimates.n_draws(n_trials), estimates.FEWEST_DRAWS
        drawn = "1 draw" if draws == 1 else f"{draws} draws"
        shares = f"{n_trials:,} trial{'s' if n_trials > 1 else ''} hold{'s' if n_trials == 1 else ''} {drawn}"
        band = (
            f"No band: {shares} of the uncertain inputs, and a range that holds nine in ten takes {most} "
            f"({most * estimates.TRIALS_PER_DRAW} trials). "
        )
    elif cell["lo"] == cell["hi"]:
        band = "No band: draws of the inputs, if any are uncertain, differ no more than chance would make them. "
    else:
        band = "The band is what we do not know: nine in ten draws of the uncertain inputs lie in it. "
    if (cell["mc_lo"], cell["mc_hi"]) == (0.0, 1.0):
        return f"{band}So few trials do not say how far more of them would change the number."
    return f"{band}Running more trials would change the number by no more than about {monte_carlo_reach(cell)} points."


def monte_carlo_reach(cell: Mapping[str, Any]) -> str:
    """Return how far endlessly many trials may lie from the number, in points: the far end of its 95 % interval."""
    return f"{100 * max(cell['mc_hi'] - cell['p'], cell['p'] - cell['mc_lo']):.1f}"


def long_date(scenario: Scenario) -> str:
    """Return the start date as ``16 May 2025``."""
    start = scenario.start
    return f"{start.day} {start:%B} {start.year}"


def points(difference: float, lo: float, hi: float) -> str:
    """Return a difference of odds in points with half the width of its interval.

    ``+4.2 ±1.1``, ``+4.2 ±-`` without one.
    """
    reach = as_number(None if is_no_interval(lo, hi) else 50 * (hi - lo), ".1f")
    return f"{as_number(100 * difference, '+.1f')} \u00b1{reach}"


def is_no_interval(lo: float, hi: float) -> bool:
    """Return whether an interval of a difference of odds says nothing: unknown ends, or from -100 to 100 points."""
    return not (is_known(lo) and is_known(hi)) or (lo <= -1 and hi >= 1)


def more_in_100(difference: float, lo: float, hi: float) -> str:
    """Return ``4 more in 100``, or that no difference shows."""
    if is_no_interval(lo, hi):
        return "too few trials to tell"
    if lo <= 0 <= hi:
        return "no clear difference"
    size = abs(100 * difference)
    words = f"{size:.0f}" if size >= 1 else "under 1"
    return f"{words} {'more' if difference > 0 else 'fewer'} in 100"
