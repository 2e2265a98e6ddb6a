"""One HTML file that holds everything and asks for nothing: templates, script, data and the policy that seals it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.errors import ParleyError

ASSETS = Path(__file__).parents[1] / "assets"
MARK = b'<meta name="generator" content="Parley">'
"""What tells our pages from somebody else's file of the same name."""


@cache
def environment() -> Environment:
    """Templates of ``assets``: every value is escaped unless it is ``Markup``, an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


@cache
def plotly_js() -> str:
    """The one copy of plotly.js, as it comes with plotly."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def script_data(value: Any) -> Markup:
    """JSON that may stand inside a script element: nothing in it can end the element or a line of JavaScript."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing in it is markup any more


def inline_script(source: str) -> str:
    """Source that may stand inside a script element, with line ends as the browser will read (and hash) them."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if "</script" in source.lower() or "<!--" in source:
        raise ValueError("a script that would end its own element cannot be embedded")
    return source


def policy(scripts: Sequence[str]) -> str:
    """Content security policy: these scripts by their hash, styles of the page, pictures it draws; no connections."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'none'; font-src 'none'; form-action 'none'; base-uri 'none'"
    )


def render(
    template: str,
    data: Any,
    context: Mapping[str, Any],
    *,
    script: str = "report.js",
    styles: Sequence[str] = ("report.css",),
) -> str:
    """The finished page; ``data`` is what its script reads, ``script`` and ``styles`` are files of ``assets``."""
    scripts = [inline_script(plotly_js()), inline_script(asset(script))]
    return (
        environment()
        .get_template(template)
        .render(
            **context,
            policy=policy(scripts),
            scripts=[Markup(source) for source in scripts],  # noqa: S704 - ours
            style=Markup("".join(asset(name) for name in styles)),  # noqa: S704 - ours
            data=script_data(data),
        )
    )


def write_page(path: Path, text: str) -> None:
    """Put a page at ``path``: a new file, an empty one, or in the place of an older page of ours.

    Raises ParleyError if another file or a link is there; ResourceError if the file cannot be written.
    """
    from sim.storage.atomic_files import begins_with, write_file

    head = begins_with(path, 4096)
    if head and MARK not in head:
        raise ParleyError(f"{path}: is there already and is no report of Parley, name another file")
    write_file(path, text.encode())
