"""What a person may give as workers of a search."""

from nbnas.errors import SettingError
from nbnas.search.workers.dask.task import is_client
from nbnas.search.workers.dask.workers import DaskWorkers
from nbnas.search.workers.local import MOST, WORKERS, LocalWorkers
from nbnas.search.workers.workers import Workers


def as_workers(given: object) -> Workers | None:
    """What was given as `workers`: a number, workers, a client of dask, or nothing.

    Raises:
        SettingError: If it is something else.
    """
    if given is None or isinstance(given, LocalWorkers | DaskWorkers):
        return given
    if WORKERS.accepts(given):
        return LocalWorkers(WORKERS("workers", given))
    if is_client(given):
        return DaskWorkers(given)
    if not isinstance(given, type) and isinstance(given, Workers):
        return given
    raise SettingError(
        f"expected workers to be a number from 1 to {MOST}, or nbnas.LocalWorkers(4, "
        'memory="4 GB"), or a dask.distributed.Client or nbnas.DaskWorkers(client), or None for '
        f"this process, got {given!r:.100}"
    )
