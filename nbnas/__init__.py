"""nbnas: Bayesian optimisation over neural architectures that you can see and touch in a notebook.

Names resolve on first use (PEP 562), so that importing the package is quick and loads neither
torch nor altair. Where an IPython shell runs, objects left as the last line of a cell draw
themselves; `%load_ext nbnas` asks for that explicitly.

Example:
    >>> import nbnas as nb
    >>> nb.CellSpace().size
    15625
"""

import importlib
import sys
import warnings
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from nbnas.waiting import WATCHERS

if TYPE_CHECKING:
    from nbnas.batch import run_notebook as run_notebook
    from nbnas.errors import NbnasError as NbnasError
    from nbnas.graphs.architecture import Architecture as Architecture
    from nbnas.graphs.distances.distance import Explanation as Explanation
    from nbnas.graphs.distances.distance import explain as explain
    from nbnas.graphs.distances.edit.distance import EditDistance as EditDistance
    from nbnas.graphs.distances.embedding import Embedding as Embedding
    from nbnas.graphs.distances.embedding import embed as embed
    from nbnas.graphs.distances.hamming import HammingDistance as HammingDistance
    from nbnas.graphs.distances.otmann.distance import OtmannDistance as OtmannDistance
    from nbnas.graphs.distances.path import PathDistance as PathDistance
    from nbnas.graphs.distances.weisfeiler_lehman import (
        WeisfeilerLehmanDistance as WeisfeilerLehmanDistance,
    )
    from nbnas.graphs.spaces.cell import CellSpace as CellSpace
    from nbnas.graphs.spaces.chain.space import ChainSpace as ChainSpace
    from nbnas.graphs.spaces.cnn.space import CnnSpace as CnnSpace
    from nbnas.graphs.spaces.dag.space import DagSpace as DagSpace
    from nbnas.graphs.spaces.layers import Layer as Layer
    from nbnas.graphs.spaces.recurrent.space import RecurrentSpace as RecurrentSpace
    from nbnas.graphs.spaces.subspace import Subspace as Subspace
    from nbnas.notebook.benchmark import read_benchmark_parameters as read_benchmark_parameters
    from nbnas.notebook.distances import read_distance_parameters as read_distance_parameters
    from nbnas.notebook.search import read_parameters as read_parameters
    from nbnas.records.evaluation import EpochReport as EpochReport
    from nbnas.records.evaluation import Evaluation as Evaluation
    from nbnas.records.measure import ACCURACY as ACCURACY
    from nbnas.records.measure import Measure as Measure
    from nbnas.records.observations import Comparison as Comparison
    from nbnas.records.observations import Observations as Observations
    from nbnas.records.proposal import Candidate as Candidate
    from nbnas.records.proposal import Proposal as Proposal
    from nbnas.records.proposal import Step as Step
    from nbnas.search.benchmark.benchmark import Benchmark as Benchmark
    from nbnas.search.benchmark.results import BenchmarkCurves as BenchmarkCurves
    from nbnas.search.benchmark.results import BenchmarkResults as BenchmarkResults
    from nbnas.search.benchmark.summaries import PairedDifferences as PairedDifferences
    from nbnas.search.benchmark.table import BenchmarkTable as BenchmarkTable
    from nbnas.search.maximizers.ascent import LocalAscent as LocalAscent
    from nbnas.search.maximizers.evolutionary import Evolutionary as Evolutionary
    from nbnas.search.maximizers.exhaustive import Automatic as Automatic
    from nbnas.search.maximizers.exhaustive import Exhaustive as Exhaustive
    from nbnas.search.maximizers.pool import RandomPool as RandomPool
    from nbnas.search.pending import Fantasies as Fantasies
    from nbnas.search.pending import KrigingBeliever as KrigingBeliever
    from nbnas.search.pending import LocalPenalization as LocalPenalization
    from nbnas.search.recorded import RecordedTraining as RecordedTraining
    from nbnas.search.replay import Round as Round
    from nbnas.search.replay import replay as replay
    from nbnas.search.replay import what_if as what_if
    from nbnas.search.search import Search as Search
    from nbnas.search.store.trials import load_trials as load_trials
    from nbnas.search.strategies.bayesian import BayesianOptimization as BayesianOptimization
    from nbnas.search.strategies.evolution import RegularizedEvolution as RegularizedEvolution
    from nbnas.search.strategies.local_search import LocalSearch as LocalSearch
    from nbnas.search.strategies.random import RandomSearch as RandomSearch
    from nbnas.search.strategies.reinforce import Reinforce as Reinforce
    from nbnas.search.strategies.tpe import Tpe as Tpe
    from nbnas.search.tables.tabular import TabularObjective as TabularObjective
    from nbnas.surrogate.acquisition.improvement import ExpectedImprovement as ExpectedImprovement
    from nbnas.surrogate.acquisition.improvement import (
        GrowingUpperConfidenceBound as GrowingUpperConfidenceBound,
    )
    from nbnas.surrogate.acquisition.improvement import (
        LogExpectedImprovement as LogExpectedImprovement,
    )
    from nbnas.surrogate.acquisition.improvement import (
        ProbabilityOfImprovement as ProbabilityOfImprovement,
    )
    from nbnas.surrogate.acquisition.improvement import (
        UpperConfidenceBound as UpperConfidenceBound,
    )
    from nbnas.surrogate.acquisition.noisy import (
        NoisyExpectedImprovement as NoisyExpectedImprovement,
    )
    from nbnas.surrogate.acquisition.thompson import (
        IndependentThompsonSampling as IndependentThompsonSampling,
    )
    from nbnas.surrogate.acquisition.thompson import ThompsonSampling as ThompsonSampling
    from nbnas.surrogate.ensemble.encoding import OperationEncoding as OperationEncoding
    from nbnas.surrogate.ensemble.encoding import PathEncoding as PathEncoding
    from nbnas.surrogate.ensemble.posterior import EnsemblePosterior as EnsemblePosterior
    from nbnas.surrogate.ensemble.prior import Ensemble as Ensemble
    from nbnas.surrogate.kernels.distance import DistanceKernel as DistanceKernel
    from nbnas.surrogate.kernels.distance import SquaredDistanceKernel as SquaredDistanceKernel
    from nbnas.surrogate.kernels.knowledge import Knowledge as Knowledge
    from nbnas.surrogate.kernels.knowledge import KnowledgeKernel as KnowledgeKernel
    from nbnas.surrogate.kernels.weisfeiler_lehman import (
        WeisfeilerLehmanKernel as WeisfeilerLehmanKernel,
    )
    from nbnas.surrogate.leave_one_out import LeaveOneOut as LeaveOneOut
    from nbnas.surrogate.negative_log_error import NegativeLogError as NegativeLogError
    from nbnas.surrogate.normal_scores import NormalScores as NormalScores
    from nbnas.surrogate.process.diagnosis import Diagnoses as Diagnoses
    from nbnas.surrogate.process.diagnosis import Diagnosis as Diagnosis
    from nbnas.surrogate.process.diagnosis import diagnose as diagnose
    from nbnas.surrogate.process.evidence import Evidence as Evidence
    from nbnas.surrogate.process.posterior import Posterior as Posterior
    from nbnas.surrogate.process.prior import GaussianProcess as GaussianProcess
    from nbnas.surrogate.process.why import Neighbor as Neighbor
    from nbnas.surrogate.process.why import Why as Why
    from nbnas.surrogate.process.why import why as why
    from nbnas.training.data.images import ImageData as ImageData
    from nbnas.training.data.images import cifar10 as cifar10
    from nbnas.training.data.images import digits as digits
    from nbnas.training.data.images import from_arrays as from_arrays
    from nbnas.training.live import LiveTraining as LiveTraining
    from nbnas.training.proxies.scores import jacov as jacov
    from nbnas.training.proxies.scores import nwot as nwot
    from nbnas.training.proxies.scores import synflow as synflow
    from nbnas.training.proxies.zero_cost import Scored as Scored
    from nbnas.training.proxies.zero_cost import ZeroCost as ZeroCost
    from nbnas.training.run import Training as Training
    from nbnas.training.schedule import Cosine as Cosine
    from nbnas.training.schedule import OneCycle as OneCycle
    from nbnas.training.trainer import Trainer as Trainer

