"""Whatever comes in is answered or refused with a sentence: no 5xx, nothing on the console, no simulation."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.app.server import make_app
from dashboards.app.simulation_service import Service
from sim.execution.run import run as simulate
from sim.scenario.reading.load import load
from tests.dashboards.app.conftest import HOST, NAME, Client, move, service_over

HUGE = "1" + "0" * 400
VALUES = {
    "huge integer": HUGE,
    "huge negative integer": f"-{HUGE}",
    "integer past what Python reads": "9" * 5000,
    "number past what a float holds": "1e999",
    "largest float": "1e308",
    "not a number": "NaN",
    "infinity": "-Infinity",
    "minus zero": "-0.0",
    "fraction": "1.5",
    "boolean": "true",
    "nothing": "null",
    "list": "[1, [2]]",
    "mapping": '{"a": {"b": 1}}',
    "deep list": "[" * 900 + "]" * 900,
    "deeper list": "[" * 40_000 + "]" * 40_000,
    "deep mapping": '{"a":' * 900 + "1" + "}" * 900,
    "long text": json.dumps("x" * 100_000),
    "half a character": '"\\ud800"',
    "no character": '"\\u0000"',
    "long path": '"../../etc/passwd"',
    "markup": '"<b>"',
    "bytes": json.dumps("b'\\x00\\xff'"),
}
"""As they stand in a body, which may say what Python's own JSON would not write."""
HERE = "@here@"
CALLBACKS = "/_dash-update-component"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Client, Service]]:
    service = service_over([simulate(load(NAME), trials=64, seed=1, workers=1, name=NAME)])
    yield Client(make_app(service, [HOST])), service
    service.stop()


def refused_or_answered(client: Client, path: str, body: Any, value: str) -> tuple[int, str]:
    text = json.dumps(body).replace(f'"{HERE}"', value)
    answer = client.flask.post(path, data=text, content_type="application/json")
    assert answer.status_code < 500, (value[:40], answer.text[:200])
    if answer.status_code >= 400:
        said = answer.json["problem"] if answer.is_json else answer.text
        assert len(said.split()) > 1 and len(said) < 300 and "Traceback" not in said, said
    return answer.status_code, answer.text


@pytest.mark.parametrize("kind", VALUES)
def test_every_input_of_every_callback(
    served: tuple[Client, Service], kind: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    client, service = served
    asked = [one for one in client.callbacks.values() if not one.get("clientside_function")]
    assert len(asked) >= 9
    with caplog.at_level(logging.WARNING):
        for callback in asked:
            names = [f"{one['id']}.{one['property']}" for one in (*callback["inputs"], *callback["state"])]
            for given in (*({name: HERE} for name in names), dict.fromkeys(names, HERE)):
                refused_or_answered(client, CALLBACKS, client.body(callback["output"], given), VALUES[kind])
    assert not caplog.records and capsys.readouterr() == ("", "") and service.n_simulated == 0


@pytest.mark.parametrize("field", ["output", "outputs", "inputs", "state", "changedPropIds", "end_id", "other"])
def test_every_field_of_a_body(served: tuple[Client, Service], field: str, caplog: pytest.LogCaptureFixture) -> None:
    client, service = served
    for value in VALUES.values():
        body = {**client.body("page.children", {"url.pathname": "/sources"}), field: HERE}
        refused_or_answered(client, CALLBACKS, body, value)
    assert not caplog.records and service.n_simulated == 0


@pytest.mark.parametrize("place", ["scenario", "set", "number", "narrow", "value", "all"])
@pytest.mark.parametrize("path", ["/what-if/ahead", "what-if-changes.data", "what-if-calm.data"])
def test_every_part_of_a_move(
    served: tuple[Client, Service], path: str, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    client, service = served
    asked: Any = move({"war.momentum": HERE if place == "value" else "0.1"})
    asked = HERE if place == "all" else asked if place == "value" else {**asked, place: HERE}
    for kind, value in VALUES.items():
        if (place, kind) == ("narrow", "boolean"):  # as it should be
            continue
        if path.startswith("/"):
            status, text = refused_or_answered(client, path, asked, value)
        else:
            piece = "what-if-chart.figure..." if "changes" in path else "what-if-reasons"
            status, text = refused_or_answered(client, CALLBACKS, client.body(piece, {path: asked}), value)
        assert status in (400, 413, 422), (value[:40], text[:100])
    assert not caplog.records and service.n_simulated == 0


ADDRESSES = (
    "/_dash-component-suites/../../x",
    "/_dash-component-suites/dash/../../x",
    "/_dash-component-suites/dash/nope.js",
    "/_dash-component-suites/nobody/x.js",
    "/_dash-component-suites/dash/dcc/async-graph.js/../../x",
    "/_dash-component-suites/x",
    "/_dash-component-suites/dash/%00.js",
    "/assets/%00",
    "/assets/%ff/../x",
    "/%ff",
    "/" + "x" * 5000,
    f"/scenario.yaml?scenario={NAME}&set=war.momentum={HUGE[:200]}",
    f"/scenario.yaml?scenario={NAME}&set=war.momentum=1e400",
    f"/scenario.yaml?scenario={NAME}&set=war.momentum=nan",
    "/scenario.yaml?scenario=%00&set=%ff",
    "/scenario.yaml?" + "set=a=1&" * 2000,
)


@pytest.mark.parametrize("address", ADDRESSES, ids=range(len(ADDRESSES)))
def test_addresses_that_lead_nowhere(
    served: tuple[Client, Service], address: str, caplog: pytest.LogCaptureFixture
) -> None:
    client, _ = served
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "HEAD"):
        answer = client.flask.open(address, method=method)
        assert answer.status_code < 500
        if method == "GET":
            assert 400 <= answer.status_code and len(answer.text.split()) > 2 and len(answer.text) < 300, answer.text
    assert not caplog.records


def test_the_app_that_is_fuzzed_has_all_pages(served: tuple[Client, Service]) -> None:
    outputs = "".join(served[0].callbacks)
    assert all(piece in outputs for piece in ("page.children", "what-if-chart", "scenarios-body", "matters", "record"))
