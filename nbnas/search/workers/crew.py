"""All worker processes of a run: trials are given to those that are free, and collected."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbnas.records import Claim, Evaluation, Measure
from nbnas.search.workers.child import Setting
from nbnas.search.workers.crowded import crowded_out
from nbnas.search.workers.followed import Followed
from nbnas.search.workers.slot import Slot

WATCH = 0.2  # seconds between two looks at what processes take
START = 120.0  # seconds that the start of a process, and the loading of an objective, may take


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms processes evaluate trials.

    Attributes:
        devices: The device of each process; an empty text for the objective's own.
        threads: How many each may compute with.
        timeout: Seconds that a trial may take; `None` for no limit.
        memory: Bytes that a process may take, with what it started; `None` for no limit.
    """

    devices: tuple[str, ...] = ("",)
    threads: int = 1
    timeout: float | None = None
    memory: int | None = None


class Crew:
    """Worker processes of this machine, from the first trial until they are closed.

    Args:
        terms: How many, and what each may take.
        objective: What they evaluate, as `nbnas.search.workers.copied` copies it.
        measure: What its values are.
        within: The folder for their files; `None` for the system's temporary one.

    Attributes:
        closed: Whether they were closed.
    """

    def __init__(
        self, terms: Terms, objective: bytes, measure: Measure, within: str | None = None
    ) -> None:
        self._terms, self._measure = terms, measure
        self._objective, self._within = objective, within
        self._woken, self.closed = threading.Event(), threading.Event()
        self._word = "go"
        self._alone: set[int] = set()  # trials that are to have their device alone
        self.slots: tuple[Slot, ...] = ()

    def __enter__(self) -> "Crew":
        self.folder = Path(tempfile.mkdtemp(prefix="nbnas-", dir=self._within))
        (self.folder / "objective").write_bytes(self._objective)
        self._objective = b""  # it is in the file now
        self.slots = tuple(self._slot(number) for number in range(len(self._terms.devices)))
        threading.Thread(target=self._watch, name="nbnas watch", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def free(self) -> Slot | None:
        """A worker that has nothing to do, if there is one."""
        kept = {one.device for one in self.busy if one.claim and one.claim.number in self._alone}
        free = (one for one in self.slots if one.claim is None and one.device not in kept)
        return next(free, None)

    @property
    def busy(self) -> tuple[Slot, ...]:
        """Those that have a trial."""
        return tuple(slot for slot in self.slots if slot.claim is not None)

    def begin(self, slot: Slot, claim: Claim) -> Followed:
        """Let a free worker evaluate a trial; gives what can be seen of it."""
        training = Followed(claim.architecture, claim.seed, self._measure)
        alone = not self._shared(slot) or claim.number in self._alone
        slot.begin(claim, training, alone=alone)
        return training

    def collect(self) -> Iterator[tuple[Claim, Evaluation | BaseException | None]]:
        """The trials that have ended since, and how; `None` for one that was stopped.

        One that found too little memory on a device which others share is not over: it is made
        once more, as soon as the device has nobody else.
        """
        for slot in self.slots:
            claim = slot.claim
            if claim is None or not (slot.ended or slot.waits):
                slot.listen()
            elif slot.waits:
                if self._word == "stop":
                    slot.claim = None
                    yield claim, None
                elif self._word == "go" and not self._beside(slot):
                    self._begin_alone(slot, claim)
            else:
                made = slot.collect()
                if crowded_out(made) and self._shared(slot) and claim.number not in self._alone:
                    self._alone.add(claim.number)
                    slot.wait(claim)
                else:
                    yield claim, made

    def say(self, word: str) -> None:
        """Tell all trials to "pause", to "go" on or to "stop" at their next gate."""
        self._word = word
        for slot in self.busy:
            slot.say(word)

    def wait(self, seconds: float) -> None:
        """Wait until a trial ends, or so many seconds."""
        self._woken.wait(seconds)
        self._woken.clear()

    def close(self) -> None:
        """End all processes, whatever they do."""
        self.closed.set()
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
            threads=self._terms.threads,
            device=self._terms.devices[number],
        )
        return Slot(str(number + 1), setting, self._woken.set)

    def _shared(self, slot: Slot) -> bool:
        """Whether other workers have the same device."""
        return sum(one.device == slot.device for one in self.slots) > 1

    def _beside(self, slot: Slot) -> tuple[Slot, ...]:
        """Those that make a trial on the same device."""
        there = (one for one in self.busy if one is not slot and one.device == slot.device)
        return tuple(one for one in there if not one.waits)

    def _begin_alone(self, slot: Slot, claim: Claim) -> None:
        """Begin a trial once more; the processes of its device let go of all that they have."""
        for one in self.slots:
            if one.device == slot.device and (one is slot or not one.waits):
                one.close()
        self.begin(slot, claim)

    def _watch(self) -> None:
        """End what takes too long or too much, until the crew is closed."""
        most, longest = self._terms.memory or 0, self._terms.timeout
        while not self.closed.wait(WATCH):
            for slot in self.busy:
                taken = slot.memory if most else 0
                if most and taken > most:
                    slot.kill(f"it took {taken / 1e9:.1f} GB of memory, more than {most / 1e9:g}")
                elif longest and slot.seconds > longest + START * slot.starting:
                    slot.kill(f"it took longer than {longest:g} seconds")
