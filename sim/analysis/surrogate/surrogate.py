"""A fitted response surface: its numbers, what it says at a point, and how far it misses the model.

See ``sim.analysis.surrogate.fit`` for what it is and how it is fitted. It holds the model's own shares of trials; all
odds and bands that it gives are headlines, at the level of the scenario.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.designs import floats
from sim.analysis.point_levels import AT_LEVEL
from sim.analysis.study import OneSentence, Question, frame
from sim.analysis.surrogate.band import Ends, band, odds_over
from sim.errors import ParleyError
from sim.statistics.estimates import Floats, Odds
from sim.statistics.level import Level

if TYPE_CHECKING:
    import pandas as pd


FINEST = 20
"""Steps that the width of an input has at least when its values are rounded; ten times as many at most."""


def decimals(low: float, high: float) -> int:
    """Return the decimals that values between ``low`` and ``high`` get: steps of a twentieth of the width, or finer."""
    width = abs(high - low)
    return min(9, max(0, math.ceil(math.log10(FINEST / width)))) if width > 0 else 3


@dataclass(frozen=True)
class Moved:
    """An input of the surface: ``stops`` are pairs (share, value) from its low to its high, ``central`` the middle.

    ``share_of_variance``: what knowing it alone would take away of the variance of the odds over all inputs.
    """

    name: str
    stops: tuple[tuple[float, float], ...]
    central: tuple[float, float]
    share_of_variance: float


@dataclass(frozen=True)
class Setting:
    """A test of the surface: shares that were held, by name, the model's odds by horizon, and the surface's.

    ``standard_error``: that of the model's odds, from the spread between the setting's draws. ``model_band``: the
    model's own band there, ``halves`` the same from either half of the draws, ``band`` the surface's.
    """

    held: dict[str, float]
    model: tuple[float, ...]
    standard_error: tuple[float, ...]
    surface: tuple[float, ...]
    model_band: Ends
    halves: tuple[Ends, ...]
    band: Ends


@dataclass(frozen=True)
class Response(OneSentence):
    """The fitted surface.

    ``coefficients`` (horizons, 1 + k + k (k + 1) / 2) of the hazards, in the order of ``polynomial.quadratic``;
    ``over`` (points, k) the shares over which ``at`` averages; ``rest`` the variance in log odds of all that it does
    not hold, by horizon. ``levels``: of the odds, by horizon, and ``counted`` the trials of which a share is smoothed
    there. ``settings``: what the error is measured on, headlines all.
    """

    tier: str
    days: tuple[int, ...]
    inputs: tuple[Moved, ...]
    coefficients: tuple[tuple[float, ...], ...]
    over: tuple[tuple[float, ...], ...]
    rest: tuple[float, ...]
    levels: tuple[Level, ...]
    counted: int
    settings: tuple[Setting, ...]
    trials: int
    trials_a_setting: int
    seed: int
    scenario: str = ""

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(self.scenario, self.tier, self.days, self.trials, self.seed)

    @cached_property
    def _arrays(self) -> tuple[Floats, Floats]:
        return np.array(self.coefficients), np.array(self.over).reshape(len(self.over), len(self.inputs))

    def at(self, shares: Mapping[str, float]) -> tuple[float, ...]:
        """Return the odds with some inputs held and all others drawn.

        Parameters
        ----------
        shares
            By name of the input, the share of its distribution (0 to 1) at which it is held.

        Returns
        -------
        tuple of float
            Odds as shares, by horizon.

        Raises
        ------
        ParleyError
            An input that the surface does not have.
        """
        return heads(self.levels, average(*self._arrays, self._places(shares)), self.counted)

    def band(self, shares: Mapping[str, float]) -> Ends:
        """Return the band of these odds: nine in ten draws of all that is not held, an approximation.

        Parameters
        ----------
        shares
            By name of the input, the share of its distribution (0 to 1) at which it is held.

        Returns
        -------
        tuple of (float, float)
            Low and high as shares, by horizon.

        Raises
        ------
        ParleyError
            An input that the surface does not have.
        """
        places = self._places(shares)
        model = band(*self._arrays, np.array(self.rest), places)
        return band_at(self.levels, average(*self._arrays, places), model, self.counted)

    def _places(self, shares: Mapping[str, float]) -> dict[int, float]:
        names = [one.name for one in self.inputs]
        if unknown := [name for name in shares if name not in names]:
            raise ParleyError(f"{unknown[0]}: is no input of this surface; it has {', '.join(names)}")
        return {names.index(name): share for name, share in shares.items()}

    @property
    def rmse(self) -> tuple[float, ...]:
        """Return the root mean squared error over the settings, by horizon, their own Monte Carlo error included."""
        return floats(np.sqrt(np.mean(self._misses**2, axis=0)))

    @property
    def largest(self) -> tuple[float, ...]:
        """Return the largest error over the settings, by horizon."""
        return floats(np.abs(self._misses).max(axis=0))

    @property
    def luck(self) -> tuple[float, ...]:
        """Return the rmse of a surface without any error, by horizon: that of the settings' own trials."""
        errors = np.array([one.standard_error for one in self.settings])
        return floats(np.sqrt(np.mean(errors**2, axis=0)))

    @property
    def band_rmse(self) -> tuple[float, ...]:
        """Return the root mean squared error of the ends of the band, by horizon, Monte Carlo error included."""
        misses = np.array([np.subtract(one.band, one.model_band) for one in self.settings])
        return floats(np.sqrt(np.mean(misses**2, axis=(0, 2))))

    @property
    def band_luck(self) -> tuple[float, ...]:
        """Return the rmse of the ends of a band without any error, by horizon: that of the settings' own trials."""
        halves = np.array([one.halves for one in self.settings])
        return floats(np.sqrt(np.mean((halves[:, 0] - halves[:, 1]) ** 2 / 4, axis=(0, 2))))

    @property
    def _misses(self) -> Floats:
        return np.array([np.subtract(one.surface, one.model) for one in self.settings])

    @property
    def sentence(self) -> str:
        """Return how far the surface misses the model at the last horizon."""
        return (
            f"By day {self.days[-1]} it misses the model by {100 * self.rmse[-1]:.1f} points (rmse), "
            f"{100 * self.largest[-1]:.1f} at most; random error of the test alone makes {100 * self.luck[-1]:.1f}."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        return (
            f"Fitted to {self.trials:,} trials and tested on {len(self.settings)} settings of "
            f"{self.trials_a_setting:,} trials each that no fit has seen.",
            self.sentence,
            f"The ends of its band, an approximation, miss those of the model's by {100 * self.band_rmse[-1]:.1f} "
            f"points (rmse); random error of the test alone makes {100 * self.band_luck[-1]:.1f}.",
            "Inputs that are not moved are drawn, as in the scenario.",
            AT_LEVEL,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON: all that is needed to evaluate the surface elsewhere."""
        return {
            "tier": self.tier,
            "days": list(self.days),
            "inputs": [
                {
                    "input": one.name,
                    "stops": [list(stop) for stop in one.stops],
                    "central": list(one.central),
                    "share_of_variance": one.share_of_variance,
                }
                for one in self.inputs
            ],
            "coefficients": [list(row) for row in self.coefficients],
            "over": [list(row) for row in self.over],
            "rest": list(self.rest),
            "levels": [asdict(one) for one in self.levels],
            "counted": self.counted,
            "error": {
                **{key: list(getattr(self, key)) for key in ("rmse", "largest", "luck", "band_rmse", "band_luck")}
            },
            "trials": self.trials,
            "settings": len(self.settings),
            "trials_a_setting": self.trials_a_setting,
            "seed": self.seed,
            "notes": list(self.notes),
        }

    def table(self) -> pd.DataFrame:
        """Return the test: one row per setting and horizon, what was held, the model's odds and the surface's."""
        rows = [
            {
                "setting": number,
                "held": ", ".join(f"{name} at {share:.2f}" for name, share in one.held.items()),
                "days": days,
                "model": one.model[place],
                "surface": one.surface[place],
                "error": one.surface[place] - one.model[place],
                **dict(zip(("model_lo", "model_hi"), one.model_band[place], strict=True)),
                **dict(zip(("surface_lo", "surface_hi"), one.band[place], strict=True)),
            }
            for number, one in enumerate(self.settings)
            for place, days in enumerate(self.days)
        ]
        ends = ["model_lo", "model_hi", "surface_lo", "surface_hi"]
        return frame(rows, ["setting", "held", "days", "model", "surface", "error", *ends])


def average(coefficients: Floats, over: Floats, held: Mapping[int, float]) -> tuple[float, ...]:
    """Return the odds by horizon, the mean of the surface over ``over`` with column i held at ``held[i]``."""
    return floats(odds_over(coefficients, over, held).mean(axis=0))


def heads(levels: Sequence[Level], model: Sequence[float], n: int) -> tuple[float, ...]:
    """Return the headlines of shares of ``n`` trials, by horizon; they never fall."""
    found = [level.at(p, n) for level, p in zip(levels, model, strict=True)]
    return floats(np.maximum.accumulate(found))


def band_at(levels: Sequence[Level], model: Sequence[float], ends: Ends, n: int) -> Ends:
    """Return the bands of the headlines, from shares of ``n`` trials and their own bands, by horizon."""
    found = []
    for level, p, (lo, hi) in zip(levels, model, ends, strict=True):
        head = level.headline(Odds(p, lo, hi, p, p, n, round(p * n)))
        found.append((head.lo, head.hi))
    return tuple(found)
