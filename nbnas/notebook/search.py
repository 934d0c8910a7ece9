"""The parameters of `notebooks/search.ipynb`."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nbnas import benchmarks
from nbnas.benchmarks.shipped import digits_trainer
from nbnas.errors import SettingError
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.notebook.checks import check_parameters, flag, new_file, text, whole, word
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.strategy import Strategy
from nbnas.surrogate.acquisition.improvement import (
    Acquisition,
    ExpectedImprovement,
    LogExpectedImprovement,
    ProbabilityOfImprovement,
    UpperConfidenceBound,
)
from nbnas.surrogate.kernels.architecture import Kernel
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.images import cifar10, digits
from nbnas.training.device import choose_device
from nbnas.training.repeated import RepeatedTrainer
from nbnas.training.trainer import Trainer

KNOWN = "nas-bench-digits"  # the protocol of the table that ships: all cells are known
DATASETS: Mapping[str, Callable[[], ImageData]] = {
    KNOWN: lambda: digits_trainer().data,
    "digits": digits,
    "cifar10": cifar10,
}
KERNELS: Mapping[str, Callable[[], Kernel]] = {
    "wl+hamming": lambda: WeisfeilerLehmanKernel() + DistanceKernel(HammingDistance()),
    "wl+edit": lambda: WeisfeilerLehmanKernel() + DistanceKernel(EditDistance()),
    "wl": WeisfeilerLehmanKernel,
    "hamming": lambda: DistanceKernel(HammingDistance()),
    "edit": lambda: DistanceKernel(EditDistance()),
}
ACQUISITIONS: Mapping[str, Callable[[], Acquisition]] = {
    "logei": LogExpectedImprovement,
    "ei": ExpectedImprovement,
    "pi": ProbabilityOfImprovement,
    "ucb": UpperConfidenceBound,
}
STRATEGIES = ("bayes", "random")


@dataclass(frozen=True, slots=True)
class SearchParameters:
    """The checked parameters of `notebooks/search.ipynb`.

    Attributes:
        dataset: A word of `DATASETS`.
        strategy: A word of `STRATEGIES`.
        kernel: A word of `KERNELS`.
        acquisition: A word of `ACQUISITIONS`.
        trials: Number of trials in all.
        initial: Number of random ones among them.
        epochs: Epochs of each training.
        seed: Seed of the search.
        device: "auto", or a device of this machine.
        store: Path of an SQLite file, or an SQLAlchemy URL.
        study: Name of the study; if empty, one made from the other parameters.
        compare: Whether random search is run as well.
    """

    dataset: str
    strategy: str
    kernel: str
    acquisition: str
    trials: int
    initial: int
    epochs: int
    seed: int
    device: str
    store: str
    study: str
    compare: bool

    def make_trainer(self) -> Trainer | RepeatedTrainer:
        """The recipe for the chosen data; a larger network with augmentation for CIFAR-10."""
        if self.dataset == KNOWN:
            known = digits_trainer()
            trainer = dataclasses.replace(known.trainer, epochs=self.epochs)
            return dataclasses.replace(known, trainer=trainer)
        data = DATASETS[self.dataset]()
        recipe = Trainer(data, epochs=self.epochs, device=self.device)
        if self.dataset == "digits":
            return recipe
        return dataclasses.replace(
            recipe, batch_size=256, channels=16, cells=2, augment=CropAndFlip(), threads=None
        )

    def read_truths(self) -> Mapping[str, float]:
        """The accuracy of every cell by its text, as a table knows it; empty where none does.

        It is that of the very recipe, so of its number of epochs only.
        """
        if self.dataset == KNOWN and self.epochs == digits_trainer().trainer.epochs:
            return benchmarks.digits().values
        return {}

    def make_prior(self) -> GaussianProcess:
        """The prior with the chosen kernel."""
        return GaussianProcess(KERNELS[self.kernel]())

    def make_acquisition(self) -> Acquisition:
        """The chosen acquisition function."""
        return ACQUISITIONS[self.acquisition]()

    def make_strategy(self) -> Strategy:
        """The chosen strategy."""
        if self.strategy == "random":
            return RandomSearch()
        return BayesianOptimization(
            self.make_prior(), self.make_acquisition(), initial=self.initial
        )

    def share_trainings(self, search: Search, baseline: Search) -> None:
        """Tell the baseline what the search has trained, as long as it would train the same.

        Both begin with the same random architectures and the same seeds: a training that is known
        to the bit need not be made twice.

        Args:
            search: The search that has run.
            baseline: The one to compare it with; it goes on by `run`.
        """
        known = {(each.architecture, each.seed): each for each in search.observations}
        while len(baseline.observations) < min(self.trials, len(search.observations)):
            proposal = baseline.ask()
            found = known.get((proposal.architecture, proposal.seed))
            if found is None:
                return
            baseline.tell(dataclasses.replace(found, test=None))

    @property
    def study_name(self) -> str:
        """Name of the study: the given one, or one made from the settings."""
        if self.study:
            return self.study
        model = f"{self.kernel}-{self.acquisition}-{self.initial}-initial"
        return f"{self._setting}-{model if self.strategy == 'bayes' else self.strategy}"

    @property
    def baseline_name(self) -> str:
        """Name of the study of random search, to compare with."""
        return f"{self.study or self._setting}-random"

    @property
    def _setting(self) -> str:
        return f"{self.dataset}-{self.epochs}-epochs-seed-{self.seed}"


def read_parameters(namespace: Mapping[str, Any]) -> SearchParameters:
    """Check the parameters that a notebook was started with.

    Args:
        namespace: The notebook's `globals()`, after its parameters cell.

    Returns:
        The parameters with their types; the store's path is looked for in the parent folder as
        well, so that a notebook opened in `notebooks/` and one run from the project's folder use
        the same `runs/`.

    Raises:
        SettingError: If a name is unknown or missing, or a value has a wrong type or range; the
            message lists what is allowed, and all faults at once.
    """
    chosen = SearchParameters(**check_parameters(namespace, _RULES))
    if chosen.dataset == KNOWN and chosen.device not in ("auto", "cpu"):
        raise SettingError(
            f"device: expected auto or cpu for {KNOWN}, whose networks are so small that they are "
            f"trained side by side on the CPU; got {chosen.device!r}: choose digits or cifar10"
        )
    return chosen


def _device(value: Any) -> str:  # noqa: ANN401
    choose_device(text(value))
    return str(value)


def _store(value: Any) -> str:  # noqa: ANN401
    location = text(value)
    if not location:
        raise SettingError("expected a path or an SQLAlchemy URL; got an empty text")
    return location if "://" in location else new_file(location)


_RULES: Mapping[str, Callable[[Any], Any]] = {
    "dataset": word(DATASETS),
    "strategy": word(STRATEGIES),
    "kernel": word(KERNELS),
    "acquisition": word(ACQUISITIONS),
    "trials": whole(1),
    "initial": whole(2),
    "epochs": whole(1),
    "seed": whole(0),
    "device": _device,
    "store": _store,
    "study": text,
    "compare": flag,
}
