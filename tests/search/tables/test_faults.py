"""Every table that went wrong once: the right numbers, or an error that says what to do."""

import re

import numpy as np
import pandas as pd
import pytest

from nbnas.errors import DataError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.records import ACCURACY, Measure
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.tables.tabular import TabularObjective

LOSS = Measure("loss", maximize=False, lower=0)


@pytest.fixture
def read(faulty):
    """Reads a table by its name."""

    def read(name, **options):
        chosen = {"architecture": "arch", "value": "val_acc", **options}
        return TabularObjective.from_table(faulty(f"tables/{name}"), **chosen)

    return read


@pytest.fixture
def plain(faulty):
    """Accuracy as a fraction by cell, read without nbnas."""
    frame = pd.read_csv(faulty("tables/plain.csv"))
    return dict(zip(frame["arch"], frame["val_acc"] / 100, strict=True))


def test_the_plain_table(read, plain):
    objective = read("plain.csv", test="test_acc")
    assert objective.values == plain
    assert len(plain) == 12
    assert objective.optimum == pytest.approx(0.916067)
    best = max(plain, key=plain.get)
    assert objective.test(CellSpace().parse(best)) == pytest.approx(0.943733)


@pytest.mark.parametrize(
    "name",
    [
        *("bom.csv", "tabs.tsv", "semicolons.csv", "rows.jsonl", "rows.json", "columns.json"),
        *("percent_signs.csv", "spaces_around.csv"),
    ],
)
def test_the_same_table_in_other_clothes(read, name, plain):
    objective = read(name)
    rounded = 5e-5 if name == "percent_signs.csv" else 0  # it has two digits only
    assert {*objective.values} == {*plain}
    assert objective.values == pytest.approx(plain, abs=rounded + 1e-15)


def test_parquet(faulty, tmp_path, plain):
    pytest.importorskip("pyarrow")
    path = tmp_path / "plain.parquet"
    pd.read_csv(faulty("tables/plain.csv")).to_parquet(path)
    chosen = {"architecture": "arch", "value": "val_acc"}
    assert TabularObjective.from_table(path, **chosen).values == plain


def test_losses_are_no_accuracies(read, plain):
    with pytest.raises(DataError, match=r"val_loss.*measure=nbnas.Measure\(.*maximize=False"):
        read("losses.csv", value="val_loss")
    objective = read("losses.csv", value="val_loss", measure=LOSS)
    ranked = sorted(objective.values, key=objective.values.get)
    assert ranked == sorted(plain, key=plain.get, reverse=True)
    best = CellSpace().parse(ranked[0])
    assert objective.optimum == objective(best).value == min(objective.values.values())
    assert objective.regret(best) == 0
    worst = CellSpace().parse(ranked[-1])
    difference = objective.values[ranked[-1]] - objective.values[ranked[0]]
    assert objective.regret(worst) == pytest.approx(difference)
    assert objective.fingerprint()["measure"] == repr(LOSS)


def test_losses_above_1_are_no_accuracies_whatever_the_caller_says(read):
    with pytest.raises(DataError, match="may be percent or no accuracies at all"):
        read("losses.csv", value="val_loss", measure=ACCURACY)


def test_a_search_minimises_losses(read):
    objective = read("losses.csv", value="val_loss", measure=LOSS)
    search = Search(objective.space, objective, RandomSearch(allow_isomorphic=True)).run(12)
    seen = [e.value for e in search.observations]
    assert search.best.value == min(seen)
    assert search.best.value == objective.optimum


@pytest.mark.parametrize("name", ["mixed_units.csv", "one_percent_among_fractions.csv"])
def test_fractions_and_percent_in_one_column(read, faulty, name):
    frame = pd.read_csv(faulty(f"tables/{name}"))
    small = [str(i + 1) for i in np.flatnonzero(frame["val_acc"] <= 1)]
    with pytest.raises(DataError, match="fractions and percent in one column") as error:
        read(name)
    assert f"rows {', '.join(small[:8])}" in str(error.value)
    assert 'unit="percent"' in str(error.value)
    with pytest.raises(DataError, match="accuracy in fraction, from 0 to 1"):
        read(name, unit="fraction")


