"""One trial of the model, week by week, as docs/odd.md states it: slow, plain, and independent of the engine."""

from datetime import date
from functools import partial
from math import sqrt
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any

from sim.scenario.schema import Scenario
from tests.oracle import bargaining, convening, third_parties, truces, war
from tests.oracle.parameters import Luck, Worlds, put
from tests.oracle.truces import DRAWS_IN_180_DAYS, DURABLE_DRAWS, Halt

NEVER = ("durable_week", "mutual_week", "broad_week", "settlement_week", "victory_week", "halt_week", "halt_track")
NEVER += ("in_force_180_week", "limited_week", "humanitarian_week")
ZERO = ("victory", "imposed", "halt_weeks", "halt_end", "n_rounds", "n_range_rounds", "stage")
STAGE_OF_DRAWS = {4: 7, 13: 8, 26: 9}
NORMAL = NormalDist()
NO_RANGE = "no range"
"""Stands for every tag that says why a trial that talked never had a range (docs/odd.md, 3.6)."""


def tell(scenario: Scenario, seed: int, trials: range) -> list[dict[str, Any]]:
    """What happened in each of ``trials``: the engine's columns by name, ``tag`` as a word. Weeks count from 0."""
    luck = Luck(scenario, seed, trials.start, len(trials))
    worlds = Worlds(scenario, luck)
    return [Trial(worlds.of_trial(number), luck, number).tell() for number in trials]


