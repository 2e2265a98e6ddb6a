"""Everything that the program writes: ``WRITERS`` by name, each a function of a folder, and the files it makes."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pandas as pd

import sim
from dashboards import study_cache
from dashboards.report import image_export
from dashboards.report.html_file import MARK, write_page
from docs import generate
from docs.generate import catalogue_pages, page_blocks
from docs.generate.__main__ import write_odds
from sim.cli.commands import coding_sheet
from sim.cli.commands.results import encoded
from sim.evidence.calibration import posterior_file
from sim.execution.request import Request
from sim.execution.scenario_check import write_template
from sim.storage import run_folder as store
from sim.storage.atomic_files import write_file

BLOCK = 32
multiple = patch.multiple


@cache
def scenario() -> sim.Scenario:
    return sim.load("teaching/minimal")


def request(folder: Path) -> Request:
    return Request(scenario(), "small", 2 * BLOCK, 1, block=BLOCK, folder=folder)


def block(index: int) -> dict[str, np.ndarray]:
    return {"trial": np.arange(index * BLOCK, (index + 1) * BLOCK), "durable_week": np.zeros(BLOCK, dtype=np.int16)}


def run_folder(folder: Path) -> None:
    """What a run writes, or goes on to write: manifest, scenario, two blocks, summary."""
    with store.Writer(folder, request(folder).inputs, 2 * BLOCK, None, True) as writer:
        for index in range(writer.n_blocks, 2):
            writer.add(index, block(index))
        writer.finish({"trials": 2 * BLOCK})


def begun(folder: Path) -> None:
    """A run that was ended after its first block."""
    with store.Writer(folder, request(folder).inputs, 2 * BLOCK, None, True) as writer:
        writer.add(0, block(0))


def study(folder: Path) -> None:
    study_cache.keep(folder / "studies", {"kind": "tornado"}, {}, {"one": 1})


def draws_of_nothing(path: Path) -> None:
    rows = "draw,strain\n" + "0,1\n" * 20
    with multiple(posterior_file, as_csv=lambda posterior, n: rows, about=lambda record, day, text: {"seed": 1}):
        posterior_file.write_draws(SimpleNamespace(posterior=None), None, path)  # type: ignore[arg-type]


def picture(path: Path) -> None:
    drawn = b"\x89PNG" * 20
    with multiple(image_export, named_figures=lambda runs: {"odds": {}}, as_picture=lambda figure, kind: drawn):
        image_export.write_picture([], "odds", path)


def catalogue(folder: Path) -> None:
    page, index = "# Page\n" * 20, "# List\n" * 20
    stubs = {"catalogue_page": lambda name, trials, seed: page, "index_page": lambda scenarios: index}
    with multiple(catalogue_pages, load=lambda name: None, **stubs):
        catalogue_pages.write_catalogue(folder, ["teaching/minimal"])


def wars(folder: Path) -> None:
    """The model's part of a page written by hand, put there anew."""
    (folder / "wars").mkdir(exist_ok=True)
    if not os.path.lexists(page := folder / "wars" / "one.md"):
        page.write_text("before")
    written = multiple(catalogue_pages, write_catalogue=lambda folder: [])
    with written, multiple(page_blocks, refreshed=lambda text: "after " * 20):
        write_odds(folder)


def reference_pages(folder: Path) -> None:
    with multiple(generate, pages=lambda: {"cli.md": "# Commands\n" * 20}):
        generate.write(folder)


TABLE = pd.DataFrame({"n": range(40)})
WRITERS: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "init": (lambda folder: write_template(str(folder / "mine.yaml")), ("mine.yaml",)),
    "sheet": (lambda folder: coding_sheet.coding_sheet("teaching/minimal", folder), ("sheet.csv", "briefing.md")),
    "export, csv": (lambda folder: write_file(folder / "x.csv", encoded(TABLE, ".csv")), ("x.csv",)),
    "export, parquet": (lambda folder: write_file(folder / "x.parquet", encoded(TABLE, ".parquet")), ("x.parquet",)),
    "export, trials": (lambda folder: write_file(folder / "y.csv", (b"piece\r\n" for _ in range(9))), ("y.csv",)),
    "page": (lambda folder: write_page(folder / "x.html", MARK.decode() * 20), ("x.html",)),
    "picture": (lambda folder: picture(folder / "x.png"), ("x.png",)),
    "draws": (lambda folder: draws_of_nothing(folder / "x.csv"), ("x.csv", "x.json")),
    "reference": (reference_pages, ("cli.md",)),
    "catalogue": (catalogue, ("teaching/minimal.md", "README.md")),
    "page of a war": (wars, ("wars/one.md",)),
    "run": (
        run_folder,
        (".lock", "manifest.json", "scenario.json", "trials/block-00000000.parquet", "summary.json"),
    ),
    "study": (study, (f"studies/{study_cache.name_of({'kind': 'tornado'}, {})}",)),
}
OWN_FOLDERS = {"run": "trials", "study": "studies"}
ALL = [(name, file) for name, (_, files) in WRITERS.items() for file in files]
