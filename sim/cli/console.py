"""What the command line prints: tables of 100 columns and the words below them. Takes results, knows no options."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results import wording
from sim.results.formatting import DASH, counted, is_known
from sim.scenario.diagnostics import literal
from sim.scenario.provenance import evidence_of_all
from sim.scenario.schema.labels import sides_called
from sim.statistics.estimates import effective_trials, has_band, wilson

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.analysis.failure.decompose import Decomposition
    from sim.evidence.crowd.crowd import CrowdTable
    from sim.results.run import Run
    from sim.scenario.catalogue import Entry

WIDTH = 100
HALF_WAY = (
    "Odds by day and their band are set half way (in log odds) between the model alone and wars like it. "
    "Mutual and any halts, wins and reasons are the model alone: set them beside its own lasting halts."
)


def console(to_stderr: bool = False) -> Console:
    """A console that prints text literally: no markup, no emoji, and 100 columns where there is no terminal."""
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class Literal(Console):
        """Whatever a name holds, a terminal is sent no more than what can be seen."""

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for part in super().render(renderable, options):
                yield part if part.control else Segment(literal(part.text), part.style)

        def on_broken_pipe(self) -> None:
            """Nothing is wrong where a reader has seen enough; rich would leave with exit 1."""
            raise BrokenPipeError

    made = Literal(stderr=to_stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)
    if not made.is_terminal:
        made.width = WIDTH
    return made


def plain_table(*columns: str, left: int = 1) -> Table:
    """A table without lines; the first ``left`` columns and the last are words, the others numbers."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number < left else "right", overflow="fold", vertical="top")
    return table


def whole(p: float | None) -> str:
    """A per cent without its sign, never a false 0: ``<1`` where something was seen."""
    if not is_known(p):
        return DASH
    near = round(100 * p)
    if near == 0:
        return "<1"
    return ">99" if near == 100 and p < 1 else str(near)


def chance(p: float, upper: float) -> str:
    """A cell of the table; where nothing happened in any trial, what that many trials cannot rule out: ``<1``."""
    return f"<{max(1, ceil(100 * upper))}" if p == 0 else whole(p)


def odds_cell(cell: Mapping[str, float]) -> str:
    return chance(cell["p"], cell["mc_hi"])


def band_cell(cell: Mapping[str, float], n_trials: int) -> str:
    """``5-46``, or a dash where the draws do not differ or are too few."""
    is_shown = has_band(n_trials) and cell["lo"] < cell["hi"]
    return f"{whole(cell['lo'])}-{whole(cell['hi'])}" if is_shown else "-"


def common_folder(names: Sequence[str]) -> str:
    """``istanbul_2025/`` if every name begins so."""
    folders = {name.rpartition("/")[0] for name in names}
    return f"{folders.pop()}/" if len(folders) == 1 and "/" in names[0] else ""


def is_anchored(run: Run) -> bool:
    """Whether the run's headline is anchored, so that the model alone is another number."""
    return any(cell["reference"] is not None for cell in run.summary["tiers"]["durable"].values())


def odds_table(runs: Sequence[Run]) -> Table:
    """One row per scenario in per cent, above it the reference class; what is the model alone stands in columns apart.

    The days and the band are the headline. Without any reference class the model alone is the headline.
    """
    first = runs[0]
    prefix = common_folder([run.name for run in runs])
    days = list(first.summary["tiers"]["durable"])
    sides = sides_called(first.scenario)
    has_anchor = any(is_anchored(run) for run in runs)
    halts = ("model alone:\nlasting /\nmutual / any",) if has_anchor else ("mutual\nhalt", "any\nhalt")
    table = plain_table("per cent, by day", *days, "90 %\nband", *halts, f"wins:\n{sides['A']} /\n{sides['B']}")
    table.add_column("main reason\nfor failure", justify="left", overflow="fold")
    above: list[float | None] = []
    for run in runs:
        tiers, victory = run.summary["tiers"], run.summary["victory"]
        reference = [cell["reference"] for cell in tiers["durable"].values()]
        if is_anchored(run) and reference != above:
            table.add_row("wars like it, whoever is talking", *map(whole, reference))
            above = reference
        last = list(tiers["durable"])[-1]
        unseen = wilson(0.0, effective_trials(run.n_trials, 1.0))[1]
        lasting = chance(tiers["durable"][last]["model"], tiers["durable"][last]["model_hi"])
        wider = [odds_cell(tiers[tier][last]) for tier in ("mutual", "broad")]
        table.add_row(
            run.name.removeprefix(prefix),
            *(odds_cell(tiers["durable"][day]) if day in tiers["durable"] else "-" for day in days),
            band_cell(tiers["durable"][last], run.n_trials),
            *((" / ".join((lasting, *wider)),) if has_anchor else wider),
            f"{chance(victory['A'], unseen)} / {chance(victory['B'], unseen)}",
            wording.reason(run.summary, short=True),
        )
    return table


