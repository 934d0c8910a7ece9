"""The files of one trained network: written, run again, and put in their place.

Notation
    trained   the network as nbnas trained it, on the CPU, in float32
    scores    `(n, classes)`, of the test part
"""

import copy
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from nbnas.drawing import drawn
from nbnas.errors import ExportError
from nbnas.graphs.architecture import Architecture
from nbnas.records import ACCURACY
from nbnas.training.export.card import Figures, Story, card
from nbnas.training.export.exported import Exported
from nbnas.training.export.facts import Facts, facts_of
from nbnas.training.export.folder import CARD, write, written_whole
from nbnas.training.export.formats import onnx_file, program_file, program_of, weights_file
from nbnas.training.export.pictures import on_disk
from nbnas.training.export.rerun import Pictures, Scores, check_agreement, rerun
from nbnas.training.export.source.reading import classify_source
from nbnas.training.export.source.source import Source
from nbnas.training.export.told import trained_in_words
from nbnas.training.export.written import Written, referring, written_source
from nbnas.training.networks.network import count_multiply_adds, count_parameters
from nbnas.training.run import Training
from nbnas.training.trainer import Trainer

CHECKED = ("model.py", "model.onnx", "model.pt2")
_BATCH = 256
_CLOSE = 1e-4  # of the largest score: by so much the source may differ


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
        self.missing: dict[str, str] = {}
        self.facts: Facts = facts_of(self.data, str(training.architecture), release())
        self.trained = trained_of(training)

    def write(self, found: str) -> Exported:
        """Write all files, run them again, and put the folder in its place."""
        expected = scores_of(self.trained, self.data.test[0])
        self.written = written_source(
            self.trained, self.trainer, self.training.architecture, self.facts, self._check
        )
        self.done("source")
        with written_whole(self.folder) as partial:
            self._write_network(partial)
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
                tuple(self.missing.items()),
            )
            self._write_card(partial, exported, found)
        self.done("card")
        return exported

    def _check(self, source: Source) -> nn.Module:
        """The network that a source makes, if it is the trained one.

        Raises:
            ExportError: If it is not.
        """
        space: dict[str, object] = {"__file__": "model.py", "__name__": "model"}
        exec(compile(source.text, "model.py", "exec"), space)  # ours, and the user's own functions
        space["load_file"] = lambda _: source.weights
        network: nn.Module = space["load"]()  # type: ignore[operator]
        some = self.data.test[0][:_BATCH]
        given, expected = scores_of(network, some), scores_of(self.trained, some)
        check_same(given, expected, _CLOSE, self.training.architecture)
        return network

    def _write_network(self, partial: Path) -> None:
        """The files of the network itself; a form that it cannot have is left out."""
        source = self.written.source
        write(partial / "model.py", source.text.encode())
        write(partial / "model.safetensors", weights_file(source.weights))
        try:
            program = program_of(self.written.network or self.trained, self.facts)
            content = program_file(program)
        except ExportError as error:
            self._lose(partial, "model.pt2", error)
            self._lose(partial, "model.onnx", error)
            return
        write(partial / "model.pt2", content)
        self.done("program")
        try:
            graph = onnx_file(program, self.facts)
        except ExportError as error:
            self._lose(partial, "model.onnx", error)
            return
        write(partial / "model.onnx", graph)
        write(partial / "classify.py", classify_source(self.facts).encode())
        self.done("onnx")

    def _lose(self, partial: Path, file: str, error: ExportError) -> None:
        """Leave out a file, and what needs it.

        Raises:
            ExportError: If nothing would be left that runs.
        """
        if file == "model.py" or (file == "model.pt2" and self.written.network is None):
            raise ExportError(f"{error}; nothing was exported") from error
        for name in (file, "classify.py")[: 1 + (file == "model.onnx")]:
            (partial / name).unlink(missing_ok=True)
            self.missing[name] = str(error) if name == file else f"it needs {file}"

    def _rerun(self, partial: Path, expected: Scores) -> tuple[tuple[str, float], ...]:
        """Each file once more; how far it agrees with the trained network."""
        found = []
        with tempfile.TemporaryDirectory(prefix="nbnas-export-") as scratch:
            pictures = on_disk(self.data, self.facts, Path(scratch))
            for file in CHECKED:
                if file in self.missing:
                    continue
                try:
                    found.append((file, self._agreement(file, partial, pictures, expected)))
                except ExportError as error:
                    self._lose(partial, file, error)
                self.done(f"{file} again")
        return tuple(found)

    def _agreement(self, file: str, partial: Path, pictures: Pictures, expected: Scores) -> float:
        """How far a file agrees; a user's code that does not run elsewhere is only referred to."""
        with tempfile.TemporaryDirectory(prefix="nbnas-export-") as scratch:
            try:
                scores = rerun(file, partial, pictures, Path(scratch))
                return check_agreement(file, scores, expected)
            except ExportError as error:
                reference = self.written.reference
                if file != "model.py" or reference is None or "model.pt2" in self.missing:
                    raise
                self.written = Written(reference, None, referring(error))
                write(partial / file, reference.text.encode())
            return self._agreement(file, partial, pictures, expected)

    def _write_card(self, partial: Path, exported: Exported, found: str) -> None:
        picture = write_picture(partial, self.training.architecture)
        figures = Figures(
            exported.accuracy,
            len(self.data.test[1]),
            exported.parameters,
            exported.multiply_adds,
            min(share for _, share in exported.agreement),
        )
        data = f"{self.data!r} (fingerprint {self.data.fingerprint})"
        story = Story(
            data,
            self._trained(),
            found,
            picture,
            self.written.says,
            missing=exported.missing,
        )
        write(partial / CARD, card(self.facts, figures, story).encode())

    def _trained(self) -> str:
        """How the network was trained, in words."""
        train, val = len(self.data.train[1]), len(self.data.val[1])
        on = (
            f"the {train + val:,} pictures of training and validation part together"
            if self.training.final
            else f"the {train:,} pictures of the training part"
        )
        return trained_in_words(self.training, on)


def check_same(given: Scores, expected: Scores, close: float, architecture: Architecture) -> None:
    """Check that a source gives the scores of the trained network.

    Args:
        given: What it gives.
        expected: What the trained network gives, in the same shape.
        close: By so much of the largest score, or of 1, they may differ.
        architecture: What both were made of.

    Raises:
        ExportError: If they differ by more, or a score is no number.
    """
    far = float(np.abs(given - expected).max())
    if not far <= close * max(1.0, float(np.abs(expected).max())):
        raise ExportError(
            f"model.py: expected the scores of the trained network, got others by {far:.2g} "
            f"for {architecture.text!r:.300}; please report this architecture"
        )


def write_picture(partial: Path, architecture: Architecture) -> bool:
    """Write the picture of an architecture for the card; whether there is one."""
    picture = drawn(architecture)
    if picture is not None:
        write(partial / "network.png", picture)
    return picture is not None


def trained_of(training: Training) -> nn.Module:
    """A copy of the network of a finished training, on the CPU, in float32, to be evaluated."""
    trained = copy.deepcopy(training.network)
    assert trained is not None  # as was checked
    return trained.cpu().float().to(memory_format=torch.contiguous_format).eval()


def release() -> str:
    """The version of nbnas; empty where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("nbnas")
    except PackageNotFoundError:  # only on the path
        return ""


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
