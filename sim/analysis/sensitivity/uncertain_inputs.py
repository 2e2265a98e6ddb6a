"""What is uncertain in a scenario, and what the model says at given points of it.

Every uncertain number is an *input*: a share of its distribution between 0 and 1, by key path. Draws that come from a
file together (the calibration) are inputs in two ways: *separate*, each column by its own distribution with the others
at their medians, or *whole*, one share that picks a row. ``evaluate`` runs many points in one block: each point takes
the place of a parameter draw, and points with the same stream number share their random numbers, trial by trial.

Shares of trials are turned into odds at the scenario's level (``sim.analysis.point_levels``): the headline that
``parley run`` would print of that point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.designs import Progress as Progress
from sim.analysis.designs import check_count
from sim.analysis.point_levels import Classed, classed, levels_of
from sim.errors import ParleyError
from sim.errors.arguments import checked_arguments
from sim.execution import worker_pool
from sim.execution.blocks import DEFAULT_BLOCK, check_counts
from sim.random_streams import READING, Streams
from sim.results.weighing import levels
from sim.scenario.diagnostics import did_you_mean, escaped
from sim.scenario.mirror import turns
from sim.scenario.sampling.calibrated_keys import groups_of
from sim.scenario.sampling.parameter_draws import draws_of, inverse_cdf, quantities
from sim.scenario.sampling.readings import weights_of
from sim.scenario.sampling.stream_names import stream_names
from sim.scenario.schema import Joint, Scenario
from sim.scenario.schema.quantity import Quantity
from sim.statistics.estimates import Floats
from sim.statistics.horizons import check_tier, event_by, horizons, weeks_by
from sim.statistics.level import Level

LOW, HIGH = 0.05, 0.95
"""Low and high of an input: these quantiles of its distribution."""
BISECTIONS = 60

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Input:
    """One uncertain thing: ``name`` as shown and typed, ``stream`` the name under which the engine asks for its share.

    ``central`` is the share at which it takes its central value. ``is_turned`` in a mirrored scenario: the engine then
    takes 1 - share. ``path`` is the key path of the number, empty for a whole table.
    """

    name: str
    stream: str
    central: float
    is_turned: bool = False
    path: str = ""


def separate_inputs(scenario: Scenario) -> tuple[Scenario, list[Input]]:
    """Return the scenario with files of joint draws separated into columns, and all inputs of that scenario.

    A column is called ``calibration.strain``, or ``joint.0.strain`` for a file that the scenario names itself.
    """
    groups = groups_of(scenario)
    joint = tuple(group if group.file is None else _taken_apart(group) for group in groups.values())
    separate = scenario.model_copy(update={"joint": joint, "calibration": None})
    names = {
        f"joint.{number}.factors.{column}": f"{section}.{column}"
        for number, (section, group) in enumerate(groups.items())
        if group.file is not None
        for column in group.columns.values()
    }
    found, streams = [], stream_names(separate)
    for path, quantity in quantities(separate).items():
        if quantity.is_uncertain:
            middle = 0.5 if path in names else central_share(quantity)
            is_turned = scenario.mirrored and turns(path)
            found.append(Input(names.get(path, path), streams.of(path), middle, is_turned, path))
    return separate, [*found, *reading_input(scenario)]


def inputs_whole(scenario: Scenario) -> list[Input]:
    """Return all inputs of the scenario as it is: the columns of one file are one input (``calibration``)."""
    streams = stream_names(scenario)
    found = [
        Input(path, streams.of(path), central_share(quantity), scenario.mirrored and turns(path), path)
        for path, quantity in quantities(scenario).items()
        if quantity.is_uncertain
    ]
    tables: dict[tuple[str | None, str | None], Input] = {}
    for section, group in groups_of(scenario).items():
        if group.file is not None:
            tables.setdefault(group.table, Input(section, streams.tables[group.table], 0.5))
    return [*found, *tables.values(), *reading_input(scenario)]


def reading_input(scenario: Scenario) -> list[Input]:
    """Return the input that picks the reading, where there are several: all numbers of a coder at once.

    Its central value is the file's own reading.
    """
    return [Input(READING, READING, float(weights_of(scenario)[0]) / 2, path=READING)] if scenario.readings else []


def _taken_apart(group: Joint) -> Joint:
    """Return the group with each column of its file as a factor of its own, of the same distribution."""
    rows, weights = draws_of(group)
    shares = tuple(weights / weights.sum())
    factors = {name: Quantity(dist="choice", values=tuple(rows[name]), weights=shares) for name in rows}
    return group.model_copy(update={"file": None, "sha256": None, "weight": None, "factors": factors})


def central_share(quantity: Quantity) -> float:
    """Return the share of its distribution at which a quantity takes its central value."""
    if quantity.dist is None:
        return 0.5  # of the file; other readings have a range
    if quantity.dist == "choice":
        values, weights = np.array(quantity.values or ()), np.array(quantity.weights or ())
        below = float(weights[values < quantity.middle].sum())
        return below + float(weights[values == quantity.middle].sum()) / 2
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        half = (low + high) / 2
        low, high = (half, high) if float(inverse_cdf(quantity, half)) < quantity.middle else (low, half)
    return (low + high) / 2


def chosen(available: Sequence[Input], names: Sequence[str] | None, scenario: Scenario) -> list[Input]:
    """Return the inputs called ``names``, in that order; all without names.

    ``calibration`` stands for all its columns where they are separate, and ``calibration.strain`` for the whole where
    they are not. Raises ParleyError for a wrong name, with the nearest one, and for a number that is certain.
    """
    if names is None:
        return list(available)
    found = [one for name in names for one in _called(name, available, scenario)]
    return list(dict.fromkeys(found))


def _called(name: str, available: Sequence[Input], scenario: Scenario) -> list[Input]:
    by_name = {one.name: one for one in available}
    if name in by_name:
        return [by_name[name]]
    columns = [one for one in available if one.name.rpartition(".")[0] == name and one.path.startswith("joint.")]
    whole = by_name.get(name.rpartition(".")[0])
    if columns:
        return columns
    if whole and not whole.path and name in {one.name for one in separate_inputs(scenario)[1]}:
        return [whole]
    known = quantities(scenario)
    if name in known and (reference := known[name].same_as):
        raise ParleyError(f"{escaped(name)}: is the same as {escaped(reference)}: vary that one")
    if name in known:
        raise ParleyError(f"{escaped(name)}: is certain in this scenario, so there is nothing to vary")
    raise ParleyError(f"unknown input `{escaped(name)}`{did_you_mean(name, list(by_name))}")


def horizon_at(scenario: Scenario, days: int | None) -> int:
    """Return the position of a horizon among those of the scenario; the last without ``days``."""
    known = list(horizons(scenario))
    if days is None:
        return len(known) - 1
    weeks_by(scenario, days)
    return known.index(days)


def by_streams(inputs: Sequence[Input], shares: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the shares by the name of the engine's stream, from shares by input name."""
    return {one.stream: 1 - shares[one.name] if one.is_turned else shares[one.name] for one in inputs}