def show_runs(runs: Sequence[Run], to: Console, is_sweep: bool = False) -> None:
    """The table of ``parley run`` with the headline above it; below it the editor's sentence and why, or a trend."""
    first = runs[0]
    last = list(first.summary["tiers"]["durable"])[-1]
    to.print(f"Odds of {wording.HALTED}, from {wording.long_date(first.scenario)}", style="bold")
    n_trials = counted(first.n_trials, "trial") + (" each" if len(runs) > 1 else "")
    to.print(f"{n_trials}, seed {first.seed}; the band and the columns after it are for {last} days.")
    if any(is_anchored(run) for run in runs):
        to.print(HALF_WAY)
    to.print()
    to.print(odds_table(runs))
    to.print()
    if is_sweep and len(runs) > 1:
        odds = [wording.percent(run.summary["tiers"]["durable"][last]["p"]) for run in (first, runs[-1])]
        to.print(f"Durable odds within {last} days: {odds[0]} at {first.name}, {odds[1]} at {runs[-1].name}.")
        to.print(caveat(first))
        to.print(evidence_of_all([run.scenario for run in runs]))
        return
    lead = f"{first.name}: " if len(runs) > 1 else ""
    to.print(lead + wording.sentence(first.summary, first.scenario))
    to.print(caveat(first))
    to.print(evidence_of_all([run.scenario for run in runs]))
    to.print("\nWhy", style="bold")
    for line in wording.why(first.summary):
        to.print(line)


def caveat(run: Run) -> str:
    """What the numbers are and are not, in one breath."""
    cell = list(run.summary["tiers"]["durable"].values())[-1]
    return f"{wording.caveat(cell, run.n_trials)} Odds of a supposed scenario are not odds that it comes about."


def program() -> str:
    """How to call the command from here: its name if it is on the path, else where this one lies."""
    if shutil.which("parley"):
        return "parley"
    called = Path(sys.argv[0])
    inside = called.is_absolute() and called.is_relative_to(Path.cwd())
    return str(called.relative_to(Path.cwd()) if inside else called) if called.name == "parley" else "python -m sim"


def show_next(names: Sequence[str], folder: str | None, report: str | None, to: Console) -> None:
    """The commands that a reader would want next; ``names`` are the scenarios as they were typed."""
    parley, base = program(), shlex.quote(names[0])
    lines = [f"{parley} show {base}        every number with its source"]
    if len(names) > 1:
        lines.insert(0, f"{parley} compare {base} {shlex.quote(names[1])}        the difference on the same luck")
    lines.append(f"{parley} run {base} --set war.momentum=0.3        change one and see")
    if report:
        lines.insert(0, f"open {shlex.quote(report)}")
    elif folder:
        page = f"{parley} report {shlex.quote(folder)} -o report.html        the curves and the funnel as a page"
        lines.insert(0, page)
    to.print("\nNext:", style="bold")
    for line in lines:
        to.print(f"  {line}", soft_wrap=True)


