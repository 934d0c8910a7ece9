"""The files of one trained language model: written, run again, and put in their place.

Notation
    trained    the network as nbnas trained it, on the CPU, in float32
    foretold   what is said of the test part; see `nbnas.training.export.text.foretold`
"""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from nbnas.errors import DataError, ExportError
from nbnas.training.data.text import TextData
from nbnas.training.data.tokens import UNKNOWN, unknown_of
from nbnas.training.export import fresh
from nbnas.training.export.card import Story
from nbnas.training.export.exported import Exported
from nbnas.training.export.folder import CARD, write, written_whole
from nbnas.training.export.formats import program_file, weights_file
from nbnas.training.export.rerun import answer_of
from nbnas.training.export.source.language import (
    Language,
    language_source,
    piece_of,
    sizes,
    write_source,
)
from nbnas.training.export.source.source import Source
from nbnas.training.export.text.card import Sample, TextFigures, text_card
from nbnas.training.export.text.foretold import (
    Foretold,
    check_foretold,
    foretold_by,
    log_loss,
    right_share,
)
from nbnas.training.export.text.formats import onnx_file, program_of
from nbnas.training.export.told import trained_in_words
from nbnas.training.export.writing import (
    CHECKED,
    check_same,
    release,
    trained_of,
    write_picture,
)
from nbnas.training.measure import measures_of_text, text_figures
from nbnas.training.networks.multiply_adds import token_multiply_adds
from nbnas.training.networks.network import count_parameters
from nbnas.training.networks.recurrent import RecurrentNetwork
from nbnas.training.run import Training
from nbnas.training.trainer import Trainer

_FIRST = 32  # tokens by which the source is compared
_CLOSE = 1e-3  # of a score: by so much it may differ
_PROMPT = re.compile(r"(?<=\s)[^\W\d_]{2,}(?: [^\W\d_]+){1,3}")
_SAMPLE = {"character": 400, "word": 100}  # tokens that the card shows


