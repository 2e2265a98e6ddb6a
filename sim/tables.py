"""What the command line prints: tables of 100 columns and the words below them. Takes results, knows no options."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment import words
from sim.experiment.estimates import wilson

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from rich.console import Console
    from rich.table import Table

    from sim.experiment.run import Run
    from sim.scenario.catalogue import Entry
    from sim.scenario.problems import KeyPath
    from sim.scenario.schema import Scenario

WIDTH = 100
MARKS = {"sourced": "", "judgement": "judgement: ", "default": "default: ", "unstated": "not stated: "}


def console(to_stderr: bool = False) -> Console:
    """A console that prints text literally: no markup, no emoji, and 100 columns where there is no terminal."""
    from rich.console import Console

    made = Console(stderr=to_stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)
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
    if p is None:
        return "-"
    near = round(100 * p)
    if near == 0:
        return "<1"
    return ">99" if near == 100 and p < 1 else str(near)


def chance(p: float, upper: float) -> str:
    """A cell of the table; where nothing happened in any trial, what that many trials cannot rule out: ``<1``."""
    return f"<{max(1, ceil(100 * upper))}" if p == 0 else whole(p)


def odds_cell(cell: Mapping[str, float]) -> str:
    return chance(cell["p"], cell["mc_hi"])


def band_cell(cell: Mapping[str, float]) -> str:
    """``5-46``, or nothing where the draws do not differ."""
    return f"{whole(cell['lo'])}-{whole(cell['hi'])}" if cell["lo"] < cell["hi"] else "-"


def common_folder(names: Sequence[str]) -> str:
    """``istanbul_2025/`` if every name begins so."""
    folders = {name.rpartition("/")[0] for name in names}
    return f"{folders.pop()}/" if len(folders) == 1 and "/" in names[0] else ""


def odds_table(runs: Sequence[Run]) -> Table:
    """One row per scenario in per cent, the reference class first."""
    first = runs[0]
    prefix = common_folder([run.name for run in runs])
    days = list(first.summary["tiers"]["durable"])
    sides = first.scenario.sides
    halts = ("90 %\nband", "mutual\nhalt", "any\nhalt", f"wins:\n{sides.A} /\n{sides.B}")
    table = plain_table("per cent", *(f"{day}\ndays" for day in days), *halts)
    table.add_column("main reason\nfor failure", justify="left", overflow="fold")
    reference = [cell["reference"] for cell in first.summary["tiers"]["durable"].values()]
    if any(value is not None for value in reference):
        table.add_row("wars like it, whoever is talking", *map(whole, reference), "", "", "", "", "")
    for run in runs:
        tiers, victory = run.summary["tiers"], run.summary["victory"]
        last = list(tiers["durable"])[-1]
        unseen = wilson(0.0, run.n_trials)[1]
        table.add_row(
            run.name.removeprefix(prefix),
            *(odds_cell(tiers["durable"][day]) if day in tiers["durable"] else "-" for day in days),
            band_cell(tiers["durable"][last]),
            odds_cell(tiers["mutual"][last]),
            odds_cell(tiers["broad"][last]),
            f"{chance(victory['A'], unseen)} / {chance(victory['B'], unseen)}",
            words.reason(run.summary, short=True),
        )
    return table


def show_runs(runs: Sequence[Run], to: Console, is_sweep: bool = False) -> None:
    """The table of ``parley run`` with the headline above it; below it the editor's sentence and why, or a trend."""
    first = runs[0]
    last = list(first.summary["tiers"]["durable"])[-1]
    to.print(f"Odds of {words.HALTED}, from {words.long_date(first.scenario)}", style="bold")
    counted = f"{first.n_trials:,} trials each" if len(runs) > 1 else f"{first.n_trials:,} trials"
    to.print(f"{counted}, seed {first.seed}; the band and the last columns are for {last} days.\n")
    to.print(odds_table(runs))
    to.print()
    if is_sweep and len(runs) > 1:
        odds = [words.percent(run.summary["tiers"]["durable"][last]["p"]) for run in (first, runs[-1])]
        to.print(f"Durable odds within {last} days: {odds[0]} at {first.name}, {odds[1]} at {runs[-1].name}.")
        to.print(caveat(first))
        return
    lead = f"{first.name}: " if len(runs) > 1 else ""
    to.print(lead + words.sentence(first.summary, first.scenario))
    to.print(caveat(first))
    to.print("\nWhy", style="bold")
    for line in words.why(first.summary):
        to.print(line)


