"""Nothing but this computer's own pages gets an answer, and nothing that comes in can start a simulation by mistake."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client as WsgiClient

from dashboards.app import security
from dashboards.app.server import make_app
from dashboards.app.simulation_service import Service
from tests.dashboards.app.conftest import NAME, Client, move

MOVE = {"what-if-changes.data": move({"war.momentum": "0.1"})}


def n_simulated(service: Service) -> int:
    return service.n_simulated


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:1", "", "localhost@evil", "[::2]"]
)
@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/scenario.yaml", "/assets/app/app.js", "/nowhere"])
def test_a_foreign_host_gets_400(client: Client, service: Service, host: str, path: str) -> None:
    answer = client.flask.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert n_simulated(service) == 0


def test_a_foreign_host_starts_no_simulation(client: Client, service: Service) -> None:
    answer = client.send(client.body("what-if-chart", MOVE), headers={"Host": "evil.example"})
    assert (answer.status_code, n_simulated(service)) == (400, 0)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost", "http://localhost:99"])
def test_a_foreign_origin_is_refused(client: Client, service: Service, origin: str) -> None:
    answer = client.send(client.body("what-if-chart", MOVE), headers={"Origin": origin})
    assert (answer.status_code, n_simulated(service)) == (403, 0)


def test_another_sites_form_is_refused(client: Client) -> None:
    answer = client.send(client.body("what-if-chart", MOVE), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_its_own_origin_is_welcome(client: Client, service: Service) -> None:
    answer = client.send(client.body("what-if-chart", MOVE), headers={"Origin": "http://localhost"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/assets/app/app.js", "/nowhere"])
def test_every_answer_carries_the_policy(client: Client, path: str) -> None:
    policy = client.flask.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    scripts = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe" not in scripts
    assert "http" not in policy


def test_the_policy_allows_the_one_inline_script(client: Client) -> None:
    """The hash in the header is that of the script on the page, or nothing would run."""
    import base64
    import hashlib
    import re

    page = client.flask.get("/")
    inline = re.findall(r"<script(?![^>]*(?:src=|json))[^>]*>(.*?)</script>", page.text, re.S)
    assert len(inline) == 1
    digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page.headers["Content-Security-Policy"]


def test_a_body_over_a_megabyte_is_refused(client: Client, service: Service) -> None:
    body = client.body("what-if-chart", MOVE) | {"changedPropIds": ["x" * 1_100_000]}
    assert client.send(body).status_code in (400, 413)
    assert n_simulated(service) == 0


BAD_BODIES = [
    None,
    [],
    "text",
    7,
    {},
    {"output": 3},
    {"output": ["page.children"]},
    {"output": "nobody.children", "inputs": [], "state": []},
    {"output": "page.children"},
    {"output": "..page.children...nav.children..", "inputs": []},
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_what_is_no_request_of_a_page_is_refused(client: Client, service: Service, body: Any) -> None:
    assert client.send(body).status_code == 400


def test_no_json_is_refused(client: Client) -> None:
    path = "/_dash-update-component"
    for data in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"output": NaN}'):
        assert client.flask.post(path, data=data, content_type="application/json").status_code == 400
    assert client.flask.post(path, data=b"{}", content_type="text/plain").status_code == 400


@pytest.mark.parametrize("callback", ["what-if-chart", "page.children"])
def test_missing_renamed_and_surplus_inputs_are_refused(client: Client, service: Service, callback: str) -> None:
    sound = client.body(callback, MOVE)
    one = sound["inputs"][0]
    spoiled: list[dict[str, Any]] = [
        {**sound, "inputs": []},
        {**sound, "inputs": None},
        {**sound, "inputs": {}},
        {**sound, "inputs": [one, *sound["inputs"]]},
        {**sound, "inputs": [{**one, "id": "other"}, *sound["inputs"][1:]]},
        {**sound, "inputs": [{**one, "id": {"type": "x"}}, *sound["inputs"][1:]]},
        {**sound, "inputs": [[one], *sound["inputs"][1:]]},
        {**sound, "state": [{"id": "x", "property": "data", "value": 1}]},
        {**sound, "changedPropIds": ["other.data"]},
        {**sound, "changedPropIds": 3},
        {**sound, "outputs": []},
        {**sound, "outputs": [{"id": "x", "property": "children"}]},
        {**sound, "cacheKey": "x"},
        {**sound, "job": 1},
    ]
    for body in spoiled:
        assert client.send(body).status_code == 400, body
    assert n_simulated(service) == 0


def test_background_handles_in_the_address_are_refused(client: Client) -> None:
    body = json.dumps(client.body("what-if-chart", MOVE))
    for query in ("cacheKey=x", "job=1", "cancelJob=1", "oldJob=1"):
        path = f"/_dash-update-component?{query}"
        assert client.flask.post(path, data=body, content_type="application/json").status_code == 400


BAD_MOVES: list[Any] = [
    [],
    "x",
    7,
    {"set": {}},
    move({"war.momentum": ["0.1"]}),
    move({"war.momentum": 0.1}),
    move({"war.momentum": "NaN"}),
    move({"war.momentum": "inf"}),
    move({"war.momentum": "0.1; rm"}),
    move({"war.momentum": ""}),
    move({"war.momentum": "7"}),
    move({"war.momentum": "-1.01"}),
    move({"war": "1"}),
    move({"": "1"}),
    move({"title": "1"}),
    move({"war.nothing": "1"}),
    move({"parties.Nobody.strain": "0.1"}),
    move({"parties.North": "0.1"}),
    move({"parties.North.usual_level": "4"}),
    move({"parties.North.usual_level": "1.5"}),
    move({"events.0.date": "1"}),
    move({"windows.0.reciprocated_prob": "1"}),
    move({"__class__.__init__": "1"}),
    move({f"x{n}": "1" for n in range(100)}),
    move({"x" * 500: "1"}),
    move({}, scenario="teaching/none"),
    move({}, scenario="../../etc/passwd"),
    move({}, number=-1),
    move({}, number=1.5),
    move({}, number=True),
    {**move({}), "more": 1},
]


@pytest.mark.parametrize("value", BAD_MOVES, ids=range(len(BAD_MOVES)))
def test_moves_that_no_slider_makes_are_refused(client: Client, service: Service, value: Any) -> None:
    answer = client.send(client.body("what-if-chart", {"what-if-changes.data": value}))
    assert answer.status_code in (400, 422)
    assert n_simulated(service) == 0


@pytest.mark.parametrize("value", [[], {}, 3, True, "no-slash", "/" + "x" * 500])
def test_addresses_of_a_wrong_kind_are_refused(client: Client, value: Any) -> None:
    assert client.send(client.body("page.children", {"url.pathname": value})).status_code == 400


@pytest.mark.parametrize(
    "search", ["?set=x", "?set==1", "?set=war.momentum=1&" * 200, "?scenario=" + "x" * 9000, "?" + "a&" * 4000]
)
def test_addresses_that_no_link_has_are_refused(client: Client, search: str) -> None:
    assert client.page("/what-if", search).status_code in (400, 422)


def test_no_callback_answers_500_to_odd_values(client: Client, service: Service) -> None:
    """Every callback of every page, each input with values that its page would never send."""
    for name in client.callbacks:
        if client.callbacks[name].get("clientside_function"):
            continue
        for odd in (None, [], {}, [1, 2], {"a": 1}, True, -1, 1e300, "x" * 3000, "<b>", "../..", 3):
            known = client.callbacks[name]
            every = {f"{one['id']}.{one['property']}": odd for one in (*known["inputs"], *known["state"])}
            answer = client.send(client.body(name, every))
            assert answer.status_code < 500, (name, odd, answer.text[:200])
    assert n_simulated(service) == 0


def test_pages_that_are_not_there_are_404(client: Client) -> None:
    assert client.flask.get("/admin").status_code == 404
    assert client.flask.get("/_mcp").status_code == 404
    assert client.flask.get("/assets/../guard.py").status_code == 404


def test_only_plain_values_pass_where_nothing_else_is_said() -> None:
    for value in (None, True, 3, 2.5, "text"):
        assert security.is_plain(value)
    for value in ([], {}, float("nan"), float("inf"), 1e99, "x" * 5000):
        assert not security.is_plain(value)


def test_the_environment_cannot_open_it(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    """HOST, DASH_DEBUG and DASH_MCP_ENABLED say otherwise and are not heard."""
    from dashboards.app.server import bound

    for name, value in (("HOST", "0.0.0.0"), ("DASH_DEBUG", "true"), ("DASH_MCP_ENABLED", "true"), ("PORT", "1")):
        monkeypatch.setenv(name, value)
    running = bound(service, 0)
    try:
        assert running.effective_host == "127.0.0.1"
        asked = WsgiClient(running.application)
        here = {"REMOTE_ADDR": "127.0.0.1"}
        address = f"http://127.0.0.1:{running.effective_port}"
        assert asked.get("/", base_url=address, environ_overrides=here).status_code == 200
        assert asked.get("/_mcp", base_url=address, environ_overrides=here).status_code == 404
        assert asked.get("/", base_url="http://0.0.0.0", environ_overrides=here).status_code == 400
    finally:
        running.close()


def test_debugging_stays_off(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    for name in ("DASH_DEBUG", "FLASK_DEBUG", "DASH_UI", "DASH_HOT_RELOAD", "DASH_MCP_ENABLED"):
        monkeypatch.setenv(name, "true")
    app = make_app(service, ["localhost"])
    assert not app.server.debug
    assert not app._dev_tools.ui and not app._dev_tools.hot_reload
    assert not any("mcp" in rule.rule for rule in app.server.url_map.iter_rules())


def test_a_taken_port_is_told_in_words(service: Service) -> None:
    import socket

    from dashboards.app.server import bound
    from sim.errors import BusyError

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(BusyError, match="is taken by another program") as told:
            bound(service, other.getsockname()[1])
    assert told.value.exit_code == 4


def test_the_scenario_named_here_is_there(service: Service) -> None:
    assert service.names == [NAME]


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"scenario": NAME}, move({"a": "nan"}), move({"a": 1}), move({"a": "1"}, scenario="none")],
)
def test_what_is_simulated_ahead_is_checked_too(client: Client, service: Service, body: Any) -> None:
    answer = client.flask.post("/what-if/ahead", json=body)
    assert answer.status_code in (400, 422) and n_simulated(service) == 0
    assert client.flask.post("/what-if/ahead", data="x", content_type="text/plain").status_code == 400
    assert client.flask.get("/what-if/ahead").status_code in (404, 405)


def test_a_value_told_ahead_is_simulated_once(client: Client, service: Service) -> None:
    asked = move({"parties.North.strain": "0.17"})
    assert client.flask.post("/what-if/ahead", json=asked).status_code == 204
    assert client.send(client.body("what-if-chart", {"what-if-changes.data": asked})).status_code == 200
    assert n_simulated(service) == 1
    said = client.send(client.body("what-if-reasons", {"what-if-calm.data": asked}))
    assert "Main reason for failure" in said.text and n_simulated(service) == 2
