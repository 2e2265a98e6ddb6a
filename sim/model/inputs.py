"""Lay out a scenario's numbers as rows of trials: one for each draw of its parameters, and what is the same in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import ParleyError
from sim.model.calendar import Attendance, Conditions, attendance_of, changes_of, week_of, weekly_rates
from sim.model.state import ENTITIES, Layout
from sim.model.switches import N_SETS_OF_TERMS
from sim.random_streams import READING, Streams
from sim.scenario.sampling.parameter_draws import draw_columns
from sim.scenario.sampling.readings import read_above_zero, reading_at
from sim.scenario.schema import Scenario, ThirdParty

Column = float | NDArray[np.float64]
MOST_LEAVING = 12
"""Third parties that matter to packages and may leave: trades are kept for each set of them."""


class Inputs(NamedTuple):
    """Hold what a block of trials starts from.

    ``starts`` has shape (draws, numbers of a trial); ``changed`` (draws, values that events set). ``scopes`` and
    ``ratifiers`` list issues and veto players by track, -1 after the last. ``readings`` are codes by draw (0 the file).
    """

    scenario: Scenario
    third_parties: tuple[str, ...]
    vetoes: tuple[str, ...]
    layout: Layout
    starts: NDArray[np.float64]
    readings: NDArray[np.int64]
    scopes: NDArray[np.int64]
    ratifiers: NDArray[np.int64]
    attendance: Attendance
    holidays: NDArray[np.int64]
    changes: NDArray[Any]
    changed: NDArray[np.float64]
    conditions: Conditions
    regime_bits: int
    n_versions: int

    @property
    def weeks(self) -> int:
        """Return the weeks of a trial, those after the horizon included."""
        return len(self.holidays)

    @property
    def n_books(self) -> int:
        """Return the books of trades that a draw may need: by version, regime and frictions that are off."""
        return (self.n_versions << self.regime_bits) * N_SETS_OF_TERMS


def inputs_of(scenario: Scenario, streams: Streams) -> Inputs:
    """Draw a scenario's parameters and lay them out; a row for each draw of ``streams``."""
    n = len(streams.draws)
    readings = reading_at(scenario, streams.parameter(READING)) if scenario.readings else np.zeros(n, np.int64)
    return _Rows(scenario, n, draw_columns(scenario, streams.parameter), streams.seed).inputs(readings)


