"""The row of numbers that a trial is: units, types, and where each number stands."""

import numpy as np
import pytest

from sim.model.compiled import STORED, n_stored
from sim.model.state import ENTITIES, Layout, Variable
from sim.outcome_columns import COLUMNS, FRICTIONS, OF_DRAW
from tests.factories import minimal_scenario, stepped
from tests.oracle.everything_on import everything_on

UNITS = {"-", "util", "log util", "share", "ratio", "mix", "1/week", "week", "count", "code", "truth", "level"}
WHOLE = {"week", "count", "code", "truth", "level"}
LAYOUT = Layout(n_thirds=3, n_tracks=4, n_issues=5, n_vetoes=2, n_windows=1, n_conditions=2)
VARIABLES = [(name, one) for name, entity in ENTITIES.items() for one in entity.variables]


@pytest.mark.parametrize(("entity", "variable"), VARIABLES, ids=lambda one: getattr(one, "name", one))
def test_every_variable_has_a_unit_and_whole_ones_are_stored_whole(entity: str, variable: Variable) -> None:
    assert variable.unit in UNITS
    fields = ENTITIES[entity].dtype.fields
    assert fields is not None
    assert fields[variable.name][0].kind == ("i" if variable.unit in WHOLE else "f")
    assert variable.is_whole == (variable.unit in WHOLE)
    if variable.is_whole and not isinstance(variable.start, str):
        assert variable.start == int(variable.start)


@pytest.mark.parametrize("name", ENTITIES)
def test_no_two_fields_of_an_entity_have_one_name_and_each_is_8_bytes(name: str) -> None:
    entity = ENTITIES[name]
    names = [*entity.given, *entity.whole, *(one.name for one in entity.variables)]
    assert len(set(names)) == len(names) == len(entity.dtype.names or ())
    assert entity.dtype.itemsize == 8 * len(names)


def test_every_outcome_is_a_column_and_has_its_start() -> None:
    fields = {one.name: one.start for one in ENTITIES["outcome"].variables}
    assert fields == {name: one.start for name, one in COLUMNS.items() if name not in OF_DRAW}


def test_every_number_of_a_row_has_a_place_of_its_own() -> None:
    places = [
        LAYOUT.place(name, number, field)
        for name, entity in ENTITIES.items()
        for number in range(LAYOUT.counts[name])
        for field in entity.dtype.names or ()
    ]
    assert sorted(places) == list(range(LAYOUT.size)) and places == sorted(places)


def test_what_is_written_at_a_place_is_read_in_the_record_and_back() -> None:
    row = np.zeros(LAYOUT.size)
    for name, entity in ENTITIES.items():
        records = LAYOUT.records(row, name)
        assert records.shape == (LAYOUT.counts[name],) and np.shares_memory(records, row) == bool(len(records))
        for number in range(LAYOUT.counts[name]):
            for field in entity.dtype.names or ():
                place, is_whole = LAYOUT.place(name, number, field), entity.dtype[field].kind == "i"
                seen = row.view(np.int64) if is_whole else row
                seen[place] = place + 1
                assert records[field][number] == place + 1
                records[field][number] = -place
                assert seen[place] == -place


def test_records_of_many_rows_are_those_of_each() -> None:
    rows = np.arange(6 * LAYOUT.size, dtype=float).reshape(6, -1)
    for name in ENTITIES:
        records = LAYOUT.records(rows, name)
        assert records.shape == (6, LAYOUT.counts[name])
        for number, row in enumerate(rows):
            np.testing.assert_array_equal(records[number], LAYOUT.records(row, name))


def test_what_is_stored_of_a_trial_is_the_end_of_its_row() -> None:
    trials = stepped(everything_on(), 0)
    layout = trials.inputs.layout
    assert tuple(ENTITIES)[-len(STORED) :] == STORED
    assert layout.first[STORED[0]] == layout.size - n_stored(trials.inputs)
    assert layout.counts["agreed"] == len(trials.inputs.scenario.issues)
    assert layout.counts["shares"] == len(FRICTIONS)


@pytest.mark.parametrize("is_full", [False, True])
def test_trials_begin_where_the_table_says(is_full: bool) -> None:
    """Every variable whose start is a number has it before the first week."""
    trials = stepped(everything_on() if is_full else minimal_scenario(), 0, n_trials=40)
    for name, variable in VARIABLES:
        if not isinstance(variable.start, str):
            for number in range(trials.inputs.layout.counts[name]):
                found = trials.of(name, variable.name, number)
                np.testing.assert_array_equal(found, np.full(40, variable.start), f"{name}.{variable.name}")
