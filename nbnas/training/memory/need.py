"""What a training on the CPU needs of the memory at least; one that cannot fit does not begin.

There a system without memory left ends the whole process, while a GPU raises an error. Weights of
nbnas' own networks are counted on torch's meta device, before any memory is taken. What is kept
for the backward pass is counted on one and on two examples, in evaluation mode, so that nothing of
the training changes; what grows with the batch is the difference of the two. Of text it is what
grows with texts and steps, the difference of two such differences. (On the meta device
the first convolution imports PyTorch's compiler, which takes more than a second in each process.)

Notation
    activations    what the forward pass keeps for the backward pass
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nbnas.errors import TrainingError
from nbnas.graphs.architecture import Architecture
from nbnas.training.data.text import TextData
from nbnas.training.device import Place
from nbnas.training.memory.available import available_memory
from nbnas.training.networks.size import Setting, meta_network
from nbnas.training.optimizers.optimizer import AdamW
from nbnas.training.recipe import Recipe

# So many numbers a network may keep of each of a picture, or of an embedded token and its logits;
# where so many fit, nothing is counted.
NUMBERS_OF_PICTURES, NUMBERS_OF_TEXT = 10_000, 1_000


@dataclass(frozen=True, slots=True)
class Need:
    """What a training takes at least, in bytes.

    Attributes:
        weights: Weights and buffers of the network.
        gradients: One number for each weight.
        momenta: What the optimiser keeps of each weight.
        activations: What a batch keeps for the backward pass; 0 where that is not known yet.
    """

    weights: int
    gradients: int
    momenta: int
    activations: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.gradients + self.momenta + self.activations

    def __str__(self) -> str:
        return (
            f"{_said(self.total)} (weights {_said(self.weights)}, gradients "
            f"{_said(self.gradients)}, optimiser {_said(self.momenta)}, activations of a batch "
            f"{_said(self.activations)})"
        )


def check_weights_fit(recipe: Recipe, architecture: Architecture, place: Place) -> None:
    """Check, before a network is made, that its weights can be trained in the memory there is.

    Networks and operations of a user's own are not known before they are made.

    Raises:
        TrainingError: If it cannot, with the numbers; never on a GPU.
    """
    if place.device.type != "cpu" or recipe.network is not None or recipe.operations:
        return
    data = recipe.data
    shape = (1, 1, 1) if isinstance(data, TextData) else data.image_shape
    setting = Setting(shape, data.classes, recipe.channels, recipe.cells)
    need = need_of(recipe, meta_network(architecture, setting, recipe.skeleton))
    _check(need, need.total, recipe, architecture)


def check_batch_fits(
    recipe: Recipe, architecture: Architecture, network: nn.Module, place: Place
) -> None:
    """Check that a batch can be trained on with the memory that is left beside the weights.

    Args:
        recipe: The recipe.
        architecture: For the message.
        network: Its network; left as it is.
        place: Where it computes.

    Raises:
        TrainingError: If it cannot, with the numbers; never on a GPU.
    """
    if place.device.type != "cpu" or _is_small(recipe):
        return
    need = need_of(recipe, network)
    need = replace(need, activations=activations_of(recipe, network, place))
    _check(need, need.total - need.weights, recipe, architecture)


def need_of(recipe: Recipe, network: nn.Module) -> Need:
    """What a network's weights take in training, wherever they are."""
    trained = sum(weight.nbytes for weight in network.parameters() if weight.requires_grad)
    held = sum(each.nbytes for each in (*network.parameters(), *network.buffers()))
    kept = 2 if isinstance(recipe.optimizer, AdamW) else int(recipe.momentum > 0)
    averages = held if recipe.ema is not None else 0
    return Need(held + averages, trained, kept * trained)


def activations_of(recipe: Recipe, network: nn.Module, place: Place) -> int:
    """What a batch keeps for the backward pass at least, in bytes; 0 where nobody can tell."""
    text = isinstance(recipe.data, TextData)
    counts = [(1, 1), (1, 2), (2, 1), (2, 2)] if text else [(1, 1), (2, 1)]
    found = [_kept(network, _example(recipe, network, *each), place) for each in counts]
    kept = [size for size in found if size is not None]
    if len(kept) < len(counts):
        return 0
    grown = kept[3] - kept[2] - (kept[1] - kept[0]) if text else kept[1] - kept[0]
    return max(0, grown) * examples_of(recipe)


def examples_of(recipe: Recipe) -> int:
    """How many pictures a batch has, or how many tokens a piece of all texts side by side."""
    if isinstance(recipe.data, TextData):
        return recipe.batch_size * (recipe.sequence or 1)
    return min(recipe.batch_size, len(recipe.data.train[1]))


def _is_small(recipe: Recipe) -> bool:
    """Whether a batch is so small that no network makes too much of it."""
    data, amount = recipe.data, examples_of(recipe)
    if isinstance(data, TextData):  # embedded, and as logits
        most = NUMBERS_OF_TEXT * amount * (data.classes + recipe.channels)
    else:
        most = NUMBERS_OF_PICTURES * amount * math.prod(data.image_shape)
    return 4 * most < available_memory()


def _example(recipe: Recipe, network: nn.Module, n: int, texts: int) -> Callable[[], Tensor]:
    """What computes so many pictures, or tokens of so many texts, with the loss."""
    data = recipe.data
    if isinstance(data, TextData):
        tokens = torch.zeros(n, texts, dtype=torch.int64)
        return lambda: cross_entropy(network(tokens, None)[0].flatten(0, 1), tokens.flatten())
    images, labels = torch.zeros(n, *data.image_shape), torch.zeros(n, dtype=torch.int64)
    return lambda: cross_entropy(network(images), labels)


def _kept(network: nn.Module, compute: Callable[[], Tensor], place: Place) -> int | None:
    """What a forward pass keeps beside the weights, in bytes; `None` if it cannot be computed."""
    own = {each.data_ptr() for each in (*network.parameters(), *network.buffers())}
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = tensor
        return tensor

    training, drawn = network.training, torch.get_rng_state()
    try:
        network.eval()
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor), place.autocast:
            result = compute()
        del result
        return sum(tensor.untyped_storage().nbytes() for tensor in kept.values())
    except Exception:  # of a user's network; the training will say it
        return None
    finally:
        torch.set_rng_state(drawn)
        network.train(training)


def _check(need: Need, wanted: int, recipe: Recipe, architecture: Architecture) -> None:
    left = available_memory()
    if wanted > left:
        raise TrainingError(
            f"expected a training that fits the memory, of which {_said(left)} are available, got "
            f"one that needs at least {need} for {architecture.text!r:.200}; take a smaller "
            f"batch_size, which is {recipe.batch_size}, or a smaller network, or a machine with "
            "more memory"
        )


def _said(count: int) -> str:
    """Bytes for a person."""
    return f"{count / 1e9:.2f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
