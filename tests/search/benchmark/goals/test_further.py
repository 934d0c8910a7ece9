"""Further goals of a table: read, joined, checked, told to strategies."""

import pandas as pd
import pytest

from nbnas.errors import DataError, SettingError
from nbnas.records import ACCURACY, Fidelities
from nbnas.search.benchmark.goals.further import Further, GoalColumn
from nbnas.search.benchmark.table import read_table
from nbnas.search.tables.joined import joined_columns
from nbnas.search.tables.options import Reading

from .conftest import CELLS, MORE, SLOW, TIMES, VALUES, made


def frame(**changed):
    columns = {
        "arch_index": range(len(CELLS)),
        "arch_str": [str(a) for a in CELLS],
        "valid": list(VALUES.values()),
        "ms": list(TIMES.values()),
    }
    return pd.DataFrame(columns | changed)


def read(source, *also, **options):
    named = {"architecture": "arch_str", "value": "valid"}
    return read_table(source, **named, also=also, **options)


def test_they_are_read_from_columns():
    table = read(frame(), GoalColumn("ms", known=True), GoalColumn("arch_index", maximize=True))
    assert table.values == VALUES
    slow, more = table.further
    assert slow.values == TIMES
    assert (slow.measure, slow.known) == (SLOW, True)
    assert (more.measure.maximize, more.known) == (True, False)
    goals = table.goals
    assert goals.measures == (ACCURACY, slow.measure, more.measure)
    assert [known.measure for known in goals.known] == [SLOW]
    assert goals.known[0](CELLS[7]) == TIMES[CELLS[7]]
    told = table.objective(CELLS[3])
    assert dict(told.measured) == {"ms": TIMES[CELLS[3]], "arch_index": 3.0}


def test_without_any_nothing_changes():
    plain = read(frame())
    assert (plain.further, plain.goals) == ((), None)
    assert not dict(plain.objective(CELLS[0]).measured)
    assert {name for name in plain.fingerprint() if "goal" in name or name == "classes"} == set()


def test_what_they_hold_is_in_the_fingerprint():
    first, again, known = made(), made(), made(known=True)
    assert first.fingerprint() == again.fingerprint()
    assert first.fingerprint()["goal 2"] != known.fingerprint()["goal 2"]
    other = made(further=(Further(SLOW, {a: t + 1 for a, t in TIMES.items()}),))
    assert first.fingerprint()["goal 2"] != other.fingerprint()["goal 2"]
    assert made(classes=10).fingerprint() != first.fingerprint()


def test_a_part_of_the_table_has_its_part():
    part = made().restrict(CELLS[:20])
    assert list(part.further[0].values) == CELLS[:20]


def test_a_number_that_is_missing_is_an_error_or_left_out():
    lacking = frame(ms=[None, *list(TIMES.values())[1:]])
    with pytest.raises(DataError, match=r"column ms: expected a number.*for 1, such as"):
        read(lacking, GoalColumn("ms"))
    table = read(lacking, GoalColumn("ms"), reading=Reading(missing="drop"))
    assert CELLS[0] not in table.values
    assert len(table.values) == len(table.further[0].values) == len(CELLS) - 1
    with pytest.raises(DataError, match="no column watts"):
        read(frame(), GoalColumn("watts"))
    with pytest.raises(DataError, match="expected ms of each of 729"):
        made(further=(Further(SLOW, {CELLS[0]: 1.0}),))
    with pytest.raises(SettingError, match="also"):
        read(frame(), "ms")


def test_they_have_no_fidelities():
    with pytest.raises(SettingError, match="further goals with full trainings only"):
        made(fidelities=Fidelities((2, 10)), looks={2: VALUES})


def test_columns_of_another_file_are_joined(tmp_path):
    other = tmp_path / "times.csv"
    shuffled = frame()[["arch_index", "ms"]].sample(frac=1, random_state=0)
    shuffled.to_csv(other, index=False)
    joined = joined_columns(frame().drop(columns="ms"), other, ["ms"])
    assert joined["ms"].tolist() == pytest.approx(list(TIMES.values()))
    assert list(joined)[:3] == ["arch_index", "arch_str", "valid"]


def test_what_cannot_be_joined_is_an_error():
    table, other = frame().drop(columns="ms"), frame()[["arch_index", "ms"]]
    for wrong, said in (
        ((table, other, ["watts"]), "has no column watts"),
        ((table, pd.concat([other, other]), ["ms"]), "expected each arch_index once"),
        ((frame(), other, ["ms"]), "has a column ms itself"),
        ((table, other.assign(arch_index=-1).head(1), ["ms"]), "expected some arch_index"),
        ((table, other, []), "columns"),
    ):
        with pytest.raises((DataError, SettingError), match=said):
            joined_columns(*wrong)


def test_values_have_to_be_numbers():
    with pytest.raises(DataError):
        Further(MORE, {CELLS[0]: "many"})
    with pytest.raises(SettingError, match="known"):
        Further(MORE, TIMES, known="yes")
    with pytest.raises(SettingError, match="column"):
        GoalColumn(3)
