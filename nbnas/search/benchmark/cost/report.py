"""The results of a benchmark by cost as a table for a paper: Markdown, and LaTeX with booktabs.

Notation
    ±      one standard error of the mean over seeds
    (.5)   the share of seeds that have found the best of the table
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.brief import brief
from nbnas.search.benchmark.report import Cells, in_latex, in_markdown, pair
from nbnas.search.benchmark.unit import Unit

NOTHING = "\N{EN DASH}"  # where a seed has no full training yet, or half of them no best


@dataclass(frozen=True, slots=True)
class Line:
    """What one strategy found.

    Attributes:
        strategy: What it is called.
        seeds: Number of its seeds.
        best: Mean of the best at each budget; NaN where a seed has no full training yet.
        errors: Their standard errors.
        shares: Share of seeds that have found the best of the table, at each budget.
        half: At which cost half of the seeds had; infinite where they had not.
        looks: Mean number of looks in a run.
        full: Mean number of full trainings in a run.
        test: Mean value of the last incumbent on test data; NaN where it is not known.
        test_error: Its standard error.
        seconds: Median time of a suggestion.
    """

    strategy: str
    seeds: int
    best: tuple[float, ...]
    errors: tuple[float, ...]
    shares: tuple[float, ...]
    half: float
    looks: float
    full: float
    test: float
    test_error: float
    seconds: float

    @brief
    def __repr__(self) -> str:
        return f"{self.strategy}: {self.best[-1]:g} ({self.shares[-1]:g})"


@dataclass(frozen=True, slots=True)
class Summary:
    """All lines, and what they are of.

    Attributes:
        lines: A line for each strategy.
        budgets: The costs at which they are told.
        value: What is measured, with its unit.
        unit: That unit.
        optimum: The best of the table.
        test: Name of the column of values on test data, or empty.
        seeds: Number of seeds, in words.
    """

    lines: Sequence[Line]
    budgets: tuple[float, ...]
    value: str
    unit: Unit
    optimum: float
    test: str
    seeds: str

    @brief
    def __repr__(self) -> str:
        costs = ", ".join(f"{budget:g}" for budget in self.budgets)
        return f"{len(self.lines)} strategies at costs {costs}"

    @property
    def markdown(self) -> str:
        """The summary in Markdown, with a line that explains it."""
        return in_markdown(self._cells("±"), self._caption("±"))

    @property
    def latex(self) -> str:
        """The summary as a `tabular` of booktabs, with the explanation as a comment."""
        return in_latex(self._cells(r"\pm"), self._caption("+-"))

    def _cells(self, plus_minus: str) -> Cells:
        head = ["strategy", *(f"cost {budget:g}" for budget in self.budgets), "half at"]
        head += [*["test"] * bool(self.test), "looks", "full", "seconds"]
        return [head, *(self._line(line, plus_minus) for line in self.lines)]

    def _line(self, line: Line, plus_minus: str) -> list[str]:
        digits = self.unit.digits
        cells = [line.strategy]
        for mean, error, share in zip(line.best, line.errors, line.shares, strict=True):
            said = pair(mean, error, digits, plus_minus)
            cells.append(NOTHING if np.isnan(mean) else f"{said} ({share:.2f})")
        cells.append(f"{line.half:.3g}" if np.isfinite(line.half) else NOTHING)
        if self.test:
            said = pair(line.test, line.test_error, digits, plus_minus)
            cells.append(NOTHING if np.isnan(line.test) else said)
        seconds = f"{line.seconds:.3f}" if line.seconds >= 0.001 else "< 0.001"
        return [*cells, f"{line.looks:.0f}", f"{line.full:.0f}", seconds]

    def _caption(self, plus_minus: str) -> str:
        return (
            f"Mean best {self.value} {plus_minus} standard error over {self.seeds} where all "
            "trainings have cost so many full ones, and the share of seeds that have found the "
            f"best of the table ({self.optimum:g}); half at: the cost at which half of the seeds "
            "have; "
            + f"test: mean {self.test} of the last incumbent; "
            * bool(self.test)
            + "looks, full: mean number of trainings that go less far, and of full ones; seconds: "
            "median of a suggestion."
        )
