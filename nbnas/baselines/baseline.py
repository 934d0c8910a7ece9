"""A known network: what a search's best is compared with, trained by the same recipe."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from nbnas.brief import brief
from nbnas.checks import FLAG, SEED, TEXT, Rule, each, instance, real, settle, whole
from nbnas.errors import NbnasError, SettingError
from nbnas.graphs.architecture import ARCHITECTURE, LINK, Architecture
from nbnas.records import ACCURACY, Evaluation
from nbnas.training.networks.network import count_parameters
from nbnas.training.trainer import Trainer

Image = tuple[int, int, int]
_BUILD: Rule[Callable[[Image, int], nn.Module]] = Rule(
    "a function (image_shape, classes) that returns a torch.nn.Module", callable, lambda it: it
)
_SHAPE = each(whole(1), least=3, of="a whole number, as in (3, 32, 32)")
RATES = (1.0, 0.1)  # of the recipe's learning rate
_RATES = each(real(above=0), least=1)
TRAINER = instance(Trainer, "Trainer(digits())")


@dataclass(frozen=True, slots=True)
class Baseline:
    """A known network.

    It is a function `(architecture, data)`, too, as `Trainer(network=…)` asks for.

    Attributes:
        name: What it is called, such as "ResNet-20".
        architecture: How it is drawn, and how its evaluations are told apart; of a recurrent cell,
            what is trained.
        build: From the images' shape and the number of classes to the network; `None` for a cell
            of one of nbnas' spaces, which a trainer builds.

    Raises:
        SettingError: If one of them is none.

    Example:
        >>> from nbnas.baselines.known import lenet5
        >>> lenet5.parameters((1, 32, 32), 10)
        61706
    """

    name: str
    architecture: Architecture
    build: Callable[[Image, int], nn.Module] | None = None

    def __post_init__(self) -> None:
        architecture = ARCHITECTURE.raising(SettingError)
        settle(self, name=TEXT, architecture=architecture, build=_BUILD.optional)

    @brief
    def __repr__(self) -> str:
        return repr(self.name)

    def network(self, image_shape: Image, classes: int) -> nn.Module:
        """The network for images of a shape.

        Args:
            image_shape: `(C, H, W)`.
            classes: Number of classes.

        Returns:
            The network, images `(n, C, H, W)` to scores `(n, classes)`, with weights that torch's
            own generator gives.

        Raises:
            SettingError: If the images are too small for it, or it reads text.
        """
        channels, height, width = _SHAPE("image_shape", image_shape)[:3]
        classes = whole(1)("classes", classes)
        if self.build is None:
            raise SettingError(f"expected a network that reads images, got {self.name}")
        return self.build((channels, height, width), classes)

    def __call__(self, architecture: Architecture, data: Any) -> nn.Module:  # noqa: ANN401
        """The network for a data set, whatever the architecture."""
        shape = getattr(data, "image_shape", None)
        if shape is None:
            raise SettingError(f"expected a data set of images for {self.name}, got {data!r:.100}")
        return self.network(shape, data.classes)

    def parameters(self, image_shape: Image, classes: int) -> int:
        """Number of its trainable weights, without making them.

        Args:
            image_shape: `(C, H, W)`.
            classes: Number of classes.
        """
        with torch.device("meta"):
            return count_parameters(self.network(image_shape, classes))

    def recipe(self, trainer: Trainer) -> Trainer:
        """The trainer that trains it, by the recipe of another one.

        Args:
            trainer: The recipe.

        Returns:
            The same, but for the network.
        """
        trainer = TRAINER("trainer", trainer)
        network = None if self.build is None else self
        return replace(trainer, network=network, operations=(), skeleton=None)

    def train(
        self,
        trainer: Trainer,
        seed: int = 0,
        *,
        rates: Sequence[float] = RATES,
        test: bool = False,
    ) -> Evaluation:
        """Train it as a search trains its trials.

        Args:
            trainer: The recipe of the search.
            seed: Seed of its trainings.
            rates: Factors of the recipe's learning rate. It is trained with each of them, and the
                best one on the validation part counts: what was built before there was batch
                normalisation needs a lower rate than a cell does.
            test: Whether to train it once more, on training and validation part together, for
                the measure on the test part; a search's `finish` does so for its best.

        Returns:
            The evaluation; a failed one where it cannot be trained, such as on images too small.
        """
        own, seed, test = self.recipe(trainer), SEED("seed", seed), FLAG("test", test)
        factors = _RATES("rates", rates)
        recipes = [replace(own, learning_rate=factor * own.learning_rate) for factor in factors]
        found = [(self._trained(each, seed), each) for each in recipes]
        gain = getattr(own, "measure", ACCURACY).gain
        completed = [one for one in found if one[0].value is not None]
        if not completed:
            return found[0][0]
        best, recipe = max(completed, key=lambda one: gain(one[0].value or 0.0))
        return replace(best, test=recipe.test(self.architecture, seed)) if test else best

    def _trained(self, recipe: Trainer, seed: int) -> Evaluation:
        try:
            return recipe(self.architecture, seed)
        except NbnasError as error:
            said = f"{type(error).__name__}: {error}"[:2000]
            return Evaluation(self.architecture, None, "failed", seed=seed, error=said)


BASELINE = instance(Baseline, "nbnas.baselines.resnet20")


def drawn(name: str, *layers: str) -> Architecture:
    """The picture of a network: its layers, one after the other."""
    nodes = ("input", *layers, "output")
    return Architecture(nodes, tuple((v, v + 1, LINK) for v in range(len(nodes) - 1)), name)
