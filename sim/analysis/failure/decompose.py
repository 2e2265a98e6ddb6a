"""Which of a scenario's changes does the work: each alone, each left out, and their interaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.analysis.study import OneSentence, Question, frame
from sim.errors import ParleyError
from sim.execution.request import Request
from sim.results.compare import compare
from sim.results.formatting import counted
from sim.results.run import Run
from sim.results.wording import points
from sim.scenario.checks import references
from sim.scenario.diagnostics import KeyPath, dotted
from sim.scenario.differences import WORDS_ONLY, changes
from sim.scenario.schema import Scenario
from sim.statistics.horizons import horizons

if TYPE_CHECKING:
    import pandas as pd

AS_WHOLE = ("points", "mandate", "limits", "scope", "joint", "calibration", "reference_class")
"""Keys whose parts only make sense together."""
DATED = ("events", "windows", "attendance")
"""Lists whose items count one by one."""
IDENTITY = frozenset({"source", "note", "kind"})
TABLE_NAMES = frozenset({"file", "draws"})
"""What a table is called, where its content is known."""
MOST_CHANGES = 24
_ABSENT = object()

Data = dict[str, Any]
READINGS = "readings"
"""Other readings of a number go with the number of the file, and count for no change of their own."""


@dataclass(frozen=True)
class Part:
    """One change between two scenarios. ``alone`` and ``left_out`` are None where that is no valid scenario."""

    path: str
    sentence: str
    alone: Scenario | None
    left_out: Scenario | None


def parts(base: Scenario, variant: Scenario) -> list[Part]:
    """Return the single changes that make ``variant`` of ``base``, each with the two scenarios that isolate it.

    Events, windows and rules count one by one, points of a party together. Raises ParleyError for more than
    ``MOST_CHANGES`` changes.
    """
    before, after = base.model_dump(exclude_none=True), variant.model_dump(exclude_none=True)
    paths = list(_different(before, after, ()))
    if len(paths) > MOST_CHANGES:
        raise ParleyError(f"expected at most {MOST_CHANGES} single changes between the two, got {len(paths)}")
    said = {change.path: change.sentence for change in changes(base, variant)}
    return [
        Part(
            _named(path),
            _sentence(path, said, before, after),
            _valid(_with(before, after, path)),
            _valid(_with(after, before, path)),
        )
        for path in paths
    ]


def _different(before: Any, after: Any, path: KeyPath) -> Iterator[KeyPath]:
    """Yield the key paths at which two dumps differ, as deep as a change can stand alone."""
    if path and (path[-1] in WORDS_ONLY or path[-1] == READINGS):
        return
    if _plain(before) == _plain(after):
        return
    if isinstance(before, tuple) and isinstance(after, tuple) and path[:1] and path[0] in DATED:
        for name in dict.fromkeys([*map(_name, before), *map(_name, after)]):
            if _plain(_item(before, name)) != _plain(_item(after, name)):
                yield (*path, name)
        return
    is_section = isinstance(before, Mapping) and isinstance(after, Mapping)
    if not is_section or path[-1:] and (path[-1] in AS_WHOLE or _is_number(before) or _is_number(after)):
        yield path
        return
    for key in [*before, *(key for key in after if key not in before)]:
        yield from _different(before.get(key, _ABSENT), after.get(key, _ABSENT), (*path, key))


def _plain(item: Any) -> Any:
    """Return what is simulated of an item: without sources and words."""
    if isinstance(item, Mapping):
        words = WORDS_ONLY | IDENTITY | (TABLE_NAMES if item.get("sha256") else frozenset())
        words |= {READINGS}
        return {key: _plain(value) for key, value in item.items() if key not in words}
    return tuple(map(_plain, item)) if isinstance(item, tuple) else item


def _is_number(item: Any) -> bool:
    return isinstance(item, Mapping) and bool({"value", "dist", "same_as"} & item.keys())


def _name(item: Mapping[str, Any]) -> str:
    """Return what an event, window or rule is known by."""
    if "name" in item:
        return str(item["name"])
    when = ", ".join(f"{party} {level}" for party, level in item["when"].items())
    return f"{item['party']} comes at level {item['level']} if {when}"


def _item(items: tuple[Any, ...], name: str) -> Any:
    return next((item for item in items if _name(item) == name), _ABSENT)


def _with(data: Data, other: Data, path: KeyPath) -> Data:
    """Return ``data`` with the value of ``other`` at ``path``."""
    result = deepcopy(data)
    section, last = str(path[0]), str(path[-1])
    if section in DATED:
        wanted = _item(other[section], last)
        kept = [item for item in data[section] if _name(item) != last]
        result[section] = (*kept, *([] if wanted is _ABSENT else [deepcopy(wanted)]))
        return result
    target, source = result, other
    for key in map(str, path[:-1]):
        target, source = target[key], source[key]
    if last in source:
        target[last] = deepcopy(source[last])
    else:
        target.pop(last, None)
    return result


def _valid(data: Data) -> Scenario | None:
    try:
        scenario = Scenario.model_validate(data)
    except ValueError:
        return None
    return None if references.check(scenario) else scenario


def _named(path: KeyPath) -> str:
    if path[0] in DATED:
        return f"{str(path[0]).removesuffix('s')} `{path[-1]}`"
    return dotted(path)


def _sentence(path: KeyPath, said: Mapping[str, str], before: Data, after: Data) -> str:
    """Word the change as the list of changes does; several at once by their name."""
    name = dotted(path)
    if name in said:
        return said[name]
    inside = [sentence for key, sentence in said.items() if key.startswith(f"{name}.")]
    if inside:
        return inside[0] if len(inside) == 1 else f"{name} ({len(inside)} numbers together)"
    return next((sentence for key, sentence in said.items() if f"`{path[-1]}`" in key), _named(path))


class Difference(NamedTuple):
    """A difference of durable odds at the last horizon with its interval, as fractions."""

    difference: float
    lo: float
    hi: float


@dataclass(frozen=True)
class Share:
    """What one change does: the difference that it makes alone, and what is lost where it is left out."""

    path: str
    sentence: str
    alone: Difference | None
    left_out: Difference | None


@dataclass(frozen=True)
class Decomposition(OneSentence):
    """The whole difference, that of each change, and their interaction: whole - sum of each alone."""

    base: str
    variant: str
    days: int
    n_intervals: int
    whole: Difference
    shares: tuple[Share, ...]
    trials: int = 0
    seed: int = 1

    @property
    def question(self) -> Question:
        """Return what was asked."""
        return Question(f"{self.variant} against {self.base}", "durable", (self.days,), self.trials, self.seed)

    @property
    def sentence(self) -> str:
        """Return the change that does most alone."""
        alone = {share.sentence: share.alone for share in self.shares if share.alone}
        if not self.varies or not alone:
            return "The odds do not vary over these changes by more than chance would make them, so none leads."
        most = max(alone, key=lambda name: abs(alone[name][0]))
        return (
            f"All changes together: {points(*self.whole)} points by {self.days} days. The most alone does: {most}, "
            f"{points(*alone[most])} points."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be read with the numbers."""
        return (f"{counted(self.n_intervals, 'interval')}, widened to hold together with 95 %.",)

    @property
    def together(self) -> float | None:
        """Return the interaction: all together less the sum of each alone; None where one cannot stand alone."""
        singles = [share.alone.difference for share in self.shares if share.alone]
        return self.whole.difference - sum(singles) if len(singles) == len(self.shares) else None

    @property
    def varies(self) -> bool:
        """Return whether any difference, of all changes or of one alone or left out, is significant."""
        known = [self.whole, *(ends for share in self.shares for ends in (share.alone, share.left_out) if ends)]
        return any(low > 0 or high < 0 for _, low, high in known)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "base": self.base,
            "variant": self.variant,
            "days": self.days,
            "n_intervals": self.n_intervals,
            "whole": self.whole._asdict(),
            "changes": [
                {
                    "path": share.path,
                    "change": share.sentence,
                    "alone": share.alone and share.alone._asdict(),
                    "left_out": share.left_out and share.left_out._asdict(),
                }
                for share in self.shares
            ],
            "together": self.together,
            "varies": self.varies,
        }

    def table(self) -> pd.DataFrame:
        """Return one row per change, and one for all together: differences alone and left out with their ends."""
        together = Share("", "all together", self.whole, None)
        unknown = (np.nan,) * 3
        ends = [f"{kind}{end}" for kind in ("alone", "left_out") for end in ("", "_lo", "_hi")]
        rows = [
            (one.path, one.sentence, *(one.alone or unknown), *(one.left_out or unknown))
            for one in (together, *self.shares)
        ]
        return frame(rows, ["path", "change", *ends])


