"""Trace of one trial: what its observer sees each week, as plain facts, and the state that the week leaves.

Nothing is asked of the trial but looks at tables that change nothing. So a traced trial is the trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.replay.refusals import on_the_table, terms_at
from sim.model.state import IMPOSED
from sim.results.formatting import finite
from sim.single_trial import happenings
from sim.single_trial.observer import live_through_week
from sim.single_trial.one_trial import OneTrial

_PHASES = ("war", "halt", "over")

Facts = dict[str, Any]


@dataclass(frozen=True)
class Moment:
    """Something that happened in a week (0 is the first); ``facts`` are plain values, by ``kind``."""

    week: int
    kind: str
    facts: Facts


class Trace:
    """Notes what happens in a trial; ``moments`` in order, ``weeks`` the state after each week."""

    def __init__(self, trial: OneTrial) -> None:
        self.trial = trial
        self.sides = (trial.scenario.sides.A, trial.scenario.sides.B)
        self.tracks = list(trial.scenario.tracks)
        self.moments: list[Moment] = []
        self.weeks: list[Facts] = []
        self._week = 0
        self._round: Facts = {}

    def step(self) -> None:
        """Live through one week, and note the state that it leaves."""
        self._week, self._round = self.trial.week, {}
        for happening in live_through_week(self.trial):
            self._note(happening)
        self.weeks.append(self._state(self._week))

    def _moment(self, kind: str, **facts: Any) -> None:
        self.moments.append(Moment(self._week, kind, facts))

    def _note(self, seen: happenings.Happening) -> None:
        match seen:
            case happenings.Dated():
                # What it asks of rounds and levels shows in the round.
                when = {"when": seen.when.model_dump(mode="json", exclude_defaults=True)} if seen.when else {}
                self._moment("event", name=seen.name, date=seen.date.isoformat(), sets=list(seen.sets), **when)
            case happenings.Victory():
                self._moment("victory", winner=seen.winner)
                if seen.imposes_ceasefire:
                    self._moment("imposed")
            case happenings.WalkedAway():
                self._moment("quit", **seen._asdict())
            case happenings.Pressed():
                facts = seen._asdict()
                blame = dict(zip(self.sides[::-1], (facts.pop("blame_b"), facts.pop("blame_a")), strict=True))
                self._moment("press", **facts, blame=blame)
            case happenings.Round():
                self._note_round(seen)
            case happenings.Bargained():
                self._round["tracks"].append(self._lane(seen))
            case happenings.Began():
                terms = {"terms": terms_at(self.trial, seen.number, seen.mix)} if seen.is_upgrade_at_expiry else {}
                facts = {"track": seen.track, "upgrades": seen.replaces, "term_weeks": seen.term_weeks}
                self._moment("in_force", **facts, **terms)
            case happenings.Renewed():
                self._moment("renewed", track=seen.track)
            case happenings.Ended():
                facts = {"is_imposed": seen.track is None, "weeks": seen.weeks, "shortfall": seen.shortfall}
                self._moment(seen.how, track=seen.track, **facts)
            case happenings.Holiday():
                day = seen.date.isoformat()
                self._moment("holiday", name=seen.name, date=day, is_joined=seen.is_kept, is_agreed=seen.is_agreed)

    # -- rounds ----------------------------------------------------------------------------------------

    def _note_round(self, seen: happenings.Round) -> None:
        self._moment(
            "round",
            called_by=seen.called_by,
            levels={comer.name: comer.level for comer in seen.comers},
            why={comer.name: _why(comer) for comer in seen.comers},
            is_held=seen.is_held,
            tracks=[],
        )
        self._round = self.moments[-1].facts

    def _lane(self, seen: happenings.Bargained) -> Facts:
        """Return needs and reservation points on a track, what is offered and missing, and what comes of it."""
        lane: Facts = {
            "track": seen.track,
            "is_general": seen.is_ceasefire,
            "signed": None,
            "ratified": seen.votes,
            "needs": dict(zip(self.sides, seen.needs, strict=True)),
            "lower": finite(seen.lower),
            "upper": finite(seen.upper),
            "has_range": seen.has_range,
        }
        if not seen.by_hazard:
            lane["waits"] = seen.waits
        lane |= on_the_table(self.trial, seen)
        if not seen.by_hazard:
            lane["may_sign"] = seen.may_sign
            lane["lack_mandate"] = list(seen.lack_mandate)
        if seen.text is not None:
            lane["text"] = {"mix": seen.text, "terms": terms_at(self.trial, seen.number, seen.text)}
            lane["accepted"] = dict(zip(self.sides, seen.accepts, strict=True))
            lane["asks_too_much"] = [side for side, is_so in zip(self.sides, seen.asks_too_much, strict=True) if is_so]
        if seen.signed is not None:
            terms = terms_at(self.trial, seen.number, seen.signed)
            lane["signed"] = {"mix": seen.signed, "how": seen.how, "terms": terms}
            lane["passes"] = seen.passes
            lane["misjudged"] = seen.misjudged
        return lane

    # -- the state of a week ---------------------------------------------------------------------------

    def _state(self, week: int) -> Facts:
        """Return the state after a week, as one flat row."""
        workspace = self.trial.workspace
        row: Facts = {
            "week": week,
            "phase": _PHASES[workspace.trial["phase"][0]],
            "momentum": float(workspace.war["momentum"][0]),
        }
        for issue, record in zip(self.trial.scenario.issues, workspace.issues, strict=True):
            if record["moves"]:
                row[f"line_{issue}"] = float(record["status_quo"])
        for side, record in zip(self.sides, workspace.sides, strict=True):
            strain = np.exp(record["log_strain"]) if record["strain_moves"] else record["strain"]
            row[f"strain_{side}"] = float(strain)
            for field in ("pressure", "optimism", "fear"):
                row[f"{field}_{side}"] = float(record[field])
        row["round"] = "none" if not self._round else "held" if self._round["is_held"] else "failed"
        track = int(workspace.ceasefire["track"][0])
        row["halt"] = "imposed" if track == IMPOSED else self.tracks[track] if track >= 0 else None
        lanes = {lane["track"]: lane for lane in self._round.get("tracks", ())}
        for name, record in zip(self.tracks, workspace.tracks, strict=True):
            for side, offer in zip(self.sides, (record["offer_a"], record["offer_b"]), strict=True):
                row[f"offer_{name}_{side}"] = float(offer)
            found = lanes.get(name, {})
            row[f"lower_{name}"] = found.get("lower")
            row[f"upper_{name}"] = found.get("upper")
            row[f"has_range_{name}"] = found.get("has_range")
        return row


def _why(comer: happenings.Comer) -> Facts:
    why: Facts = {"reason": comer.reason}
    if comer.because_of or comer.reason in ("rule", "event"):
        why["because_of"] = list(comer.because_of)
    if comer.reason == "lifted":
        why["by"] = comer.lift
    return why
