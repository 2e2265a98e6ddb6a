"""What workers on other machines send: bytes, and nothing else is believed or run."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import NumericError, ParleyError, WorkersLostError
from sim.execution import streaming
from sim.execution.blocks import blocks
from sim.execution.dask import block_answers as answers
from sim.execution.dask import worker as cluster
from sim.execution.dask.block_answers import block_of, opened, packed, packed_failure, packed_result, tally_of_answer
from sim.execution.dask.worker import BlockLostError, Cluster, compute_piece, perform
from sim.execution.request import Request
from sim.execution.run import Work
from sim.execution.streaming import Piece, tally
from sim.results.tally_form import as_bytes
from sim.storage import provenance as origin
from sim.storage.block_parquet import encoded

TRIALS = 200


def pieces(scenario: sim.Scenario) -> list[Piece]:
    request = Request(scenario, "x", TRIALS, 7, block=64)
    return [Piece(request, Work(0, block, scenario, 7, {})) for block in blocks(TRIALS, 64)]


@pytest.fixture(scope="module")
def piece(minimal: sim.Scenario) -> Piece:
    return pieces(minimal)[1]


@pytest.fixture(scope="module")
def block(piece: Piece) -> bytes:
    return perform(compute_piece, piece, piece.request.inputs.run_id)


@pytest.fixture(scope="module")
def counted(piece: Piece) -> bytes:
    return perform(tally, piece, piece.request.inputs.run_id)


def test_a_block_and_a_tally_come_back_as_they_were(piece: Piece, block: bytes, counted: bytes) -> None:
    there, here = block_of(block, piece), compute_piece(piece)
    assert list(there) == list(here)
    assert all(there[name].dtype == here[name].dtype and there[name].tobytes() == here[name].tobytes() for name in here)
    found, wanted = tally_of_answer(counted, piece), tally(piece)
    assert as_bytes(found) == as_bytes(wanted)
    assert found.events["durable", 365].design_effect == wanted.events["durable", 365].design_effect


class Trap:
    """Unpickled, it leaves a file behind."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return eval, ("open('trapped', 'w')",)


def other(block: bytes, **changes: object) -> bytes:
    head, _, content = block.partition(b"\n")
    return json.dumps(json.loads(head) | changes).encode() + b"\n" + content