def decompose(base: Run, variant: Run, run_all: Callable[[Sequence[Request]], Iterable[Run]]) -> Decomposition:
    """Run every single change alone and left out, with the random numbers of both runs, and compare the differences.

    Parameters
    ----------
    base, variant
        Finished runs of one seed.
    run_all
        Runs the requests of single changes, in any order; ``sim.execution.run.run_many`` is one.

    Returns
    -------
    Decomposition
        Differences of durable headline odds (shares) at the last common horizon: ``alone`` is base with this change
        against the base, ``left_out`` what the variant loses without it. Intervals hold with 95 % for all together.

    Raises
    ------
    ParleyError
        Nothing that is simulated differs, or more than 24 single changes do.
    """
    found = parts(base.scenario, variant.scenario)
    if not found:
        raise ParleyError(f"{variant.name} and {base.name} simulate the same")
    wanted = [
        Request(scenario, f"{part.path} ({kind})", base.n_trials, base.seed)
        for part in found
        for kind, scenario in (("alone", part.alone), ("left out", part.left_out))
        if scenario is not None
    ]
    runs = {run.name: run for run in run_all(wanted)}
    n = len(wanted) + 1
    days = min(max(horizons(base.scenario)), max(horizons(variant.scenario)))

    def between(first: Run, second: Run) -> Difference:
        cell = compare(first, second, n)["tiers"]["durable"][str(days)]
        return Difference(cell["difference"], cell["lo"], cell["hi"])

    shares = []
    for part in found:
        alone, left_out = (runs.get(f"{part.path} ({kind})") for kind in ("alone", "left out"))
        lost = between(variant, left_out) if left_out else None
        lost = lost and Difference(-lost.difference, -lost.hi, -lost.lo)
        shares.append(Share(part.path, part.sentence, between(base, alone) if alone else None, lost))
    whole = between(base, variant)
    return Decomposition(base.name, variant.name, days, n, whole, tuple(shares), base.n_trials, base.seed)
