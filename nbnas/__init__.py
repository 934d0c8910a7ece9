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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbnas.batch import run_notebook as run_notebook
    from nbnas.errors import NbnasError as NbnasError
    from nbnas.graphs.architecture import Architecture as Architecture
    from nbnas.graphs.cell import CellSpace as CellSpace
    from nbnas.graphs.chain import ChainSpace as ChainSpace
    from nbnas.graphs.cnn import CnnSpace as CnnSpace
    from nbnas.graphs.dag import DagSpace as DagSpace
    from nbnas.graphs.distance import Explanation as Explanation
    from nbnas.graphs.distance import explain as explain
    from nbnas.graphs.edit import EditDistance as EditDistance
    from nbnas.graphs.hamming import HammingDistance as HammingDistance
    from nbnas.graphs.layers import Layer as Layer
    from nbnas.graphs.otmann import OtmannDistance as OtmannDistance
    from nbnas.graphs.path import PathDistance as PathDistance
    from nbnas.graphs.recurrent import RecurrentSpace as RecurrentSpace
    from nbnas.graphs.weisfeiler_lehman import (
        WeisfeilerLehmanDistance as WeisfeilerLehmanDistance,
    )
    from nbnas.notebook.distances import read_distance_parameters as read_distance_parameters
    from nbnas.notebook.search import read_parameters as read_parameters
    from nbnas.records import Candidate as Candidate
    from nbnas.records import Comparison as Comparison
    from nbnas.records import EpochReport as EpochReport
    from nbnas.records import Evaluation as Evaluation
    from nbnas.records import Observations as Observations
    from nbnas.records import Proposal as Proposal
    from nbnas.records import Step as Step
    from nbnas.search.objective import TabularObjective as TabularObjective
    from nbnas.search.search import Search as Search
    from nbnas.search.store import load_trials as load_trials
    from nbnas.search.strategies.bayesian import BayesianOptimization as BayesianOptimization
    from nbnas.search.strategies.random import RandomSearch as RandomSearch
    from nbnas.surrogate.acquisition import ExpectedImprovement as ExpectedImprovement
    from nbnas.surrogate.acquisition import LogExpectedImprovement as LogExpectedImprovement
    from nbnas.surrogate.acquisition import ProbabilityOfImprovement as ProbabilityOfImprovement
    from nbnas.surrogate.acquisition import UpperConfidenceBound as UpperConfidenceBound
    from nbnas.surrogate.diagnosis import Diagnoses as Diagnoses
    from nbnas.surrogate.diagnosis import Diagnosis as Diagnosis
    from nbnas.surrogate.diagnosis import diagnose as diagnose
    from nbnas.surrogate.kernels import DistanceKernel as DistanceKernel
    from nbnas.surrogate.kernels import SquaredDistanceKernel as SquaredDistanceKernel
    from nbnas.surrogate.kernels import WeisfeilerLehmanKernel as WeisfeilerLehmanKernel
    from nbnas.surrogate.posterior import LeaveOneOut as LeaveOneOut
    from nbnas.surrogate.posterior import Posterior as Posterior
    from nbnas.surrogate.prior import GaussianProcess as GaussianProcess
    from nbnas.surrogate.warp import NegativeLogError as NegativeLogError
    from nbnas.surrogate.warp import NormalScores as NormalScores
    from nbnas.training.data import ImageData as ImageData
    from nbnas.training.data import cifar10 as cifar10
    from nbnas.training.data import digits as digits
    from nbnas.training.data import from_arrays as from_arrays
    from nbnas.training.run import Training as Training
    from nbnas.training.schedule import Cosine as Cosine
    from nbnas.training.schedule import OneCycle as OneCycle
    from nbnas.training.trainer import Trainer as Trainer