class TextWriting:
    """One export of a language model under way.

    Args:
        training: The finished training.
        trainer: Its recipe.
        folder: Where to write.
        done: Told each step that is done.

    Raises:
        ExportError: If the test part cannot be a text on disk.
    """

    def __init__(
        self, training: Training, trainer: Trainer, folder: Path, done: Callable[[str], None]
    ) -> None:
        assert isinstance(trainer.data, TextData)  # as was checked
        self.training, self.trainer, self.folder, self.done = training, trainer, folder, done
        self.data = trainer.data
        self.text = text_of_test(self.data)
        self.language = language_of(self.data, training.architecture.text, release())
        self.steps = piece_of(self.language)
        trained = trained_of(training)
        assert isinstance(trained, RecurrentNetwork)
        self.trained = trained

    def write(self, found: str) -> Exported:
        """Write all files, run them again, and put the folder in its place."""
        expected = foretold_by(self.trained, self.data.test, self.steps)
        source = language_source(self.trained, self.language)
        network, module = self._network(source)
        with written_whole(self.folder) as partial:
            self._write_network(partial, source, network)
            agreement = self._rerun(partial, expected)
            figures = self._figures(expected, min(share for _, share in agreement))
            prompt = prompt_of(self.data)
            sample = Sample(prompt, module["write"](network, prompt, _SAMPLE[self.data.level]))
            self._write_card(partial, figures, found, sample)
        self.done("card")
        measure, value = next(iter(figures.measured.items()))
        size = figures.parameters, figures.multiply_adds
        return Exported(self.folder, figures.right, agreement, *size, measure, value)

    def _network(self, source: Source) -> tuple[nn.Module, dict[str, Any]]:
        """The network that the source makes, if it is the trained one, and its module.

        Raises:
            ExportError: If it is not.
        """
        module: dict[str, Any] = {"__file__": "model.py", "__name__": "model"}
        exec(compile(source.text, "model.py", "exec"), module)  # our own text, see language.py
        network = module["Network"]()
        network.load_state_dict(source.weights, strict=True)
        network.eval()
        tokens = self.data.test[:_FIRST][None]
        with torch.inference_mode():
            scores, _ = network(tokens, network.initial())
            expected, _ = self.trained(tokens.T)
        given, wanted = scores[0].numpy(), expected[:, 0].numpy()
        check_same(given, wanted, _CLOSE, self.training.architecture)
        self.done("source")
        return network, module

    def _write_network(self, partial: Path, source: Source, network: nn.Module) -> None:
        """The files of the network itself."""
        write(partial / "model.py", source.text.encode())
        write(partial / "write.py", write_source(self.trained, self.language).encode())
        write(partial / "model.safetensors", weights_file(source.weights))
        program = program_of(network)
        write(partial / "model.pt2", program_file(program))
        self.done("program")
        write(partial / "model.onnx", onnx_file(program, self.language))
        self.done("onnx")

    def _rerun(self, partial: Path, expected: Foretold) -> tuple[tuple[str, float], ...]:
        """Each file once more; how far it agrees with the trained network."""
        found = []
        with tempfile.TemporaryDirectory(prefix="nbnas-export-") as name:
            text = Path(name) / "test.txt"
            text.write_text(self.text, encoding="utf-8-sig", newline="")
            said = {"folder": str(partial), "text": str(text), "state": self._state}
            for file in CHECKED:
                steps = 1 if file == "model.pt2" else self.steps
                task = {**said, "file": file, "steps": steps}
                foretold = answer_of(Path(fresh.__file__), task, Path(name)).astype(np.float64)
                found.append((file, check_foretold(file, foretold, expected)))
                self.done(f"{file} again")
        return tuple(found)

    def _figures(self, foretold: Foretold, agreement: float) -> TextFigures:
        """What the card says in numbers."""
        searched, known = self.trainer.measure, measures_of_text(self.data)
        order = (searched, *(measure for measure in known if measure != searched))
        return TextFigures(
            text_figures(log_loss(foretold), order),
            right_share(foretold),
            foretold.shape[1],
            count_parameters(self.trained),
            token_multiply_adds(self.trained),
            agreement,
            self._state,
        )

    def _write_card(self, partial: Path, figures: TextFigures, found: str, sample: Sample) -> None:
        picture = write_picture(partial, self.training.architecture)
        data = f"{self.data!r} (fingerprint {self.data.fingerprint})"
        story = Story(data, self._trained(), found, picture)
        said = text_card(self.language, figures, story, sample)
        write(partial / CARD, said.encode("utf-8", errors="replace"))

    def _trained(self) -> str:
        """How the network was trained, in words."""
        train, val = len(self.data.train), len(self.data.val)
        level, final = self.data.level, self.training.final
        part = "training and validation part together" if final else "the training part"
        on = f"{train + val if final else train:,} {level}s of {part}"
        return trained_in_words(self.training, f"the {on}")

    @property
    def _state(self) -> tuple[int, int, int]:
        """`(layers, states, hidden)`."""
        size = sizes(self.trained)
        return size["layers"], size["states"], size["hidden"]


def language_of(data: TextData, architecture: str, version: str) -> Language:
    """What is to be said of a text.

    Args:
        data: The text.
        architecture: The cell in its notation.
        version: Of nbnas.
    """
    unknown = unknown_of(data.level)
    known = unknown if unknown in data.vocabulary else ""
    given = (data.name, data.level, data.vocabulary, data.spaced, known)
    return Language(*given, architecture, version)


def text_of_test(data: TextData) -> str:
    """The test part as the text that it is of.

    Raises:
        ExportError: If that text would be read as other tokens.
    """
    text = data.decode(data.test.tolist())
    try:
        if data.encode(text).equal(data.test):
            return text
    except DataError:
        pass
    raise ExportError(
        f"expected a text whose {data.level}s can be written to a file and read from it again, "
        f"got {data!r}; make it by from_text, which knows how a file is split"
    )


def prompt_of(data: TextData) -> str:
    """A beginning of a few words out of the test part; where it has none, of a few tokens."""
    text = data.decode(data.test[:2000].tolist()).replace(UNKNOWN, "\n")
    found = _PROMPT.search(text)
    return found[0] if found else data.decode(data.test[:8].tolist())