_NAMES = {
    "ACCURACY": "nbnas.records.measure",
    "Architecture": "nbnas.graphs.architecture",
    "Automatic": "nbnas.search.maximizers.exhaustive",
    "BayesianOptimization": "nbnas.search.strategies.bayesian",
    "Benchmark": "nbnas.search.benchmark.benchmark",
    "BenchmarkCurves": "nbnas.search.benchmark.results",
    "BenchmarkResults": "nbnas.search.benchmark.results",
    "BenchmarkTable": "nbnas.search.benchmark.table",
    "Candidate": "nbnas.records.proposal",
    "CellSpace": "nbnas.graphs.spaces.cell",
    "ChainSpace": "nbnas.graphs.spaces.chain.space",
    "CnnSpace": "nbnas.graphs.spaces.cnn.space",
    "Comparison": "nbnas.records.observations",
    "Cosine": "nbnas.training.schedule",
    "DagSpace": "nbnas.graphs.spaces.dag.space",
    "Diagnoses": "nbnas.surrogate.process.diagnosis",
    "Diagnosis": "nbnas.surrogate.process.diagnosis",
    "DistanceKernel": "nbnas.surrogate.kernels.distance",
    "EditDistance": "nbnas.graphs.distances.edit.distance",
    "Embedding": "nbnas.graphs.distances.embedding",
    "Ensemble": "nbnas.surrogate.ensemble.prior",
    "EnsemblePosterior": "nbnas.surrogate.ensemble.posterior",
    "EpochReport": "nbnas.records.evaluation",
    "Evaluation": "nbnas.records.evaluation",
    "Evidence": "nbnas.surrogate.process.evidence",
    "Evolutionary": "nbnas.search.maximizers.evolutionary",
    "Exhaustive": "nbnas.search.maximizers.exhaustive",
    "ExpectedImprovement": "nbnas.surrogate.acquisition.improvement",
    "Explanation": "nbnas.graphs.distances.distance",
    "Fantasies": "nbnas.search.pending",
    "GaussianProcess": "nbnas.surrogate.process.prior",
    "GrowingUpperConfidenceBound": "nbnas.surrogate.acquisition.improvement",
    "HammingDistance": "nbnas.graphs.distances.hamming",
    "ImageData": "nbnas.training.data.images",
    "IndependentThompsonSampling": "nbnas.surrogate.acquisition.thompson",
    "Knowledge": "nbnas.surrogate.kernels.knowledge",
    "KnowledgeKernel": "nbnas.surrogate.kernels.knowledge",
    "KrigingBeliever": "nbnas.search.pending",
    "Layer": "nbnas.graphs.spaces.layers",
    "LeaveOneOut": "nbnas.surrogate.leave_one_out",
    "LiveTraining": "nbnas.training.live",
    "LocalAscent": "nbnas.search.maximizers.ascent",
    "LocalPenalization": "nbnas.search.pending",
    "LocalSearch": "nbnas.search.strategies.local_search",
    "LogExpectedImprovement": "nbnas.surrogate.acquisition.improvement",
    "Measure": "nbnas.records.measure",
    "NbnasError": "nbnas.errors",
    "NegativeLogError": "nbnas.surrogate.negative_log_error",
    "Neighbor": "nbnas.surrogate.process.why",
    "NoisyExpectedImprovement": "nbnas.surrogate.acquisition.noisy",
    "NormalScores": "nbnas.surrogate.normal_scores",
    "Observations": "nbnas.records.observations",
    "OneCycle": "nbnas.training.schedule",
    "OperationEncoding": "nbnas.surrogate.ensemble.encoding",
    "OtmannDistance": "nbnas.graphs.distances.otmann.distance",
    "PairedDifferences": "nbnas.search.benchmark.summaries",
    "PathDistance": "nbnas.graphs.distances.path",
    "PathEncoding": "nbnas.surrogate.ensemble.encoding",
    "Posterior": "nbnas.surrogate.process.posterior",
    "ProbabilityOfImprovement": "nbnas.surrogate.acquisition.improvement",
    "Proposal": "nbnas.records.proposal",
    "RandomPool": "nbnas.search.maximizers.pool",
    "RandomSearch": "nbnas.search.strategies.random",
    "RecordedTraining": "nbnas.search.recorded",
    "RecurrentSpace": "nbnas.graphs.spaces.recurrent.space",
    "RegularizedEvolution": "nbnas.search.strategies.evolution",
    "Reinforce": "nbnas.search.strategies.reinforce",
    "Round": "nbnas.search.replay",
    "Scored": "nbnas.training.proxies.zero_cost",
    "Search": "nbnas.search.search",
    "SquaredDistanceKernel": "nbnas.surrogate.kernels.distance",
    "Step": "nbnas.records.proposal",
    "Subspace": "nbnas.graphs.spaces.subspace",
    "TabularObjective": "nbnas.search.tables.tabular",
    "ThompsonSampling": "nbnas.surrogate.acquisition.thompson",
    "Tpe": "nbnas.search.strategies.tpe",
    "Trainer": "nbnas.training.trainer",
    "Training": "nbnas.training.run",
    "UpperConfidenceBound": "nbnas.surrogate.acquisition.improvement",
    "WeisfeilerLehmanDistance": "nbnas.graphs.distances.weisfeiler_lehman",
    "WeisfeilerLehmanKernel": "nbnas.surrogate.kernels.weisfeiler_lehman",
    "Why": "nbnas.surrogate.process.why",
    "ZeroCost": "nbnas.training.proxies.zero_cost",
    "cifar10": "nbnas.training.data.images",
    "diagnose": "nbnas.surrogate.process.diagnosis",
    "digits": "nbnas.training.data.images",
    "embed": "nbnas.graphs.distances.embedding",
    "explain": "nbnas.graphs.distances.distance",
    "from_arrays": "nbnas.training.data.images",
    "jacov": "nbnas.training.proxies.scores",
    "load_trials": "nbnas.search.store.trials",
    "nwot": "nbnas.training.proxies.scores",
    "read_benchmark_parameters": "nbnas.notebook.benchmark",
    "read_distance_parameters": "nbnas.notebook.distances",
    "read_parameters": "nbnas.notebook.search",
    "replay": "nbnas.search.replay",
    "run_notebook": "nbnas.batch",
    "synflow": "nbnas.training.proxies.scores",
    "what_if": "nbnas.search.replay",
    "why": "nbnas.surrogate.process.why",
}
_MODULES = (
    *("batch", "benchmarks", "charts", "errors", "graphs", "notebook", "records"),
    *("search", "surrogate", "training", "widgets"),
)
_LIVE = ("Benchmark", "LiveTraining", "Search")
_FROZEN = (
    "Architecture",
    "BenchmarkCurves",
    "BenchmarkResults",
    "CellSpace",
    "ChainSpace",
    "CnnSpace",
    "Comparison",
    "DagSpace",
    "Diagnoses",
    "Diagnosis",
    "DistanceKernel",
    "EditDistance",
    "Embedding",
    "EnsemblePosterior",
    "Evaluation",
    "Evidence",
    "ExpectedImprovement",
    "Explanation",
    "GaussianProcess",
    "GrowingUpperConfidenceBound",
    "HammingDistance",
    "IndependentThompsonSampling",
    "KnowledgeKernel",
    "LeaveOneOut",
    "LogExpectedImprovement",
    "NoisyExpectedImprovement",
    "Observations",
    "OtmannDistance",
    "PairedDifferences",
    "PathDistance",
    "Posterior",
    "ProbabilityOfImprovement",
    "Proposal",
    "RecurrentSpace",
    "Round",
    "SquaredDistanceKernel",
    "Subspace",
    "ThompsonSampling",
    "UpperConfidenceBound",
    "WeisfeilerLehmanDistance",
    "WeisfeilerLehmanKernel",
    "Why",
)
_COMPOSED = {
    "AdditiveKernel": "gpytorch.kernels.kernel",
    "ProductKernel": "gpytorch.kernels.kernel",
    "ScaleKernel": "gpytorch.kernels.scale_kernel",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name in _NAMES:
        value = getattr(importlib.import_module(_NAMES[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"nbnas.{name}")
    elif name == "__version__":
        from importlib.metadata import version

        value = version("nbnas")
    else:
        raise AttributeError(_unknown(name), name=name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*_NAMES, *_MODULES, "__version__", "load_ipython_extension", "__doc__"})


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401
    """Let a shell draw the objects of nbnas; importing nbnas in a notebook does this too.

    Args:
        shell: The interactive shell, as `%load_ext nbnas` passes it.
    """
    formatter = shell.display_formatter
    for name in _FROZEN:
        formatter.mimebundle_formatter.for_type_by_name(_NAMES[name], name, _bundle)
    for name, module in _COMPOSED.items():
        formatter.mimebundle_formatter.for_type_by_name(module, name, _bundle_if_ours)
    for name in _LIVE:
        formatter.ipython_display_formatter.for_type_by_name(_NAMES[name], name, _show)
    if _watch not in WATCHERS:
        WATCHERS.append(_watch)


def _bundle(thing: object, **_: object) -> object:
    """Draw a frozen object; without the packages for that, its text must do."""
    try:
        from nbnas.widgets.bundle import bundle
    except ImportError as error:
        warnings.warn(_no_widgets(error), stacklevel=2)
        return None
    return bundle(thing)


def _bundle_if_ours(kernel: object, **_: object) -> object:
    """Draw a kernel that gpytorch made of ours; it prints all others itself."""
    from nbnas.surrogate.kernels.parts import over_architectures

    return _bundle(kernel) if over_architectures(kernel) else None


def _show(thing: object) -> None:
    """Display a live object; without the packages for that, its text must do."""
    try:
        from nbnas.widgets.show import show
    except ImportError as error:
        from IPython.display import display

        warnings.warn(_no_widgets(error), stacklevel=2)
        display({"text/plain": repr(thing)}, raw=True)  # type: ignore[no-untyped-call]
        return
    show(thing)


def _watch(thing: object) -> AbstractContextManager[object]:
    """Tell below a cell that waits how far a search is; without the packages for that, nothing."""
    try:
        from nbnas.widgets.search.progress import progress
    except ImportError:
        return nullcontext()
    return progress(thing)


def _no_widgets(error: ImportError) -> str:
    wanted = "altair, vl-convert-python, ipywidgets and anywidget"
    return f"nbnas cannot draw here: {error}; install {wanted}"


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, __dir__(), n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ", see dir(nbnas)"
    return f"module 'nbnas' has no attribute {name!r}{hint}"


def _hook() -> None:
    """Register the views if a shell exists."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        load_ipython_extension(shell)


_hook()
