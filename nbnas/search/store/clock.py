"""The database's own clock: those of the machines that share it may differ."""

from typing import Any

from sqlalchemy import Connection, extract, func, select


def clock(connection: Connection) -> float:
    """Seconds since 1970 by the database's clock."""
    now: Any
    if connection.dialect.name == "sqlite":
        now = (func.julianday("now") - 2440587.5) * 86400.0
    elif connection.dialect.name == "postgresql":
        now = extract("epoch", func.clock_timestamp())
    else:
        now = extract("epoch", func.current_timestamp())
    return float(connection.execute(select(now)).scalar_one())
