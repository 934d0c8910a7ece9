"""Workers of a dask client, and what each may take."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbnas.brief import brief
from nbnas.checks import Rule, real, settle, whole
from nbnas.records import Measure
from nbnas.search.objective import Objective
from nbnas.search.workers.dask.crew import DaskCrew
from nbnas.search.workers.dask.host import Hosting
from nbnas.search.workers.dask.task import check_client, is_client
from nbnas.search.workers.local import DEVICES, MEMORY

CLIENT: Rule[Any] = Rule("a dask.distributed.Client", is_client, lambda given: given)


@dataclass(frozen=True, slots=True)
class DaskWorkers:
    """The workers of a dask client: of this machine, or of a cluster.

    Each dask worker evaluates one trial at a time, in a process of its own that may crash, hang or
    be killed as one of `LocalWorkers`, with as many threads as the dask worker has. Workers that
    come later are used, too; the trial of one that is lost is made by another one. The objective
    is copied once to each worker. Pictures that lie in a file of the cache are read from there,
    where a worker has the same file.

    The client itself, as `workers=client`, is all of its workers without limits of time.

    Args:
        client: A `dask.distributed.Client`.
        timeout: Seconds that a trial may take; `None` for no limit. Pauses do not count,
            nor does the start of a process.
        memory: What a trial's process may take, with what it started: a size such as "4 GB", or
            bytes; `None` for the `memory_limit` of the dask worker.
        devices: Devices that are dealt out to the workers of each machine, such as `("cuda:0",
            "cuda:1")`; several may share one. Empty: each takes the objective's own.
        workers: How many of the client's workers to use at most; `None` for all.

    Raises:
        SettingError: If something has another type or is out of range.
    """

    client: Any
    timeout: float | None = None
    memory: int | str | None = None
    devices: Sequence[str] = ()
    workers: int | None = None

    def __post_init__(self) -> None:
        settle(self, client=CLIENT, timeout=real(above=0).optional, memory=MEMORY.optional)
        settle(self, devices=DEVICES, workers=whole(1).optional)

    @brief
    def __repr__(self) -> str:
        limits = f", timeout={self.timeout:g} s" if self.timeout else ""
        limits += f", memory={int(self.memory or 0) / 1e9:.3g} GB" if self.memory else ""
        limits += f", at most {self.workers}" if self.workers else ""
        return f"dask{limits}" + (f", {', '.join(self.devices)}" * bool(self.devices))

    def crew(self, objective: Objective, measure: Measure) -> DaskCrew:
        """The workers, for the trials of a run; their processes start with their first trial.

        Args:
            objective: What evaluates a trial.
            measure: What its values are.

        Raises:
            SettingError: If the objective cannot be copied, or the client is closed.
        """
        check_client(self.client)
        memory = None if self.memory is None else int(self.memory)
        hosting = Hosting(f"nbnas-{uuid.uuid4().hex}", measure, "", self.timeout, memory)
        return DaskCrew(self.client, hosting, objective, tuple(self.devices), self.workers)
