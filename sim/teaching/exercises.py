"""Exercises with closed-form answers: Fearon's range, Nash's point, Rubinstein's share, the mirror.

Numbers come from a named stream, so a seed names a sheet: the same on every machine, another for every student. The
answers are computed by the functions that the model itself uses; the tests hold them against the closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import ParleyError
from sim.random_streams import philox_words, stream_key, to_uniform
from sim.scenario.diagnostics import nearest
from sim.theory.bargaining import fearon_range
from sim.theory.war import expected_end

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
class Marked:
    """An exercise with what was answered, and which of it is right."""

    exercise: Exercise
    answered: tuple[float, ...]
    is_right: tuple[bool, ...]

    @property
    def sentence(self) -> str:
        n_right, n_asked = sum(self.is_right), len(self.is_right)
        return "Right." if n_right == n_asked else f"{n_right} of {n_asked} right." if n_right else "Not yet."

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values: the numbers given, what was asked, answered and right, the equation and its source."""
        exercise = self.exercise
        return {
            "exercise": exercise.name,
            "seed": exercise.seed,
            "given": exercise.given,
            "question": exercise.question,
            "answers": [
                {"asked": asked, "answered": said, "right": right, "is_right": ok}
                for asked, said, right, ok in zip(
                    exercise.asked, self.answered, exercise.answer, self.is_right, strict=True
                )
            ],
            "tolerance": exercise.tolerance,
            "equation": exercise.equation,
            "explanation": exercise.explanation,
            "citation": exercise.citation,
            "see": exercise.see,
        }


def pose(name: str, seed: int = 1) -> Exercise:
    """The exercise of that name with the numbers of ``seed``. Raises ParleyError for an unknown name."""
    if name not in EXERCISES:
        hint = nearest(name, list(EXERCISES))
        near = f" (nearest: {hint})" if hint else ""
        raise ParleyError(f"--exercise: {name[:40]!r} came, {', '.join(EXERCISES)} are allowed{near}")
    return EXERCISES[name](seed)


def mark(exercise: Exercise, answered: Sequence[float]) -> Marked:
    """Which answers are within the tolerance. Raises ParleyError where too few or too many came."""
    if len(answered) != len(exercise.asked):
        wanted = ", ".join(exercise.asked)
        raise ParleyError(f"answer: {len(answered)} numbers came, {len(exercise.asked)} are wanted: {wanted}")
    right = tuple(
        bool(abs(said - true) <= exercise.tolerance + ROUNDING)
        for said, true in zip(answered, exercise.answer, strict=True)
    )
    return Marked(exercise, tuple(float(said) for said in answered), right)


def as_numbers(text: str) -> list[float]:
    """``.45,.7`` as numbers. Raises ParleyError for anything else."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        raise ParleyError(f"answer: {text.strip()[:40]!r} came, numbers such as .45,.70 are wanted") from None
    if not np.all(np.isfinite(found)):
        raise ParleyError(f"answer: {text.strip()[:40]!r} came, finite numbers are wanted")
    return found


def luck(name: str, seed: int, count: int) -> list[float]:
    """``count`` uniforms of the stream ``exercise`` NAME."""
    return [float(u) for u in to_uniform(philox_words(seed, stream_key("exercise", name), 0, 0, 0, count))]


def between(u: float, low: float, high: float, step: float) -> float:
    """A multiple of ``step`` from ``low`` to ``high``, each alike."""
    n_values = round((high - low) / step) + 1
    return round(low + step * min(int(u * n_values), n_values - 1), 10)


def fearon(seed: int) -> Exercise:
    """Which shares of a pie both sides prefer to war (Fearon 1995)."""
    u = luck("fearon", seed, 3)
    p, cost_a, cost_b = between(u[0], 0.35, 0.65, 0.05), between(u[1], 0.02, 0.2, 0.02), between(u[2], 0.02, 0.2, 0.02)
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
    """How Nash would split a pie (Nash 1950)."""
    from sim.evidence.rival_models.solutions import nash_point

    u = luck("nash", seed, 2)
    first, second = between(u[0], 0.05, 0.45, 0.05), between(u[1], 0.05, 0.45, 0.05)
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
    """What patience is worth (Rubinstein 1982)."""
    from sim.evidence.rival_models.solutions import rubinstein_share

    u = luck("rubinstein", seed, 2)
    first, second = between(u[0], 0.6, 0.95, 0.05), between(u[1], 0.6, 0.95, 0.05)
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
    """Which side is called A is only a name."""
    u = luck("mirror", seed, 3)
    status_quo, momentum = between(u[0], 0.2, 0.8, 0.1), between(u[1], 0.1, 0.6, 0.1)
    kappa = between(u[2], 0.3, 0.9, 0.1)
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
