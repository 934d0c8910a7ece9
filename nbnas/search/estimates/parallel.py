"""How many trials are really made at once."""

from typing import Any

from nbnas.search.workers.dask.workers import DaskWorkers
from nbnas.search.workers.local import LocalWorkers, cores
from nbnas.search.workers.workers import Workers


def at_once(workers: Workers | None, objective: Any) -> int:  # noqa: ANN401
    """How many trials are made at once, each as quick as if it were alone.

    Args:
        workers: Who evaluates; `None` for this process.
        objective: What they evaluate. Where its trainings keep several threads busy on the CPU,
            fewer of them go side by side.
    """
    if isinstance(workers, DaskWorkers):
        there = max(len(workers.client.nthreads()), 1)
        return min(workers.workers or there, there)
    if isinstance(workers, LocalWorkers):
        return min(workers.workers, _fitting(objective))
    return 1


def _fitting(objective: Any) -> int:  # noqa: ANN401
    """How many trainings the cores of this machine have room for; on a GPU any number."""
    trainer = getattr(objective, "trainer", objective)
    if _on_gpu(getattr(trainer, "device", "cpu")):
        return 10**6
    threads = getattr(trainer, "threads", 1)
    return max(1, cores() // threads) if isinstance(threads, int) and threads > 0 else 1


def _on_gpu(device: Any) -> bool:  # noqa: ANN401
    from nbnas.training.device import choose_device  # torch takes a second to import

    return isinstance(device, str) and choose_device(device).type != "cpu"
