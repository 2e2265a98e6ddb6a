"""Quantiles from counts are numpy's, to the last digit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from sim.statistics.exact_sums import Weighed, quantiles

LEVELS = {"least": 0.0, "q05": 0.05, "q50": 0.5, "q75": 0.75, "q951": 0.951, "most": 1.0}
MADE: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "spread": lambda luck, n: luck.random(n),
    "few values": lambda luck, n: np.round(luck.random(n), 1),
    "all the same": lambda luck, n: np.full(n, -0.0),
    "many sizes": lambda luck, n: 10 * luck.random(n) ** 9,
}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("weights", [(1.0,), (0.25, 1.0, 3.0), (0.0, 1.0)])
def test_quantiles_are_those_of_all_values(kind: str, weights: tuple[float, ...]) -> None:
    luck = np.random.default_rng(5)
    for n in (1, 2, 3, 100, 997):
        series = {name: MADE[kind](luck, n).astype(np.float32) for name in ("a", "b")}
        of = (np.arange(n)[::-1] % len(weights)).astype(np.int8)

        def passes(series: dict[str, np.ndarray] = series, n: int = n, of: np.ndarray = of) -> Iterator[Weighed]:
            for first in range(0, n, 64):
                part = slice(first, first + 64)
                yield {name: (values[part], of[part]) for name, values in series.items()}

        found = quantiles(passes, LEVELS, weights)
        each = np.array(weights)[of]
        for name, values in series.items():
            if not each.any():
                assert name not in found
                continue
            wanted = np.quantile(values.astype(np.float64), list(LEVELS.values()), method="inverted_cdf", weights=each)
            assert list(found[name].values()) == wanted.tolist()


def test_what_has_no_value_has_no_quantile() -> None:
    nothing, one = np.zeros(0, np.float32), np.array([0.25], np.float32)
    of = np.zeros(1, np.int8)
    found = quantiles(lambda: iter([{"a": (nothing, of[:0]), "b": (one, of)}]), {"q50": 0.5}, (1.0,))
    assert found == {"b": {"q50": 0.25}}
    infinite = np.array([np.inf], np.float32)
    assert quantiles(lambda: iter([{"a": (infinite, of)}]), {"q50": 0.5}, (1.0,))["a"] == {"q50": np.inf}
