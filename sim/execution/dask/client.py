"""Many machines: the same blocks on a Dask cluster, byte for byte as one worker gives them (extra ``dist``).

Workers compute, the client alone writes. So a worker may die (its block is computed again), a block that fails three
times is given up and named, and when the scheduler is lost all finished blocks are kept.
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
from sim.execution.blocks import check_counts
from sim.execution.dask import pending_blocks
from sim.execution.dask.worker import MOST_TRIES, BlockLostError, Cluster, compute_piece
from sim.execution.request import Request, check_parties, check_precision
from sim.execution.run import Job, Progress, Work, compute, missing_work
from sim.execution.streaming import Piece
from sim.execution.worker_start import environment, settings, starting_workers
from sim.results.run import Run

CONNECT_SECONDS = 10
TLS_FILES = ("ca.pem", "cert.pem", "key.pem")


@contextmanager
def connect(address: str, tls: Path | None = None, insecure: bool = False) -> Iterator[Cluster]:
    """A cluster by its scheduler's address, ``tls://host:port`` or ``tcp://host:port``.

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
        with suppress(Exception):
            client.run_on_scheduler(three_deaths_at_most)
        yield Cluster(client, address)
    finally:
        with suppress(Exception):
            client.close(timeout=2)


def three_deaths_at_most(dask_scheduler: Any) -> None:
    """A block that has ended three workers is given up; Dask's own default is four."""
    dask_scheduler.allowed_failures = min(dask_scheduler.allowed_failures, MOST_TRIES - 1)


def library() -> Any:
    """The package ``distributed``, or how to get it."""
    try:
        return import_module("distributed")
    except ImportError:
        raise missing("many machines need Dask, which is", "dist") from None


def check_address(address: str, insecure: bool) -> None:
    """Refuse addresses that are none, and plain TCP to another machine."""
    wrong = ParleyError(f"scheduler: {address!a} came, tls://host:port or tcp://host:port is wanted")
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
    """Whether every address of the host is this machine's own."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ip_address(str(one).partition("%")[0]).is_loopback for one in found)


def security_of(address: str, tls: Path | None, dask: Any) -> Any:
    """Keys for ``tls://``: those in the folder, or those that Dask's own configuration names."""
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
    """As ``run.run_many``, on the workers of a cluster.

    When it ends early, blocks that were finished behind a missing one are put aside in the run folder, and taken up
    when it is resumed.
    """
    for request in requests:
        check_counts(request.trials, request.seed, store)
        check_precision(request.precision)
        check_parties(request)
    with ExitStack() as stack:
        jobs = [Job(request, stack) for request in requests]
        aside = {
            (number, index): path
            for number, job in enumerate(jobs)
            for index, path in pending_blocks.found(job.request)
        }
        if any(job.n_missing for job in jobs):
            cluster.refuse_unfit([job.request for job in jobs if job.n_missing])
        pieces = (
            Piece(requests[work.job], work) for work in missing_work(jobs) if (work.job, work.block.index) not in aside
        )
        results = cluster.in_order(compute_piece, pieces)
        try:
            for number, job in enumerate(jobs):
                for block in job.missing():
                    if job.is_done:
                        break
                    if path := aside.get((number, block.index)):
                        request = job.request
                        columns = pending_blocks.read(request, block, path)
                        if columns is None:  # damaged since we looked
                            columns = compute(Work(number, block, request.scenario, request.seed, request.parties))
                    else:
                        piece, columns = next(results)
                        while piece.work.job != number:  # a run before this one became precise enough
                            piece, columns = next(results)
                    job.add(block, columns)
                    if progress:
                        progress(job.request.name, job.n_done, job.request.trials)
                pending_blocks.clear(job.request)
                yield job.finish()
        except BlockLostError as problem:
            for piece, columns in problem.done:
                pending_blocks.put(piece.request, piece.work.block, columns)
            raise WorkersLostError(f"{problem}; {what_is_kept(jobs)}") from None
        finally:
            results.close()  # type: ignore[attr-defined]


def what_is_kept(jobs: Sequence[Job]) -> str:
    folders = [str(job.request.folder) for job in jobs if job.request.folder is not None and not job.is_done]
    if not folders:
        return "nothing was kept, since the run has no folder"
    return f"finished blocks are kept in {folders[0]}: the same command with --resume goes on"


@contextmanager
def local_cluster(workers: int = 2) -> Iterator[str]:
    """A scheduler and worker processes on this machine alone, for tests and benchmarks: gives the address.

    Every socket is on loopback, and there is no dashboard.
    """
    library()
    dask_config = import_module("dask").config
    spec: Any = import_module("distributed.deploy.spec").SpecCluster
    dask = import_module("distributed")
    common = {"host": "127.0.0.1", "protocol": "tcp", "dashboard": False, "dashboard_address": "127.0.0.1:0"}
    routes: dict[str, Any] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    worker = {"cls": dask.Nanny, "options": {**common, "nthreads": 1, "memory_limit": 0, "silence_logs": 50}}
    counted = {"distributed.scheduler.allowed-failures": MOST_TRIES - 1}
    with environment(settings()), dask_config.set({**routes, **counted}):  # also of workers that are started again
        scheduler = {"cls": dask.Scheduler, "options": {**common, "port": 0}}
        with starting_workers():
            made = spec(scheduler=scheduler, workers=dict.fromkeys(range(workers), worker), silence_logs=50)
        with made:
            yield made.scheduler_address
