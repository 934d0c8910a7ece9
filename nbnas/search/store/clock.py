"""The database's own clock: those of the machines that share it may differ."""

from typing import Any

from sqlalchemy import Connection, Float, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class now(FunctionElement[float]):
    """Seconds since 1970 by the database's clock, within a statement."""

    inherit_cache = True
    type = Float()


@compiles(now)
def _now(*_: Any, **__: Any) -> str:  # noqa: ANN401
    return "EXTRACT(epoch FROM CURRENT_TIMESTAMP)"


@compiles(now, "sqlite")
def _now_of_sqlite(*_: Any, **__: Any) -> str:  # noqa: ANN401
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(now, "postgresql")
def _now_of_postgresql(*_: Any, **__: Any) -> str:  # noqa: ANN401
    return "EXTRACT(epoch FROM clock_timestamp())"


def clock(connection: Connection) -> float:
    """Seconds since 1970 by the database's clock."""
    return float(connection.execute(select(now())).scalar_one())
