"""The results of a benchmark as a table for a paper: Markdown, and LaTeX with booktabs.

Notation
    ±    one standard error of the mean over seeds
"""

import numpy as np
import pandas as pd

from nbnas.search.benchmark.finished import FinishedRuns
from nbnas.search.benchmark.summaries import Floats, standard_error

Cells = list[list[str]]


def summary(results: FinishedRuns) -> pd.DataFrame:
    """The numbers of the table, one row a strategy.

    Args:
        results: The runs.

    Returns:
        The columns strategy, seeds; for each budget k "best at k" and "± at k" (the unit of the
        file); "found" (share of seeds at the table's best after the last query), "test" and
        "± test" (the incumbent after the last query; only with a column of tests),
        "seconds" (median of a suggestion after the first ones).
    """
    return pd.DataFrame([_numbers(results, s) for s in results.present])


def markdown(results: FinishedRuns) -> str:
    """The summary in Markdown, with a line that explains it."""
    return in_markdown(_cells(results, "±"), _caption(results, "±"))


def latex(results: FinishedRuns) -> str:
    """The summary as a `tabular` of booktabs, with the explanation as a comment."""
    return in_latex(_cells(results, r"\pm"), _caption(results, "+-"))


def in_markdown(cells: Cells, caption: str) -> str:
    """Head and body in Markdown, with a line that explains them."""
    head, *body = cells
    align = ["---", *["--:"] * (len(head) - 1)]
    lines = [" | ".join(["", *cells, ""]).strip() for cells in (head, align, *body)]
    return "\n".join([*lines, "", caption])


def in_latex(cells: Cells, caption: str) -> str:
    """Head and body as a `tabular` of booktabs, with the explanation as a comment."""
    head, *body = ([_escaped(cell) for cell in row] for row in cells)
    rows = [" & ".join(row) + r" \\" for row in body]
    return "\n".join(
        [
            f"% {caption}",
            rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}",
            r"\toprule",
            " & ".join(head) + r" \\",
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
        ]
    )


def _numbers(results: FinishedRuns, strategy: str) -> dict[str, object]:
    best = results.traces(strategy)
    row: dict[str, object] = {"strategy": strategy, "seeds": len(best)}
    for budget in results.budgets:
        seen = best[:, results.place(budget)]
        row |= {f"best at {budget}": seen.mean(), f"± at {budget}": float(standard_error(seen))}
    row["found"] = float(results.hits(strategy)[:, -1].mean())
    if results.test:
        tests = results.traces(strategy, "test_of_best")[:, -1]
        row |= {"test": tests.mean(), "± test": float(standard_error(tests))}
    return row | {"seconds": median_seconds(results.traces(strategy, "seconds"), results.initial)}


def median_seconds(seconds: Floats, initial: int) -> float:
    """The median over seeds and queries; the random first ones do not count, if there are more."""
    after = seconds[:, initial:] if seconds.shape[1] > initial else seconds
    return float(np.median(after))


def _cells(results: FinishedRuns, plus_minus: str) -> Cells:
    """Head and body in words."""
    frame, digits = summary(results), results.unit.digits
    head = ["strategy", *(f"{b} queries" for b in results.budgets), "found"]
    head += [*["test"] * bool(results.test), "seconds"]
    names = [*(f"at {b}" for b in results.budgets)]
    body = []
    for row in frame.to_dict("records"):
        cells = [str(row["strategy"])]
        cells += [pair(row[f"best {n}"], row[f"± {n}"], digits, plus_minus) for n in names]
        cells.append(f"{row['found']:.2f}")
        if results.test:
            cells.append(pair(row["test"], row["± test"], digits, plus_minus))
        body.append([*cells, f"{row['seconds']:.3f}" if row["seconds"] >= 0.001 else "< 0.001"])
    return [head, *body]


def pair(value: float, error: float, digits: int, plus_minus: str) -> str:
    """A mean with its standard error."""
    said = f"{value:.{digits}f}"
    return said if np.isnan(error) else f"{said} {plus_minus} {error:.{digits}f}"


def _caption(results: FinishedRuns, plus_minus: str) -> str:
    return (
        f"Mean best {results.unit.title(results.value)} {plus_minus} standard error over "
        f"{seeds_of(results)}; found: share of seeds at the best of the table "
        f"({results.optimum:g}) after the last query; "
        + f"test: mean {results.test} of the incumbent after the last query; "
        * bool(results.test)
        + "seconds: median of a suggestion after the "
        f"first {results.initial}, which know no values."
    )


def seeds_of(results: FinishedRuns) -> str:
    """Such as "20 seeds", or "3 to 4 seeds"."""
    numbers = sorted({len(results.seeds(strategy)) for strategy in results.present}) or [0]
    few = f"{numbers[0]} to " if len(numbers) > 1 else ""
    return f"{few}{numbers[-1]} seed{'s' * (numbers[-1] != 1)}"


def _escaped(text: str) -> str:
    r"""A cell for LaTeX; signs of mathematics as such.

    Example:
        >>> _escaped(r"91.61 \pm 0.01"), _escaped("< 0.001"), _escaped("a_b"), _escaped("0.13")
        ('$91.61 \\pm 0.01$', '$< 0.001$', 'a\\_b', '0.13')
    """
    if r" \pm " in text or text.startswith("<"):
        return f"${text}$"
    for sign in "&%$#_{}":
        text = text.replace(sign, rf"\{sign}")
    return text
