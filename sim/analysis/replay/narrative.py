"""A traced trial in words: dated, short sentences; quiet weeks are summed up, and the end says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from sim.analysis.replay.narrative_rounds import Rounds, listed, signed, utils
from sim.analysis.replay.trace import Facts, Moment
from sim.outcome_columns import TAGS
from sim.results.formatting import counted
from sim.results.wording import FRICTIONS, REASONS
from sim.scenario.schema import Scenario
from sim.scenario.schema.labels import called

_COUNTS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
_QUIET = 2
"""So many weeks without news are summed up."""
_ABSENT = {1: "stayed away from", 2: "sent nobody above aides to", 3: "sent nobody above ministers to"}
"""What it means that a party sent less than a level."""
NOTABLE = {"momentum": 0.1, "strain": 0.02, "pressure": 0.02, "optimism": 0.05, "fear": 0.02}
"""Changes since last reported (momentum, utils) that are worth a line."""


@dataclass(frozen=True)
class Line:
    """One entry of a narrative. ``kind`` is one of ``sim.analysis.replay.narrative.KINDS``."""

    date: date
    week: int
    kind: str
    text: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, the date in ISO form."""
        return {"date": self.date.isoformat(), "week": self.week, "kind": self.kind, "text": self.text}


KINDS = (
    *("start", "war", "event", "quit", "pressure", "round", "offers", "refusal", "signature", "ratification"),
    *("halt", "holiday", "victory", "quiet", "outcome"),
)


def narrate(scenario: Scenario, moments: Sequence[Moment], weeks: Sequence[Facts | Mapping[str, Any]],
         row: Mapping[str, Any]) -> list[Line]:  # fmt: skip
    """Narrate one trial from its moments, its weekly states and its stored row."""
    return _Narrator(scenario, moments, weeks).narrate(row)


