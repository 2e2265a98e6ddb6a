"""Exercises with closed-form answers: Fearon's range, Nash's point, Rubinstein's share, the mirror.

Numbers come from a named stream, so a seed names a variant: the same on every machine, another for every student. The
answers are computed by the functions that the model itself uses; the tests hold them against the closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.equations.bargaining import fearon_range
from sim.equations.war import expected_end
from sim.errors import ParleyError
from sim.random_streams import philox_words, stream_key, to_uniform
from sim.results.formatting import counted
from sim.scenario.diagnostics import did_you_mean

TOLERANCE = 0.005
"""An answer to two digits is right."""
ROUNDING = 1e-9


@dataclass(frozen=True)
class Exercise:
    """A question with its numbers; ``asked`` names the answers in order, ``answer`` holds them."""

    name: str
    seed: int
    given: dict[str, float]
    question: str
    asked: tuple[str, ...]
    answer: tuple[float, ...]
    equation: str
    explanation: str
    citation: str
    see: str
    tolerance: float = TOLERANCE


@dataclass(frozen=True)
class GradedExercise:
    """An exercise with what was answered, and which of it is right."""

    exercise: Exercise
    answered: tuple[float, ...]
    is_right: tuple[bool, ...]

    @property
    def sentence(self) -> str:
        """Return how many answers are right."""
        n_right, n_asked = sum(self.is_right), len(self.is_right)
        return "Right." if n_right == n_asked else f"{n_right} of {n_asked} right." if n_right else "Not yet."

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values: the numbers given, what was asked, answered and right, equation and source."""
        own = asdict(self.exercise)
        keys = ("asked", "answered", "right", "is_right")
        rows = zip(own.pop("asked"), self.answered, own.pop("answer"), self.is_right, strict=True)
        return {"exercise": own.pop("name"), **own, "answers": [dict(zip(keys, row, strict=True)) for row in rows]}


def pose(name: str, seed: int = 1) -> Exercise:
    """Return the exercise of that name with the numbers of ``seed``. Raises ParleyError for an unknown name."""
    if name not in EXERCISES:
        hint = did_you_mean(name, list(EXERCISES))
        raise ParleyError(f"--exercise: expected {', '.join(EXERCISES)}, got {name[:40]!r}{hint}")
    return EXERCISES[name](seed)


def grade(exercise: Exercise, answered: Sequence[float]) -> GradedExercise:
    """Return which answers are within the tolerance. Raises ParleyError for too few or too many."""
    if len(answered) != len(exercise.asked):
        wanted = ", ".join(exercise.asked)
        raise ParleyError(f"answer: expected {counted(len(exercise.asked), 'number')} ({wanted}), got {len(answered)}")
    right = tuple(
        bool(abs(said - true) <= exercise.tolerance + ROUNDING)
        for said, true in zip(answered, exercise.answer, strict=True)
    )
    return GradedExercise(exercise, tuple(float(said) for said in answered), right)


