"""Odds that do not vary: every study says so, ranks nothing, and has null in JSON where influence is not known.

Four scenarios: a halt never comes (but for the luck of a war), it always comes, nothing is uncertain, and one input
alone that moves nothing. The last test holds that studies of odds that do vary go on as before.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from rich.console import Console

import sim
from sim.analysis.discovery.discover import discover
from sim.analysis.failure.decompose import decompose
from sim.analysis.sensitivity.constant_outcomes import DO_NOT_VARY, NO_INPUT, is_significant
from sim.analysis.sensitivity.morris import morris
from sim.analysis.sensitivity.sobol import sobol
from sim.analysis.sensitivity.tornado import tornado
from sim.analysis.sensitivity.value_of_information import value_of_information
from sim.analysis.variance_reduction.methods import fewer_trials
from sim.cli.commands.compare import show_decomposition
from sim.cli.commands.discover import show_discovery
from sim.cli.commands.efficiency import show_fewer_trials
from sim.cli.commands.levers import show_information
from sim.cli.commands.sensitivity import show_sensitivity
from sim.errors import ParleyError
from sim.execution.run import run, run_many
from sim.results.formatting import plain
from sim.scenario.schema import Scenario
from tests.factories import changed, varying

SIDES = ("North", "South")


def three(central: float, by: float) -> dict[str, float | None]:
    return {"value": None, "low": central - by, "central": central, "high": central + by}


@cache
def scenario(name: str) -> Scenario:
    war = sim.load("teaching/minimal").model_copy(update={"calibration": None})
    pie = sim.load("teaching/fearons_pie")
    match name:
        case "never":
            changes: dict[str, Any] = {f"parties.{side}.strain": three(0.001, 0.001) for side in SIDES}
            changes |= {f"parties.{side}.optimism": three(0.95, 0.05) for side in SIDES}
            return changed(war, **changes)
        case "always":
            return changed(pie, **{f"parties.{side}.strain": three(0.12, 0.02) for side in SIDES})
        case "certain":
            return pie
        case "one input":
            return changed(pie, **{"parties.North.strain": three(0.12, 0.02)})
    return varying(war)


@cache
def of(name: str) -> sim.Run:
    return run(scenario(name), trials=4_096, name=name, workers=1)


def said_by(show: Callable[[Console], object]) -> str:
    text = io.StringIO()
    show(Console(file=text, width=100, markup=False))
    return " ".join(text.getvalue().split())


def sensitivity(found: Any) -> tuple[str, Any]:
    return said_by(lambda to: show_sensitivity(found, "x", to)), found.as_dict()


def by_tornado(name: str) -> tuple[str, Any]:
    return sensitivity(tornado(scenario(name), trials=512, workers=1))


def by_sobol(name: str) -> tuple[str, Any]:
    return sensitivity(sobol(scenario(name), rows=256, workers=1))


def by_morris(name: str) -> tuple[str, Any]:
    return sensitivity(morris(scenario(name), trajectories=20, trials=64, workers=1))


def by_discover(name: str) -> tuple[str, Any]:
    found = discover(of(name))
    return said_by(lambda to: show_discovery(found, to)), found.as_dict()


def by_information(name: str) -> tuple[str, Any]:
    found = value_of_information(of(name))
    return said_by(lambda to: show_information(found, to)), found.as_dict()


STUDIES = {study.__name__: study for study in (by_tornado, by_sobol, by_morris, by_discover, by_information)}
KNOWN_ONLY_WITH_VARIATION = {
    "by_tornado": ("inputs", ("swing",)),
    "by_sobol": ("inputs", ("first", "first_lo", "first_hi", "total", "total_lo", "total_hi")),
    "by_morris": ("inputs", ("mu", "mu_star", "lo", "hi", "sigma")),
    "by_information": ("unknowns", ("movement", "lo", "hi", "share", "at_low", "at_high")),
}


@pytest.mark.parametrize("name", ["never", "always", "one input"])
@pytest.mark.parametrize("study", STUDIES)
def test_nothing_is_ranked_where_odds_do_not_vary(study: str, name: str) -> None:
    text, found = STUDIES[study](name)
    assert DO_NOT_VARY in text
    for word in ("moves the odds most", "Knowing", "clearly matter", "does most", "======", "nan", " 0.00 ", "0 to 0 "):
        assert word not in text
    json.dumps(found, allow_nan=False)
    assert found["varies"] is False
    if study in KNOWN_ONLY_WITH_VARIATION:
        rows, keys = KNOWN_ONLY_WITH_VARIATION[study]
        assert found[rows] and all(row[key] is None for row in found[rows] for key in keys)
    else:
        assert found["boxes"] == [] and found["tree"]["explains"] is None


@pytest.mark.parametrize("study", STUDIES)
def test_a_scenario_without_uncertain_inputs_is_answered_in_words(study: str) -> None:
    try:
        text, found = STUDIES[study]("certain")
    except ParleyError as problem:
        assert "nothing to" in str(problem)  # noqa: PT017 - either is an answer
        return
    assert NO_INPUT in text and "nan" not in text
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("study", STUDIES)
def test_odds_that_vary_are_ranked_as_before(study: str) -> None:
    text, found = STUDIES[study]("varying")
    assert found["varies"] is True and DO_NOT_VARY not in text
    if study in KNOWN_ONLY_WITH_VARIATION:
        rows, keys = KNOWN_ONLY_WITH_VARIATION[study]
        assert all(found[rows][0][key] is not None for key in keys)


@pytest.mark.parametrize("name", ["never", "always"])
def test_no_method_gains_where_all_trials_end_alike(name: str) -> None:
    still = changed(scenario(name), **{"war.victory_hazard": 0, "war.momentum_volatility": 0})
    found = fewer_trials(still, trials=2_048)
    text = said_by(lambda to: show_fewer_trials(found, to))
    assert "do not vary" in text and "nan" not in text and "---" not in text
    json.dumps(plain(found.as_dict()), allow_nan=False)


@pytest.mark.parametrize("name", ["always", "certain"])
def test_no_change_leads_where_odds_stay(name: str) -> None:
    other = changed(scenario(name), **{"parties.North.offer_rate": 0.9})
    base, variant = of(name), run(other, trials=4_096, name="other", workers=1)
    found = decompose(base, variant, lambda wanted: run_many(wanted, workers=1))
    text = said_by(lambda to: show_decomposition(found, to))
    assert "do not vary over these changes" in text and "-0.0" not in text
    assert found.as_dict()["varies"] is False


def test_pages_say_the_same_and_draw_no_figure() -> None:
    pytest.importorskip("dash")
    from dashboards.app.pages import sensitivity
    from tests.dashboards.app.test_pages_of_why import found as values
    from tests.dashboards.app.test_pages_of_why import plain as as_plain

    for name in ("never", "always"):
        drawn = [
            sensitivity._draw_bars(tornado(scenario(name), trials=512, workers=1), False),
            sensitivity._draw_shares(sobol(scenario(name), rows=256, workers=1), False),
            sensitivity._draw_boxes(discover(of(name)), False),
        ]
        for parts in drawn:
            page = json.dumps(as_plain(parts))
            assert DO_NOT_VARY in page and not list(values(as_plain(parts), "figure"))


def test_a_difference_must_be_further_out_the_more_are_compared() -> None:
    # Student's t with 19 degrees of freedom: 2.093 standard errors for one, 3.481 for any of 20.
    assert is_significant(2.2, 2.093, 19, 1) and not is_significant(2.2, 2.093, 19, 20)
    assert is_significant(3.5, 2.093, 19, 20) and not is_significant(3.4, 2.093, 19, 20)
    assert is_significant(-0.5, 0.0, 1, 9) and not is_significant(0.0, 0.0, 1, 9)
    assert not is_significant(0.5, float("inf"), 0, 3)
