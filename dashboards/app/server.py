"""The dashboard's server: on this computer only, never in debug mode, whatever the environment says."""

from __future__ import annotations

import logging
import threading
import webbrowser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dash import Dash

from dashboards.app import security, shell
from dashboards.app.background_jobs import desk
from dashboards.app.connections import IDLE_SECONDS, MOST_CONNECTIONS, Connection
from dashboards.app.open_targets import opened
from dashboards.app.pages import pages
from dashboards.app.simulation_service import Service
from dashboards.study_cache import FOLDER
from sim.errors import BusyError, ParleyError

HOST = "127.0.0.1"
DEFAULT_SCENARIOS = ("istanbul_2025",)
THREADS = 16
ASSETS = Path(__file__).parents[1] / "assets"
NOT_OURS = r"^(record|report)\.(js|html)$|^report\.css$"
OPEN_AFTER = 0.6

INDEX = """<!doctype html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/report.css">
{%css%}
</head>
<body>
{%app_entry%}
<footer hidden>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


def make_app(service: Service, hosts: Iterable[str] = ("localhost",)) -> Dash:
    """The application over ``service``, answering to ``hosts`` (``name:port``) only."""
    modules = pages()
    app = Dash(
        "parley",
        assets_folder=str(ASSETS),
        assets_ignore=NOT_OURS,
        use_pages=False,
        serve_locally=True,
        include_assets_files=True,
        compress=False,
        suppress_callback_exceptions=True,
        show_undo_redo=False,
        update_title="",
        title="Parley",
        enable_mcp=False,
        websocket_callbacks=False,
        add_log_handler=False,
        index_string=INDEX,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {"name": "referrer", "content": "no-referrer"},
        ],
    )
    app.enable_dev_tools(
        debug=False,
        dev_tools_ui=False,
        dev_tools_props_check=False,
        dev_tools_serve_dev_bundles=False,
        dev_tools_hot_reload=False,
        dev_tools_disable_version_check=True,
        dev_tools_validate_callbacks=False,
        dev_tools_prune_errors=False,
    )
    app.server.debug = False  # Flask has taken it from FLASK_DEBUG
    app.layout = shell.frame()
    shell.register(app, service)
    checks: dict[str, Any] = {}
    for module in modules:
        module.register(app, service)
        checks |= getattr(module, "CHECKS", {})
    paths = [module.PAGE.path for module in modules]
    security.protect(app, checks, paths)
    app.server.wsgi_app = security.TrustedHosts(app.server.wsgi_app, hosts, paths)
    return app


def serve(
    names: Sequence[str] = DEFAULT_SCENARIOS,
    port: int = 8050,
    trials: int = 20_000,
    seed: int = 1,
    open_browser: bool = False,
) -> None:
    """Serve the dashboard over scenarios or run folders until it is interrupted.

    ``port`` 0 takes any that is free. Raises BusyError if the port is taken, ParleyError for names that are none.
    """
    from sim.execution.blocks import check_counts
    from sim.execution.worker_memory import hand_back_freed_memory

    check_counts(trials, seed, None)
    if not 0 <= port <= 65535:
        raise ParleyError(f"port: {port} came, 0 to 65535 is allowed")
    hand_back_freed_memory()
    service = opened(names or DEFAULT_SCENARIOS, trials, seed)
    desk(service).folder = FOLDER
    running = bound(service, port)
    try:
        service.start()
        address = f"http://{HOST}:{running.effective_port}/"
        print(f"Parley is at {address} (this computer only; Ctrl-C stops it)", flush=True)
        if open_browser:
            threading.Timer(OPEN_AFTER, webbrowser.open, (address,)).start()
        running.run()
    finally:
        running.close()
        service.stop()


def bound(service: Service, port: int) -> Any:
    """A waitress server that holds its port; BusyError if another program has it."""
    import socket

    from waitress import create_server

    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
    except OSError:
        listening.close()
        raise BusyError(
            f"port {port} is taken by another program: --port names another, 0 takes any free one"
        ) from None
    app = make_app(service, security.hosts_of(listening.getsockname()[1]))
    logging.getLogger("waitress").setLevel(logging.ERROR)  # who asks too much is answered, not written down
    running = create_server(
        app.server,
        sockets=[listening],
        threads=THREADS,
        ident="parley",
        max_request_body_size=security.MOST_BYTES,
        max_request_header_size=security.MOST_OF_HEADERS,
        connection_limit=4 * MOST_CONNECTIONS,
        channel_timeout=int(IDLE_SECONDS),
        cleanup_interval=5,
    )
    running.channel_class = Connection
    return running
