"""Work in the background of which only the newest request counts."""

import threading
from collections.abc import Callable


class Latest:
    """Calls a function in a thread of its own, again if it was asked for meanwhile.

    Requests that come while it works are one: it looks at what is wanted when it begins. There is
    a thread only while there is work.

    Args:
        work: What to call; what it raises must not leave it.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._turn = threading.Condition()
        self._wanted = False
        self._thread: threading.Thread | None = None

    @property
    def overtaken(self) -> bool:
        """Whether there is a newer request than the one that is worked on."""
        return self._wanted

    def request(self) -> None:
        """Ask for the work; returns at once."""
        with self._turn:
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nbnas lab", daemon=True)
                self._thread.start()

    def wait(self, timeout: float) -> bool:
        """Wait until nothing is left to do.

        Returns:
            Whether it came to that within `timeout` seconds.
        """
        with self._turn:
            return self._turn.wait_for(lambda: self._thread is None, timeout)

    def _run(self) -> None:
        while True:
            with self._turn:
                if not self._wanted:
                    self._thread = None
                    self._turn.notify_all()
                    return
                self._wanted = False
            self._work()
