"""Ask of trials what their outcomes do not say: the range of every week, what would have opened one, what is on offer.

Nothing here changes what a trial becomes: paths and needs are those that the week itself looks at.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiler.decorators import entry, routine
from sim.compiler.machine_code import call
from sim.equations.trades import gain_at
from sim.equations.war import gain_from_war
from sim.model.attribution import best_surplus, explain
from sim.model.compiled import Rules, begin_draw, begin_trial, columns_of, copy, n_stored
from sim.model.inputs import inputs_of
from sim.model.packages import gain_between, lay_path, write_terms
from sim.model.ranges import find_range, update_loss_from_peace
from sim.model.state import AT_WAR
from sim.model.steps.events import apply_events
from sim.model.switches import COMMITMENT, INFORMATION, NONE_OFF, part_of_need, stake_of
from sim.model.trades import TRADED
from sim.model.value_of_war import cost_of_war, stakes
from sim.model.week import week
from sim.model.world import workspace_for
from sim.model.world_pointer import world_of
from sim.outcome_columns import FRICTIONS, Columns
from sim.random_streams import Streams
from sim.scenario.schema import Scenario
from sim.single_trial.one_trial import OneTrial

Values = NDArray[np.float64]

TOO_MUCH = 100.0
"""Utils that no war costs: what does not open a range by then never does."""
HALVINGS = 50
POINTS = 101
"""Contract-curve weights at which gains are shown."""


def _ask(question: Any, *arguments: Any) -> None:
    """Call an entry; say so first where that has to compile."""
    call(question, *arguments, what="what is asked of single trials", wait="about 10 s")


# -- what would have opened a range --------------------------------------------------------------------


class Openings(NamedTuple):
    """Hold what would have opened a range by trial, shape (trials,), and by side, shape (trials, 2).

    ``both`` is what another year of war would have to cost both sides more, ``alone`` one of them. [util] NaN in trials
    without a round in which they lacked one. ``without`` has shape (trials, frictions): a range opens without it.
    """

    both: Values
    alone: Values
    fear: Values
    optimism: Values
    without: NDArray[np.bool_]


def openings(scenario: Scenario, seed: int, first_trial: int, n_trials: int) -> tuple[Openings, Columns]:
    """Return what would have opened a range in trials that talked and never had one, and the outcome of all trials."""
    streams = Streams(seed, first_trial, n_trials, scenario.mirrored)
    inputs = inputs_of(scenario, streams)
    first, counts = streams.trials_by_draw()
    found = np.full((n_trials, 7 + len(FRICTIONS)), np.nan)
    results = np.empty((n_trials, n_stored(inputs)))
    workspace = workspace_for(inputs, streams.prefix)
    _ask(_openings, workspace, inputs.starts, first, counts, inputs.weeks, found, results)
    answers = Openings(found[:, 0], found[:, 1:3], found[:, 3:5], found[:, 5:7], found[:, 7:] > 0)
    return answers, columns_of(inputs, streams, first, counts, results)


@entry
def _openings(
    workspace: Any, starts: Any, first_trials: Any, n_trials: Any, weeks: int, found: Any, results: Any
) -> None:
    world = world_of(workspace)
    of_draw, done = np.empty(len(world.row)), 0
    for number in range(len(starts)):
        begin_draw(world, starts[number], number, of_draw)
        for lane in range(n_trials[number]):
            begin_trial(world, of_draw, first_trials[number] + lane)
            for _ in range(weeks):
                week(world)
            explain(world)
            copy(world.row[len(world.row) - results.shape[1] :], results[done])
            if world.outcome.best_track >= 0:
                _openings_of(world, world.outcome.best_track, found[done])
            done += 1


@routine
def _openings_of(world: Any, number: int, found: Any) -> None:
    """Ask a trial after its end, in the round in which the sides were closest."""
    found[0] = _least(world, number, True, True)
    found[1] = _least(world, number, True, False)
    found[2] = _least(world, number, False, True)
    for side in range(2):
        found[3 + side] = part_of_need(world, COMMITMENT, number, world.sides[side])
        found[5 + side] = part_of_need(world, INFORMATION, number, world.sides[side])
    for friction in range(len(FRICTIONS)):
        found[7 + friction] = 1.0 if best_surplus(world, 1 << friction, number) >= 0.0 else 0.0


@routine
def _least(world: Any, number: int, moves_a: bool, moves_b: bool) -> float:
    """Least extra cost of a year of war to some sides at which a range opens: the best surplus rises with it."""
    if not _opens_at(world, number, TOO_MUCH, moves_a, moves_b):
        return np.inf
    low, high = 0.0, TOO_MUCH
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        if _opens_at(world, number, middle, moves_a, moves_b):
            high = middle
        else:
            low = middle
    return high


@routine
def _opens_at(world: Any, number: int, more: float, moves_a: bool, moves_b: bool) -> bool:
    track = world.tracks[number]
    need_a, need_b = track.best_need_a, track.best_need_b
    track.best_need_a = need_a - more if moves_a else need_a
    track.best_need_b = need_b - more if moves_b else need_b
    surplus = best_surplus(world, NONE_OFF, number)
    track.best_need_a, track.best_need_b = need_a, need_b
    return surplus >= 0.0


# -- the range of every week ---------------------------------------------------------------------------


class Ranges(NamedTuple):
    """Hold what a round would find after each week, shape (trials, weeks, tracks).

    Everything is NaN in trials that are not at war then, and on tracks that are no ceasefire. ``lower``, ``upper`` are
    reservation points of sides A and B, infinite where a side has none; ``offer_a``, ``offer_b`` standing offers, and
    ``terms_a``, ``terms_b`` what they say, with issues as the last axis.
    """

    is_at_war: NDArray[np.bool_]
    lower: Values
    upper: Values
    offer_a: Values
    offer_b: Values
    terms_a: Values
    terms_b: Values


def ranges(
    scenario: Scenario, seed: int, first_trial: int, n_trials: int, rules: Rules | None = None
) -> tuple[Ranges, Columns]:
    """Return the range after each week up to the horizon, and the outcome by then.

    ``rules`` are the decisions of classes of somebody's own.
    """
    streams = Streams(seed, first_trial, n_trials, scenario.mirrored)
    inputs = inputs_of(scenario, streams)
    first, counts = streams.trials_by_draw()
    n_tracks, n_issues = len(scenario.tracks), len(scenario.issues)
    found = np.full((n_trials, scenario.horizon_weeks, n_tracks, 4 + 2 * n_issues), np.nan)
    is_at_war = np.zeros(found.shape[:2], np.bool_)
    results = np.empty((n_trials, n_stored(inputs)))
    workspace = workspace_for(inputs, streams.prefix)
    bound = rules.bind(workspace, inputs, streams, np.zeros(1, np.bool_)) if rules else None
    try:
        _ask(_ranges, workspace, inputs.starts, first, counts, is_at_war, found, results)
        if bound:
            bound.raise_problem()
    finally:
        if bound:
            bound.let_go()
    lower, upper, offer_a, offer_b = np.moveaxis(found[..., :4], -1, 0)
    terms_a, terms_b = found[..., 4 : 4 + n_issues], found[..., 4 + n_issues :]
    seen = Ranges(is_at_war, lower, upper, offer_a, offer_b, terms_a, terms_b)
    return seen, columns_of(inputs, streams, first, counts, results)


@entry
def _ranges(
    workspace: Any, starts: Any, first_trials: Any, n_trials: Any, is_at_war: Any, found: Any, results: Any
) -> None:
    world = world_of(workspace)
    of_draw, done = np.empty(len(world.row)), 0
    for number in range(len(starts)):
        begin_draw(world, starts[number], number, of_draw)
        for lane in range(n_trials[number]):
            begin_trial(world, of_draw, first_trials[number] + lane)
            for place in range(is_at_war.shape[1]):
                week(world)
                if world.trial.phase == AT_WAR:
                    is_at_war[done, place] = True
                    _look_at_all(world, found[done, place])
            copy(world.row[len(world.row) - results.shape[1] :], results[done])
            done += 1


@routine
def _look_at_all(world: Any, found: Any) -> None:
    tracks, issues = world.tracks, world.issues
    update_loss_from_peace(world)
    for number in range(len(tracks)):
        track, seen = tracks[number], found[number]
        if track.takes_force:
            find_range(world, number)
            seen[0], seen[1], seen[2], seen[3] = track.lower, track.upper, track.offer_a, track.offer_b
            write_terms(world, number, track.offer_a)
            for issue in range(len(issues)):
                seen[4 + issue] = issues[issue].terms
            write_terms(world, number, track.offer_b)
            for issue in range(len(issues)):
                seen[4 + len(issues) + issue] = issues[issue].terms


# -- the first day -------------------------------------------------------------------------------------


class FirstDay(NamedTuple):
    """Hold what both sides see before the first week, shape (2,): costs and values of a year of war, in utils.

    ``if_won`` and ``if_lost`` are what a year at full momentum would bring, without its cost.
    """

    cost_of_war: Values
    loss_from_peace: Values
    if_won: Values
    if_lost: Values


def first_day(trial: OneTrial) -> FirstDay:
    """Apply the first week's events to a trial that has not begun, and find the range of every track."""
    found = np.empty((4, 2))
    _ask(_first_day, trial.workspace, True, found)
    return FirstDay(*found)


