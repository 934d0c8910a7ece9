"""What columns become: measures, units, options, and spaces whatever the order of rows."""

import pickle

import numpy as np
import pandas as pd
import pytest

from nbnas.errors import DataError, NbnasError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.records import Measure
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.tables.tabular import TabularObjective

CELLS = [str(a) for a in CellSpace().sample(0, 6)]
FRAME = pd.DataFrame(
    {"arch": CELLS, "acc": [50.25, 60, 70, 80, 90, 91.5], "ms": [3, 1, 2, 5, 4, 6]}
)
TRUTH = {text: value / 100 for text, value in zip(CELLS, FRAME["acc"], strict=True)}


def read(source, **options):
    return TabularObjective.from_table(
        source, **{"architecture": "arch", "value": "acc", **options}
    )


def test_further_columns_become_measured():
    cells = [CellSpace().parse(text) for text in CELLS]
    frame = FRAME.assign(size=["1,234,567", None, "2", "3", "4", "5"], share="12.5 %")
    objective = read(frame, measured=("ms", "size", "share"))
    assert objective(cells[0]).measured == {"ms": 3, "size": 1_234_567, "share": 0.125}
    assert objective(cells[1]).measured == {"ms": 1, "share": 0.125}
    assert objective.fingerprint() == read(FRAME).fingerprint()
    again = pickle.loads(pickle.dumps(objective))
    assert again(cells[0]) == objective(cells[0])
    with pytest.raises(DataError, match=r"column size: 1,234 may be 1.234 or 1234"):
        read(FRAME.assign(size="1,234"), measured=("size",))
    with pytest.raises(DataError, match="points and commas in one column"):
        read(FRAME.assign(acc=["50,25", "60.5", *FRAME["acc"][2:]]))


def test_curves_of_a_measure_that_is_no_accuracy():
    loss = Measure("loss", maximize=False, lower=0)
    frame = FRAME.assign(first=3.5, last=2.5)
    objective = read(frame, value="last", measure=loss, curve=("first", "last"))
    reports = objective(CellSpace().parse(CELLS[0])).reports
    assert [report.measured for report in reports] == [3.5, 2.5]


@pytest.mark.parametrize(
    "options",
    [
        {"value": ()},
        {"value": None},
        {"value": 3},
        {"value": ("acc", None)},
        {"architecture": None},
        {"architecture": ()},
        {"architecture": ("arch", "arch", "arch")},
        {"test": 5},
        {"cost": []},
        {"measured": 3},
        {"measured": (None,)},
        {"notation": "esperanto"},
        {"notation": None},
        {"notation": 3},
        {"unit": "per mille"},
        {"unit": None},
        {"unit": ["percent"]},
        {"missing": "ignore"},
        {"missing": []},
        {"repeated": "last"},
        {"run": 1},
        {"run": True},
        {"run": "a"},
        {"pace": -1},
        {"pace": "fast"},
        {"pace": None},
        {"measure": "loss"},
        {"measure": Measure},
        {"curves": ("acc",)},
        {"parameters": 3},
    ],
    ids=str,
)
def test_wrong_options_are_refused(options):
    with pytest.raises(NbnasError):
        read(FRAME, **options)


def test_units_that_are_stated():
    low = FRAME.assign(acc=[0.5, 0.25, 0.75, 1.0, 1.5, 2.0])
    with pytest.raises(DataError, match="may be percent or no accuracies"):
        read(low)
    assert read(low, unit="percent").values[CELLS[0]] == 0.005
    with pytest.raises(DataError, match=r"in fraction, from 0 to 1, got 1.5 \(rows 5, 6\)"):
        read(low, unit="fraction")
    signs = FRAME.assign(acc=["50 %", *["60"] * 5])
    with pytest.raises(DataError, match="percent signs, but none in rows 2, 3, 4, 5, 6"):
        read(signs)
    with pytest.raises(SettingError, match="is for fractions"):
        read(FRAME, measure=Measure("ms", maximize=False), value="ms", unit="percent")
    with pytest.raises(DataError, match=r"got 101 \(row 6\)"):
        read(FRAME.assign(acc=[*FRAME["acc"][:5], 101]))
    with pytest.raises(DataError, match="got -1"):
        read(FRAME.assign(acc=[-1, *FRAME["acc"][1:]]))
    error = Measure("error rate", maximize=False, lower=0, upper=1)
    assert read(FRAME, measure=error).optimum == 0.5025


def test_chance_level_of_a_hundred_classes_is_percent(nb201_path):
    objective = TabularObjective.from_table(nb201_path, value="c100_valid_200")
    assert min(objective.values.values()) == 0.01
    assert objective.optimum == pytest.approx(0.734933)


def test_a_space_of_ones_own_and_texts_as_they_are():
    class Words:
        size = 3

        def parse(self, text):
            return CellSpace().parse(CELLS[int(text)])

        def other(self, *_):
            raise AssertionError("it is only asked to parse")

        sample = mutate = neighbors = __contains__ = __iter__ = other

    numbered = FRAME.assign(arch=[str(i) for i in range(6)])
    with pytest.raises(DataError, match="no search space understands"):
        read(numbered)
    assert read(numbered, notation=Words()).values == TRUTH
    assert list(read(numbered, notation="text").values) == ["0", "1", "2", "3", "4", "5"]


def test_the_order_of_the_rows_changes_neither_space_nor_fingerprint():
    shuffled = FRAME.sample(frac=1, random_state=1)
    one, other = read(FRAME), read(shuffled)
    assert one.fingerprint() == other.fingerprint()
    assert isinstance(one.space, Subspace)
    assert [*one.space] == [*other.space]


def test_published_fingerprints_are_those_of_earlier_commits(nb201_path):
    runs = tuple(f"c10_valid_200_s{seed}" for seed in (777, 888, 999))
    one = TabularObjective.from_table(nb201_path, value="c10_valid_200")
    assert one.fingerprint() == {
        "table": "c10_valid_200 of nb201_cifar.csv.gz",
        "content": "9c2ab29c98eb7819",
    }
    last = TabularObjective.from_table(nb201_path, value=runs, run=2, missing="fail")
    assert last.fingerprint()["content"] == "4561d1ad3fe0fd5b"
    assert np.isnan([*last.values.values()]).sum() == 7456


def test_the_order_of_the_rows_changes_no_search():
    space = CellSpace().sample(3, 40)
    frame = pd.DataFrame({"arch": map(str, space), "acc": np.linspace(0.1, 0.9, 40)})
    found = []
    for seed in (None, 1, 2):
        given = frame if seed is None else frame.sample(frac=1, random_state=seed)
        objective = read(given, repeated="mean")
        search = Search(objective.space, objective, BayesianOptimization(initial=4), seed=5).run(7)
        found.append([(e.architecture, e.value) for e in search.observations])
    assert found[0] == found[1] == found[2]
