"""The files of one trained network: written, run again, and put in their place.

Notation
    trained   the network as nbnas trained it, on the CPU, in float32
    scores    `(n, classes)`, of the test part
"""

import copy
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from nbnas.brief import brief
from nbnas.drawing import drawn
from nbnas.errors import ExportError
from nbnas.graphs.architecture import Architecture
from nbnas.records import ACCURACY, Measure
from nbnas.training.export.card import Figures, Story, card
from nbnas.training.export.facts import Facts, facts_of
from nbnas.training.export.folder import CARD, write, written_whole
from nbnas.training.export.formats import onnx_file, program_file, program_of, weights_file
from nbnas.training.export.pictures import on_disk
from nbnas.training.export.rerun import Scores, check_agreement, rerun
from nbnas.training.export.source.own import referring_source
from nbnas.training.export.source.reading import classify_source
from nbnas.training.export.source.source import Source, source_of
from nbnas.training.networks.network import count_multiply_adds, count_parameters
from nbnas.training.run import Training
from nbnas.training.trainer import Trainer

CHECKED = ("model.py", "model.onnx", "model.pt2")
_BATCH = 256
_CLOSE = 1e-4  # of the largest score: by so much the source may differ


@dataclass(frozen=True, slots=True, repr=False)
class Exported:
    """A network as files.

    Attributes:
        folder: Where they are.
        accuracy: On the test part, a fraction, of the files themselves: the share of pictures
            whose class is right, or of tokens of a text that were found likeliest.
        agreement: For each file that was run again, the share of the test part for which it gives
            the class, or likeliest token, of the trained network.
        parameters: Number of trainable weights.
        multiply_adds: For one picture, or one token of a text.
        measure: What the value is: the accuracy of pictures; of text what the recipe measures.
        value: On the test part.
    """

    folder: Path
    accuracy: float
    agreement: tuple[tuple[str, float], ...]
    parameters: int
    multiply_adds: int
    measure: Measure
    value: float

    @brief
    def __repr__(self) -> str:
        size, measured = f"{self.parameters:,} parameters", f"{self.measure.noun} {self.value:.4f}"
        return f"{str(self.folder)!r}, {measured} on the test part, {size}"


