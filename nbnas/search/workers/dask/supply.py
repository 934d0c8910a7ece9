"""An objective for dask workers: sent off once, and taken on from one worker to the next."""

from typing import Any

from nbnas.search.objective import Objective
from nbnas.search.workers.copied import Copied, copied
from nbnas.search.workers.dask.slot import release


class Supply:
    """An objective, copied and scattered when it is first wanted.

    Args:
        client: The client of dask.
        objective: What is copied.

    Raises:
        SettingError: If it cannot be copied.
    """

    def __init__(self, client: Any, objective: Objective) -> None:  # noqa: ANN401
        self._client, self._objective = client, objective
        self._copied = {True: copied(objective)}
        self._scattered: dict[bool, Any] = {}

    def take(self, *, by_file: bool) -> tuple[Copied, Any]:
        """The objective, and its bytes as a future of dask; there has to be a worker.

        Args:
            by_file: Whether pictures that lie in a file of the cache are read from there.
        """
        content = self._copied.get(by_file)
        if content is None:
            content = self._copied[by_file] = copied(self._objective, by_file=by_file)
        future = self._scattered.get(by_file)
        if future is None or future.status != "finished":  # the worker that had it is lost
            future = self._client.scatter(content.content, hash=False)
            self._scattered[by_file] = future
        return content, future

    def close(self) -> None:
        """Want it no longer."""
        for future in self._scattered.values():
            release(future)
