"""Where a store is: what a person writes becomes a URL, and a URL an engine."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from nbnas.checks import PATH
from nbnas.errors import StoreError

Location = str | PathLike[str]
_PATH = PATH.raising(StoreError)
LOCK_SECONDS = 60.0  # how long SQLite waits for another process, unless ?timeout= says otherwise
EXAMPLES = 'a path such as "runs/nbnas.db", or an SQLAlchemy URL'
DRIVERS = (
    'for PostgreSQL, pip install "psycopg[binary]" and write postgresql+psycopg://user@host/nas'
)


def url_of(location: Location) -> URL:
    """Understand a location.

    Args:
        location: A path of an SQLite file ("~" is the home folder), ":memory:", or an SQLAlchemy
            URL.

    Returns:
        The URL.

    Raises:
        StoreError: If it is no location; the message says what to write instead.
    """
    text = _text(location)
    if "\0" in text:
        raise StoreError(f"expected {EXAMPLES} without a NUL character, got {text!r:.200}")
    if not text.strip():
        raise StoreError(f'expected {EXAMPLES}, got an empty text; "sqlite://" is in memory')
    written = isinstance(location, str) and "://" in text
    url = _parsed(text) if written else URL.create("sqlite", database=text)
    if url.get_backend_name() != "sqlite":
        return url
    _check_options(url, text if written else "")
    if is_memory(url) or "uri" in url.query:
        return url
    return url.set(database=_file(str(url.database)))


def is_memory(url: URL) -> bool:
    """Whether it is a database in the memory of one connection."""
    return url.get_backend_name() == "sqlite" and (
        url.database in (None, "", ":memory:")
        or url.query.get("mode") == "memory"
        or str(url.database).startswith("file::memory:")
    )


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database; `None` for any other, and for SQLite's own `file:` URIs."""
    if url.get_backend_name() != "sqlite" or is_memory(url) or "uri" in url.query:
        return None
    return Path(str(url.database))


def engine_of(url: URL, **pool: Any) -> Engine:  # noqa: ANN401
    """An engine that keeps no connection open, so that a killed process leaves none behind.

    Only a database in memory, which ends with its connection, keeps one; threads take turns.

    Args:
        url: Where the store is.
        pool: How connections to a file of SQLite are kept, if they are to be.
    """
    if url.get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool)
    settings: dict[str, Any] = {"check_same_thread": False}
    if "timeout" not in url.query:
        settings["timeout"] = LOCK_SECONDS
    if is_memory(url):
        one = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
        engine = create_engine(url, connect_args=settings, **one)
    else:
        # The file is opened for every statement, and an objective may change the working folder.
        file = file_of(url)
        here = url if file is None else url.set(database=str(file.absolute()))
        engine = create_engine(here, connect_args=settings, **(pool or {"poolclass": NullPool}))
    event.listen(engine, "connect", _read_any_bytes)
    return engine


@contextmanager
def store_errors(url: URL) -> Iterator[None]:
    """Whatever goes wrong inside is a `StoreError` that names the store, never its password."""
    try:
        yield
    except (SQLAlchemyError, ImportError, OSError, ValueError, TypeError, OverflowError) as error:
        cause = getattr(error, "orig", None) or error
        raise StoreError(
            f"the store {shown(url)} cannot be used: {cause}{_advice(cause)}; "
            "nothing that was stored before is lost"
        ) from error


def shown(url: URL) -> str:
    """The URL for a person, without the password."""
    return url.render_as_string(hide_password=True)


def _text(location: object) -> str:
    if not isinstance(location, str | PathLike):
        raise StoreError(f"expected {EXAMPLES} as store, got {location!r:.200}")
    text = os.fspath(location)
    if not isinstance(text, str):
        raise StoreError(f"expected {EXAMPLES} as store, got a path of bytes, {text!r:.200}")
    return text


def _parsed(text: str) -> URL:
    try:
        return make_url(text)
    except (SQLAlchemyError, ValueError) as error:  # its text may hold a password
        raise StoreError(
            "expected a path or an SQLAlchemy URL such as postgresql+psycopg://user@host/nas as "
            "store, got one that cannot be read"
        ) from error


def _check_options(url: URL, written: str) -> None:
    """Check that what follows a question mark is an option that is heeded."""
    unknown = set(url.query) - {"timeout", "uri"} if "uri" not in url.query else set()
    if url.host or unknown or ("?" in written and not url.query):
        raise StoreError(
            "expected sqlite:///folder/nbnas.db, with the option ?timeout=SECONDS if at all, got "
            f"{shown(url)!r:.200}; in a URL a question mark begins options, and is written %3F "
            "in a name; a path is taken as it is"
        )


def _file(text: str) -> str:
    """The file's path with the home folder filled in; a folder is refused."""
    path = _PATH("store", text)
    if text.endswith(("/", os.sep)) or path.is_dir():
        raise StoreError(
            f"expected a path of a file as store, got the folder {text!r}; "
            f"write {str(path / 'nbnas.db')!r} for a file in it"
        )
    return str(path)


def _advice(cause: BaseException) -> str:
    """What to do about it, where that is known."""
    if isinstance(cause, ImportError | NoSuchModuleError):
        return f"; {DRIVERS}"
    return next((f" ({advice})" for sign, advice in _ADVICE.items() if sign in str(cause)), "")


_ADVICE = {
    "database is locked": "another process holds it; wait for it, or end it",
    "not a database": "it holds something else; choose another file",
    "malformed": "the file is damaged; nbnas.load_trials(..., on_error='skip') reads the rest",
    "full": "make room, and go on",
    "readonly": "it may only be read; load_trials reads it",
}


def _read_any_bytes(connection: sqlite3.Connection, _: object) -> None:
    """Let damaged text be read, so that one row does not hide the others."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")


def only_read(url: URL) -> URL:
    """A location at which no file is made: SQLite's own `file:` URIs would make one."""
    if "uri" in url.query and "mode" not in url.query and not is_memory(url):
        return url.update_query_dict({"mode": "ro"})
    return url


@contextmanager
def reading(url: URL, table: Table, holds: str) -> Iterator[Connection]:
    """A connection to a store that is there; nothing is made.

    Args:
        url: Where it is.
        table: One that it has to have.
        holds: What that table is of, such as "trials".

    Raises:
        StoreError: If there is no such file or table, or what is done with it goes wrong.
    """
    file = file_of(url)
    with store_errors(url):
        if file is not None and not file.exists():
            raise StoreError(f"expected a store at {file}, but there is no such file")
        engine = engine_of(only_read(url))
        if not inspect(engine).has_table(table.name):
            raise StoreError(
                f"the store {shown(url)} holds no {holds} of nbnas; was the location meant? "
                "One in memory is seen by its own search only"
            )
        with engine.connect() as connection:
            yield connection
