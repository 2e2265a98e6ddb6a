"""Many machines: the same blocks on a Dask cluster, byte for byte as one worker gives them (extra ``dist``).

Workers compute, the client alone writes. So a worker may die (its block is computed again), a block that fails again
and again is given up and named, and when the scheduler is lost all blocks up to the first missing one are kept.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sim.errors import ParleyError, WorkersLostError
from sim.errors.extras import missing
from sim.execution.dask.worker import BlockLostError, Cluster, compute_piece
from sim.execution.request import Request
from sim.execution.run import Job, Progress, begun, collected, missing_work
from sim.execution.streaming import Piece
from sim.execution.worker_start import environment, settings, starting_workers
from sim.results.run import Run

CONNECT_SECONDS = 10
TLS_FILES = ("ca.pem", "cert.pem", "key.pem")


@contextmanager
def connect(address: str, tls: Path | None = None, insecure: bool = False) -> Iterator[Cluster]:
    """Connect to a cluster by its scheduler's address, ``tls://host:port`` or ``tcp://host:port``.

    ``tls`` is a folder with ca.pem, cert.pem and key.pem; without it Dask's own configuration counts. Whoever reaches a
    scheduler can run any code on its workers, so plain TCP beyond this machine is refused unless ``insecure``.
    """
    check_address(address, insecure)
    dask = library()
    security = security_of(address, tls, dask)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said in one line
    try:
        client = dask.Client(address, security=security, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, TypeError, ValueError) as problem:
        text = " ".join(str(problem).split())[:120]
        raise WorkersLostError(f"no scheduler answers at {address}: {text}") from None
    try:
        yield Cluster(client, address)
    finally:
        with suppress(Exception):
            client.close(timeout=2)


def library() -> Any:
    """Return the package ``distributed``; ParleyError says how to get it."""
    try:
        return import_module("distributed")
    except ImportError:
        raise missing("many machines need Dask, which is", "dist") from None


def check_address(address: str, insecure: bool) -> None:
    """Refuse addresses that are none, and plain TCP to another machine."""
    wrong = ParleyError(f"scheduler: expected tls://host:port or tcp://host:port, got {address!a}")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("tcp", "tls") or not host or not port or parts.path not in ("", "/"):
        raise wrong
    if parts.scheme == "tcp" and not insecure and not is_loopback(host):
        raise ParleyError(
            f"{address} is plain TCP to another machine, where anybody on the way can run code on the workers: "
            "use tls://, or --insecure-scheduler in a network of your own"
        )


def is_loopback(host: str) -> bool:
    """Return whether every address of the host is this machine's own."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ip_address(str(one).partition("%")[0]).is_loopback for one in found)


def security_of(address: str, tls: Path | None, dask: Any) -> Any:
    """Return the keys for ``tls://``: those in the folder, or those that Dask's own configuration names."""
    if tls is None:
        known = dask.Security()
        if address.startswith("tls:") and known.get_connection_args("client").get("ssl_context") is None:
            raise ParleyError(f"{address} wants keys: --tls DIR, a folder with {', '.join(TLS_FILES)}")
        return known
    for name in TLS_FILES:
        if not (tls / name).is_file():
            raise ParleyError(f"{tls}: holds no {name}; {', '.join(TLS_FILES)} are wanted for --tls")
    ca, cert, key = (str(tls / name) for name in TLS_FILES)
    return dask.Security(require_encryption=True, tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key)


# -- runs ------------------------------------------------------------------------------------------


def run_many(
    requests: Sequence[Request], cluster: Cluster, progress: Progress | None = None, store: bool | None = None
) -> Iterator[Run]:
    """Run several scenarios, as ``run.run_many`` does, on the workers of a cluster."""
    with ExitStack() as stack:
        jobs = begun(requests, stack, store)
        if unfinished := [job.request for job in jobs if job.n_missing]:
            cluster.refuse_unfit(unfinished)
        pieces = (Piece(requests[work.job], work) for work in missing_work(jobs))
        results = cluster.in_order(compute_piece, pieces)
        stack.callback(results.close)  # type: ignore[attr-defined]  # also when a caller keeps an exception alive
        try:
            yield from collected(jobs, ((piece.work, columns) for piece, columns in results), progress)
        except BlockLostError as problem:
            raise WorkersLostError(f"{problem}; {what_is_kept(jobs)}") from None


def what_is_kept(jobs: Sequence[Job]) -> str:
    """Return what is kept of unfinished runs, in words."""
    folders = [str(job.request.folder) for job in jobs if job.request.folder is not None and not job.is_done]
    if not folders:
        return "nothing was kept, since the run has no folder"
    return f"finished blocks are kept in {folders[0]}: the same command with --resume goes on"


@contextmanager
def local_cluster(workers: int = 2) -> Iterator[str]:
    """Start a scheduler and worker processes on this machine alone, for tests and benchmarks; yield the address.

    Every socket is on loopback.
    """
    dask, dask_config = library(), import_module("dask").config
    routes: dict[str, Any] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    quiet = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    with environment(settings()), dask_config.set(routes):  # also of workers that are started again
        with starting_workers():
            made = dask.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                memory_limit=0,
                host="127.0.0.1",
                protocol="tcp",
                scheduler_kwargs={"dashboard": False},
                **quiet,
            )
        with made:
            yield made.scheduler_address
