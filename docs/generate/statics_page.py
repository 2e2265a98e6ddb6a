"""The page of comparative statics: what must move the odds and the terms, whether it does, and where the model fails.

Everything on it comes from ``sim.analysis.statics`` and one simulation of each level. The last line of the page, which
readers do not see, holds verdicts and figures for the test that keeps page and model together.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docs.generate import markdown_table
from sim.analysis.statics.definitions import BASE, SEED, TRIALS
from sim.analysis.statics.literature import REFERENCES
from sim.analysis.statics.outcomes import AGREED, Estimate, Outcome, ratio
from sim.analysis.statics.predicates import plain
from sim.analysis.statics.run import Along, Finding, measure_all
from sim.analysis.statics.static import UNBUILT
from sim.analysis.statics.worlds import EVERY_FRICTION
from sim.storage.atomic_files import write_file

PAGE = Path("docs") / "explanation" / "statics.md"
RECORD = re.compile(r"^<!-- verdicts (.*) -->$", re.M)
BAND = 1.98
"""Half of a 95 % interval in standard errors: Student's t on some 128 clusters."""
STEPS = {"disagreement": "disagreement inferred from the war's being on"}
"""What the steps are called that statics may need."""


def write_statics(path: Path = PAGE) -> Path:
    """Simulate every level of every static and write the page."""
    write_file(path, page(measure_all()).encode())
    return path


def page(findings: Sequence[Finding]) -> str:
    """Return the page as Markdown."""
    verdicts = [finding.verdict for finding in findings]
    holds, fails, lapsed = (verdicts.count(word) for word in ("holds", "fails", "lapsed"))
    tally = f"**Of {len(verdicts)} hold {holds}, fail {fails}, lapse {lapsed}; to lapse counts as failing.**"
    return "\n".join(
        [
            unwrapped(INTRODUCTION).format(n=len(findings), base=BASE, trials=f"{TRIALS:,}", seed=SEED, tally=tally),
            "## Verdicts\n",
            markdown_table(("", "moved", "expected", "got", "literature", "verdict"), map(_verdict_row, findings)),
            _fall_with_momentum(findings),
            "## Where the model fails\n",
            *(_failures(findings) or ["Nowhere on this list."]),
            "",
            _lapsed(findings),
            "## Odds and terms at every level\n",
            unwrapped(LEVELS),
            markdown_table(("", "series", "frictions off", "levels", "result, ± 95 %"), _level_rows(findings)),
            "## References\n",
            "\n".join(f"- {REFERENCES[name]}" for name in sorted(_cited(findings))),
            "",
            f"<!-- verdicts {json.dumps(_record(findings), separators=(',', ':'))} -->",
            "",
        ]
    )


def unwrapped(text: str) -> str:
    """Return text with each paragraph on one line."""
    return re.sub(r"(?<=\S)\n(?=[^\n])", " ", text)


def recorded(text: str) -> dict[int, Any]:
    """Return what a page says of each static: its ``verdict``, and ``claims`` as [holds, figure, standard error].

    A claim that lapses neither holds nor not: it has None there.
    """
    found = RECORD.search(text)
    return {int(number): said for number, said in json.loads(found[1]).items()} if found else {}


INTRODUCTION = """\
# What moves the odds and the terms

*Written by `python -m docs.generate --statics`; not edited by hand.*

A theory of how wars end says which way things move: a side that gains on the battlefield is offered better terms, a
war that costs more ends sooner, a promise that nobody can enforce is worth little. Such a statement about one input,
all else equal, is a *comparative static*. The {n} below are what the literature on bargaining and war, or the record
of past wars, leads one to expect of the talks in Istanbul in May 2025 (`{base}`). The list and its sizes were fixed
before this version of the model was built, though not before a prototype of it had been tried; two were restated after
it had run (in 2 the claim is made where nobody wins outright, in 5 the land demanded is land that red lines allow).
They test the logic of the model; how good its forecasts are is [another question](record.md). And they test it on one
war: what holds here need not hold everywhere.

{tally}

At every level of an input {trials} trials are run (seed {seed}), and all levels meet the same random numbers, so that
a difference is due to the input alone. Standard errors are those of paired differences; draws of the uncertain inputs
are the independent units. Odds are the model's own by the end of the year, not anchored to the record of other wars.
An effect counts if it has the stated size and lies more than three standard errors from none; "never" fails if the
opposite is seen by more than three. So a model without the effect passes, and one that just keeps the rule fails, with
a chance of .0013 for each comparison. *Lapsed*: the static needs a part of the model that is not built, or did not
improve forecasts of other wars ({unbuilt}); the figures without it are shown.
""".replace("{unbuilt}", ", ".join(STEPS[name] for name in sorted(UNBUILT)) or "none at present")
LEVELS = """\
*Durable* is the chance of a ceasefire that lasts 30 days or more, *agreed* of one agreed in talks, of any length, both
in per cent. *Land* is where territory is settled on average in those agreed: 0 is Ukraine's border of 1991, .40 the
line of contact, 1 Russia's full claim. A series with frictions off is a thought experiment, not a forecast: it shows
a mechanism where nothing hides it.
"""


