"""What may come in: this computer's own browser, small bodies, and requests that our own pages make.

Hosts are checked before anything else, so a foreign one gets 400 whatever it asks for. A callback's body must name a
callback that exists, with exactly its inputs and states, each of the kind that its property can have.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from dash import Dash
from dash.exceptions import DependencyException
from flask import Flask, Request, Response, g, request
from werkzeug.exceptions import HTTPException

from dashboards.app.connections import Gate
from dashboards.app.what_if_edits import LONGEST_SEARCH, Refused
from sim.errors import BusyError, ParleyError

MOST_BYTES = 100_000
MOST_OF_HEADERS = 32_768
CALLBACKS = "/_dash-update-component"
AHEAD = "/what-if/ahead"
"""Where the browser says, while a slider is held, at which value it rests: simulated before it is let go."""
FILE = "/scenario.yaml"
"""Where a state can be had as a scenario file."""
AT_ONCE, RATE, BURST = 12, 30.0, 120.0
"""Requests that cost something: how many are let in at a time (other threads are left for files), and what they may
cost together each second, and at once."""
COSTS = {CALLBACKS: 1.0, AHEAD: 0.1, FILE: 5.0}
TOO_MUCH = "The dashboard is asked too much at a time. Try again in a moment."
BODY_KEYS = {"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds", "end_id"}
LONGEST_TEXT = 2000
DIGITS = 15
SENTENCES = {
    404: "There is no such page.",
    405: "This address takes no such request.",
    413: f"At most {MOST_BYTES:,} bytes are taken at a time.",
}
"""What a refusal says, by its code."""

Check = Callable[[Any], bool]


def hosts_of(port: int) -> frozenset[str]:
    """The names under which this computer's browser may ask."""
    return frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))


class TrustedHosts:
    """WSGI: 400 for a foreign Host, 403 for another site's page, before the application sees anything.

    A link that somebody follows to a page is let in: that costs a file of 2 kB and is what links are for.
    """

    def __init__(self, app: WSGIApplication, hosts: Iterable[str], pages: Iterable[str] = ()) -> None:
        self.app, self.hosts, self.pages = app, frozenset(hosts), frozenset(pages)
        self.origins = frozenset(f"http://{host}" for host in self.hosts)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        host, origin = environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN")
        if host.lower() not in self.hosts:
            return self._no(start, "400 Bad Request", "This dashboard answers to this computer only.")
        if origin is not None and origin.lower() not in self.origins:
            return self._no(start, "403 Forbidden", "Another site's page may not ask this dashboard.")
        if environ.get("HTTP_SEC_FETCH_SITE") in ("cross-site", "same-site") and not self._is_link(environ):
            return self._no(start, "403 Forbidden", "Another site's page may not ask this dashboard.")
        return self.app(environ, start)

    def _is_link(self, environ: WSGIEnvironment) -> bool:
        """Somebody has followed a link to a page of ours, in a window of its own."""
        asked = [environ.get(key) for key in ("REQUEST_METHOD", "HTTP_SEC_FETCH_MODE", "HTTP_SEC_FETCH_DEST")]
        return asked == ["GET", "navigate", "document"] and environ.get("PATH_INFO") in self.pages

    @staticmethod
    def _no(start: StartResponse, status: str, words: str) -> Iterable[bytes]:
        body = words.encode()
        start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
        return [body]


