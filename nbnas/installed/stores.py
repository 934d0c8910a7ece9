"""The stores at a glance: which studies they hold, and how many trials of each."""

from os import PathLike
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select
from sqlalchemy.engine import URL

from nbnas.errors import StoreError
from nbnas.installed.fact import Fact
from nbnas.installed.places import short
from nbnas.search.store.location import (
    engine_of,
    file_of,
    only_read,
    shown,
    store_errors,
    url_of,
)
from nbnas.search.store.schema import STUDIES, TRIALS

TOPIC = "stores"
USUAL = "runs/*.db"
MOST = 5  # stores, and studies of a store, that are told one by one


def facts(store: str | PathLike[str] | None = None) -> tuple[Fact, ...]:
    """What each store holds, in words.

    Args:
        store: One store; by default all usual ones.

    Raises:
        StoreError: If it is no location.
    """
    urls = tuple(map(url_of, usual())) if store is None else (url_of(store),)
    if not urls:
        return (Fact(TOPIC, "none", f"{USUAL} is not here"),)
    more = [Fact(TOPIC, "more", f"{len(urls) - MOST} others")] * (len(urls) > MOST)
    return (*map(_fact, urls[:MOST]), *more)


def usual() -> tuple[Path, ...]:
    """The stores in `runs`, here or in the parent folder; the one written last comes first."""
    for place in (Path(), Path("..")):
        found = sorted(place.glob(USUAL), key=_written, reverse=True)
        if found:
            return tuple(found)
    return ()


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # a link that leads nowhere, or removed meanwhile
        return 0.0


def _fact(url: URL) -> Fact:
    file = file_of(url)
    name = shown(url) if file is None else short(file)
    try:
        return Fact(TOPIC, name, _told(url, file))
    except StoreError as error:
        return Fact(TOPIC, name, "cannot be read", str(error))


def _told(url: URL, file: Path | None) -> str:
    """What a store holds; nothing in it is changed, and none is made."""
    with store_errors(url):
        if file is not None and not file.is_file():
            return "there is no such file"
        counts = _counts(engine_of(only_read(url)))
    if counts is None:
        return "holds no trials of nbnas"
    words = [f"{study} {trials}" for study, trials in counts[:MOST]]
    more = [f"{len(counts) - MOST} more"] * (len(counts) > MOST)
    total = sum(trials for _, trials in counts)
    many = f"{len(counts)} {'study' if len(counts) == 1 else 'studies'}"
    return f"{many}, {total} trials: {', '.join([*words, *more])}" if counts else "no study yet"


def _counts(engine: Engine) -> list[tuple[str, int]] | None:
    """The number of finished trials of each study, the newest first; `None` if it is no store."""
    names = inspect(engine).get_table_names()
    if not {STUDIES.name, TRIALS.name} <= set(names):
        return None
    with engine.connect() as connection:
        return _read(connection)


def _read(connection: Connection) -> list[tuple[str, int]]:
    of = STUDIES.outerjoin(TRIALS, TRIALS.c.study_id == STUDIES.c.id)
    counted = select(STUDIES.c.name, func.count(TRIALS.c.id)).select_from(of)
    grouped = counted.group_by(STUDIES.c.id, STUDIES.c.name).order_by(STUDIES.c.id.desc())
    return [(str(name), int(trials)) for name, trials in connection.execute(grouped)]
