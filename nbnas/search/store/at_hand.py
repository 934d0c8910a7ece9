"""A store that is written many times a second: one connection that stays, with a write-ahead log.

SQLite's rollback journal waits for the disk several times in each transaction, its write-ahead log
once or not at all. The log needs memory that processes share, which there is on one machine only:
on a network's file system two machines would damage the file. So it is used where the file system
is known to be local, and for as long as workers are at work; then the store is one plain file
again, unless others still write it.

References:
    SQLite, Write-Ahead Logging, https://sqlite.org/wal.html.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from nbnas.search.store.location import engine_of, file_of

LOCAL = {
    *("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "jfs", "tmpfs"),
    *("overlay", "apfs", "hfs", "ntfs", "refs"),
}
LOG = "write-ahead log"  # what a connection knows itself by
WAIT = 1_000  # milliseconds for others that hold the file when the log is begun or ended


@contextmanager
def at_hand(url: URL) -> Iterator[Engine | None]:
    """An engine that keeps its connection, with a log; `None` where there can be none."""
    file = file_of(url)
    if file is None or not is_local(file):
        yield None
        return
    engine = engine_of(url, poolclass=QueuePool, pool_size=1, max_overflow=-1)
    event.listen(engine, "connect", _begin)
    try:
        yield engine
    finally:
        engine.dispose()
        with contextlib.suppress(sqlite3.Error):
            _end(file)


def wait_for_disk(connection: Connection, *, wait: bool) -> None:
    """Whether a transaction that is about to begin ends on disk; without a log it always does."""
    if connection.info.get(LOG):
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if wait else 'NORMAL'}")


def is_local(file: Path) -> bool:
    """Whether a file is on a disk of this machine, as far as that is known."""
    place = file.absolute()
    with contextlib.suppress(OSError, RuntimeError):
        place = place.resolve()
    try:
        mounted = {Path(part.mountpoint): part.fstype for part in psutil.disk_partitions(all=True)}
    except (OSError, psutil.Error):
        return False
    kind = next((mounted[folder] for folder in place.parents if folder in mounted), "")
    return kind.lower() in LOCAL


def _begin(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    """Write to the log from now on; where it cannot be, all stays as it is."""
    with contextlib.suppress(sqlite3.Error), _impatient(connection):
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        record.info[LOG] = mode == "wal"


def _end(file: Path) -> None:
    """Let the store be one file again; not while others write the log."""
    if file.exists():
        with contextlib.closing(sqlite3.connect(file, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _impatient(connection: sqlite3.Connection) -> Iterator[None]:
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout={WAIT}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout={before}")