def show_comparison(found: Sequence[Mapping[str, Any]], base: Run, to: Console) -> None:
    """Differences in points with 95 % intervals, one row per variant, the model's own beside them where it differs."""
    prefix = common_folder([base.name, *(str(item["variant"]) for item in found)])
    days = list(found[0]["tiers"]["durable"])
    shown = [day for day in days if day != days[0]] or days
    has_anchor = is_anchored(base)
    to.print(f"Change of the durable odds against {base.name}, in points (\u00b1 the 95 % interval)", style="bold")
    if len(found) > 1:
        level = 100 * found[0]["level"]
        to.print(f"{len(found)} are compared, so each interval is widened to {level:.2f} %: 95 % for all together.")
    to.print(f"{counted(found[0]['trials'], 'trial')} each on the same luck, seed {base.seed}\n")
    alone = (f"model alone,\nby {days[-1]} days",) if has_anchor else ()
    table = plain_table("scenario", *(f"{day} days" for day in shown), f"by {days[-1]} days", *alone)
    for item in found:
        tier = item["tiers"]["durable"]
        cells = [wording.points(*(tier[day][key] for key in ("difference", "lo", "hi"))) for day in shown]
        last = tier[days[-1]]
        verdict = wording.more_in_100(last["difference"], last["lo"], last["hi"])
        if not item["n_changed"]:
            verdict = "no trial changed"
        own = [wording.points(*(last[f"model_{key}"] for key in ("difference", "lo", "hi")))] if has_anchor else []
        table.add_row(str(item["variant"]).removeprefix(prefix), *cells, verdict, *own)
    to.print(table)
    shown_cells = (item["tiers"]["durable"][day] for item in found for day in shown)
    if any(wording.is_no_interval(cell["lo"], cell["hi"]) for cell in shown_cells):
        to.print(wording.NO_INTERVAL)
    to.print("\nThe interval is Monte Carlo error alone; it says nothing about whether the model is right.")


def show_decomposition(found: Decomposition, to: Console) -> None:
    """Each change alone and left out, in points of the durable odds, and what their company does."""

    def cell(ends: tuple[float, float, float] | None) -> str:
        return "no scenario" if ends is None else wording.points(*ends)

    to.print(f"\nWhich change does it, by {found.days} days, in points", style="bold")
    table = plain_table("change", "alone", "lost without it")
    table.add_row("all together", cell(found.whole), "")
    for share in sorted(found.shares, key=lambda one: -abs(one.alone[0] if one.alone else 0.0)):
        table.add_row(share.sentence, cell(share.alone), cell(share.left_out))
    if found.together is not None:
        table.add_row("only in company (all less the sum of each alone)", f"{100 * found.together:+.1f}", "")
    to.print(table)
    if not found.varies:
        to.print("\nThe odds do not vary over these changes by more than luck would make them, so none leads.")
    to.print(f"\n{counted(found.n_intervals, 'interval')}, widened to hold together with 95 %.")


def show_mixture(found: Mapping[str, Any], to: Console) -> None:
    """One forecast over the scenarios by how likely each is held to be."""
    days = list(found["tiers"]["durable"])
    to.print("\nOne forecast over these scenarios, by the weights given", style="bold")
    to.print(", ".join(f"{name} {wording.percent(share)}" for name, share in found["weights"].items()))
    if abs(found["weights_sum"] - 1) > 1e-9:
        to.print(f"The weights given add to {found['weights_sum']:g}, not to 1: each is divided by that.")
    table = plain_table("per cent", *(f"{day} days" for day in days), "least to greatest")
    for tier, cells in found["tiers"].items():
        last = cells[days[-1]]
        ends = wording.band(last["least"], last["greatest"])
        table.add_row(tier, *(whole(cells[day]["p"]) for day in days), ends)
    to.print(table)


def show_crowd(table: CrowdTable, to: Console) -> None:
    """The run beside the crowd, in per cent, with what each was asked and what it counts."""
    from sim.evidence.crowd.crowd import in_words

    to.print(f"Beside the crowd of {in_words(table.asked)}: {table.scenario}", style="bold")
    to.print(f"Supposes: {table.supposes}\n")
    shown = plain_table("per cent", *table.platforms, "this\nmodel", "90 %\nband")
    for row in table.rows:
        crowd = [whole(row.crowd.get(platform)) for platform in table.platforms]
        own = ("-", "-")
        if row.model is not None:
            own = odds_cell(cell := row.model.as_dict()), band_cell(cell, row.model.n)
        shown.add_row(row.label, *crowd, *own)
    to.print(shown)
    to.print()
    for line in table.notes:
        to.print(line)


def show_catalogue(entries: Sequence[Entry], to: Console) -> None:
    """Scenarios by folder: name, start date, what is supposed; the question once per folder."""
    from rich.padding import Padding

    folder = None
    for entry in entries:
        if entry.name.rpartition("/")[0] != folder:
            folder = entry.name.rpartition("/")[0]
            to.print(f"\n{folder}", style="bold")
        date = entry.start.isoformat() if entry.start else " " * 10
        to.print(f"  {entry.name}  ({date})")
        to.print(Padding(entry.problem or entry.supposes, (0, 0, 0, 6)), style="red" if entry.problem else None)
