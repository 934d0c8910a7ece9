"""The text of `model.py` for a language model of recurrent cells.

Notation
    state    the hidden states of all layers, `(layers, states, batch, hidden)`
"""

from dataclasses import dataclass

from torch import nn

from nbnas.training.export.source.block import BODY, docstring, prefixed
from nbnas.training.export.source.expression import Call, laid_out, quoted, string_lines
from nbnas.training.export.source.language_text import (
    ENCODE,
    KNOWN,
    MAIN,
    NETWORK,
    RUNTIME,
    SAYS,
    SCORE,
    WRITE,
)
from nbnas.training.export.source.recurrent import cell_module, recurrent_block
from nbnas.training.export.source.source import Source, kept
from nbnas.training.networks.recurrent import RecurrentNetwork

LOGITS = 2**21  # of a piece of a text that is scored, so that they fit the memory
STREAMS = 32  # in which it is read
_LETTERS = '"".join(written)'
_SPACED = r"""re.sub(" ?<eos> ?", "\n", " ".join(written))"""
_WORD = 'WORD = r"<\\w+>|\\w+(?:[\'\\u2019]\\w+)*|[^\\w\\s]"\n'


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
        The source, with a class `Network`.
    """
    said = SAYS.format(
        tokens=len(language.vocabulary), level=language.level, version=language.version
    )
    lines = recurrent_block(network.layers[0]).lines()
    parts = [
        "\n".join(docstring(said, 0)) + "\n\n",
        _imports(language, "leaky_relu(" in "\n".join(lines)),
        "\n".join(string_lines(language.name, "DATA = ")) + "\n",
        "\n".join(string_lines(language.architecture, "ARCHITECTURE = ")) + "\n",
        'WEIGHTS = Path(__file__).with_name("model.safetensors")\n\n\n',
        "".join(f"{line}\n" for line in lines),
        NETWORK.format(cells=_cells(network), **sizes(network)),
        _vocabulary(language) + "\n" + (_WORD if _by_pattern(language) else "") + "\n\n",
        _encode(language, "VOCABULARY"),
        SCORE.format(**_told(language)),
        WRITE.format(**_told(language)),
        MAIN.format(
            file="model.py", write="write(load(), given)", score="score(load(), read(given))"
        ),
    ]
    modules: dict[str, nn.Module] = {
        "embedding": network.embedding,
        "cells": nn.ModuleList(cell_module(cell) for cell in network.layers),
        "decoder": network.decoder,
    }
    return Source("".join(parts), kept(prefixed(modules)))


def write_source(network: RecurrentNetwork, language: Language) -> str:
    """The text of `write.py`, which goes on with a text by onnxruntime, without torch."""
    text = RUNTIME + MAIN.replace("{write}", "write(given)").replace(
        "{score}", "score(read(given))"
    )
    return text.format(
        file="write.py",
        re="import re\n" if language.level == "word" else "",
        pattern=_WORD if _by_pattern(language) else "",
        encode=_encode(language, "vocabulary()"),
        **_told(language),
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


def piece_of(language: Language) -> int:
    """How many tokens of each stream are scored at once."""
    return max(1, min(LOGITS // (STREAMS * len(language.vocabulary)), 64))


def _told(language: Language) -> dict[str, str]:
    """What differs between characters and words."""
    steps = str(piece_of(language))
    if language.level == "character":
        unit = "total / count / math.log(2)"
        return {"what": "Bits a character", "unit": unit, "steps": steps, "joined": _LETTERS}
    unit = "math.exp(total / count)"
    return {"what": "Perplexity", "unit": unit, "steps": steps, "joined": _SPACED}


def _imports(language: Language, leaky: bool) -> str:
    functional = ["cross_entropy", *(["leaky_relu"] if leaky else []), "pad"]
    return (
        "import math\n"
        + ("import re\n" if language.level == "word" else "")
        + "import sys\nfrom pathlib import Path\n\nimport torch\n"
        + "from safetensors.torch import load_file\nfrom torch import Tensor, nn\n"
        + f"from torch.nn.functional import {', '.join(functional)}\n\n"
    )


def _vocabulary(language: Language) -> str:
    """The line, or lines, that name all tokens."""
    tokens = language.vocabulary
    if language.level == "character" and all(len(token) == 1 for token in tokens):
        return "\n".join(string_lines("".join(tokens), "VOCABULARY = "))
    if all(token and " " not in token for token in tokens):
        words = string_lines(" ".join(tokens), "WORDS = ")
        return "\n".join((*words, 'VOCABULARY = tuple(WORDS.split(" "))'))
    return "\n".join(laid_out(Call("", tuple(map(quoted, tokens))), 0, "VOCABULARY = "))


def _cells(network: RecurrentNetwork) -> str:
    size = sizes(network)
    embedding, hidden, layers = size["embedding"], size["hidden"], size["layers"]
    read = f"{hidden}" if embedding == hidden else f"{hidden} if layer else {embedding}"
    layer = "_" if embedding == hidden else "layer"
    each = f"Cell({read}, {hidden}) for {layer} in range({layers})"
    return "\n".join(laid_out(Call("nn.ModuleList", (each,)), BODY, "self.cells = "))


def _by_pattern(language: Language) -> bool:
    return language.level == "word" and not language.spaced


def _encode(language: Language, vocabulary: str) -> str:
    """The functions that read a text, and split and number it as the data set does."""
    split = "list(text)"
    if language.level == "word":
        split = r"""text.replace("\n", " <eos> ").split()"""
    if _by_pattern(language):
        split = r"""re.findall(WORD, text.replace("\n", " <eos> "))"""
    number = "numbers[token]"
    if language.unknown:
        number = f"numbers.get(token, numbers[{quoted(language.unknown)}])"
    known = "" if language.unknown else KNOWN.format(level=language.level)
    return ENCODE.format(number=number, split=split, vocabulary=vocabulary, known=known)
