"""Further measures of a table, which strategies are to serve together with its value."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from nbnas.brief import brief
from nbnas.checks import FLAG, MAPPING, TEXT, Rule, each, instance, real, settle
from nbnas.errors import DataError, SettingError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.records import Goals, Measure
from nbnas.records.measure import MEASURE
from nbnas.search.tables.reading import Rows
from nbnas.search.tables.tabular import TabularObjective

_NUMBERS = each(real()).raising(DataError)


@dataclass(frozen=True, slots=True)
class GoalColumn:
    """A column that holds a further goal.

    Args:
        column: Its name.
        maximize: Whether higher is better.
        known: Whether strategies know the number of every architecture beforehand; else a trial
            tells that of its own, as it tells the value.

    Raises:
        SettingError: If one of them is something else.
    """

    column: str
    maximize: bool = False
    known: bool = False

    def __post_init__(self) -> None:
        settle(self, column=TEXT, maximize=FLAG, known=FLAG)


COLUMNS: Rule[tuple[GoalColumn, ...]] = each(instance(GoalColumn, 'GoalColumn("latency_ms")'))


@dataclass(frozen=True, slots=True, eq=False)
class Further:
    """A further goal of the architectures of a table.

    Attributes:
        measure: What it is; its name is that of the column.
        values: The number of each architecture.
        known: Whether strategies know it beforehand.

    Raises:
        DataError: If the values are no numbers by architectures.
        SettingError: If another part has another type.
    """

    measure: Measure
    values: Mapping[Architecture, float]
    known: bool = False

    def __post_init__(self) -> None:
        settle(self, measure=MEASURE, known=FLAG)
        values = MAPPING.raising(DataError)("values", self.values)
        check_architectures(values=[*values])
        _NUMBERS("values", tuple(values.values()))
        object.__setattr__(self, "values", MappingProxyType(dict(values)))

    @brief
    def __repr__(self) -> str:
        return f"{self.measure.name}{' (known)' * self.known}, {len(self.values):,} architectures"

    def of(self, members: Collection[Architecture]) -> "Further":
        """That of some of the architectures."""
        return replace(self, values={a: v for a, v in self.values.items() if a in members})

    @property
    def said(self) -> str:
        """What a file of results remembers of it."""
        rows = sorted((str(a), value) for a, value in self.values.items())
        content = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
        return f"{self.measure!r}{' known' * self.known} {content}"


FURTHER: Rule[tuple[Further, ...]] = each(instance(Further, "those of read_table(…, also=…)"))


def further_of(
    rows: Rows, members: Sequence[Architecture], columns: Sequence[GoalColumn], missing: str
) -> tuple[Further, ...]:
    """The further goals of a table.

    Args:
        rows: Its rows.
        members: The architecture of each.
        columns: Which columns they are.
        missing: "error", or "drop" where rows may lack a number.

    Raises:
        DataError: If rows lack one, and that is an error.
    """
    found = []
    for one in columns:
        numbers = rows.raw[one.column].to_numpy(dtype=np.float64)
        absent = ~np.isfinite(numbers)
        if absent.all() or (absent.any() and missing != "drop"):
            raise DataError(
                f"{rows.name}, column {one.column}: expected a number for each of "
                f"{len(numbers):,} architectures, got none for {int(absent.sum()):,}, such as "
                f'{members[int(np.flatnonzero(absent)[0])]}; pass missing="drop" to leave them out'
            )
        known = {a: v for a, v in zip(members, numbers.tolist(), strict=True) if np.isfinite(v)}
        bounds = {"lower": 0.0} if min(known.values()) >= 0 else {}
        measure = Measure(one.column, _unit(one.column), maximize=one.maximize, **bounds)
        found.append(Further(measure, known, one.known))
    return tuple(found)


def check_complete(
    values: Mapping[Architecture, float], further: Sequence[Further], fidelities: object
) -> None:
    """Check that further goals are known of each architecture, and go with the rest.

    Raises:
        DataError: If one lacks a number.
        SettingError: If there are fidelities.
    """
    if further and fidelities is not None:
        raise SettingError(
            "expected further goals with full trainings only, got them with fidelities; leave "
            "the one or the other out"
        )
    for one in further:
        lacking = [a for a in values if a not in one.values]
        if lacking:
            raise DataError(
                f"expected {one.measure.name} of each of {len(values):,} architectures, got none "
                f"for {len(lacking):,}, such as {lacking[0]}"
            )


def goals_of(
    measure: Measure, objective: TabularObjective, further: Sequence[Further]
) -> Goals | None:
    """What strategies are to serve; `None` where that is the value alone."""
    if not further:
        return None
    known = tuple(objective.beforehand(one.measure) for one in further if one.known)
    return Goals((measure, *(one.measure for one in further)), known)


def measured_of(further: Sequence[Further], members: Collection[Architecture]) -> dict[str, Any]:
    """What a trial tells beside its value, by the architecture's text."""
    return {str(a): {one.measure.name: one.values[a] for one in further} for a in members}


def _unit(column: str) -> str:
    """The unit that the name of a column ends with, where it is one of time or energy."""
    return {"ms": "ms", "s": "s", "mj": "mJ"}.get(column.rpartition("_")[2], "")
