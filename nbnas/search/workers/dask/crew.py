"""The dask workers of a run: those that there are, those that come, and those that are lost."""

import contextlib
import math
import pickle
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any, Self

from nbnas.errors import SearchError
from nbnas.records import Claim
from nbnas.search.objective import Objective
from nbnas.search.workers.dask.host import Hosting, Told, evaluate_there, hear, host
from nbnas.search.workers.dask.slot import DaskSlot, fault, release
from nbnas.search.workers.dask.supply import Supply
from nbnas.search.workers.followed import Followed

LOOK = 1.0  # seconds between two looks at who is there
GOOD_BYE = 2.0  # seconds in which workers end their processes
ALONE = 10.0  # seconds without a worker, until one is told so
FAILURES = 5  # of as many looks, until the scheduler counts as lost


class DaskCrew:
    """The workers of a dask client, for the trials of a run.

    Each has one task that hosts a process for trials, and one for each trial. News come as events
    of a topic of the run's own; what is said goes to all workers at once.

    Args:
        client: The client of dask.
        hosting: What each worker is told; its device is chosen for each.
        objective: What they evaluate; it is copied to each of them once.
        devices: Devices that are dealt out to the workers of each machine.
        most: Of how many workers at most.

    Raises:
        SettingError: If the objective cannot be copied.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401
        hosting: Hosting,
        objective: Objective,
        devices: tuple[str, ...] = (),
        most: int | None = None,
    ) -> None:
        self._client, self._hosting = client, hosting
        self._supply = Supply(client, objective)
        self._devices, self._most = devices, most
        self._slots: dict[str, DaskSlot] = {}
        self._present: frozenset[str] | None = None
        self._news = SimpleQueue[Told]()
        self._woken, self._closed = threading.Event(), threading.Event()
        self._said = 0
        self._alone, self._failures = time.monotonic(), 0  # since when; in a row

    def __enter__(self) -> Self:
        self._alone = time.monotonic()
        self._client.subscribe_topic(self._hosting.key, self._event)
        threading.Thread(target=self._watch, name="nbnas dask", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def slots(self) -> tuple[DaskSlot, ...]:
        """The workers that are ready for trials."""
        return tuple(slot for slot in self._slots.values() if slot.ready)

    @property
    def free(self) -> DaskSlot | None:
        """A worker that has nothing to do, if there is one."""
        return next((slot for slot in self.slots if slot.claim is None and not slot.lost), None)

    @property
    def busy(self) -> tuple[DaskSlot, ...]:
        """Those that have a trial."""
        return tuple(slot for slot in self.slots if slot.claim is not None)

    def begin(self, slot: DaskSlot, claim: Claim) -> Followed:
        """Let a free worker evaluate a trial; gives what can be seen of it."""
        training = Followed(claim.architecture, claim.seed, self._hosting.measure)
        slot.begin(claim, training, self._task(slot, evaluate_there, self._hosting.key, claim))
        return training

    def collect(self) -> Iterator[tuple[Claim, Any]]:
        """The trials that have ended since, and how; see `Team.collect`.

        Raises:
            SearchError: If the workers cannot evaluate trials, or dask is gone.
        """
        self._hear_all()
        self._look()
        for slot in self.slots:
            claim = slot.claim
            if claim is not None and slot.ended:
                yield claim, slot.collect()
        try:
            if self._client.status == "running":  # else it is tried to connect again
                self._staff()
        except (OSError, TimeoutError) as error:  # a connection that is lost meanwhile
            raise self._gone() from error

    def say(self, word: str) -> None:
        """Tell all trials to "pause", to "go" on or to "stop" at their next gate."""
        self._said += 1
        told = (self._hosting.key, self._said, word)
        where = [slot.address for slot in self.slots]
        if where:  # in a thread, as a worker that is about to be lost does not answer
            threading.Thread(target=self._send, args=(where, told), daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Wait until something has happened, or so many seconds."""
        self._woken.wait(seconds)
        self._woken.clear()

    def close(self) -> None:
        """Let go of all workers; their processes then end."""
        self._closed.set()
        for slot in self._slots.values():
            release(slot.task)
            release(slot.host)
        self._supply.close()
        with contextlib.suppress(Empty):  # of one that is lost, which says no good-bye
            there = {slot.address for slot in self._slots.values() if slot.ready and not slot.lost}
            while there and self._client.status == "running":
                told = self._news.get(timeout=GOOD_BYE)
                there -= {told.worker} if told.news == "ended" else set()
        with contextlib.suppress(Exception):  # of a client that is closed
            self._client.unsubscribe_topic(self._hosting.key)

    def _event(self, event: tuple[float, bytes]) -> None:
        """Called in the client's thread."""
        self._news.put(pickle.loads(event[1]))
        self._woken.set()

    def _send(self, where: list[str], told: tuple[str, int, str]) -> None:
        with contextlib.suppress(Exception):  # of one that is lost; the others have heard
            self._client.run(hear, *told, workers=where, on_error="ignore")

    def _watch(self) -> None:
        """Look who is there, until the crew is closed."""
        while not self._closed.wait(LOOK if self._present is not None else 0.0):
            try:
                self._present = frozenset(self._client.nthreads())
                self._failures = 0
                self._woken.set()
            except Exception:  # whatever dask raises of a connection that is lost
                self._failures += 1
                self._closed.wait(LOOK)

    def _hear_all(self) -> None:
        """Take in what has been told."""
        with contextlib.suppress(Empty):
            while True:
                told = self._news.get_nowait()
                slot = self._slots.get(told.worker)
                if slot is not None:
                    self._hear(slot, told)

    def _look(self) -> None:
        """See who is gone."""
        closed = self._client.status in ("closing", "closed", "failed")
        if closed or self._failures >= FAILURES:
            raise self._gone()
        for slot in self._slots.values():
            slot.lost = self._present is not None and slot.address not in self._present
            if not slot.lost and slot.host.status == "error":
                raise fault(slot.host, slot.name)

    def _hear(self, slot: DaskSlot, told: Told) -> None:
        if told.trial is not None:
            slot.told(told)
        elif told.news == "ready":
            slot.ready = True
        elif told.news == "lacking":  # the files are not on that machine
            slot.by_file = False
            self._engage(slot)

    def _gone(self) -> SearchError:
        return SearchError(
            "the connection to the scheduler of dask is lost (the client is "
            f"{self._client.status}); make a new one, dask.distributed.Client(address), and run "
            "again: what is finished counts"
        )

    def _staff(self) -> None:
        """Forget who is lost, and have a host on each that has come, or whose host has ended."""
        idle = [slot for slot in self._slots.values() if slot.claim is None]
        for slot in idle:
            if slot.lost:
                release(slot.host)
                del self._slots[slot.address]
            elif slot.host.done() and time.monotonic() - slot.engaged > LOOK:
                self._engage(slot)
        for address in sorted((self._present or frozenset()) - self._slots.keys()):
            if self._most is None or len(self._slots) < self._most:
                slot = self._slots[address] = DaskSlot(address)
                slot.device = self._device(slot)
                self._engage(slot)
        self._warn_if_alone()

    def _engage(self, slot: DaskSlot) -> None:
        """Give a worker its host."""
        release(slot.host)
        slot.ready, slot.engaged = False, time.monotonic()
        objective, content = self._supply.take(by_file=slot.by_file)
        hosting = replace(self._hosting, device=slot.device, files=objective.files)
        slot.host = self._task(slot, host, hosting, content)

    def _task(self, slot: DaskSlot, work: Callable[..., None], *given: object) -> Any:  # noqa: ANN401
        """A task of a worker, and of no other one."""
        key = f"nbnas-{work.__name__}-{uuid.uuid4().hex}"
        where = [slot.address]
        return self._client.submit(work, *given, key=key, workers=where, pure=False, retries=0)

    def _device(self, slot: DaskSlot) -> str:
        """The device that the fewest workers of its machine have; empty where none are dealt."""
        beside = [one.device for one in self._slots.values() if one.machine == slot.machine]
        return min(self._devices, key=beside.count, default="")

    def _warn_if_alone(self) -> None:
        now = time.monotonic()
        if self._slots:
            self._alone = now
        elif now - self._alone > ALONE:
            self._alone = math.inf  # once is enough
            warnings.warn(
                "dask has no worker; the search waits for the first one: cluster.scale(4), or "
                f"start some: dask worker {self._client.scheduler.address}",
                stacklevel=2,
            )
