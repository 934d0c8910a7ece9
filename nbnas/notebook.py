"""The parameters of the search notebook: checked before anything is trained, words made objects.

A notebook parameter must be a plain value, and papermill passes `-p flag false` as the string
'false' and only warns of a name that it does not know. So the first cell after the parameters
checks names, types and ranges, and says what is allowed.
"""

import ast
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbnas.errors import SettingError
from nbnas.graphs.edit import EditDistance
from nbnas.graphs.hamming import HammingDistance
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.strategy import Strategy
from nbnas.surrogate.acquisition import (
    Acquisition,
    ExpectedImprovement,
    LogExpectedImprovement,
    ProbabilityOfImprovement,
    UpperConfidenceBound,
)
from nbnas.surrogate.kernels import DistanceKernel, Kernel, WeisfeilerLehmanKernel
from nbnas.surrogate.prior import GaussianProcess
from nbnas.training.augment import crop_and_flip
from nbnas.training.data import ImageData, cifar10, digits
from nbnas.training.device import choose_device
from nbnas.training.trainer import Trainer

DATASETS: Mapping[str, Callable[[], ImageData]] = {"digits": digits, "cifar10": cifar10}
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

    def make_trainer(self) -> Trainer:
        """The recipe for the chosen data; a larger network with augmentation for CIFAR-10."""
        data = DATASETS[self.dataset]()
        recipe = Trainer(data, epochs=self.epochs, device=self.device)
        if self.dataset == "digits":
            return recipe
        return dataclasses.replace(
            recipe, batch_size=256, channels=16, cells=2, augment=crop_and_flip(), threads=None
        )

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
    faults = _unknown_names(namespace)
    values: dict[str, Any] = {}
    for name, rule in _RULES.items():
        try:
            values[name] = rule(namespace[name])
        except KeyError:
            faults.append(f"{name} is missing")
        except SettingError as error:
            faults.append(f"{name}: {error}")
    if faults:
        raise SettingError("; ".join(faults))
    return SearchParameters(**values)


def injected_parameters(namespace: Mapping[str, Any]) -> tuple[str, ...]:
    """Names that papermill assigned in its own cell, which begins with "# Parameters"."""
    cells = [str(source) for source in namespace.get("In", ())]
    injected = [source for source in cells if source.lstrip().startswith("# Parameters")]
    return tuple(
        target.id
        for source in injected[-1:]
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    )


def _unknown_names(namespace: Mapping[str, Any]) -> list[str]:
    unknown = [name for name in injected_parameters(namespace) if name not in _RULES]
    if not unknown:
        return []
    return [f"unknown parameter {', '.join(unknown)}; there are {', '.join(_RULES)}"]


def _word(words: Mapping[str, object] | tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:  # noqa: ANN401
        if not isinstance(value, str) or value not in words:
            raise SettingError(f"expected one of {', '.join(words)}; got {value!r}")
        return value

    return check


def _whole(smallest: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, int) or value < smallest:
            raise SettingError(f"expected a whole number of at least {smallest}; got {value!r}")
        return value

    return check


def _flag(value: Any) -> bool:  # noqa: ANN401
    flag = {"true": True, "false": False}.get(str(value).lower())
    if flag is None:
        raise SettingError(f"expected true or false; got {value!r}")
    return flag


def _device(value: Any) -> str:  # noqa: ANN401
    choose_device(_text(value))
    return str(value)


def _text(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, str) or len(value) > 200:
        raise SettingError(f"expected a text of up to 200 characters; got {value!r:.100}")
    return value


def _store(value: Any) -> str:  # noqa: ANN401
    text = _text(value)
    if not text:
        raise SettingError("expected a path or an SQLAlchemy URL; got an empty text")
    path = Path(text)
    outside = "://" in text or path.is_absolute() or path.parent.exists()
    return str(Path("..") / path) if not outside and (Path("..") / path.parent).exists() else text


_RULES: Mapping[str, Callable[[Any], Any]] = {
    "dataset": _word(DATASETS),
    "strategy": _word(STRATEGIES),
    "kernel": _word(KERNELS),
    "acquisition": _word(ACQUISITIONS),
    "trials": _whole(1),
    "initial": _whole(2),
    "epochs": _whole(1),
    "seed": _whole(0),
    "device": _device,
    "store": _store,
    "study": _text,
    "compare": _flag,
}
