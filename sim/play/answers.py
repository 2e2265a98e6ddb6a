"""What a person decides in a play: the decisions asked for, the answers that fit, and the script that holds them.

A script is text: three lines that say what is played, then one line for each decision. With the same scenario, side,
seed and decisions a play is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sim.errors import ParleyError
from sim.scenario.diagnostics import did_you_mean, escaped

MODEL = "model"
"""The answer that leaves a decision to the model's own rule."""
LEVELS = ("away", "aides", "ministers", "leaders")
KINDS = ("opening", "level", "offer", "text", "sign")
OPENINGS, STEPS = ("100", "90", "75", "60"), ("0", "10", "25", "50", "100")
WORDS = {
    "level": dict(zip(LEVELS, "0123", strict=True)) | {"stay away": "0"},
    "offer": {"hold": "0", "all": "100"},
    "text": {"y": "yes", "n": "no"},
    "sign": {"y": "yes", "n": "no"},
}
"""Other words for an answer."""


class Key(NamedTuple):
    """Name a decision: it comes up once in a week for a track, or once in a week where ``track`` is empty."""

    week: int
    kind: str
    track: str = ""


Answers = Mapping[Key, str]


@dataclass(frozen=True)
class Choice:
    """An answer and what it means."""

    answer: str
    words: str


@dataclass(frozen=True)
class Decision:
    """A decision that the play waits for.

    Attributes
    ----------
    key
        Which decision it is.
    date
        First day of its week.
    briefing
        Paragraphs of what the side knows.
    question
        What is asked.
    choices
        Answers with their meaning; ``usual`` is the answer that the model's own rule would give.
    tracks
        Names that an offer may be given for one by one.
    """

    key: Key
    date: date
    briefing: tuple[str, ...]
    question: str
    choices: tuple[Choice, ...]
    usual: str
    tracks: tuple[str, ...] = ()

    def read(self, typed: str) -> str:
        """Return an answer as it is kept in a script; ParleyError for one that does not fit."""
        text = " ".join(typed.split())
        text = WORDS.get(self.key.kind, {}).get(text.lower(), text if self.key.kind == "offer" else text.lower())
        if text in (MODEL, ""):
            return MODEL
        if self.key.kind == "offer":
            return read_offer(text, self.tracks)
        known = [choice.answer for choice in self.choices]
        if self.key.kind == "opening" and text.isdigit() and int(text) <= 100:
            return str(int(text))
        if text not in known:
            wanted = "0 to 100" if self.key.kind == "opening" else ", ".join(dict.fromkeys((*known, MODEL)))
            raise ParleyError(f"{self.key.kind}: expected one of {wanted}, got {escaped(typed)!r}")
        return text


def read_offer(text: str, tracks: Sequence[str]) -> str:
    """Return an offer as a script keeps it: a share for every track, then those of single tracks."""
    rest, single = "0", {}
    for word in text.split():
        name, equals, share = word.rpartition("=")
        if equals and name not in tracks:
            raise ParleyError(f"offer: no track {escaped(name)!r} is on the table{did_you_mean(name, list(tracks))}")
        if share != MODEL and not (share.isdigit() and int(share) <= 100):
            raise ParleyError(f"offer: expected a per cent of the gap from 0 to 100 or {MODEL}, got {escaped(share)!r}")
        share = share if share == MODEL else str(int(share))
        if equals:
            single[name] = share
        else:
            rest = share
    return " ".join([rest, *(f"{name}={single[name]}" for name in tracks if name in single)])


def offer_on(answer: str, track: str) -> float | None:
    """Return the share of the gap that an offer closes on a track; None where it is left to the model."""
    found = MODEL
    for word in answer.split():
        name, _, share = word.rpartition("=")
        if name in ("", track):
            found = share
    return None if found == MODEL else int(found) / 100.0


# -- scripts ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Script:
    """What is played and the decisions made so far, in order."""

    scenario: str
    side: str
    seed: int
    start: date
    answers: Answers

    def to_text(self) -> str:
        """Return the script as its file holds it."""
        lines = ["# Decisions of a play; go on or replay with: parley play SCENARIO --side SIDE --script FILE"]
        lines += [f"scenario: {self.scenario}", f"side: {self.side}", f"seed: {self.seed}", f"start: {self.start}"]
        for key, answer in self.answers.items():
            what = f"{key.kind} {key.track}".strip()
            lines.append(f"{self.start + timedelta(weeks=key.week)} {what}: {answer}")
        return "\n".join(lines) + "\n"


def read_script(text: str, where: str = "script") -> Script:
    """Return the script that a text holds; ParleyError says which line is none."""
    head: dict[str, str] = {}
    answers: dict[Key, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        left, colon, right = (part.strip() for part in line.partition(": "))
        if colon and left in ("scenario", "side", "seed", "start"):
            head[left] = right
            continue
        try:
            day, kind, *track = left.split(None, 2)
            weeks, days = divmod((date.fromisoformat(day) - date.fromisoformat(head["start"])).days, 7)
        except (ValueError, KeyError):
            kind, track, weeks, days = "", [], 0, 1
        if not colon or days or weeks < 0 or kind not in KINDS:
            wanted = "a decision such as '2025-05-15 level: 2' after the lines scenario, side, seed and start"
            raise ParleyError(f"{where}:{number}: expected {wanted}, got {escaped(line)!r}")
        answers[Key(weeks, kind, *track)] = right
    try:
        return Script(head["scenario"], head["side"], int(head["seed"]), date.fromisoformat(head["start"]), answers)
    except (KeyError, ValueError):
        raise ParleyError(f"{where}: expected the lines scenario, side, seed and start at its head") from None
