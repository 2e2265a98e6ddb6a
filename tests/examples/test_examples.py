"""The examples run as they stand."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from examples import mesa_batch, solara_app

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_fear_makes_a_durable_ceasefire_rarer_in_mesas_batch() -> None:
    found = mesa_batch.table(20)
    assert list(found["size"]) == [20, 20, 20] and found["mean"].iloc[0] > found["mean"].iloc[-1]


def test_the_notebook_runs(capsys: pytest.CaptureFixture[str]) -> None:
    notebook = json.loads((EXAMPLES / "step_by_step.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "step_by_step.ipynb", "exec"), names)
    assert "did you mean 'pressure'?" in capsys.readouterr().out
    assert not names["model"].running and names["hasty"].outcome is not None


# -- the page ------------------------------------------------------------------------------------------------------


def test_sliders_of_the_page_are_keys_of_its_scenario() -> None:
    model = solara_app.model_of(solara_app.CONTROLS)
    assert isinstance(model, sim.NegotiationModel)
    for name, control in solara_app.CONTROLS.items():
        if name.startswith("parties."):
            assert control["min"] <= control["value"] <= control["max"]
            _, party, key = name.split(".")
            assert getattr(model.inputs.scenario.parties[party], key).value == control["value"]


def test_the_page_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("mesa.visualization")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "solara", None)
    with pytest.raises(SystemExit, match="expected the packages that draw this page: pip install"):
        runpy.run_path(str(EXAMPLES / "solara_app.py"))


def widgets(one: Any) -> Iterator[Any]:
    yield one
    within = [*(getattr(one, "children", None) or [])]
    for slot in getattr(one, "v_slots", None) or []:
        within += slot["children"] if isinstance(slot["children"], list) else [slot["children"]]
    for other in within:
        if hasattr(other, "children") or hasattr(other, "v_model"):
            yield from widgets(other)


def test_the_page_has_its_sliders_and_steps_a_week(monkeypatch: pytest.MonkeyPatch) -> None:
    solara = pytest.importorskip("solara")
    pytest.importorskip("networkx")
    if not hasattr(solara.v, "TabsItems"):
        pytest.skip("Mesa's pages are written for Vuetify 2: pip install 'ipyvuetify<2'")
    steps: list[int] = []
    step = sim.NegotiationModel.step
    monkeypatch.setattr(sim.NegotiationModel, "step", lambda self: (step(self), steps.append(self.week)))

    @solara.component
    def whole() -> None:
        with solara.AppLayout():
            solara_app.page()

    box, context = solara.render(whole(), handle_error=False)
    try:
        found = list(widgets(box))
        labels = {one.label: one.v_model for one in found if type(one).__name__ == "Slider"}
        for control in solara_app.CONTROLS.values():
            assert not isinstance(control, dict) or labels[control["label"]] == control["value"]
        (button,) = [one for one in found if type(one).__name__ == "Btn" and "Step" in one.children]
        button.click()
        assert steps == [1]
    finally:
        context.close()
