import gzip

import pandas as pd
import pytest

from nbnas.errors import DataError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.records import Measure
from nbnas.search.benchmark.proxies import read_proxies
from nbnas.search.benchmark.table import read_table
from nbnas.search.benchmark.unit import FRACTION, PERCENT
from nbnas.search.tables.options import Reading

SPACES = (
    *(CellSpace(), DagSpace(5), ChainSpace(depth=(3, 9)), CnnSpace(layers=(5, 9))),
    RecurrentSpace(nodes=(2, 6)),
)


def write(path, **columns):
    pd.DataFrame(columns).to_csv(path, index=False)
    return str(path)


def read(path, **options):
    return read_table(path, **{"architecture": "arch_str", "value": "valid", **options})


@pytest.mark.parametrize("space", SPACES, ids=lambda s: type(s).__name__)
def test_any_space_is_understood(space, tmp_path):
    members = tuple({a.canonical: a for a in space.sample(0, 12)}.values())
    path = write(
        tmp_path / "t.csv", arch_str=map(str, members), valid=[i / 20 for i in range(len(members))]
    )
    table = read(path)
    assert isinstance(table.space, Subspace)
    assert type(table.space.space) is type(space)
    assert len(table.space.members) == len(members)
    assert {*table.space} == {*members}
    assert table.unit is FRACTION
    assert table.objective(members[3]).value == 0.15
    assert table.best == (len(members) - 1) / 20


def test_the_files_unit_is_kept_and_the_search_sees_fractions(cells, cells_path):
    frame = pd.read_csv(cells_path).set_index("arch_str")
    architecture = cells.space.members[7]
    assert cells.unit is PERCENT
    assert cells.values[architecture] == frame["valid"][str(architecture)]
    assert cells.tests[architecture] == frame["test"][str(architecture)]
    assert cells.objective(architecture).value == pytest.approx(
        frame["valid"][str(architecture)] / 100
    )
    assert cells.best == frame["valid"].max()
    assert "729 architectures of Subspace(CellSpace(), 729 members), best valid" in repr(cells)


def test_the_objective_knows_no_test_accuracy(cells):
    assert len(cells.tests) == 729
    assert not cells.objective.tests
    with pytest.raises(DataError, match="no such value"):
        cells.objective.test(cells.space.members[0])


def test_a_whole_space_is_the_space_itself(nb201_path):
    table = read(str(nb201_path), value="c10_valid_200", test="c10_test_200")
    assert table.space == CellSpace()
    assert table.best == 91.6067
    assert table.unit is PERCENT
    best = max(table.values, key=table.values.get)
    assert table.tests[best] == pytest.approx(94.3733)
    assert table.indices[6111] == best  # as published


def test_rows_without_a_number_are_left_out_if_the_caller_says_so(tmp_path):
    members = CellSpace().sample(0, 4)
    path = write(
        tmp_path / "t.csv", arch_str=map(str, members), valid=[0.5, None, 0.7, 0.6],
        test=[0.5, 0.5, None, 0.5],
    )  # fmt: skip
    with pytest.raises(DataError, match='row 2 without a value; pass missing="drop"'):
        read(path, test="test")
    with pytest.raises(SettingError, match="a benchmark needs a value for every"):
        read(path, reading=Reading(missing="fail"))
    table = read(path, test="test", reading=Reading(missing="drop"))
    assert {*table.space} == {*table.values} == {members[0], members[2], members[3]}
    assert set(table.tests) == {members[0], members[3]}
    empty = write(tmp_path / "e.csv", arch_str=map(str, members), valid=[None] * 4)
    with pytest.raises(DataError, match="valid: expected at least one number"):
        read(empty)


