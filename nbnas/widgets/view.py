"""What is seen of an object: `view` gives a line of text and a chart.

Objects are looked up by the name of their class, so that showing an architecture does not import
what a search needs.
"""

import functools
import importlib
from dataclasses import dataclass
from typing import Any

from nbnas.charts.theme import AnyChart


@dataclass(frozen=True, slots=True)
class View:
    """What is seen of an object.

    Attributes:
        summary: One line in words; it stands below the chart, and for it where there is none.
        chart: The picture, where there is something to draw.
    """

    summary: str
    chart: AnyChart | None = None


SUBJECTS = {
    "nbnas.graphs.architecture.Architecture": "nbnas.widgets.graphs:architecture",
    "nbnas.graphs.cell.CellSpace": "nbnas.widgets.graphs:space",
    "nbnas.graphs.distance.Explanation": "nbnas.widgets.graphs:explanation",
    "nbnas.graphs.chain.ChainSpace": "nbnas.widgets.graphs:space",
    "nbnas.graphs.cnn.CnnSpace": "nbnas.widgets.graphs:space",
    "nbnas.graphs.dag.DagSpace": "nbnas.widgets.graphs:space",
    "nbnas.graphs.recurrent.RecurrentSpace": "nbnas.widgets.graphs:space",
    "nbnas.graphs.subspace.Subspace": "nbnas.widgets.graphs:space",
    "nbnas.records.Evaluation": "nbnas.widgets.trials:evaluation",
    "nbnas.records.Observations": "nbnas.widgets.trials:observations",
    "nbnas.records.Proposal": "nbnas.widgets.model:proposal",
    "nbnas.surrogate.diagnosis.Diagnosis": "nbnas.widgets.model:diagnosis",
    "nbnas.surrogate.diagnosis.Diagnoses": "nbnas.widgets.model:diagnoses",
    "nbnas.surrogate.posterior.Posterior": "nbnas.widgets.model:posterior",
    "nbnas.surrogate.ensemble_posterior.EnsemblePosterior": "nbnas.widgets.model:posterior",
    "nbnas.surrogate.leave_one_out.LeaveOneOut": "nbnas.widgets.model:leave_one_out",
    "nbnas.training.live.LiveTraining": "nbnas.widgets.trials:training",
    "nbnas.records.Comparison": "nbnas.widgets.search:comparison",
    "nbnas.search.search.Search": "nbnas.widgets.search:search",
    "nbnas.search.benchmark.Benchmark": "nbnas.widgets.benchmark:benchmark",
    "nbnas.search.benchmark_results.BenchmarkCurves": "nbnas.widgets.benchmark:curves",
    "nbnas.search.benchmark_results.BenchmarkResults": "nbnas.widgets.benchmark:results",
    "nbnas.search.summaries.PairedDifferences": "nbnas.widgets.benchmark:paired",
}


@functools.singledispatch
def view(thing: Any) -> View:  # noqa: ANN401
    """What is seen of an object.

    Args:
        thing: An object of nbnas, or of a class for which a view is registered.

    Returns:
        Its view.

    Raises:
        TypeError: If there is no view for its class.

    Example:
        >>> from nbnas.graphs.cell import CellSpace
        >>> view(CellSpace().sample(0, 1)[0]).summary
        'Cell pool | 3×3+1×1 | skip+skip+–: 3 of 6 edges carry data from input to output; \
2 more lead nowhere (faint).'
    """
    for cls in type(thing).__mro__:
        found = SUBJECTS.get(f"{cls.__module__}.{cls.__qualname__}")
        if found is not None:
            module, _, function = found.partition(":")
            registered = view.register(cls, getattr(importlib.import_module(module), function))
            return registered(thing)
    raise TypeError(
        f"expected an object that nbnas can draw, got {type(thing).__module__}."
        f"{type(thing).__qualname__}; give its class a view with @nbnas.widgets.view.register"
    )
