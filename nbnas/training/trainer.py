"""The objective that trains: from an architecture to its accuracy on held-out images."""

from dataclasses import dataclass, replace
from typing import Any, cast

from nbnas.brief import brief, changed
from nbnas.checks import FLAG, SEED
from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.spaces.operation import own_operations
from nbnas.records import Evaluation
from nbnas.training.networks.network import check_operations, reads_text
from nbnas.training.recipe import Recipe
from nbnas.training.run import Training


@dataclass(frozen=True, slots=True)
class Trainer(Recipe):
    """How networks are trained; an objective, from an architecture to its validation accuracy.

    The optimiser is stochastic gradient descent with Nesterov's momentum.

    Attributes:
        data: The images.
        epochs: Number of passes over the training part.
        batch_size: Largest number of images of a step.
        learning_rate: Highest learning rate.
        schedule: How the learning rate changes over the steps.
        momentum: Momentum, at least 0 and below 1.
        weight_decay: Factor of the squared weights' gradient, at least 0.
        label_smoothing: Share of the target that is spread over all classes, 0 to below 1.
        channels: Number of channels of the network's first stage.
        cells: Number of cells of each of its two stages.
        augment: A transform of one training image `(C, H, W)`, normalised, such as one of
            `torchvision.transforms.v2`; applied anew in every epoch. Or
            `nbnas.training.data.augment.CropAndFlip`, which is quicker: it takes a batch at once.
        threads: Number of CPU threads while it trains; `None` leaves torch's setting. One is
            quickest for networks as small as those of digits, and results depend on it.
        device: "auto" for CUDA, else MPS, else the CPU; or one of these by its word.
        mixed_precision: Whether to compute in bfloat16 where that is safe; `None` for on CUDA.
        channels_last: Whether to keep channels last in memory; `None` for on CUDA.
        network: A function of your own `(architecture, data) -> torch.nn.Module` that builds the
            network of an architecture of any space, which gives scores `(n, data.classes)`; then
            `channels`, `cells` and `operations` are not used. Torch's own layers begin with
            weights that the seed decides. What goes wrong in it is a failed trial, with the line.
        operations: Your own operations of cells, as a `CellSpace` has them; names of built-in
            ones may be among them, so that `space.operations` does. A search tells them itself.

    Raises:
        SettingError: If a value is not allowed or the device is missing; the message says what is.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.training.data.images import digits
        >>> trainer = Trainer(digits(), epochs=1)
        >>> trainer(CellSpace().sample(0, 1)[0], seed=1).status
        'completed'
    """

    @brief
    def __repr__(self) -> str:
        return changed(self)

    def start(self, architecture: Architecture, seed: int = 0, *, final: bool = False) -> Training:
        """Prepare a live training; iterate or run it to train.

        Args:
            architecture: The cell.
            seed: Seed of initialisation, shuffling and augmentation.
            final: Whether to train on training and validation part together and to hold out the
                test part instead. The reports' `val_loss` and `val_accuracy`, and the evaluation's
                value, then are those of the test part.

        Returns:
            The training, before its first epoch.

        Raises:
            ArchitectureError: If the architecture has an unknown operation, or is a recurrent
                cell, which reads text and no images.
            SettingError: If the seed is no whole number from 0 to below 2**63.
        """
        ARCHITECTURE("architecture", architecture)
        seed, final = SEED("seed", seed), FLAG("final", final)
        if self.network is None:
            check_operations(architecture, self.operations)
            _check_reads_images(architecture)
        return Training(self, architecture, seed, final=final)

    def for_space(self, space: Any) -> "Trainer":  # noqa: ANN401
        """The trainer that knows a space's own operations; a search asks for it.

        Args:
            space: The space that is searched.

        Returns:
            This trainer, where the space has none of its own.

        Raises:
            SettingError: If one of them gives images of another shape than it is given, and so
                fits no cell, or has the name of another one; before anything is trained.
        """
        around = getattr(space, "space", space)
        own = own_operations(getattr(around, "operations", ()))
        new = tuple(one for one in own if one not in self.operations)
        if self.network is not None or not new:
            return self
        return replace(self, operations=(*self.operations, *new))

    def __call__(self, architecture: Architecture, seed: int = 0) -> Evaluation:
        """Train, and return the evaluation with the validation accuracy; see `start`."""
        return self.start(architecture, seed).run()

    def test(self, architecture: Architecture, seed: int = 0) -> float:
        """Train on training and validation part, and return the accuracy on the test part."""
        return cast(float, self.start(architecture, seed, final=True).run().value)


def _check_reads_images(architecture: Architecture) -> None:
    if reads_text(architecture):
        raise ArchitectureError(
            "expected an architecture that reads images, got the recurrent cell "
            f"{architecture.text!r:.200}, which reads text; a Trainer has images: build the "
            "network with nbnas.training.networks.network.build_network and train it on tokens"
        )