def test_the_order_of_the_rows_changes_nothing(cells_path, cells, tmp_path):
    frame = pd.read_csv(cells_path)
    for seed in range(2):
        mixed = frame.sample(frac=1, random_state=seed)
        table = read(
            write(tmp_path / "m.csv", **{name: mixed[name] for name in mixed}), test="test"
        )
        assert table.space.members == cells.space.members
        assert table.fingerprint() == cells.fingerprint()
        some = table.restrict({*cells.space.members[:60]})
        assert some.space.members == cells.space.members[:60]


def test_a_part_of_the_published_table_keeps_the_order_of_its_index(nb201_path):
    frame = pd.read_csv(nb201_path)[["arch_index", "arch_str", "c10_valid_200"]]
    part = frame[frame["arch_index"] % 50 == 7]
    table = read(part.sample(frac=1, random_state=0), value="c10_valid_200")
    assert [*map(str, table.space)] == list(part["arch_str"])


def test_lower_can_be_better(tmp_path):
    members = CellSpace().sample(0, 4)
    path = write(tmp_path / "t.csv", arch_str=map(str, members), valid=[4.7, 4.5676, 5.2, 4.6])
    loss = Measure("loss", unit="nats", maximize=False, lower=0)
    with pytest.raises(DataError, match="may be percent or no accuracies"):
        read(path)
    table = read(path, measure=loss)
    assert table.best == 4.5676
    assert table.objective.measure == loss
    assert table.objective.regret(members[2]) == pytest.approx(5.2 - 4.5676)
    assert (table.unit.name, table.unit.difference, table.unit.digits) == ("nats", "nats", 3)
    assert table.unit.text(table.best) == "4.568 nats"
    assert "best valid 4.5676 (nats)" in repr(table)
    assert table.fingerprint()["measure"] == repr(loss)


def test_restricted_it_holds_some(cells):
    some = set(cells.space.members[:50])
    few = cells.restrict(some)
    assert set(few.values) == set(few.space) == set(few.tests) == set(few.indices.values()) == some
    assert few.space.space == CellSpace()
    with pytest.raises(DataError, match="none of them"):
        cells.restrict(())


def test_content_and_columns_are_remembered_but_not_the_name(cells, cells_path, tmp_path):
    moved = tmp_path / "renamed.csv.gz"
    moved.write_bytes(gzip.compress(cells_path.read_bytes()))
    assert read(str(moved), test="test").fingerprint() == cells.fingerprint()
    assert read(str(moved)).fingerprint() != cells.fingerprint()
    frame = pd.read_csv(cells_path)
    frame.loc[3, "valid"] += 0.01
    changed = write(tmp_path / "c.csv", **{name: frame[name] for name in frame})
    assert read(changed, test="test").fingerprint()["content"] != cells.fingerprint()["content"]


def test_training_times_are_read_where_their_column_is_named(tmp_path):
    cells = CellSpace().sample(0, 6)
    given = {"arch_str": [*map(str, cells)], "valid": range(50, 56)}
    path = write(tmp_path / "t.csv", **given, train_s=["1.5", "2", "0", "4", "5", ""])
    plain, timed = read(path), read(path, cost="train_s")
    assert (plain.cost, plain.costs, timed.cost) == ("", {}, "train_s")
    assert timed.costs == dict(zip(cells, (1.5, 2.0, 0.0, 4.0, 5.0), strict=False))
    assert timed.objective(cells[3]).seconds == 4.0
    assert timed.restrict(cells[:2]).costs == {cells[0]: 1.5, cells[1]: 2.0}
    assert timed.fingerprint().items() > plain.fingerprint().items()
    write(tmp_path / "t.csv", **given, train_s=range(6))
    assert read(path, cost="train_s").fingerprint()["cost"] != timed.fingerprint()["cost"]
    write(tmp_path / "t.csv", **given, train_s=range(-1, 5))
    with pytest.raises(DataError, match="train_s: expected seconds of at least 0"):
        read(path, cost="train_s")
    with pytest.raises(DataError, match="has no column seconds"):
        read(path, cost="seconds")


