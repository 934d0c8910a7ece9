import copy
import threading
from dataclasses import dataclass

import numpy as np
import torch

from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.joint.real import Real
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.surrogate.table import ArchitectureTable

CELLS = CellSpace().sample(0, 80)


@dataclass(frozen=True)
class Counting:
    """Hamming distance that counts how many numbers it was asked for."""

    name: str = "hamming"

    def row(self, table, i, start):
        calls.append(len(table) - start)
        return HammingDistance().matrix((table.architectures[i],), table.architectures[start:])[0]


calls: list[int] = []


def test_numbers_are_stable_and_shared_by_copies():
    table = ArchitectureTable()
    first = table.indices(CELLS[:10])
    assert table.indices(list(CELLS[5:15])).reshape(-1).tolist() == list(range(5, 15))
    assert copy.deepcopy(table) is table
    assert table.indices(CELLS[:10]).tolist() == first.tolist()
    assert first.dtype == torch.float64


def test_blocks_are_right_while_the_table_grows():
    table = ArchitectureTable()
    expected = HammingDistance().matrix(CELLS, CELLS)
    for n in (3, 10, 11, 40, 80):
        index = table.indices(list(CELLS[:n]))
        assert np.array_equal(table.block(Counting(), index, index).numpy(), expected[:n, :n])
        tall = table.block(Counting(), index, index[:2])
        assert np.array_equal(tall.numpy(), expected[:n, :2])


def test_nothing_is_measured_twice():
    table = ArchitectureTable()
    index = table.indices(list(CELLS))
    calls.clear()
    table.block(Counting(), index[:5], index)
    table.block(Counting(), index[:5], index)
    table.block(Counting(), index[2:6], index[:50])
    assert sum(calls) == 6 * 80


def test_many_tuples_may_be_asked_for_in_turn():
    table = ArchitectureTable()
    parts = [tuple(CELLS[i : i + 4]) for i in range(0, 40, 4)]
    expected = [table.indices(part).tolist() for part in parts]
    assert [table.indices(part).tolist() for part in parts] == expected


def test_threads_do_not_spoil_each_others_rows():
    table = ArchitectureTable()
    expected = HammingDistance().matrix(CELLS, CELLS)
    wrong = []

    def ask(seed):
        rng = np.random.default_rng(seed)
        for n in range(2, 80):
            chosen = rng.permutation(80)[:n]
            index = table.indices([CELLS[i] for i in chosen])
            block = table.block(Counting(), index[: n // 2], index).numpy()
            if not np.array_equal(block, expected[np.ix_(chosen[: n // 2], chosen)]):
                wrong.append(n)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_what_is_measured_is_shared_by_architectures_of_one_graph():
    joint = JointSpace(CellSpace(), rate=Real(0, 1))
    some = tuple(joint.join(a, {"rate": r}) for a in CELLS[:5] for r in (0.1, 0.2, 0.3))
    table, bare = ArchitectureTable(), ArchitectureTable()
    before = table.block(Counting(), *[table.indices(CELLS[5:8])] * 2)  # these have no settings
    calls.clear()
    index = table.indices(some)
    found = table.block(Counting(), index, index)
    assert len(table) == 18
    assert len(table.graphs) == 8
    assert len(calls) == 5
    assert table.block(Counting(), index, index) is found
    graphs = [a.bare for a in some]
    other = bare.indices(graphs)
    assert torch.equal(found, bare.block(Counting(), other, other))
    assert found.shape == (15, 15)
    assert torch.equal(before, table.block(Counting(), *[table.indices(CELLS[5:8])] * 2))
    copied = table.copy()
    more = copied.indices((*some, joint.join(CELLS[9], {"rate": 0.5})))
    assert copied.block(Counting(), more, index).shape == (16, 15)
    assert (len(table), len(table.graphs)) == (18, 8)
    table.keep(some)
    assert torch.equal(table.block(Counting(), index, index), found)
