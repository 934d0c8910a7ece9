"""A trial without memory on a device that workers share is made once more, alone."""

import contextlib
import dataclasses
import time
from pathlib import Path

import pytest
import trials

import nbnas as nb

SAID = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has ..."


@dataclasses.dataclass
class Device:
    """A device that has memory for so many trials at once; each leaves a line of how it went."""

    folder: Path
    room: int

    def __call__(self, architecture, seed=0):
        place = self.folder / f"{time.monotonic_ns()}"
        place.touch()
        try:
            deadline = time.monotonic() + 0.5
            while time.monotonic() < deadline:
                if len(list(self.folder.iterdir())) > self.room:
                    raise RuntimeError(SAID)
                time.sleep(0.02)
            return trials.value(architecture)
        finally:
            with contextlib.suppress(OSError):
                place.unlink()


class Always:
    """Never has enough; counts in a file how often it was asked."""

    def __init__(self, log):
        self.log = log

    def __call__(self, architecture, seed=0):
        with self.log.open("a") as file:
            file.write(f"{architecture}\n")
        raise RuntimeError(SAID)


def search(objective, **options):
    return nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=2, **options)


@pytest.mark.slow
def test_it_completes_when_it_is_alone(tmp_path):
    made = search(Device(tmp_path, room=1)).run(6, workers=3)
    assert [each.status for each in made.observations] == ["completed"] * 6
    assert len({each.architecture for each in made.observations}) == 6


@pytest.mark.slow
def test_it_fails_if_it_has_too_little_alone_as_well(tmp_path):
    log = tmp_path / "log"
    made = search(Always(log)).run(2, workers=2)
    assert [each.status for each in made.observations] == ["failed"] * 2
    assert all(SAID in each.error for each in made.observations)
    lines = log.read_text().splitlines()
    assert sorted(map(lines.count, set(lines))) == [2, 2]


def test_who_has_a_device_alone_is_not_asked_again(tmp_path):
    log = tmp_path / "log"
    workers = nb.LocalWorkers(2, devices=("cpu", "meta"))
    made = search(Always(log)).run(2, workers=workers)
    assert [each.status for each in made.observations] == ["failed"] * 2
    assert len(log.read_text().splitlines()) == 2


@pytest.mark.slow
def test_a_trial_that_waits_for_its_device_can_be_stopped(tmp_path, until):
    made = search(Device(tmp_path, room=1), store=tmp_path.with_suffix(".db"))
    made.start(4, workers=2)
    until(lambda: made.crew is not None and any(slot.waits for slot in made.crew.slots))
    made.stop()
    made.wait()
    assert made.state == "idle"
    made.run(4, workers=2)
    assert [each.status for each in made.observations] == ["completed"] * 4


class Told:
    """Says of each training whether it has its device alone, instead of training."""

    def start(self, architecture, seed=0):
        return Asked(architecture, seed)

    def __call__(self, architecture, seed=0):
        raise AssertionError("it is live")


class Asked(nb.LiveTraining):
    def __init__(self, architecture, seed):
        super().__init__(architecture, seed, 1)

    def _rounds(self):
        time.sleep(0.2)
        yield nb.EpochReport(1, 1, val_accuracy=0.25 + self.alone / 2)

    def _conclude(self):
        return nb.Evaluation(self.architecture, self.reports[-1].measured, seed=self.seed)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("workers", "value"),
    [
        (None, 0.75),
        (nb.LocalWorkers(2), 0.25),
        (nb.LocalWorkers(2, devices=("cpu", "meta")), 0.75),
    ],
    ids=["here", "two on a device", "two on two devices"],
)
def test_only_who_is_alone_makes_do_with_less(workers, value):
    made = search(Told()).run(2, workers=workers)
    assert [each.value for each in made.observations] == [value] * 2
