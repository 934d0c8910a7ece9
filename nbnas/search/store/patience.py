"""What a store does in the course of time: renew leases, and ask again.

A connection to a database that is lost may come back: it is asked for again for some minutes.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from nbnas.errors import NbnasError, StoreError
from nbnas.search.store.location import store_errors
from nbnas.search.store.statements import LEASE

PATIENCE = 300.0  # seconds in which a lost connection may come back
FIRST, LONGEST = 0.5, 10.0  # seconds between two tries
T = TypeVar("T")


def patiently(url: URL, work: Callable[[], T]) -> T:
    """Do some work in a store; again, for some minutes, where the connection is lost.

    Args:
        url: Where the store is.
        work: What is done, in one transaction, so that what was lost midway was not done.

    Returns:
        What the work gives.

    Raises:
        StoreError: If it cannot be done.
    """
    end, pause = time.monotonic() + PATIENCE, FIRST
    while True:
        try:
            with store_errors(url):
                return work()
        except StoreError as error:
            if not is_lost(error.__cause__, url) or time.monotonic() > end:
                raise
        time.sleep(pause)
        pause = min(2 * pause, LONGEST)


def is_lost(cause: BaseException | None, url: URL) -> bool:
    """Whether it is the connection to a server that failed, and not what was asked of it."""
    if url.get_backend_name() == "sqlite" or not isinstance(cause, DBAPIError):
        return False
    return cause.connection_invalidated or isinstance(cause, OperationalError | InterfaceError)


class Renewal:
    """Renews leases from time to time, in a thread, for as long as there are any.

    Args:
        renew: Does it once. If it fails the next time may do better.
    """

    def __init__(self, renew: Callable[[], None]) -> None:
        self._renew = renew
        self._ended = threading.Event()
        self._ended.set()

    def begin(self) -> None:
        """There are leases."""
        if self._ended.is_set():
            self._ended = threading.Event()
            threading.Thread(target=self._work, args=(self._ended,), daemon=True).start()

    def end(self) -> None:
        """There are none any longer."""
        self._ended.set()

    def _work(self, ended: threading.Event) -> None:
        while not ended.wait(LEASE / 4):
            with contextlib.suppress(NbnasError):
                self._renew()