class Writing:
    """One export under way.

    Args:
        training: The finished training.
        trainer: Its recipe.
        folder: Where to write.
        done: Told each step that is done.
    """

    def __init__(
        self, training: Training, trainer: Trainer, folder: Path, done: Callable[[str], None]
    ) -> None:
        self.training, self.trainer, self.folder, self.done = training, trainer, folder, done
        self.data = trainer.pictures
        self.own: dict[str, Callable[..., object]] = {}
        self.facts: Facts = facts_of(self.data, str(training.architecture), release())
        self.trained = trained_of(training)

    def write(self, found: str) -> Exported:
        """Write all files, run them again, and put the folder in its place."""
        expected = scores_of(self.trained, self.data.test[0])
        source = source_of(self.trained, self.training.architecture, self.facts)
        if source is None:  # a part is of somebody else's making
            self.own = made_by(self.trainer, self.training.architecture)
            source, network = referring_source(self.trained, self.own, self.facts), self.trained
            self.done("source")
        else:
            network = self._network(source, expected)
        with written_whole(self.folder) as partial:
            self._write_network(partial, source, network)
            agreement = self._rerun(partial, expected)
            accuracy = float(np.mean(expected.argmax(1) == self.data.test[1].numpy()))
            exported = Exported(
                self.folder,
                accuracy,
                agreement,
                count_parameters(self.trained),
                count_multiply_adds(self.trained, self.data.image_shape),
                ACCURACY,
                accuracy,
            )
            self._write_card(partial, exported, found)
        self.done("card")
        return exported

    def _network(self, source: Source, expected: Scores) -> nn.Module:
        """The network that the source makes, if it is the trained one.

        Raises:
            ExportError: If it is not.
        """
        space: dict[str, object] = {"__file__": "model.py", "__name__": "model"}
        exec(compile(source.text, "model.py", "exec"), space)  # our own text, see source.py
        network = space["Network"]()  # type: ignore[operator]
        network.load_state_dict(source.weights, strict=True)
        some = scores_of(network.eval(), self.data.test[0][:_BATCH])
        far = float(np.abs(some - expected[:_BATCH]).max())
        if far > _CLOSE * max(1.0, float(np.abs(expected[:_BATCH]).max())):
            raise ExportError(
                f"model.py: expected the scores of the trained network, got others by {far:.2g} "
                f"for {self.training.architecture.text!r:.300}; please report this architecture"
            )
        self.done("source")
        return network  # type: ignore[no-any-return]

    def _write_network(self, partial: Path, source: Source, network: nn.Module) -> None:
        """The files of the network itself."""
        write(partial / "model.py", source.text.encode())
        write(partial / "classify.py", classify_source(self.facts).encode())
        write(partial / "model.safetensors", weights_file(source.weights))
        program = program_of(network, self.facts)
        write(partial / "model.pt2", program_file(program))
        self.done("program")
        write(partial / "model.onnx", onnx_file(program, self.facts))
        self.done("onnx")

    def _rerun(self, partial: Path, expected: Scores) -> tuple[tuple[str, float], ...]:
        """Each file once more; how far it agrees with the trained network."""
        found = []
        with tempfile.TemporaryDirectory(prefix="nbnas-export-") as scratch:
            pictures = on_disk(self.data, self.facts, Path(scratch))
            for file in CHECKED:
                scores = rerun(file, partial, pictures, Path(scratch))
                found.append((file, check_agreement(file, scores, expected)))
                self.done(f"{file} again")
        return tuple(found)

    def _write_card(self, partial: Path, exported: Exported, found: str) -> None:
        picture = drawn(self.training.architecture)
        if picture is not None:
            write(partial / "network.png", picture)
        figures = Figures(
            exported.accuracy,
            len(self.data.test[1]),
            exported.parameters,
            exported.multiply_adds,
            min(share for _, share in exported.agreement),
        )
        data = f"{self.data!r} (fingerprint {self.data.fingerprint})"
        refers = "loads `model.pt2`, and says by whose function the network is made"
        source = refers if self.own else ""
        story = Story(data, self._trained(), found, picture is not None, source)
        write(partial / CARD, card(self.facts, figures, story).encode())

    def _trained(self) -> str:
        """How the network was trained, in words."""
        train, val = len(self.data.train[1]), len(self.data.val[1])
        on = (
            f"the {train + val:,} pictures of training and validation part together"
            if self.training.final
            else f"the {train:,} pictures of the training part"
        )
        return f"{epochs_of(self.training)} on {on}, seed {self.training.seed}"


def trained_of(training: Training) -> nn.Module:
    """A copy of the network of a finished training, on the CPU, in float32, to be evaluated."""
    trained = copy.deepcopy(training.network)
    assert trained is not None  # as was checked
    return trained.cpu().float().to(memory_format=torch.contiguous_format).eval()


def epochs_of(training: Training) -> str:
    """How long it was, in words."""
    return "1 epoch" if training.epochs == 1 else f"{training.epochs} epochs"


def release() -> str:
    """The version of nbnas; empty where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("nbnas")
    except PackageNotFoundError:  # only on the path
        return ""


def made_by(trainer: Trainer, architecture: Architecture) -> dict[str, Callable[..., object]]:
    """The functions of a user that make a recipe's network, by what they make."""
    network = trainer.network
    if network is not None:
        return {"network": network}
    words = {word for _, _, word in architecture.edges}
    own = [each for each in trainer.operations if each.name in words]
    return {f"operation {each.name}": each.build for each in own}


def scores_of(network: nn.Module, pictures: Tensor) -> Scores:
    """What a network on the CPU says of pictures.

    Args:
        network: The network, in evaluation mode.
        pictures: `(n, C, H, W)`, as the data set keeps them.

    Returns:
        The scores, float32.
    """
    with torch.inference_mode():
        pieces = [network(piece) for piece in torch.split(pictures, _BATCH)]
    return torch.cat(pieces).float().numpy()
