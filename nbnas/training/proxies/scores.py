"""Zero-cost proxies: numbers of an untrained network that tell how well it may learn.

A proxy is a function `(network, images, labels) -> float`. Higher is better. It gives a finite
number for every network, also for one without weights, without a path from its images to its
scores, or with weights that are no numbers; and it leaves the network, its gradients and torch's
own generators alone. Batch normalisation takes the moments of the batch, as in the first step of a
training; dropout is off.

Notation
    n, C, H, W   number of images of the batch; channels, height and width of an image
    θ, ℓ         the weights of convolutions and linear layers; the cross-entropy of the batch
    K            `(n, n)`: in how many ReLUs two images agree
    J            `(r, C * H * W)`: for each of r images, the gradient of the sum of all scores

References:
    Abdelfattah et al., Zero-cost proxies for lightweight NAS, ICLR 2021 (all but `nwot`, as scores
    of whole networks). Krishnakumar et al., NAS-Bench-Suite-Zero, NeurIPS 2022 (a comparison).
"""

import math
import sys
from contextlib import ExitStack
from functools import partial
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nbnas.checks import Rule, instance
from nbnas.training.networks.cell import Cell
from nbnas.training.networks.network import count_multiply_adds, count_parameters
from nbnas.training.networks.own import Own
from nbnas.training.proxies.probe import Gradients, probing, state_of, weight_gradients

RIDGE = 1e-5  # what jacov adds to an eigenvalue


class Proxy(Protocol):
    """A score of an untrained network, such as the function `nwot`."""

    __name__: str

    def __call__(self, network: nn.Module, images: Tensor, labels: Tensor, /) -> float:
        """Score a network.

        Args:
            network: The network; left as it is.
            images: A batch `(n, C, H, W)`, on the network's device.
            labels: Its classes `(n,)`.

        Returns:
            A finite number.
        """


_NETWORK = instance(nn.Module, "build_network(architecture, …)")
_IMAGES: Rule[Tensor] = Rule(
    "a floating tensor (n, C, H, W) of images",
    lambda images: isinstance(images, Tensor) and images.is_floating_point() and images.ndim == 4,
    lambda images: images,
)
_LABELS: Rule[Tensor] = Rule(
    "a tensor (n,) of classes",
    lambda labels: isinstance(labels, Tensor) and labels.ndim == 1,
    lambda labels: labels,
)


def _check(network: object, images: object, labels: object) -> None:
    _NETWORK("network", network)
    _IMAGES("images", images)
    _LABELS("labels", labels)