def needs_today(trial: OneTrial) -> Values:
    """Return what both sides need on each track as it stands now, shape (tracks, 2). [util] The trial keeps them."""
    _ask(_first_day, trial.workspace, False, np.empty((4, 2)))
    return np.stack([trial.workspace.tracks["need_a"], trial.workspace.tracks["need_b"]], axis=-1)


@entry
def _first_day(workspace: Any, applies_events: bool, found: Any) -> None:
    world = world_of(workspace)
    if applies_events:
        apply_events(world)
    update_loss_from_peace(world)
    for number in range(len(world.tracks)):
        find_range(world, number)
    for number in range(2):
        side = world.sides[number]
        total = stakes(world, side)
        found[0, number], found[1, number] = cost_of_war(side, world.war), side.loss_from_peace
        found[2, number], found[3, number] = gain_from_war(total, 1.0), gain_from_war(total, -1.0)


# -- what is on offer ----------------------------------------------------------------------------------


class OnOffer(NamedTuple):
    """Hold what two packages of a track are worth today.

    Attributes
    ----------
    gains : array, shape (2, 101)
        Gains of both sides along the contract curve. [util] Minus infinity where bounds leave no package.
    terms : array, shape (2, issues)
        Terms of the package offered to side A, and of that offered to side B; out of scope the status quo.
    forgone : array, shape (2, issues)
        What each side gives up on an issue in its package against its best there. [util] NaN out of scope.
    """

    gains: Values
    terms: Values
    forgone: Values


