"""The parts that the report works out itself: sliders over a surface, ranges, terms, told trials, the long table."""

import csv
import io
import json
import re
import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from dashboards.report import computed_parts, sections
from dashboards.report.build import report, write_report
from dashboards.theme import literal
from sim.analysis.replay.select_trial import first
from sim.analysis.surrogate import fit as fitting
from sim.execution.run import run
from sim.results.run import Run
from sim.statistics.level import pooled, smoothed
from sim.storage.provenance import engine_digest
from tests.dashboards.factories import REFERENCE, mixed
from tests.dashboards.payloads import HOSTILE
from tests.dashboards.report.test_build import PAYLOADS, Page
from tests.factories import minimal_scenario


def real_run(names: tuple[str, ...] = (), *, label: str = "A halt", **changes: Any) -> Run:
    """A small run that the engine tells again; ``names`` are the landmarks of its issues, ten each."""
    issues = ("territory", "forces", "aid", "trade", "flags")
    names = names or tuple(f"mark {number}" for number in range(50))
    strain = {"low": 0.1, "central": 0.3, "high": 0.6}
    changes = {"parties.North.strain": strain, "parties.South.strain": strain, **changes}
    for number, issue in enumerate(issues):
        marks = enumerate(names[10 * number : 10 * number + 10])
        changes[f"issues.{issue}.landmarks"] = [{"at": (place + 0.5) / 10, "name": name} for place, name in marks]
    changes = {"reference_class": REFERENCE, "tracks.ceasefire.label": label, **changes}
    return run(minimal_scenario(issues=issues, **changes), trials=320, seed=1, workers=1, name="made up/base")


@pytest.fixture(scope="module", autouse=True)
def small_surface() -> Any:
    """A surface of a few trials, which is no test of the surface but of the page around it."""
    patch = pytest.MonkeyPatch()
    patch.setattr(fitting, "response", partial(fitting.response, points=256, settings=4, workers=1))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def base() -> Run:
    return real_run()


@pytest.fixture(scope="module")
def page(base: Run) -> Page:
    return Page(report([base]))


def test_every_part_has_its_section_in_the_order_of_the_app_and_its_figure(page: Page) -> None:
    ids = [section["id"] for section in page.all("section") if "id" in section]
    parts = ["when", "what-if", "scenarios", "funnel", "why", "endings", "apart", "terms", "matters", "trials"]
    assert ids == [*parts, "limits", "sources"]
    links = [link["href"][1:] for link in page.all("a") if link["href"].startswith("#")]
    assert set(parts) - {"scenarios"} <= set(links)  # one run has nothing to be compared with
    asked = {div["data-figure"] for div in page.all("div") if "data-figure" in div}
    figures = json.loads(page.scripts[0])["figures"]
    assert asked == set(figures)
    assert {"what-if", "positions", "range-0", "terms", "survival"} <= asked


def test_sliders_start_at_their_central_stop_and_say_low_and_high(page: Page) -> None:
    surface = json.loads(page.scripts[0])["surface"]
    sliders = [one for one in page.all("input") if one.get("type") == "range"]
    assert len(sliders) == len(surface["inputs"]) == 2
    for slider, one in zip(sliders, surface["inputs"], strict=True):
        values = [value for _, value in one["stops"]]
        assert slider["max"] == str(len(values) - 1)
        assert values[int(slider["value"])] == pytest.approx(0.3, rel=0.1)
        assert f"low {values[0]:.2f}" in page.text and f"high {values[-1]:.2f}" in page.text


def test_the_error_of_the_surface_is_said_where_it_is_read(base: Run, page: Page) -> None:
    more = computed_parts.more_of(base)
    assert more.response is not None
    rmse, largest = 100 * more.response.rmse[-1], 100 * more.response.largest[-1]
    assert "A fitted surface, not the model." in page.text
    assert f"{rmse:.1f} points" in page.text and f"{largest:.1f} at most" in page.text
    assert "parley run 'made up/base'" in page.text


def test_nothing_moved_is_the_headline_of_the_base(base: Run) -> None:
    more = computed_parts.more_of(base)
    assert more.response is not None
    cells = list(base.summary["tiers"]["durable"].values())
    for p, cell in zip(more.response.at({}), cells, strict=True):
        assert p == pytest.approx(cell["p"], abs=5e-4)  # an event never seen has no logit to be moved to
    cell = cells[-1]
    assert computed_parts.bars(more.response)[0]["central"] == pytest.approx(cell["p"], abs=5e-4)
    assert cell["p"] == pytest.approx(float(pooled((smoothed(cell["model"], 320), cell["reference"]), (0.75, 0.25))))


