"""Catalogue pages say what the scenario and a run say, and a page that no longer does is known."""

from pathlib import Path

import pytest

from docs.generate.catalogue_pages import TRIALS, catalogue_page, scenario_digest, stale, write_catalogue
from docs.generate.page_blocks import END, Wanted, blocks, refreshed, stale_blocks
from sim.errors import ParleyError
from sim.execution.run import run
from sim.results.wording import percent
from sim.scenario.reading.load import load, names
from sim.scenario.sources.contents import content_of
from tests.project.pages import same_words_and_close_numbers

SHIPPED = Path(__file__).parents[2] / "docs" / "catalogue"
NAME = "teaching/minimal"
PAGE = f"""# By hand

Before.

<!-- model: {NAME} trials=320 seed=3 row=9,17,30,41 change=war.momentum=0.5 -->
what stood here
{END}

After.
"""


def test_a_page_says_what_the_run_says() -> None:
    name = "iran_iraq/july_1988"
    page, done = catalogue_page(name, trials=320, seed=3), run(load(name), trials=320, seed=3)
    tiers = done.summary["tiers"]
    for label, tier, key in (
        ("**lasts 30 days or more**", "durable", "p"),
        ("agreed by both, any length", "mutual", "p"),
    ):
        row = next(line for line in page.splitlines() if line.startswith(f"| {label} |"))
        wanted = [percent(cell[key]) for cell in tiers[tier].values()]
        assert [f"{cell.strip()} %" for cell in row.split("|")[2:6]] == wanted, label
    scenario = load(name)
    assert " ".join(scenario.question.split()) in page and " ".join(scenario.resolution.split()) in page
    for issue in scenario.issues.values():
        assert issue.scale in page
    assert f"digest={scenario_digest(scenario)}" in page and "trials=320 seed=3" in page
    assert f"Iraq wins in {percent(done.summary['victory']['A'])}" in page


def test_sources_and_third_parties_are_named() -> None:
    page = catalogue_page("iran_iraq/july_1988", trials=160)
    assert "- episodes.csv: IRIQ87, attendance 2" in page
    assert "Secretary-General of the United Nations: mediator" in page and "Gulf states: backer" in page
    assert "0 unstated" not in page and "How this number is made: " in page


def test_words_cannot_break_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load(NAME).model_copy(update={"title": "a | b\n<script>", "question": "Will\n\n# it?"})
    monkeypatch.setattr("docs.generate.catalogue_pages.load", lambda name: scenario)
    page = catalogue_page(NAME, trials=160)
    assert page.startswith("# a / b &lt;script>\n") and "<script" not in page and "\n# it" not in page


def test_a_digest_sees_every_number_and_the_draws() -> None:
    base = scenario_digest(load("iran_iraq/july_1988"))
    assert base != scenario_digest(load("iran_iraq/july_1988", [("war.learning", "0.26")]))
    scenario, other = load("iran_iraq/july_1988"), content_of(b"draw\n")
    calibration = scenario.calibration.model_copy(update={"sha256": other.sha256}) if scenario.calibration else None
    assert base != scenario_digest(scenario.model_copy(update={"calibration": calibration}))


def test_stale_pages_are_known_without_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [NAME, "teaching/spoilers"]
    monkeypatch.setattr("docs.generate.catalogue_pages.names", lambda: kept)
    seen: list[tuple[int, int]] = []
    written = write_catalogue(tmp_path, trials=160, progress=lambda done, n: seen.append((done, n)))
    assert [path.name for path in written] == ["minimal.md", "spoilers.md", "README.md"] and seen == [(1, 2), (2, 2)]
    monkeypatch.setattr("docs.generate.catalogue_pages.run", None)
    assert stale(tmp_path) == []
    page = tmp_path / f"{NAME}.md"
    page.write_text(page.read_text(encoding="utf-8").replace("digest=", "digest=0"), encoding="utf-8")
    page.with_name("gone.md").write_text("x", encoding="utf-8")
    (tmp_path / "teaching" / "spoilers.md").unlink()
    assert stale(tmp_path) == [
        f"{NAME}: the scenario has changed since the page was written",
        "teaching/spoilers: has no page",
        "teaching/gone: a page without a scenario",
    ]
    kept.pop()
    assert "README.md: the list of pages is out of date" in stale(tmp_path)


def test_a_block_is_written_anew_and_the_rest_left_alone() -> None:
    assert stale_blocks(PAGE) == [NAME]
    page = refreshed(PAGE)
    assert page.startswith("# By hand\n\nBefore.\n\n<!-- model: ") and page.endswith(f"{END}\n\nAfter.\n")
    assert "what stood here" not in page and stale_blocks(page) == [] and refreshed(page) == page
    ((wanted, body),) = blocks(page)
    assert (wanted.trials, wanted.seed, wanted.row) == (320, 3, (9, 17, 30, 41))
    assert "| coded row alone, in the record | 9 | 17 | 30 | 41 |" in body
    assert f"parley run {NAME} --trials 320 --seed 3 --set war.momentum=0.5" in body
    first, second = (line for line in body.splitlines() if line.startswith("| **lasts"))
    assert first != second


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{NAME} trails=3", "trails came, trials, seed, row, change, digest are allowed"),
        (f"{NAME} trials=many", "whole numbers are wanted"),
        ("", "a scenario's name is wanted"),
    ],
)
def test_a_wrong_comment_is_told(text: str, said: str) -> None:
    with pytest.raises(ParleyError, match=said):
        Wanted.of(text)


def test_the_shipped_catalogue_is_up_to_date() -> None:
    assert stale(SHIPPED) == [], "run docs.generate.catalogue_pages.write_catalogue('docs/catalogue')"


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_the_shipped_pages_say_what_a_fresh_run_says(name: str) -> None:
    stored = (SHIPPED / f"{name}.md").read_text(encoding="utf-8")
    same_words_and_close_numbers(catalogue_page(name, trials=TRIALS), stored)
