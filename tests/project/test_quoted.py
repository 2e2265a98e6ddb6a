"""Figures in the documents are what the program prints: of the base in every test, of other commands in slow ones."""

from pathlib import Path

import pytest

from tests.project import quoted
from tests.project.documents import DOCS, ROOT
from tests.project.quoted import Quote

CHEAP = [quote for quote in quoted.quotes() if quote.is_cheap]
DEAR = sorted({quote.command for quote in quoted.quotes() if not quote.is_cheap})


def name_of(quote: Quote) -> str:
    return f"{quote.page.name}: {(quote.shown or quote.printed[0])[:40]}"


@pytest.mark.parametrize("quote", CHEAP, ids=name_of)
def test_what_is_quoted_of_the_base_is_what_it_prints(quote: Quote) -> None:
    assert quoted.faults(quote) == []


@pytest.mark.slow
@pytest.mark.parametrize("command", DEAR)
def test_what_is_quoted_of_other_commands_is_what_they_print(command: str) -> None:
    assert [fault for quote in quoted.quotes() if quote.command == command for fault in quoted.faults(quote)] == []


def test_readme_and_tutorial_quote_the_base() -> None:
    """Their blocks and the reasons for failure are tied to the program; none is left out by a mark of another form."""
    pages = {quote.page for quote in CHEAP if len(quote.printed[0]) > 20}
    assert {ROOT / "README.md", DOCS / "tutorial.md"} <= pages
    for page in quoted.PAGES:
        text = page.read_text(encoding="utf-8")
        marked = len(quoted.PRINTED.findall(text)), len(quoted.QUOTED.findall(text))
        assert marked == (text.count("<!-- printed by:"), text.count("<!-- quoted from:")), page.name


def test_figures_the_wrong_way_round_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("optimism about the war (35 %) and distrust of promises (34 %)", encoding="utf-8")

    def printed(command: str) -> str:
        return "what closed it: distrust of promises 35 %, optimism\nabout the war 34 %"

    wrong = Quote(page, "x", ("optimism about the war 35 %",), "optimism about the war (35 %)")
    assert "not in the output" in quoted.faults(wrong, printed)[0]
    other = Quote(page, "x", ("optimism about the war 34 %",), "optimism about the war (35 %)")
    assert "35 is not in what it quotes" in quoted.faults(other, printed)[0]
    gone = Quote(page, "x", ("distrust of promises 35 %", "about the war 34 %"), "distrust of promises (35 %)")
    assert quoted.faults(gone, printed) == ["not on the page: distrust of promises (35 %)"]
