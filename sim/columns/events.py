"""Dated events of the scenario; each applies at the start of its week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.columns.inputs import fill
from sim.columns.packages import tabulate_all
from sim.theory.utility import Column

if TYPE_CHECKING:
    from sim.columns.week import NegotiationModel
    from sim.scenario.schema import Event


class Events:
    """The scenario's events by week."""

    def __init__(self, model: NegotiationModel) -> None:
        self.model = model
        self._by_week: dict[int, list[tuple[int, Event]]] = {}
        for number, event in sorted(enumerate(model.inputs.scenario.events), key=lambda entry: entry[1].date):
            self._by_week.setdefault(model.week_of(event.date), []).append((number, event))

    def step(self) -> list[Event]:
        """Apply this week's events and return them (rounds and levels are read by convening)."""
        dated = self._by_week.get(self.model.week, [])
        for number, event in dated:
            self._apply(number, event)
        return [event for _, event in dated]

    def _apply(self, number: int, event: Event) -> None:
        model = self.model
        shift = model.inputs.per_trial(f"events.{number}.momentum_shift")
        if np.any(np.asarray(shift) != 0):
            moved = np.clip(model.war.momentum + shift, -1.0, 1.0)
            np.copyto(model.war.momentum, moved, where=model.is_at_war)
        for name in event.pressure:
            model.party[name].pressure += model.inputs.per_trial(f"events.{number}.pressure.{name}")
        for path in event.set:
            self._set(path, f"events.{number}.set.{path}")

    def _set(self, path: str, source: str) -> None:
        """A parameter takes a new value from this week on."""
        model = self.model
        value = model.inputs.per_trial(source)
        section, _, rest = path.partition(".")
        if section == "assurances":
            model.assurances.override(rest, model.inputs.per_draw(source))
            self._rebuild_packages()
        elif section == "parties":
            name, _, field = rest.partition(".")
            if field == "trust":
                model.assurances.base_trust[name] = model.inputs.per_draw(source)
                self._rebuild_packages()
            else:
                self._set_party(name, field, value)
        else:
            target = {"war": model.war, "talks": model.convening, "truces": model.truces}[section]
            setattr(target, rest, value)

    def _set_party(self, name: str, field: str, value: Column) -> None:
        model = self.model
        party = model.party[name]
        if field == "strain":
            # Strain moves to its new mean week by week rather than jump.
            party.strain_mean, party.strain_moves = value, True
        elif field in ("optimism", "fear"):
            setattr(party, field, fill(value, model.n_trials))
            party.has_optimism = getattr(party, "has_optimism", False) or field == "optimism"
        elif field == "engagement":
            party.engagement = value
            party.is_engaged = fill(value, model.n_trials) > 0
            model.third_parties.refresh()
            model.assurances.refresh()
        elif field in ("usual_level", "level_cap"):
            setattr(party, field, np.rint(value).astype(np.int8) if np.ndim(value) else round(float(value)))
        else:
            setattr(party, field, value)

    def _rebuild_packages(self) -> None:
        self.model.assurances.rebuild()
        tabulate_all(self.model)