class Trial:
    """The state of one history, and the record of what happened in it. Side A is 0, side B is 1."""

    def __init__(self, world: SimpleNamespace, luck: Luck, number: int) -> None:
        self.world, self.sides = world, world.sides
        self._uniform, self._normal = partial(luck.uniform, number), partial(luck.normal, number)
        self.week = 0
        self.winner: int | None = None
        self.halt: Halt | None = None
        self.is_mirrored = world.mirrored
        # war
        self.momentum = war.momentum_at_start(self)
        self.status_quo = {name: issue.status_quo for name, issue in world.issues.items()}
        self.cost = [war.cost_at_start(self, side) for side in (0, 1)]
        self.unseen_cost = [war.unseen_cost(self, side) for side in (0, 1)]
        self.optimism = [war.optimism_at_start(self, side) for side in (0, 1)]
        self.fear = [self.party(side).fear for side in (0, 1)]
        self.fear_has_risen = False
        self.pressure = [0.0, 0.0]
        # third parties
        self.engagement = {name: world.parties[name].engagement for name in world.third_parties}
        self.weeks_waited = dict.fromkeys(world.backers, 0)
        self.weeks_since_action = dict.fromkeys(world.backers, 999)
        self.aid = {name: [world.parties[name].aid] * 2 for name in world.backers}
        self.aid_is_cut: set[str] = set()
        # talks
        self.round_is_forced, self.levels_of_event = False, dict[str, int]()
        self.lift = 0
        self.last_round_failed = self.failed_last_week = self.saw_range = False
        self.last_level = [self.party(side).usual_level for side in (0, 1)]
        self.levels_last_met: dict[str, int] | None = None
        self.happened: set[int] = set()  # events with a condition, by their place in the file
        self.skill_last_week = 0.0
        self.offers: dict[str, list[float]] = {}
        self.conceded: dict[str, list[bool]] = {}
        for track in world.tracks:
            self.reopen_offers(track)
        self.outcome: dict[str, Any] = {"trial": number, **dict.fromkeys(NEVER, -1), **dict.fromkeys(ZERO, 0)}
        self.outcome |= {"halt_mix": float("nan"), **{f"x_{issue}": float("nan") for issue in world.issues}}
        self.was_signed = False
        self.agreed_exchanges: set[str] = set()
        vetoes = {name: party for name, party in world.parties.items() if party.role == "veto"}
        self.misperception = {name: veto.misperception * self.normal("veto", name) for name, veto in vetoes.items()}
        self.has_refused: set[str] = set()

    # -- words ------------------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        """One side has won."""
        return self.winner is not None

    @property
    def at_war(self) -> bool:
        return self.winner is None and self.halt is None

    def party(self, side: int) -> SimpleNamespace:
        party: SimpleNamespace = self.world.parties[self.sides[side]]
        return party

    def ideal(self, side: int, issue: str) -> float:
        ideal: float = self.party(side).ideal_point[issue]
        return ideal

    @property
    def support(self) -> float:
        return third_parties.support(self)

    @property
    def leaders_met(self) -> bool:
        """Both sides sent leaders to the round of today or, outside one, to the last."""
        met = self.levels_last_met
        return met is not None and all(met[name] >= 3 for name in self.sides)

    def side_of(self, veto: str) -> int:
        side: int = self.sides.index(self.world.parties[veto].side)
        return side

    def uniform(self, decision: str, party: str = "") -> float:
        return self._uniform(decision, party, self.week)

    def lasting_uniform(self, decision: str) -> float:
        """The week's uniform, drawn toward one that is the trial's own: what failed tends to fail again."""
        this_week, lasting = self.uniform(decision), self.world.talks.persistence_of_chance
        if lasting <= 0.0:
            return this_week
        in_general = self._uniform(f"{decision} in general", "", 0)
        normal = sqrt(lasting) * NORMAL.inv_cdf(in_general) + sqrt(1.0 - lasting) * NORMAL.inv_cdf(this_week)
        return NORMAL.cdf(normal)

    def normal(self, decision: str, party: str = "") -> float:
        return self._normal(decision, party, self.week)

    def is_general_after(self, track: str, other: str | None) -> bool:
        """``track`` is general and comes later in the file than ``other``."""
        if other is None or not self.world.tracks[track].general:
            return False
        order = list(self.world.tracks)
        return order.index(track) > order.index(other)

    # -- the week ---------------------------------------------------------------------------------------

    def tell(self) -> dict[str, Any]:
        """All weeks, then the outcome."""
        while self.next_week():
            pass
        return self.close()

    def next_week(self) -> bool:
        """One week, in the order of docs/odd.md. Returns whether there is another one to tell."""
        if self.week < self.world.horizon_weeks:
            self.dated_events()
            war.step(self)
            third_parties.step(self)
            self.talk()
        else:  # nothing new begins, halts are followed
            war.go_on(self)
        truces.step(self)
        self.week += 1
        is_followed = self.halt is not None and self.week < self.world.horizon_weeks + self.world.follow_up_weeks
        return self.week < self.world.horizon_weeks or is_followed

    def close(self) -> dict[str, Any]:
        """The outcome, once the last week is over."""
        self.week -= 1
        if self.halt is not None:
            self.record_end(self.halt, "alive")
        return {**self.outcome, "tag": self.tag()}

    def dated_events(self) -> None:
        self.round_is_forced, self.levels_of_event = False, {}
        start = self.world.start
        this_week = [event for number, event in enumerate(self.world.events) if self.happens(number, event)]
        for event in sorted(this_week, key=lambda event: event.date or start):
            for path, value in event.set.items():
                self.set_parameter(path, value)
            if self.at_war:
                self.momentum = war.clip(self.momentum + event.momentum_shift, -1.0, 1.0)
            for name, pressure in event.pressure.items():
                self.pressure[self.sides.index(name)] += pressure
            self.round_is_forced = self.round_is_forced or event.round
            self.levels_of_event |= event.levels

    def happens(self, number: int, event: SimpleNamespace) -> bool:
        """In the week of its date; with conditions once, in the first week from then on that begins with all."""
        due = self.week_of(event.date or self.world.start)
        if event.when is None:
            return self.week == due
        if number in self.happened or self.week < due or not self.holds(event.when):
            return False
        self.happened.add(number)
        return True

    def holds(self, when: SimpleNamespace) -> bool:
        if when.no_ceasefire_by is not None:
            if not self.at_war or self.outcome["halt_week"] >= 0 or self.week < self.week_of(when.no_ceasefire_by):
                return False
        if when.round_failed and not self.failed_last_week:
            return False
        met = self.levels_last_met
        if any(met is None or met[name] >= level for name, level in when.absent.items()):
            return False
        return all(self.engagement[name] > 0.0 for name in when.engaged)

    def week_of(self, day: date) -> int:
        return int((day - self.world.start).days // 7)

    def set_parameter(self, path: str, value: float) -> None:
        """From now on the parameter has this value; what started from it starts anew, except the cost of war."""
        put(self.world, path, value)
        *_, name, key = path.split(".")
        if name in self.sides:
            side = self.sides.index(name)
            if key == "strain":
                self.cost[side].mean, self.cost[side].was_set = value, True
            elif key in ("optimism", "fear"):
                getattr(self, key)[side] = value
        elif name in self.engagement and key == "engagement":
            self.engagement[name] = value
        elif name in self.aid and key == "aid":
            self.aid[name] = [value, value]

    def talk(self) -> None:
        """Steps 3 and 4: perhaps a round, and what it brings."""
        self.failed_last_week, self.skill_last_week = False, 0.0
        if not convening.is_open_to_talks(self) or not convening.is_convened(self):
            return
        levels = convening.levels_of_attendance(self)
        self.levels_last_met = levels
        self.last_level = [levels[name] for name in self.sides]
        a_range_was_seen = False
        if min(self.last_level) >= 1:
            self.outcome["n_rounds"] += 1
            self.reach(1)
            self.skill_last_week = convening.skill_in_room(self, levels)
            a_range_was_seen = self.saw_range = bargaining.hold_round(self, levels, self.skill_last_week)
        self.last_round_failed = self.failed_last_week = not a_range_was_seen
        if a_range_was_seen:
            self.outcome["n_range_rounds"] += 1
            self.weeks_waited = dict.fromkeys(self.weeks_waited, 0)
            if self.lasting_uniform("level shift") < self.world.talks.level_shift_prob:
                self.lift = min(2, self.lift + 1)

    def reopen_offers(self, track: str) -> None:
        self.offers[track] = [self.party(0).opening, 1.0 - self.party(1).opening]
        self.conceded[track] = [True, True]

    def back_to_war(self) -> None:
        for track in self.world.tracks:
            self.reopen_offers(track)

    def end_by_victory(self, winner: int, leaves_halt: bool) -> None:
        self.winner = winner
        self.outcome |= {"victory": winner + 1, "victory_week": self.week}
        if leaves_halt:
            self.outcome["imposed"] = 1
            self.halt = Halt(self.week)
            self.first("broad_week")

    # -- the record -------------------------------------------------------------------------------------

    def first(self, column: str) -> None:
        if self.outcome[column] < 0:
            self.outcome[column] = self.week

    def reach(self, stage: int) -> None:
        self.outcome["stage"] = max(self.outcome["stage"], stage)

    def record_offers(self, has_range: bool, a_side_conceded: bool) -> None:
        self.reach(3 if has_range else 2 if a_side_conceded else 1)

    def record_signature(self) -> None:
        self.was_signed = True
        self.reach(4)

    def record_other_agreement(self, track: str) -> None:
        """An exchange, or a truce for a sector or a time; agreed once and for all."""
        self.agreed_exchanges.add(track)
        self.first("humanitarian_week" if self.world.tracks[track].length_days == "open" else "limited_week")

    def record_agreed_halt(self, track: str, mix: float, package: dict[str, float]) -> None:
        self.first("mutual_week")
        self.first("broad_week")
        if self.outcome["halt_week"] < 0:
            terms = {f"x_{issue}": at for issue, at in package.items()}
            order = list(self.world.tracks)
            self.outcome |= {"halt_week": self.week, "halt_track": order.index(track), "halt_mix": mix, **terms}

    def record_track_in_force(self, track: str) -> None:
        self.reach(6)
        if self.world.tracks[track].settles and self.week < self.world.horizon_weeks:
            self.first("settlement_week")

    def record_holiday(self, is_agreed: bool) -> None:
        self.first("broad_week")
        if is_agreed:
            self.first("mutual_week")

    def record_survival(self, halt: Halt) -> None:
        draws = self.week - halt.start
        for column, wanted in (("durable_week", DURABLE_DRAWS), ("in_force_180_week", DRAWS_IN_180_DAYS)):
            is_counted = halt.track is not None and halt.start < self.world.horizon_weeks
            if draws == wanted and is_counted and self.outcome[column] < 0:
                self.outcome[column] = halt.start
        if halt.start == self.outcome["halt_week"] and draws in STAGE_OF_DRAWS:
            self.reach(STAGE_OF_DRAWS[draws])

    def record_end(self, halt: Halt, how: str) -> None:
        if halt.start == self.outcome["halt_week"] and halt.track is not None:
            self.outcome["halt_weeks"] = self.week - halt.start
            self.outcome["halt_end"] = ("alive", "collapse", "lapse").index(how)

    def tag(self) -> str | None:
        """Why there was no durable halt; None where there was one."""
        if self.outcome["durable_week"] >= 0:
            return None
        if self.is_over:
            return "victory"
        if self.outcome["halt_week"] >= 0:
            return "collapsed"
        if self.was_signed:
            return "ratification"
        if self.outcome["n_range_rounds"]:
            return "process"
        return NO_RANGE if self.outcome["n_rounds"] else "not_convened"