def policy(hashes: Iterable[str]) -> str:
    """Content security policy: our own files and Dash's one inline script by its hash; no eval, no other host."""
    scripts = " ".join(["'self'", *(f"'{one.strip(chr(39))}'" for one in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


def protect(app: Dash, checks: Mapping[str, Check], paths: Iterable[str]) -> None:
    """Put every check before the server of ``app``; ``checks`` are by ``id.property``, ``paths`` are the pages'.

    Call it once all callbacks are registered.
    """
    server: Flask = app.server
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    known = expected(app)
    rule = policy(app.csp_hashes())
    own = frozenset(paths)
    gate = Gate(AT_ONCE, RATE, BURST)

    def before() -> Response | None:
        try:
            if request.path in COSTS:
                if not gate.enter(COSTS[request.path]):
                    return Response(status=204) if request.path == AHEAD else plainly(503, TOO_MUCH)
                g.is_inside = True
            if request.path == CALLBACKS:
                check_callback(request, known, checks)
            elif request.method == "GET" and is_unknown_page(request, own):
                return plainly(404, "There is no such page.")
        except Refused as problem:
            return plainly(400, str(problem))
        return None

    def leave(_: BaseException | None) -> None:
        if g.pop("is_inside", False):
            gate.leave()

    def after(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = rule
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.path.startswith("/_dash-") and "component-suites" not in request.path:
            response.headers["Cache-Control"] = "no-store"
        return response

    server.before_request_funcs.setdefault(None, []).insert(0, before)
    server.after_request(after)
    server.teardown_request(leave)
    server.register_error_handler(Exception, lambda problem: answered(server, problem))


def answered(server: Flask, problem: Exception) -> Response:
    """A refusal in words: 422 for values that a callback cannot use, 503 if busy; a bug of ours stays a 500."""
    if isinstance(problem, HTTPException):
        return plainly(problem.code or 400, SENTENCES.get(problem.code or 400, f"{problem.name}."))
    if isinstance(problem, DependencyException):  # a file that Dash does not serve
        return plainly(404, "There is no such file.")
    if isinstance(problem, BusyError):
        return plainly(503, str(problem))
    if isinstance(problem, ParleyError):
        return plainly(422, str(problem))
    if request.path == CALLBACKS and isinstance(problem, TypeError | ValueError | LookupError):
        server.logger.warning("a callback could not use what came: %s: %s", type(problem).__name__, problem)
        return plainly(422, "What came cannot be used.")
    server.logger.exception("a bug of the dashboard", exc_info=problem)
    return plainly(500, "A bug of the dashboard; its console says more.")


def plainly(status: int, words: str) -> Response:
    if request.path == CALLBACKS:
        return Response(json.dumps({"problem": words}), status, mimetype="application/json")
    return Response(words, status, mimetype="text/plain")


def is_unknown_page(asked: Request, own: frozenset[str]) -> bool:
    """A path that only Dash's catch-all would answer, with the empty application."""
    rule = asked.url_rule
    return rule is not None and rule.rule == "/<path:path>" and asked.path not in own


# -- callbacks -------------------------------------------------------------------------------------


def expected(app: Dash) -> dict[str, dict[str, list[str]]]:
    """By callback, the inputs and states that it takes, as ``id.property``. Clientside callbacks never come here."""
    found = {}
    app._setup_server()  # Dash collects callbacks at the first request only
    for name, callback in app.callback_map.items():
        if "callback" in callback:
            found[name] = {
                kind: [f"{one['id']}.{one['property']}" for one in callback[kind]] for kind in ("inputs", "state")
            }
    return found


def check_callback(asked: Request, known: Mapping[str, Mapping[str, list[str]]], checks: Mapping[str, Check]) -> None:
    """Refused unless the body is one that our own page could have sent."""
    if set(asked.args) - {"endId"}:  # job handles of background callbacks, which this dashboard has none of
        raise Refused("that is no request of a page")
    body = body_of(asked)
    if not isinstance(body, dict) or set(body) - BODY_KEYS:
        raise Refused("that is no request of a page")
    output = body.get("output")
    if not isinstance(output, str) or output not in known:
        raise Refused("unknown callback")
    named = []
    for kind in ("inputs", "state"):
        given = body.get(kind, [])
        if not isinstance(given, list) or not all(is_named(one) for one in given):
            raise Refused(f"{kind}: not what this callback takes")
        if [f"{one['id']}.{one['property']}" for one in given] != known[output][kind]:
            raise Refused(f"{kind}: not what this callback takes")
        named += given
    changed = body.get("changedPropIds", [])
    ids = {f"{one['id']}.{one['property']}" for one in named}
    if not isinstance(changed, list) or not all(isinstance(one, str) and one in ids for one in changed):
        raise Refused("changedPropIds: not of this callback")
    check_outputs(output, body.get("outputs"))
    for one in named:
        check_value(one, checks)


def body_of(asked: Request) -> Any:
    """The JSON that came, in which every number is a finite one that a float can hold; Refused for anything else."""
    if not asked.is_json:
        raise Refused("expected JSON")
    try:
        return json.loads(asked.get_data(), parse_constant=no_number, parse_int=whole_number, parse_float=number)
    except (ValueError, RecursionError):
        raise Refused("expected JSON of no great depth, with numbers below 1e15") from None


def check_outputs(output: str, given: Any) -> None:
    """Dash believes what the body says of the outputs, so it must be what their name says."""
    ours = output.strip(".").split("...") if output.startswith("..") else [output]
    listed = given if isinstance(given, list) else [given]
    if not all(is_named(one) for one in listed):
        raise Refused("outputs: not those of this callback")
    if [f"{one['id']}.{one['property']}" for one in listed] != ours:
        raise Refused("outputs: not those of this callback")


def is_named(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("id"), str) and isinstance(one.get("property"), str)


def no_number(name: str) -> float:
    raise ValueError(name)


def whole_number(text: str) -> int:
    """An integer of at most 15 digits: Python's own have no end, and then no float can hold them."""
    if len(text.lstrip("-")) > DIGITS:
        raise ValueError("too many digits")
    return int(text)


def number(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ValueError("too large")
    return found


def check_value(one: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
    """A value of a kind that its property can have."""
    name, value = f"{one['id']}.{one['property']}", one.get("value")
    check = checks.get(name) or BY_PROPERTY.get(one["property"], is_plain)
    if not check(value):
        raise Refused(f"{name}: a value that it cannot have")


def is_plain(value: Any) -> bool:
    """Nothing, a finite number, a word: never a list or a mapping."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) < 10.0**DIGITS
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def is_count(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9)


def is_search(value: Any) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= LONGEST_SEARCH)


def is_path(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.startswith("/") and len(value) <= 200)


BY_PROPERTY: dict[str, Check] = {
    "n_clicks": is_count,
    "n_intervals": is_count,
    "pathname": is_path,
    "search": is_search,
}
