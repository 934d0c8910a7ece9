"""The text of `model.py` for a language model of recurrent cells.

Notation
    T, B     number of steps, and of texts side by side
    state    the hidden states of all layers, `(layers, states, B, hidden)`
"""

from dataclasses import dataclass

from torch import nn

from nbnas.training.export.source.block import BODY, docstring, prefixed
from nbnas.training.export.source.expression import Call, laid_out, quoted, string_lines
from nbnas.training.export.source.recurrent import cell_module, recurrent_block
from nbnas.training.export.source.source import Source, kept
from nbnas.training.networks.recurrent import RecurrentNetwork

_SAYS = (
    "A language model over {tokens:,} {level}s, in plain PyTorch.\n\n"
    "Written by nbnas {version}, which it does not need. `load()` gives the network with the "
    "weights of the file beside this one, and `write(network, text)` goes on with a text; on the "
    'command line: python model.py "Once upon".'
)
_NETWORK = '''class Network(nn.Module):
    """Tokens `(T, B)` and a state to scores of each next token and the state after.

    The state holds the hidden states of all layers, `(layers, states, B, hidden)`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding({tokens}, {embedding})
{cells}
        self.decoder = nn.Linear({hidden}, {tokens})

    def initial(self, batch: int = 1) -> Tensor:
        return torch.zeros({layers}, {states}, batch, {hidden})

    def forward(self, tokens: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        values, last = self.embedding(tokens), []
        for cell, before in zip(self.cells, state.unbind(), strict=True):
            states, outputs = before.unbind(), []
            for x in values.unbind():
                states = cell(x, *states)
                outputs.append(states[0])
            values = torch.stack(outputs)
            last.append(torch.stack(states))
        return self.decoder(values), torch.stack(last)


class Step(nn.Module):
    """One token of each text, `(B,)`, as model.onnx and model.pt2 take it."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        scores, state = self.network(tokens[None], state)
        return scores[0], state


def load(weights: str | Path = WEIGHTS) -> Network:
    """The network with its trained weights, ready to write."""
    network = Network()
    network.load_state_dict(load_file(weights), strict=True)
    return network.eval()


'''
_ENCODE = '''def encode(text: str) -> list[int]:
    """The numbers of the tokens of a text."""
    numbers = {{token: number for number, token in enumerate(VOCABULARY)}}
    tokens = {split}
    return [{number} for token in tokens]


'''
_WRITE = '''@torch.inference_mode()
def write(network: Network, text: str, length: int = 200, seed: int = 0) -> str:
    """Go on with a text; each token is drawn as likely as the network expects it."""
    generator = torch.Generator().manual_seed(seed)
    scores, state = network(torch.tensor(encode(text))[:, None], network.initial())
    written = [text]
    for _ in range(length):
        token = torch.multinomial(scores[-1, 0].softmax(0), 1, generator=generator)
        written.append(VOCABULARY[int(token)])
        scores, state = network(token[None], state)
    return {join}.join(written)


if __name__ == "__main__":
    print(write(load(), sys.argv[1]))
'''
_STEPS = '''"""Go on with a text by onnxruntime: python write.py "Once upon".

Needs onnxruntime and numpy; neither torch nor nbnas.
"""

import functools
{re}import sys
from pathlib import Path

import numpy as np
import onnxruntime

{vocabulary}
NETWORK = Path(__file__).with_name("model.onnx")


{encode}@functools.cache
def session(network: Path = NETWORK) -> onnxruntime.InferenceSession:
    """The network, loaded once; it takes one token of each text and a state."""
    return onnxruntime.InferenceSession(
        str(network), providers=["CPUExecutionProvider"]
    )


def write(text: str, length: int = 200, seed: int = 0) -> str:
    """Go on with a text; each token is drawn as likely as the network expects it."""
    rng = np.random.default_rng(seed)
    state = np.zeros(({layers}, {states}, 1, {hidden}), np.float32)
    tokens, written = encode(text), [text]
    for place in range(len(tokens) + length - 1):
        token = np.array(tokens[place : place + 1])
        scores, state = session().run(None, {{"tokens": token, "state": state}})
        if place >= len(tokens) - 1:
            chances = np.exp(scores[0] - scores[0].max()).astype(np.float64)
            tokens.append(int(rng.choice(len(VOCABULARY), p=chances / chances.sum())))
            written.append(VOCABULARY[tokens[-1]])
    return {join}.join(written)


if __name__ == "__main__":
    print(write(sys.argv[1]))
'''


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
        _SAYS.format(
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
        + _NETWORK.format(cells=_cells(network), **sizes(network))
        + _encode(language)
        + _WRITE.format(join='""' if language.level == "character" else '" "')
    )
    modules: dict[str, nn.Module] = {
        "embedding": network.embedding,
        "cells": nn.ModuleList(cell_module(cell) for cell in network.layers),
        "decoder": network.decoder,
    }
    return Source(text, kept(prefixed(modules)))


def steps_source(network: RecurrentNetwork, language: Language) -> str:
    """The text of `write.py`, which goes on with a text by onnxruntime, without torch."""
    return _STEPS.format(
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
    return pattern + _ENCODE.format(number=number, split=split)