def test_rows_without_a_value_are_what_the_caller_says(read, faulty, plain):
    name = "two_rows_without_value.csv"
    frame = pd.read_csv(faulty(f"tables/{name}"))
    absent = np.flatnonzero(frame["val_acc"].isna())
    assert len(absent) == 2
    named = ", ".join(str(i + 1) for i in absent)
    with pytest.raises(DataError, match=f'rows {named} without a value; pass missing="drop"'):
        read(name)
    left = {text: value for text, value in plain.items() if text not in {*frame["arch"][absent]}}
    assert read(name, missing="drop").values == left
    objective = read(name, missing="fail")
    assert len(objective.values) == 12
    assert objective.optimum == max(left.values())
    found = Search(objective.space, objective, RandomSearch(allow_isomorphic=True)).run(12)
    failed = [e.architecture.text for e in found.observations if e.status == "failed"]
    assert {*failed} == {*frame["arch"][absent]}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_row_has_a_value.csv", "at least one number, got none in rows 1, 2"),
        ("no_rows.csv", "at least one row"),
        ("empty.csv", "it is empty"),
        ("a_word_among_numbers.csv", "diverged"),
        ("one_unknown_operation.csv", "unknown operation"),
        ("cut_off.csv.gz", "ends early"),
        ("absent.csv", "readable table"),
        ("", "readable table"),
    ],
)
def test_what_is_no_table_is_named(faulty, name, said):
    faulty("tables")
    path = faulty("tables") / name
    for options in ({}, {"missing": "drop"}, {"missing": "fail"}):
        with pytest.raises(DataError, match=said) as error:
            TabularObjective.from_table(path, architecture="arch", value="val_acc", **options)
        assert (name or "tables") in str(error.value)


def test_the_row_of_a_word_and_of_an_unknown_operation_is_named(read, faulty):
    words = pd.read_csv(faulty("tables/a_word_among_numbers.csv"))["val_acc"]
    row = 1 + list(words).index("diverged")
    with pytest.raises(DataError, match=f"row {row}: expected a number, got 'diverged'"):
        read("a_word_among_numbers.csv")
    cells = pd.read_csv(faulty("tables/one_unknown_operation.csv"))["arch"]
    known = re.compile(r"(none|skip_connect|nor_conv_[13]x[13]|avg_pool_3x3)~\d")
    odd = [[part for part in re.split(r"[|+]+", text) if part and not known.fullmatch(part)]
           for text in cells]  # fmt: skip
    row = next(i for i, parts in enumerate(odd) if parts)
    operation = odd[row][0].partition("~")[0]
    with pytest.raises(DataError, match=f"row {row + 1}: .*unknown operation '{operation}'"):
        read("one_unknown_operation.csv")


def test_the_index_of_a_cell_needs_its_order_by_name(read, faulty, plain):
    with pytest.raises(DataError, match='notation="nas-bench-201-index"'):
        read("index_only.csv", architecture="arch_index")
    objective = read("index_only.csv", architecture="arch_index", notation="nas-bench-201-index")
    frame = pd.read_csv(faulty("tables/index_only.csv"))
    assert len(objective.values) == 12
    assert [*objective.values.values()] == list(frame["val_acc"] / 100)
    assert objective.values == plain


def test_six_operation_indices_need_their_notation(read, plain):
    with pytest.raises(DataError, match='notation="naslib"'):
        read("operation_indices.csv")
    assert read("operation_indices.csv", notation="naslib").values == plain


def test_matrices_and_operations(read):
    objective = read(
        "matrix_and_operations.jsonl",
        architecture=("module_adjacency", "module_operations"),
        value="validation_accuracy",
    )
    assert list(objective.values.values()) == [0.9123, 0.9310, 0.9055]
    cells = [DagSpace().parse(text) for text in objective.values]
    assert [len(cell.nodes) for cell in cells] == [4, 5, 3]  # the last has a dead vertex
    assert {*objective.space} == {*cells}
    with pytest.raises(SettingError, match="two, of matrices and operations"):
        read(
            "matrix_and_operations.jsonl",
            architecture="module_adjacency",
            value="validation_accuracy",
            notation="nas-bench-101",
        )
