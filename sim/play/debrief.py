"""What a play is answered with at its end: the hidden range, what was missed, and the truth about the war."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.mesa_model import NegotiationModel
from sim.play.answers import Key
from sim.play.comparison import Place, ended, place_of
from sim.play.engine import Lived, own_share, player_of, ranges_of
from sim.play.news import plain
from sim.play.positions import Table, expected_front, joined, points, term, track_called
from sim.results.formatting import counted
from sim.scenario.schema.labels import called
from sim.single_trial.happenings import Bargained, Round
from sim.single_trial.questions import first_day

TOUCHING = 1e-12


@dataclass(frozen=True)
class Spell:
    """Weeks in a row with a range on a track: packages from ``least`` to ``most`` of 100 to the side when widest."""

    track: str
    first: date
    last: date
    weeks: int
    widest: date
    least: float
    most: float
    middle: str

    @property
    def text(self) -> str:
        """Return the spell in words."""
        when, who = f"in the week of {plain(self.first)}", "Both sides"
        if self.weeks > 1:
            when = f"for {self.weeks} weeks, from {plain(self.first)} to the week of {plain(self.last)}"
            who = f"At its widest, in the week of {plain(self.widest)}, both sides"
        return (
            f"{self.track}: there was a range {when}. {who} preferred to war all from {self.least:.0f} to "
            f"{self.most:.0f} of 100 to you. Its middle: {self.middle}."
        )


@dataclass(frozen=True)
class Debrief:
    """A finished play looked at from outside; each part is sentences, ``place`` numbers as well."""

    side: str
    seed: int
    outcome: str
    ranges: tuple[Spell, ...]
    no_range: str
    missed: tuple[str, ...]
    hidden: tuple[str, ...]
    model: str
    place: Place

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, dates in ISO form."""
        spells = [
            {**asdict(one), **{key: getattr(one, key).isoformat() for key in ("first", "last", "widest")}}
            for one in self.ranges
        ]
        return {**asdict(self), "ranges": spells, "missed": list(self.missed), "hidden": list(self.hidden)}

    @property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return headings with their sentences, in the order in which they are read."""
        return (
            ("How it ended", (self.outcome,)),
            ("The hidden range", tuple(spell.text for spell in self.ranges) or (self.no_range,)),
            ("What was missed", self.missed or ("No range passed without a signature.",)),
            ("What you could not see", self.hidden),
            ("The model in your place", (self.model,)),
            ("Among simulated trials", self.place.sentences),
        )


def debrief(play: Lived, trials: int) -> Debrief:
    """Return the debrief of a finished play."""
    assert play.columns is not None
    limits = _limits(play)
    open_weeks = {
        number: limits[:, number, 0] <= limits[:, number, 1] + TOUCHING for number in range(len(play.scenario.tracks))
    }
    place, simulated = place_of(play, trials)
    row = {name: column[0].item() for name, column in play.columns.items()}
    return Debrief(
        play.side,
        play.seed,
        _capital(ended(play.scenario, play.side, row)) + _agreed(play, row),
        tuple(_spells(play, limits, open_weeks)),
        _no_range(play, row),
        tuple(_missed(play, open_weeks)),
        tuple(_hidden(play)),
        f"With the same random numbers, the model would have ended so: {ended(play.scenario, play.side, simulated)}",
        place,
    )


def _agreed(play: Lived, row: dict[str, Any]) -> str:
    """Return what the ceasefire says that lasted; nothing without one."""
    if row["durable_week"] < 0:
        return ""
    issues = play.scenario.issues
    terms = {name: term(issues[name], row[f"x_{name}"]) for name in issues if row[f"x_{name}"] == row[f"x_{name}"]}
    return f" It says {'; '.join(f'{called(play.scenario, name)}: {words}' for name, words in terms.items())}."


def _limits(play: Lived) -> NDArray[np.float64]:
    """Return the reservation points of sides A and B by week and track, shape (weeks, tracks, 2); NaN where none is.

    They are those of the week's round, which may have ended the war, and else those after the week.
    """
    ranges = ranges_of(play.scenario, play.side, play.seed, play.answers)
    found = np.stack([ranges.lower[0], ranges.upper[0]], axis=-1)
    for week in play.weeks:
        for seen in week.happenings:
            if isinstance(seen, Bargained) and seen.is_ceasefire:
                found[week.number, seen.number] = seen.lower, seen.upper
    return found


def _spells(play: Lived, limits: NDArray[np.float64], open_weeks: Any) -> list[Spell]:
    """Return the weeks with a range, track by track."""
    found = []
    for number, is_open in open_weeks.items():
        edges = np.flatnonzero(np.diff(np.concatenate([[False], is_open, [False]]).astype(int)))
        for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            lower, upper = np.clip(limits[:, number].T, 0.0, 1.0)
            widest = first + int(np.argmax((upper - lower)[first:after]))
            table = _table_after(play, widest, number)
            least, most = sorted(own_share(table.end, float(one[widest])) for one in (lower, upper))
            middle = table.listed(table.terms((least + most) / 2.0))
            days = (_day(play, first), _day(play, after - 1), after - first, _day(play, widest))
            found.append(Spell(table.label, *days, least, most, middle))
    return found


def _table_after(play: Lived, week: int, number: int) -> Table:
    """Return a track as it stood after a week of the play."""
    model = NegotiationModel(play.scenario, seed=play.seed, parties={play.side: player_of(play.answers)})
    for _ in range(week + 1):
        model.followed.step()
    return Table(model, play.side, list(play.scenario.tracks)[number])


def _no_range(play: Lived, row: dict[str, Any]) -> str:
    """Say how close the sides came without one."""
    text = "At no time was there a package of a general ceasefire that both sides preferred to war."
    if row["best_week"] < 0 or row["binding_party"] < 0:
        return text
    sides = (play.scenario.sides.A, play.scenario.sides.B)
    track = track_called(play.scenario, list(play.scenario.tracks)[row["best_track"]])
    party = called(play.scenario, sides[row["binding_party"]])
    issue = f", most of all on {called(play.scenario, list(play.scenario.issues)[row['binding_issue']])}"
    return (
        f"{text} The nearest was {track} in the round of {plain(_day(play, row['best_week']))}: the best package left "
        f"a side {points(100 * row['shortfall'])} short, and {party} needed more"
        f"{issue if row['binding_issue'] >= 0 else ''}."
    )


# -- what was missed -------------------------------------------------------------------------------------


def _missed(play: Lived, open_weeks: Any) -> list[str]:
    """Return each round in which a range was missed, and how many weeks with a range had no round."""
    found: list[str] = []
    rounds: list[tuple[str, date]] = []
    held = set()
    for week in play.weeks:
        for seen in week.happenings:
            if isinstance(seen, Round):
                held.add(week.number)
                before = any(is_open[week.number - 1] for is_open in open_weeks.values()) if week.number else False
                if not seen.is_held and before and week.number < play.scenario.horizon_weeks:
                    rounds.append((f"{_absent(play, seen)} while a range was there", _day(play, week.number)))
            elif isinstance(seen, Bargained) and seen.is_ceasefire and seen.has_range and not seen.passes:
                what = f"{track_called(play.scenario, seen.track)}: {_why(play, week.number, seen)}"
                rounds.append((what, _day(play, week.number)))
    for what, days in groupby(rounds, key=lambda one: one[0]):
        dates = [day for _, day in days]
        when = plain(dates[0]) if len(dates) == 1 else f"{plain(dates[0])} to {plain(dates[-1])}, {len(dates)} rounds"
        found.append(f"{when}: {what}.")
    either = np.any(list(open_weeks.values()), axis=0)
    silent = [week for week in np.flatnonzero(either).tolist() if week not in held]
    if silent:
        found.append(f"{counted(len(silent), 'week')} with a range had no round.")
    return found


def _absent(play: Lived, seen: Round) -> str:
    sides = (play.scenario.sides.A, play.scenario.sides.B)
    away = ["you" if one.name == play.side else called(play.scenario, one.name)
            for one in seen.comers if one.name in sides and not one.level]  # fmt: skip
    return f"{joined(away)} stayed away"


def _why(play: Lived, week: int, seen: Bargained) -> str:
    """Return why a range was not signed in a round."""
    sides = (play.scenario.sides.A, play.scenario.sides.B)
    own = sides.index(play.side)
    names = ["you" if side == play.side else called(play.scenario, side) for side in sides]
    if seen.signed is not None:
        refused = [called(play.scenario, name) for name, ratifies in seen.votes.items() if not ratifies]
        return f"signed, and {joined(refused)} refused to ratify it"
    if not seen.may_sign:
        bound = f" ({joined([called(play.scenario, name) for name in seen.lack_mandate])})" if seen.lack_mandate else ""
        return f"those who had come had no leave to sign{bound}"
    if seen.waits:
        return "signatures wait until offers on the linked track come closer"
    parts = []
    if seen.text is not None:
        refused = [name for name, accepts in zip(names, seen.accepts, strict=True) if not accepts]
        parts.append(f"{joined(refused)} refused a mediator's text")
    if play.answers.get(Key(week, "sign", seen.track)) == "no":
        parts.append("you did not sign between the offers")
    else:
        end = 1 if own == 0 else -1
        mine, theirs = own_share(end, seen.offers[own]), own_share(end, seen.offers[1 - own])
        parts.append(f"offers of {mine:.0f} and {theirs:.0f} were not within {100 * seen.close_enough:.0f}")
    return " and ".join(parts)


# -- what could not be seen ------------------------------------------------------------------------------


def _hidden(play: Lived) -> list[str]:
    """Return what was hidden on the first day: costs of both, and what each made of the front."""
    model = NegotiationModel(play.scenario, seed=play.seed)
    cost = 100.0 * first_day(model.followed).cost_of_war
    found = []
    for number, name in enumerate((play.scenario.sides.A, play.scenario.sides.B)):
        who, party = called(play.scenario, name), model.party[name]
        expects, truth = expected_front(model, name), expected_front(model, name) - party.optimism
        found.append(
            f"{who}: another year of war cost it {points(float(cost[number]))}. It expected {expects:+.2f} at the "
            f"front (1 is a rout of the enemy); {truth:+.2f} would have been right."
        )
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(play: Lived, week: int) -> date:
    return play.scenario.start + timedelta(weeks=int(week))
