"""The optimiser of a recipe for a network."""

import torch
from torch import nn

from nbnas.training.optimizers.groups import Steps
from nbnas.training.recipe import Recipe


def optimizer_of(recipe: Recipe, network: nn.Module) -> torch.optim.Optimizer:
    """The optimiser of a recipe for a network's weights; see `Trainer`.

    Args:
        recipe: The recipe.
        network: The network, on its device.
    """
    steps = Steps(
        recipe.learning_rate,
        recipe.momentum,
        recipe.weight_decay,
        recipe.decay_all,
        recipe.data.classes,
    )
    return recipe.optimizer.build(network, steps)