def _verdict_row(finding: Finding) -> tuple[str, ...]:
    static = finding.static
    lapsing = [static.lapses(claim) for claim in static.claims]
    verdict = f"**{finding.verdict}**" + (" (one part lapsed)" if any(lapsing) and not all(lapsing) else "")
    got = (
        result.words.partition(", expected")[0].partition("; expected")[0] + (" (lapsed)" if lapses else "")
        for result, lapses in zip(finding.results, lapsing, strict=True)
    )
    shown = "; ".join(dict.fromkeys(got))
    return str(static.number), static.moved, static.expected, shown, "; ".join(static.literature) or "-", verdict


def _failures(findings: Sequence[Finding]) -> list[str]:
    """Return a line for each static that fails: the claims that do not hold, with their figures."""
    return [
        f"- {finding.static.number}, {finding.static.moved}: {'; '.join(failing(finding))}."
        for finding in findings
        if finding.verdict == "fails"
    ]


def _lapsed(findings: Sequence[Finding]) -> str:
    """Return which statics lapse, whole or in part, and what each needs."""
    found = []
    for finding in findings:
        static = finding.static
        if any(map(static.lapses, static.claims)):
            found.append(f"{static.number}{'' if finding.verdict == 'lapsed' else ' in part'}")
    words = ", ".join(found) or "none"
    return f"Lapsed: {words}. Figures of a lapsed claim stand in the table and show nothing either way.\n"


def failing(finding: Finding) -> list[str]:
    """Return the claims that do not hold, in words, each once."""
    return list(dict.fromkeys(result.words for result in finding.counted if not result.holds))


def _fall_with_momentum(findings: Sequence[Finding]) -> str:
    """Return by what factor power lowers the odds of an agreed ceasefire, and what stands in between."""
    first = findings[0]
    low, *_, high = (_level(level.name) for level in first.static.series[0].levels)
    factors = []
    for one in first.along:
        at_low, *_, at_high = one.found[AGREED]
        factor, _ = ratio(at_low, at_high)
        factors.append(f"{f'a factor {factor:.0f}' if math.isfinite(factor) else 'everything'} {one.series.name}")
    return (
        f"What lies behind static 1: from momentum {low} to {high} the odds of an agreed ceasefire fall by "
        f"{', by '.join(factors)}. What remains in the last lies in the bargain itself.\n"
    )


def _level_rows(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    return [
        (
            str(finding.static.number),
            one.series.name,
            _off(one.series.off),
            ", ".join(_level(level.name) for level in one.series.levels),
            _result(one),
        )
        for finding in findings
        for one in finding.along
    ]


def _off(off: tuple[str, ...]) -> str:
    kept = [name for name in EVERY_FRICTION if name not in off]
    if not kept:
        return "all"
    return f"all but {' and '.join(kept)}" if len(kept) < len(off) else ", ".join(off) or "-"


def _level(name: str) -> str:
    return re.sub(r"^(-?)0\.", r"\1.", name)


def _result(one: Along) -> str:
    if one.problem:
        return f"cannot be stated: {one.problem}"
    return "; ".join(
        f"{outcome.name} {', '.join(_value(estimate, outcome) for estimate in found)}"
        for outcome, found in one.found.items()
    )


def _value(estimate: Estimate, outcome: Outcome) -> str:
    if math.isnan(estimate.value):
        return "none"
    value, reach = estimate.value, BAND * estimate.error
    if not outcome.is_share:
        return f"{plain(value)} ±{plain(reach)}"
    digits = 0 if value >= 0.1 else 1
    return f"{100 * value:.{digits}f} ±{100 * reach:.{digits}f}"


def _cited(findings: Sequence[Finding]) -> set[str]:
    return {name for finding in findings for name in finding.static.literature}


def _record(findings: Sequence[Finding]) -> dict[int, Any]:
    return {
        finding.static.number: {
            "verdict": finding.verdict,
            "claims": [
                [None if finding.static.lapses(claim) else result.holds, _digits(result.figure), _digits(result.error)]
                for claim, result in zip(finding.static.claims, finding.results, strict=True)
            ],
        }
        for finding in findings
    }


def _digits(value: float) -> float | None:
    return float(f"{value:.4g}") if math.isfinite(value) else None
