"""A blank sheet for a further coder of the record's rows, and the codebook that belongs to it."""

from __future__ import annotations

import os

from sim.evidence.calibration.codings import BRIEFED
from sim.evidence.calibration.episodes import SCALES, shipped
from sim.results.export import as_csv
from sim.scenario.sources.search_path import shipped_file
from sim.scenario.sources.table_file import read_table

CODEBOOK = "history/codings/codebook.md"
GROUND = "note_ground"


def row_sheet(file: str | os.PathLike[str] | None = None) -> dict[str, str]:
    """Return the files of a blank sheet by name: every row's briefing with empty scales, and the codebook.

    Parameters
    ----------
    file
        Coded episodes; without it the shipped ones.

    Returns
    -------
    dict of str to str
        ``sheet.csv`` has neither outcomes nor codes; ``codebook.md`` says what each scale means.

    Raises
    ------
    ParleyError
        For a file that cannot be read.
    """
    table = read_table(file or shipped(), ("episode_id",))
    shown = [name for name in BRIEFED if name in table.columns]
    rows = [{name: row.text(name) for name in ("episode_id", *shown)} for row in table.rows]
    return {
        "sheet.csv": as_csv(rows, ("episode_id", *shown, *SCALES, GROUND)),
        "codebook.md": shipped_file(CODEBOOK).read_text(encoding="utf-8"),
    }
