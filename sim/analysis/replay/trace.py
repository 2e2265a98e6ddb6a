"""Trace of one trial: the engine runs as it is, and every call that decides something is noted on its way out.

Nothing is asked of the model that it would not have asked itself, except looks at tables that change nothing. So a
traced trial is the trial.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.replay.refusals import refusals, terms_at
from sim.columns.ceasefires import IMPOSED
from sim.results.formatting import finite

if TYPE_CHECKING:
    from sim.columns import NegotiationModel
    from sim.columns.lanes import Look
    from sim.columns.packages import TrackPackages

_PHASES = ("war", "halt", "over")

Facts = dict[str, Any]
See = Callable[..., None]


@dataclass(frozen=True)
class Moment:
    """Something that happened in a week (0 is the first); ``facts`` are plain values, by ``kind``."""

    week: int
    kind: str
    facts: Facts


class Trace:
    """Notes what happens in a model of one trial; ``moments`` in order, ``weeks`` the state after each week."""

    def __init__(self, model: NegotiationModel) -> None:
        if model.n_trials != 1:
            raise ValueError(f"expected a model of one trial, got {model.n_trials:,}")
        self.model = model
        self.moments: list[Moment] = []
        self.weeks: list[Facts] = []
        self._own_levels: dict[str, int] = {}
        self._round: Facts = {}
        self._lane: Facts | None = None
        self._look: Look | None = None
        self._blame: dict[str, float] = {}
        self._pressed = model.sides[0]
        self._shortfall = 0.0
        self._traced: list[tuple[Any, str]] = []
        self._trace_dates()
        self._trace_third_parties()
        self._trace_rounds()
        self._trace_halts()

    def step(self) -> None:
        """Run one week, and note the state that it leaves."""
        week = self.model.week
        self._round = {}
        self.model.step()
        self.weeks.append(self._state(week))

    def _around(self, owner: Any, name: str, after: See, before: Callable[..., Any] = lambda *_: None) -> None:
        """Call ``after(what before() gave, result, *arguments)`` after each call of a method."""
        method = getattr(owner, name)

        def traced(*arguments: Any) -> Any:
            known = before(*arguments)
            result = method(*arguments)
            after(known, result, *arguments)
            return result

        setattr(owner, name, traced)
        self._traced.append((owner, name))

    def close(self) -> None:
        """Stop tracing: what was traced then refers to nothing but the model again."""
        for owner, name in self._traced:
            vars(owner).pop(name, None)

    def _note(self, kind: str, **facts: Any) -> None:
        self.moments.append(Moment(self.model.week, kind, facts))

    # -- dates, war, third parties ---------------------------------------------------------------------

    def _trace_dates(self) -> None:
        model = self.model
        self._around(model.events, "_apply", lambda _, __, number, event: self._event(event))
        self._around(model.record, "victory", lambda _, __, trials, winner: self._victory(int(winner[0])))

    def _event(self, event: Any) -> None:
        # What it asks of rounds and levels shows in the round.
        self._note("event", name=event.name, date=event.date.isoformat(), sets=list(event.set))

    def _victory(self, winner: int) -> None:
        self._note("victory", winner=self.model.sides[winner - 1].name)

    def _trace_third_parties(self) -> None:
        third_parties = self.model.third_parties

        def known(backer: Any, *_: Any) -> tuple[bool, bool, bool, int]:
            return bool(backer.is_engaged[0]), bool(backer.has_cut_aid[0]), *self._provoked(backer)

        self._around(third_parties, "_may_quit", self._quit, known)
        self._around(third_parties, "_may_press", self._press, known)
        for backer in self.model.backers:
            self._around(backer, "presses_b", self._choose)
            self._around(backer, "blame", self._blamed)

    def _provoked(self, backer: Any) -> tuple[bool, int]:
        self._blame = {}
        return bool(self.model.convening.failed_last_week[0]), int(backer.weeks_waited[0])

    def _blamed(self, _: None, blame: Any, side: Any, *__: Any) -> None:
        self._blame[side.name] = float(np.ravel(blame)[0])

    def _choose(self, _: None, on_b: Any, *__: Any) -> None:
        self._pressed = self.model.sides[1 if on_b[0] else 0]

    def _quit(self, before: tuple[bool, bool, bool, int], _: None, backer: Any) -> None:
        if before[0] and not backer.is_engaged[0]:
            self._note("quit", party=backer.name, cuts_aid=bool(backer.has_cut_aid[0]) and not before[1])

    def _press(self, before: tuple[bool, bool, bool, int], _: None, backer: Any, __: Any) -> None:
        if backer.weeks_since_action[0] != 0:
            return
        side = self._pressed.name
        self._note(
            "press",
            party=backer.name,
            side=side,
            adds=self._first(backer.leverage.get(side, 0.0)),
            cuts_aid=bool(backer.has_cut_aid[0]) and not before[1],
            after_failure=before[2],
            weeks_waited=before[3],
            blame=dict(self._blame),
        )

    # -- rounds ----------------------------------------------------------------------------------------

    def _trace_rounds(self) -> None:
        model = self.model
        convening, bargaining = model.convening, model.bargaining
        self._around(convening, "_own_level", self._own_level)
        self._around(convening, "_set_levels", self._levels, lambda *_: int(convening.lift[0]))
        self._around(convening, "may_sign", lambda _, may, least, trials: self._in_lane(may_sign=bool(may[0])))
        self._around(bargaining, "_negotiate", self._left_lane, self._enter_lane)
        self._around(bargaining, "_move_offers", self._moved)
        self._around(bargaining, "_waits", lambda _, waits, *__: self._in_lane(waits=bool(waits[0])))
        self._around(bargaining, "_text", self._tabled)
        self._around(bargaining, "_sign", self._signed, self._signing)
        for name, veto_player in bargaining.veto_players.items():
            self._around(veto_player, "ratifies", self._ratified(name))
        for side in model.sides:
            self._around(side, "accepts", self._accepts(side.name))

    def _own_level(self, _: None, level: Any, party: Any, *__: Any) -> None:
        if len(level):
            self._own_levels[party.name] = int(level[0])

    def _levels(self, lift: int, _: None, forced: list[Any], trials: Any) -> None:
        """Note a round: who attends, and why at that level."""
        if len(trials) == 0:
            return
        levels = {party.name: int(party.level[0]) for party in self.model.attendants}
        why = {party.name: self._why(party, levels, forced, lift) for party in self.model.attendants}
        self._round = {
            "called_by": next((event.name for event in forced if event.round), None),
            "levels": levels,
            "why": why,
            "is_held": all(levels[side.name] > 0 for side in self.model.sides),
            "tracks": [],
        }
        self._note("round", **self._round)
        self._round = self.moments[-1].facts

    def _why(self, party: Any, levels: dict[str, int], forced: list[Any], lift: int) -> Facts:
        level = levels[party.name]
        if not getattr(party, "is_engaged", np.ones(1))[0]:
            return {"reason": "left"}
        if level > self._own_levels[party.name]:
            rule = next(
                rule
                for rule in self.model.attendance
                if rule.party == party.name
                and rule.level >= level
                and all(levels[other] >= least for other, least in rule.when.items())
            )
            return {"reason": "rule", "because_of": list(rule.when)}
        if any(party.name in event.levels for event in forced):
            return {"reason": "event", "because_of": [event.name for event in forced if party.name in event.levels]}
        if party in self.model.sides and lift > 0 and level > self._first(party.usual_level):
            return {"reason": "lifted", "by": lift}
        return {"reason": "habit"}

    def _in_lane(self, **facts: Any) -> None:
        if self._lane is not None:
            self._lane.update(facts)

    def _enter_lane(self, track: TrackPackages, _: Any, look: Look, offers: Any) -> None:
        """Note needs and reservation points, and where there is no range what each side would be missing."""
        self._lane = {"track": track.name, "is_general": track.takes_force, "signed": None, "ratified": {}}
        self._round["tracks"].append(self._lane)
        self._look = look
        self._in_lane(
            needs={side.name: float(need[0]) for side, need in zip(self.model.sides, look.needed, strict=True)},
            lower=finite(look.lower[0]),
            upper=finite(look.upper[0]),
            has_range=bool(look.has_range[0]),
        )
        if offers is None:
            self._in_lane(refusals=refusals(self.model, track, look, None))
        else:
            self._in_lane(waits=False)

    def _left_lane(self, *_: Any) -> None:
        self._lane = None

    def _moved(self, _: None, __: Any, track: TrackPackages, *___: Any) -> None:
        look = self._look
        assert look is not None
        weights = [float(weight[0]) for weight in self.model.bargaining.offers[track.name].mix]
        names = [side.name for side in self.model.sides]
        self._in_lane(
            offers={
                name: {"mix": weight, "terms": terms_at(track, weight, look)}
                for name, weight in zip(names, weights, strict=True)
            },
            close_enough=self._first(self.model.bargaining.close_enough),
            refusals=refusals(self.model, track, look, (weights[1], weights[0])),
        )

    def _tabled(self, _: None, found: Any, track: TrackPackages, trials: Any, look: Look) -> None:
        text, has_text = found
        if has_text[0]:
            self._in_lane(text={"mix": float(text[0]), "terms": terms_at(track, float(text[0]), look)}, accepted={})

    def _accepts(self, name: str) -> See:
        def see(_: None, accepts: Any, *__: Any) -> None:
            if self._lane is not None and "accepted" in self._lane:
                self._lane["accepted"][name] = bool(np.ravel(accepts)[0])

        return see

    def _signing(self, track: TrackPackages, trials: Any, weight: Any, *_: Any) -> None:
        accepted = (self._lane or {}).get("accepted")
        how = "hazard" if track.signing_rate is not None else "text" if accepted and all(accepted.values()) else "split"
        self._in_lane(
            signed={"mix": float(weight[0]), "how": how, "terms": terms_at(track, float(weight[0]), self._look)}
        )

    def _signed(self, _: None, passes: Any, *__: Any) -> None:
        self._in_lane(passes=bool(passes[0]))

    def _ratified(self, name: str) -> See:
        def see(_: None, passes: Any, *__: Any) -> None:
            if self._lane is not None:
                self._lane["ratified"][name] = bool(passes[0])

        return see

    # -- ceasefires -----------------------------------------------------------------------------------------

    def _trace_halts(self) -> None:
        model = self.model
        truces = model.truces
        self._around(truces, "take_force", self._took_force, lambda *_: int(truces.track[0]))
        self._around(truces, "shortfall", self._rotted)
        self._around(truces, "impose", lambda _, __, trials: self._note("imposed") if len(trials) else None)
        self._around(truces, "_expire", self._expired)
        self._around(model.record, "halt_over", self._over)
        self._around(model.record, "holiday", self._holiday)

    def _took_force(self, before: int, _: None, track: TrackPackages, *__: Any) -> None:
        terms = {"terms": terms_at(track, float(self.model.truces.mix[0]), None)} if self._lane is None else {}
        self._note("in_force", track=track.name, upgrades=self._track(before), term_weeks=track.term_weeks, **terms)

    def _rotted(self, _: None, shortfall: Any, *__: Any) -> None:
        if len(shortfall):
            self._shortfall = float(shortfall[0])

    def _expired(self, _: None, __: None, trials: Any) -> None:
        truces = self.model.truces
        if len(trials) and truces.track[0] >= 0 and truces.expiry_week[0] > self.model.week:
            if not (self.moments and self.moments[-1].kind == "in_force" and self.moments[-1].week == self.model.week):
                self._note("renewed", track=self._track(int(truces.track[0])))

    def _over(self, _: None, __: None, trials: Any, reason: str) -> None:
        if len(trials) == 0:
            return
        truces = self.model.truces
        track = int(truces.track[0])
        self._note(
            reason,
            track=self._track(track),
            is_imposed=track == IMPOSED,
            weeks=self.model.week - int(truces.start_week[0]),
            shortfall=0.0 if track == IMPOSED else self._shortfall,
        )

    def _holiday(self, _: None, __: None, joined: Any, agreed: Any) -> None:
        number = self.model.truces._windows[self.model.week]
        window = self.model.inputs.scenario.windows[number]
        is_joined = bool(joined[0])
        self._note("holiday", name=window.name, date=window.date.isoformat(), is_joined=is_joined,
                   is_agreed=is_joined and bool(agreed[0]))  # fmt: skip

    def _track(self, number: int) -> str | None:
        return self.model.tracks[number].name if number >= 0 else None

    # -- the state of a week ---------------------------------------------------------------------------

    def _first(self, column: Any) -> float:
        return float(np.ravel(column)[0])

    def _state(self, week: int) -> Facts:
        """Return the state after a week, as one flat row."""
        model = self.model
        row: Facts = {"week": week, "phase": _PHASES[int(model.phase[0])], "momentum": float(model.war.momentum[0])}
        for issue in model.war.moving_issues:
            row[f"line_{issue}"] = float(model.war.status_quo[issue][0])
        for side in model.sides:
            for field in ("strain", "pressure", "optimism", "fear"):
                row[f"{field}_{side.name}"] = self._first(getattr(side, field))
        row["round"] = "none" if not self._round else "held" if self._round["is_held"] else "failed"
        track = int(model.truces.track[0])
        row["halt"] = "imposed" if track == IMPOSED else self._track(track)
        lanes = {lane["track"]: lane for lane in self._round.get("tracks", ())}
        for lane_track in model.tracks:
            offers = model.bargaining.offers[lane_track.name].mix
            for side, weight in zip(model.sides, offers, strict=True):
                row[f"offer_{lane_track.name}_{side.name}"] = float(weight[0])
            found = lanes.get(lane_track.name, {})
            row[f"lower_{lane_track.name}"] = found.get("lower")
            row[f"upper_{lane_track.name}"] = found.get("upper")
            row[f"has_range_{lane_track.name}"] = found.get("has_range")
        return row
