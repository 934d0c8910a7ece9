"""Workers that are processes of this machine."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbnas.brief import brief
from nbnas.checks import Rule, real, settle, whole
from nbnas.records import Measure
from nbnas.search.objective import Objective
from nbnas.search.workers.copied import copied
from nbnas.search.workers.crew import Crew, Terms

MOST = 256  # workers of a machine
_UNITS = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?B)\s*", re.IGNORECASE)
WORKERS = whole(1, MOST)


def _bytes(given: Any) -> int | None:  # noqa: ANN401
    """A size of memory in bytes; `None` if it is none."""
    if isinstance(given, str):
        found = _SIZE.fullmatch(given)
        return int(float(found[1]) * _UNITS[found[2].upper()]) if found else None
    return int(given) if real(0).accepts(given) else None


LEAST = 2**26  # bytes, which a process takes anyway
MEMORY: Rule[int] = Rule(
    'a size such as "4 GB", or a number of bytes, of at least 64 MiB',
    lambda given: (_bytes(given) or 0) >= LEAST,
    lambda given: _bytes(given) or 0,
)
DEVICES: Rule[tuple[str, ...]] = Rule(
    'devices such as ("cuda:0", "cuda:1")',
    lambda given: (
        isinstance(given, Sequence)
        and not isinstance(given, str)
        and all(isinstance(each, str) and each for each in given)
    ),
    tuple,
)


@dataclass(frozen=True, slots=True)
class LocalWorkers:
    """Processes of this machine, each of which evaluates one trial after the other.

    A trial that raises, crashes, exits, hangs or takes too much memory fails alone: its process is
    started anew, the others go on. The objective is copied to every process once, by cloudpickle,
    so that functions defined in a notebook work.

    On a CPU, one for each core is usual. On a GPU several may share a card, which a small network
    alone does not keep busy; how much that gains beside recorded steps, nobody has measured.

    Args:
        workers: Number of processes.
        timeout: Seconds that a trial may take; `None` for no limit. Pauses do not count,
            nor does the start of a process.
        memory: What a process may take, with what it started: a size such as "4 GB", or bytes;
            `None` for no limit. It is looked at several times a second.
        devices: Devices that are dealt out in turn, such as `("cuda:0", "cuda:1")`; several
            workers may share one: a trial that finds too little memory there is made once more,
            alone. Empty: each takes the objective's own.

    Raises:
        SettingError: If something has another type or is out of range.
    """

    workers: int = 1
    timeout: float | None = None
    memory: int | str | None = None
    devices: Sequence[str] = ()

    def __post_init__(self) -> None:
        settle(self, workers=WORKERS, timeout=real(above=0).optional)
        settle(self, memory=MEMORY.optional, devices=DEVICES)

    @brief
    def __repr__(self) -> str:
        limits = f", timeout={self.timeout:g} s" if self.timeout else ""
        limits += f", memory={int(self.memory or 0) / 1e9:.3g} GB" if self.memory else ""
        return f"{self.workers}{limits}" + (f", {', '.join(self.devices)}" * bool(self.devices))

    @property
    def threads(self) -> int:
        """The share of each worker of the cores."""
        return max(1, cores() // self.workers)

    def device(self, slot: int) -> str:
        """The device of a worker, from 0; empty for the objective's own."""
        return self.devices[slot % len(self.devices)] if self.devices else ""

    def crew(self, objective: Objective, measure: Measure) -> Crew:
        """The processes, for the trials of a run; they start with their first trial.

        Args:
            objective: What evaluates a trial; it is copied to each of them.
            measure: What its values are.

        Raises:
            SettingError: If the objective cannot be copied.
        """
        devices = tuple(map(self.device, range(self.workers)))
        memory = None if self.memory is None else int(self.memory)
        terms = Terms(devices, self.threads, self.timeout, memory)
        return Crew(terms, copied(objective).content, measure)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
