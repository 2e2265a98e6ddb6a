"""Fifty texts that would run a script, ask for something or break a page if any page took them for more than texts."""

import json
from typing import Any

from sim.scenario.schema import Scenario

RUN = "window.hacked=1"
ASK = "/stolen"
HOSTILE = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"<SCRIPT SRC={ASK}></SCRIPT>",
    f"<script src=//127.0.0.1:9{ASK}></script>",
    f"<img src=x onerror={RUN}>",
    f"<img src={ASK}>",
    f'<img/src="{ASK}"/onerror="{RUN}">',
    f"<svg onload={RUN}>",
    f'"><svg onload={RUN}>',
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><image href={ASK}></svg>",
    f"<body onload={RUN}>",
    f"<iframe src='javascript:parent.{RUN}'></iframe>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f"<object data={ASK}></object>",
    f"<embed src={ASK}>",
    f"<link rel=stylesheet href={ASK}>",
    f"<style>@import '{ASK}';</style>",
    f'<p style="background:url({ASK})">p</p>',
    f"<video src={ASK} onerror={RUN}></video>",
    f"<audio src={ASK} autoplay>",
    f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>d</details>",
    f"<marquee onstart={RUN}>m</marquee>",
    f'<a href="javascript:{RUN}">link</a>',
    f'<a href="{ASK}" target=_blank>link</a>',
    f'<meta http-equiv=refresh content="0;url={ASK}">',
    f"<base href=//127.0.0.1:9{ASK}/>",
    f"<form action={ASK}><button>b</button></form>",
    f"<math><a xlink:href=javascript:{RUN}>m</a></math>",
    f"' onmouseover='{RUN}",
    f'" onfocus="{RUN}" autofocus="',
    f"`-{RUN}-`",
    f"javascript:{RUN}//",
    "<!--<script>",
    "]]><!CDATA[<",
    "{{ 7*7 }}{% raw %}${7*7}",
    "&lt;b&gt;&amp;&#60;script&#62;",
    f"![x]({ASK}) [x](javascript:{RUN})",
    "%{customdata} $\\frac{1}{2}$ <b>bold</b>",
    *(f"{end}<script>{RUN}</script>" for end in ("</style>", "</title>", "</textarea>", "</noscript>", "-->", "]]>")),
    f'"}};{RUN};//',
    f"');{RUN};//",
    "{% include '/etc/passwd' %}",
    "=cmd|'/c calc'!$(touch hacked)`touch hacked`\u202etxt.exe",
)
TEXTS = ("title", "question", "resolution", "supposes", "note", "source", "label", "scale")
"""Keys of a scenario whose values are anybody's words."""


def hostile(scenario: Scenario) -> Scenario:
    """The scenario with a payload in the place of every text that is anybody's words, all of them used."""
    left = list(HOSTILE)

    def text() -> str:
        if not left:
            left.extend(HOSTILE)
        return left.pop(0)

    def put(item: Any, inside: str = "") -> Any:
        if isinstance(item, dict):
            return {
                key: text()
                if isinstance(value, str)
                and (key in TEXTS or (key == "name" and inside in ("landmarks", "events", "windows")))
                else put(value, key)
                for key, value in item.items()
            }
        if isinstance(item, list):
            return [put(one, inside) for one in item]
        return item

    tree = json.loads(scenario.model_dump_json(exclude_none=True))
    return Scenario.model_validate_json(json.dumps(put(tree)))
