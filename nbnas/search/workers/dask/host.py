"""On a dask worker: trials in a process of this machine, by the same code as of a local search.

Two kinds of tasks, on each worker. One hosts: it has the process, for as long as the search wants
it, and leaves the worker's threads to others meanwhile. The other ones are trials, one at a time;
each follows its trial in the process and tells the search of it as it goes on.

Notation
    key    of a run of a search; topic of its events
"""

import pickle
import threading
import time
from dataclasses import dataclass
from typing import Any, Literal

from nbnas.records import Claim, Measure
from nbnas.search.workers.child import Said
from nbnas.search.workers.crew import Crew, Terms
from nbnas.search.workers.dask.task import dask, still_wanted
from nbnas.training.data.mapped import Mapped

TICK = 0.1  # seconds between two looks at a trial
LOOK = 0.2  # seconds between two looks at whether a host is wanted

News = Literal["ready", "lacking", "ended"] | tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Hosting:
    """What a host is told.

    Attributes:
        key: Which run it is for.
        measure: What the objective's values are.
        device: The device of its process; an empty text for the objective's own.
        timeout: Seconds that a trial may take; `None` for no limit.
        memory: Bytes that its process may take; `None` for what the dask worker itself may.
        files: The files that the objective is read from.
    """

    key: str
    measure: Measure
    device: str
    timeout: float | None
    memory: int | None
    files: tuple[Mapped, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a dask worker tells the search.

    Attributes:
        worker: The worker's address.
        news: What is new of it, or of its trial.
        trial: The number and the attempt of the trial; `None` for the worker itself.
        made: How the trial ended.
        ended: Whether it has.
    """

    worker: str
    news: News = ()
    trial: tuple[int, int] | None = None
    made: Any = None
    ended: bool = False


_hosts: dict[tuple[str, str], Crew] = {}  # by key and address: threads may be several workers
_words: dict[str, tuple[int, str]] = {}  # what was said last, with its number, by key


def host(hosting: Hosting, objective: bytes) -> None:
    """A task of dask: have a process for trials until nobody wants it any longer."""
    worker = dask().get_worker()
    place = hosting.key, worker.address
    if not all(file.is_there for file in hosting.files):
        tell(worker, hosting.key, Told(worker.address, "lacking"))
        return
    wanted = still_wanted()
    dask().secede()  # its thread; it goes on
    memory = hosting.memory or worker.memory_manager.memory_limit
    terms = Terms((hosting.device,), worker.state.nthreads, hosting.timeout, memory)
    with Crew(terms, objective, hosting.measure, within=worker.local_directory) as crew:
        del objective  # it is in a file now
        _hosts[place] = crew
        tell(worker, hosting.key, Told(worker.address, "ready"))
        while wanted():
            time.sleep(LOOK)
        del _hosts[place]
    if all(key != hosting.key for key, _ in _hosts):
        _words.pop(hosting.key, None)
    tell(worker, hosting.key, Told(worker.address, "ended"))


def evaluate_there(key: str, claim: Claim) -> None:
    """A task of dask: evaluate a trial, and tell how it goes and ends."""
    worker = dask().get_worker()
    crew = _hosts.get((key, worker.address))
    if crew is None:  # it has just ended, as nobody wants it
        return
    trial, heard, said = (claim.number, claim.origin.attempt), list[Said](), "go"
    (slot,) = crew.slots
    slot.forward = heard.append
    crew.begin(slot, claim)
    ended: list[Any] = []
    while not ended and not crew.closed.is_set():
        word = _words.get(key, (0, "go"))[1]
        if word != said:
            said = word
            crew.say(word)
        ended = [made for _, made in crew.collect()]
        if heard and not ended:
            tell(worker, key, Told(worker.address, tuple(heard), trial))
            heard.clear()
        if not ended:
            crew.wait(TICK)
    if ended:
        tell(worker, key, Told(worker.address, tuple(heard), trial, ended[0], ended=True))
    if crew.closed.is_set():  # meanwhile; what was begun since is to end, too
        crew.close()


def tell(worker: Any, key: str, told: Told) -> None:  # noqa: ANN401
    """Let the search know, if it is still there."""
    worker.log_event(key, pickle.dumps(told))


_hearing = threading.Lock()


def hear(key: str, number: int, word: str) -> None:
    """Called on a dask worker: hear what is said to all trials of a run, unless it is old."""
    with _hearing:
        if number > _words.get(key, (0, ""))[0]:
            _words[key] = number, word