def at_central(inputs: Sequence[Input], n_points: int) -> dict[str, Floats]:
    """Return the shares by input name with every input at its central value in every point."""
    return {one.name: np.full(n_points, one.central) for one in inputs}


@dataclass(frozen=True)
class Answers:
    """Shares of trials with the event: ``shares`` (points, batches, horizons), for the horizons ``days``.

    Batches are equal parts of a point's trials, with independent random numbers; batch b of two points with the same
    stream number shares them. ``classed`` counts the trials of each point by class, for the level of its odds.
    """

    shares: Floats
    days: tuple[int, ...]
    trials_per_point: int
    classed: Classed
    known: Mapping[int, Level]
    tier: str

    @property
    def model(self) -> Floats:
        """Return the shares of trials by point and horizon, shape (points, horizons)."""
        return np.asarray(self.shares.mean(axis=1))

    def levels(self, points: Sequence[int] | slice) -> tuple[Level, ...]:
        """Return by horizon the level of the odds of some points together."""
        return levels_of(self.known, self.classed.summed(points), self.tier)


class Work(NamedTuple):
    """Some points, as they travel to a worker."""

    scenario: Scenario
    seed: int
    shares: dict[str, Floats]
    streams: Integers
    trials_per_point: int
    batches: int
    tier: str


