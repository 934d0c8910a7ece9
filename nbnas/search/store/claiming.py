"""Trials that are under way: who has taken on which, and until when that holds.

Every change is one transaction that no other one of the study is beside, so that each trial has
one number, one place and one holder at a time.

Notation
    holder    a process, or a part of one, that has taken on a trial; an empty text for nobody
    lease     until when that holds, by the database's own clock, as the clocks of machines differ
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, text, update
from sqlalchemy.engine import URL

from nbnas.errors import StoreError
from nbnas.kept import Kept
from nbnas.records import Claim, Evaluation
from nbnas.search.store.at_hand import wait_for_disk
from nbnas.search.store.clock import clock
from nbnas.search.store.location import store_errors
from nbnas.search.store.patience import patiently
from nbnas.search.store.rows import claim_from_row, claim_to_row, to_row
from nbnas.search.store.scan import read_rows
from nbnas.search.store.schema import CLAIMS, TRIALS
from nbnas.search.store.statements import (
    END_CLAIM,
    FINISHED,
    KEYS,
    LEASE,
    PLACE_FOR,
    RENEW,
    TAKE_ON,
    UNDER_WAY,
    next_number,
    study_id_of,
)

CLAIMS_KEPT = 256  # that were read last
VERSION = "version at the last look"  # what a connection knows


class Claiming:
    """The part of a store that knows what is under way."""

    url: URL
    _engine: Engine
    _under_way: Kept  # the claims that were read last
    _logs = False  # whether a transaction need not wait for the disk unless it says so

    def look(self, study: str, start: int = 0) -> tuple[tuple[Evaluation, ...], tuple[Claim, ...]]:
        """What has finished from a place on, in order, and what is under way, by number.

        Raises:
            StoreError: If the store cannot be read, a trial is damaged, or one is missing between
                others; the message names it.
        """

        def read() -> tuple[tuple[Evaluation, ...], tuple[Claim, ...]]:
            with self._engine.begin() as connection:
                if self._logs:  # first of all, so that what comes meanwhile is news
                    connection.info[VERSION] = _version(connection)
                    connection.info.pop(KEYS, None)
                study_id = study_id_of(connection, study)
                # Claims first: what finishes meanwhile is found in both, and not in neither.
                here = {"study": study_id}
                claims = [row._asdict() for row in connection.execute(UNDER_WAY, here)]
                found = connection.execute(FINISHED, here | {"start": start})
                trials = [row._asdict() for row in found]
            done = {row["number"] for row in trials}
            claims = sorted(
                (row for row in claims if row["number"] not in done), key=lambda r: r["number"]
            )
            finished = tuple(sound(found) for found in read_rows(trials, study, start))
            return finished, tuple(self._told(row, study) for row in claims)

        return patiently(self.url, read)

    def has_news(self) -> bool:
        """Whether others may have written since the last look; it is known while at hand only.

        Raises:
            StoreError: If the store cannot be read.
        """
        if not self._logs:
            return True
        with store_errors(self.url), self._engine.connect() as connection:
            return bool(connection.info.get(VERSION) != _version(connection))

    def _told(self, row: Mapping[str, Any], study: str) -> Claim:
        """The claim of a row: it is read again and again while it is under way."""
        told = (value for name, value in row.items() if name not in ("holder", "lease"))
        return self._under_way.get((study, *told), lambda: claim_from_row(row, study))

    def claim(self, study: str, claim: Claim, holder: str) -> bool:
        """Take on a new trial.

        Returns:
            Whether it was free; `False` if somebody has taken on another one meanwhile, so that
            its number is not the next one.

        Raises:
            StoreError: If the store cannot be written.
        """

        def write() -> bool:
            with self._alone(study) as (connection, study_id):
                if next_number(connection, study_id) != claim.number:
                    mine = _claims(study_id, (claim.number,)) & (CLAIMS.c.holder == holder)
                    # The answer may have been lost, and the question asked again.
                    return connection.execute(select(CLAIMS.c.id).where(mine)).first() is not None
                row = {"study": study_id, **claim_to_row(claim), "holder": holder}
                connection.execute(TAKE_ON, row)
                return True

        return patiently(self.url, write)

    def take_over(
        self,
        study: str,
        worker: str,
        holder: str,
        held: Collection[int],
        dead: Callable[[str], bool],
    ) -> Claim | None:
        """Take on the first trial that nobody holds any longer, with its next attempt.

        Args:
            study: The name of the study.
            worker: Who makes it from now on.
            holder: Who takes it on.
            held: What this one holds already.
            dead: Whether a holder is known to be gone, before its lease ends.

        Returns:
            The trial; `None` if there is none. One that was let go of has the attempt of before.

        Raises:
            StoreError: If the store cannot be used, or the claim is damaged.
        """

        def write() -> Claim | None:
            with self._alone(study) as (connection, study_id):
                query, time = UNDER_WAY.order_by(CLAIMS.c.number), clock(connection)
                for found in connection.execute(query, {"study": study_id}).all():
                    row = found._asdict()
                    before = row["holder"]
                    if before == holder and row["number"] in held:
                        continue
                    free = before in ("", holder)  # its own, which it could not let go of
                    if free or row["lease"] < time or dead(before):
                        mine = {"worker": worker, "attempt": row["attempt"] + (not free)}
                        taken = {**mine, "holder": holder, "lease": time + LEASE}
                        this = CLAIMS.c.id == row["id"]
                        connection.execute(update(CLAIMS).where(this).values(taken))
                        return claim_from_row({**row, **mine}, study)
            return None

        return patiently(self.url, write)

    def renew(self, study: str, numbers: Collection[int], holder: str) -> None:
        """Let the claims of a holder hold for another while.

        Raises:
            StoreError: If the store cannot be written.
        """

        def write() -> None:
            with self._alone(study) as (connection, study_id):
                held = _claims(study_id, numbers) & (CLAIMS.c.holder == holder)
                connection.execute(RENEW.where(held))

        patiently(self.url, write)

    def release(
        self, study: str, holder: str, number: int | None = None, *, attempts: int = 0
    ) -> None:
        """Let go of a trial, so that whoever comes may make it.

        Args:
            study: The name of the study.
            holder: Who has taken it on.
            number: The trial's; `None` for all that this one holds.
            attempts: How many this was: 0 if it was only interrupted, 1 if its worker has died.

        Raises:
            StoreError: If the store cannot be written. It is tried once: leases end by themselves.
        """
        with store_errors(self.url), self._alone(study) as (connection, study_id):
            held = (CLAIMS.c.study_id == study_id) & (CLAIMS.c.holder == holder)
            if number is not None:
                held &= CLAIMS.c.number == number
            free = {"holder": "", "lease": 0.0, "attempt": CLAIMS.c.attempt + attempts}
            connection.execute(update(CLAIMS).where(held).values(free))

    def add(self, study: str, number: int, evaluation: Evaluation) -> bool:
        """Write one finished trial, as `finish` does; whether it was written."""
        return self.finish(study, number, evaluation) is not None

    def finish(self, study: str, number: int, evaluation: Evaluation) -> int | None:
        """Write one finished trial; when this returns, it is on disk, and under way no longer.

        Returns:
            Its place; `None` if the study has a trial of that number already.

        Raises:
            StoreError: If the store cannot be written, for example because the disk is full.
        """
        row = {"number": number, **to_row(evaluation)}

        def write() -> int | None:
            with self._alone(study, on_disk=True) as (connection, study_id):
                this = {"study": study_id, "number": number}
                connection.execute(END_CLAIM, this)
                place = connection.execute(PLACE_FOR, this).scalar_one()
                if place is None:
                    return None
                written = {**row, "study_id": study_id, "place": place}
                connection.execute(insert(TRIALS), written)
                return int(place)

        return patiently(self.url, write)

    @contextmanager
    def _alone(self, study: str, *, on_disk: bool = False) -> Iterator[tuple[Connection, int]]:
        """A transaction that no other one of this study is beside."""
        with self._engine.begin() as connection:
            if self._logs:
                wait_for_disk(connection, wait=on_disk)
            if connection.dialect.name == "sqlite":  # its driver would begin with the first row
                connection.execute(text("BEGIN IMMEDIATE"))
            yield connection, study_id_of(connection, study, alone=True)


def sound(found: tuple[int, Evaluation] | StoreError) -> Evaluation:
    """A trial that was read; one that could not be is raised, with what to do."""
    if isinstance(found, StoreError):
        raise StoreError(
            f'{found}; nbnas.load_trials(..., on_error="skip") gives what can be read, another '
            "study name starts afresh"
        ) from found
    return found[1]


def _version(connection: Connection) -> object:
    """A number of SQLite that changes when another connection has written."""
    return connection.exec_driver_sql("PRAGMA data_version").scalar()


def _claims(study_id: int, numbers: Collection[int]) -> ColumnElement[bool]:
    return (CLAIMS.c.study_id == study_id) & CLAIMS.c.number.in_(numbers)
