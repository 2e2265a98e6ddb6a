"""Whether the scenario with every mechanism on has them on: without one of them some trial is another."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from sim.scenario.mirror import mirror
from tests.oracle.everything_on import everything_on
from tests.oracle.oracle import tell

N_TRIALS = 128
SECTIONS = ("issues", "tracks", "parties", "talks", "events")
KEYS = {
    "issues": ("delivered",),
    "tracks": ("demands", "audience_cost"),
    "parties": ("curvature", "loss_aversion", "signature_cost", "meeting_cost", "signs", "aid", "effort",
                "misperception", "red_lines", "public_lines", "limits", "bias", "image", "unseen_spread"),
}  # fmt: skip


def sections() -> dict[str, Any]:
    """What the scenario is made of, to be changed."""
    return everything_on().model_dump(mode="json", include=set(SECTIONS), exclude_unset=True)


def without_one() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each of the keys, events and conditions taken away alone."""
    given = sections()
    for section, keys in KEYS.items():
        for name, below in given[section].items():
            for key in keys:
                if below.get(key) not in (None, {}, ()):
                    changed = deepcopy(given[section])
                    del changed[name][key]
                    yield f"{section}.{name}.{key}", {section: changed}
    for key in ("ripeness", "persistence_of_chance"):
        yield f"talks.{key}", {"talks": given["talks"] | {key: 0}}
    for number, event in enumerate(given["events"]):
        others = given["events"][:number] + given["events"][number + 1 :]
        yield f"events.{event['name']}", {"events": others}
        when = event.get("when") or {}
        for condition in when if len(when) > 1 else ():
            fewer = {key: value for key, value in when.items() if key != condition}
            changed = [*others, event | {"when": fewer}]
            yield f"events.{event['name']}.when.{condition}", {"events": changed}


@cache
def told() -> list[str]:
    return [str(one) for one in tell(everything_on(), 3, range(N_TRIALS))]


@pytest.mark.slow
@pytest.mark.parametrize("changes", [pytest.param(changes, id=name) for name, changes in without_one()])
def test_each_mechanism_moves_a_trial(changes: dict[str, Any]) -> None:
    found = [str(one) for one in tell(everything_on(**changes), 3, range(N_TRIALS))]
    assert found != told()


def test_the_mirror_image_has_mirrored_terms() -> None:
    """The same weeks, and terms as 1 - x to 1e-9: the oracle has no favourite side."""
    plain = tell(everything_on(), 3, range(64))
    mirrored = tell(mirror(everything_on()), 3, range(64))
    for one, other in zip(plain, mirrored, strict=True):
        terms = {name for name in one if name.startswith("x_") or name == "halt_mix"}
        assert {name: value for name, value in one.items() if name not in terms | {"victory"}} == {
            name: value for name, value in other.items() if name not in terms | {"victory"}
        }
        assert [1 - one[name] for name in terms] == pytest.approx(
            [other[name] for name in terms], abs=1e-9, nan_ok=True
        )
        assert other["victory"] == (0, 2, 1)[one["victory"]]
