"""The text of `model.py` for a language model of recurrent cells.

Notation
    T, B     number of steps, and of texts side by side
    state    the hidden states of all layers, `(layers, states, B, hidden)`
"""

from dataclasses import dataclass

from torch import nn

from nbnas.training.export.source.block import BODY, docstring, prefixed
from nbnas.training.export.source.expression import Call, laid_out, quoted, string_lines
from nbnas.training.export.source.language_text import ENCODE, NETWORK, SAYS, STEPS, WRITE
from nbnas.training.export.source.recurrent import cell_module, recurrent_block
from nbnas.training.export.source.source import Source, kept
from nbnas.training.networks.recurrent import RecurrentNetwork


@dataclass(frozen=True, slots=True)
class Language:
    """What the source of a language model says of its text.

    Attributes:
        name: What a person calls the text.
        level: What a token is, "character" or "word".
        vocabulary: The tokens.
        spaced: Whether words are what stands between spaces.
        unknown: The token of all that is not in the vocabulary; empty if there is none.
        architecture: The cell in its notation.
        version: Of nbnas.
    """

    name: str
    level: str
    vocabulary: tuple[str, ...]
    spaced: bool
    unknown: str
    architecture: str
    version: str = ""


def language_source(network: RecurrentNetwork, language: Language) -> Source:
    """Write a language model as a module of Python that does without nbnas.

    Args:
        network: The trained network.
        language: What is to be said of its text.

    Returns:
        The source, with classes `Network` and `Step`.
    """
    said = docstring(
        SAYS.format(
            tokens=len(language.vocabulary), level=language.level, version=language.version
        ),
        0,
    )
    lines = recurrent_block(network.layers[0]).lines()
    text = (
        "\n".join(said)
        + "\n\n"
        + _imports(language, "leaky_relu(" in "\n".join(lines))
        + "\n".join(string_lines(language.name, "DATA = "))
        + "\n"
        + "\n".join(string_lines(language.architecture, "ARCHITECTURE = "))
        + "\n"
        + _vocabulary(language)
        + '\nWEIGHTS = Path(__file__).with_name("model.safetensors")\n\n\n'
        + "".join(f"{line}\n" for line in lines)
        + NETWORK.format(cells=_cells(network), **sizes(network))
        + _encode(language)
        + WRITE.format(join='""' if language.level == "character" else '" "')
    )
    modules: dict[str, nn.Module] = {
        "embedding": network.embedding,
        "cells": nn.ModuleList(cell_module(cell) for cell in network.layers),
        "decoder": network.decoder,
    }
    return Source(text, kept(prefixed(modules)))


def steps_source(network: RecurrentNetwork, language: Language) -> str:
    """The text of `write.py`, which goes on with a text by onnxruntime, without torch."""
    return STEPS.format(
        re="import re\n" if _by_pattern(language) else "",
        vocabulary=_vocabulary(language),
        encode=_encode(language),
        join='""' if language.level == "character" else '" "',
        **sizes(network),
    )


def sizes(network: RecurrentNetwork) -> dict[str, int]:
    """The sizes of a network by name."""
    first = network.layers[0]
    return {
        "tokens": network.embedding.num_embeddings,
        "embedding": network.embedding.embedding_dim,
        "hidden": first.hidden_size,
        "layers": len(network.layers),
        "states": first.hidden_states,
    }


def _imports(language: Language, leaky: bool) -> str:
    return (
        ("import re\n" if _by_pattern(language) else "")
        + "import sys\nfrom pathlib import Path\n\nimport torch\n"
        + "from safetensors.torch import load_file\nfrom torch import Tensor, nn\n"
        + ("from torch.nn.functional import leaky_relu\n" if leaky else "")
        + "\n"
    )


def _vocabulary(language: Language) -> str:
    names = Call("", tuple(map(quoted, language.vocabulary)))
    return "\n".join(laid_out(names, 0, "VOCABULARY = "))


def _cells(network: RecurrentNetwork) -> str:
    size = sizes(network)
    embedding, hidden, layers = size["embedding"], size["hidden"], size["layers"]
    read = f"{hidden}" if embedding == hidden else f"{hidden} if layer else {embedding}"
    layer = "_" if embedding == hidden else "layer"
    each = f"Cell({read}, {hidden}) for {layer} in range({layers})"
    return "\n".join(laid_out(Call("nn.ModuleList", (each,)), BODY, "self.cells = "))


def _by_pattern(language: Language) -> bool:
    return language.level == "word" and not language.spaced


def _encode(language: Language) -> str:
    """The function that splits and numbers a text as the data set does."""
    split = "list(text)"
    if language.level == "word":
        split = r'text.replace("\n", " <eos> ").split()'
    if _by_pattern(language):
        split = r"""re.findall(WORD, text.replace("\n", " <eos> "))"""
    number = "numbers[token]"
    if language.unknown:
        number = f"numbers.get(token, numbers[{quoted(language.unknown)}])"
    pattern = (
        'WORD = r"<\\w+>|\\w+(?:[\'\\u2019]\\w+)*|[^\\w\\s]"\n\n\n'
        if _by_pattern(language)
        else ""
    )
    return pattern + ENCODE.format(number=number, split=split)
