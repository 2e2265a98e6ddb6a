"""Print the parameters of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.scenario.describe import labelled, parameter_rows

if TYPE_CHECKING:
    from rich.console import Console

    from sim.scenario.schema import Scenario


MARKS = {"sourced": "", "judgement": "judgement: ", "default": "default: ", "unstated": "not stated: "}


def show_parameters(name: str, scenario: Scenario, to: Console) -> None:
    """Every number by section, with its unit and where it comes from; three points are low, central, high."""
    from rich.table import Table

    from sim.scenario.provenance import read_in_words

    rows = parameter_rows(scenario)
    to.print(scenario.title, style="bold")
    to.print(scenario.question)
    to.print(f"Supposes: {scenario.supposes}")
    to.print(f"Settled by: {scenario.resolution}\n")
    sections: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        sections.setdefault(row["path"].rpartition(".")[0], []).append(row)
    for section, below in sections.items():
        label = labelled(scenario, section)
        to.print(f"{section} ({label})" if label else section, style="bold", soft_wrap=True)
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False)
        for width in (28, 24, 15):
            table.add_column(overflow="fold", vertical="top", width=width)
        table.add_column(overflow="fold", vertical="top", ratio=1)
        for row in below:
            said = (MARKS[row["standing"]] + row["source"]).removesuffix(": ")
            table.add_row(f"  {row['path'].rpartition('.')[2]}", row["value"], row["unit"], said)
        to.print(table)
    to.print("\nFiles, with the first digits of their SHA-256", style="bold")
    for line in read_in_words(scenario):
        to.print(line, soft_wrap=True, markup=False)
    counted = [sum(row["standing"] == kind for row in rows) for kind in MARKS]
    to.print("\n{} numbers: {} with a source, {} judgements, {} defaults, {} unstated.".format(len(rows), *counted))
