"""The optimisers that a recipe can name: frozen settings, which make torch's own optimisers.

The learning rates that are usual with each are those with which small cells learned best in a few
epochs of digits, and an LSTM in three epochs over 60,000 characters of Shakespeare, among rates a
factor of two or three apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
from torch import nn

from nbnas.checks import FLAG, Rule, instance, offering, real, settle
from nbnas.errors import SettingError
from nbnas.training.optimizers import uncompiled
from nbnas.training.optimizers.beside import Beside
from nbnas.training.optimizers.groups import FACTOR, Groups, Steps, all_groups, hidden_matrices

_TEXT = FLAG
_NETWORK = instance(nn.Module, "the network of a training")
_STEPS = instance(Steps, "Steps(0.1, 0.9, 5e-4)")
SECOND_BETA = 0.999
_BETA = real(0, below=1)


class Optimizer(Protocol):
    """How a step is made of a gradient; may be a class of your own, frozen, with a stable repr."""

    def usual(self, *, text: bool) -> Mapping[str, float]:
        """The `learning_rate` and the `weight_decay` that a recipe has by default.

        Args:
            text: Whether the data are text; else they are pictures.
        """
        ...

    def build(self, network: nn.Module, steps: Steps) -> torch.optim.Optimizer:
        """The optimiser of a network's weights.

        Args:
            network: The network, on its device.
            steps: What the recipe says. A group of weights with another learning rate than the
                schedule's has the key "factor": so many times that rate.
        """
        ...


@dataclass(frozen=True, slots=True)
class SGD:
    """Stochastic gradient descent with momentum, as by default for pictures.

    Weights decay by a part of the gradient, as in `torch.optim.SGD`.

    Attributes:
        nesterov: Whether the momentum is Nesterov's.

    Raises:
        SettingError: If it is neither true nor false.

    References:
        Sutskever et al., On the importance of initialization and momentum in deep learning, ICML
        2013.
    """

    nesterov: bool = True

    def __post_init__(self) -> None:
        settle(self, nesterov=FLAG)

    def usual(self, *, text: bool) -> Mapping[str, float]:
        """See `Optimizer.usual`."""
        return _usual(2.0, 0.0) if _TEXT("text", text) else _usual(0.2, 5e-4)

    def build(self, network: nn.Module, steps: Steps) -> torch.optim.Optimizer:
        """See `Optimizer.build`."""
        network, steps = _NETWORK("network", network), _STEPS("steps", steps)
        return uncompiled.SGD(
            all_groups(network, steps),
            lr=steps.learning_rate,
            momentum=steps.momentum,
            weight_decay=steps.weight_decay,
            nesterov=self.nesterov and steps.momentum > 0,
            fused=_can_fuse(network),
        )


@dataclass(frozen=True, slots=True)
class AdamW:
    """Adam with decoupled weight decay, as by default for text.

    The recipe's momentum is its first beta.

    Attributes:
        beta: The second beta, at least 0 and below 1: how slowly the mean square of the gradient
            is forgotten.

    Raises:
        SettingError: If it is not.

    References:
        Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019.
    """

    beta: float = SECOND_BETA

    def __post_init__(self) -> None:
        settle(self, beta=_BETA)

    def usual(self, *, text: bool) -> Mapping[str, float]:
        """See `Optimizer.usual`."""
        return _usual(0.01, 0.01) if _TEXT("text", text) else _usual(0.02, 0.05)

    def build(self, network: nn.Module, steps: Steps) -> torch.optim.Optimizer:
        """See `Optimizer.build`."""
        network, steps = _NETWORK("network", network), _STEPS("steps", steps)
        return _adamw(network, all_groups(network, steps), steps, self.beta)


@dataclass(frozen=True, slots=True)
class Muon:
    """Momentum that is orthogonalised, for matrices and kernels; AdamW for all other weights.

    A kernel `(O, I, H, W)` counts as a matrix of O rows. Biases, normalisations, embeddings and
    the output layer, which is known by as many rows as there are classes, belong to AdamW, with
    the recipe's momentum as its first beta; a network without any matrix is all AdamW's. The
    orthogonalisation itself is torch's, which has it
    from 2.9 on, in bfloat16.

    Attributes:
        rest: Learning rate of AdamW, in multiples of Muon's.

    Raises:
        SettingError: If it is not above 0, or the installed torch has no Muon.

    References:
        Jordan et al., Muon: An optimizer for hidden layers in neural networks, 2024.
    """

    rest: float = 0.1

    def __post_init__(self) -> None:
        settle(self, rest=real(above=0))
        check_muon()

    def usual(self, *, text: bool) -> Mapping[str, float]:
        """See `Optimizer.usual`."""
        return _usual(0.2, 0.01) if _TEXT("text", text) else _usual(0.1, 0.01)

    def build(self, network: nn.Module, steps: Steps) -> torch.optim.Optimizer:
        """See `Optimizer.build`."""
        network, steps = _NETWORK("network", network), _STEPS("steps", steps)
        matrices, others = hidden_matrices(network, steps)
        rest = None
        if others:
            rate = {"lr": self.rest * steps.learning_rate, FACTOR: self.rest}
            rest = _adamw(network, [group | rate for group in others], steps, SECOND_BETA)
        if rest is not None and not matrices:
            return rest
        return Beside(matrices, partial(_muon, steps), rest)


OPTIMIZER: Rule[Optimizer] = offering("an optimiser", "AdamW()", "build", "usual")


def check_muon() -> None:
    """Check that the installed torch has Muon.

    Raises:
        SettingError: If not.
    """
    if not uncompiled.has_muon():
        raise SettingError(
            f"expected torch 2.9 or newer for Muon(), got torch {torch.__version__}, which has no "
            "torch.optim.Muon; install a newer torch, or use SGD() or AdamW()"
        )


def _usual(learning_rate: float, weight_decay: float) -> Mapping[str, float]:
    return {"learning_rate": learning_rate, "weight_decay": weight_decay}


def _adamw(network: nn.Module, groups: Groups, steps: Steps, beta: float) -> torch.optim.Optimizer:
    return uncompiled.AdamW(
        groups,
        lr=steps.learning_rate,
        betas=(steps.momentum, beta),
        weight_decay=steps.weight_decay,
        fused=_can_fuse(network),
    )


def _muon(steps: Steps, matrices: list[nn.Parameter]) -> torch.optim.Optimizer:
    return uncompiled.muon(
        matrices,
        lr=steps.learning_rate,
        momentum=steps.momentum,
        weight_decay=steps.weight_decay,
    )


def _can_fuse(network: nn.Module) -> bool:
    return next(network.parameters()).device.type in ("cpu", "cuda")
