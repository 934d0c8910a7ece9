"""All worker processes of a run: trials are given to those that are free, and collected."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import cloudpickle

from nbnas.errors import SettingError
from nbnas.records import Claim, Evaluation, Measure
from nbnas.search.objective import Objective
from nbnas.search.workers.child import Setting
from nbnas.search.workers.followed import Followed
from nbnas.search.workers.local import LocalWorkers
from nbnas.search.workers.slot import Slot

WATCH = 0.2  # seconds between two looks at what processes take


class Crew:
    """Worker processes of this machine, from the first trial until they are closed.

    Args:
        workers: How many, and what each may take.
        objective: What they evaluate; it is copied to each of them.
        measure: What its values are.

    Raises:
        SettingError: If the objective cannot be copied.
    """

    def __init__(self, workers: LocalWorkers, objective: Objective, measure: Measure) -> None:
        self.workers, self._measure = workers, measure
        self._woken, self._closed = threading.Event(), threading.Event()
        copied = _copied(objective)
        self.folder = Path(tempfile.mkdtemp(prefix="nbnas-"))
        (self.folder / "objective").write_bytes(copied)
        self.slots = tuple(self._slot(number) for number in range(workers.workers))
        threading.Thread(target=self._watch, name="nbnas watch", daemon=True).start()

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def free(self) -> Slot | None:
        """A worker that has nothing to do, if there is one."""
        return next((slot for slot in self.slots if slot.claim is None), None)

    @property
    def busy(self) -> tuple[Slot, ...]:
        """Those that have a trial."""
        return tuple(slot for slot in self.slots if slot.claim is not None)

    def begin(self, slot: Slot, claim: Claim) -> Followed:
        """Let a free worker evaluate a trial; gives what can be seen of it."""
        training = Followed(claim.architecture, claim.seed, self._measure)
        slot.begin(claim, training)
        return training

    def collect(self) -> Iterator[tuple[Claim, Evaluation | BaseException | None]]:
        """The trials that have ended since, and how; `None` for one that was stopped."""
        for slot in self.slots:
            if slot.claim is not None and slot.ended:
                claim = slot.claim
                yield claim, slot.collect()
            else:
                slot.listen()

    def say(self, word: str) -> None:
        """Tell all trials to "pause", to "go" on or to "stop" at their next gate."""
        for slot in self.busy:
            slot.say(word)

    def wait(self, seconds: float) -> None:
        """Wait until a trial ends, or so many seconds."""
        self._woken.wait(seconds)
        self._woken.clear()

    def close(self) -> None:
        """End all processes, whatever they do."""
        self._closed.set()
        for slot in self.slots:
            slot.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _slot(self, number: int) -> Slot:
        setting = Setting(
            parent=os.getpid(),
            objective=self.folder / "objective",
            output=self.folder / f"output-{number}",
            crash=self.folder / f"crash-{number}",
            measure=self._measure,
            threads=self.workers.threads,
            device=self.workers.device(number),
        )
        return Slot(str(number + 1), setting, self._woken.set)

    def _watch(self) -> None:
        """End what takes too long or too much, until the crew is closed."""
        most = int(self.workers.memory or 0)
        while not self._closed.wait(WATCH):
            for slot in self.busy:
                taken = slot.memory if most else 0
                if most and taken > most:
                    slot.kill(f"it took {taken / 1e9:.1f} GB of memory, more than {most / 1e9:g}")
                elif self.workers.timeout and slot.seconds > self.workers.timeout:
                    slot.kill(f"it took longer than {self.workers.timeout:g} seconds")


def _copied(objective: Objective) -> bytes:
    """An objective for other processes.

    Raises:
        SettingError: If it cannot be copied.
    """
    try:
        return bytes(cloudpickle.dumps(objective))
    except Exception as error:  # of whatever it holds
        raise SettingError(
            "expected an objective that can be copied to worker processes, got "
            f"{type(objective).__name__}: {type(error).__name__}: {error!s:.300}; let it open "
            "files and connections when it is called, or search without workers"
        ) from error
