"""The tables of the store.

Schema 1 knew no measures: its values were accuracies, unless the user knew better. Schema 2 keeps
the measure of each study, and further measures of each trial.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 2
NAME_LENGTH = 200  # characters of a study's name

METADATA = MetaData()
STUDIES = Table(
    "nbnas_studies",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(NAME_LENGTH), unique=True, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("measure", Text),  # JSON; NULL where schema 1 has written it
)
TRIALS = Table(
    "nbnas_trials",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("study_id", ForeignKey("nbnas_studies.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("architecture", Text, nullable=False),
    Column("graph", Text, nullable=False),
    Column("value", Float),
    Column("test", Float),
    Column("status", String(20), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("parameters", BigInteger),
    Column("multiply_adds", BigInteger),
    Column("started", Float, nullable=False),
    Column("error", Text),
    Column("reports", Text, nullable=False),
    Column("measured", Text),  # JSON; NULL where schema 1 has written it
    UniqueConstraint("study_id", "number"),
)
