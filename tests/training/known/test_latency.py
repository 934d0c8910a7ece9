"""Latency is measured without training, on the network that would be trained."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.joint.integer import Integer
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.records import ACCURACY
from nbnas.records.goals.constraint import at_most
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch
from nbnas.training.data.books import from_text
from nbnas.training.data.images import from_arrays
from nbnas.training.known import latency as module
from nbnas.training.known.latency import LATENCY, WARM_UP, latency
from nbnas.training.repeated import RepeatedTrainer
from nbnas.training.trainer import Trainer

SPACE = CellSpace(("none", "skip_connect", "nor_conv_3x3"))
CELL = SPACE.sample(1, 1)[0]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    return from_arrays("toy", rng.normal(size=(60, 2, 8, 8)), labels, train=30, validation=15)


class Ticks(nn.Module):
    """Moves a clock on by 4 ms, at first by more; keeps what it saw."""

    def __init__(self, seen, clock):
        super().__init__()
        self.seen, self.clock = seen, clock
        self.layer = nn.Linear(2 * 8 * 8, 3)

    def forward(self, images):
        self.seen.append(
            (
                len(images),
                self.training,
                torch.is_inference_mode_enabled(),
                torch.get_num_threads(),
            )
        )
        rare = len(self.seen) in (WARM_UP + 3, WARM_UP + 5)
        self.clock[0] += 0.004 if len(self.seen) > WARM_UP and not rare else 1
        return self.layer(images.flatten(1))


def ticking(data, clock=None, **settings):
    seen = []

    def build(architecture, data):
        return Ticks(seen, clock or [0.0])

    return Trainer(data, device="cpu", network=build, threads=2, **settings), seen


def test_it_is_the_median_of_runs_in_evaluation_mode_after_some_that_warm_up(data, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: clock[0])
    trainer, seen = ticking(data, clock)
    before = torch.get_num_threads()
    assert latency(trainer, batch=5, repeats=7)(CELL) == pytest.approx(4)
    runs = [each for each in seen if each[0] == 5]  # the others check the network's scores
    assert runs == [(5, False, True, 2)] * (WARM_UP + 7)
    assert torch.get_num_threads() == before


def test_a_batch_may_be_larger_than_the_data(data):
    trainer, seen = ticking(data)
    latency(trainer, batch=100, repeats=3)(CELL)
    assert seen[-1][0] == 100


def test_a_device_is_waited_for(data, monkeypatch):
    calls = []
    monkeypatch.setattr(module, "_wait", calls.append)
    trainer, _ = ticking(data)
    latency(trainer, repeats=4)(CELL)
    assert calls == [torch.device("cpu")] * 5


def test_two_are_never_measured_at_once(data):
    trainer, seen = ticking(data)
    measure = latency(trainer, repeats=4)
    cells = SPACE.sample(0, 3)
    threads = [threading.Thread(target=measure, args=(cell,)) for cell in cells]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = WARM_UP + 4 + 1  # and one that checks the scores
    assert [size for size, *_ in seen] == ([2] + [1] * (alone - 1)) * 3


def test_cells_that_compute_the_same_are_measured_once(data):
    one, other = (
        CellSpace().parse(f"|{w}~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|")
        for w in ("none", "skip_connect")
    )
    assert one.canonical == other.canonical
    measure = latency(Trainer(data, device="cpu"), repeats=3)
    assert measure(one) == measure(other)
    trainer, seen = ticking(data)  # one's own networks may differ
    [latency(trainer, repeats=3)(cell) for cell in (one, other)]
    assert len([size for size, *_ in seen if size == 1]) == 2 * (WARM_UP + 3)


def test_more_operations_take_longer(data):
    trainer = Trainer(data, device="cpu", channels=32)
    quick, slow = (
        SPACE.parse(f"|{w}~0|+|{w}~0|{w}~1|+|{w}~0|{w}~1|{w}~2|") for w in ("none", "nor_conv_3x3")
    )
    measure = latency(trainer, repeats=9)
    assert measure(slow) > measure(quick) > 0
    assert measure(slow) == measure(slow)  # it is asked for once
    assert measure.measure == LATENCY


def test_of_text_it_is_that_of_a_token(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text("to be or not to be, that is the question. " * 40, encoding="utf-8")
    trainer = Trainer(from_text(path), channels=6, batch_size=4, device="cpu")
    cell = RecurrentSpace().sample(0, 1)[0]
    assert latency(trainer, batch=3, repeats=3)(cell) > 0
    with pytest.raises(ArchitectureError, match="recurrent cell"):
        latency(trainer, repeats=3)(CELL)


def test_what_goes_wrong_is_said(data):
    with pytest.raises(SettingError, match="expected a device out of auto"):
        latency(Trainer(data), device="cuda:99")
    with pytest.raises(SettingError, match="trainer"):
        latency(data)
    for wrong in ({"batch": 0}, {"repeats": 2}, {"repeats": "many"}):
        with pytest.raises(SettingError, match=next(iter(wrong))):
            latency(Trainer(data), **wrong)


def test_a_network_that_fails_has_no_number(data):
    class Fails(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(128, 3)

        def forward(self, images):
            if len(images) == 1:
                raise ZeroDivisionError("not one")
            return self.layer(images.flatten(1))

    measure = latency(Trainer(data, network=lambda a, d: Fails(), device="cpu"), repeats=3)
    with pytest.warns(UserWarning, match="in forward.*ZeroDivisionError: not one"):
        assert np.isnan(measure(CELL))


def test_a_search_takes_it_as_goal_and_as_limit(data):
    trainer = Trainer(data, epochs=1, batch_size=16, device="cpu")
    known = latency(trainer, repeats=3)
    cells = CellSpace(("none", "nor_conv_3x3"))
    most = float(np.median(known.values(cells.sample(0, 10))))
    search = Search(
        cells,
        trainer,
        RandomSearch(allow_isomorphic=True),
        goals=(ACCURACY, known),
        constraints=(at_most(known, most),),
    )
    search.run(3)
    told = [each.measured["latency"] for each in search.observations]
    assert told == [known(each.architecture) for each in search.observations]
    assert max(told) <= most
    assert len(search.front) >= 1


def test_it_takes_a_repeated_trainer_and_tells_how_it_measures(data):
    known = latency(RepeatedTrainer(Trainer(data, device="cpu"), (1, 2)), batch=2)
    assert known.fingerprint()["function"] == "latency on cpu in float32, batch 2, threads 1"
    assert repr(known.function) == "LatencyOf(on cpu, batch 2, median of 10 runs)"


def test_the_settings_of_an_architecture_are_followed(data):
    space = JointSpace(SPACE, channels=Integer(2, 99))
    seen = []

    def build(architecture, data):
        seen.append(dict(architecture.settings))
        return nn.Sequential(nn.Flatten(), nn.Linear(128, 3))

    measure = latency(Trainer(data, device="cpu", network=build).for_space(space), repeats=3)
    cells = space.sample(1, 2)
    assert all(measure(cell) > 0 for cell in cells)
    assert seen == [dict(cell.settings) for cell in cells]
    other = JointSpace(SPACE, widths=Integer(1, 9))
    with pytest.raises(SettingError, match="widths"):
        latency(Trainer(data, device="cpu"))(other.sample(0, 1)[0])
