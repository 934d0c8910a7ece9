"""The store: every finished evaluation is on disk before the next one begins.

One SQLite file by default; any database that SQLAlchemy speaks to otherwise. Values go into
statements as bound parameters only.
"""

import datetime
import json
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, Engine, create_engine, insert, inspect, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from nbnas.errors import StoreError
from nbnas.records import Evaluation
from nbnas.search.fingerprint import Fingerprint, check_same
from nbnas.search.store.schema import (
    COLUMNS,
    METADATA,
    SCHEMA_VERSION,
    STUDIES,
    TRIALS,
    from_row,
    to_row,
)


class Store:
    """Studies and their trials in a database.

    Args:
        location: A path of an SQLite file (made with its folder if missing), or an SQLAlchemy URL
            such as "postgresql+psycopg://user@host/nas".
        create: Whether a missing SQLite file is made.

    Raises:
        StoreError: If the store cannot be opened.
    """

    def __init__(self, location: str | PathLike[str], *, create: bool = True) -> None:
        self.url = _url(location)
        file = self.url.database if self.url.get_backend_name() == "sqlite" else None
        with _store_errors(self.url):
            if file and create:
                Path(file).parent.mkdir(parents=True, exist_ok=True)
            if file and not create and not Path(file).exists():
                raise StoreError(f"expected a store at {file}, but there is no such file")
            self._engine = _engine(self.url)
            if create:
                METADATA.create_all(self._engine)

    def __repr__(self) -> str:
        return f"Store({self.url.render_as_string(hide_password=True)!r})"

    def open_study(self, name: str, fingerprint: Fingerprint) -> None:
        """Make a study, or check that an existing one has the same settings.

        Raises:
            StudyMismatchError: If it was made with other settings.
            StoreError: If it was made by a newer version, or the store cannot be written.
        """
        row = {
            "name": name,
            "schema_version": SCHEMA_VERSION,
            "fingerprint": json.dumps(fingerprint, sort_keys=True),
        }
        with _store_errors(self.url):
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(STUDIES).values(row))
            except IntegrityError:  # the name is taken: the study exists
                self._check_study(name, fingerprint)

    def add(self, study: str, number: int, evaluation: Evaluation) -> bool:
        """Write one finished trial; when this returns, it is on disk.

        Returns:
            Whether it was written; `False` if the study has a trial of that number already.

        Raises:
            StoreError: If the store cannot be written, for example because the disk is full.
        """
        with _store_errors(self.url), self._connect() as connection:
            values = {"study_id": _study_id(connection, study), "number": number}
            try:
                connection.execute(insert(TRIALS).values(**values, **to_row(evaluation)))
            except IntegrityError:
                return False
        return True

    def set_test(self, study: str, number: int, test: float) -> None:
        """Remember a trial's test accuracy.

        Raises:
            StoreError: If the store cannot be written.
        """
        with _store_errors(self.url), self._connect() as connection:
            trial = (TRIALS.c.study_id == _study_id(connection, study)) & (
                TRIALS.c.number == number
            )
            connection.execute(update(TRIALS).where(trial).values(test=test))

    def load(self, study: str, start: int = 0) -> tuple[Evaluation, ...]:
        """The trials of a study from a number on, in order.

        Raises:
            StoreError: If the store cannot be read.
        """
        with _store_errors(self.url), self._connect() as connection:
            wanted = (TRIALS.c.study_id == _study_id(connection, study)) & (
                TRIALS.c.number >= start
            )
            rows = connection.execute(select(TRIALS).where(wanted).order_by(TRIALS.c.number))
            return tuple(from_row(row) for row in rows)

    def table(self, study: str | None = None) -> pd.DataFrame:
        """All trials as a table, see `load_trials`."""
        with _store_errors(self.url):
            if not inspect(self._engine).has_table(TRIALS.name):
                raise StoreError(f"{self!r} holds no trials of nbnas; was the location meant?")
            query = select(STUDIES.c.name.label("study"), *(TRIALS.c[c] for c in COLUMNS[1:]))
            query = query.join_from(TRIALS, STUDIES).order_by(STUDIES.c.id, TRIALS.c.number)
            if study is not None:
                query = query.where(STUDIES.c.name == study)
            with self._connect() as connection:
                frame = pd.DataFrame(connection.execute(query).fetchall(), columns=list(COLUMNS))
        return _typed(frame)

    def _check_study(self, name: str, fingerprint: Fingerprint) -> None:
        with self._connect() as connection:
            row = connection.execute(select(STUDIES).where(STUDIES.c.name == name)).one()
        if row.schema_version > SCHEMA_VERSION:
            raise StoreError(
                f"study {name!r} was written by a newer nbnas (schema {row.schema_version}, this "
                f"one knows {SCHEMA_VERSION}); update nbnas to open it"
            )
        check_same(name, json.loads(row.fingerprint), fingerprint)

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection


def load_trials(store: str | PathLike[str], study: str | None = None) -> pd.DataFrame:
    """What a store holds, one row a trial.

    Args:
        store: A path of an SQLite file, or an SQLAlchemy URL.
        study: Name of one study; all of them by default.

    Returns:
        A table with the columns study, number, architecture (its text), value and test (fractions;
        missing where there is none), status ("completed" or "failed"), seconds, seed, parameters,
        started (UTC), error.

    Raises:
        StoreError: If there is no such store or study, or it cannot be read.
    """
    opened = Store(store, create=False)
    trials = opened.table(study)
    if study is not None and not len(trials):
        names = ", ".join(opened.table()["study"].unique()) or "none"
        raise StoreError(f"{opened!r} has no trials of study {study!r}; studies there: {names}")
    return trials


def _url(location: str | PathLike[str]) -> URL:
    text = str(location)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        return make_url(text)
    except ArgumentError as error:
        raise StoreError(f"expected a path or an SQLAlchemy URL as store: {error}") from error


def _engine(url: URL) -> Engine:
    """An engine that keeps no connection open, so that a killed process leaves none behind."""
    if url.get_backend_name() == "sqlite":
        return create_engine(url, poolclass=NullPool, connect_args={"timeout": 60})
    return create_engine(url, poolclass=NullPool)


@contextmanager
def _store_errors(url: URL) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, ImportError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise StoreError(
            f"the store {url.render_as_string(hide_password=True)} cannot be used: {cause}; "
            "nothing that was stored before is lost"
        ) from error


def _study_id(connection: Connection, study: str) -> int:
    found = connection.execute(select(STUDIES.c.id).where(STUDIES.c.name == study)).scalar()
    if found is None:
        raise StoreError(f"the store has no study {study!r}; open it first")
    return int(found)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns their types, also where a table is empty or a column holds nothing."""
    floats = dict.fromkeys(("value", "test", "seconds"), "float64")
    frame = frame.astype({**floats, "number": "int64", "seed": "int64", "parameters": "Int64"})
    frame["started"] = [
        datetime.datetime.fromtimestamp(seconds, datetime.UTC) for seconds in frame["started"]
    ]
    frame["started"] = pd.to_datetime(frame["started"], utc=True)
    return frame