def on_offer(trial: OneTrial, track: int, to_a: float, to_b: float) -> OnOffer:
    """Return what packages at two contract-curve weights are worth on a track today."""
    n_issues = len(trial.scenario.issues)
    found = OnOffer(np.empty((2, POINTS)), np.empty((2, n_issues)), np.full((2, n_issues), np.nan))
    _ask(_on_offer, trial.workspace, track, to_a, to_b, *found)
    return found


@entry
def _on_offer(workspace: Any, number: int, to_a: float, to_b: float, gains: Any, terms: Any, forgone: Any) -> None:
    world = world_of(workspace)
    issues = world.issues
    lay_path(world, number)
    book = world.trial.book
    for side in range(2):
        for place in range(gains.shape[1]):
            is_possible = world.paths[number].is_possible
            gain = gain_between(world, number, side, place / (gains.shape[1] - 1))
            gains[side, place] = gain if is_possible else -np.inf
        write_terms(world, number, to_a if side == 0 else to_b)
        trust = world.books[book].trust_a if side == 0 else world.books[book].trust_b
        for issue in range(len(issues)):
            terms[side, issue] = issues[issue].terms
            edge = world.edges[book, number, issue]
            if edge.kind == TRADED:
                seen = stake_of(issues[issue], world.sides[side], NONE_OFF, trust)
                wish = gain_at(edge.low if side == 0 else edge.high, seen)
                forgone[side, issue] = wish - gain_at(terms[side, issue], seen)