def test_commands_are_quoted_for_a_shell(page: Page) -> None:
    surface = json.loads(page.scripts[0])["surface"]
    assert shlex.split(surface["command"]) == ["parley", "run", "made up/base"]
    assert shlex.split(surface["inputs"][0]["set"] + "0.2")[1] == surface["inputs"][0]["name"] + "=0.2"


def test_trials_are_told_with_their_dates(base: Run, page: Page) -> None:
    assert "First lasting halt" in page.text
    assert f"--trial {first(base)} --seed 1" in page.text
    assert len(page.all("ol")) == len(computed_parts.told(base)) >= 2


def test_the_long_table_can_be_saved(base: Run, page: Page) -> None:
    links = {link["download"]: link["href"] for link in page.all("a") if "download" in link}
    rows = list(csv.DictReader(io.StringIO(unquote(links["parley-base-long.csv"].partition(",")[2]))))
    last = str(max(map(int, base.summary["tiers"]["durable"])))
    wanted = {"target": "durable halt", "horizon": last, "output_type_id": "yes"}
    said = next(row for row in rows if wanted.items() <= row.items())
    assert float(said["value"]) == pytest.approx(base.summary["tiers"]["durable"][last]["p"], abs=1e-5)
    assert "parley-summary.csv" in links


def test_without_sliders_the_page_has_no_surface(base: Run, tmp_path: Path) -> None:
    write_report([base], tmp_path / "plain.html", what_if=False)
    page = Page((tmp_path / "plain.html").read_text(encoding="utf-8"))
    assert "surface" not in json.loads(page.scripts[0])
    assert not {"what-if", "matters"} & {section.get("id") for section in page.all("section")}
    assert "First lasting halt" in page.text


def test_progress_is_told(base: Run, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_report([base], tmp_path / "page.html", progress=lambda done, wanted: seen.append((done, wanted)))
    assert seen and seen[-1][0] == seen[-1][1]


def test_a_run_that_the_engine_does_not_repeat_gets_no_surface_of_another_model() -> None:
    page = Page(report([mixed(80, 560)]))
    assert "surface" not in json.loads(page.scripts[0])
    assert "trials" not in {section.get("id") for section in page.all("section")}
    assert "do not come out the same again, so there are no sliders here" in page.text


@pytest.mark.parametrize(
    ("manifest", "said"),
    [({"engine": "older"}, "made by another version of the engine"), ({"parties": {"North": "x:Y"}}, "parties of its")],
)
def test_it_is_said_why_there_are_no_sliders(manifest: dict[str, Any], said: str) -> None:
    known = {"scenario_digest": "0" * 16, "engine": engine_digest(), "versions": {"parley": "0"}}
    page = Page(report([replace(mixed(80, 560), manifest=known | manifest)]))
    assert said in page.text and page.text.count("no sliders here") == 1


def test_the_band_of_the_base_is_that_of_its_run(base: Run) -> None:
    more = computed_parts.more_of(base)
    assert more.response is not None
    for (low, high), cell in zip(more.response.band({}), base.summary["tiers"]["durable"].values(), strict=True):
        if cell["model_lo"] < cell["model_hi"]:  # where draws differ by more than chance
            assert (low, high) == pytest.approx((cell["lo"], cell["hi"]), abs=0.03)
    assert f"{100 * more.response.band_rmse[-1]:.1f} points" in Page(report([base])).text


def test_fifty_hostile_texts_are_shown_literally_in_every_part(page: Page) -> None:
    """As landmarks they stand in tables, figures and stories; as labels of tracks in captions and titles."""
    assert len(HOSTILE) == 50
    found = real_run(HOSTILE, label=PAYLOADS[2])
    hostile = Page(report([found]))
    assert hostile.shape == page.shape
    assert sum(name in hostile.text for name in HOSTILE) >= 8 and PAYLOADS[2] in hostile.text
    drawn = re.sub("<br>", " ", json.dumps(json.loads(hostile.scripts[0])["figures"], ensure_ascii=False))
    hidden = [name for name in HOSTILE if json.dumps(literal(name), ensure_ascii=False)[1:-1] not in drawn]
    assert len(hidden) < 10, hidden  # landmarks of an issue that is cut short or not drawn
    assert not set("<>&") & set(hostile.scripts[0])


@pytest.mark.parametrize("vary", [True, False])
def test_inputs_are_drawn_only_where_the_odds_vary(base: Run, vary: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (computed_parts, sections):
        monkeypatch.setattr(module, "odds_vary", lambda response: vary)
    written = report([base])
    page = Page(written)
    figures = json.loads(page.scripts[0])["figures"]
    assert ("tornado" in figures) is vary is ("tornado" in {div.get("data-figure") for div in page.all("div")})
    assert written.count("The odds do not vary over these") == (0 if vary else 2)
    assert ("that move the odds most" in written) is vary
    assert "all central" not in json.dumps(figures.get("tornado"))
