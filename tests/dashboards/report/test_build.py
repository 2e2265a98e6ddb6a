"""The report is one file that asks for nothing, says what settles the question, and shows every text literally."""

import base64
import csv
import hashlib
import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dashboards.report.build import report, write_report
from dashboards.report.content import difference_cell
from dashboards.report.html_file import inline_script, script_data
from sim.errors import ParleyError, ResourceError
from tests.dashboards.factories import ceasefire, failure, made_run, mixed

PAYLOADS = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "' onmouseover='window.hacked=1",
    "<!--<script>",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;&amp;\u2028\u2029",
    '<a href="javascript:window.hacked=1">x</a>',
    "%{customdata} $\\frac{1}{2}$",
)


class Page(HTMLParser):
    """Elements with their attributes, headings, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        self._open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts[-1] += data
        elif not self._open or self._open[-1] != "style":
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        """Elements with the names of their attributes, which no text may change."""
        return [(tag, sorted(attributes)) for tag, attributes in self.elements]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def text() -> str:
    runs = [mixed(80, 560, name="base", title="Base case"), mixed(400, 240, name="more", title="More of it")]
    return report(runs, "base")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def asks_for_nothing(text: str) -> bool:
    """Whether a page fetches nothing and runs no script but our own, and brings one plotly along."""
    page = Page(text)
    assert len(re.findall(r"\* plotly\.js v\d", text)) == 1 and len(text.encode()) < 8e6
    for tag, attributes in page.elements:
        for name in ("src", "href", "action", "srcset", "data", "poster", "background"):
            assert re.match(r"#|data:", attributes.get(name, "#")), (tag, attributes[name][:80])
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
    assert page.all("link") == [{"rel": "icon", "href": "data:,"}]
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == "'none'"
    assert [script.get("type", "") for script in page.all("script")] == ["application/json", "", ""]
    hashes = [base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() for source in page.scripts[1:]]
    return rules["script-src"] == " ".join(f"'sha256-{one}'" for one in hashes)


def test_the_report_asks_for_nothing_and_runs_only_our_scripts(text: str) -> None:
    assert asks_for_nothing(text)


def crowded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str = "A panel") -> Any:
    """A run whose scenario names a crowd, and the file of it in the working folder."""
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "crowd.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["forecast_date", "platform", "question", "deadline", "outcome_tier", "probability"])
        writer.writerow(["2025-01-01", platform, platform, "2025-06-30", "mutual", 0.37])
    return mixed(80, 560, crowd={"file": "crowd.csv", "date": date(2025, 1, 1)})


def test_the_crowd_stands_beside_the_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(report([crowded(tmp_path, monkeypatch)]))
    assert "Beside the crowd of 1 January 2025" in page.text
    assert "Agreed by both, by 30 Jun 2025 37 % 13 %" in page.text
    assert "company, not a target" in page.text
    assert "crowd" in json.loads(page.scripts[0])["figures"]
    assert [div["data-figure"] for div in page.all("div") if div.get("data-figure") == "crowd"] == ["crowd"]
    assert {"href": "#crowd"} in page.all("a")


def test_a_crowd_whose_file_is_gone_is_said_and_the_page_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = crowded(tmp_path, monkeypatch)
    (tmp_path / "crowd.csv").unlink()
    page = Page(report([run]))
    assert "could not be read: there is no data file 'crowd.csv'" in page.text
    assert "crowd" not in json.loads(page.scripts[0])["figures"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_of_the_crowd_are_shown_literally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, payload: str) -> None:
    shown = "".join(c for c in payload if c.isprintable())  # a table with hidden characters is refused
    plain, hostile = (Page(report([crowded(tmp_path, monkeypatch, name)])) for name in ("A panel", shown))
    assert hostile.shape == plain.shape
    assert re.sub(r"\s+", " ", payload) in hostile.text


def test_the_rule_stands_above_the_number(page: Page) -> None:
    words = page.text.partition("Skip to the odds")[2]
    rule, number = words.index("A general halt in force for 30 days."), words.index("About 1 in 8")
    assert rule < number
    assert "13 % within 365 days" in words  # 80 of 640, .125, a quarter of the way to .1421: .1296


def test_who_leads_a_delegation_stands_below_the_question() -> None:
    delegation = {"parties.South.delegation": {"led_by": "Bo", "stay_away": ("<Cy>",)}}
    trials = [ceasefire(3), failure("process")]
    said = report([made_run(trials, **delegation)])
    assert "Bo leads the delegation of South; &lt;Cy&gt; stays away." in said
    assert "Who comes." not in report([made_run(trials)])


def test_headings_are_in_order_and_landmarks_are_there(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert [len(page.all(tag)) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    assert all(section.get("aria-labelledby") for section in page.all("section"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {section["aria-labelledby"] for section in page.all("section")} <= set(ids)
    assert all(link["href"][1:] in ids for link in page.all("a") if link["href"].startswith("#"))


def test_charts_and_pictures_have_a_label_and_a_reading_aid(page: Page) -> None:
    charts = [div for div in page.all("div") if "data-figure" in div]
    figures = json.loads(page.scripts[0])["figures"]
    named = ["odds", "forest", "differences", "funnel", "anatomy", "endings", "positions", "survival"]
    assert [chart["data-figure"] for chart in charts] == named and set(figures) == set(named)
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    assert page.text.count("How to read it.") == len(charts)
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.all("svg"))


def test_key_numbers_are_readable_without_script_and_what_they_are_not(page: Page) -> None:
    for words in ("More of it", "48 %", "13 %", "12 %", "+35", "Distrust", "More trials", "seed 1"):
        assert words.lower() in page.text.lower(), words
    for words in ("on the model's priors", "Knowledge ends on 6 January 2025", "stated judgements", "Not meant for"):
        assert words in page.text, words


def test_circles_count_the_odds(page: Page) -> None:
    kinds = [circle["class"] for circle in page.all("circle")]
    assert len(kinds) == 100
    assert kinds.count("yes") + kinds.count("sure") == 13


@pytest.mark.parametrize(
    ("trials", "changes", "words"),
    [
        ([failure()] * 320, {"reference_class": None}, ("Not seen once", "0 in 320, below")),
        # (.5 / 320.5)^.75 (.1421 / .8579)^.25 are odds of .0050.
        ([failure()] * 320, {}, ("under 1 % within 365 days", "nothing (0 in 320, below 2 %)")),
        ([ceasefire(1)] * 64, {"reference_class": None}, ("none failed", "Nearly certain")),
    ],
)
def test_what_never_and_what_always_happens_is_in_words(trials: Any, changes: Any, words: tuple[str, str]) -> None:
    page = Page(report([made_run(trials, **changes)]))
    assert all(said in page.text for said in words)


def test_the_sources_of_the_number_stand_in_one_box(page: Page) -> None:
    box = page.text.partition("How this number is made")[2]
    assert "the model alone" in box and "12 %" in box and "the reference class" in box and "14 %" in box
    assert page.text.count("the model alone") == 1
    plain = Page(report([mixed(80, 560, reference_class=None)]))
    assert not plain.all("select") and "forest" not in json.loads(plain.scripts[0])["figures"]  # one run: no comparison
    assert "12 % within 365 days" in plain.text
    assert "How this number is made" not in plain.text


def test_imposed_ceasefires_and_those_still_in_force_stand_beside_the_odds() -> None:
    won = {"victory": 2, "victory_week": 30, "broad_week": 30}
    kept, broken = [ceasefire(1)] * 320, [{**ceasefire(1), "in_force_180_week": -1, "stage": 8}] * 80
    imposed = [failure("victory", **won, imposed=1)] * 160
    trials = [*kept, *broken, *imposed, *[failure("victory", **won)] * 80]
    page = Page(report([made_run(trials, reference_class=None)]))
    for words in (
        "50 % Still in force after 180 days, band",
        "80 % of the ceasefires that begin by day 365 and last 30 days or more (400 trials with one)",
        "38 % South wins.",
        "25 % South does. That is an ending of its own, part of the wins above, and no lasting ceasefire.",
    ):
        assert words in page.text, words
    (drawn,) = (one for name, one in json.loads(page.scripts[0])["figures"].items() if name == "endings")
    shares = {one["name"]: one["x"] for one in drawn["data"]}
    assert shares["South wins"] == [12.5] and shares["Victory of South, ceasefire imposed"] == [25.0]
    short = Page(report([made_run(trials, reference_class=None, follow_up_weeks=20)]))
    assert "follows it for 20 weeks after the horizon, and 26 are needed" in short.text
    assert "after 180 days: \u2013" in short.text


def test_runs_with_another_horizon_stand_in_the_table_without_the_missing_days() -> None:
    runs = [mixed(8, name="base"), mixed(8, name="short", title="Short one", horizon_weeks=26)]
    assert "Short one" in Page(report(runs)).text


@pytest.fixture(scope="module")
def clean() -> Page:
    return Page(report([mixed(8, name="a"), mixed(9, name="b")]))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_of_a_scenario_are_shown_literally(clean: Page, payload: str) -> None:
    texts: Any = dict.fromkeys(("title", "supposes", "question", "resolution"), payload)
    texts["parties.North.sources"] = {"*": {"source": payload}}
    page = Page(report([mixed(8, name=payload, **texts), mixed(9, name="b", **texts)]))
    assert page.shape == clean.shape
    assert re.sub(r"\s+", " ", payload) in page.text
    assert payload in json.loads(page.scripts[0])["scenarios"][0]["supposes"]
    assert not set("<>&\u2028\u2029") & set(page.scripts[0])


def test_neither_data_nor_a_script_can_end_its_element() -> None:
    said = script_data({"a": "</script>\u2028&"})
    assert json.loads(said) == {"a": "</script>\u2028&"}
    assert not set("<>&\u2028") & set(said)
    with pytest.raises(ValueError, match="end its own element"):
        inline_script("'</SCRIPT>'")


def test_an_unknown_base_no_runs_and_a_file_in_the_way_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ParleyError, match="no run 'other'; there are made"):
        write_report([mixed(4)], tmp_path / "x.html", "other")
    with pytest.raises(ParleyError, match="at least one run"):
        write_report([], tmp_path / "x.html")
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError):
        write_report([mixed(4)], tmp_path / "file" / "x.html")


def test_the_base_comes_first_whatever_the_order(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report([mixed(20, name="a", title="Likely"), mixed(4, name="b", title="Unlikely")], path, base="b")
    options = re.findall(r"<option[^>]*>([^<]*)<", path.read_text())
    assert options == ["Unlikely (base)", "Likely"]


def test_a_difference_has_the_digits_of_its_interval() -> None:
    for row, said, between in (
        ((0.051, 0.048, 0.054), "+5.1", "+4.8 to +5.4"),
        ((0.12, 0.05, 0.19), "+12", "+5 to +19"),
        ((0.0004, 0.0001, 0.0007), "under +0.1", "0 to +0.1"),
        ((-0.03, -0.07, 0.01), "not clear", "\u22127 to +1"),
    ):
        cell = difference_cell(dict(zip(("difference", "lo", "hi"), row, strict=True)))
        assert (cell["said"], cell["range"]) == (said, between)
