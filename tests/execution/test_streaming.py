"""Runs that keep no trials say what runs that keep them say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import NumericError, ParleyError
from sim.execution import run as run_module
from sim.execution.blocks import MOST_STREAMED
from sim.execution.request import Request
from sim.execution.run import run
from sim.execution.streaming import StreamedRun, stream
from sim.results.tally import GRID_ERROR, HitTally, TermsTally, terms_quantile
from sim.statistics import estimates


def unequal(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, float, float]]:
    """Places at which two summaries have other numbers; their keys and words must be the same."""
    if isinstance(one, dict):
        assert list(one) == list(other), path
        for key in one:
            yield from unequal(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, list):
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from unequal(a, b, f"{path}.{number}")
    elif one != other:
        assert not isinstance(one, int | str), path
        yield path, one, other


@pytest.mark.parametrize(("name", "trials"), [("teaching/minimal", 20_000), ("istanbul_2025/aides_only", 1_999)])
def test_the_summary_is_that_of_the_same_trials(name: str, trials: int) -> None:
    whole = run(name, trials=trials, seed=3, workers=1)
    streamed = stream(Request(whole.scenario, name, trials, 3, block=1024), workers=1)
    for path, one, other in unequal(whole.summary, streamed.summary):
        if path.startswith(".terms") and not path.endswith("mean"):
            assert abs(one - other) <= GRID_ERROR + 1e-12, path
        else:  # Shapley shares are 32-bit numbers, whose mean the plain summary takes in 32 bits
            assert other == pytest.approx(one, rel=3e-6 if path.startswith(".frictions") else 1e-9), path
            assert path.startswith((".frictions", ".terms")) or path[-2:] in ("lo", "hi") or ".p" in path, path
    shares = [
        (tier, days, cell["model"]) for tier, cells in whole.summary["tiers"].items() for days, cell in cells.items()
    ]
    assert [streamed.summary["tiers"][tier][days]["model"] for tier, days, _ in shares] == [p for *_, p in shares]
    weeks = whole.columns["durable_week"]
    assert (
        streamed.tally.weeks["durable_week"].sum(axis=0)[:52].tolist()
        == np.bincount(weeks[weeks >= 0], minlength=52)[:52].tolist()
    )
    assert streamed.tally.weeks["durable_week"][:, -1].sum() == np.count_nonzero(weeks < 0)
    agreed = whole.columns["halt_week"] >= 0
    ended = whole.columns["halt_end"][agreed]
    assert streamed.tally.halts.sum(axis=(0, 1, 2)).tolist() == np.bincount(ended, minlength=3).tolist()
    longest = whole.columns["halt_weeks"][agreed].max()
    assert np.flatnonzero(streamed.tally.halts.sum(axis=(0, 1, 3))).max() == longest


@pytest.mark.parametrize("p", [0.0, 0.002, 0.3, 0.9997, 1.0])
@pytest.mark.parametrize("n", [1, 16, 40, 64, 5_000, 5_024])
def test_odds_need_only_sums_of_squares(p: float, n: int) -> None:
    generator = np.random.default_rng(n)
    level = np.repeat(generator.beta(2 * p + 1e-9, 2 * (1 - p) + 1e-9, size=-(-n // 16)), 16)[:n]
    hits = generator.random(n) < level
    merged = HitTally.of(hits[: n // 64 * 32])
    merged.add(HitTally.of(hits[n // 64 * 32 :]))
    assert merged == HitTally.of(hits)
    for effect in (1.0, 2.5):
        wanted, found = estimates.odds(hits, effect), merged.odds(effect)
        assert (found.n, found.n_events) == (wanted.n, wanted.n_events)
        assert list(found.as_dict().values()) == pytest.approx(list(wanted.as_dict().values()), rel=1e-9, abs=1e-15)


def test_trials_do_not_follow_a_cut_cluster() -> None:
    short = HitTally.of(np.ones(33, bool))
    with pytest.raises(ValueError, match="none may follow"):
        short.add(HitTally.of(np.ones(32, bool)))


def test_quantiles_are_within_half_a_step() -> None:
    values = np.random.default_rng(1).random(997).astype(np.float32).astype(np.float64)
    merged = TermsTally.of(values[:300])
    merged.add(TermsTally.of(values[300:]))
    assert merged.n == 997 and merged.mean == pytest.approx(values.mean(), rel=1e-12)
    for share in (0.0, 0.05, 0.5, 0.951, 1.0):
        wanted = np.quantile(values, share, method="inverted_cdf")
        assert abs(terms_quantile([merged], np.ones(1), share) - wanted) <= GRID_ERROR + 1e-12
    assert terms_quantile([TermsTally.of(np.array([0.5]))], np.ones(1), 0.95) == 0.5


def test_a_stream_does_not_depend_on_workers(minimal: sim.Scenario) -> None:
    done = []
    request = Request(minimal, "x", 700, 1, block=96)
    one = stream(request, workers=1, progress=lambda *said: done.append(said))
    assert done[0] == ("x", 96, 700) and done[-1] == ("x", 700, 700) and len(done) == 8
    assert one.summary == stream(request, workers=2).summary
    assert one.summary == stream(request, workers=1, apply=lambda f, items: ((i, f(i)) for i in items)).summary


def test_odds_of_a_stream_are_those_of_the_run(minimal: sim.Scenario) -> None:
    whole, streamed = run(minimal, trials=640), stream(Request(minimal, "x", 640, 1), workers=1)
    assert isinstance(streamed, StreamedRun) and streamed.n_trials == 640
    assert not [
        one
        for one in unequal(whole.odds("broad", 180).as_dict(), streamed.odds("broad", 180).as_dict())
        if one[1] != pytest.approx(one[2], rel=1e-9)
    ]
    for wrong in (("lasting", 90), ("durable", 91)):
        with pytest.raises(ParleyError, match="expected one of "):
            streamed.odds(*wrong)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trials": 0}, "trials: expected 1 to 10,000,000,000, got 0"),
        ({"trials": MOST_STREAMED + 1}, "1 to 10,000,000,000, got 10000000001"),
        ({"seed": -1}, "seed"),
        ({"precision": 0.01}, "drop --precision"),
        ({"folder": Path("x")}, "drop --out"),
        ({"block": 100}, "multiple of 32"),
    ],
)
def test_what_cannot_be_streamed_is_said(minimal: sim.Scenario, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ParleyError, match=message):
        stream(Request(minimal, "x", **{"trials": 64, **change}), workers=1)


def test_a_result_that_is_no_number_stops_the_stream(minimal: sim.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.execution import streaming

    def broken(work: run_module.Work) -> dict[str, Any]:
        columns = dict(run_module.compute(work))
        columns["shortfall"] = np.full(len(columns["trial"]), np.nan, np.float32)
        return columns

    monkeypatch.setattr(streaming, "compute", broken)
    with pytest.raises(NumericError, match="shortfall"):
        stream(Request(minimal, "x", 64), workers=1)


PEAK = """
import resource, sys, sim
from sim.execution.request import Request
from sim.execution.streaming import stream
stream(Request(sim.load("teaching/minimal"), "x", int(sys.argv[1])), workers=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory in kilobytes is Linux's")
def test_memory_does_not_grow_with_trials() -> None:
    peaks = [
        int(subprocess.run([sys.executable, "-c", PEAK, str(n)], capture_output=True, text=True, check=True).stdout)
        for n in (100_000, 1_000_000)
    ]
    assert peaks[1] < 1.1 * peaks[0]
    assert peaks[1] < 512 * 1024
