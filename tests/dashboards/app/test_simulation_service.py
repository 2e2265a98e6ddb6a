"""Simulations while one looks: the same luck, nothing twice, never more than four at once."""

import itertools
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np
import pytest

from dashboards.app import what_if_edits
from dashboards.app.base_runs import head
from dashboards.app.simulation_service import MOST_AT_ONCE, Service
from sim.errors import BusyError, ParleyError
from sim.execution.blocks import Block
from sim.execution.cancellable_block import GivenUp, LiveBlock, simulate_live_block
from sim.execution.run import run as simulate
from sim.results.run import Run
from sim.scenario.reading.load import load
from tests.dashboards.app.conftest import NAME, service_over
from tests.dashboards.app.test_background_jobs import until

CHANGES = {"parties.North.strain": "0.14", "parties.South.usual_level": "3"}


def same(a: Run, b: Run) -> bool:
    return all(np.array_equal(one, b.columns[name], one.dtype.kind == "f") for name, one in a.columns.items())


def test_a_move_is_the_run_of_the_command_line(service: Service) -> None:
    live = service.simulate(NAME, CHANGES, trials=128)
    theirs = simulate(load(NAME, list(CHANGES.items())), trials=128, seed=1, workers=1, name=NAME)
    assert same(live, theirs)
    assert live.scenario == theirs.scenario


def test_the_split_over_workers_changes_no_trial(base: Run) -> None:
    services = [service_over([base]) for _ in range(3)]
    for workers, service in enumerate(services, 1):
        service.workers = workers
    one, *others = (service.simulate(NAME, CHANGES, trials=160) for service in services)
    assert all(same(one, other) for other in others)


def test_no_change_is_the_head_of_the_base(service: Service, base: Run) -> None:
    live = service.simulate(NAME, {}, trials=96)
    assert same(live, head(base, 96))
    assert service.n_simulated == 0


def test_the_same_move_is_computed_once(service: Service) -> None:
    first = service.simulate(NAME, CHANGES, trials=64)
    again = service.simulate(NAME, dict(reversed(CHANGES.items())), trials=64)
    assert first is again
    assert service.n_simulated == 1
    assert service.simulate(NAME, CHANGES, trials=96) is not first


def test_old_moves_are_forgotten(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service._live, "_most", 2)
    for value in ("0.06", "0.07", "0.08"):
        service.simulate(NAME, {"parties.North.strain": value}, trials=32)
    assert len(service._live) == 2


def held_up(service: Service, most: int = 99) -> tuple[threading.Semaphore, threading.Event]:
    """Let the first ``most`` computations say that they have begun, and wait until they may go on."""
    entered, leave, begun, real = threading.Semaphore(0), threading.Event(), itertools.count(), service._compute

    def slow(*arguments: Any) -> Any:
        if next(begun) < most:
            entered.release()
            leave.wait(20)
        return real(*arguments)

    service._compute = slow  # type: ignore[method-assign]
    return entered, leave


def test_a_fifth_simulation_is_told_to_wait(service: Service) -> None:
    entered, leave = held_up(service)
    with ThreadPoolExecutor() as pool:
        for number in range(MOST_AT_ONCE):
            pool.submit(service.simulate, NAME, {"parties.North.strain": f"0.1{number}"}, 32)
        assert all(entered.acquire(timeout=20) for _ in range(MOST_AT_ONCE))
        with pytest.raises(BusyError, match="busy"):
            service.simulate(NAME, {"parties.North.strain": "0.2"}, 32)
        leave.set()
    assert service.simulate(NAME, {"parties.North.strain": "0.2"}, 32).n_trials == 32


def test_a_broken_rule_is_told_and_frees_its_place(service: Service) -> None:
    wrong = {"parties.North.ideal_point.valley": "0.9", "parties.South.ideal_point.valley": "0.1"}
    for _ in range(MOST_AT_ONCE + 1):
        with pytest.raises(ParleyError) as told:
            service.simulate(NAME, wrong)
        assert not isinstance(told.value, what_if_edits.Refused | BusyError)
    assert service.n_simulated == 0


