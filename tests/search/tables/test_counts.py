"""Columns of whole numbers in a table."""

import pandas as pd
import pytest

import nbnas as nb
from nbnas.errors import DataError
from nbnas.search.benchmark.table import read_table
from nbnas.search.tables.options import Reading
from nbnas.search.tables.units import counts_of, parameters_among

CELLS = [str(c) for c in nb.CellSpace().sample(0, 3)]
FIDELITIES = nb.Fidelities((3, 12))


def table(**columns):
    frame = pd.DataFrame(
        {"arch_str": CELLS, "c10_12": [0.5, 0.6, 0.7], "c10_3": [0.2, 0.3, 0.4], **columns}
    )
    return lambda **more: nb.TabularObjective.from_table(frame, value="c10_12", **more)


def test_millions_are_told_by_the_name():
    assert counts_of({"a": 0.073306}, "c10_params_m", "t") == {"a": 73306}
    assert counts_of({"a": 12.0}, "weights", "t") == {"a": 12}


@pytest.mark.parametrize("number", [0.073306, -1.0])
def test_what_is_no_count_is_refused(number):
    with pytest.raises(DataError, match="in millions has a name that ends with '_m'"):
        counts_of({"a": number}, "weights", "t")


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (("arch", "c10_params_m", "c100_params_m"), "c10_params_m"),
        (("arch", "Parameters"), "Parameters"),
        (("arch", "n_params"), "n_params"),
        (("arch", "a_params", "b_params"), None),
        (("arch", "paramsy"), None),
        ((0, "arch"), None),
    ],
)
def test_the_column_of_parameters_is_found_by_its_name(columns, found):
    assert parameters_among(columns, ("c10_valid_200",)) == found


def test_a_table_with_looks_finds_its_parameters():
    made = table(c10_params_m=[0.1, 0.2, 0.3])
    looks = {"fidelities": FIDELITIES, "looks": {3: "c10_3"}}
    assert sorted(made(**looks).parameters.values()) == [100_000, 200_000, 300_000]
    assert not made().parameters  # as before, where nobody looks
    assert sorted(made(parameters="c10_params_m").parameters.values())[0] == 100_000


def test_what_it_finds_must_be_numbers():
    with pytest.raises(DataError, match="params"):
        table(params=["many", "few", "none"])(fidelities=FIDELITIES, looks={3: "c10_3"})


def test_a_benchmark_finds_them_where_there_are_looks():
    frame = pd.DataFrame(
        {
            "arch_str": CELLS,
            "c10_12": [50.0, 60.0, 70.0],
            "c10_3": [20.0, 30.0, 40.0],
            "c10_params_m": [0.1, 0.2, 0.3],
        }
    )
    reading = Reading(fidelities=FIDELITIES, looks={3: "c10_3"})
    found = read_table(frame, architecture="arch_str", value="c10_12", reading=reading)
    assert sorted(found.objective.parameters.values()) == [100_000, 200_000, 300_000]
    some = found.restrict(list(found.values)[:2])
    assert len(some.objective.parameters) == 2
    assert some.fingerprint() != found.fingerprint()
    plain = read_table(frame, architecture="arch_str", value="c10_12")
    assert not plain.parameters  # as before
