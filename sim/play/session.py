"""A play: a person decides for one side of one trial, a decision at a time; no input or output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import ParleyError
from sim.execution.blocks import check_counts
from sim.play.answers import Answers, Decision, Key, Script
from sim.play.engine import Lived, live
from sim.play.news import News, news_of
from sim.play.prompts import decision_for, signature
from sim.scenario.diagnostics import did_you_mean, escaped
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.play.debrief import Debrief


class Play:
    """Hold a play as far as it has been decided.

    Parameters
    ----------
    scenario
        What is played.
    side
        Name of the belligerent that the person decides for.
    seed
        Names the random numbers and all that is hidden: trial 0 of a run with that seed.
    answers
        Decisions made before, as a script holds them.
    name
        Name of the scenario in scripts.

    Raises
    ------
    ParleyError
        The side is no belligerent, or the decisions do not fit the scenario.

    Examples
    --------
    >>> import sim
    >>> from sim.play.session import Play
    >>> play = Play(sim.load("teaching/minimal"), "North", seed=1)
    >>> while play.pending:
    ...     play.apply("model")
    >>> play.debrief(trials=64).as_dict()["side"]
    'North'
    """

    def __init__(
        self, scenario: Scenario, side: str, seed: int = 1, answers: Answers | None = None, name: str = ""
    ) -> None:
        sides = [scenario.sides.A, scenario.sides.B]
        if side not in sides:
            hint = did_you_mean(side, sides)
            raise ParleyError(f"side: expected {sides[0]} or {sides[1]}, got {escaped(side)!r}{hint}")
        check_counts(1, seed, None)
        self.scenario, self.side, self.seed = scenario, side, seed
        self.name = name or scenario.title
        self._answers: dict[Key, str] = {}
        self._lived = self._live()
        self._follow(dict(answers or {}))

    @property
    def pending(self) -> Decision | None:
        """Return the decision that the play waits for; None once it is over."""
        return self._lived.pending

    @property
    def news(self) -> tuple[News, ...]:
        """Return what both sides have seen so far."""
        return news_of(self.scenario, self.side, self._lived.weeks)

    @property
    def answers(self) -> Answers:
        """Return the decisions made so far, in order."""
        return dict(self._answers)

    @property
    def script(self) -> Script:
        """Return the decisions made so far as a script."""
        return Script(self.name, self.side, self.seed, self.scenario.start, self.answers)

    def apply(self, answer: str) -> None:
        """Make the pending decision. Raises ParleyError for an answer that does not fit it."""
        if self.pending is None:
            raise ParleyError("play: expected a pending decision, got a play that is over")
        self._answers[self.pending.key] = self.pending.read(answer)
        self._lived = self._live()

    def debrief(self, trials: int = 20_000) -> Debrief:
        """Return what was hidden, what was missed, and where the play lies among simulated trials."""
        from sim.play.debrief import debrief

        if self._lived.columns is None:
            raise ParleyError("debrief: expected a play that is over, got one with a pending decision")
        return debrief(self._lived, trials)

    def _live(self) -> Lived:
        return live(self.scenario, self.side, self.seed, self._answers, decision_for, signature)

    def _follow(self, answers: dict[Key, str]) -> None:
        """Make the decisions of a script; each must come up in the trial."""
        while answers and self.pending is not None:
            if self.pending.key not in answers:
                break
            self.apply(answers.pop(self.pending.key))
        if answers:
            key = next(iter(answers))
            wanted = "the end of the play" if self.pending is None else " ".join(self.pending.key[1:]).strip()
            week = "" if self.pending is None else f" in week {self.pending.key.week + 1}"
            raise ParleyError(
                f"script: expected {wanted}{week}, got {' '.join(key[1:]).strip()} in week {key.week + 1}: the script "
                "was written for another scenario or by another version"
            )