class _Narrator:
    """Narrates the weeks and remembers what it has reported, so that nothing is reported twice."""

    def __init__(self, scenario: Scenario, moments: Sequence[Moment], weeks: Sequence[Mapping[str, Any]]) -> None:
        self.scenario = scenario
        self.sides = (scenario.sides.A, scenario.sides.B)
        self.called = partial(called, scenario)
        self.spoken = tuple(map(self.called, self.sides))
        self.weeks = weeks
        self.by_week: dict[int, list[Moment]] = {}
        for moment in moments:
            self.by_week.setdefault(moment.week, []).append(moment)
        self.rounds = Rounds(scenario)
        self.lines: list[Line] = []
        self.known: dict[str, float] = {}
        self._quiet_from: int | None = None

    def narrate(self, row: Mapping[str, Any]) -> list[Line]:
        """Go through the weeks and return the lines."""
        for week, state in enumerate(self.weeks):
            moments = [moment for moment in self.by_week.get(week, []) if _is_news(moment)]
            if week == 0:
                self._begin(state)
            if week == self.scenario.horizon_weeks:
                self._close_quiet(week)
                self._say(week, "start", self._horizon_words(state))
            if not moments:
                self._quiet_from = week if self._quiet_from is None else self._quiet_from
                continue
            self._close_quiet(week)
            self._war(week, state)
            for moment in moments:
                self._moment(moment)
        last = len(self.weeks) - 1
        self._close_quiet(len(self.weeks))
        for text in self._outcome(row):
            self._say(last, "outcome", text)
        return self.lines

    def _say(self, week: int, kind: str, text: str, on: str | None = None) -> None:
        day = date.fromisoformat(on) if on else self.day(week)
        if self.lines:  # what follows a dated event in its week is not dated before it
            day = max(day, self.lines[-1].date)
        self.lines.append(Line(day, week, kind, text))

    def day(self, week: int) -> date:
        """Return the first day of a week."""
        return self.scenario.start + timedelta(weeks=week)

    def long(self, week: int) -> str:
        """Word the first day of a week."""
        return _long(self.day(week))

    # -- the war -----------------------------------------------------------------------------------------

    def _begin(self, state: Mapping[str, Any]) -> None:
        self.known = {name: value for name, value in state.items() if isinstance(value, float)}
        strains = " and ".join(f"{state[f'strain_{side}']:.3f} for {self.called(side)}" for side in self.sides)
        self._say(0, "start", f"The war goes on, {self._front(state)}. Another year of it costs {strains} (utils).")

    def _front(self, state: Mapping[str, Any]) -> str:
        momentum = state["momentum"]
        if abs(momentum) < 0.05:
            return f"the front nearly even (momentum {_signed(momentum)})"
        return f"{self.spoken[1 if momentum > 0 else 0]} gaining (momentum {_signed(momentum)})"

    def _war(self, week: int, state: Mapping[str, Any]) -> None:
        """Report what has changed notably since it was last reported."""
        if state["phase"] == "over":
            return
        said = []
        if state["phase"] == "war" and abs(state["momentum"] - self.known["momentum"]) >= NOTABLE["momentum"]:
            said.append(f"momentum goes from {_signed(self.known['momentum'])} to {_signed(state['momentum'])}, "
                        f"{self._front(state).split(' (')[0]}{self._moved_line(state)}")  # fmt: skip
            self.known["momentum"] = state["momentum"]
        for side in self.sides:
            for field, words in (
                ("strain", "the cost of the war to {}"),
                ("pressure", "pressure on {}"),
                ("optimism", "the optimism of {}"),
                ("fear", "what {} fears of a pause"),
            ):
                name = f"{field}_{side}"
                if abs(state[name] - self.known[name]) >= NOTABLE[field]:
                    verb = "rises" if state[name] > self.known[name] else "falls"
                    moved = f"{verb} from {self.known[name]:.2f} to {state[name]:.2f}"
                    said.append(f"{words.format(self.called(side))} {moved}")
                    self.known[name] = state[name]
        if said:
            text = "; ".join(said)
            self._say(week, "war", f"{text[0].upper()}{text[1:]}.")

    def _moved_line(self, state: Mapping[str, Any]) -> str:
        parts = []
        for name in state:
            if name.startswith("line_") and abs(state[name] - self.known[name]) >= 0.005:
                winner = self.spoken[1 if state[name] > self.known[name] else 0]
                issue, moved = self.called(name.removeprefix("line_")), abs(state[name] - self.known[name])
                parts.append(f"; the line on {issue} has moved {moved:.3f} of the scale toward {winner}")
                self.known[name] = state[name]
        return "".join(parts)

    def _close_quiet(self, week: int) -> None:
        """Sum up the weeks since the last one with news."""
        start, self._quiet_from = self._quiet_from, None
        if start is None or week - start < _QUIET:
            return
        state = self.weeks[start]
        n = week - start
        count = _COUNTS[n] if n < len(_COUNTS) else str(n)
        if state["halt"] is not None:
            words = f"{count} weeks pass and the halt holds."
        elif state["phase"] == "over" or start >= self.scenario.horizon_weeks:
            return
        else:
            words = f"{count} weeks pass without a round."
        self._say(start, "quiet", words)

    def _horizon_words(self, state: Mapping[str, Any]) -> str:
        ends = "The period that counts ends: no more talks are held, nothing that begins now counts"
        return f"{ends}, and the halt in force is watched." if state["halt"] is not None else f"{ends}."

    # -- what happened -----------------------------------------------------------------------------------

    def _moment(self, moment: Moment) -> None:
        facts, week = moment.facts, moment.week
        match moment.kind:
            case "round":
                for kind, text in self.rounds.narrate(facts):
                    self._say(week, kind, text)
            case "event":
                self._say(week, "event", self._event_words(facts), on=facts["date"])
            case "press":
                self._say(week, "pressure", self._press_words(facts))
            case "quit":
                ended = " and ends its aid" if facts["cuts_aid"] else ""
                self._say(week, "quit", f"{self.called(facts['party'])} walks away{ended}.")
            case "holiday":
                self._say(week, "holiday", _holiday_words(facts), on=facts["date"])
            case "victory":
                self._say(week, "victory", f"{self.called(facts['winner'])} wins the war.")
            case "imposed":
                self._say(week, "halt", "The victor imposes a ceasefire, which is an ending of its own.")
            case _:
                self._say(week, "halt", self._halt_words(moment.kind, facts))

    def _event_words(self, facts: Facts) -> str:
        name, when = f"{facts['name'][:1].upper()}{facts['name'][1:]}", facts.get("when", {})
        holds = []
        if day := when.get("no_ceasefire_by"):
            holds.append(f"no ceasefire has been agreed by {_long(date.fromisoformat(day))}")
        if when.get("round_failed"):
            holds.append("the last round failed")
        for party, level in when.get("absent", {}).items():
            holds.append(f"{self.called(party)} {_ABSENT[level]} the last round")
        if parties := [self.called(party) for party in when.get("engaged", ())]:
            holds.append(f"{listed(parties)} {'takes' if len(parties) == 1 else 'take'} part")
        return f"{name}, since {listed(holds)}." if holds else f"{name}."

    def _press_words(self, facts: Facts) -> str:
        waited = "the last round failed" if facts["after_failure"] else counted(facts["weeks_waited"], "week")
        why = waited if facts["after_failure"] else f"{waited} without progress"
        text = f"{self.called(facts['party'])} presses {self.called(facts['side'])}: {why}"
        if len(facts["blame"]) == 2:
            other = next(side for side in self.sides if side != facts["side"])
            own, others = facts["blame"][facts["side"]], facts["blame"][other]
            more = "more" if own > others + 1e-9 else "less" if own < others - 1e-9 else "no more"
            sides = f"{self.called(facts['side'])} {more} to blame than {self.called(other)}"
            text += f", and it holds {sides} ({own:.1f} against {others:.1f})"
        text += f". That adds {facts['adds']:.3f} to the cost of fighting on." if facts["adds"] else "."
        return f"{text} It cuts its aid." if facts["cuts_aid"] else text

    def _halt_words(self, kind: str, facts: Facts) -> str:
        track = self.rounds.label(facts["track"]) if facts["track"] else "The imposed ceasefire"
        lasted = f" after {facts['weeks']} weeks" if "weeks" in facts and facts["weeks"] != 1 else ""
        lasted = lasted or (" after one week" if "weeks" in facts else "")
        rotten = ""
        if facts.get("shortfall", 0.0) > 0.0005:
            rotten = f" By then one side was {utils(facts['shortfall'])} worse off than at war."
        match kind:
            case "in_force":
                term = f", for {counted(facts['term_weeks'], 'week')}" if facts["term_weeks"] else ""
                terms = f" It says {signed(self.scenario, facts['terms'])}." if "terms" in facts else ""
                if facts["upgrades"]:
                    return f"{track} takes over from {self.rounds.label(facts['upgrades'])}{term}.{terms}"
                return f"{track} takes force{term}: the fighting stops.{terms}"
            case "renewed":
                return f"{track} runs out and is renewed: both sides still gain by it."
            case "lapse":
                return f"{track} runs out{lasted} and is not renewed: the war goes on.{rotten}"
            case "collapse" if facts["is_imposed"]:
                return f"The imposed ceasefire collapses{lasted}."
            case _:
                return f"{track} is broken and collapses{lasted}: the war goes on.{rotten}"

    # -- how it ended ------------------------------------------------------------------------------------

    def _outcome(self, row: Mapping[str, Any]) -> list[str]:
        ends = {moment.week: moment for moment in self._ends()}
        if row["durable_week"] >= 0:
            start = row["durable_week"]
            over = next((week for week in sorted(ends) if week > start), None)
            lasted = "It was still in force when last watched." if over is None else f"It ended on {self.long(over)}."
            return [f"A general halt that lasted 30 days or more began on {self.long(start)}. {lasted}"]
        said = "No negotiated general halt lasted 30 days." if row["imposed"] else "No general halt lasted 30 days."
        if row["mutual_week"] >= 0:
            said += f" The first that both agreed to began in the week of {self.long(row['mutual_week'])}."
        if row["imposed"]:
            said += f" The victor imposed a ceasefire on {self.long(row['victory_week'])}."
        tag = TAGS[row["tag"]]
        reason = f"Why it failed: {REASONS[tag]}{self._heaviest(row) if tag == 'combined' else ''}."
        return [said, reason, *self._closest(row)]

    def _ends(self) -> list[Moment]:
        return [m for moments in self.by_week.values() for m in moments if m.kind in ("collapse", "lapse")]

    def _heaviest(self, row: Mapping[str, Any]) -> str:
        order = sorted(FRICTIONS, key=lambda name: -row[f"share_{name}"])[:2]
        return f", most of all {listed([FRICTIONS[name] for name in order])}"

    def _closest(self, row: Mapping[str, Any]) -> list[str]:
        if row["best_week"] < 0 or row["binding_issue"] < 0:
            return []
        name = list(self.scenario.tracks)[row["best_track"]]
        track, vetoes = self.rounds.label(name), self.scenario.tracks[name].ratified_by
        if row["shortfall"] == 0.0 and vetoes:
            who = listed([self.called(one) for one in vetoes])
            when = f"{self.long(row['best_week'])} ({track})"
            return [f"In the closest round, {when}, the sides would have signed, but {who} would not have ratified."]
        side = self.spoken[row["binding_party"]]
        issue = list(self.scenario.issues)[row["binding_issue"]]
        return [
            f"That is read off the round in which the needs of both added up to least, {self.long(row['best_week'])} "
            f"({track}): the best package left one of them {utils(row['shortfall'])} short. {side} needed more, and "
            f"most was at stake for it on {self.called(issue)}."
        ]


def _long(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _signed(momentum: float) -> str:
    """Word momentum: ``+0.15``; what rounds to 0 is ``+0.00`` from either side."""
    return f"{round(momentum, 2) + 0.0:+.2f}"


def _holiday_words(facts: Facts) -> str:
    if facts["is_agreed"]:
        return f"{facts['name']}: both agree to a short truce; the war goes on after it."
    return f"{facts['name']}: a short truce is declared and returned, without being agreed."


def _is_news(moment: Moment) -> bool:
    """Return whether a moment is narrated: a holiday without a truce is not."""
    return moment.kind != "holiday" or bool(moment.facts["is_joined"])
