"""The store: every finished evaluation is on disk before the next one begins.

One SQLite file by default; any database that SQLAlchemy speaks to otherwise. Values go into
statements as bound parameters only.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from nbnas.errors import ObservationError, SettingError, StoreError, StudyMismatchError
from nbnas.kept import Kept
from nbnas.records import ACCURACY, Evaluation, Measure
from nbnas.search.store.at_hand import at_hand
from nbnas.search.store.claiming import CLAIMS_KEPT, Claiming
from nbnas.search.store.location import Location, engine_of, file_of, shown, store_errors, url_of
from nbnas.search.store.migrate import prepare
from nbnas.search.store.rows import (
    check_column,
    fingerprint_from_text,
    measure_from_text,
    measure_to_text,
)
from nbnas.search.store.schema import NAME_LENGTH, SCHEMA_VERSION, STUDIES, TRIALS
from nbnas.search.store.settings import Settings, check_same
from nbnas.search.store.statements import study_id_of


class Store(Claiming):
    """Studies and their trials in a database. Tables of an earlier nbnas are brought up to date.

    Args:
        location: A path of an SQLite file (made with its folder if missing), or an SQLAlchemy URL
            such as "postgresql+psycopg://user@host/nas"; "sqlite://" is in memory, and ends with
            the store.

    Raises:
        StoreError: If the store cannot be opened.
    """

    def __init__(self, location: Location) -> None:
        self.url = url_of(location)
        file = file_of(self.url)
        with store_errors(self.url):
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
            self._engine = engine_of(self.url)
            prepare(self._engine)
        self._under_way = Kept(CLAIMS_KEPT)

    def __repr__(self) -> str:
        return f"Store({shown(self.url)!r})"

    def open_study(self, name: str, fingerprint: Settings, measure: Measure = ACCURACY) -> None:
        """Make a study, or check that an existing one has the same settings.

        A study from before there were measures takes the measure on, if it is maximised.

        Raises:
            StudyMismatchError: If it was made with other settings, or its values have another
                measure.
            StoreError: If it was made by a newer version or is damaged, or the store cannot be
                written.
            SettingError: If its name is no text of 1 to 200 characters.
        """
        _check_name(name)
        row = {
            "name": name,
            "schema_version": SCHEMA_VERSION,
            "fingerprint": json.dumps(dict(fingerprint), sort_keys=True),
            "measure": measure_to_text(measure),
        }
        with store_errors(self.url):
            try:
                with self._connect() as connection:
                    connection.execute(insert(STUDIES).values(row))
            except IntegrityError:  # the name is taken: the study exists
                self._check_study(name, fingerprint, measure)

    def settings(self, study: str) -> Settings:
        """What a study remembers of what it was made with; nothing of one that there is not.

        Raises:
            StoreError: If the store cannot be read, or the study is damaged.
            SettingError: If its name is no text of 1 to 200 characters.
        """
        _check_name(study)
        with store_errors(self.url), self._connect() as connection:
            chosen = select(STUDIES.c.fingerprint).where(STUDIES.c.name == study)
            found = connection.execute(chosen).scalar_one_or_none()
        return {} if found is None else fingerprint_from_text(found, study)

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """Be written often for a while: keep a connection open, and a write-ahead log if possible.

        What `finish` has written is on disk as ever. A claim may be lost with the machine's power,
        and then its trial has not begun.
        """
        before = self._engine
        with at_hand(self.url) as engine:
            if engine is not None:
                self._engine, self._logs = engine, True
            try:
                yield
            finally:
                self._engine, self._logs = before, False

    def set_test(self, study: str, number: int, test: float) -> None:
        """Remember a trial's measure on the test part.

        Raises:
            StoreError: If the store cannot be written.
        """
        with store_errors(self.url), self._connect() as connection:
            trial = _trial(study_id_of(connection, study), number)
            connection.execute(update(TRIALS).where(trial).values(test=check_column("test", test)))

    def load(self, study: str, start: int = 0) -> tuple[Evaluation, ...]:
        """The trials of a study from a place on, in the order in which they finished.

        Raises:
            StoreError: If the store cannot be read, a trial is damaged, or one is missing between
                others; the message names it.
        """
        return self.look(study, start)[0]

    def _check_study(self, name: str, fingerprint: Settings, measure: Measure) -> None:
        row = self._study(name)
        version = row["schema_version"]
        if not isinstance(version, int) or version > SCHEMA_VERSION:
            raise StoreError(
                f"study {name!r} was written by a newer nbnas (schema {version!r:.50}, this one "
                f"knows {SCHEMA_VERSION}); update nbnas to open it"
            )
        stored = fingerprint_from_text(row["fingerprint"], name)
        if row["measure"] is None:
            check_same(name, stored, fingerprint)
            self._adopt(name, measure)
            row = self._study(name)
        elif version < SCHEMA_VERSION:
            self._update(name)
        known = measure_from_text(row["measure"], name)
        check_same(
            name,
            {**stored, "measure": _words(known)},
            {**fingerprint, "measure": _words(measure)},
        )

    def _adopt(self, name: str, measure: Measure) -> None:
        """Let a study from before there were measures have one from now on, if it suits."""
        why = f"study {name!r} was made before studies knew what their values measure"
        if not measure.maximize:
            raise StudyMismatchError(
                f"{why}, when all were maximised, and cannot go on with {_words(measure)}; use "
                "another study name to start afresh"
            )
        for evaluation in self.load(name):
            try:
                _ = evaluation.value is None or measure.check(evaluation.value)
            except ObservationError as error:
                raise StudyMismatchError(f"{why}, and holds other values: {error}") from error
        unknown = (STUDIES.c.name == name) & STUDIES.c.measure.is_(None)  # nobody was faster
        known = {"measure": measure_to_text(measure), "schema_version": SCHEMA_VERSION}
        with self._connect() as connection:
            connection.execute(update(STUDIES).where(unknown).values(known))

    def _update(self, name: str) -> None:
        """Let a study be one of this version: an earlier one does not see what is under way."""
        earlier = (STUDIES.c.name == name) & (STUDIES.c.schema_version < SCHEMA_VERSION)
        with self._connect() as connection:
            new = {"schema_version": SCHEMA_VERSION}
            connection.execute(update(STUDIES).where(earlier).values(new))

    def _study(self, name: str) -> dict[str, Any]:
        with self._connect() as connection:
            query = select(STUDIES).where(STUDIES.c.name == name)
            return connection.execute(query).one()._asdict()

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not 0 < len(name) <= NAME_LENGTH or "\0" in name:
        raise SettingError(
            f"expected a text of 1 to {NAME_LENGTH} characters as the study's name, got "
            f"{name!r:.100}"
        )


def _trial(study_id: int, number: int) -> ColumnElement[bool]:
    return (TRIALS.c.study_id == study_id) & (TRIALS.c.number == number)


def _words(measure: Measure | None) -> str:
    """A measure in one line, for what was and what is now."""
    if measure is None:
        return "absent"
    bounds = f"from {measure.lower:g} to {measure.upper:g}"
    name = f"{measure.name} in {measure.unit}" if measure.unit else measure.name
    return f"{name} {bounds}, {measure.better_word} is better"