def test_a_lost_pool_is_started_again(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = service._pool
    assert pool is not None
    works, restarts = pool.submit, []

    def broken(function: object, item: object) -> Future[object]:
        lost: Future[object] = Future()
        lost.set_exception(BrokenProcessPool("gone"))
        return lost

    def restart() -> None:
        restarts.append(1)
        monkeypatch.setattr(pool, "submit", works)

    monkeypatch.setattr(pool, "submit", broken)
    monkeypatch.setattr(pool, "restart", restart)
    assert service.simulate(NAME, CHANGES, trials=32).n_trials == 32
    assert restarts == [1]


def test_base_runs_are_made_in_pieces_and_are_the_run(base: Run) -> None:
    service = service_over([])
    service.add(NAME, base.scenario)
    assert service.run_of(NAME) is None
    service._fill()
    made = service.run_of(NAME)
    assert made is not None and same(made, base)
    assert service.waiting(NAME) == (1, 1)


def test_a_base_that_fails_says_so(base: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    service = service_over([])
    service.add(NAME, base.scenario)

    def fails(*_: object) -> None:
        raise ParleyError("no")

    monkeypatch.setattr(service, "_compute", fails)
    service._fill()
    assert service.bases[NAME].problem == "no"


@pytest.mark.parametrize("trials", [0, -1, 20_001, 10**9])
def test_trials_have_limits(service: Service, trials: int) -> None:
    with pytest.raises(what_if_edits.Refused):
        service.simulate(NAME, {}, trials)


def test_odds_alone_are_those_of_the_whole_run(service: Service) -> None:
    short, whole = (service.simulate(NAME, CHANGES, 128, is_explained=one) for one in (False, True))
    assert set(short.columns) < set(whole.columns)
    assert all(np.array_equal(short.columns[name], whole.columns[name]) for name in short.columns)
    assert short.odds("durable", 365) == whole.odds("durable", 365)
    # They are not followed so far as to tell what is still in force after 180 days.
    assert short.in_force_180(365) is None and whole.in_force_180(365) is not None


def test_halts_need_no_more_weeks_than_they_are_watched() -> None:
    """The largest scenario of the catalogue: what is left out of a glance never decides what it shows."""
    scenario = load("istanbul_2025/halt_30_days_monitored")
    block = Block(0, 0, 256)
    short, whole = (
        simulate_live_block(LiveBlock(scenario, 3, block, one, np.zeros(1, np.bool_))) for one in (False, True)
    )
    assert (whole["durable_week"] >= 0).any()
    assert all(np.array_equal(short[name], whole[name]) for name in short)


def test_what_nobody_awaits_gives_way(service: Service) -> None:
    entered, leave = held_up(service, 1)
    with ThreadPoolExecutor() as pool:
        guess = pool.submit(service.simulate, NAME, {"parties.North.strain": "0.11"}, 64, False, is_awaited=False)
        assert entered.acquire(timeout=20)
        assert service.simulate(NAME, {"parties.North.strain": "0.12"}, 64, is_explained=False).n_trials == 64
        leave.set()
        assert isinstance(guess.exception(20), GivenUp)


def test_who_asks_for_what_is_under_way_gets_that(service: Service) -> None:
    entered, leave = held_up(service)
    asked = (NAME, {"parties.North.strain": "0.11"}, 64, False)
    with ThreadPoolExecutor() as pool:
        guess = pool.submit(service.simulate, *asked, is_awaited=False)
        assert entered.acquire(timeout=20)
        wanted = pool.submit(service.simulate, *asked)
        (flight,) = service._flights.values()
        until(lambda: flight.is_awaited)
        leave.set()
        assert guess.result(20) is wanted.result(20) and service.n_simulated == 1
    assert not service._flights
