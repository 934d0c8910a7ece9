"""The tables of the store.

Schema 1 knew no measures: its values were accuracies, unless the user knew better. Schema 2 keeps
the measure of each study, and further measures of each trial. Schema 3 knows where trials come
from, and those that are under way; later on, how far a look goes at a low fidelity, which studies
without fidelities leave empty.

Notation
    place     of a finished trial, from 0, in the order in which they finished; NULL where an
              earlier schema has written it: then it is the trial's number
    lease     until when a claim holds, in seconds of the database's own clock: those of other
              machines may differ
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

from nbnas.records.claim import LONGEST_WORKER

SCHEMA_VERSION = 3
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
    Column("place", Integer),
    Column("known", Integer),  # NULL where an earlier schema has written it: then all before
    Column("pending", Text),  # JSON
    Column("worker", String(LONGEST_WORKER)),
    Column("attempt", Integer),
    Column("epochs", Integer),  # of a look at a low fidelity; NULL for a full training
    UniqueConstraint("study_id", "number"),
)
CLAIMS = Table(
    "nbnas_claims",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("study_id", ForeignKey("nbnas_studies.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("graph", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("known", Integer, nullable=False),
    Column("pending", Text, nullable=False),  # JSON
    Column("worker", String(LONGEST_WORKER), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("holder", String(LONGEST_WORKER), nullable=False),  # a process; empty: nobody
    Column("lease", Float, nullable=False),
    Column("epochs", Integer),  # of a look at a low fidelity; NULL for a full training
    UniqueConstraint("study_id", "number"),
)
