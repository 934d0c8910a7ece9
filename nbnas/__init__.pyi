"""The public names of nbnas, each with where it is: the one list of them.

`nbnas/__init__.py` reads it when it is imported (SPEC 1), and so do type checkers.
"""

from . import baselines as baselines
from . import batch as batch
from . import benchmarks as benchmarks
from . import charts as charts
from . import errors as errors
from . import graphs as graphs
from . import notebook as notebook
from . import recipes as recipes
from . import records as records
from . import search as search
from . import surrogate as surrogate
from . import training as training
from . import widgets as widgets
from .baselines.baseline import Baseline as Baseline
from .baselines.lineup import Lineup as Lineup
from .batch.grid import read_grid as read_grid
from .batch.grid import read_values as read_values
from .batch.notebook import run_notebook as run_notebook
from .batch.progress import SweepProgress as SweepProgress
from .batch.sweep import Sweep as Sweep
from .batch.sweep import sweep as sweep
from .errors import NbnasError as NbnasError
from .graphs.architecture import Architecture as Architecture
from .graphs.distances.distance import Explanation as Explanation
from .graphs.distances.distance import explain as explain
from .graphs.distances.edit.distance import EditDistance as EditDistance
from .graphs.distances.embedding import Embedding as Embedding
from .graphs.distances.embedding import embed as embed
from .graphs.distances.hamming import HammingDistance as HammingDistance
from .graphs.distances.otmann.distance import OtmannDistance as OtmannDistance
from .graphs.distances.path import PathDistance as PathDistance
from .graphs.distances.rank import RankDistance as RankDistance
from .graphs.distances.weisfeiler_lehman import (
    WeisfeilerLehmanDistance as WeisfeilerLehmanDistance,
)
from .graphs.spaces.cell import CellSpace as CellSpace
from .graphs.spaces.chain.space import ChainSpace as ChainSpace
from .graphs.spaces.choice.options import Choice as Choice
from .graphs.spaces.choice.space import ChoiceSpace as ChoiceSpace
from .graphs.spaces.cnn.space import CnnSpace as CnnSpace
from .graphs.spaces.dag.space import DagSpace as DagSpace
from .graphs.spaces.layers import Layer as Layer
from .graphs.spaces.operation import Operation as Operation
from .graphs.spaces.recurrent.space import RecurrentSpace as RecurrentSpace
from .graphs.spaces.subspace import Subspace as Subspace
from .notebook.own_problem import read_own_problem_parameters as read_own_problem_parameters
from .notebook.search import read_parameters as read_parameters
from .notebook.sweep import read_sweep_parameters as read_sweep_parameters
from .notebook.tables.benchmark import read_benchmark_parameters as read_benchmark_parameters
from .notebook.tables.distances import read_distance_parameters as read_distance_parameters
from .recipes.named import NamedRecipe as NamedRecipe
from .records.comparison import Comparison as Comparison
from .records.estimate import TimeEstimate as TimeEstimate
from .records.evaluation import Evaluation as Evaluation
from .records.fidelities import Fidelities as Fidelities
from .records.measure import ACCURACY as ACCURACY
from .records.measure import BALANCED_ACCURACY as BALANCED_ACCURACY
from .records.measure import BITS_A_CHARACTER as BITS_A_CHARACTER
from .records.measure import LOG_LOSS as LOG_LOSS
from .records.measure import PERPLEXITY as PERPLEXITY
from .records.measure import Measure as Measure
from .records.observations import Observations as Observations
from .records.profile import StepProfile as StepProfile
from .records.proposal import Candidate as Candidate
from .records.proposal import Proposal as Proposal
from .records.proposal import Step as Step
from .records.report import EpochReport as EpochReport
from .search.benchmark.benchmark import Benchmark as Benchmark
from .search.benchmark.clock import BenchmarkClock as BenchmarkClock
from .search.benchmark.curves import BenchmarkCurves as BenchmarkCurves
from .search.benchmark.results import BenchmarkResults as BenchmarkResults
from .search.benchmark.simulated import simulated as simulated
from .search.benchmark.summaries import PairedDifferences as PairedDifferences
from .search.benchmark.table import BenchmarkTable as BenchmarkTable
from .search.fidelities.looks import looks as looks
from .search.fidelities.told import Belief as Belief
from .search.fidelities.told import Looks as Looks
from .search.maximizers.ascent import LocalAscent as LocalAscent
from .search.maximizers.evolutionary import Evolutionary as Evolutionary
from .search.maximizers.exhaustive import Automatic as Automatic
from .search.maximizers.exhaustive import Exhaustive as Exhaustive
from .search.maximizers.pool import RandomPool as RandomPool
from .search.pending import Fantasies as Fantasies
from .search.pending import KrigingBeliever as KrigingBeliever
from .search.pending import LocalPenalization as LocalPenalization
from .search.recorded import RecordedTraining as RecordedTraining
from .search.replay import Round as Round
from .search.replay import replay as replay
from .search.replay import what_if as what_if
from .search.search import Search as Search
from .search.store.trials import load_trials as load_trials
from .search.strategies.bayesian import BayesianOptimization as BayesianOptimization
from .search.strategies.evolution import RegularizedEvolution as RegularizedEvolution
from .search.strategies.local_search import LocalSearch as LocalSearch
from .search.strategies.random import RandomSearch as RandomSearch
from .search.strategies.reinforce import Reinforce as Reinforce
from .search.strategies.tpe import Tpe as Tpe
from .search.tables.tabular import TabularObjective as TabularObjective
from .search.workers.dask.workers import DaskWorkers as DaskWorkers
from .search.workers.local import LocalWorkers as LocalWorkers
from .surrogate.acquisition.improvement import ExpectedImprovement as ExpectedImprovement
from .surrogate.acquisition.improvement import (
    GrowingUpperConfidenceBound as GrowingUpperConfidenceBound,
)
from .surrogate.acquisition.improvement import LogExpectedImprovement as LogExpectedImprovement
from .surrogate.acquisition.improvement import ProbabilityOfImprovement as ProbabilityOfImprovement
from .surrogate.acquisition.improvement import UpperConfidenceBound as UpperConfidenceBound
from .surrogate.acquisition.noisy import NoisyExpectedImprovement as NoisyExpectedImprovement
from .surrogate.acquisition.thompson import (
    IndependentThompsonSampling as IndependentThompsonSampling,
)
from .surrogate.acquisition.thompson import ThompsonSampling as ThompsonSampling
from .surrogate.ensemble.encoding import OperationEncoding as OperationEncoding
from .surrogate.ensemble.encoding import PathEncoding as PathEncoding
from .surrogate.ensemble.posterior import EnsemblePosterior as EnsemblePosterior
from .surrogate.ensemble.prior import Ensemble as Ensemble
from .surrogate.kernels.distance import DistanceKernel as DistanceKernel
from .surrogate.kernels.distance import SquaredDistanceKernel as SquaredDistanceKernel
from .surrogate.kernels.knowledge import Knowledge as Knowledge
from .surrogate.kernels.knowledge import KnowledgeKernel as KnowledgeKernel
from .surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel as WeisfeilerLehmanKernel
from .surrogate.leave_one_out import LeaveOneOut as LeaveOneOut
from .surrogate.negative_log_error import NegativeLogError as NegativeLogError
from .surrogate.normal_scores import NormalScores as NormalScores
from .surrogate.process.diagnosis import Diagnoses as Diagnoses
from .surrogate.process.diagnosis import Diagnosis as Diagnosis
from .surrogate.process.diagnosis import diagnose as diagnose
from .surrogate.process.evidence import Evidence as Evidence
from .surrogate.process.fidelity import FidelityPosterior as FidelityPosterior
from .surrogate.process.posterior import Posterior as Posterior
from .surrogate.process.prior import GaussianProcess as GaussianProcess
from .surrogate.process.why import Neighbor as Neighbor
from .surrogate.process.why import Why as Why
from .surrogate.process.why import why as why
from .training.data.books import from_text as from_text
from .training.data.books import wikitext2 as wikitext2
from .training.data.image_data import ImageData as ImageData
from .training.data.images import cifar10 as cifar10
from .training.data.images import digits as digits
from .training.data.images import from_arrays as from_arrays
from .training.data.reading.cache import clear_cache as clear_cache
from .training.data.reading.dataset import from_dataset as from_dataset
from .training.data.reading.folder import from_folder as from_folder
from .training.data.text import TextData as TextData
from .training.export.export import export as export
from .training.export.exported import Exported as Exported
from .training.live import LiveTraining as LiveTraining
from .training.networks.skeleton.skeleton import CellSkeleton as CellSkeleton
from .training.networks.skeleton.skeleton import nas_bench_101_skeleton as nas_bench_101_skeleton
from .training.networks.skeleton.skeleton import nas_bench_201_skeleton as nas_bench_201_skeleton
from .training.optimizers.optimizer import SGD as SGD
from .training.optimizers.optimizer import AdamW as AdamW
from .training.optimizers.optimizer import Muon as Muon
from .training.proxies.scores import jacov as jacov
from .training.proxies.scores import nwot as nwot
from .training.proxies.scores import synflow as synflow
from .training.proxies.zero_cost import Scored as Scored
from .training.proxies.zero_cost import ZeroCost as ZeroCost
from .training.rates.range_test import RangeTest as RangeTest
from .training.run import Training as Training
from .training.schedule import Cosine as Cosine
from .training.schedule import LinearDecay as LinearDecay
from .training.schedule import OneCycle as OneCycle
from .training.schedule import Warmup as Warmup
from .training.speed.explanation import SpeedChoice as SpeedChoice
from .training.speed.explanation import SpeedExplanation as SpeedExplanation
from .training.trainer import Trainer as Trainer

__version__: str

def load_ipython_extension(shell: object) -> None: ...
