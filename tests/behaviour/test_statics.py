"""Comparative statics: each is measured anew and must be what the page says of it, where it holds and where it fails.

``python -m docs.generate --statics`` writes the page after a change of the model.
"""

import math
import re
from pathlib import Path

import pytest

from docs.generate.statics_page import PAGE, recorded
from sim.analysis.statics.definitions import STATICS
from sim.analysis.statics.literature import REFERENCES
from sim.analysis.statics.run import measure
from sim.analysis.statics.static import UNBUILT, Static
from sim.analysis.statics.worlds import FRICTIONS

TEXT = (Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8")
SHOWN = recorded(TEXT)
FAILS = {
    number: [figure for holds, figure, _ in said["claims"] if holds is False]
    for number, said in SHOWN.items()
    if said["verdict"] == "fails"
}
"""The statics that fail by the page's own admission, with the figures of the claims that do not hold."""
AGAIN = "the page is out of date: python -m docs.generate --statics"
REACH = 4.5 * math.sqrt(2)
"""Standard errors by which two figures of one model, from other random numbers, may differ."""


@pytest.mark.parametrize("static", STATICS, ids=lambda static: str(static.number))
def test_static(static: Static) -> None:
    """The verdict of the page, and within random error its figures: neither mended nor broken in silence."""
    said, finding = SHOWN[static.number], measure(static)
    assert finding.verdict == said["verdict"], AGAIN
    assert [result.holds for result in finding.counted] == [
        holds for holds, _, _ in said["claims"] if holds is not None
    ], AGAIN
    for result, (_, figure, error) in zip(finding.results, said["claims"], strict=True):
        assert math.isfinite(result.figure) == (figure is not None), AGAIN
        if figure is not None:
            spread = max(error or 0.0, result.error if math.isfinite(result.error) else 0.0)
            assert result.figure == pytest.approx(figure, abs=REACH * spread + 5e-4 * abs(figure)), AGAIN


def test_the_page_admits_what_fails() -> None:
    admitted = TEXT.partition("## Where the model fails")[2].partition("\n## ")[0]
    assert [int(line[2:].partition(",")[0]) for line in admitted.splitlines() if line.startswith("- ")] == [*FAILS]
    verdicts = [said["verdict"] for said in SHOWN.values()]
    holds, fails, lapsed = (verdicts.count(word) for word in ("holds", "fails", "lapsed"))
    assert f"Of {len(STATICS)} hold {holds}, fail {fails}, lapse {lapsed}; to lapse counts as failing." in TEXT
    assert all(FAILS.values())


def test_what_needs_a_missing_step_lapses() -> None:
    assert {static.number for static in STATICS if static.needs == "disagreement"} == {6, 7}
    for static in STATICS:
        said = SHOWN[static.number]
        lapsing = [static.lapses(claim) for claim in static.claims]
        assert lapsing == [holds is None for holds, _, _ in said["claims"]], AGAIN
        assert (said["verdict"] == "lapsed") == all(lapsing)


def test_the_page_shows_every_static_and_series() -> None:
    rows = [line.split(" | ") for line in TEXT.splitlines() if re.match(r"\| \d", line)]
    verdicts, levels = ([row for row in rows if len(row) == n] for n in (6, 5))
    assert [row[:3] for row in verdicts] == [[f"| {one.number}", one.moved, one.expected] for one in STATICS], AGAIN
    series = [[f"| {static.number}", one.name] for static in STATICS for one in static.series]
    assert [row[:2] for row in levels] == series, AGAIN
    assert len(TEXT.splitlines()) <= 120


def test_definitions_hang_together() -> None:
    assert [static.number for static in STATICS] == list(range(1, 19))
    assert {static.needs for static in STATICS} - {None} >= UNBUILT
    for static in STATICS:
        assert static.claims and set(static.literature) <= REFERENCES.keys()
        names = [series.name for series in static.series]
        assert len(set(names)) == len(names)
        for claim in static.claims:
            assert {claim.series, getattr(claim, "other", "") or claim.series} <= set(names)
        for series in static.series:
            assert set(series.off) <= FRICTIONS.keys() and len(series.levels) > 1
    cited = {name for static in STATICS for name in static.literature}
    assert cited == REFERENCES.keys()
    assert all(text.startswith(name.split()[0]) for name, text in REFERENCES.items())
