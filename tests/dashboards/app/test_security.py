"""Nothing but this computer's own pages gets an answer, and nothing that comes in can start a simulation by mistake."""

import base64
import hashlib
import json
import re
import socket
from typing import Any

import pytest
from werkzeug.test import Client as WsgiClient

from dashboards.app import security
from dashboards.app.server import bound, make_app
from dashboards.app.simulation_service import Service
from sim.errors import BusyError
from tests.dashboards.app.conftest import NAME, Client, move

MOVE = {"what-if-changes.data": move({"war.momentum": "0.1"})}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:1", "", "localhost@evil", "[::2]"]
)
@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/scenario.yaml", "/assets/app/app.js", "/nowhere"])
def test_a_foreign_host_gets_400(client: Client, service: Service, host: str, path: str) -> None:
    answer = client.flask.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert service.n_simulated == 0


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Host": "evil.example"}, 400),
        *(({"Origin": f"http{more}"}, 403) for more in ("://evil.example", "s://localhost", "://localhost:99")),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
    ],
)
def test_only_its_own_origin_may_ask_for_a_simulation(
    client: Client, service: Service, headers: dict[str, str], code: int
) -> None:
    answer = client.send(client.body("what-if-chart", MOVE), headers=headers)
    assert (answer.status_code, service.n_simulated) == (code, int(code == 200))


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/assets/app/app.js", "/nowhere"])
def test_every_answer_carries_the_policy(client: Client, path: str) -> None:
    policy = client.flask.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    scripts = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe" not in scripts
    assert "http" not in policy


def test_the_policy_allows_the_one_inline_script(client: Client) -> None:
    page = client.flask.get("/")
    inline = re.findall(r"<script(?![^>]*(?:src=|json))[^>]*>(.*?)</script>", page.text, re.S)
    assert len(inline) == 1
    digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page.headers["Content-Security-Policy"]


def test_a_body_over_a_megabyte_is_refused(client: Client, service: Service) -> None:
    body = client.body("what-if-chart", MOVE) | {"changedPropIds": ["x" * 1_100_000]}
    assert client.send(body).status_code in (400, 413)
    assert service.n_simulated == 0


def test_what_is_no_request_of_a_page_is_refused(client: Client) -> None:
    bad = [None, [], "text", 7, {}, {"output": 3}, {"output": ["page.children"]}, {"output": "page.children"}]
    bad += [{"output": "nobody.children", "inputs": [], "state": []}]
    for body in [*bad, {"output": "..page.children...nav.children..", "inputs": []}]:
        assert client.send(body).status_code == 400, body
    path = "/_dash-update-component"
    for data in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"output": NaN}'):
        assert client.flask.post(path, data=data, content_type="application/json").status_code == 400
    assert client.flask.post(path, data=b"{}", content_type="text/plain").status_code == 400


@pytest.mark.parametrize("callback", ["what-if-chart", "page.children"])
def test_missing_renamed_and_surplus_inputs_are_refused(client: Client, service: Service, callback: str) -> None:
    sound = client.body(callback, MOVE)
    one = sound["inputs"][0]
    firsts = [{**one, "id": "other"}, {**one, "id": {"type": "x"}}, [one]]
    inputs = [[], None, {}, [one, *sound["inputs"]], *([first, *sound["inputs"][1:]] for first in firsts)]
    spoiled: list[dict[str, Any]] = [
        *({"inputs": given} for given in inputs),
        *({"changedPropIds": given} for given in (["other.data"], 3)),
        *({"outputs": given} for given in ([], [{"id": "x", "property": "children"}])),
        *({"cacheKey": "x"}, {"job": 1}, {"state": [{"id": "x", "property": "data", "value": 1}]}),
    ]
    for change in spoiled:
        assert client.send({**sound, **change}).status_code == 400, change
    assert service.n_simulated == 0


