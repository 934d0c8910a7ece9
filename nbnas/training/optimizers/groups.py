"""Which weights of a network are decayed, and which of them are hidden matrices.

Notation
    spared   weights that are not decayed: biases, and all of one dimension, such as those of a
             normalisation
    group    what an optimiser of torch treats alike: "params", and settings of their own
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

Groups = list[dict[str, Any]]
Named = tuple[str, nn.Parameter]
FACTOR = "factor"  # of a group: its learning rate, in multiples of the schedule's


@dataclass(frozen=True, slots=True)
class Steps:
    """What a recipe says of its steps.

    Attributes:
        learning_rate: The highest learning rate.
        momentum: Momentum, or the first beta.
        weight_decay: How much weights are decayed.
        decay_all: Whether biases and normalisations are decayed, too.
        outputs: Number of classes or tokens, by which the output layer is known.
    """

    learning_rate: float
    momentum: float
    weight_decay: float
    decay_all: bool = True
    outputs: int = 0


def all_groups(network: nn.Module, steps: Steps) -> Groups:
    """All weights of a network: in one group, or the spared ones in a second.

    Args:
        network: The network.
        steps: What the recipe says.
    """
    return _groups(network.named_parameters(), steps)


def hidden_matrices(network: nn.Module, steps: Steps) -> tuple[list[nn.Parameter], Groups]:
    """The weights of two dimensions or more between input and output, and all others.

    Args:
        network: The network.
        steps: What the recipe says; an output layer has as many rows as it has outputs.

    Returns:
        Matrices and kernels; and the groups of all else.
    """
    embeddings = {
        id(layer.weight) for layer in network.modules() if isinstance(layer, nn.Embedding)
    }
    matrices: list[nn.Parameter] = []
    others: list[Named] = []
    for name, weight in network.named_parameters():
        output = weight.ndim == 2 and len(weight) == steps.outputs
        outside = output or id(weight) in embeddings
        if weight.requires_grad and not outside and not _is_spared(name, weight):
            matrices.append(weight)
        else:
            others.append((name, weight))
    return matrices, _groups(others, steps)


def set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    """Set the learning rate of every group of weights.

    Args:
        optimizer: The optimiser.
        rate: What the schedule says; a group's "factor" multiplies it.
    """
    for group in optimizer.param_groups:
        own = rate * group[FACTOR] if FACTOR in group else rate
        if isinstance(group["lr"], Tensor):  # on the device, where a recorded step reads it
            group["lr"].fill_(own)
        else:
            group["lr"] = own


def _groups(named: Iterable[Named], steps: Steps) -> Groups:
    weights = list(named)
    if steps.decay_all:
        return [{"params": [weight for _, weight in weights]}] if weights else []
    spared = [weight for name, weight in weights if _is_spared(name, weight)]
    decayed = [weight for name, weight in weights if not _is_spared(name, weight)]
    groups: Groups = [{"params": decayed}, {"params": spared, "weight_decay": 0.0}]
    return [group for group in groups if group["params"]]


def _is_spared(name: str, weight: nn.Parameter) -> bool:
    """Whether it is a bias or has one dimension; networks side by side have biases of two."""
    return weight.ndim < 2 or name.rpartition(".")[2].startswith("bias")
