"""Say what happened in a week of one trial, read off its records before and after (docs/odd.md, 3).

The happenings (``sim.single_trial.happenings``) come in the order of the week.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any

from sim.model.calendar import in_order, week_of
from sim.model.decisions import ACCEPTS, RULE
from sim.model.state import ENTITIES, IMPOSED, NONE
from sim.model.steps.convening import LEADERS
from sim.outcome_columns import HALT_ENDS
from sim.scenario.schema import Event
from sim.single_trial.happenings import (
    Bargained,
    Began,
    Comer,
    Dated,
    Ended,
    Happening,
    Holiday,
    Pressed,
    Renewed,
    Round,
    Victory,
    WalkedAway,
)
from sim.single_trial.one_trial import OneTrial


def live_through_week(trial: OneTrial) -> list[Happening]:
    """Step a trial by one week, and return what happened in it, in order."""
    week, before = trial.week, trial.workspace.row.copy()
    records = {name: trial.inputs.layout.records(before, name) for name in ENTITIES}
    trial.step()
    return list(_Week(trial, week, SimpleNamespace(**records)).happenings())


class _Week:
    """Reads a week off the records before (``was``) and after it (``now``)."""

    def __init__(self, trial: OneTrial, week: int, was: Any) -> None:
        self.trial, self.week, self.was, self.now = trial, week, was, trial.workspace
        self.scenario = trial.scenario
        self.sides = (self.scenario.sides.A, self.scenario.sides.B)
        self.comers = (*self.sides, *trial.inputs.third_parties)
        self.tracks = list(self.scenario.tracks)
        self.counts = week < self.scenario.horizon_weeks
        applied = iter(self.now.happened["applied_week"].tolist())
        weeks = (
            (event, week_of(self.scenario, event.date) if event.when is None else next(applied))
            for event in in_order(self.scenario)
        )
        self.events = [event for event, in_week in weeks if in_week == week]

    def _day_of(self, event: Event) -> date:
        """Return the day of a dated event; of one with a condition the first of the week in which it holds."""
        if event.when is None:
            return self.scenario.day_of(event)
        return self.scenario.start + timedelta(weeks=self.week)

    def happenings(self) -> Iterator[Happening]:
        for event in self.events:
            yield Dated(event.name, self._day_of(event), tuple(event.set), event.when)
        signed = None
        if self.counts:
            yield from self._war()
            yield from self._third_parties()
            yield from self._talks()
            tracks = list(self._bargained()) if self.now.trial["holds_round"][0] else []
            yield from tracks
            signed = next((track for track in tracks if track.is_ceasefire and track.passes), None)
        yield from self._ceasefires(signed)

    def _war(self) -> Iterator[Happening]:
        outcome = self.now.outcome[0]
        if outcome["victory_week"] == self.week:
            yield Victory(self.sides[outcome["victory"] - 1], bool(outcome["imposed"]))

    def _third_parties(self) -> Iterator[Happening]:
        talks = self.was.talks[0]
        for name, was, now in zip(self.comers[2:], self.was.third_parties, self.now.third_parties, strict=True):
            cuts_aid = bool(now["has_cut_aid"]) and not was["has_cut_aid"]
            if now["left_week"] == self.week:
                yield WalkedAway(name, cuts_aid)
            if now["may_act"] and now["weeks_since_action"] == 0:
                end = "ab"[now["pressed"]]
                yield Pressed(
                    party=name,
                    side=self.sides[now["pressed"]],
                    adds=float(now[f"leverage_{end}"]),
                    cuts_aid=cuts_aid,
                    after_failure=bool(talks["failed_last_week"]),
                    weeks_waited=int(was["weeks_waited"]) + 1,
                    blame_a=float(now["blame_a"]),
                    blame_b=float(now["blame_b"]),
                )

    # -- talks ---------------------------------------------------------------------------------------

    def _talks(self) -> Iterator[Happening]:
        is_held = bool(self.now.trial["holds_round"][0])
        if is_held or self.now.talks["failed_last_week"][0]:
            caller = next((event.name for event in self.events if event.round), None)
            records = [*self.now.sides, *self.now.third_parties]
            levels = {name: int(record["level"]) for name, record in zip(self.comers, records, strict=True)}
            comers = (self._comer(name, levels, record) for name, record in zip(self.comers, records, strict=True))
            yield Round(caller, tuple(comers), is_held)

    def _comer(self, name: str, levels: dict[str, int], record: Any) -> Comer:
        level, lift = levels[name], int(self.was.talks["lift"][0])
        if name not in self.sides and not record["is_engaged"]:
            return Comer(name, level, "left")
        if level > record["own_level"]:
            rule = next(
                rule
                for rule in self.scenario.attendance
                if rule.party == name
                and rule.level >= level
                and all(levels.get(other, 0) >= least for other, least in rule.when.items())
            )
            return Comer(name, level, "rule", tuple(rule.when))
        if events := tuple(event.name for event in self.events if name in event.levels):
            return Comer(name, level, "event", events)
        if name in self.sides and level > min(record["usual_level"] + lift, record["level_cap"]):
            if persuaders := tuple(self._who_persuades(name)):
                return Comer(name, level, "persuaded", persuaders)
        if name in self.sides and lift > 0 and level > record["usual_level"]:
            return Comer(name, level, "lifted", lift=lift)
        return Comer(name, level, "habit")

    def _who_persuades(self, side: str) -> Iterator[str]:
        """Third parties that make an effort and have the side's ear."""
        end = "ab"[self.sides.index(side)]
        for name, party in zip(self.comers[2:], self.now.third_parties, strict=True):
            if party["is_engaged"] and party["effort"] * party[f"reach_{end}"] > 0.0:
                yield name

    def _bargained(self) -> Iterator[Bargained]:
        for number in reversed(range(len(self.tracks))):
            track = self.now.tracks[number]
            if track["was_bargained"]:
                yield self._track(number, track)

    def _track(self, number: int, track: Any) -> Bargained:
        text, signed = float(track["text"]), float(track["signed_mix"])
        is_signed, accepts = signed == signed, (bool(track["accepts_a"]), bool(track["accepts_b"]))
        names = self.scenario.tracks[self.tracks[number]].ratified_by if is_signed and track["takes_force"] else ()
        votes = {name: not track["refused_by"] >> place & 1 for place, name in enumerate(names)}
        by_text = text == text and all(accepts)
        return Bargained(
            track=self.tracks[number],
            number=number,
            is_ceasefire=bool(track["takes_force"]),
            by_hazard=bool(track["by_hazard"]),
            needs=(float(track["need_a"]), float(track["need_b"])),
            lower=float(track["lower"]),
            upper=float(track["upper"]),
            has_range=bool(track["has_range"]),
            offers=(float(track["tabled_a"]), float(track["tabled_b"])),
            close_enough=float(self.now.talks["close_enough"][0]),
            may_sign=bool(track["may_sign"]) if track["has_range"] else self._would_get_leave(number, track),
            lack_mandate=tuple(self._who_lacks_a_mandate(number, track)),
            waits=bool(track["waits"]),
            text=text if text == text else None,
            accepts=accepts,
            asks_too_much=self._asks_too_much(track, text, accepts),
            signed=signed if is_signed else None,
            how="hazard" if track["by_hazard"] else "text" if by_text else "split",
            votes=votes,
            misjudged=self._misjudged(name for name, ratifies in votes.items() if not ratifies),
        )

    def _who_lacks_a_mandate(self, number: int, track: Any) -> Iterator[str]:
        """Sides that come at the least level, though not with leaders, and whose mandate leaves this track out."""
        for name, side in zip(self.sides, self.now.sides, strict=True):
            if track["least_level"] <= side["level"] < LEADERS and not side["signs"] >> number & 1:
                yield name

    def _asks_too_much(self, track: Any, text: float, accepts: tuple[bool, bool]) -> tuple[bool, bool]:
        """Whether sides refuse a text that is within their limit; a rule of their own may refuse for any reason."""
        own = [bool(self.now.own_rules[side, ACCEPTS, RULE]) for side in range(2)]
        of_a = not accepts[0] and not own[0] and text >= track["lower"]
        return of_a, not accepts[1] and not own[1] and text <= track["upper"]

    def _misjudged(self, names: Iterable[str]) -> dict[str, float]:
        """How much more those who refuse need than their side thought."""
        errors = dict(zip(self.trial.inputs.vetoes, self.now.vetoes["error"].tolist(), strict=True))
        return {name: errors[name] for name in names if errors[name] > 0.0}

    def _would_get_leave(self, number: int, track: Any) -> bool:
        """Without a range nobody asks; the same random number says what the answer would have been."""
        least, sides = track["least_level"], self.now.sides
        if all(s["level"] >= least and (s["level"] == LEADERS or s["signs"] >> number & 1) for s in sides):
            return True
        today = float(self.trial.streams.uniform("call home", week=self.week)[0])
        if rho := float(self.now.talks["persistence_of_chance"][0]):
            normal, lasts = NormalDist(), float(self.now.trial["chance_of_call"][0])
            today = normal.cdf(sqrt(rho) * lasts + sqrt(1.0 - rho) * normal.inv_cdf(today))
        return today < float(self.now.talks["call_home_prob"][0])

    # -- ceasefires ----------------------------------------------------------------------------------

    def _ceasefires(self, signed: Bargained | None) -> Iterator[Happening]:
        was, now = self.was.ceasefire[0], self.now.ceasefire[0]
        in_force = int(was["track"])
        if signed:
            assert signed.signed is not None
            yield self._began(signed.number, in_force, signed.signed, False)
            in_force = signed.number
        yield from self._holiday()
        if was["track"] == NONE:
            return  # what began this week neither ends nor expires in it
        if now["track"] == NONE:
            is_imposed = in_force == IMPOSED
            yield Ended(
                track=None if is_imposed else self.tracks[in_force],
                how=HALT_ENDS[now["last_end"]],
                weeks=self.week - int(was["start_week"]),
                shortfall=0.0 if is_imposed else float(now["shortfall"]),
            )
        elif now["track"] != in_force:
            track = self.now.tracks[now["track"]]
            yield self._began(int(now["track"]), in_force, float(track["lower"] + track["upper"]) / 2.0, True)
        elif not signed and was["expiry_week"] == self.week:
            yield Renewed(self.tracks[in_force])

    def _began(self, number: int, before: int, mix: float, is_upgrade: bool) -> Began:
        track = self.now.tracks[number]
        term = int(track["term_weeks"]) if track["has_term"] else None
        return Began(self.tracks[number], number, self.tracks[before] if before >= 0 else None, term, mix, is_upgrade)

    def _holiday(self) -> Iterator[Happening]:
        number = self.trial.inputs.holidays[self.week]
        if number >= 0:
            window, kept = self.scenario.windows[number], self.now.windows["kept"][number]
            yield Holiday(window.name, window.date, bool(kept > 0), bool(kept == 2))