def caveat(run: Run) -> str:
    """What the numbers are and are not, in one breath."""
    cell = list(run.summary["tiers"]["durable"].values())[-1]
    luck = f"{100 * (cell['mc_hi'] - cell['mc_lo']) / 2:.1f}"
    band = "The band is what we do not know: nine in ten draws of the uncertain inputs lie in it. "
    if cell["lo"] == cell["hi"]:
        band = "No band: draws of the inputs, if any are uncertain, differ no more than luck would make them. "
    return (
        f"{band}"
        f"Running more trials would change the number by no more than about {luck} points. "
        "Odds of a supposed scenario are not odds that it comes about."
    )


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
    """Differences in points with 95 % intervals, one row per variant."""
    prefix = common_folder([base.name, *(str(item["variant"]) for item in found)])
    days = list(found[0]["tiers"]["durable"])
    shown = [day for day in days if day != days[0]] or days
    to.print(f"Change of the durable odds against {base.name}, in points (95 % interval)", style="bold")
    to.print(f"{found[0]['trials']:,} trials each on the same luck, seed {base.seed}\n")
    table = plain_table("scenario", *(f"{day} days" for day in shown), f"by {days[-1]} days")
    for item in found:
        tier = item["tiers"]["durable"]
        cells = [words.points(*(tier[day][key] for key in ("difference", "lo", "hi"))) for day in shown]
        last = tier[days[-1]]
        verdict = "no trial changed" if not item["n_changed"] else words.more_in_100(
            last["difference"], last["lo"], last["hi"]
        )
        table.add_row(str(item["variant"]).removeprefix(prefix), *cells, verdict)
    to.print(table)
    to.print("\nThe interval is Monte Carlo error alone; it says nothing about whether the model is right.")


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


def parameter_rows(scenario: Scenario) -> list[dict[str, Any]]:
    """Every number: path, value in words, unit, whether sourced, and the source."""
    from sim.scenario.paths import split
    from sim.scenario.priors import quantities
    from sim.scenario.provenance import ledger

    known = quantities(scenario)
    rows = []
    for path, (said, standing) in ledger(scenario).items():
        field = field_of(split(path))
        extra = field.json_schema_extra if field else None
        rows.append(
            {
                "path": path,
                "value": quantity_in_words(known[path]) if path in known else plain_in_words(scenario, split(path)),
                "unit": extra.get("unit", "") if isinstance(extra, dict) else "",
                "meaning": field.description if field else "",
                "standing": standing,
                "source": said.source or said.note or "",
            }
        )
    return rows


def plain_in_words(scenario: Scenario, path: KeyPath) -> str:
    """What is certain by nature: a level, limits by issue, the mandate, weeks of patience, a rule of attendance."""
    value: Any = scenario
    for key in path:
        value = value[key] if isinstance(value, dict | tuple) else getattr(value, str(key))  # type: ignore[index]
    if hasattr(value, "when"):
        others = ", ".join(f"{name} {level}" for name, level in value.when.items())
        return f"{value.party} {value.level} if {others}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {' to '.join(f'{end:g}' for end in ends)}" for key, ends in value.items())
    return ", ".join(f"{one:g}" for one in value) if isinstance(value, tuple) else str(value)


def field_of(path: KeyPath) -> FieldInfo | None:
    """The schema's field of a number; for one of several by name, such as points, the field that holds them."""
    from sim.scenario.paths import slot_at

    for place in (path, path[:-1]):
        slot = slot_at(place)
        if slot and slot.field:
            return slot.field
    return None


def quantity_in_words(quantity: Any) -> str:
    """``0.1 / 0.3 / 0.6`` for three points, ``normal(mean 0.3, sd 0.1)``, ``= war.momentum``, or the number."""
    if quantity.same_as:
        return f"= {quantity.same_as}"
    if quantity.dist is None:
        return f"{quantity.value:g}"
    if quantity.dist == "triangular":
        return f"{quantity.low:g} / {quantity.central:g} / {quantity.high:g}"
    given = quantity.model_dump(exclude_none=True, exclude={"dist", "source", "note", "kind"})
    listed = {key: value if isinstance(value, tuple) else (value,) for key, value in given.items()}
    inside = ", ".join(f"{key} {' '.join(f'{number:g}' for number in numbers)}" for key, numbers in listed.items())
    return f"{quantity.dist}({inside})"


def show_parameters(name: str, scenario: Scenario, to: Console) -> None:
    """Every number by section, with its unit and where it comes from; three points are low, central, high."""
    from rich.table import Table

    rows = parameter_rows(scenario)
    to.print(scenario.title, style="bold")
    to.print(scenario.question)
    to.print(f"Supposes: {scenario.supposes}")
    to.print(f"Settled by: {scenario.resolution}\n")
    sections: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        sections.setdefault(row["path"].rpartition(".")[0], []).append(row)
    for section, below in sections.items():
        to.print(section, style="bold", soft_wrap=True)
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False)
        for width in (28, 24, 15):
            table.add_column(overflow="fold", vertical="top", width=width)
        table.add_column(overflow="fold", vertical="top", ratio=1)
        for row in below:
            said = (MARKS[row["standing"]] + row["source"]).removesuffix(": ")
            table.add_row(f"  {row['path'].rpartition('.')[2]}", row["value"], row["unit"], said)
        to.print(table)
    counted = [sum(row["standing"] == kind for row in rows) for kind in MARKS]
    to.print("\n{} numbers: {} with a source, {} judgements, {} defaults, {} unstated.".format(len(rows), *counted))
