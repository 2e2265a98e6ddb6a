"""Names of ours that a library's class has as well: overriding one by accident ends runs in tracebacks.

Mesa 3.5 gave ``Model`` a property ``scenario``, which was an attribute of ours until then. These tests look at what
is installed, so the newest packages (``make newest``) are looked at as well as the pinned ones.
"""

import importlib
import pkgutil
import sys
import types
from collections.abc import Iterator
from typing import Any, Generic, Protocol

import mesa
import pytest

import dashboards
import sim
from sim.agents.mesa_model import NegotiationModel
from sim.agents.parties import Backer, Belligerent, Mediator
from tests.oracle.everything_on import everything_on

OURS = (sim, dashboards)
LANGUAGE: set[Any] = {object, Generic, Protocol}
MEANT = {
    "Model": {"step", "running"},
    "Agent": {"step", "model"},
    "HTMLParser": {"handle_starttag", "handle_startendtag", "handle_endtag", "handle_data"},
    "GenerateJsonSchema": {"encode_default", "field_title_should_be_set", "function_after_schema", "model_schema"}
    | {"tagged_union_schema"},
    "BaseModel": {"model_config", "model_post_init"},
    "_IOBase": {"tell", "writable"},
    "_RawIOBase": {"write"},
    "Executor": {"submit"},
    "HTTPChannel": {"readable", "received"},  # both go on to waitress's own
    "dispatcher": {"readable"},
    "AttributeTemplate": {"generic_resolve"},
    "IndexDataCacheFile": {"load", "save"},
    "Cache": {"load_overload", "save_overload"},
    "_Cache": {"load_overload", "save_overload"},
}
"""What is overridden on purpose, by the library's class: each of these is made to be."""


def is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in {package.__name__ for package in OURS}


def library_bases(kind: type) -> list[type]:
    """Classes of libraries below a class, nearest first."""
    return [base for base in kind.__mro__[1:] if not is_ours(base) and base not in LANGUAGE]


def classes() -> Iterator[type]:
    for package in OURS:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for kind in vars(importlib.import_module(module.name)).values():
                if isinstance(kind, type) and kind.__module__ == module.name and library_bases(kind):
                    yield kind


def own_names(kind: type) -> set[str]:
    """Names a class gives itself, without those that the library puts on each of its subclasses."""
    home = {"__module__": kind.__module__}
    bare = types.new_class("Bare", (library_bases(kind)[0],), exec_body=lambda body: body.update(home))
    names = {*vars(kind), *vars(kind).get("__annotations__", {})} - vars(bare).keys()
    return {name for name in names if not (name.startswith("__") and name.endswith("__"))}


def hidden(kind: type) -> list[str]:
    found = []
    for base in library_bases(kind):
        theirs = {*vars(base), *vars(base).get("__annotations__", {})}
        found += [f"{base.__name__}.{name}" for name in own_names(kind) & theirs - MEANT.get(base.__name__, set())]
    return sorted(found)


def test_no_class_hides_what_a_library_defines() -> None:
    found = {f"{kind.__module__}.{kind.__name__}": hidden(kind) for kind in classes()}
    assert {"sim.agents.mesa_model.NegotiationModel", "sim.agents.parties.Backer"} <= found.keys()
    assert {name: names for name, names in found.items() if names} == {}


def test_a_name_of_the_library_is_found() -> None:
    class Taken(mesa.Model):  # type: ignore[misc]
        def run_model(self) -> None:
            """As a property ``scenario`` of ours would."""

        def step(self) -> None:
            """Meant."""

    Taken.__module__ = "sim.model.taken"
    assert hidden(Taken) == ["Model.run_model"]


def watched(kind: type, names: set[str]) -> type:
    """The class, keeping in ``names`` which attributes code of ours sets on its instances."""

    def setting(self: Any, name: str, value: Any) -> None:
        if sys._getframe(1).f_globals["__name__"].partition(".")[0] == "sim":
            names.add(name)
        kind.__setattr__(self, name, value)

    return type(kind.__name__, (kind,), {"__setattr__": setting})


@pytest.fixture(scope="module")
def set_by_us() -> dict[str, set[str]]:
    """Attributes that a trial with every mechanism switched on sets on the model and on parties."""
    names: dict[str, set[str]] = {"Model": set(), "Agent": set()}
    scenario = everything_on()
    kinds = {"belligerent": Belligerent, "backer": Backer, "mediator": Mediator}
    acting = {name: party.role for name, party in scenario.parties.items() if party.role in kinds}
    parties = {name: watched(kinds[role], names["Agent"]) for name, role in acting.items()}
    model = watched(NegotiationModel, names["Model"])(scenario, parties=parties)
    while model.running:
        model.step()
    return names


@pytest.mark.parametrize(("base", "some"), [("Model", "inputs"), ("Agent", "name")])
def test_no_attribute_is_one_that_mesa_sets_or_defines(set_by_us: dict[str, set[str]], base: str, some: str) -> None:
    model = mesa.Model()
    taken = set(dir({"Model": model, "Agent": mesa.Agent(model)}[base]))
    assert some in set_by_us[base] and "step" in taken
    assert set_by_us[base] & taken - MEANT[base] == set()
