"""Statistical tests keep what they state: exact tails, two stages, and a table from which none is missing."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from scipy.stats import binom

from tests import error_rates
from tests.error_rates import COVERS_95, POWER, STAGE, failing_chance, near, passing, two_stage_failing_chance, within
from tests.other_seeds import FAR
from tests.statistical_register import HOLDS_FOR_EVERY_DRAW, PAGE, SEEDS, STATED, number, table

TESTS = Path(__file__).parents[1]
REACHES = {4.5, 4.8, 4.9}
"""Standard errors that nothing else is a multiple of."""
DRAWS = {"default_rng", "assert_frequency", "paired_z", "corrcoef"}
"""Names that a test on luck reaches, beside what its file takes from ``tests.error_rates`` ..."""
SIMULATES, SUMMARISES = {"simulate", "Streams"}, {"mean", "std"}
"""... or it asserts something about a mean of trials."""


@pytest.mark.parametrize(("n", "p"), [(20, 0.5), (600, 0.95), (40_000, 0.147), (300, COVERS_95), (10, 0.001)])
@pytest.mark.parametrize("rate", [1e-6, 1e-3, 0.05])
def test_a_right_engine_fails_at_most_as_often_as_stated(n: int, p: float, rate: float) -> None:
    for right in p if isinstance(p, tuple) else (p,):
        assert failing_chance(right, n, p, rate) <= rate
    fewest, most = passing(n, p, rate)
    low, high = p if isinstance(p, tuple) else (p, p)
    # One event less in the range that passes would be more than was stated.
    assert binom.cdf(fewest, n, low) > rate / 2 and (most == 0 or binom.sf(most - 1, n, high) > rate / 2)


def test_bounds_worked_by_hand() -> None:
    # Ten coins at 5 %: 0 heads has 1/1024, 1 has 10/1024, together .0107 < .025; 2 would make it .0547.
    assert passing(10, 0.5, 0.05) == (2, 8)
    within(2, 10, 0.5, 0.05)
    with pytest.raises(AssertionError, match="1 of 10 came; at 0.5 it is 2 to 8"):
        within(1, 10, 0.5, 0.05)
    near(1.9, 0, 1, 0.05)
    with pytest.raises(AssertionError):
        near(2.0, 0, 1, 0.05)


def test_what_is_said_to_be_seen_is_seen_nine_times_in_ten() -> None:
    for below_or_above in error_rates.detects(2_000, 0.95):
        assert failing_chance(below_or_above, 2_000, 0.95, 1e-6) == pytest.approx(POWER, abs=1e-6)
    for below_or_above in error_rates.two_stage_detects(600, COVERS_95):
        assert two_stage_failing_chance(below_or_above, 600, COVERS_95) == pytest.approx(POWER, abs=1e-6)
    assert error_rates.detects(10, 0.5, 1e-6) == (0.0, 1.0)  # ten coins never tell at that rate
    assert error_rates.detects_shift(1.0, 0.05) == pytest.approx(1.959964 + 1.281552, abs=1e-5)


def test_a_second_sample_is_drawn_only_after_a_rare_first_one() -> None:
    asked: list[tuple[int, int]] = []

    def draws(*counts: int) -> list[tuple[int, int]]:
        asked.clear()

        def draw(stage: int, n: int) -> int:
            asked.append((stage, n))
            return counts[stage]

        error_rates.two_stage(draw, 100, 0.5)
        return asked

    fewest = passing(100, 0.5, STAGE)[0]
    assert draws(fewest) == [(0, 100)]
    assert draws(fewest - 1, 200) == [(0, 100), (1, 400)]
    with pytest.raises(AssertionError, match="of 400 came"):
        draws(fewest - 1, passing(400, 0.5, STAGE)[0] - 1)
    assert two_stage_failing_chance(0.5, 100, 0.5) <= STAGE**2


def test_numbers_are_short() -> None:
    assert [number(value) for value in (0.05, 9.6e-7, 0.0021, 1.5)] == [".05", "1e-6", ".0021", "1.5"]


def test_the_page_shows_this_table() -> None:
    """``python -m tests.statistical_register`` writes it."""
    page = PAGE.read_text(encoding="utf-8")
    assert table() in page
    assert f"under {SEEDS} other seeds" in page
    assert FAR > SEEDS


class Part(NamedTuple):
    """The names that a function or constant at the top of a file uses, those in what it asserts, and its numbers."""

    used: frozenset[str]
    asserted: frozenset[str]
    numbers: frozenset[float]


def names_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    found = {getattr(one, "id", None) or getattr(one, "attr", None) or getattr(one, "arg", None)
             for node in nodes for one in ast.walk(node)}  # fmt: skip
    return frozenset(name for name in found if name)


def parts_of(path: Path) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.Assign):
            asserts = (one for one in ast.walk(node) if isinstance(one, ast.Assert))
            numbers = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)
                       and type(one.value) is float}  # fmt: skip
            part = Part(names_in([node]), names_in(asserts), frozenset(numbers))
            names = [node.name] if isinstance(node, ast.FunctionDef) else [getattr(t, "id", "") for t in node.targets]
            found |= dict.fromkeys(names, part)
    return found


def reached(name: str, parts: dict[str, Part]) -> list[Part]:
    """The parts of a file that ``name`` comes to, its own included."""
    seen, open_ones = {name}, [name]
    while open_ones:
        new = (parts[open_ones.pop()].used & parts.keys()) - seen
        seen |= new
        open_ones += new
    return [parts[one] for one in seen]


def those_on_luck() -> Iterator[str]:
    """``file::name`` of each test that looks as if its verdict hung on luck."""
    signs = re.compile("|".join((*DRAWS, *SIMULATES, r"tests\.error_rates", r"\b4\.[589]\b")))
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if path == Path(__file__) or not signs.search(text):
            continue
        taken = re.findall(r"^from tests\.error_rates import (.+)$", text, re.M)
        draws = DRAWS.union(*(names.split(", ") for names in taken)) - {"COVERS_95"}
        parts = parts_of(path)
        for name in (name for name in parts if name.startswith("test_")):
            below = reached(name, parts)
            used = frozenset().union(*(part.used for part in below))
            asserted = frozenset().union(*(part.asserted for part in below))
            is_reached = any(part.numbers & REACHES for part in below)
            if is_reached or used & draws or (used & SIMULATES and asserted & SUMMARISES):
                yield f"{path.relative_to(TESTS).as_posix()}::{name}"


def test_every_test_on_luck_is_in_the_table() -> None:
    stated = {one.test for one in STATED}
    assert len(stated) == len(STATED)
    found = set(those_on_luck())
    assert len(found) > 50
    known = stated | HOLDS_FOR_EVERY_DRAW.keys()
    assert sorted(one for one in found if one not in known and one.partition("::")[0] not in known) == []


def test_the_table_names_tests_that_are_there() -> None:
    for one in (*(line.test for line in STATED), *HOLDS_FOR_EVERY_DRAW):
        file, _, name = one.partition("::")
        assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8") or not name, one
