"""Nobody keeps the dashboard from others: slow, idle and too many connections, too many requests, other sites."""

import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from dashboards.app import connections
from dashboards.app.connections import MOST_CONNECTIONS, Gate
from dashboards.app.pages import sources
from dashboards.app.security import AT_ONCE
from dashboards.app.server import make_app
from dashboards.app.simulation_service import Service
from tests.browser.dashboard import listening
from tests.dashboards.app.conftest import HOST, NAME, Client, move

SECONDS = 30
"""What a test waits for at most; a right server answers in a few hundredths of one."""


@pytest.fixture
def port(service: Service) -> Iterator[int]:
    with listening(service) as address:
        yield int(address.rpartition(":")[2])


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), SECONDS)


def slow_post(port: int) -> socket.socket:
    """A request whose body never comes."""
    made = connected(port)
    head = f"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 5000\r\n"
    made.sendall(f"{head}Content-Type: application/json\r\n\r\n{{".encode())
    return made


def status(port: int, path: str = "/", body: bytes = b"", **headers: str) -> int:
    """The code of an answer; 0 where the connection was closed without one."""
    with connected(port) as made:
        lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []
        made.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = made.recv(65536)
    return int(answer.split()[1]) if answer else 0


def test_150_slow_posts_keep_nobody_out(port: int) -> None:
    """The oldest of them make room; until now nothing was accepted for a minute."""
    with ExitStack() as stack:
        slow = [stack.enter_context(slow_post(port)) for _ in range(150)]
        for path in ("/", "/assets/app/app.js", "/_dash-layout", "/what-if"):
            assert status(port, path) == 200
        assert slow[0].recv(1) == b""


def test_a_request_has_to_come_in_time_however_it_trickles(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ASKING_SECONDS", 0.3)
    silent, trickling = connected(port), slow_post(port)
    with silent, trickling:
        assert silent.recv(1) == b""
        trickling.settimeout(0.05)
        for _ in range(int(SECONDS / 0.05)):
            try:
                trickling.sendall(b" ")
                if trickling.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            pytest.fail("a request may trickle for ever")


def test_a_connection_that_asked_may_idle_for_a_while(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ASKING_SECONDS", 0.1)
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    kept.connect()
    first = kept.sock
    for _ in range(2):
        kept.request("GET", "/assets/app/app.js")
        answer = kept.getresponse()
        assert answer.status == 200 and answer.read() and kept.sock is first
        time.sleep(0.5)
    kept.close()


def test_idle_connections_are_few(port: int, service: Service) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(connected(port)) for _ in range(MOST_CONNECTIONS + 20)]
        assert status(port) == 200
        assert len(select.select(idle, [], [], 0.5)[0]) >= 20  # closed ones can be read from at once


def test_large_bodies_and_heads_are_refused(port: int) -> None:
    assert status(port, "/_dash-update-component", Content_Length="200000") == 413
    assert status(port, "/", X_Long="x" * 40_000) == 431


def test_requests_that_hang_leave_room_for_others(
    service: Service, client: Client, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def hangs(view: Any) -> Any:
        entered.release()
        leave.wait(SECONDS)
        return []

    monkeypatch.setattr(sources, "layout", hangs)
    body = json.dumps(client.body("page.children", {"url.pathname": "/sources", "screen.data": "wide"})).encode()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(status, port, "/_dash-update-component", body) for _ in range(AT_ONCE)]
        try:
            assert all(entered.acquire(timeout=SECONDS) for _ in asked)
            assert status(port, "/_dash-update-component", body) == 503
            assert status(port, "/") == status(port, "/assets/app/app.js") == 200
        finally:
            leave.set()
    assert [one.result() for one in asked] == [200] * AT_ONCE
    assert status(port, "/_dash-update-component", body) == 200


def test_a_gate_counts_who_is_inside_and_what_was_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(connections.time, "monotonic", lambda: now[0])
    gate = Gate(at_once=2, rate=1.0, burst=4.0)
    assert [gate.enter() for _ in range(3)] == [True, True, False]
    gate.leave()
    assert gate.enter(cost=2.0) and not gate.enter()
    gate.leave()
    gate.leave()
    assert not gate.enter()
    now[0] += 1.5
    assert gate.enter() and not gate.enter()
    now[0] += 1000
    gate.leave()
    assert not gate.enter(cost=5.0) and gate.enter(cost=4.0)


def test_too_many_requests_are_told_in_words(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.app.security.RATE", 0.0)
    monkeypatch.setattr("dashboards.app.security.BURST", 11.0)
    client = Client(make_app(service, [HOST]))
    path = f"/scenario.yaml?scenario={NAME}&set=war.momentum=0.2"
    assert [client.flask.get(path).status_code for _ in range(3)] == [200, 200, 503]
    assert client.page("/sources").status_code == 200
    refused = client.page("/sources")
    assert refused.status_code == 503 and "Try again" in refused.json["problem"]
    assert client.flask.post("/what-if/ahead", json=move({"war.momentum": "0.1"})).status_code == 204
    assert client.flask.get("/").status_code == 200 and service.n_simulated == 0


LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/scenario.yaml", "/", "/what-if", "/_dash-layout", "/assets/app/app.js"])
def test_another_sites_page_gets_nothing(client: Client, service: Service, site: str, path: str) -> None:
    asked = f"{path}?scenario={NAME}&set=war.momentum=0.2"
    for headers in ({}, {"Sec-Fetch-Mode": "no-cors"}, {**LINK, "Sec-Fetch-Dest": "iframe"}):
        answer = client.flask.get(asked, headers={**headers, "Sec-Fetch-Site": site})
        assert answer.status_code == 403 and len(answer.text.split()) > 3


def test_a_link_from_elsewhere_leads_to_a_page_and_to_no_work(client: Client) -> None:
    assert client.flask.get("/what-if?set=war.momentum=0.2", headers=LINK).status_code == 200
    assert client.flask.get(f"/scenario.yaml?scenario={NAME}", headers=LINK).status_code == 403
    assert client.flask.post("/", headers=LINK).status_code == 403
    for site in ("same-origin", "none"):
        answer = client.flask.get(f"/scenario.yaml?scenario={NAME}", headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 200
