"""What several commands print: a console of literal text, plain tables, cells in per cent, JSON, notes on stderr."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import typer

from sim.results.formatting import DASH, is_known, plain
from sim.scenario.diagnostics import literal

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from sim.evidence.forecasters.forecasters import ForecasterTable
    from sim.results.run import Run

WIDTH = 100
GLUE = "\ue000"
"""Stands for the space between a number and its per cent while lines are broken, so that they stay together."""


class Result(Protocol):
    """What a command found: it can be written as JSON."""

    def as_dict(self) -> Any:
        """Return plain JSON values."""


Found = TypeVar("Found", bound=Result)


def console(to_stderr: bool = False) -> Console:
    """Return a console that prints text literally: no markup, no emoji, 100 columns where there is no terminal."""
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment

    class Literal(Console):
        """Whatever a name holds, a terminal is sent no more than what can be seen."""

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for part in super().render(renderable, options):
                yield part if part.control else Segment(literal(part.text.replace(GLUE, " ")), part.style)

        def print(self, *objects: Any, **how: Any) -> None:
            super().print(*(glued(one) if isinstance(one, str) else one for one in objects), **how)

        def on_broken_pipe(self) -> None:
            """Nothing is wrong where a reader has seen enough; rich would leave with exit 1."""
            raise BrokenPipeError

    opened = Literal(stderr=to_stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)
    if not opened.is_terminal:
        opened.width = WIDTH
    return opened


def glued(text: str) -> str:
    """Return the text with ``GLUE`` between each number and its per cent."""
    return re.sub(r"(?<=\d) (?=%)", GLUE, text)


def print_json(value: Any) -> None:
    """Print a value as JSON; numbers that are unknown are null, as no reader of JSON takes NaN."""
    typer.echo(json.dumps(plain(value), indent=1, ensure_ascii=False, allow_nan=False, default=str))


def print_result(found: Found, as_json: bool, show: Callable[[Found, Console], None]) -> None:
    """Print what a command found, as JSON or by its ``show``."""
    if as_json:
        print_json(found.as_dict())
    else:
        show(found, console())


def note(text: str, quiet: bool = False) -> None:
    """Print a line on stderr, unless ``quiet``."""
    if not quiet:
        typer.echo(literal(text), err=True)


def say(to: Console, text: str, indent: str = "", **wrap: Any) -> None:
    """Print a paragraph, wrapped; nothing where there is no text. ``wrap`` goes to ``textwrap.fill``."""
    if text:
        how = {"initial_indent": indent, "subsequent_indent": indent, **wrap}
        to.print(textwrap.fill(glued(text), to.width - 1, **how).replace(GLUE, " "), soft_wrap=True)


def plain_table(*columns: str, left: int = 1, words: Sequence[int] = ()) -> Table:
    """Return a table without lines; the first ``left`` columns and those in ``words`` are words, others numbers."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for number, name in enumerate(columns):
        is_text = number < left or number in words or number - len(columns) in words
        table.add_column(name, justify="left" if is_text else "right", overflow="fold", vertical="top")
    return table


def print_table(
    to: Console, heads: Sequence[str], rows: Iterable[Sequence[Any]], left: int = 1, words: Sequence[int] = ()
) -> None:
    """Print a ``plain_table`` of ``rows``."""
    table = plain_table(*heads, left=left, words=words)
    for row in rows:
        table.add_row(*map(hanging, row))
    to.print(table)


def hanging(cell: RenderableType) -> RenderableType:
    """Return a cell whose further lines begin where its first does: that of a row which belongs to the one above."""
    from rich.padding import Padding

    if not isinstance(cell, str) or not cell.startswith(" "):
        return cell
    text = cell.lstrip(" ")
    return Padding(text, (0, 0, 0, len(cell) - len(text)))


def whole(p: float | None) -> str:
    """Return a per cent without its sign, never a false 0: ``<1`` where something was seen."""
    if not is_known(p):
        return DASH
    near = round(100 * p)
    if near == 0:
        return "<1"
    return ">99" if near == 100 and p < 1 else str(near)


def chance(p: float, upper: float) -> str:
    """Return a cell in per cent; where nothing happened in any trial, what that many trials cannot rule out: ``<1``."""
    return f"<{max(1, ceil(100 * upper))}" if p == 0 else whole(p)


def odds_cell(cell: Mapping[str, float]) -> str:
    """Return the odds of a summary's cell in per cent."""
    return chance(cell["p"], cell["mc_hi"])


def in_force_cell(cell: Mapping[str, float] | None) -> str:
    """Return the odds of a ceasefire still in force after 180 days in per cent, a dash where they are not known."""
    return DASH if cell is None else odds_cell(cell)


def band_cell(cell: Mapping[str, float], n_trials: int) -> str:
    """Return ``5-46``, or a dash where the draws do not differ or are too few."""
    from sim.statistics.estimates import has_band

    is_shown = has_band(n_trials) and cell["lo"] < cell["hi"]
    return f"{whole(cell['lo'])}-{whole(cell['hi'])}" if is_shown else "-"


def three_points(ends: tuple[float, float, float]) -> str:
    """Return low, central and high as ``.1 / .2 / .3``, or one number where they are equal."""
    low, central, high = ends
    return f"{central:.3g}" if low == high else f"{low:.3g} / {central:.3g} / {high:.3g}"


def common_folder(names: Sequence[str]) -> str:
    """Return ``istanbul_2025/`` if every name begins so."""
    folders = {name.rpartition("/")[0] for name in names}
    return f"{folders.pop()}/" if len(folders) == 1 and "/" in names[0] else ""


def is_anchored(run: Run) -> bool:
    """Return whether the run's level has other sources than the model alone, which is then another number."""
    return not all(level.is_plain for level in run.weighing.levels.values())


def show_forecasters(found: ForecasterTable, to: Console) -> None:
    """Print the run and the forecasters of the same war in per cent, with what each was asked and what it counts."""
    from sim.evidence.forecasters.forecasters import in_words

    to.print(f"Beside the crowd of {in_words(found.asked)}: {found.scenario}", style="bold")
    to.print(f"Supposes: {found.supposes}\n")
    rows = []
    for row in found.rows:
        cell = row.model.as_dict() if row.model is not None else None
        own = (odds_cell(cell), band_cell(cell, row.model.n)) if row.model is not None and cell else ("-", "-")
        rows.append((row.label, *(whole(row.forecasts.get(platform)) for platform in found.platforms), *own))
    print_table(to, ("per cent", *found.platforms, "this\nmodel", "90 %\nband"), rows)
    to.print()
    for line in found.notes:
        to.print(line)
