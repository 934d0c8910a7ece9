"""A connection to a database that is lost may come back: ask again for some minutes."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from nbnas.errors import StoreError
from nbnas.search.store.location import store_errors

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
