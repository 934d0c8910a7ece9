"""What is asked of the database for every trial; made once, as that takes longer than asking.

Parameters are `study`, the key of a study; `name`, its name; `number`, of a trial; and `start`,
the place of one.
"""

from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select

from nbnas.errors import StoreError
from nbnas.search.store.schema import CLAIMS, STUDIES, TRIALS

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
OF_NUMBER = select(TRIALS.c.id).where(_TRIALS & (TRIALS.c.number == _NUMBER))
NEXT_PLACE = select(func.coalesce(func.max(PLACE) + 1, 0)).where(_TRIALS)


def study_id_of(connection: Connection, study: str, *, alone: bool = False) -> int:
    """The key of a study.

    Args:
        connection: A transaction.
        study: Its name.
        alone: Whether others that ask so wait until this transaction ends.

    Raises:
        StoreError: If there is no such study.
    """
    query = STUDY_ALONE if alone else STUDY
    found = connection.execute(query, {"name": study}).scalar()
    if found is None:
        raise StoreError(f"the store has no study {study!r}; open it first")
    return int(found)


def next_number(connection: Connection, study_id: int) -> int:
    """The number of the trial that is taken on next."""
    found = connection.execute(LAST_NUMBERS, {"study": study_id}).one()
    return 1 + max((end for end in found if end is not None), default=-1)
