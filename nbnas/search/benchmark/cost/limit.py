"""How long a run of a benchmark goes on: so many queries, or so much cost.

Notation
    cost    what trainings take, in full ones; a run ends with the training that reaches its cost
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nbnas.brief import brief
from nbnas.checks import real, whole
from nbnas.errors import SettingError
from nbnas.records.fidelities import ROUNDING
from nbnas.search.benchmark.file import Row
from nbnas.search.benchmark.table import BenchmarkTable


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a run goes on, made by `limit_of`.

    Attributes:
        queries: Number of queries; `None` where the cost counts.
        cost: What its trainings cost together, in full trainings; `None` where queries count.
    """

    queries: int | None = None
    cost: float | None = None

    @brief
    def __repr__(self) -> str:
        return f"{self.queries} queries" if self.cost is None else f"cost {self.cost:g}"

    def reached(self, rows: Sequence[Row]) -> bool:
        """Whether rows are a whole run."""
        if self.cost is None:
            return len(rows) >= (self.queries or 0)
        return bool(rows) and (rows[-1].cost or 0.0) >= self.cost - ROUNDING


def limit_of(table: BenchmarkTable, queries: object) -> Limit:
    """How long runs on a table go on.

    Args:
        table: The table.
        queries: Number of queries; where the table has fidelities, their cost.

    Raises:
        SettingError: If it is too small, or more than there are architectures.
    """
    paid, most = table.fidelities is not None, len(table.values)
    number = real(above=0)("queries", queries) if paid else whole(1)("queries", queries)
    if number > most:
        what = "a cost above 0 and up" if paid else "queries from 1"
        raise SettingError(
            f"expected {what} to the {most:,} architectures of the table, got queries={number:g}"
        )
    return Limit(cost=float(number)) if paid else Limit(int(number))
