"""Fields of the schema: a number with its unit and default, a text, a section with sources."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sim.scenario.schema.quantity import Provenance, Quantity, Strict

Digest = Annotated[str, Field(pattern="^[0-9a-f]{12,64}$")]


DIGEST = "SHA-256 of the file's content, or its first 12 digits or more: another content is refused; without it filled in when the scenario is read"


Level = Annotated[int, Field(ge=0, le=3)]
"""Attendance: 0 absent, 1 aides, 2 ministers, 3 leaders."""


JUDGED = "judgement"


def number(default: float, text: str, unit: str = "share", source: str = JUDGED) -> Any:
    """Declare a field that holds a Quantity; ``source`` says where the default comes from."""
    return Field(
        default=Quantity(value=float(default)),
        description=text,
        json_schema_extra={"unit": unit, "default_source": source},
    )


def text(words: str, **options: Any) -> Any:
    """Declare a field described by ``words``."""
    return Field(description=words, **options)


class Section(Strict):
    """A section whose numbers may take their source from ``sources`` (key, or ``*`` for all)."""

    sources: dict[str, Provenance] = Field(
        default_factory=dict, description="source by key; * stands for every key of the section"
    )
