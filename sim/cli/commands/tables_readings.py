"""What is printed of second readings: how far two readings agree, the odds under each, and which numbers matter."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.cli.console import band_cell, plain_table, whole
from sim.evidence.intercoder.agreement import in_words
from sim.evidence.intercoder.odds_by_reading import Readings, Swaps
from sim.evidence.intercoder.second_reading import Comparison
from sim.results.formatting import as_number, counted

if TYPE_CHECKING:
    from rich.console import Console

DEFAULT_ROWS = 15


def show_comparison_of_readings(found: Comparison, to: Console, most: int = DEFAULT_ROWS) -> None:
    """How far the two readings agree, and the ``most`` numbers that lie furthest apart."""
    agreed = found.agreement
    to.print(f"{found.scenario}: {counted(agreed.n, 'number')} read twice, {len(found.blank)} left blank", style="bold")
    shares = {"alike": agreed.alike, "overlap": agreed.overlap, "apart": agreed.apart}
    to.print(", ".join(f"{verdict} {as_number(100 * share, '.0f')} %" for verdict, share in shares.items()))
    for what, alpha, n in (
        ("positions", agreed.positions, agreed.n_positions),
        ("points", agreed.points, agreed.n_points),
    ):
        if n:
            to.print(f"Krippendorff's alpha, {n} {what}: {as_number(alpha, '.2f')} ({in_words(alpha)})")
    table = plain_table("number", "", "file", "second reading", left=2)
    shown = found.differences[:most]
    for one in shown:
        file = _three((one.file_low, one.file_central, one.file_high))
        table.add_row(one.path, one.verdict, file, _three((one.low, one.central, one.high)))
    to.print()
    to.print(table)
    if len(found.differences) > most:
        to.print(f"... and {len(found.differences) - most} more (--json)", style="dim")


def show_odds_of_readings(found: Readings, to: Console) -> None:
    """Durable odds by day under each reading, headline with its band by the last; what had to be mended; notes."""
    days = [cell.days for cell in found.readings[0].odds]
    to.print(f"{found.scenario}: one war read twice", style="bold")
    to.print("halt that lasts 30 days or more, per cent by day, headline (the model alone)\n")
    table = plain_table("reading", "numbers\nread", *[str(day) for day in days], f"band\nat {days[-1]}", left=1)
    for one in found.readings:
        cells = [f"{whole(cell.p)} ({whole(cell.model)})" for cell in one.odds]
        last = one.odds[-1]
        band = band_cell({"lo": last.lo, "hi": last.hi}, found.trials)
        table.add_row(one.reading, str(one.n_read or "-"), *cells, band)
    to.print(table)
    for one in found.readings:
        if one.mended:
            reasons = "; ".join(dict.fromkeys(each.why for each in one.mended))
            _say(to, f"{one.reading}: {counted(len(one.mended), 'number')} mended to keep the rules ({reasons}).")
    for note in found.notes:
        _say(to, note)


def show_swaps(found: Swaps, to: Console, most: int = 10) -> None:
    """The numbers that move the headline most when the second reader's stands alone in the file."""
    to.print(f"{found.scenario}: one number at a time as the second reader has it", style="bold")
    to.print(f"durable halt by {found.days} days: {whole(found.p)} % as the file stands\n")
    table = plain_table("number", "file", "second reading", "odds\n%", "moved,\npoints", left=1)
    for one in found.swaps[:most]:
        table.add_row(one.path, _three(one.file), _three(one.second), whole(one.p), f"{100 * one.moved:+.1f}")
    to.print(table)
    if all(one.moved == 0 for one in found.swaps):
        _say(to, "The odds do not vary over these numbers: none of them alone moves any.")
    _say(to, "What two numbers do together is not in the table.")


def _three(ends: tuple[float, float, float]) -> str:
    low, central, high = ends
    return f"{central:.3g}" if low == high else f"{low:.3g} / {central:.3g} / {high:.3g}"


def _say(to: Console, words: str) -> None:
    to.print(textwrap.fill(words, 98))