class _Rows:
    """Fill in the rows of one block, section by section."""

    def __init__(self, scenario: Scenario, n_draws: int, drawn: Mapping[str, Column], seed: int) -> None:
        self.scenario, self.drawn = scenario, drawn
        self.read_above_zero = read_above_zero(scenario)
        self.sides = (scenario.sides.A, scenario.sides.B)
        self.issues, self.tracks = list(scenario.issues), list(scenario.tracks)
        parties = scenario.parties.items()
        self.third_parties = [name for name, party in parties if isinstance(party, ThirdParty)]
        self.vetoes = list(dict.fromkeys(name for track in scenario.tracks.values() for name in track.ratified_by))
        self.layout = Layout(
            len(self.third_parties),
            len(self.tracks),
            len(self.issues),
            len(self.vetoes),
            len(scenario.windows),
            sum(event.when is not None for event in scenario.events),
        )
        self.rows = np.zeros((n_draws, self.layout.size))
        self.records = {name: self.layout.records(self.rows, name) for name in ENTITIES}
        self.weights = {name: self._weights(name) for name in (*self.sides, *self.third_parties, *self.vetoes)}
        self._put_starts()
        self._put_trial(seed)
        for entity in ("war", "talks", "assurances", "ceasefire"):
            self._put_given(entity, 0, "truces" if entity == "ceasefire" else entity)
        self._put_sections()
        for number, name in enumerate(self.sides):
            self._put_side(number, name)
        for number, name in enumerate(self.third_parties):
            self._put_third_party(number, name)
        for number, name in enumerate(self.issues):
            self._put_issue(number, name)
        for number, name in enumerate(self.tracks):
            self._put_track(number, name)
        for number, name in enumerate(self.vetoes):
            self._put_veto(number, name)

    def inputs(self, readings: NDArray[np.int64]) -> Inputs:
        """Return the rows with all that does not hang on the draw."""
        scenario = self.scenario
        weeks = scenario.horizon_weeks + scenario.follow_up_weeks
        holidays = np.full(weeks, -1, np.int64)
        for number, window in enumerate(scenario.windows):
            if 0 <= (week := week_of(scenario, window.date)) < weeks:
                holidays[week] = number
        comers = [*self.sides, *self.third_parties]
        changes = changes_of(scenario, self.drawn, len(self.rows), self.layout, comers)
        self._put("trial", 0, "is_by_trial", changes.is_by_trial)
        members = self._put_regimes()
        return Inputs(
            scenario=scenario,
            third_parties=tuple(self.third_parties),
            vetoes=tuple(self.vetoes),
            layout=self.layout,
            starts=self.rows,
            readings=readings,
            scopes=_lists([[self.issues.index(name) for name in track.scope] for track in scenario.tracks.values()]),
            ratifiers=_lists(
                [[self.vetoes.index(name) for name in track.ratified_by] for track in scenario.tracks.values()]
            ),
            attendance=attendance_of(scenario, comers, weeks),
            holidays=holidays,
            changes=changes.dated,
            changed=changes.values,
            conditions=changes.conditions,
            regime_bits=len(members),
            n_versions=changes.n_versions,
        )

    # -- sections ------------------------------------------------------------------------------------

    def _put(self, entity: str, number: int, field: str, value: Any) -> None:
        self.records[entity][field][:, number] = value

    def _put_starts(self) -> None:
        """What every variable is before anything happens, where a number says so."""
        for name, entity in ENTITIES.items():
            for variable in entity.variables:
                if not isinstance(variable.start, str) and variable.start != 0:
                    self.records[name][variable.name][:] = variable.start

    def _put_given(self, entity: str, number: int, path: str) -> None:
        """The scenario's own numbers, by name; absent ones stay 0."""
        for field in ENTITIES[entity].given:
            key = f"{path}.{field}"
            if field.endswith(("_a", "_b")):
                key = f"{path}.{field[:-2]}.{self.sides[field.endswith('_b')]}"
            if key in self.drawn:
                self._put(entity, number, field, self.drawn[key])

    def _put_trial(self, seed: int) -> None:
        scenario = self.scenario
        general = [number for number, track in enumerate(scenario.tracks.values()) if track.general]
        self.records["trial"]["seed"] = np.uint64(seed).astype(np.int64)
        numbers = {
            "years_at_start": (scenario.start - scenario.war.began).days / 365.25,
            "is_mirrored": scenario.mirrored,
            "horizon": scenario.horizon_weeks,
            "first_general": general[0],
            "last_general": general[-1],
            "optimism_ages": scenario.war.optimism_ages,
        }
        for field, value in numbers.items():
            self._put("trial", 0, field, value)

    def _put_sections(self) -> None:
        self._put("war", 0, "momentum", self.drawn["war.momentum"])
        self._put("talks", 0, "round_rate", weekly_rates(self.drawn["talks.convening_prob_per_week"]))
        for level, mandate in enumerate(self.scenario.talks.mandate):
            self._put("talks", 0, f"mandate_{level}", mandate)
        for number in range(len(self.scenario.windows)):
            self._put_given("windows", number, f"windows.{number}")

    def _put_side(self, number: int, name: str) -> None:
        self._put_given("sides", number, f"parties.{name}")
        party = self.scenario.belligerent(name)
        self._put("sides", number, "end", 1 if number == 0 else -1)
        for field in ("strain", "optimism", "fear"):
            self._put("sides", number, field, self.drawn[f"parties.{name}.{field}"])
        for field in ("usual_level", "level_cap"):
            self._put("sides", number, field, getattr(party, field))
        signs = self.tracks if party.signs is None else party.signs
        self._put("sides", number, "signs", sum(1 << self.tracks.index(track) for track in signs))

    def _put_third_party(self, number: int, name: str) -> None:
        path = f"parties.{name}"
        self._put_given("third_parties", number, path)
        party = self.scenario.third_party(name)
        is_backer = party.role == "backer"
        self._put("third_parties", number, "is_backer", is_backer)
        self._put("third_parties", number, "act_rate", weekly_rates(self.drawn[f"{path}.act_prob_per_week"]))
        self._put("third_parties", number, "own_mix", self._own_mix(name))
        for field in ("aid_a", "aid_b"):
            self._put("third_parties", number, field, self.drawn[f"{path}.aid"])
        for field in ("usual_level", "level_cap", "patience_weeks"):
            self._put("third_parties", number, field, getattr(party, field))
        chances = ("act_prob_per_week", "quit_prob_per_week")
        may_act = any(self._may_exceed_zero(f"{path}.{field}") for field in chances)
        may_act = may_act or any(self._is_set(name, field) for field in chances)
        self._put("third_parties", number, "may_act", is_backer and may_act)
        earlier = self.third_parties[:number]
        self._put("third_parties", number, "follows", earlier.index(party.follows) if party.follows in earlier else -1)
        for place, issue in enumerate(self.issues):
            low, high = party.limits.get(issue, (-np.inf, np.inf))
            at = number * len(self.issues) + place
            self._put("limits", at, "low", low)
            self._put("limits", at, "high", high)
            self._put("limits", at, "is_controller", name in self.scenario.issues[issue].controllers)

    def _own_mix(self, name: str) -> Column:
        """The party's own position as a mix: 1 where it agrees with side A, 0 where with side B."""
        weights = self.weights[name]
        if not weights:
            return 0.5
        mix: Column = 0.0
        for issue, weight in weights.items():
            end_a, end_b = (np.asarray(self.drawn[f"parties.{side}.ideal_point.{issue}"]) for side in self.sides)
            own = np.asarray(self.drawn[f"parties.{name}.ideal_point.{issue}"])
            mix = mix + weight * np.clip((end_b - own) / np.maximum(end_b - end_a, 1e-9), 0.0, 1.0)
        return mix

    def _put_issue(self, number: int, name: str) -> None:
        self._put_given("issues", number, f"issues.{name}")
        self._put("issues", number, "given_status_quo", self.drawn[f"issues.{name}.status_quo"])
        self._put("issues", number, "moves", self._may_exceed_zero(f"issues.{name}.front_per_week"))
        for end, side in zip("ab", self.sides, strict=True):
            path, far_end = f"parties.{side}", 1.0 if end == "a" else 0.0
            party = self.scenario.belligerent(side)
            self._put("issues", number, f"ideal_{end}", self.drawn.get(f"{path}.ideal_point.{name}", 1.0 - far_end))
            self._put("issues", number, f"weight_{end}", self.weights[side].get(name, 0.0))
            self._put("issues", number, f"red_line_{end}", self.drawn.get(f"{path}.red_lines.{name}", far_end))
            self._put("issues", number, f"public_{end}", self.drawn.get(f"{path}.public_lines.{name}", far_end))
            slope = self.drawn[f"{path}.audience_slope"] if name in party.public_lines else 0.0
            self._put("issues", number, f"slope_{end}", slope)
        controllers = map(self.scenario.third_party, self.scenario.issues[name].controllers)
        lows, highs = zip((0.0, 1.0), *(party.limits.get(name, (0.0, 1.0)) for party in controllers), strict=True)
        self._put("issues", number, "limit_low", max(lows))
        self._put("issues", number, "limit_high", min(highs))

    def _put_track(self, number: int, name: str) -> None:
        track, path = self.scenario.tracks[name], f"tracks.{name}"
        self._put_given("tracks", number, path)
        moving = [issue for issue in track.scope if self.records["issues"]["moves"][0, self.issues.index(issue)]]
        numbers = {
            "general": track.general,
            "settles": track.settles,
            "halts": track.halts,
            "takes_force": track.general and track.halts,
            "by_hazard": track.signing == "hazard",
            "has_term": track.length_days != "open",
            "least_level": track.least_level,
            "term_weeks": 0 if track.length_days == "open" else max(1, round(int(track.length_days) / 7)),
            "waits_for": self.tracks.index(track.waits_for) if track.waits_for is not None else -1,
            "n_moving": len(moving),
            "length_weeks": np.inf if track.length_days == "open" else int(track.length_days) / 7.0,
        }
        for field, value in numbers.items():
            self._put("tracks", number, field, value)
        for place, issue in enumerate(self.issues):
            for end, side in zip("ab", self.sides, strict=True):
                far_end = 1.0 if end == "a" else 0.0
                point = self.drawn.get(f"{path}.demands.{side}.{issue}", far_end)
                self._put("demands", number * len(self.issues) + place, f"point_{end}", point)

    def _put_veto(self, number: int, name: str) -> None:
        party, path = self.scenario.veto(name), f"parties.{name}"
        side = self.sides.index(party.side)
        self._put_given("vetoes", number, path)
        self._put("vetoes", number, "side", side)
        for place, issue in enumerate(self.issues):
            at = number * len(self.issues) + place
            self._put("veto_issues", at, "weight", self.weights[name].get(issue, 0.0))
            self._put("veto_issues", at, "ideal_point", self.drawn[f"{path}.ideal_point.{issue}"])
            no_line = np.inf if side == 0 else -np.inf
            self._put("veto_issues", at, "red_line", self.drawn.get(f"{path}.red_lines.{issue}", no_line))

    # -- who matters ---------------------------------------------------------------------------------

    def _weights(self, party: str) -> dict[str, Column]:
        """Salience by issue as shares of the party's 100 points; an uncertain set is made to sum to 1."""
        points = getattr(self.scenario.parties[party], "points", {})
        drawn = {issue: self.drawn[f"parties.{party}.points.{issue}"] for issue in points}
        total: Column = 0.0
        for column in drawn.values():
            total = total + column
        return {issue: column / np.maximum(total, 1e-12) for issue, column in drawn.items()}

    def _is_set(self, party: str, field: str) -> bool:
        return any(f"parties.{party}.{field}" in event.set for event in self.scenario.events)

    def _put_regimes(self) -> list[str]:
        """Give a bit to every third party whose leaving would change what may be signed or is believed."""
        scenario = self.scenario
        in_scope = [scenario.issues[issue].controllers for track in scenario.tracks.values() for issue in track.scope]
        guarantors = [name for name in self.third_parties if self._has_share(name)]
        matter = {name for names in in_scope for name in names} | set(guarantors)
        members = [name for name in self.third_parties if name in matter and self._can_leave(name)]
        if len(members) > MOST_LEAVING:
            raise ParleyError(
                f"parties: expected at most {MOST_LEAVING} controllers and guarantors that may leave, "
                f"got {len(members)} ({', '.join(members[:3])} and others)"
            )
        for number, name in enumerate(self.third_parties):
            self._put("third_parties", number, "regime_bit", members.index(name) if name in members else -1)
        self._put("trial", 0, "regime_bits", len(members))
        return members

    def _has_share(self, name: str) -> bool:
        is_backer = self.scenario.third_party(name).role == "backer"
        return is_backer and self._may_exceed_zero(f"parties.{name}.guarantor_share")

    def _can_leave(self, name: str) -> bool:
        """Whether a party's engagement can differ between trials or change during the run."""
        takes_part = np.asarray(self.drawn[f"parties.{name}.engagement"]) > 0
        is_backer = self.scenario.third_party(name).role == "backer"
        by_chance = is_backer and self._may_exceed_zero(f"parties.{name}.quit_prob_per_week")
        may_change = (
            by_chance or self._is_set(name, "engagement") or f"parties.{name}.engagement" in self.read_above_zero
        )
        return may_change or bool(takes_part.any() and not takes_part.all())

    def _may_exceed_zero(self, path: str) -> bool:
        """Return whether a number is above 0 in a draw of the block, or in one of another block by another reading."""
        return path in self.read_above_zero or bool(np.any(np.asarray(self.drawn[path]) > 0))


def _lists(entries: Iterable[list[int]]) -> NDArray[np.int64]:
    """Return lists as rows of one array, -1 after the last entry of each."""
    columns = zip_longest([-1], *entries, fillvalue=-1)  # at least one
    return np.ascontiguousarray(np.array([*columns], np.int64).T[1:])
