"""The network of all architectures of a space: what is searched with shared weights.

References:
    Pham et al., Efficient Neural Architecture Search via Parameter Sharing, ICML 2018; Bender et
    al., Understanding and Simplifying One-Shot Architecture Search, ICML 2018.
"""

from dataclasses import dataclass

import torch

from nbnas.brief import brief
from nbnas.checks import SEED, instance, settle
from nbnas.errors import SettingError
from nbnas.graphs.space import SPACE, SearchSpace
from nbnas.training.draws import CPU, Draws
from nbnas.training.networks.multiply_adds import count_parameters
from nbnas.training.networks.shared.network import Shared
from nbnas.training.relaxed.form import form_of
from nbnas.training.relaxed.kind import Kind
from nbnas.training.relaxed.method import Method
from nbnas.training.relaxed.relaxation import Relaxation
from nbnas.training.trainer import Trainer
from nbnas.undisturbed import undisturbed

_TRAINER = instance(Trainer, "Trainer(digits())")


@dataclass(frozen=True, slots=True)
class Supernet:
    """One network that holds all architectures of a cell space, with shared weights.

    Every edge carries all operations at once, each with weights of its own that all architectures
    with it share; normalisations have no weights, which would hide how much an edge carries, but
    for those of a user's own operations, which are as they are made. `start` searches on it.

    Attributes:
        space: A `CellSpace` or a `DartsSpace`, with operations of your own if you like.
        trainer: Says the data, what cells are put into, batch size, optimiser, learning rate and
            its schedule, augmentation, device and precision. How many epochs there are says the
            method. Its `ema`, `patience`, `fidelities` and `compile` are not used: they are of the
            trainings of what is found.

    Raises:
        SettingError: If the space has no such network, the trainer is on text, has a network of
            its own or mixes pictures.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.training.data.images import digits
        >>> Supernet(CellSpace(), Trainer(digits(), channels=3))
        Supernet(CellSpace(), 15,625 architectures in one network of 2,845 shared weights)
    """

    space: SearchSpace
    trainer: Trainer

    def __post_init__(self) -> None:
        settle(self, space=SPACE, trainer=_TRAINER)
        form_of(self.space)
        _check_trainer(self.trainer)
        object.__setattr__(self, "trainer", self.trainer.for_space(self.space))

    @brief
    def __repr__(self) -> str:
        size = self.space.size
        many = "all" if size is None else f"{size:,}"
        shared = f"{self.parameters:,} shared weights"
        return f"{self.space!r}, {many} architectures in one network of {shared}"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of its cells: the names of edges and operations that weights are of."""
        return form_of(self.space).kinds

    @property
    def parameters(self) -> int:
        """Number of shared weights."""
        return count_parameters(self.network())

    def network(self, seed: int = 0) -> Shared:
        """The network, with initial weights, on the CPU.

        Args:
            seed: Decides the initial weights.

        Raises:
            SettingError: If the seed is no whole number from 0 to below 2**63.
        """
        seed = SEED("seed", seed)
        with undisturbed(dtype=False), Draws(seed).within(CPU):
            generator = torch.Generator().manual_seed(seed)
            return form_of(self.space).build(self.trainer, generator)

    def start(self, method: Method, seed: int = 0) -> Relaxation:
        """Prepare a live relaxation; iterate or run it to search.

        Args:
            method: `Darts()`, `PerturbationSelection()` or `SinglePathOneShot()`.
            seed: Decides initial weights, order of pictures, augmentation and all else that is
                random.

        Returns:
            The relaxation, before its first epoch.

        Raises:
            SettingError: If it is no method, or the seed no whole number from 0 to below 2**63.
        """
        return Relaxation(self.space, self.trainer, method, seed)


def _check_trainer(trainer: Trainer) -> None:
    _ = trainer.pictures  # it is on pictures
    for name in ("network", "mix"):
        if getattr(trainer, name) is not None:
            raise SettingError(
                f"expected a trainer without {name}, which shared weights have no use for, got "
                f"{name}={getattr(trainer, name)!r:.80}; leave it out here, and train what is "
                "found with it"
            )
