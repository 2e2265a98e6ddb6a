"""What ``parley why`` says in sentences. Each says over which trials it speaks, and no more than is true of them."""

from __future__ import annotations

from collections.abc import Mapping

from sim.analysis.failure.findings import LIMIT, Change, OneSide, Share, Smallest, Why
from sim.results import wording
from sim.results.formatting import counted

WORTH_SAYING = 0.005
"""Shares below half a per cent are left to the table."""
MOST_CHANGES = 3


def sentences(found: Why) -> list[str]:
    """Word how far trials get, why they fail, what closed the range, what was lacking or would have helped."""
    said = [_funnel(found), _reason(found)]
    if found.n_without_range:
        said += [_shares(found), _binding(found), _shortfall(found)]
    if found.smallest:
        said += _smallest(found.smallest, found.called)
    if found.base is not None:
        said += _against(found)
    return [text for text in [*said, LIMIT] if text]


def _funnel(found: Why) -> str:
    """Word the step of the funnel at which most trials are lost."""
    passed = [1.0, *(stage.passed.p or 0.0 for stage in found.stages)]
    lost = [before - after for before, after in zip(passed[:-1], passed[1:], strict=True)]
    if max(lost) <= 0:
        return "Every trial passes every stage."
    worst = lost.index(max(lost))
    stage, step = found.stages[worst], found.stages[worst].step
    before = "the start" if worst == 0 else f'"{found.stages[worst - 1].name}"'
    return (
        f'The most are lost between {before} and "{stage.name}": of the trials that came so far '
        f"{_with_interval(step)} went on."
    )


def _reason(found: Why) -> str:
    """Word the main reason, over trials without a durable ceasefire."""
    if not found.n_failed:
        return f"Every trial has a durable halt within {found.days} days: there is no failure to explain."
    summary = {"anatomy": found.anatomy, "frictions": {name: share.p or 0.0 for name, share in found.frictions.items()}}
    main = wording.main_reason(summary)
    assert main is not None
    return (
        f"{_capital(wording.percent(found.n_failed / found.trials))} of trials have no durable halt within "
        f"{found.days} days. The main reason, in {_with_interval(found.tags[main[0]])} of them, is that "
        f"{wording.reason(summary)}."
    )


def _shares(found: Why) -> str:
    """Word the mean Shapley shares, the largest first."""
    weighty = [(name, share) for name, share in _largest(found.frictions) if (share.p or 0) >= WORTH_SAYING]
    if not weighty:
        return ""
    parts = ", ".join(f"{wording.FRICTIONS[name]} {_with_interval(share)}" for name, share in weighty)
    return f"Where the sides talked and never had a range, what closed it: {parts} (mean Shapley shares)."


def _binding(found: Why) -> str:
    """Word which side lacked more, what it had most at stake, on which track."""
    (side, share), (issue, at_stake), (track, closest) = (
        _largest(shares)[0] for shares in (found.party, found.issue, found.track)
    )
    those = "that trial" if found.n_without_range == 1 else f"those {found.n_without_range:,} trials"
    side, issue, track = (found.called.get(name, name) for name in (side, issue, track))
    text = f"Of {those} {_with_interval(share)} lacked more on {side}'s side"
    if len(found.track) > 1:
        text += f"; {_with_interval(closest)} came closest on the track {track}"
    if len(found.issue) > 1 and at_stake.p:
        text += f"; what the side that lacked more had most at stake there was {issue} in {_with_interval(at_stake)}"
    return text + "."


def _shortfall(found: Why) -> str:
    """Word what both sides lacked at once."""
    middle, low, high = (found.shortfall[key] for key in ("q50", "q05", "q95"))
    if middle is None:
        return "In half of them no package was possible at all: what one side has ruled out leaves the other nothing."
    spread = f", 5 to 95 per cent of them {_utils(low)} to {_utils(high)}" if low is not None and high else ""
    return (
        f"In the round in which they were closest, the best package left the side that liked it less "
        f"{_utils(middle)} utils short in the middle trial ({_worth(middle)}){spread}."
    )


