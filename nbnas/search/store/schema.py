"""The tables of the store, and how an evaluation becomes a row."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport, Evaluation

SCHEMA_VERSION = 1
COLUMNS = (
    "study",
    "number",
    "architecture",
    "value",
    "test",
    "status",
    "seconds",
    "seed",
    "parameters",
    "started",
    "error",
)

METADATA = MetaData()
STUDIES = Table(
    "nbnas_studies",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), unique=True, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
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
    Column("seed", Integer, nullable=False),
    Column("parameters", Integer),
    Column("multiply_adds", Integer),
    Column("started", Float, nullable=False),
    Column("error", Text),
    Column("reports", Text, nullable=False),
    UniqueConstraint("study_id", "number"),
)


def to_row(evaluation: Evaluation) -> dict[str, Any]:
    """The columns of a trial that its evaluation decides."""
    return {
        "architecture": str(evaluation.architecture),
        "graph": evaluation.architecture.to_json(),
        "value": evaluation.value,
        "test": evaluation.test,
        "status": evaluation.status,
        "seconds": evaluation.seconds,
        "seed": evaluation.seed,
        "parameters": evaluation.parameters,
        "multiply_adds": evaluation.multiply_adds,
        "started": evaluation.started,
        "error": evaluation.error,
        "reports": json.dumps([asdict(report) for report in evaluation.reports]),
    }


def from_row(row: Row[Any]) -> Evaluation:
    """The evaluation of a trial."""
    return Evaluation(
        architecture=Architecture.from_json(row.graph),
        value=row.value,
        status=row.status,
        test=row.test,
        seconds=row.seconds,
        seed=row.seed,
        parameters=row.parameters,
        multiply_adds=row.multiply_adds,
        started=row.started,
        error=row.error,
        reports=tuple(EpochReport(**report) for report in json.loads(row.reports)),
    )
