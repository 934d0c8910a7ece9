"""What is asked of the database for every trial; made once, as that takes longer than asking.

Parameters are `study`, the key of a study; `name`, its name; `number`, of a trial; and `start`,
the place of one.
"""

from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from nbnas.errors import StoreError
from nbnas.search.store.clock import now
from nbnas.search.store.schema import CLAIMS, STUDIES, TRIALS

LEASE = 60.0  # seconds that a claim holds unless it is renewed
KEYS = "keys of studies"  # what a connection of SQLite has found, as long as it is open
PLACE = func.coalesce(TRIALS.c.place, TRIALS.c.number)
_STUDY: BindParameter[Any] = bindparam("study")
_NUMBER: BindParameter[Any] = bindparam("number")
_CLAIMS, _TRIALS = CLAIMS.c.study_id == _STUDY, TRIALS.c.study_id == _STUDY

STUDY = select(STUDIES.c.id).where(STUDIES.c.name == bindparam("name"))
STUDY_ALONE = STUDY.with_for_update()  # others that ask so wait until this transaction ends
UNDER_WAY = select(CLAIMS).where(_CLAIMS)
FINISHED = select(TRIALS).where(_TRIALS & (bindparam("start") <= PLACE)).order_by(PLACE)
LAST_NUMBERS = select(
    select(func.max(TRIALS.c.number)).where(_TRIALS).scalar_subquery(),
    select(func.max(CLAIMS.c.number)).where(_CLAIMS).scalar_subquery(),
)
END_CLAIM = delete(CLAIMS).where(_CLAIMS & (CLAIMS.c.number == _NUMBER))
PLACE_FOR = select(  # a trial that ends now; NULL where there is one of that number
    case(
        (exists().where(_TRIALS & (TRIALS.c.number == _NUMBER)), None),
        else_=select(func.coalesce(func.max(PLACE) + 1, 0)).where(_TRIALS).scalar_subquery(),
    )
)
TAKE_ON = insert(CLAIMS).values(study_id=_STUDY, lease=now() + LEASE)
RENEW = update(CLAIMS).values(lease=now() + LEASE)


def study_id_of(connection: Connection, study: str, *, alone: bool = False) -> int:
    """The key of a study.

    Args:
        connection: A transaction.
        study: Its name.
        alone: Whether others that ask so wait until this transaction ends.

    Raises:
        StoreError: If there is no such study.
    """
    known = connection.info.get(KEYS, {})
    if study in known:
        return int(known[study])
    query = STUDY_ALONE if alone else STUDY
    found = connection.execute(query, {"name": study}).scalar()
    if found is None:
        raise StoreError(f"the store has no study {study!r}; open it first")
    if connection.dialect.name == "sqlite":  # there a transaction needs no row to be alone
        connection.info[KEYS] = {**known, study: int(found)}
    return int(found)


def next_number(connection: Connection, study_id: int) -> int:
    """The number of the trial that is taken on next."""
    found = connection.execute(LAST_NUMBERS, {"study": study_id}).one()
    return 1 + max((end for end in found if end is not None), default=-1)
