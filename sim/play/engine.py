"""Let the model live through a trial in which a person decides for one side, until a decision is missing.

A trial is run again from its start with the decisions made so far. It takes some hundredths of a second, and the same
decisions give the same trial.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sim.agents.mesa_model import NegotiationModel
from sim.agents.own_rules import Rules
from sim.agents.parties import Belligerent
from sim.model.decisions import usual_accepts, usual_attends, usual_opening, usual_pace
from sim.outcome_columns import Columns
from sim.play.answers import MODEL, Answers, Decision, Key, offer_on
from sim.scenario.schema import Scenario
from sim.single_trial.happenings import Bargained, Happening
from sim.single_trial.observer import live_through_week
from sim.single_trial.questions import Ranges, ranges

NEVER = -1.0
"""Gap that no two offers are within: nothing is signed between offers."""


class Needed(Exception):
    """A decision is missing."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.key)
        self.decision = decision


Ask = Callable[["Player", Key], Decision]


class Player(Belligerent):
    """Act as a side whose decisions are answers of a person; ``ask`` words a decision that is missing.

    A signature between the offers is refused by letting no gap of this week and track be close enough.
    """

    answers: Answers = {}
    ask: Ask | None = None
    is_under_way: bool
    usual_gap: float
    usual_rates: dict[str, float]

    def start(self) -> None:
        """Forget the last trial."""
        self.is_under_way, self.usual_gap, self.usual_rates = False, float(self.model.talks.close_enough), {}

    def step(self) -> None:
        """Take back last week's refusals to sign."""
        self.is_under_way = True
        self._allow_signatures()
        for name, rate in self.usual_rates.items():
            self.model.tracks[name].signing_rate = rate
        self.usual_rates = {}

    def opening_offer(self) -> float:
        """Return the opening that was chosen."""
        answer = self.answers.get(Key(0, "opening"), MODEL)
        return usual_opening(self) if answer == MODEL else weight_of(self.end, int(answer))

    def attends(self) -> int:
        """Return the level that was chosen, less what is added to every level since a deal was near."""
        if not self.is_under_way:
            return int(usual_attends(self))
        for name, track in self.model.tracks.items():
            if track.by_hazard and self._refuses(name):
                self.usual_rates[name], track.signing_rate = float(track.signing_rate), 0.0
        answer = MODEL if self.is_sent or not self.level_cap else self._answer("level")
        if answer == MODEL:
            return int(usual_attends(self))
        return max(1, int(answer) - int(self.model.talks.lift)) if int(answer) else 0

    def pace(self, other_moved: bool, mandate: float) -> float:
        """Return the share of the gap that was chosen, within the authority of those whom the side has sent."""
        self._allow_signatures()
        share = offer_on(self._answer("offer"), self.track)
        if self._refuses(self.track) and Key(self.model.week, "text", self.track) not in self.answers:
            self._allow_no_signature()
        return usual_pace(self, other_moved, mandate) if share is None else min(share, mandate)

    def accepts(self, mix: float, limit: float) -> bool:
        """Return whether the person signs the text."""
        answer = self._answer("text", self.track, mix)
        if self._refuses(self.track):
            self._allow_no_signature()
        return usual_accepts(self, mix, limit) if answer == MODEL else answer == "yes"

    @property
    def track(self) -> str:
        """Return the track that is bargained over: the last one of this round so far."""
        return next(name for name, track in self.model.tracks.items() if track.was_bargained)

    @property
    def is_sent(self) -> bool:
        """Return whether a dated event of the scenario says who goes to this week's round."""
        scenario = self.model.inputs.scenario
        now = (event for event in scenario.events if event.when is None and week_of(scenario, event) == self.model.week)
        return any(self.name in event.levels for event in now)

    text: float = 0.0
    """The mediator's text that is asked about. [mix]"""

    def _answer(self, kind: str, track: str = "", text: float = 0.0) -> str:
        key = Key(self.model.week, kind, track)
        if key not in self.answers and self.ask:
            self.text = text
            raise Needed(self.ask(self, key))
        return self.answers.get(key, MODEL)

    def _refuses(self, track: str) -> bool:
        return self.answers.get(Key(self.model.week, "sign", track)) == "no"

    def _allow_no_signature(self) -> None:
        self.usual_gap, self.model.talks.close_enough = float(self.model.talks.close_enough), NEVER

    def _allow_signatures(self) -> None:
        if self.model.talks.close_enough == NEVER:  # unless an event has set it since
            self.model.talks.close_enough = self.usual_gap


class Week(NamedTuple):
    """A week that has been lived through."""

    number: int
    happenings: tuple[Happening, ...]


class Lived(NamedTuple):
    """A trial as far as the ``answers`` go: ``pending`` is the one that is missing, ``columns`` the outcome."""

    scenario: Scenario
    side: str
    seed: int
    answers: Answers
    weeks: tuple[Week, ...]
    pending: Decision | None
    columns: Columns | None


def player_of(answers: Answers, ask: Ask | None = None) -> type[Player]:
    """Return the class of a side that decides by these answers."""
    return type("Player", (Player,), {"answers": answers, "ask": ask and staticmethod(ask)})


def live(scenario: Scenario, side: str, seed: int, answers: Answers, ask: Ask, signs: Callable[..., Decision]) -> Lived:
    """Live through the trial until a decision is missing; ``signs`` words a signature between the offers."""
    model = NegotiationModel(scenario, seed=seed, parties={side: player_of(answers, ask)})
    trial, weeks = model.followed, list[Week]()
    player: Any = model.party[side]
    try:
        if Key(0, "opening") not in answers:
            raise Needed(ask(player, Key(0, "opening")))
        while not trial.is_over:
            number = trial.week
            happenings = tuple(live_through_week(trial))
            for signed in happenings:
                if isinstance(signed, Bargained) and signed.signed is not None and signed.how != "text":
                    key = Key(number, "sign", signed.track)
                    if key not in answers:
                        raise Needed(signs(player, key, signed))
            weeks.append(Week(number, happenings))
    except Needed as missing:
        return Lived(scenario, side, seed, dict(answers), tuple(weeks), missing.decision, None)
    return Lived(scenario, side, seed, dict(answers), tuple(weeks), None, trial.run())


def ranges_of(scenario: Scenario, side: str, seed: int, answers: Answers) -> Ranges:
    """Return the range of every week of a finished play, which no player sees."""
    rules = Rules.of(scenario, {side: player_of(answers)}, compiles=False)
    return ranges(scenario, seed, 0, 1, rules)[0]


def weight_of(end: int, own: float) -> float:
    """Return the contract-curve weight of an offer that is ``own`` of 100 to a side; 100 is its own end."""
    return own / 100.0 if end == 1 else 1.0 - own / 100.0


def own_share(end: int, weight: float) -> float:
    """Return how much of 100 a contract-curve weight is to a side."""
    return 100.0 * (weight if end == 1 else 1.0 - weight)


def week_of(scenario: Scenario, event: Any) -> int:
    """Return the week of a dated event."""
    return int((scenario.day_of(event) - scenario.start).days // 7)