def _smallest(least: Smallest, called: Mapping[str, str]) -> list[str]:
    """Word what would have opened a range: by side, by friction."""
    by_chance = sorted(least.sides.items(), key=lambda item: -(item[1].can.p or 0))
    said = [_one_side(called.get(name, name), side) for name, side in by_chance]
    weighty = [(name, share) for name, share in _largest(least.without) if (share.p or 0) >= WORTH_SAYING]
    if weighty:
        parts = ", ".join(f"{wording.FRICTIONS[name]} {_with_interval(share)}" for name, share in weighty)
        said.append(
            f"Taken away alone and on both sides, each of these would have opened a range in so many of them: {parts}"
            + (f"; in {_with_interval(least.none_alone)} none alone would have." if least.none_alone.p else ".")
        )
    asked = f"the {counted(least.n, 'trial')} without a range among the first {least.n_run:,}"
    said.append(
        f"These changes are found by asking {asked} again in that round; another round might have done with a little "
        "less. A range is not yet a signature."
    )
    return said


def _one_side(name: str, side: OneSide) -> str:
    """Word what was enough on one side, and whether less fear or less optimism there would have been."""
    middle, can = side.utils["q50"], side.can.p or 0.0
    if middle is None:
        if can < WORTH_SAYING:
            return f"On {name}'s side alone nothing would have opened a range: the other side gets too little in any."
        return (
            f"On {name}'s side alone nothing would have opened a range in {wording.percent(1 - can)} of them: wherever "
            "the two meet, the other side gets too little."
        )
    text = (
        f"In half of them {_utils(middle)} utils more on {name}'s side alone would have opened a range, as if another "
        f"year of war had cost it so much more: {_worth(middle)}"
    )
    if side.strain is not None and side.strain[1] > side.strain[0]:
        part = middle / (side.strain[1] - side.strain[0])
        low, high = (_utils(end) for end in side.strain)
        text += f", or {part:.1f} times the width of the range that the scenario gives its strain ({low} to {high})"
    if can < 1 - WORTH_SAYING:
        text += f"; in {wording.percent(1 - can)} nothing on that side alone would"
    ways = {"fear": side.by_fear.p or 0.0, "optimism": side.by_optimism.p or 0.0}
    enough = " and ".join(
        f"without its own {way} in {wording.percent(share)}" for way, share in ways.items() if share >= WORTH_SAYING
    )
    return f"{text}. A range opens {enough}." if enough else f"{text}."


def _against(found: Why) -> list[str]:
    """Word the clearest differences of stages and of reasons against the base."""
    said = []
    for kind, noun in (("stage", "get to"), ("tag", "fail because")):
        clear = sorted((c for c in found.changes if c.kind == kind and c.is_clear), key=lambda c: -abs(c.difference))
        if clear:
            parts = ", ".join(f"{_named(c)} {wording.points(c.difference, c.lo, c.hi)}" for c in clear[:MOST_CHANGES])
            said.append(
                f"Against {found.base}, of 100 trials with common random numbers so many more or fewer {noun}: {parts}."
            )
    if not said:
        said.append(f"Against {found.base} no stage and no reason differs clearly.")
    n = len(found.changes)
    return [*said, f"Of {n} such differences one or so would look clear by chance alone ({n} intervals of 95 % each)."]


def _named(change: Change) -> str:
    return f'"{change.name}"' if change.kind == "stage" else f"{wording.REASONS.get(change.name, change.name)}"


def _largest(shares: dict[str, Share]) -> list[tuple[str, Share]]:
    return sorted(shares.items(), key=lambda item: -(item[1].p or 0.0))


def _with_interval(share: Share) -> str:
    """Word a share: ``48 % (46 to 50)``, the interval left out where it adds nothing."""
    if not share.p:
        return f"none (below {wording.percent(share.hi)})" if share.n else "none"
    text, interval = wording.percent(share.p), wording.band(share.lo, share.hi).removesuffix(" %")
    return text if interval == text.removesuffix(" %") else f"{text} ({interval})"


def _utils(value: float | None) -> str:
    """Word utils: ``.062``, ``.10``, two or three decimals without the 0 before them; never a false 0."""
    if value is None:
        return "no"
    if 0 < value < 0.0005:
        return "under .001"
    text = f"{value:.3f}"
    return (text[:-1] if text.endswith("0") else text).removeprefix("0")


def _worth(utils: float) -> str:
    """Word utils as the salience that a scenario's points give: 100 points are all issues together."""
    points = 100 * utils
    return f"an issue worth {points:.0f} of 100 points" if points >= 1 else "an issue worth under 1 of 100 points"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
