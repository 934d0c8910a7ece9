"""What is seen of an object: `view` gives a line of text and a chart.

Objects are looked up by the name of their class, so that showing an architecture does not import
what a search needs.
"""

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from nbnas.charts.theme import AnyChart


class Controls(Protocol):
    """What stands in a picture's place where widgets live: a `nbnas.widgets.panel.Panel`."""

    widget: Any

    def update(self, *, final: bool = False) -> None:
        """Redraw soon; before returning, if it is final."""


@dataclass(frozen=True, slots=True)
class View:
    """What is seen of an object.

    Attributes:
        summary: One line in words; it stands below the chart, and for it where there is none.
        chart: The picture, where there is something to draw.
        panel: Makes what stands in the picture's place where widgets live: the picture with
            controls. It is not called elsewhere, so that no widget is made there.
    """

    summary: str
    chart: AnyChart | None = None
    panel: Callable[[], Controls] | None = None


_DISTANCES = (
    "nbnas.graphs.distances.edit.distance.EditDistance",
    "nbnas.graphs.distances.hamming.HammingDistance",
    "nbnas.graphs.distances.otmann.distance.OtmannDistance",
    "nbnas.graphs.distances.path.PathDistance",
    "nbnas.graphs.distances.weisfeiler_lehman.WeisfeilerLehmanDistance",
)
_ACQUISITIONS = (
    "nbnas.surrogate.acquisition.improvement.ExpectedImprovement",
    "nbnas.surrogate.acquisition.improvement.LogExpectedImprovement",
    "nbnas.surrogate.acquisition.improvement.ProbabilityOfImprovement",
    "nbnas.surrogate.acquisition.improvement.UpperConfidenceBound",
    "nbnas.surrogate.acquisition.improvement.GrowingUpperConfidenceBound",
)
_THOMPSON = (
    "nbnas.surrogate.acquisition.thompson.ThompsonSampling",
    "nbnas.surrogate.acquisition.thompson.IndependentThompsonSampling",
)
_NOISY = ("nbnas.surrogate.acquisition.noisy.NoisyExpectedImprovement",)
_POSTERIORS = (
    "nbnas.surrogate.process.posterior.Posterior",
    "nbnas.surrogate.ensemble.posterior.EnsemblePosterior",
)
_KERNELS = (
    "nbnas.surrogate.kernels.distance.DistanceKernel",
    "nbnas.surrogate.kernels.distance.SquaredDistanceKernel",
    "nbnas.surrogate.kernels.weisfeiler_lehman.WeisfeilerLehmanKernel",
    "nbnas.surrogate.kernels.knowledge.KnowledgeKernel",
    "gpytorch.kernels.kernel.AdditiveKernel",  # these three where they are made of ours
    "gpytorch.kernels.kernel.ProductKernel",
    "gpytorch.kernels.scale_kernel.ScaleKernel",
)
SUBJECTS = {
    **dict.fromkeys(_DISTANCES, "nbnas.widgets.graphs.distance:distance"),
    **dict.fromkeys(_ACQUISITIONS, "nbnas.widgets.surrogate.acquisition:acquisition"),
    **dict.fromkeys(_THOMPSON, "nbnas.widgets.surrogate.thompson:thompson"),
    **dict.fromkeys(_NOISY, "nbnas.widgets.surrogate.noisy:noisy"),
    **dict.fromkeys(_KERNELS, "nbnas.widgets.surrogate.prior:kernel"),
    "nbnas.graphs.architecture.Architecture": "nbnas.widgets.graphs.architecture:architecture",
    "nbnas.graphs.spaces.cell.CellSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.distances.distance.Explanation": "nbnas.widgets.graphs.distance:explanation",
    "nbnas.graphs.spaces.chain.space.ChainSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.cnn.space.CnnSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.dag.space.DagSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.recurrent.space.RecurrentSpace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.spaces.subspace.Subspace": "nbnas.widgets.graphs.space:space",
    "nbnas.graphs.distances.embedding.Embedding": "nbnas.widgets.graphs.embedding:embedding",
    "nbnas.records.evaluation.Evaluation": "nbnas.widgets.search.trials:evaluation",
    "nbnas.records.observations.Observations": "nbnas.widgets.search.trials:observations",
    "nbnas.records.proposal.Proposal": "nbnas.widgets.search.proposal:proposal",
    "nbnas.surrogate.process.prior.GaussianProcess": "nbnas.widgets.surrogate.prior:prior",
    "nbnas.surrogate.process.evidence.Evidence": "nbnas.widgets.surrogate.prior:evidence",
    "nbnas.surrogate.process.diagnosis.Diagnosis": "nbnas.widgets.surrogate.diagnosis:diagnosis",
    "nbnas.surrogate.process.diagnosis.Diagnoses": "nbnas.widgets.surrogate.diagnosis:diagnoses",
    **dict.fromkeys(_POSTERIORS, "nbnas.widgets.surrogate.posterior:posterior"),
    "nbnas.surrogate.leave_one_out.LeaveOneOut": "nbnas.widgets.surrogate.posterior:leave_one_out",
    "nbnas.training.live.LiveTraining": "nbnas.widgets.training.training:training",
    "nbnas.records.observations.Comparison": "nbnas.widgets.search.search:comparison",
    "nbnas.search.replay.Round": "nbnas.widgets.search.round:round_",
    "nbnas.surrogate.process.why.Why": "nbnas.widgets.search.round:why",
    "nbnas.search.search.Search": "nbnas.widgets.search.search:search",
    "nbnas.search.benchmark.benchmark.Benchmark": "nbnas.widgets.search.benchmark:benchmark",
    "nbnas.search.benchmark.results.BenchmarkCurves": "nbnas.widgets.search.benchmark:curves",
    "nbnas.search.benchmark.results.BenchmarkResults": "nbnas.widgets.search.benchmark:results",
    "nbnas.search.benchmark.summaries.PairedDifferences": "nbnas.widgets.search.benchmark:paired",
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
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> view(CellSpace().sample(0, 1)[0]).summary.partition(" Its string")[0]
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
