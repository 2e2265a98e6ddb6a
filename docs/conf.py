"""How `make docs` builds these pages: Sphinx, Markdown by MyST, docstrings by autodoc, furo. Nothing is fetched."""

from __future__ import annotations

import pkgutil
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sim import equations  # noqa: E402
from sim._version import __version__  # noqa: E402

project = "Parley"
author = "the authors of Parley"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]

# Links between pages are checked; headings up to this depth may be linked to as page.md#heading.
myst_heading_anchors = 3

# Docstrings are in numpy's form; a name in single backticks is a link where the page has it.
autodoc_member_order = "bysource"
autodoc_type_aliases = {name: name for name in ("Array", "ArrayLike", "Column")}
napoleon_google_docstring = False
napoleon_use_param = napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]  # as parameters are: several names on one line
default_role = "py:obj"

highlight_language = "text"

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["parley.css"]
html_title = "Parley"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": [], "navigation_with_keys": True}
pygments_style = "default"
pygments_dark_style = "monokai"

LINK = re.compile(r"\[([^\]\[]+)\]\(((?:\.\./)+[^)#\s]+)(?:#[^)\s]*)?\)")


def name_what_lies_outside(app: Any, page: str, source: list[str]) -> None:
    """Replace a link to a file of the repository that is no page by its words and its path.

    Pages travel, files do not.
    """

    def in_words(link: re.Match[str]) -> str:
        words, target = link[1], (HERE / page).parent / link[2]
        if target.resolve().is_relative_to(HERE):
            return link[0]
        path = target.resolve().relative_to(HERE.parent).as_posix()
        return f"`{path}`" if words.strip("`") in (path, target.name) else f"{words} (`{path}`)"

    source[0] = LINK.sub(in_words, source[0])


def leave_out_fields_of_files(app: Any, what: str, name: str, found: Any, *_: Any) -> tuple[str, None] | None:
    """Leave out the signature of a scenario's sections, which have a page of their own."""
    return ("", None) if hasattr(found, "model_fields") else None


def leave_out_aliases(app: Any, what: str, name: str, found: Any, *_: Any) -> bool | None:
    """Leave out fields of a named tuple, which the docstring of their class has; None leaves the rest to autodoc."""
    return True if (getattr(found, "__doc__", None) or "").startswith("Alias for field number") else None


def show_equations_as_written(app: Any) -> None:
    """Put the Python of each compiled equation in its place: autodoc takes what is compiled for data, and skips it."""
    for found in pkgutil.iter_modules(equations.__path__, "sim.equations."):
        module = import_module(found.name)
        for name, value in list(vars(module).items()):
            if hasattr(value, "py_func"):
                setattr(module, name, value.py_func)


def setup(app: Any) -> None:
    """Connect the functions above to Sphinx."""
    app.connect("builder-inited", show_equations_as_written)
    app.connect("source-read", name_what_lies_outside)
    app.connect("autodoc-process-signature", leave_out_fields_of_files)
    app.connect("autodoc-skip-member", leave_out_aliases)
