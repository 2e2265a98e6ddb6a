"""Two thousand damaged scenario files: each one loads or is refused in words, never a traceback.

The seeds are fixed, so a failure names the mutation that caused it. ``make torture`` runs twenty thousand others.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario.reading.load import load

DATA = Path(__file__).parents[1] / "scenario" / "data"
N_FILES = 1_200
N_BATCHES = 6
MANY_FILES = 20_000
NUMBERS = [
    "-1", "0", "1.0000001", "1e400", ".nan", "-.inf", "9" * 5000, "50%", "0,5", "true", "~", "''", "[1]", "{}", "1e-320"
]  # fmt: skip
WORDS = [
    "North", "South", "territory", "yes", "null", "open", "2025-13-45", "*x", "&x", "!!int", "<<", "\u202e", "../x",
    "CON", "x" * 200,
]  # fmt: skip
MAPPINGS = ["{}", "[]", "3", "{low: 1, central: 2, high: 3}", "{same_as: parties.North.strain}"]
MARKS = ["{", "}", "[", "]", ":", ",", "'", '"', "#", "\n", "- ", "? ", "|", "%", *WORDS]


def flip_bytes(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def of_text(change: Callable[[str, random.Random], str]) -> Callable[[bytes, random.Random], bytes]:
    return lambda data, rng: change(data.decode(), rng).encode("utf-8", "surrogatepass")


def replace_one(pattern: str, options: list[str]) -> Callable[[str, random.Random], str]:
    def change(text: str, rng: random.Random) -> str:
        found = list(re.finditer(pattern, text))
        spot = rng.choice(found)
        return text[: spot.start()] + rng.choice(options) + text[spot.end() :]

    return change


def swap_keys(text: str, rng: random.Random) -> str:
    keys = list(re.finditer(r"[\w.]+(?=:)", text))
    first, second = sorted(rng.sample(keys, 2), key=lambda spot: spot.start())
    return text[: first.start()] + second[0] + text[first.end() : second.start()] + first[0] + text[second.end() :]


def delete_lines(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    start = rng.randrange(len(lines))
    del lines[start : start + rng.choice((1, 1, 2, 10))]
    return "".join(lines)


def repeat_lines(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    start = rng.randrange(len(lines))
    piece = lines[start : start + rng.choice((1, 3, 10))]
    spot = rng.randrange(len(lines))
    return "".join([*lines[:spot], *piece, *lines[spot:]])


def indent(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    spot = rng.randrange(len(lines))
    lines[spot] = rng.choice(("  " + lines[spot], "\t" + lines[spot], lines[spot].lstrip(), " " + lines[spot]))
    return "".join(lines)


def cut(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] if rng.random() < 0.5 else data[:start] + data[start + rng.randrange(1, 40) :]


def insert(text: str, rng: random.Random) -> str:
    spot = rng.randrange(len(text))
    return text[:spot] + rng.choice(MARKS) + text[spot:]


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    flip_bytes,
    cut,
    of_text(replace_one(r"-?\d*\.?\d+", NUMBERS)),
    of_text(replace_one(r"(?<=: )[\w.]+", NUMBERS + WORDS)),
    of_text(replace_one(r"[\w.]+(?=:)", WORDS)),
    of_text(replace_one(r"\{[^{}]*\}", MAPPINGS)),
    of_text(swap_keys),
    of_text(delete_lines),
    of_text(repeat_lines),
    of_text(indent),
    of_text(insert),
]


@pytest.mark.parametrize("batch", range(N_BATCHES))
def test_damaged_files_load_or_are_refused_in_words(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    n_refused = refused_of(range(batch, N_FILES, N_BATCHES), tmp_path)
    assert n_refused > N_FILES / N_BATCHES / 2


@pytest.mark.torture
@pytest.mark.slow
def test_twenty_thousand_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused_of(range(N_FILES, N_FILES + MANY_FILES), tmp_path) > MANY_FILES / 2


def refused_of(seeds: Iterable[int], folder: Path) -> int:
    """How many of the files that the seeds damage are refused; the test fails at any other end than that or loading."""
    files, n_refused = prepared(folder), 0
    for seed in seeds:
        is_refused, wrong = ended_badly(seed, folder, files)
        assert not wrong, wrong
        n_refused += is_refused
    return n_refused


def prepared(folder: Path) -> dict[str, bytes]:
    """The files to damage, by name, as they lie in ``folder``, which is the one that we are in.

    The scenario stands there whole, and once more in two files, of which the upper extends the lower.
    """
    files = {name: (DATA / name).read_bytes() for name in ("base.yaml", "south.yaml")}
    start, end = (files["base.yaml"].index(key) for key in (b"\nparties:", b"\nwar:"))
    files["upper.yaml"] = b"extends: lower.yaml" + files["base.yaml"][start:end] + b"\n"
    files["lower.yaml"] = files["base.yaml"][:start] + files["base.yaml"][end:]
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return files


def ended_badly(seed: int, folder: Path, files: dict[str, bytes]) -> tuple[bool, str]:
    """Damage one file as the seed says and load: was it refused, and what was wrong with how it ended (or nothing)."""
    rng = random.Random(seed)
    name = rng.choice(("base.yaml", "upper.yaml", "upper.yaml", "lower.yaml", "lower.yaml", "south.yaml"))
    mutation = rng.choice(MUTATIONS)
    data = files[name]
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        try:
            data = mutation(data, rng)
        except (UnicodeDecodeError, IndexError, ValueError):
            break  # an earlier step has left no text to change
    (folder / name).write_bytes(data)
    try:
        load("base.yaml" if name == "base.yaml" else "upper.yaml")
    except ScenarioError as error:
        text = str(error)
        is_located = ": error: " in text and len(text) < 20_000 and all(line.isprintable() for line in text.split("\n"))
        return True, "" if is_located else f"seed {seed} ({name}): {text[:500]!r}"
    except Exception as error:
        return False, f"seed {seed} ({name}) ended in {type(error).__name__}: {error}"
    finally:
        (folder / name).write_bytes(files[name])
    return False, ""
