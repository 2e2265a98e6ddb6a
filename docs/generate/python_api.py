"""The reference of the Python side: signatures, fields and docstrings of what users rely on."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import sim
from docs.generate import GENERATED

INTRODUCTION = """\
`import sim` gives what stands in the first section; the rest is imported from where it says. Odds and shares are
fractions from 0 to 1, days are days and weeks are weeks, utils are on the scale of the [glossary](../glossary.md).
Columns are trials first: shape `(trials,)` or `(trials, issues)`. A user's mistake raises an error of `sim.errors`,
all of them `sim.ParleyError`.
"""
STUDIES: dict[str, tuple[str, ...]] = {
    "sim.analysis.failure.why": ("why", "explain", "Why"),
    "sim.analysis.replay.replay": ("replay_run",),
    "sim.analysis.sensitivity.tornado": ("tornado",),
    "sim.analysis.sensitivity.sobol": ("sobol",),
    "sim.analysis.sensitivity.morris": ("morris",),
    "sim.analysis.discovery.discover": ("discover",),
    "sim.analysis.failure.decompose": ("decompose",),
    "sim.analysis.levers.levers": ("levers", "Levers"),
    "sim.analysis.sensitivity.value_of_information": ("value_of_information", "Information"),
    "sim.analysis.event_timeline": ("timeline", "Timeline"),
    "sim.results.export": ("long_form", "differences"),
    "sim.evidence.crowd.crowd": ("crowd_table", "CrowdTable"),
    "sim.evidence.rival_models": ("panel",),
    "sim.evidence.backtest.backtest": ("backtest",),
    "sim.evidence.calibration.calibrate": ("calibrate",),
    "sim.evidence.calibration.episodes": ("read_episodes", "Episode"),
    "sim.evidence.backtest.scores": ("brier", "mean_brier", "log_score", "calibration", "Calibration"),
    "sim.evidence.intercoder.agreement": (
        "krippendorff_alpha",
        "weighted_kappa",
        "kappa_of_table",
        "pooled",
        "in_words",
    ),
    "sim.teaching.forecast_lesson": ("lesson", "known_outcome", "as_forecast", "Lesson", "Outcome", "Scored"),
    "sim.teaching.exercises": ("pose", "mark", "Exercise", "Marked"),
}
THEORY = (
    "sim.theory.utility",
    "sim.theory.war",
    "sim.theory.weekly",
    "sim.theory.contract_curve",
    "sim.theory.bargaining",
    "sim.theory.ceasefire",
    "sim.theory.shapley",
)


def page() -> str:
    """What ``sim`` exports, then the studies, the equations and the errors."""
    parts = [f"# Python\n\n{GENERATED}\n\n{INTRODUCTION}", "## sim\n"]
    parts += [_entry(f"sim.{name}", getattr(sim, name)) for name in sim.__all__]
    for module_name, names in STUDIES.items():
        parts.append(_module(module_name, names))
    parts.append("## Equations\n\nPure functions of numbers and columns, numpy alone.\n")
    for module_name in THEORY:
        parts.append(_module(module_name, tuple(_public_functions(import_module(module_name)))))
    parts.append(_module("sim.errors", tuple(name for name, _ in inspect.getmembers(sim_errors(), inspect.isclass))))
    return "\n".join(parts)


def sim_errors() -> Any:
    return import_module("sim.errors")


def _public_functions(module: Any) -> Iterator[str]:
    for name, found in vars(module).items():
        if inspect.isfunction(found) and found.__module__ == module.__name__ and not name.startswith("_"):
            yield name


def _module(name: str, members: tuple[str, ...]) -> str:
    module = import_module(name)
    parts = [f"## {name}\n\n{_words(module.__doc__)}\n"]
    parts += [_entry(f"{name}.{member}", getattr(module, member)) for member in members]
    return "\n".join(parts)


def _entry(name: str, found: Any) -> str:
    """A heading, how it is called, its docstring; of a class also its fields, properties and methods."""
    if not inspect.isclass(found):
        return f"### {name}\n\n```text\n{name.rpartition('.')[2]}{signature(found)}\n```\n\n{_words(found.__doc__)}\n"
    text = f"### {name}\n\n{_words(inspect.getdoc(found) if '__doc__' in vars(found) else '')}\n"
    members = [*_fields(found), *_methods(found)]
    return text + ("\n" + "\n".join(members) + "\n" if members else "")


def _fields(kind: type[Any]) -> Iterator[str]:
    """Annotated fields of a class of ours; those of a scenario are on a page of their own."""
    if hasattr(kind, "model_fields"):
        yield "Fields: [scenario files, key by key](scenario.md). Nothing changes after loading."
        return
    for name, annotation in vars(kind).get("__annotations__", {}).items():
        if not name.startswith("_"):
            yield f"- `{name}: {_plain(annotation)}`"


def _methods(kind: type[Any]) -> Iterator[str]:
    for name, found in vars(kind).items():
        if name.startswith("_") or hasattr(kind, "model_fields"):
            continue
        target = getattr(found, "fget", None) or getattr(found, "func", None) or found
        target = getattr(target, "__func__", target)
        if not inspect.isfunction(target) or not target.__doc__:
            continue
        is_property = target is not getattr(found, "__func__", found)
        shown = name if is_property else f"{name}{signature(target)}"
        yield f"- `{shown}`: {' '.join(_words(target.__doc__).split())}"


def signature(function: Any) -> str:
    """``(name: type = default, ...) -> type`` as the source has it, one line."""
    parts: list[str] = []
    star = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        annotated = parameter.annotation is not parameter.empty
        text = parameter.name + (f": {_plain(parameter.annotation)}" if annotated else "")
        if parameter.default is not parameter.empty:
            text += f"{' = ' if annotated else '='}{_default(parameter.default)}"
        parts.append(text)
    result = inspect.signature(function).return_annotation
    arrow = "" if result is inspect.Signature.empty else f" -> {_plain(result)}"
    return f"({', '.join(parts)}){arrow}"


def _default(value: Any) -> str:
    """A default as it would be written; what has no short form is ``...``."""
    return repr(value) if isinstance(value, int | float | str | tuple | None.__class__) else "..."


def _plain(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _words(docstring: str | None) -> str:
    """A docstring as Markdown: double backticks are code."""
    return re.sub(r"``([^`]+)``", r"`\1`", inspect.cleandoc(docstring or "")).strip()