def test_what_cannot_be_read_is_named(tmp_path):
    members = [str(a) for a in CellSpace().sample(0, 30)]
    with pytest.raises(DataError, match="readable table"):
        read(str(tmp_path / "absent.csv"))
    good = write(tmp_path / "g.csv", arch_str=members, valid=[0.5] * 30)
    with pytest.raises(DataError, match="no column accuracy"):
        read(good, value="accuracy")
    words = write(tmp_path / "w.csv", arch_str=members, valid=["high"] * 30)
    with pytest.raises(DataError, match="row 1: expected a number, got 'high'"):
        read(words)
    foreign = write(tmp_path / "f.csv", arch_str=["resnet", "vgg"], valid=[0.5, 0.6])
    with pytest.raises(DataError, match=r"no search space understands.*CellSpace: .*RecurrentSpa"):
        read(foreign)
    late = write(tmp_path / "l.csv", arch_str=[*members, "resnet"], valid=[0.5] * 31)
    with pytest.raises(DataError, match=r"row 31: no architecture of CellSpace"):
        read(late)
    twins = ["maxpool3x3,conv3x3-bn-relu|0-1,0-2,1-3,2-3"] * 2
    twins[1] = "maxpool3x3,conv3x3-bn-relu|0-2,0-1,2-3,1-3"  # the same, otherwise written
    doubled = write(tmp_path / "d.csv", arch_str=twins, valid=[0.5, 0.6])
    with pytest.raises(DataError, match="1 architectures stand twice"):
        read(doubled)


def proxies(path, **columns):
    return write(path, arch_index=range(5, 9), **columns)


def test_proxies_are_joined_by_index(cells, tmp_path):
    path = proxies(tmp_path / "p.csv", nwot=[1.0, -1e8, 3.0, 2.0], params=[4, 5, 6, 7])
    names, known = read_proxies(path, cells)
    assert names == ("nwot", "params")
    members = [cells.indices[i] for i in range(5, 9)]
    assert {*known} == {*members}
    # What could not be computed counts as the lowest that could.
    assert [known[a] for a in members] == [(1.0, 4.0), (1.0, 5.0), (3.0, 6.0), (2.0, 7.0)]
    few = cells.restrict(known)
    assert read_proxies(path, few) == (names, known)


def test_the_published_proxies_cover_the_cells_without_dead_branches(nb201_path):
    path = nb201_path.with_name("nb201_zerocost_cifar10.csv.gz")
    table = read(str(nb201_path), value="c10_valid_200")
    names, known = read_proxies(str(path), table)
    assert {"nwot", "synflow", "jacov"} <= set(names)
    assert len(known) == 9445
    frame = pd.read_csv(path).set_index("arch_index")
    sample = [6111, 0, 11]
    for index in sample:
        assert known[table.indices[index]] == pytest.approx(tuple(frame.loc[index]))
    assert min(min(numbers) for numbers in known.values()) > -1e8


def test_unusable_proxies_are_named(cells, tmp_path):
    with pytest.raises(DataError, match="expected a column arch_index"):
        read_proxies(write(tmp_path / "a.csv", nwot=[1.0]), cells)
    with pytest.raises(DataError, match="expected a column arch_index"):
        read_proxies(proxies(tmp_path / "b.csv"), cells)
    with pytest.raises(DataError, match="finite numbers"):
        read_proxies(proxies(tmp_path / "c.csv", nwot=["x", 1, 2, 3]), cells)
    with pytest.raises(DataError, match="finite numbers"):
        read_proxies(write(tmp_path / "d.csv", arch_index=[99_999], nwot=[1.0]), cells)
    with pytest.raises(DataError, match="readable"):
        read_proxies(str(tmp_path / "absent.csv"), cells)
    without = write(tmp_path / "e.csv", arch_str=map(str, cells.space.members), valid=[0.5] * 729)
    with pytest.raises(DataError, match="the same column in the table"):
        read_proxies(proxies(tmp_path / "f.csv", nwot=[1.0, 2, 3, 4]), read(without))
