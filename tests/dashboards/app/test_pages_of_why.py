"""The pages Why, Terms, What matters and One trial, laid out for scenarios of every kind."""

from dataclasses import replace
from typing import Any

import pytest

import sim
from dashboards.app import study_section
from dashboards.app.background_jobs import desk
from dashboards.app.pages import sensitivity, terms, trial, why
from dashboards.app.server import make_app
from dashboards.tables.studies import bars
from sim.results.run import Run
from sim.scenario.catalogue import catalogue
from tests.dashboards.app.conftest import HOST, Client, found, plain, said, service_over, view_of
from tests.dashboards.app.test_background_jobs import until
from tests.factories import FEAR, QUIET, minimal_scenario, varying

PAGES = (why, terms, sensitivity, trial)
TEACHING = [name for name in (entry.name for entry in catalogue()) if name.startswith("teaching/")]


@pytest.fixture(scope="module")
def minimal_run() -> Run:
    return sim.run("teaching/minimal", trials=256, seed=1, workers=1)


@pytest.mark.parametrize("name", TEACHING)
def test_every_page_is_laid_out_for_every_teaching_scenario(name: str) -> None:
    view = view_of(sim.run(name, trials=64, seed=1, workers=1))
    for module in PAGES:
        tree = plain(module.layout(view))
        ids = [one for one in found(tree, "id") if isinstance(one, str)]
        assert len(ids) == len(set(ids))
        assert "bug" not in said(tree)


def test_why_has_its_four_charts_each_with_a_sentence(minimal_run: Run) -> None:
    tree = plain(why.layout(view_of(minimal_run)))
    captions = [one for one in found(tree, "type") if one == "Figcaption"]
    assert len(captions) == len([one for one in found(tree, "figure") if one]) == 4
    assert "the width of the range" in said(tree) or "lost between" in said(tree) or "of trials" in said(tree)


def test_a_run_that_never_signs_says_so_in_words() -> None:
    run = sim.run(minimal_scenario(**QUIET, **FEAR), trials=64, seed=1, workers=1)
    view = view_of(run)
    assert "No trial signed a general halt" in said(plain(terms.layout(view)))
    assert "failed" in said(plain(trial.layout(view)))


@pytest.mark.parametrize("number", ["-1", "256", "x", "1e3", "٣", "9" * 40, "<b>"])
def test_a_trial_that_is_none_is_refused_in_words(minimal_run: Run, number: str) -> None:
    tree = plain(trial.layout(view_of(minimal_run, trial=number)))
    assert "this run has trials 0 to 255" in said(tree)
    assert not list(found(tree, "figure"))


def test_a_trial_asked_for_is_shown_with_its_story(minimal_run: Run) -> None:
    tree = plain(trial.layout(view_of(minimal_run, trial="5")))
    assert "Trial 5, week by week" in said(tree)
    weeks = [int(week) for week in found(tree, "data-week")]
    assert weeks and weeks == sorted(weeks)
    (dates,) = found(tree, "data-dates")
    (states,) = found(tree, "data-states")
    n = minimal_run.scenario.horizon_weeks + minimal_run.scenario.follow_up_weeks
    assert len(dates.split()) == len(states.split()) == n
    assert set(states.split()) <= set("wrfhio")


def test_a_study_runs_and_is_drawn(minimal_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensitivity, "TRIALS_PER_BAR", 64)
    run = replace(minimal_run, scenario=varying(minimal_run.scenario))
    view = view_of(run)
    at = desk(view.service)
    study = sensitivity.STUDIES["tornado"]
    task = at.start(("tornado", view.scenario_name), "a study", lambda p: study.work(run, p, at, view.scenario_name))
    until(lambda: task.state != "running")
    assert task.problem == ""
    body, is_running = study_section.shown(sensitivity.STUDIES["tornado"], task, narrow=True)
    assert not is_running
    assert len(list(found(plain(body), "figure"))) == 1
    assert len(bars(task.result)) <= 15


def test_too_few_trials_for_boxes_are_named(minimal_run: Run) -> None:
    at = desk(view_of(minimal_run).service)
    task = at.start(("boxes", "x"), "a study", lambda p: sensitivity.STUDIES["boxes"].work(minimal_run, p, at, "x"))
    until(lambda: task.state == "failed")
    body, _ = study_section.shown(sensitivity.STUDIES["boxes"], task, narrow=False)
    assert "256 trials are too few" in said(plain(body))


def asked(run: Run, search: str, screen: object = "wide") -> Any:
    """The answer to a press on Start of the first study, as a browser would send it."""
    service = service_over([run])
    client = Client(make_app(service, [HOST]))
    values = {"matters-tornado-start.n_clicks": 1, "url.search": search, "screen.data": screen}
    return client.send(client.body("matters-tornado-found.children", values)), desk(service)


def test_start_begins_a_study_and_shows_that_it_runs(minimal_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensitivity, "TRIALS_PER_BAR", 64)
    answer, at = asked(minimal_run, f"?scenario={minimal_run.name}")
    assert answer.status_code == 200
    task = at.task(("tornado", minimal_run.name))
    assert task is not None
    assert answer.get_json()["response"]["matters-tornado-start"]["disabled"] is True
    until(lambda: task.state == "done")


@pytest.mark.parametrize(("search", "screen"), [("?scenario=nowhere", "wide"), ("?scenario=" + "x" * 9000, "wide"),
                                                ("?scenario=made", ["wide"]), ("?set=x", "wide")])  # fmt: skip
def test_what_no_page_would_send_starts_nothing(minimal_run: Run, search: str, screen: object) -> None:
    answer, at = asked(minimal_run, search, screen)
    assert answer.status_code in (400, 422)
    assert at.running is None
