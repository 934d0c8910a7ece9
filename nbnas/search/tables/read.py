"""How an objective is made of a table: the part of `TabularObjective` that reads."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self, Unpack

from nbnas.graphs.space import SearchSpace
from nbnas.records import ACCURACY, Measure
from nbnas.search.tables.columns import fields_of
from nbnas.search.tables.notations import AS_WRITTEN
from nbnas.search.tables.options import Columns, Options, Reading
from nbnas.search.tables.reading import read_rows
from nbnas.search.tables.source import Source
from nbnas.search.tables.spaces import check_settings


class FromTable:
    """Reads itself from a table; a subclass has the fields that `fields_of` gives."""

    __slots__ = ()
    by_epochs: ClassVar[bool] = True  # what a training costs: a search need not ask for each
    name: str
    values: Mapping[str, float]

    def for_space(self, space: SearchSpace) -> Self:
        """The table itself, where it can be about a space's settings.

        Args:
            space: The space that is searched.

        Raises:
            SettingError: If the space has settings, and the table knows of none of them.
        """
        check_settings(self.name, self.values, space)
        return self

    @classmethod
    def from_table(
        cls,
        source: Source,
        *,
        value: str | Sequence[str],
        architecture: str | Sequence[str] = "arch_str",
        test: str | None = None,
        cost: str | None = None,
        measure: Measure | None = None,
        **options: Unpack[Options],
    ) -> Self:
        """Read a table with one architecture a row.

        Args:
            source: The path of a file, packed (gzip, bzip2, xz, zip, Zstandard) or not: CSV with
                any separator and decimal mark, JSON, JSON lines, or Parquet where pyarrow is
                installed; or a pandas DataFrame.
            value: Column of the values, or the columns of several runs, whose mean over those that
                are there is the value. Of fractions, percent and percent signs are understood.
            architecture: Column of the architectures; or the two columns of matrices and
                operations, as in NAS-Bench-101.
            test: Column of the values on test data.
            cost: Column of the seconds that a training takes.
            measure: What the values are, and which way is better; validation accuracy by default.
            **options: Any of `Reading`: `measured`, `notation`, `unit`, `missing`, `repeated`,
                `run`, `curve`, `parameters`, `multiply_adds`, `pace`, `fidelities`, `looks`.

        Returns:
            The objective. The order of the rows changes nothing.

        Raises:
            DataError: If the table cannot be read, a column is missing, or a row is not as it
                should be; the message names the row and says what to do.
            SettingError: If there is no such option or run.

        Example:
            >>> import pandas as pd
            >>> from nbnas.search.tables.tabular import TabularObjective
            >>> cell = "|none~0|+|none~0|none~1|+|none~0|none~1|nor_conv_3x3~2|"
            >>> frame = pd.DataFrame({"arch": [cell], "loss": ["0,7"], "ms": [3.2]})
            >>> loss = Measure("loss", maximize=False, lower=0)
            >>> objective = TabularObjective.from_table(
            ...     frame, architecture="arch", value="loss", measure=loss, measured=("ms",)
            ... )
            >>> objective.optimum, objective.measured[cell]
            (0.7, {'ms': 3.2})
        """
        columns = Columns(architecture, value, test, cost)
        reading = Reading.of(options)
        rows = read_rows(source, columns, measure, reading)
        return cls(**fields_of(rows, columns, reading, measure or ACCURACY))

    @classmethod
    def from_csv(cls, path: Source, **columns: Any) -> Self:  # noqa: ANN401
        """Read a table as `from_table` does; deprecated.

        Texts of architectures are taken as they are written, and rows without a value are failed
        trials, as before.
        """
        warnings.warn(
            "TabularObjective.from_csv is deprecated: use TabularObjective.from_table, which "
            "takes the same names",
            DeprecationWarning,
            stacklevel=2,
        )
        return cls.from_table(path, **{"notation": AS_WRITTEN, "missing": "fail", **columns})