def test_answers_of_another_shape_are_refused_in_one_line(
    piece: Piece, block: bytes, counted: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An int in place of a block ended the run in a raw TypeError."""
    monkeypatch.chdir(tmp_path)
    for answer, said in (
        (42, "expected an answer in bytes, got int"),
        (compute_piece(piece), "got dict"),
        (None, "got NoneType"),
        (bytearray(block), "got bytearray"),
        (b"", "expected a block, got 0 bytes that are no answer"),
        (b"[" * 100_000, "no answer"),
        (b"{}\n", "no answer"),
        (b"7\n", "no answer"),
        (other(block, versions=[1]), "no answer"),
        (pickle.dumps(Trap()), "no answer"),
        (counted, "expected a block, got 'tally'"),
        (other(block, parley={"a": 1}), "expected a block"),
        (other(block, run="0"), "its data files or party classes are others"),
        (other(block, engine="00"), "it computes with another engine .00 instead of"),
        (block[:-9], "cannot be read as Parquet"),
        (block.partition(b"\n")[0] + b"\n", "cannot be read as Parquet"),
        (packed("block", piece.request.inputs.run_id, pickle.dumps(Trap())), "cannot be read as Parquet"),
    ):
        with pytest.raises(WorkersLostError, match=said) as caught:
            block_of(answer, piece)
        assert caught.value.exit_code == 6 and len(str(caught.value).splitlines()) == 1 and len(str(caught.value)) < 300
    assert not list(tmp_path.iterdir())


def test_blocks_that_hold_something_else_are_refused(piece: Piece) -> None:
    """Also by whoever mended the digest inside."""
    run, there = piece.request.inputs.run_id, compute_piece(piece)

    def with_column(name: str, values: Any) -> bytes:
        return packed_result({**there, name: values}, run, 1)

    less = {name: column for name, column in there.items() if name != "tag"}
    for answer, said in (
        (packed_result({name: column[:-1] for name, column in there.items()}, run, 1), "63 trials"),
        (packed_result(less, run, 1), "no column tag"),
        (with_column("surprise", there["tag"]), "unknown column 'surprise'"),
        (with_column("tag", there["tag"].astype(np.int64)), "tag is of type int64"),
        (with_column("stage", np.full(64, 99, np.int8)), "stage is 99"),
        (with_column("trial", there["trial"] + 1), "its trials are not 64 to 127"),
        (with_column("shortfall", np.full(64, np.nan, np.float32)), "shortfall is not a number"),
        (packed_result(there, run, 2), "another place"),
        (packed("block", run, encoded(there, "another", 1)), "another run"),
    ):
        with pytest.raises(WorkersLostError, match=f"its block.*{said}"):
            block_of(answer, piece)


def changed(counted: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    head, _, content = counted.partition(b"\n")
    value = json.loads(content)
    change(value)
    return head + b"\n" + json.dumps(value).encode()


def test_tallies_that_do_not_add_up_are_refused(piece: Piece, counted: bytes) -> None:
    changes: list[Callable[[dict[str, Any]], object]] = [
        lambda t: t.update(n=65),
        lambda t: t.update(n=-1),
        lambda t: t.update(n=2**60),
        lambda t: t.update(n="64"),
        lambda t: t.update(more=1),
        lambda t: t.pop("tags"),
        lambda t: t["events"].pop("durable 90"),
        lambda t: t["events"]["durable 90"].update(hits=65),
        lambda t: t["events"]["durable 90"].update(cluster_squares=10**6),
        lambda t: t["weeks"]["durable_week"].append(0),
        lambda t: t["weeks"]["durable_week"].__setitem__(0, 65),
        lambda t: t["stages"].__setitem__(0, 99),
        lambda t: t["tags"].__setitem__(0, 65),
        lambda t: t["victories"].update(A=65),
        lambda t: t.update(n_attributed=65),
        lambda t: t["frictions"].update(trust=2**61),
        lambda t: t["frictions"].update(trust=10**400),
        lambda t: t["frictions"].update(trust=float("nan")),
        lambda t: t.update(n_halts=65),
        lambda t: t["halts"][0][0].__setitem__(0, 10**6),
        lambda t: next(iter(t["terms"].values())).update(total=2**61),
        lambda t: next(iter(t["terms"].values()))["grid"].__setitem__(0, 10**6),
    ]
    for change in changes:
        with pytest.raises(WorkersLostError, match="its tally: ") as caught:
            tally_of_answer(changed(counted, change), piece)
        assert len(str(caught.value).splitlines()) == 1
    tally_of_answer(changed(counted, lambda t: None), piece)


def test_failures_are_text_and_a_users_error_comes_back_as_it_was() -> None:
    with pytest.raises(NumericError, match="^x: shortfall is not a number$"):
        opened(packed_failure(NumericError("x: shortfall is not a number"), "r"), "block", "r")
    with pytest.raises(answers.FailedError, match="^ZeroDivisionError: of its own$"):
        opened(packed_failure(ZeroDivisionError("of\nits own"), "r"), "block", "r")
    with pytest.raises(answers.FailedError, match="SystemExit"):
        opened(packed("failed", "r", b"SystemExit\nleave"), "block", "r")


class Client:
    """As much of Dask's as a cluster uses; ``answers`` turns what was computed into what comes back."""

    status = "running"

    def __init__(self, answer: Callable[[Piece, bytes], Any]) -> None:
        self.answer, self.n_submitted = answer, 0

    def nthreads(self) -> dict[str, int]:
        return {"tcp://127.0.0.1:1": 1, "tcp://127.0.0.1:2": 1}

    def submit(self, task: Any, function: Any, piece: Piece, run: str, retries: int, **_: object) -> Future[Any]:
        self.n_submitted += 1
        found: Future[Any] = Future()
        try:
            found.set_result(self.answer(piece, task(function, piece, run)))
        except Exception as problem:
            if retries:
                return self.submit(task, function, piece, run, retries - 1)
            found.set_exception(pickle.loads(pickle.dumps(problem)))
        return found

    def run(self, task: Callable[[Request], bytes], request: Request) -> dict[str, Any]:
        return {address: self.answer(None, task(request)) for address in self.nthreads()}  # type: ignore[arg-type]

    def cancel(self, futures: list[Future[Any]], force: bool) -> None:
        pass


def test_a_cluster_hands_on_what_was_asked_and_names_what_was_not(minimal: sim.Scenario) -> None:
    whole = [int(np.count_nonzero(compute_piece(piece)["stage"])) for piece in pieces(minimal)]

    def ask(answer: Callable[[Piece, bytes], Any], function: Any = compute_piece) -> list[Any]:
        return [found for _, found in Cluster(Client(answer), "tcp://x:1").in_order(function, pieces(minimal))]

    assert [int(np.count_nonzero(found["stage"])) for found in ask(lambda _, answer: answer)] == whole
    assert [found.n for found in ask(lambda _, answer: answer, tally)] == [64, 64, 64, 8]
    for function in (compute_piece, tally):
        with pytest.raises(WorkersLostError, match="^x: block 2 .trials 128 to 191, seed 7.: a worker's answer is ref"):
            ask(lambda piece, answer: 42 if piece.work.block.index == 2 else answer, function)


def test_a_block_that_fails_is_tried_three_times(minimal: sim.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LOOK_SECONDS", 0.02)
    n_failures = 2

    def broken(piece: Piece) -> Any:
        nonlocal n_failures
        if piece.work.block.index == 1 and n_failures:
            n_failures -= 1
            raise ZeroDivisionError("a bug of its own")
        return compute_piece(piece)

    there = Cluster(Client(lambda _, answer: answer), "tcp://x:1")
    assert len(list(there.in_order(broken, pieces(minimal)))) == 4
    n_failures, handed_on = 3, []
    with pytest.raises(BlockLostError, match="block 1 .* failed 3 times: ZeroDivisionError: a bug of its own$"):  # noqa: PT012
        for piece, _ in there.in_order(broken, pieces(minimal)):
            handed_on.append(piece.work.block.index)
    assert handed_on == [0] and n_failures == 0


class Late(Client):
    """The first block answers when the third goes out, which waits for the second: two are in flight."""

    def submit(self, task: Any, function: Any, piece: Piece, run: str, retries: int, **_: object) -> Future[Any]:
        found = super().submit(task, function, piece, run, retries)
        if piece.work.block.index == 0:
            self.first, self.kept = Future[Any](), found
            return self.first
        if piece.work.block.index == 2:
            self.first.set_result(self.kept.result())
        return found


def test_blocks_before_one_that_is_given_up_are_handed_on(
    minimal: sim.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "LOOK_SECONDS", 0.02)

    def broken(piece: Piece) -> Any:
        if piece.work.block.index == 1:
            raise ZeroDivisionError
        return compute_piece(piece)

    there, handed_on = Cluster(Late(lambda _, answer: answer), "tcp://x:1"), []
    with pytest.raises(BlockLostError, match="block 1 .* failed 3 times: ZeroDivisionError"):  # noqa: PT012
        for piece, _ in there.in_order(broken, pieces(minimal)):
            handed_on.append(piece.work.block.index)
    assert handed_on == [0]


def test_workers_that_are_unlike_are_refused_before_the_first_block(
    minimal: sim.Scenario, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    request = pieces(minimal)[0].request
    caplog.set_level("WARNING", "sim")
    for is_safe in (True, False):
        monkeypatch.setattr(cluster, "is_safe", lambda is_safe=is_safe: is_safe)
        Cluster(Client(lambda _, answer: answer), "tcp://x:1").refuse_unfit([request, pieces(minimal)[1].request])
    assert [record.message for record in caplog.records] == [
        f"The worker tcp://127.0.0.1:{n} imports from its working folder: start it with PYTHONSAFEPATH=1"
        for n in (1, 2)
    ]
    for change, said in (
        (lambda _, answer: other(answer, engine="00"), "another engine .00 instead of"),
        (lambda _, answer: 42, "got int"),
        (lambda _, answer: packed_failure(ParleyError("there is no data file x.csv"), ""), "no data file x.csv"),
    ):
        with pytest.raises(WorkersLostError, match=f"the worker tcp://127.0.0.1:1 cannot compute .*{said}") as caught:
            Cluster(Client(change), "tcp://x:1").refuse_unfit([request])
        assert caught.value.exit_code == 6
    ours = origin.stamp()
    monkeypatch.setattr(origin, "stamp", lambda: ours._replace(versions=(*ours.versions[:-1], ("mesa", "9.9"))))
    with pytest.raises(WorkersLostError, match=r"mesa [\d.]+ instead of 9.9"):
        Cluster(Client(lambda _, answer: other(answer, versions=dict(ours.versions))), "x").refuse_unfit([request])


def test_a_stream_on_a_cluster_is_the_stream_here(minimal: sim.Scenario) -> None:
    request = pieces(minimal)[0].request
    there = Cluster(Client(lambda _, answer: answer), "tcp://x:1")
    assert streaming.stream(request, apply=there.in_order).summary == streaming.stream(request, workers=1).summary
