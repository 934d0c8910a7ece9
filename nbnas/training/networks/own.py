"""Operations and networks of a user's own: made with the seed of the training, checked, counted.

Notation
    n, C, H, W   number of images, their channels, height and width
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from nbnas.checks import Rule
from nbnas.errors import SettingError, TrainingError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.graph import holds_cells
from nbnas.graphs.spaces.operation import OF_DARTS, Operation
from nbnas.source import name_of
from nbnas.training.draws import drawing
from nbnas.training.networks.faults import told_where

Image = tuple[int, int, int]
Build = Callable[[Architecture, Any], nn.Module]
Make = Callable[[int], nn.Module]
Builds = Mapping[str, Operation]
Sides = tuple[int, int]
PROBED = 2  # images of a probe; batch normalisation needs more than one number a channel


class Own(nn.Module):
    """A user's operation, as many times side by side as there are copies of it.

    Args:
        build: From the number of channels to a module.
        channels: Number of channels that come in, C.
        copies: Number of independent modules, whose results stand one after the other.
    """

    def __init__(self, build: Make, channels: int, copies: int = 1) -> None:
        super().__init__()
        made = [build(channels) for _ in range(copies)]
        if not all(isinstance(one, nn.Module) for one in made):
            raise TypeError(f"expected a torch.nn.Module, got {shown(made[0])}")
        self.copies = nn.ModuleList(made)

    def forward(self, images: Tensor) -> Tensor:
        """Apply each copy, `(n, C, H, W)` to `(n, copies * C, H, W)`."""
        outputs = [copy(images) for copy in self.copies]
        return torch.cat(outputs, dim=1) if len(outputs) > 1 else outputs[0]


def builds_of(operations: Sequence[Operation], architecture: Architecture) -> Builds:
    """Those of a user's operations that an architecture has, by their names."""
    words = {word.partition(":")[0] for _, _, word in architecture.edges}  # one of "gelu:reduce"
    words -= {*OF_DARTS} if holds_cells(architecture) else set()
    return {operation.name: operation for operation in operations if operation.name in words}


def check_operation(operation: Operation, channels: int, size: Sides) -> None:
    """Check on a batch of images that an operation gives images of the shape that comes in.

    With strides, they have to be half as high and wide.

    Args:
        operation: The operation.
        channels: Number of channels, C.
        size: Height and width of the images.

    Raises:
        SettingError: If it does not, changes what comes in, or cannot be built or applied; the
            message says both shapes, or the line of the fault.
    """
    called, shape = f"operation {operation.name!r}", (PROBED, channels, *size)
    _check_images(called, operation.build, shape, shape)
    if operation.strided is not None:
        halves = (PROBED, channels, *(-(-side // 2) for side in size))
        _check_images(f"{called} with strides", operation.strided, shape, halves)


def _check_images(called: str, build: Make, given: tuple[int, ...], due: tuple[int, ...]) -> None:
    """Check what a module makes of images, and that it leaves them as they are."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(*given, generator=generator)
    before, same = images.clone(), given == due
    into = "images of that shape" if same else f"images {due}"
    told = told_where(f"{called} to turn images {given} into {into}", SettingError)
    with told, drawing(generator), torch.no_grad():
        output = Own(build, given[1])(images)
    came = tuple(output.shape) if isinstance(output, Tensor) else shown(output)
    if came != due:
        what = f"the shape that comes in, {due}" if same else f"half the height and width, {due}"
        hint = "height and width" if same else "and halve height and width, rounded up"
        raise SettingError(
            f"expected {called} to give images of {what}, got {came}; let it keep channels, "
            f"{hint}, as by padding"
        )
    if not torch.equal(before, images):
        raise SettingError(
            f"expected {called} to leave the images that it is given as they are, as other edges "
            "read them, too, but it changes them in place; give its first layer inplace=False"
        )


def build_own(
    build: Build,
    architecture: Architecture,
    data: Any,  # noqa: ANN401
    generator: torch.Generator,
) -> nn.Module:
    """A user's network for an architecture, checked on a batch of two images.

    Args:
        build: From the architecture and the data to the network.
        architecture: Any architecture.
        data: The data set; its `image_shape` and `classes` say what the network has to take and
            to give, where it has them.
        generator: Gives the seed of the initial weights, which torch draws.

    Raises:
        TrainingError: If it is no network, has no weights or gives no scores `(n, classes)`, or an
            error is raised within; the message says the line of the fault.
    """
    called = f"{name_of(build)}(architecture, data)"
    with drawing(generator):
        with told_where(f"{called} to build a network for {architecture.text!r:.200}"):
            network = build(architecture, data)
        if not isinstance(network, nn.Module):
            raise TrainingError(
                f"expected {called} to return a torch.nn.Module, got {shown(network)} for "
                f"{architecture.text!r:.200}"
            )
        if not any(weight.requires_grad for weight in network.parameters()):
            raise TrainingError(
                f"expected {called} to return a network with weights to train, got none for "
                f"{architecture.text!r:.200}"
            )
        if getattr(data, "image_shape", None) is not None:
            _check_scores(network, called, data.image_shape, data.classes)
    return network


def _check_scores(network: nn.Module, called: str, image_shape: Image, classes: int) -> None:
    images, training = torch.zeros(PROBED, *image_shape), network.training
    expected = f"the network of {called} to turn images {tuple(images.shape)} into scores"
    with told_where(f"{expected} {(PROBED, classes)}"), torch.no_grad():
        scores = network.eval()(images)
    network.train(training)
    shape = tuple(scores.shape) if isinstance(scores, Tensor) else shown(scores)
    if shape != (PROBED, classes):
        raise TrainingError(f"expected {expected} {(PROBED, classes)}, got {shape}")


def _takes_both(build: Any) -> bool:  # noqa: ANN401
    if not callable(build):
        return False
    try:
        inspect.signature(build).bind(None, None)
    except TypeError:
        return False
    except ValueError:  # some compiled functions do not tell theirs
        return True
    return True


NETWORK: Rule[Build] = Rule(
    "a function (architecture, data) that returns a torch.nn.Module",
    _takes_both,
    lambda build: build,
)
"""The rule of a function that builds networks."""