_NAMES = {
    "Architecture": "nbnas.graphs.architecture",
    "BayesianOptimization": "nbnas.search.strategies.bayesian",
    "Candidate": "nbnas.records",
    "CellSpace": "nbnas.graphs.cell",
    "ChainSpace": "nbnas.graphs.chain",
    "CnnSpace": "nbnas.graphs.cnn",
    "Comparison": "nbnas.records",
    "Cosine": "nbnas.training.schedule",
    "DagSpace": "nbnas.graphs.dag",
    "Diagnoses": "nbnas.surrogate.diagnosis",
    "Diagnosis": "nbnas.surrogate.diagnosis",
    "DistanceKernel": "nbnas.surrogate.kernels",
    "EditDistance": "nbnas.graphs.edit",
    "EpochReport": "nbnas.records",
    "Evaluation": "nbnas.records",
    "ExpectedImprovement": "nbnas.surrogate.acquisition",
    "Explanation": "nbnas.graphs.distance",
    "GaussianProcess": "nbnas.surrogate.prior",
    "HammingDistance": "nbnas.graphs.hamming",
    "ImageData": "nbnas.training.data",
    "Layer": "nbnas.graphs.layers",
    "LeaveOneOut": "nbnas.surrogate.posterior",
    "LogExpectedImprovement": "nbnas.surrogate.acquisition",
    "NbnasError": "nbnas.errors",
    "NegativeLogError": "nbnas.surrogate.warp",
    "NormalScores": "nbnas.surrogate.warp",
    "Observations": "nbnas.records",
    "OneCycle": "nbnas.training.schedule",
    "OtmannDistance": "nbnas.graphs.otmann",
    "PathDistance": "nbnas.graphs.path",
    "Posterior": "nbnas.surrogate.posterior",
    "ProbabilityOfImprovement": "nbnas.surrogate.acquisition",
    "Proposal": "nbnas.records",
    "RandomSearch": "nbnas.search.strategies.random",
    "RecurrentSpace": "nbnas.graphs.recurrent",
    "Search": "nbnas.search.search",
    "SquaredDistanceKernel": "nbnas.surrogate.kernels",
    "Step": "nbnas.records",
    "TabularObjective": "nbnas.search.objective",
    "Trainer": "nbnas.training.trainer",
    "Training": "nbnas.training.run",
    "UpperConfidenceBound": "nbnas.surrogate.acquisition",
    "WeisfeilerLehmanDistance": "nbnas.graphs.weisfeiler_lehman",
    "WeisfeilerLehmanKernel": "nbnas.surrogate.kernels",
    "cifar10": "nbnas.training.data",
    "diagnose": "nbnas.surrogate.diagnosis",
    "digits": "nbnas.training.data",
    "explain": "nbnas.graphs.distance",
    "from_arrays": "nbnas.training.data",
    "load_trials": "nbnas.search.store",
    "read_distance_parameters": "nbnas.notebook.distances",
    "read_parameters": "nbnas.notebook.search",
    "run_notebook": "nbnas.batch",
}
_MODULES = (
    *("batch", "charts", "errors", "graphs", "notebook", "records"),
    *("search", "surrogate", "training", "widgets"),
)
_LIVE = ("Search", "Training")
_FROZEN = (
    *("Architecture", "CellSpace", "ChainSpace", "CnnSpace", "Comparison", "DagSpace"),
    *("Diagnoses", "Diagnosis", "Evaluation", "Explanation", "LeaveOneOut", "Observations"),
    *("Posterior", "Proposal", "RecurrentSpace"),
)


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
    for name in _LIVE:
        formatter.ipython_display_formatter.for_type_by_name(_NAMES[name], name, _show)


def _bundle(thing: object, **_: object) -> object:
    """Draw a frozen object; without the packages for that, its text must do."""
    try:
        from nbnas.widgets.bundle import bundle
    except ImportError as error:
        warnings.warn(_no_widgets(error), stacklevel=2)
        return None
    return bundle(thing)


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


def _no_widgets(error: ImportError) -> str:
    return f"nbnas cannot draw here: {error}; install altair, vl-convert-python and ipywidgets"


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
