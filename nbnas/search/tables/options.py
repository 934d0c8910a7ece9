"""What a reader of a table says of it: its columns, and how they are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TypedDict

from nbnas.checks import MAPPING, settle
from nbnas.errors import SettingError
from nbnas.records import Fidelities
from nbnas.records.fidelities import FIDELITIES
from nbnas.search.tables.notations import Notation
from nbnas.search.tables.units import UNITS

MISSING = ("error", "drop", "fail")
REPEATED = ("error", "mean")


class Options(TypedDict, total=False):
    """The options of `TabularObjective.from_table` by name, for type checkers; see `Reading`."""

    measured: Sequence[str]
    notation: Notation
    unit: str
    missing: str
    repeated: str
    run: int | None
    curve: Sequence[str]
    parameters: str | None
    multiply_adds: str | None
    pace: float
    fidelities: Fidelities | None
    looks: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is read, beside its main columns.

    Args:
        measured: Further columns of numbers that become `Evaluation.measured`, in units of their
            own; numbers with percent signs become fractions.
        notation: How architectures are written: empty for the notation of one of nbnas's spaces,
            or NAS-Bench-101's two columns of matrices and operations; a space of your own;
            "nas-bench-201" (official strings), "naslib" (six operation indices in NASLib's
            order), "nas-bench-201-index", "nas-bench-101"; "text" takes texts as they are.
        unit: "percent" or "fraction" where it could be mistaken; empty otherwise.
        missing: What becomes of a row without a value: "error", "drop" (it is left out) or "fail"
            (a failed trial).
        repeated: What becomes of architectures that stand in several rows: "error", or "mean" for
            the mean of their rows.
        run: Which of several columns of values is the value, from 0; regret is told by their mean.
        curve: Columns of the validation accuracy after each epoch, in order.
        parameters: Column of the number of trainable weights; in millions if its name ends with
            "_m". A table with fidelities has one that is so called (`params`, `c10_params_m`
            beside `c10_valid_200`) without being told.
        multiply_adds: Column of the number of multiply-adds for one image, likewise.
        pace: Seconds to wait for each second that a training took.
        fidelities: The lengths of training, where the table has several: `Fidelities((12, 200))`.
        looks: The column of the values after each smaller number of epochs, `{12: "valid_12"}`;
            those of `curve` where one is absent.

    Raises:
        SettingError: If a word is unknown, or names are no texts.
    """

    measured: Sequence[str] = ()
    notation: Notation = ""
    unit: str = ""
    missing: str = "error"
    repeated: str = "error"
    run: int | None = None
    curve: Sequence[str] = ()
    parameters: str | None = None
    multiply_adds: str | None = None
    pace: float = 0.0
    fidelities: Fidelities | None = None
    looks: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, words in (
            *(("unit", ("", *UNITS)), ("missing", MISSING), ("repeated", REPEATED)),
        ):
            if getattr(self, name) not in words:
                raise SettingError(
                    f"expected {name} out of {', '.join(map(repr, words))}, "
                    f"got {getattr(self, name)!r:.100}"
                )
        for name in ("measured", "curve"):
            object.__setattr__(self, name, column_names(name, getattr(self, name)))
        check_name("parameters", self.parameters)
        settle(self, fidelities=FIDELITIES.optional, looks=MAPPING)
        for column in self.looks.values():
            check_name("looks", column)
        check_name("multiply_adds", self.multiply_adds)

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "Reading":
        """The reading of some options by name.

        Raises:
            SettingError: If there is no such option.
        """
        known = [part.name for part in fields(cls)]
        unknown = [name for name in options if name not in known]
        if unknown:
            raise SettingError(
                f"unknown option {', '.join(unknown)}; there are architecture, value, test, cost, "
                f"measure, {', '.join(known)}"
            )
        return cls(**options)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Columns:
    """The main columns of a table.

    Args:
        architecture: Column of the architecture, or the two of NAS-Bench-101's matrix and
            operations.
        value: Column of the value, or the columns of several runs.
        test: Column of the value on test data.
        cost: Column of the seconds that a training takes.

    Raises:
        SettingError: If one is no name, or there is no column of values.
    """

    architecture: Sequence[str]
    value: Sequence[str]
    test: str | None = None
    cost: str | None = None

    def __post_init__(self) -> None:
        for name in ("architecture", "value"):
            names = column_names(name, getattr(self, name))
            object.__setattr__(self, name, names)
            if not names:
                raise SettingError(f"expected a column as {name}, got none")
        check_name("test", self.test)
        check_name("cost", self.cost)


def column_names(what: str, names: object) -> tuple[str, ...]:
    """A name, or several, as a tuple.

    Raises:
        SettingError: If these are no names.
    """
    given = tuple(names) if isinstance(names, list | tuple) else (names,)
    found = tuple(name for name in given if isinstance(name, str) and name)
    if len(found) < len(given):
        raise SettingError(f"expected the name of a column as {what}, got {names!r:.100}")
    return found


def check_name(what: str, name: object) -> None:
    """Check that something is the name of one column, or `None`.

    Raises:
        SettingError: If it is something else.
    """
    if name is not None and not (isinstance(name, str) and name):
        raise SettingError(f"expected the name of a column as {what}, or None, got {name!r:.100}")


def check_run(runs: Sequence[str], run: object) -> None:
    """Check that there is such a run.

    Raises:
        SettingError: If there is not.
    """
    whole = isinstance(run, int) and not isinstance(run, bool)
    if run is not None and (not whole or run not in range(len(runs))):
        raise SettingError(
            f"expected columns of values and a run from 0 to {len(runs) - 1}, or None for their "
            f"mean; got value={list(runs)!r:.200} and run={run!r:.100}"
        )
