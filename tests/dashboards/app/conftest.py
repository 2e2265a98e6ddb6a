"""A dashboard over a small scenario, simulated in this process: no workers, no port."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from plotly.utils import PlotlyJSONEncoder

from dashboards.app.background_jobs import desk
from dashboards.app.page import View
from dashboards.app.server import make_app
from dashboards.app.simulation_service import Service
from sim.execution.run import run as simulate
from sim.results.run import Run
from sim.scenario.reading.load import load

NAME = "teaching/minimal"
HOST = "localhost"


class InlinePool:
    """Computes at once what it is given; counts."""

    def __init__(self) -> None:
        self.n_submitted = 0

    def submit(self, function: Any, item: Any) -> Future[Any]:
        self.n_submitted += 1
        future: Future[Any] = Future()
        try:
            future.set_result(function(item))
        except Exception as problem:
            future.set_exception(problem)
        return future

    def restart(self) -> None: ...

    def stop(self) -> None: ...


def service_over(runs: Sequence[Run]) -> Service:
    service = Service(trials=256, workers=2)
    service._pool = InlinePool()  # type: ignore[assignment]
    for run in runs:
        service.add_run(run)
    return service


@pytest.fixture(scope="session", autouse=True)
def no_rate() -> Iterator[None]:
    """Tests ask faster than people do; ``test_connections`` sets the rates that it looks at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboards.app.security.RATE", 1e9)
        patch.setattr("dashboards.app.security.BURST", 1e9)
        yield


@pytest.fixture(scope="session")
def base() -> Run:
    return simulate(load(NAME), trials=256, seed=1, workers=1, name=NAME)


@pytest.fixture
def service(base: Run) -> Iterator[Service]:
    made = service_over([base])
    yield made
    made.stop()


@pytest.fixture
def app(service: Service) -> Dash:
    return make_app(service, [HOST])


class Client:
    """Asks as the browser would: callbacks by a piece of their output's name, inputs and states by ``id.property``."""

    def __init__(self, app: Dash) -> None:
        self.flask = app.server.test_client()
        self.callbacks = {one["output"]: one for one in self.flask.get("/_dash-dependencies").json}

    def body(self, piece: str, values: dict[str, Any]) -> dict[str, Any]:
        output = next(name for name in self.callbacks if piece in name)
        known = self.callbacks[output]

        def filled(kind: str) -> list[dict[str, Any]]:
            asked = [(one["id"], one["property"]) for one in known[kind]]
            return [{"id": name, "property": what, "value": values.get(f"{name}.{what}")} for name, what in asked]

        names = output.strip(".").split("...") if output.startswith("..") else [output]
        outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
        given = {"inputs": filled("inputs"), "state": filled("state")}
        changed = [f"{one['id']}.{one['property']}" for one in known["inputs"]][:1]
        given |= {"outputs": outputs if output.startswith("..") else outputs[0], "changedPropIds": changed}
        return {"output": output, **given}

    def send(self, body: Any, **options: Any) -> Any:
        return self.flask.post("/_dash-update-component", json=body, **options)

    def call(self, piece: str, **values: Any) -> Any:
        return self.send(self.body(piece, {key.replace("__", ".").replace("_", "-"): v for key, v in values.items()}))

    def page(self, path: str, search: str = "", screen: str = "wide") -> Any:
        values = {"url.pathname": path, "url.search": search, "screen.data": screen}
        return self.send(self.body("page.children", values))

    def laid_out(self, path: str, search: str = "", screen: str = "wide") -> Any:
        answer = self.page(path, search, screen)
        assert answer.status_code == 200, answer.text[:300]
        return answer.json["response"]["page"]["children"]


@pytest.fixture
def client(app: Dash) -> Client:
    return Client(app)


def plain(component: Any) -> Any:
    return json.loads(json.dumps(component, cls=PlotlyJSONEncoder))


def found(tree: Any, key: str) -> Iterator[Any]:
    """All values of ``key`` anywhere in a layout as JSON."""
    if isinstance(tree, dict) and key in tree:
        yield tree[key]
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from found(child, key)


def said(tree: Any) -> str:
    """All texts of a layout in their order, charts left out, with a stroke after each."""
    if isinstance(tree, str):
        return f"{tree}|"
    if isinstance(tree, dict):
        return said(tree["props"].get("children")) if "props" in tree else "".join(map(said, tree.values()))
    return "".join(map(said, tree)) if isinstance(tree, list) else ""


def view_of(run: Run, folder: Path | None = None, **query: str) -> View:
    service = Service(run.n_trials)
    service.add_run(run)
    desk(service).folder = folder
    return View(run.name, run, [run], service, query)


def move(changes: dict[str, Any], scenario: str = NAME, number: Any = 1) -> dict[str, Any]:
    return {"scenario": scenario, "set": changes, "number": number, "narrow": False}
