"""What every method on shared weights works with: network, data, optimiser, and its steps.

Notation
    weights   how much of each operation the edges of each kind of cell carry, W tensors `(E, O)`
    x, y      pictures `(b, C, H, W)`, normalised and augmented, and classes `(b,)` of a batch
    spent     multiply-adds so far; a gradient takes three times those of a forward pass
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from nbnas.graphs.architecture import Architecture
from nbnas.training.data.resident import chosen
from nbnas.training.device import Place
from nbnas.training.known.size import size_of
from nbnas.training.measure import EVALUATION_BATCH, Figures
from nbnas.training.networks.multiply_adds import computed_multiply_adds, count_multiply_adds
from nbnas.training.networks.normalize import normalizing
from nbnas.training.networks.shared.network import Mixture, Shared, Weights
from nbnas.training.optimizers.groups import set_learning_rate
from nbnas.training.recipe import Recipe
from nbnas.training.relaxed.calibration import batchwise, calibrated
from nbnas.training.relaxed.form import Form
from nbnas.training.steps.optimizer import optimizer_of
from nbnas.training.steps.under_way import UnderWay
from nbnas.training.tasks.pictures import PictureTask
from nbnas.training.tasks.task import Batch, Part

GRADIENT = 3  # forward passes that a gradient takes as long as
CALIBRATED = 1024  # training pictures that the running statistics of an architecture are of
Pair = tuple[Tensor, Tensor]
Loss = Callable[[Sequence[Tensor], Weights], Tensor]


@dataclass(slots=True)
class Ground:
    """The shared network of a relaxation, and what it is trained on and by.

    Attributes:
        recipe: The settings.
        form: How the space is relaxed.
        place: Where it computes.
        generator: Source of all that is random, on the CPU.
        network: The shared network, on its device.
        task: Batches and measures.
        optimizer: What makes its steps.
        train: The training part.
        val: The part that is held out.
        whole: Multiply-adds of all operations for one picture.
        steps: How many are planned from the first on; they decide the learning rate of each.
        step: How many were made.
        first: Which of them the schedule begins with.
        share: Of the recipe's learning rate, that of the schedule.
        spent: Multiply-adds so far.
        under_way: How far the epoch is.
    """

    recipe: Recipe
    form: Form
    place: Place
    generator: torch.Generator
    network: Shared = field(init=False)
    task: PictureTask = field(init=False)
    optimizer: torch.optim.Optimizer = field(init=False)
    train: Part = field(init=False)
    val: Part = field(init=False)
    whole: int = field(init=False)
    steps: int = field(default=1, init=False)
    step: int = field(default=0, init=False)
    first: int = field(default=0, init=False)
    share: float = field(default=1.0, init=False)
    spent: float = field(default=0.0, init=False)
    under_way: UnderWay = field(init=False)

    def __post_init__(self) -> None:
        self.under_way = UnderWay(self.generator, self.place.device)
        data = self.recipe.pictures
        network = self.form.build(self.recipe, self.generator)
        self.whole = count_multiply_adds(Mixture(network, self.form.uniform), data.image_shape)
        layout: Any = self.place.layout
        self.network = network.to(self.place.device).to(memory_format=layout)
        self.task = PictureTask(data, self.recipe, self.place, self.generator)
        self.train, self.val = self.task.parts(final=False)
        self.optimizer = optimizer_of(self.recipe, self.network)
        _begin_at_rest(self.optimizer)

    @property
    def rate(self) -> float:
        """The learning rate of the coming step."""
        recipe = self.recipe
        peak, made = self.share * recipe.learning_rate, self.step - self.first
        return recipe.schedule.learning_rate(peak, made, self.steps)

    def halves(self) -> tuple[Pair, Pair]:
        """The training part in two at random, the first at least as large as the second."""
        images, labels = self.train
        order = torch.randperm(len(labels), generator=self.generator).to(labels.device)
        one, other = order.tensor_split(2)
        return (chosen(images, one), labels[one]), (chosen(images, other), labels[other])

    def loss(self, batch: Batch, weights: Weights) -> Tensor:
        """The mean loss of a batch, `()`, with a gradient."""
        x, y = batch
        self.network.train()
        with self.place.autocast:
            return self._lost(self.network(x, weights), y)

    def loss_of(self, batch: Batch) -> Loss:
        """The same as a function of the network's weights and those of the operations.

        It leaves the running statistics of the network alone.
        """
        (x, y), names = batch, [name for name, _ in self.trained]
        self.network.train()

        def loss(parameters: Sequence[Tensor], weights: Weights) -> Tensor:
            kept = {name: value.clone() for name, value in self.network.named_buffers()}
            given = {**dict(zip(names, parameters, strict=True)), **kept}
            with self.place.autocast:
                return self._lost(functional_call(self.network, given, (x, weights)), y)

        return loss

    @property
    def trained(self) -> list[tuple[str, nn.Parameter]]:
        """The weights of the network that are trained, by name."""
        return [(n, p) for n, p in self.network.named_parameters() if p.requires_grad]

    def learn(self, batch: Batch, weights: Weights) -> Tensor:
        """Make a step of the shared weights.

        Args:
            batch: What it is made on.
            weights: Those of the operations, without a gradient.

        Returns:
            The mean loss before it, `()`, on the device.
        """
        self.optimizer.zero_grad()
        loss = self.loss(batch, weights)
        torch.autograd.backward(loss)
        if self.recipe.clip is not None:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        set_learning_rate(self.optimizer, self.rate)
        self.optimizer.step()
        self.step += 1
        return loss.detach()

    def spend(self, multiply_adds: float, pictures: int, gradients: int = 0) -> None:
        """Count what was computed: gradients, or a forward pass where there are none."""
        self.spent += multiply_adds * pictures * (GRADIENT * gradients or 1)

    def size(self, architecture: Architecture) -> int:
        """Multiply-adds of the network of one architecture for one picture."""
        return size_of(self.recipe, architecture).multiply_adds

    def size_with(self, weights: Weights) -> int:
        """Multiply-adds of the operations that are left by some weights, for one picture."""
        network = Mixture(self.network, weights).eval()  # whose convolutions may be cut
        shape = (1, *self.recipe.pictures.image_shape)
        return computed_multiply_adds(network, torch.zeros(shape, device=self.place.device))

    def held_out_loss(self, weights: Weights) -> float:
        """The mean loss on what is held out, without smoothing, normalised batch by batch.

        The running statistics are those of the operations that are trained together, and wrong
        where one of them is missing.
        """
        network, (images, labels) = self._network(weights), self.val
        pieces = zip(*(torch.split(x, EVALUATION_BATCH) for x in (images, labels)), strict=True)
        with batchwise(network), torch.no_grad(), self.place.autocast:
            losses = [
                cross_entropy(network(self._here(x)), y, reduction="sum").float()
                for x, y in pieces
            ]
        return float(torch.stack(losses).sum()) / len(labels)

    def _here(self, images: Tensor) -> Tensor:
        layout = self.place.layout
        return images.to(self.place.device).contiguous(memory_format=layout)

    def figures(self, weights: Weights) -> Figures:
        """All measures with given weights on the part that is held out."""
        return self.task.figures(self._network(weights), self.val)

    def inherited(self, architecture: Architecture) -> Figures:
        """All measures of one architecture with the shared weights, on what is held out.

        The running statistics of its normalisations are measured anew, since those of the shared
        network are of all architectures (Guo et al. 2020, section 3.2).
        """
        weights = self.weights_of(architecture)
        pictures = self.train[0][:CALIBRATED]
        self.spend(self.size(architecture), len(pictures) + len(self.val[1]))
        network = self._network(weights)
        with calibrated(network, pictures, self.place, EVALUATION_BATCH):
            return self.task.figures(network, self.val)

    def weights_of(self, architecture: Architecture) -> Weights:
        """The weights of operations that stand for one architecture, on the device."""
        return tuple(each.to(self.place.device) for each in self.form.one_hot(architecture))

    def _network(self, weights: Weights) -> nn.Module:
        network = nn.Sequential(normalizing(self.recipe.pictures), Mixture(self.network, weights))
        return network.to(self.place.device)

    def _lost(self, scores: Tensor, y: Tensor) -> Tensor:
        return cross_entropy(scores, y, label_smoothing=self.recipe.label_smoothing)

    def state(self) -> dict[str, Any]:
        """All that changes, as plain values and tensors."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "step": self.step,
            "spent": self.spent,
            "under_way": self.under_way.state(),
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Be as far as a state tells."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        self.step, self.spent = int(state["step"]), float(state["spent"])
        self.under_way.resume(state.get("under_way", {}), state["generator"])


def _begin_at_rest(optimizer: torch.optim.Optimizer) -> None:
    """Give all weights a momentum of 0, which they have without one, too.

    Torch's quick stochastic gradient descent knows of all weights whether they had a gradient
    before, or of none; of a single path some had and others had not.
    """
    if isinstance(optimizer, torch.optim.SGD):
        for group in optimizer.param_groups:
            for weight in group["params"] if group["momentum"] else ():
                optimizer.state[weight]["momentum_buffer"] = torch.zeros_like(weight)