def parse_numbers(text: str) -> list[float]:
    """Parse a text such as ``.45,.7`` as numbers. Raises ParleyError for anything else."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = [np.nan]
    if not np.all(np.isfinite(found)):
        raise ParleyError(f"answer: expected finite numbers such as .45,.70, got {text.strip()[:40]!r}")
    return found


def drawn(name: str, seed: int, *grids: tuple[float, float, float]) -> list[float]:
    """Draw a number from each grid (low, high, step), all values equally likely, on the stream ``exercise`` NAME."""
    uniforms = to_uniform(philox_words(seed, stream_key("exercise", name), 0, 0, 0, len(grids)))
    found = []
    for u, (low, high, step) in zip(uniforms, grids, strict=True):
        n_values = round((high - low) / step) + 1
        found.append(round(low + step * min(int(u * n_values), n_values - 1), 10))
    return found


def fearon(seed: int) -> Exercise:
    """Ask which shares of a pie both sides prefer to war (Fearon 1995)."""
    p, cost_a, cost_b = drawn("fearon", seed, (0.35, 0.65, 0.05), (0.02, 0.2, 0.02), (0.02, 0.2, 0.02))
    low, high = fearon_range(p, cost_a, cost_b)
    return Exercise(
        "fearon",
        seed,
        {"win_prob": p, "cost_a": cost_a, "cost_b": cost_b},
        f"Two sides fight over a pie of 1. A wins all of it with chance {p:.2f}. War costs A {cost_a:.2f} and B "
        f"{cost_b:.2f} of the pie, win or lose. Both know this, and both value shares evenly. Which shares for A "
        "do both prefer to war?",
        ("lowest share for A", "highest share for A"),
        (low, high),
        "p - c_A <= x <= p + c_B",
        f"War is worth p - c_A = {low:.2f} to A, so A takes no less. It is worth 1 - p - c_B to B, so B gives no "
        f"more than p + c_B = {high:.2f}. The range is c_A + c_B = {cost_a + cost_b:.2f} wide: as wide as war is "
        "dear, whoever is stronger. So with full information and kept promises there is always a deal; what has "
        "to be explained is why it is missed.",
        "Fearon (1995), Rationalist explanations for war, International Organization 49, 379-414, equation 1",
        "parley run teaching/fearons_pie",
    )


def nash(seed: int) -> Exercise:
    """Ask how Nash would split a pie (Nash 1950)."""
    from sim.evidence.rival_models.solutions import nash_point

    first, second = drawn("nash", seed, (0.05, 0.45, 0.05), (0.05, 0.45, 0.05))
    share, rest = nash_point(lambda own: 1.0 - own, (first, second))
    return Exercise(
        "nash",
        seed,
        {"disagreement_a": first, "disagreement_b": second},
        f"Two sides split a pie of 1 and value shares evenly. Without a deal A has {first:.2f} and B has {second:.2f}. "
        "What does each get at the Nash point?",
        ("share of A", "share of B"),
        (share, rest),
        "max (x - d_A)(1 - x - d_B), so x = (1 + d_A - d_B) / 2",
        f"Each gets what it has without a deal and half of what is left, 1 - d_A - d_B = {1 - first - second:.2f}: "
        f"{share:.3f} and {rest:.3f}. Whoever can live without a deal gets more of it.",
        "Nash (1950), The bargaining problem, Econometrica 18, 155-162",
        "parley rivals teaching/fearons_pie",
    )


def rubinstein(seed: int) -> Exercise:
    """Ask what patience is worth (Rubinstein 1982)."""
    from sim.evidence.rival_models.solutions import rubinstein_share

    first, second = drawn("rubinstein", seed, (0.6, 0.95, 0.05), (0.6, 0.95, 0.05))
    share = rubinstein_share(first, second)
    return Exercise(
        "rubinstein",
        seed,
        {"discount_a": first, "discount_b": second},
        "Two sides take turns to propose how to split a pie of 1. A proposes first. A round of waiting leaves A "
        f"{first:.2f} of what it gets, and B {second:.2f}. Nobody can be bound, nobody is deceived. What does A "
        "propose for itself?",
        ("share of A",),
        (share,),
        "x = (1 - d_B) / (1 - d_A d_B)",
        "A leaves B just what B's own proposal a round later is worth to it, and B reckons likewise; both at once "
        f"give {share:.3f}, accepted at once. The impatient side pays, and to go first is worth something.",
        "Rubinstein (1982), Perfect equilibrium in a bargaining model, Econometrica 50, 97-109",
        "parley rivals teaching/fearons_pie",
    )


def mirror(seed: int) -> Exercise:
    """Ask for a year of war and its mirror image: which side is called A is only a name."""
    status_quo, momentum, kappa = drawn("mirror", seed, (0.2, 0.8, 0.1), (0.1, 0.6, 0.1), (0.3, 0.9, 0.1))
    end = float(expected_end(status_quo, 1.0, 0.0, kappa, momentum))
    return Exercise(
        "mirror",
        seed,
        {"status_quo": status_quo, "momentum": momentum, "war_share": kappa},
        f"On a scale from 0 (North's end, side A) to 1 (South's end, side B) the line stands at {status_quo:.1f}. "
        f"Momentum is {momentum:.1f}, which favours B, and a year of war at momentum 1 would gain {kappa:.1f} of "
        "what is left. Where does a year of war leave the line? And in the mirrored file, in which South is side "
        "A: where does the line stand, what is momentum, and where does the year leave it?",
        ("line after a year", "mirrored status quo", "mirrored momentum", "mirrored line after a year"),
        (end, round(1.0 - status_quo, 10), -momentum, round(1.0 - end, 10)),
        "x_W = x0 + kappa |m| (ideal of the gaining side - x0); in a mirror x -> 1 - x, m -> -m",
        f"The gaining side is South: {status_quo:.1f} + {kappa:.1f} x {momentum:.1f} x (1 - {status_quo:.1f}) = "
        f"{end:.3f}. A mirror turns scales and signs round and nothing else, so the line ends at 1 - {end:.3f} = "
        f"{1 - end:.3f}. If a model's odds change in a mirror, it favours a side by accident.",
        "a year of war as a costly lottery: Fearon (1995); the model description (ODD), section 3.1",
        "parley compare teaching/mirror_pair_north teaching/mirror_pair_south",
    )


EXERCISES: dict[str, Callable[[int], Exercise]] = {
    "fearon": fearon,
    "nash": nash,
    "rubinstein": rubinstein,
    "mirror": mirror,
}
