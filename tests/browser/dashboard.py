"""A dashboard in a process of its own or in this one, and what tests ask of a browser that looks at it."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboards.app.server import bound
from dashboards.app.simulation_service import Service
from tests.browser.conftest import Browser

START = "import sys; from dashboards.app.server import serve; serve(sys.argv[1:], 0, 512, 1, False)"
DRAWN = """
return document.querySelector('#page h1') && !document.querySelector('.notice.loading')
  && [...document.querySelectorAll('.graph')].every((graph) => graph.querySelector('.main-svg'))
"""


@contextmanager
def served(*names: str) -> Iterator[str]:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    process = subprocess.Popen(
        [sys.executable, "-c", START, *names], stdout=subprocess.PIPE, text=True, cwd=root, env=environment
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line
        yield found[0].rstrip("/")
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def listening(service: Service) -> Iterator[str]:
    """The address of a dashboard over ``service`` in a thread of this process.

    At the end its loop is left before its sockets are closed, so that it never polls a closed one.
    """
    server, is_over = bound(service, 0), threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            server.asyncore.loop(map=server._map, use_poll=server.adj.asyncore_use_poll, timeout=1, count=1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        is_over.set()
        server.pull_trigger()
        thread.join(20)
        server.task_dispatcher.shutdown()
        server.close()
        service.stop()


def foreign(browser: Browser, address: str) -> list[str]:
    """Requests since the page was opened that went anywhere but to the dashboard."""
    return [url for url in browser.requests() if not url.startswith((address + "/", "data:", "blob:"))]