def test_background_handles_in_the_address_are_refused(client: Client) -> None:
    body = json.dumps(client.body("what-if-chart", MOVE))
    for query in ("cacheKey=x", "job=1", "cancelJob=1", "oldJob=1"):
        path = f"/_dash-update-component?{query}"
        assert client.flask.post(path, data=body, content_type="application/json").status_code == 400


BAD_MOVES: list[Any] = [
    {"set": {}},
    *(move({"war.momentum": value}) for value in (["0.1"], 0.1, "NaN", "inf", "0.1; rm", "", "7", "-1.01")),
    *(move({path: "1"}) for path in ("war", "", "title", "war.nothing", "parties.Nobody.strain", "parties.North")),
    *(move({path: "1"}) for path in ("events.0.date", "windows.0.reciprocated_prob", "__class__.__init__")),
    *(move({"parties.North.usual_level": value}) for value in ("4", "1.5")),
    move({f"x{n}": "1" for n in range(100)}),
    move({"x" * 500: "1"}),
    move({}, scenario="teaching/none"),
    move({}, scenario="../../etc/passwd"),
    *(move({}, number=number) for number in (-1, 1.5, True)),
    {**move({}), "more": 1},
]


@pytest.mark.parametrize("value", BAD_MOVES, ids=range(len(BAD_MOVES)))
def test_moves_that_no_slider_makes_are_refused(client: Client, service: Service, value: Any) -> None:
    answer = client.send(client.body("what-if-chart", {"what-if-changes.data": value}))
    assert answer.status_code in (400, 422)
    assert service.n_simulated == 0


@pytest.mark.parametrize("value", [[], {}, 3, True, "no-slash", "/" + "x" * 500])
def test_addresses_of_a_wrong_kind_are_refused(client: Client, value: Any) -> None:
    assert client.send(client.body("page.children", {"url.pathname": value})).status_code == 400


@pytest.mark.parametrize(
    "search", ["?set=x", "?set==1", "?set=war.momentum=1&" * 200, "?scenario=" + "x" * 9000, "?" + "a&" * 4000]
)
def test_addresses_that_no_link_has_are_refused(client: Client, search: str) -> None:
    assert client.page("/what-if", search).status_code in (400, 422)


def test_pages_that_are_not_there_are_404(client: Client) -> None:
    for path in ("/admin", "/_mcp", "/assets/../guard.py"):
        assert client.flask.get(path).status_code == 404


def test_only_plain_values_pass_where_nothing_else_is_said() -> None:
    assert all(map(security.is_plain, (None, True, 3, 2.5, "text")))
    assert not any(map(security.is_plain, ([], {}, float("nan"), float("inf"), 1e99, "x" * 5000)))


def test_the_environment_cannot_open_it(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    """HOST, DASH_DEBUG and DASH_MCP_ENABLED say otherwise and are not heard."""
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
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(BusyError, match="is taken by another program") as told:
            bound(service, other.getsockname()[1])
    assert told.value.exit_code == 4


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"scenario": NAME}, move({"a": "nan"}), move({"a": 1}), move({"a": "1"}, scenario="none")],
)
def test_what_is_simulated_ahead_is_checked_too(client: Client, service: Service, body: Any) -> None:
    answer = client.flask.post("/what-if/ahead", json=body)
    assert answer.status_code in (400, 422) and service.n_simulated == 0
    assert client.flask.post("/what-if/ahead", data="x", content_type="text/plain").status_code == 400
    assert client.flask.get("/what-if/ahead").status_code in (404, 405)


def test_a_value_told_ahead_is_simulated_once(client: Client, service: Service) -> None:
    asked = move({"parties.North.strain": "0.17"})
    assert client.flask.post("/what-if/ahead", json=asked).status_code == 204
    assert client.send(client.body("what-if-chart", {"what-if-changes.data": asked})).status_code == 200
    assert service.n_simulated == 1
    said = client.send(client.body("what-if-reasons", {"what-if-calm.data": asked}))
    assert "Main reason for failure" in said.text and service.n_simulated == 2
