"""Many machines: the same trials on a Dask cluster, and what happens when parts of it die."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

import sim
from sim.errors import ParleyError, WorkersLostError
from sim.execution import worker_memory as memory
from sim.execution.dask import client as distributed
from sim.execution.dask import worker as cluster
from sim.execution.dask.block_answers import packed
from sim.execution.request import Request
from sim.execution.run import run
from tests.execution.test_run import same_columns
from tests.execution.test_worker_pool import children_of

HAS_DASK = importlib.util.find_spec("distributed") is not None
ROOT = Path(__file__).parents[3]

KEYS = [
    words.split()
    for words in (
        "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=our-own -keyout ca-key.pem -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=parley -keyout key.pem -out request.pem",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 30 -out cert.pem",
    )
]
"""As in docs/guide/cluster.md."""

needs_dask = pytest.mark.skipif(
    not HAS_DASK and not os.environ.get("CI"), reason="many machines are not tested: pip install distributed"
)


class Deadly(sim.Belligerent):
    """Ends whoever computes block 2 of 64 trials, as long as a file is there and once block 3 is computed as well."""

    def start(self) -> None:
        trial = self.model.trial_number
        poison = Path(os.environ.get("PARLEY_TEST_DEADLY", os.devnull))
        begun = poison.with_name("begun")
        if trial == 192 and poison.is_file():
            begun.touch()
        if trial == 128 and poison.is_file():
            deadline = time.monotonic() + 30
            while not begun.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            if poison.read_text() == "raise":
                raise ZeroDivisionError("a bug of its own")
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def started(*arguments: str, cwd: Path = ROOT, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of a cluster, ended with its children."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd), "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": "[]", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        for pid in (*children_of(process.pid), process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()


def scheduler(port: int):  # type: ignore[no-untyped-def]
    options = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
    return started("distributed.cli.dask_scheduler", *options)


def workers(port: int, number: int = 1, cwd: Path = ROOT, **environment: str):  # type: ignore[no-untyped-def]
    options = (f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--nworkers", str(number), "--host", "127.0.0.1")
    quiet = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0", "--local-directory", environment["TMPDIR"])
    return started("distributed.cli.dask_worker", *options, *quiet, cwd=cwd, **environment)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def await_port(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        assert time.monotonic() < deadline
        time.sleep(0.1)


@contextmanager
def joined(port: int) -> Iterator[distributed.Cluster]:
    """A cluster, as soon as its scheduler answers."""
    await_port(port)
    with distributed.connect(f"tcp://127.0.0.1:{port}") as cluster:
        yield cluster


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("127.0.0.1:8786", "scheduler: expected "),
        ("http://127.0.0.1:8786", "scheduler: expected "),
        ("tcp://127.0.0.1", "scheduler: expected "),
        ("tcp://[::1:5", "scheduler: expected "),
        ("tcp://127.0.0.1:99999", "scheduler: expected "),
        ("tcp://192.0.2.1:8786", "--insecure-scheduler"),
    ],
)
def test_addresses_that_are_refused(address: str, message: str) -> None:
    with pytest.raises(ParleyError, match=message):
        distributed.check_address(address, insecure=False)


def test_addresses_that_are_taken() -> None:
    for address, insecure in (("tls://192.0.2.1:8786", False), ("tcp://[::1]:5", False), ("tcp://192.0.2.1:5", True)):
        distributed.check_address(address, insecure)


def listening(pids: list[int]) -> list[tuple[str, int]]:
    """Addresses (hexadecimal) and ports on which processes listen."""
    inodes = set()
    for pid in pids:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inodes.update(re.findall(r"^socket:\[(\d+)\]", os.readlink(entry)))
            except OSError:
                continue
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and parts[9] in inodes:
                address, port = parts[1].split(":")
                found.append((address, int(port, 16)))
    return found


@needs_dask
@pytest.mark.slow
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc")
def test_a_local_cluster_gives_the_same_bytes_and_listens_on_loopback_alone(
    minimal: sim.Scenario, tmp_path: Path
) -> None:
    with distributed.local_cluster(2) as address, distributed.connect(address) as cluster:
        request = Request(minimal, "x", 700, 1, block=64, folder=tmp_path / "far")
        far = next(distributed.run_many([request], cluster))
        sockets = listening([os.getpid(), *children_of(os.getpid())])
        two = [Request(minimal, name, 300, seed, block=64) for name, seed in (("a", 2), ("b", 3))]
        assert [one.name for one in distributed.run_many(two, cluster)] == ["a", "b"]
        precise = Request(minimal, "x", 50_000, 1, precision=0.03, block=128)
        assert (
            next(distributed.run_many([precise], cluster)).n_trials
            == run(minimal, trials=50_000, precision=0.03, block=128, workers=1).n_trials
        )
    assert sockets and {one for one, _ in sockets} == {"0100007F"}
    assert not {8787, 8786} & {port for _, port in sockets}
    near = run(minimal, trials=700, workers=1, block=64, out=tmp_path / "near", name="x")
    assert same_columns(near, far)
    for path in sorted((tmp_path / "near" / "trials").iterdir()):
        assert path.read_bytes() == (tmp_path / "far" / "trials" / path.name).read_bytes()
    assert (tmp_path / "near" / "summary.json").read_bytes() == (tmp_path / "far" / "summary.json").read_bytes()


@needs_dask
@pytest.mark.slow
def test_blocks_of_a_killed_worker_are_done_again(minimal: sim.Scenario, tmp_path: Path) -> None:
    port, killed = free_port(), []
    with scheduler(port), workers(port, 2, TMPDIR=str(tmp_path)) as pair, joined(port) as cluster:

        def kill_one(name: str, done: int, wanted: int) -> None:
            if done >= 640 and not killed:
                threads = cluster.client.run(os.getpid)
                killed.append(next(iter(threads.values())))
                os.kill(killed[0], signal.SIGKILL)

        far = next(distributed.run_many([Request(minimal, "x", 6400, 1, block=64)], cluster, kill_one))
        assert killed and pair.poll() is None
    assert same_columns(far, run(minimal, trials=6400, workers=1))


@needs_dask
@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "said"), [("kill", "4 times: its workers died"), ("raise", "3 times: ZeroDivisionError: a bug of its own")]
)
def test_a_poison_block_is_named_and_those_before_it_are_kept(
    minimal: sim.Scenario, tmp_path: Path, how: str, said: str
) -> None:
    poison, port = tmp_path / "poison", free_port()
    poison.write_text(how)
    parties = {"North": Deadly}
    request = Request(minimal, "x", 640, 7, parties, block=64, folder=tmp_path / "run")
    setting = {"TMPDIR": str(tmp_path), "PARLEY_TEST_DEADLY": str(poison)}
    with scheduler(port), workers(port, 2, **setting), joined(port) as cluster:
        cluster.client.wait_for_workers(2, timeout=60)
        with pytest.raises(WorkersLostError, match="x: block 2 .trials 128 to 191, seed 7. failed") as caught:
            list(distributed.run_many([request], cluster))
        assert caught.value.exit_code == 6
        assert said in str(caught.value) and "--resume" in str(caught.value)
        assert len(list((tmp_path / "run" / "trials").iterdir())) == 2
        poison.unlink()
        again = Request(minimal, "x", 640, 7, parties, block=64, folder=tmp_path / "run", resume=True)
        far = next(distributed.run_many([again], cluster))
    assert same_columns(far, run(minimal, trials=640, seed=7, workers=1))


@needs_dask
@pytest.mark.slow
def test_a_lost_scheduler_ends_the_run_resumable(minimal: sim.Scenario, tmp_path: Path) -> None:
    port = free_port()
    request = Request(minimal, "x", 64_000, 1, block=64, folder=tmp_path / "run")
    with scheduler(port) as head, workers(port, 2, TMPDIR=str(tmp_path)), joined(port) as cluster:

        def lose(name: str, done: int, wanted: int) -> None:
            if done == 640:
                head.kill()

        began = time.monotonic()
        with pytest.raises(WorkersLostError, match="the scheduler at .* is lost; finished blocks are kept in"):
            list(distributed.run_many([request], cluster, lose))
        assert time.monotonic() - began < 60
    n_kept = len(list((tmp_path / "run" / "trials").iterdir()))
    assert 10 <= n_kept < 1000
    far = run(minimal, trials=64 * n_kept + 64, block=64, out=tmp_path / "run", resume=True, name="x")
    assert same_columns(far, run(minimal, trials=64 * n_kept + 64, workers=1))


@needs_dask
@pytest.mark.slow
def test_another_engine_is_refused_before_the_first_block(minimal: sim.Scenario, tmp_path: Path) -> None:
    copy, port = tmp_path / "copy", free_port()
    for name in ("sim", "scenarios"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "sim" / "model" / "war.py").open("a") as file:
        file.write("\n# another engine\n")
    request = Request(minimal, "x", 640, 1, block=64)
    with scheduler(port), joined(port) as cluster:
        with (
            workers(port, cwd=copy, TMPDIR=str(tmp_path)),
            pytest.raises(WorkersLostError, match="another engine") as caught,
        ):
            list(distributed.run_many([request], cluster))
        assert "tcp://127.0.0.1" in str(caught.value)


@needs_dask
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("openssl") is None, reason="keys are made with openssl")
def test_a_cluster_with_keys_of_its_own(minimal: sim.Scenario, tmp_path: Path) -> None:
    """The commands of docs/guide/cluster.md: same trials over TLS, and no word to whoever has no keys."""
    for words in KEYS:
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)
    flags = ("--tls-ca-file", "ca.pem", "--tls-cert", "cert.pem", "--tls-key", "key.pem")
    keys = [str(tmp_path / word) if word.endswith(".pem") else word for word in flags]
    quiet = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
    port = free_port()
    address = f"tls://127.0.0.1:{port}"
    head = ("--host", "127.0.0.1", "--port", str(port), "--protocol", "tls", *quiet, *keys)
    hand = (address, "--nthreads", "1", *quiet, "--local-directory", str(tmp_path), *keys)
    with started("distributed.cli.dask_scheduler", *head), started("distributed.cli.dask_worker", *hand):
        await_port(port)
        with distributed.connect(address, tmp_path) as cluster:
            found = next(iter(distributed.run_many([Request(minimal, "minimal", trials=256, block=64)], cluster)))
        assert same_columns(found, run(minimal, trials=256, block=64))
        with pytest.raises(ParleyError, match="wants keys"), distributed.connect(address):
            pass
        with pytest.raises(WorkersLostError), distributed.connect(address.replace("tls", "tcp")):
            pass


def test_workers_of_a_nanny_keep_their_memory_and_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(memory.sys, "platform", "linux")
    library = SimpleNamespace(mallopt=lambda option, _: asked.append(option))
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _: library)
    monkeypatch.setattr(cluster, "ready", lambda _: packed("ready", "x"))
    monkeypatch.setattr(cluster, "packed_result", lambda *_: b"")
    block = SimpleNamespace(index=0)
    piece = SimpleNamespace(request=None, work=SimpleNamespace(block=block))
    memory.keep_freed_memory.cache_clear()
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    cluster.perform(lambda _: None, piece, "x")  # type: ignore[arg-type]
    assert asked == []
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "65536")
    for _ in range(2):  # once a process
        cluster.perform(lambda _: None, piece, "x")  # type: ignore[arg-type]
        assert asked == [memory.M_MMAP_THRESHOLD, memory.M_TRIM_THRESHOLD]
    memory.keep_freed_memory.cache_clear()