def nwot(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """How well the ReLUs tell the images apart: log |det K|, at least 0.

    An `nn.ReLU` whose result several operations of a `Cell` share counts once for each of them,
    as if each had its own. Where K is singular, as when no ReLU tells two images apart, its
    eigenvalues of 0 are left out; K being of whole numbers, the product of the others is one, too.
    So k groups of images that are told apart give k eigenvalues at most, and no ReLU gives 0.

    References:
        Mellor et al., Neural architecture search without training, ICML 2021, section 3.
    """
    _check(network, images, labels)
    agreements = torch.zeros(len(images), len(images), dtype=torch.float64)

    def count(copies: int, relu: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        agreements.add_(agreeing_codes(inputs[0]), alpha=copies)

    with ExitStack() as stack, torch.no_grad(), probing(network):
        for relu, copies in _relus(network).items():
            hook = relu.register_forward_pre_hook(partial(count, copies))
            stack.callback(hook.remove)
        network(images)
    return log_pseudo_determinant(agreements)


def agreeing_codes(inputs: Tensor) -> Tensor:
    """In how many ReLUs two images agree, `(n, n)` in float64 on the CPU.

    Args:
        inputs: What goes into the ReLUs, `(n, …)`.
    """
    signs = 2 * (inputs > 0).flatten(1).float() - 1
    return ((signs @ signs.T).cpu().double() + signs.shape[1]) / 2


def log_pseudo_determinant(matrix: Tensor) -> float:
    """Log of the product of the eigenvalues that are not 0 up to rounding; 0 if all are.

    Args:
        matrix: Symmetric and positive semi-definite, `(n, n)` in float64.
    """
    eigenvalues = torch.linalg.eigvalsh(matrix)
    rounding = eigenvalues.max() * len(matrix) * torch.finfo(matrix.dtype).eps
    return float(eigenvalues[eigenvalues > rounding].log().sum())


def jacov(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """How differently the scores depend on the pixels of different images, at most -log r.

    With the eigenvalues λ of the correlation matrix of J's rows, and k = 1e-5, it is
    -log Σ (log(λ + k) + 1 / (λ + k)). The published score is minus the sum; the logarithm keeps
    the order and spares a model that has to scale it the factor of 10,000 between the lowest and
    the highest. An image whose gradient is constant, as where the scores do not depend on it, or
    no number, counts as λ = 0. More rows than half an image's numbers are close to dependent
    whatever the network is, so that J has no more: r = min(n, C * H * W // 2).

    References:
        Mellor et al., Neural architecture search without training, arXiv 2006.04647v1, 2020.
    """
    _check(network, images, labels)
    images = images.detach().clone().requires_grad_()
    with torch.enable_grad(), probing(network):
        total = network(images).sum() + 0 * images.sum()  # so that it depends on the images
        (gradient,) = torch.autograd.grad(total, images)
    rows = gradient.flatten(1).cpu().double()
    eigenvalues = correlation_eigenvalues(rows[: max(2, rows.shape[1] // 2)]) + RIDGE
    return -math.log(float((eigenvalues.log() + 1 / eigenvalues).sum()))


def correlation_eigenvalues(rows: Tensor) -> Tensor:
    """Eigenvalues of the rows' correlation matrix; 0 for each row that is constant or not finite.

    Args:
        rows: `(r, d)` in float64.

    Returns:
        Eigenvalues `(r,)`, at least 0.
    """
    varied = rows.isfinite().all(1) & (rows.amax(1) > rows.amin(1))
    eigenvalues = torch.zeros(len(rows), dtype=rows.dtype)
    if (count := int(varied.sum())) > 0:
        correlations = torch.corrcoef(rows[varied]).reshape(count, count)
        eigenvalues[:count] = torch.linalg.eigvalsh(correlations).clamp(min=0)
    return eigenvalues


def synflow(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """How much flows along the paths of weights: log(1 + Σ θ ∂R/∂θ); 0 without a path.

    R is the sum of the scores of one image of ones, with the absolute values of all weights,
    without batch normalisation and in float64. The logarithm is ours: the published score
    multiplies from layer to layer.

    References:
        Tanaka et al., Pruning neural networks without any data by iteratively conserving synaptic
        flow, NeurIPS 2020, section 5.
    """
    _check(network, images, labels)
    device = torch.device("cpu") if images.device.type == "mps" else images.device  # no float64
    state = {
        name: value.abs().to(device).double() if value.is_floating_point() else value.to(device)
        for name, value in state_of(network).items()
    }
    ones = torch.ones(1, *images.shape[1:], dtype=torch.float64, device=device)
    with probing(network, normalizing=False):
        return _log(_flow(weight_gradients(network, state, ones, torch.sum)))


def snip(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """How much the loss hangs on the weights: log(1 + Σ |θ ∂ℓ/∂θ|). The logarithm is ours.

    References:
        Lee et al., SNIP: single-shot network pruning based on connection sensitivity, ICLR 2019.
    """
    _check(network, images, labels)
    return _log(_flow(_loss_gradients(network, images, labels)))


def grad_norm(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """How steep the loss is: log(1 + Σ ‖∂ℓ/∂θ‖), a norm for each layer. The logarithm is ours."""
    _check(network, images, labels)
    gradients = (gradient for _, gradient in _loss_gradients(network, images, labels))
    return _log(sum(float(gradient.norm()) for gradient in gradients))


def params(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Number of trainable weights."""
    _check(network, images, labels)
    return float(count_parameters(network))


def flops(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Number of multiply-adds for one image; see `count_multiply_adds`."""
    _check(network, images, labels)
    if next(network.parameters(), None) is None:
        return 0.0  # without weights there is nothing to multiply with
    channels, height, width = images.shape[1:]
    with probing(network, normalizing=False):
        return float(count_multiply_adds(network, (channels, height, width)))


def _loss_gradients(network: nn.Module, images: Tensor, labels: Tensor) -> Gradients:
    with probing(network):
        loss = partial(cross_entropy, target=labels)
        return weight_gradients(network, state_of(network), images, loss)


def _flow(gradients: Gradients) -> float:
    """Σ |θ g| over all weights θ and their gradients g."""
    return sum(float((weight * gradient).abs().sum()) for weight, gradient in gradients)


def _log(score: float) -> float:
    """log(1 + score) of a score from 0; what is no number counts as 0, overflow as the largest."""
    return 0.0 if math.isnan(score) else math.log1p(min(score, sys.float_info.max))


def _relus(network: nn.Module) -> dict[nn.ReLU, int]:
    """Each ReLU and how many operations share it."""
    relus = {module: 1 for module in network.modules() if isinstance(module, nn.ReLU)}
    for cell in (module for module in network.modules() if isinstance(module, Cell)):
        for (_, _, targets), operation in zip(cell.fans, cell.operations, strict=True):
            copies = 1 if isinstance(operation, Own) else len(targets)
            relus |= {m: copies for m in operation.modules() if isinstance(m, nn.ReLU)}
    return relus
