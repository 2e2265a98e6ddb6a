"""How often tests on luck fail when the luck is another: the measured error rates of ``tests/statistical_register.py``.

    python -m tests.other_seeds 50 FILE::TEST ...   run the tests under 50 other seeds, count the failures of each

Every seed that a test names is moved by the same number: those of numpy's generators and those of runs.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest

SHIFT = "PARLEY_SEED_SHIFT"
FAR = 1_000_003
"""Between one set of seeds and the next, so that neighbouring seeds of a test do not meet again."""


def pytest_configure(config: pytest.Config) -> None:
    if shift := int(os.environ.get(SHIFT, 0)):
        move_seeds(FAR * shift)


def move_seeds(by: int) -> None:
    """From now on numpy's generators and Parley's streams start elsewhere."""
    import numpy as np

    from sim import random_streams

    plain, words, start = np.random.default_rng, random_streams.philox_words, random_streams.Streams.__init__

    def moved(seed: Any = None) -> Any:
        return plain([*seed, by] if isinstance(seed, list) else [seed, by] if isinstance(seed, int) else seed)

    @wraps(words)
    def moved_words(seed: int, *place: int) -> Any:
        return words((seed + by) % 2**64, *place)

    @wraps(start)
    def moved_start(self: Any, seed: int, *more: Any, **named: Any) -> None:
        start(self, (seed + by) % 2**64, *more, **named)

    np.random.default_rng = moved
    random_streams.philox_words = moved_words
    random_streams.Streams.__init__ = moved_start  # type: ignore[method-assign]


def failures(tests: list[str], shift: int) -> Iterator[str]:
    """Names of the tests that fail with seeds moved by ``shift``."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "tests.other_seeds", "-p", "no:cacheprovider", "--tb=no"]
    words += ["-m", "slow or not slow", "-rf", *tests]
    done = subprocess.run(words, env={**os.environ, SHIFT: str(shift)}, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stdout + done.stderr)
    yield from re.findall(r"^FAILED (\S+)", done.stdout, re.M)


def main(words: list[str]) -> None:
    n, tests = int(words[0]), words[1:]
    found: Counter[str] = Counter()
    for shift in range(1, n + 1):
        failed = list(failures(tests, shift))
        found.update(failed)
        print(f"{shift} of {n}: {' '.join(failed) or 'all pass'}", file=sys.stderr, flush=True)
    for name, count in found.most_common():
        print(f"{count:>5} of {n}  {name}")
    print(f"{sum(found.values())} failures under {n} other seeds")


if __name__ == "__main__":
    main(sys.argv[1:])
