"""What a strategy computes for later proposals, in a thread beside the one that proposes."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations


class Ahead:
    """Lets a strategy that can `prepare` do so, once at a time; a context.

    What fails there fails again where it is needed, and says so.

    Args:
        strategy: The strategy.
        space: The search space.
    """

    def __init__(self, strategy: object, space: SearchSpace) -> None:
        self._prepare: Any = getattr(strategy, "prepare", None)
        self._space, self._size = space, -1
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="nbnas ahead")
        self._under_way: Future[None] | None = None

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._under_way is None or self._under_way.done()

    def look(self, observations: Observations) -> None:
        """Prepare for what follows these observations, unless that was done or is under way."""
        if self._prepare is None or not self.idle or len(observations) == self._size:
            return
        self._size = len(observations)
        self._under_way = self._thread.submit(self._prepare, self._space, observations)
