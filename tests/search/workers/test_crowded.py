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


def test_a_trial_that_waits_for_its_device_can_be_stopped(tmp_path, until):
    made = search(Device(tmp_path, room=1), store=tmp_path.with_suffix(".db"))
    made.start(4, workers=2)
    until(lambda: made.crew is not None and any(slot.waits for slot in made.crew.slots))
    made.stop()
    made.wait()
    assert made.state == "idle"
    made.run(4, workers=2)
    assert [each.status for each in made.observations] == ["completed"] * 4
