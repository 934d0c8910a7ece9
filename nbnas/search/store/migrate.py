"""Making a store's tables, and bringing those of an earlier nbnas up to date."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Engine, Inspector, Table, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn
from sqlalchemy.types import TypeEngine

from nbnas.search.store.schema import METADATA


def prepare(engine: Engine) -> None:
    """Make the tables, or add the columns that are missing, in one transaction.

    Several processes may do it at once: the first one does it, the others find it done. Tables
    that are up to date are only looked at, so that a read-only store can be opened.
    """
    if _up_to_date(inspect(engine)):
        return
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":  # its driver would begin with the first row
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            METADATA.create_all(connection)
            for table in METADATA.sorted_tables:
                for change in tuple(_changes(inspect(connection), table)):
                    connection.exec_driver_sql(change)
    except DBAPIError:
        if not _up_to_date(inspect(engine)):
            raise


def columns_of(connection: Connection, table: Table) -> list[Column[Any]]:
    """The columns that a store has of a table, which an earlier nbnas made without some."""
    known = {found["name"] for found in inspect(connection).get_columns(table.name)}
    return [column for column in table.columns if column.name in known]


def _up_to_date(inspector: Inspector) -> bool:
    tables = METADATA.sorted_tables
    return all(
        inspector.has_table(table.name) and not any(_changes(inspector, table)) for table in tables
    )


def _changes(inspector: Inspector, table: Table) -> Iterator[str]:
    """The statements that bring a table up to date."""
    dialect = inspector.dialect
    known = {found["name"]: found["type"] for found in inspector.get_columns(table.name)}
    for column in table.columns:
        if column.name not in known:
            added = CreateColumn(column).compile(dialect=dialect)
            yield f"ALTER TABLE {table.name} ADD COLUMN {added}"
        elif dialect.name == "postgresql" and _is_narrow(known[column.name], column):
            yield f"ALTER TABLE {table.name} ALTER COLUMN {column.name} TYPE BIGINT"


def _is_narrow(found: TypeEngine[object], column: Column[object]) -> bool:
    """Whether it holds 32 bits only, too few for the multiply-adds of a large network."""
    return isinstance(column.type, BigInteger) and not isinstance(found, BigInteger)
