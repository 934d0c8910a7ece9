"""Many small networks of one shape, trained at once.

Notation
    M          number of networks; every array of weights has them as its first dimension
    n, p       number of examples and of inputs
    x          inputs `(n, p)`, the same for all networks
    z          targets `(n,)`
    share      `(M, n)`: how much an example counts in the loss of a network; 0 leaves it out

References:
    He et al., Delving deep into rectifiers, ICCV 2015 (initial weights).
    Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019 (AdamW).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

PIECE = 512  # inputs that are put through the networks together


@dataclass(frozen=True, slots=True, eq=False)
class Perceptrons:
    """M networks of fully connected layers with ReLU between them and one output.

    Attributes:
        weights: For each layer `(M, inputs, outputs)`.
        biases: For each layer `(M, 1, outputs)`.
    """

    weights: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]

    def __call__(self, x: Tensor) -> Tensor:
        """The outputs `(M, n)` for inputs `(n, p)`."""
        values = x.expand(len(self.weights[0]), *x.shape)
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            values = torch.baddbmm(bias, values.relu() if layer else values, weight)
        return values[:, :, 0]

    def predict(self, x: Tensor) -> Tensor:
        """The same, for many inputs: in pieces that the processor's cache can hold."""
        return torch.cat([self(piece) for piece in torch.split(x, PIECE)], dim=1)

    def to(self, dtype: torch.dtype) -> "Perceptrons":
        """The same networks in another precision."""
        return Perceptrons(
            tuple(w.to(dtype) for w in self.weights), tuple(b.to(dtype) for b in self.biases)
        )


def untrained(networks: int, sizes: Sequence[int], generator: torch.Generator) -> Perceptrons:
    """Networks with random weights and biases of variance 2 / inputs; 1 / inputs at the end.

    Args:
        networks: M.
        sizes: Number of inputs of each layer, the first being p; the last layer has one output.
        generator: The only source of randomness.

    Returns:
        The networks in float64.
    """
    weights, biases = [], []
    for layer, inputs in enumerate(sizes, 1):
        last = layer == len(sizes)
        outputs, variance = (1, 1.0) if last else (sizes[layer], 2.0)
        scale = (variance / max(inputs, 1)) ** 0.5
        drawn = torch.randn(
            networks, inputs + 1, outputs, generator=generator, dtype=torch.float64
        )
        weights.append(scale * drawn[:, 1:])
        biases.append(scale * drawn[:, :1])
    return Perceptrons(tuple(weights), tuple(biases))


def trained(
    start: Perceptrons,
    x: Tensor,
    z: Tensor,
    share: Tensor,
    *,
    epochs: int,
    learning_rate: float,
    weight_decay: float,
) -> Perceptrons:
    """Train networks on all examples at once, by AdamW with a rate that falls linearly to 0.

    The loss of a network is the mean over the examples of share (f(x) - z)². The networks do not
    touch each other: the gradient of the sum of their losses holds those of all.

    Args:
        start: The networks to start from, of the precision of x and z; they stay as they are.
        x: Inputs `(n, p)`.
        z: Targets `(n,)`.
        share: Weights `(M, n)` of the examples, in the same precision.
        epochs: Number of steps.
        learning_rate: The rate of the first step.
        weight_decay: Decay of the weights, as a multiple of the rate.

    Returns:
        The trained networks.
    """
    layers = len(start.weights)
    free = [p.clone().requires_grad_() for p in (*start.weights, *start.biases)]
    networks = Perceptrons(tuple(free[:layers]), tuple(free[layers:]))
    optimizer = torch.optim.AdamW(free, lr=learning_rate, weight_decay=weight_decay)
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = learning_rate * (1 - epoch / epochs)
        loss = (share * (networks(x) - z) ** 2).mean(dim=1).sum()
        for parameter, gradient in zip(free, torch.autograd.grad(loss, free), strict=True):
            parameter.grad = gradient
        optimizer.step()
    fixed = [p.detach() for p in free]
    return Perceptrons(tuple(fixed[:layers]), tuple(fixed[layers:]))
