"""Static pictures of the report's figures, for slides and papers: PNG, SVG or PDF through kaleido.

Kaleido draws in a Chromium that is already installed (Debian's serves; ``BROWSER_PATH`` names another). It downloads
nothing: plotly.js is the copy that comes with plotly, and MathJax is left out.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ParleyError, ResourceError
from sim.errors.extras import missing
from sim.scenario.diagnostics import did_you_mean, escaped

if TYPE_CHECKING:
    from sim.results.run import Run

SUFFIXES = (".png", ".svg", ".pdf")
WIDTH, SCALE = 1100, 2
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = "apt-get install -y chromium"
BROWSER_LOG = "choreographer"
"""Logger of the library with which kaleido talks to the browser."""
SECONDS = 90.0


def named_figures(runs: Sequence[Run]) -> dict[str, dict[str, Any]]:
    """The figures of the report over ``runs`` (the first is the base) by name, each ``data`` and ``layout``.

    Figures that the report draws for every scenario (``odds``, ``funnel``) are those of the base.
    """
    from dashboards.report.build import company, drawn
    from dashboards.report.computed_parts import figures_of, more_of

    if not runs:
        raise ParleyError("pictures need at least one run")
    found = drawn(runs, company(runs[0]))["figures"]
    found |= figures_of(runs[0], more_of(runs[0], what_if=False))
    firsts = {name: made[0] if isinstance(made, list) else made for name, made in found.items()}
    return {name: {"data": one["data"], "layout": one["wide"] | {"width": WIDTH}} for name, one in firsts.items()}


def write_picture(runs: Sequence[Run], name: str, path: Path) -> None:
    """Draw the figure ``name`` of the report over ``runs`` to ``path``, whose ending says how: .png, .svg or .pdf.

    Raises ParleyError for another name or ending, and where kaleido or a Chromium is missing; ResourceError if the
    file cannot be written.
    """
    from sim.storage.atomic_files import write_file

    if path.suffix.lower() not in SUFFIXES:
        raise ParleyError(f"{path}: must end in {', '.join(SUFFIXES)}")
    figures = named_figures(runs)
    if name not in figures:
        raise ParleyError(f"unknown figure `{escaped(name)}`{did_you_mean(name, list(figures))}")
    picture = as_picture(figures[name], path.suffix.lower().removeprefix("."))
    write_file(path, picture)


def as_picture(figure: dict[str, Any], kind: str) -> bytes:
    """A figure as a file's bytes; ``kind`` is png, svg or pdf. Raises ParleyError where a tool is missing."""
    try:
        kaleido = import_module("kaleido")
    except ImportError:
        raise missing("pictures need kaleido, which is", "export") from None
    browser = os.environ.get("BROWSER_PATH") or next((found for one in BROWSERS if (found := shutil.which(one))), None)
    if browser is None:
        raise ParleyError(f"pictures need an installed Chromium: {BROWSER}, or set BROWSER_PATH")
    options = {"format": kind, "width": WIDTH, "height": figure["layout"]["height"]}
    options["scale"] = SCALE if kind == "png" else 1
    # It logs a traceback for a message that was cut off while the browser ended, and goes on; what fails is raised.
    logging.getLogger(BROWSER_LOG).setLevel(logging.CRITICAL)
    try:
        drawn = kaleido.calc_fig_sync(
            figure, opts=options, kopts={"path": browser, "mathjax": False, "timeout": SECONDS}
        )
    except Exception as problem:  # whatever stops a browser: no display, no memory, no permission
        raise ResourceError(f"the browser {browser} did not draw the picture: {problem}") from problem
    return bytes(drawn)