@checked_arguments
def evaluate(
    scenario: Scenario,
    inputs: Sequence[Input],
    shares: Mapping[str, Floats],
    *,
    trials_per_point: int,
    batches: int = 2,
    streams: Integers | None = None,
    tier: str = "durable",
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Answers:
    """Run the model at points of input space: ``shares`` by input name, each of shape (points,).

    ``inputs`` are all inputs of ``scenario``. ``streams`` numbers the random numbers of each point, ascending (default:
    common to every point). Batches hold whole antithetic pairs. The same whatever the number of workers.
    Raises ParleyError for a tier, a seed or counts that cannot be.
    """
    check_tier(tier)
    check_counts(1, seed, None)
    check_count("trials a point", trials_per_point, 2 * batches, DEFAULT_BLOCK, 2 * batches)
    n_points = len(next(iter(shares.values())))
    streams = np.zeros(n_points, dtype=np.int64) if streams is None else streams
    by_stream = by_streams(inputs, shares)
    size = max(1, DEFAULT_BLOCK // trials_per_point)
    wanted = []
    for part in (slice(first, first + size) for first in range(0, n_points, size)):
        cut = {name: column[part] for name, column in by_stream.items()}
        wanted.append(Work(scenario, seed, cut, streams[part], trials_per_point, batches, tier))
    workers = min(len(wanted), worker_pool.default_workers() if workers is None else workers)
    kind = worker_pool.choose(workers, len(wanted), releases_gil=True)
    found: list[Answered] = []
    done = 0
    for work, of_points in worker_pool.in_order(answer, wanted, workers, kind):
        found.append(of_points)
        done += len(work.streams) * trials_per_point
        if progress:
            progress(done, n_points * trials_per_point)
    by_batch = np.concatenate([one.shares for one in found])
    counted = Classed.joined([one.classed for one in found])
    return Answers(by_batch, tuple(horizons(scenario)), trials_per_point, counted, levels(scenario), tier)


class Answered(NamedTuple):
    """Shares of trials with the event (points, batches, horizons) and its counts by class of trial."""

    shares: Floats
    classed: Classed


def answer(work: Work) -> Answered:
    """Run the points of one block."""
    from sim.model.compiled import simulate_streams  # with the compiler, which only workers need

    columns = simulate_streams(work.scenario, PointStreams(work), explains=False)
    n_points, days = len(work.streams), horizons(work.scenario)
    hits = np.stack([event_by(columns, work.scenario, work.tier, at) for at in days], axis=1)
    shares = hits.reshape(n_points, work.batches, -1, len(days)).mean(axis=2)
    return Answered(np.asarray(shares), classed(work.scenario, columns, hits, n_points))


class PointStreams(Streams):
    """Random numbers and parameters of a block in which each point of input space takes the place of a parameter draw.

    Point p has the random numbers of trials streams[p] n to (streams[p] + 1) n - 1 of an ordinary run, n being its
    trials.
    """

    def __init__(self, work: Work) -> None:
        self._n = work.trials_per_point
        super().__init__(work.seed, 0, len(work.streams) * self._n, work.scenario.mirrored)
        self._first = work.streams * self._n
        self._shares = work.shares

    def trials_by_draw(self) -> tuple[Integers, Integers]:
        """Return the first trial whose random numbers each point has, and how many it has."""
        return self._first, np.full(len(self._first), self._n)

    def parameter(self, path: str) -> Floats:
        """Return the shares of an input, shape (points,)."""
        return self._shares[path]

    @property
    def draws(self) -> Integers:
        """Return the numbers of the points."""
        return np.arange(len(self._first))
