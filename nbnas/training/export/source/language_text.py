"""The parts of a language model's source that are the same for all cells, to be filled in."""

SAYS = (
    "A language model over {tokens:,} {level}s, in plain PyTorch.\n\n"
    "Written by nbnas {version}, which it does not need. `load()` gives the network with the "
    "weights of the file beside this one, `write(network, text)` goes on with a text, and "
    "`score(network, text)` says how well it foretells one; on the command line: "
    'python model.py write "Once upon", or python model.py score book.txt.'
)
NETWORK = '''class Network(nn.Module):
    """Tokens `(batch, length)` and a state to scores of each next token and the state after.

    The state holds the hidden states of all layers, `(layers, states, batch, hidden)`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding({tokens}, {embedding})
{cells}
        self.decoder = nn.Linear({hidden}, {tokens})

    def initial(self, batch: int = 1) -> Tensor:
        """The state before the first token."""
        return torch.zeros({layers}, {states}, batch, {hidden})

    def forward(self, tokens: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        values, after = self.embedding(tokens), []
        for cell, before in zip(self.cells, state.unbind(), strict=True):
            states, outputs = before.unbind(), []
            for x in values.unbind(1):
                states = cell(x, *states)
                outputs.append(states[0])
            values = torch.stack(outputs, dim=1)
            after.append(torch.stack(states))
        return self.decoder(values), torch.stack(after)


def load(weights: str | Path = WEIGHTS) -> Network:
    """The network with its trained weights, ready to write."""
    network = Network()
    network.load_state_dict(load_file(weights), strict=True)
    return network.eval()


'''
ENCODE = '''def read(path: str | Path) -> str:
    """What a text file in UTF-8 says."""
    return Path(path).read_text("utf-8-sig")


def encode(text: str) -> list[int]:
    """The numbers of the tokens of a text."""
    numbers = {{token: number for number, token in enumerate({vocabulary})}}
    tokens = {split}
{known}    return [{number} for token in tokens]


'''
KNOWN = """    strange = sorted(set(tokens) - set(numbers))
    if strange:
        raise ValueError(f"expected {level}s of the vocabulary, got {{strange}}")
"""
SCORE = '''@torch.inference_mode()
def score(network: Network, text: str, streams: int = 32) -> float:
    """{what} of a text: the less, the better it foretells it.

    Every token but the first counts once; it is read in streams side by side.
    """
    tokens = torch.tensor(encode(text))
    count = len(tokens) - 1
    if count < 1:
        raise ValueError("expected a text of at least two tokens")
    length = math.ceil(count / streams)
    rows = math.ceil(count / length)
    filled = (0, rows * length - count)
    x = pad(tokens[:-1], filled).view(rows, length)
    y = pad(tokens[1:], filled, value=-100).view(rows, length)  # -100 does not count
    state, total = network.initial(rows), 0.0
    for piece, right in zip(x.split({steps}, 1), y.split({steps}, 1), strict=True):
        scores, state = network(piece, state)
        losses = cross_entropy(scores.flatten(0, 1), right.flatten(), reduction="sum")
        total += losses.item()
    return {unit}


'''
WRITE = '''@torch.inference_mode()
def write(network: Network, text: str, length: int = 200, seed: int = 0) -> str:
    """Go on with a text; each token is drawn as likely as the network expects it."""
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.tensor([encode(text)])
    if tokens.numel() < 1:
        raise ValueError("expected a text to go on with")
    scores, state = network(tokens, network.initial())
    written = [text]
    for _ in range(length):
        token = torch.multinomial(scores[:, -1].softmax(1), 1, generator=generator)
        written.append(VOCABULARY[int(token)])
        scores, state = network(token, state)
    return {joined}


'''
MAIN = """if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("write", "score"):
        sys.exit('expected: {file} write "Once upon", or {file} score book.txt')
    _, command, given = sys.argv
    print({write} if command == "write" else {score})
"""
RUNTIME = '''"""Go on with a text by onnxruntime: python write.py write "Once upon".

How well the network foretells one says python write.py score book.txt. Needs onnxruntime
and numpy; neither torch nor nbnas.
"""

import functools
import json
import math
{re}import sys
from pathlib import Path

import numpy as np
import onnxruntime

NETWORK = Path(__file__).with_name("model.onnx")
{pattern}

@functools.cache
def session(network: Path = NETWORK) -> onnxruntime.InferenceSession:
    """The network, loaded once; it takes tokens `(batch, length)` and a state."""
    return onnxruntime.InferenceSession(
        str(network), providers=["CPUExecutionProvider"]
    )


@functools.cache
def vocabulary() -> tuple[str, ...]:
    """The tokens, as the file of the network has them."""
    said = session().get_modelmeta().custom_metadata_map["vocabulary"]
    return tuple(json.loads(said))


def initial(batch: int = 1) -> np.ndarray:
    """The state before the first token, `(layers, states, batch, hidden)`."""
    return np.zeros(({layers}, {states}, batch, {hidden}), np.float32)


{encode}def foretell(tokens: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of the chances of each next token, and the state after."""
    scores, state = session().run(None, {{"tokens": tokens, "state": state}})
    scores = scores - scores.max(-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(-1, keepdims=True)), state


def score(text: str, streams: int = 32) -> float:
    """{what} of a text: the less, the better it foretells it.

    Every token but the first counts once; it is read in streams side by side.
    """
    tokens = np.array(encode(text), np.int64)
    count = len(tokens) - 1
    if count < 1:
        raise ValueError("expected a text of at least two tokens")
    length = math.ceil(count / streams)
    rows = math.ceil(count / length)
    filled = np.pad(tokens, (0, rows * length - count))
    x, y = (part.reshape(rows, length) for part in (filled[:-1], filled[1:]))
    counts = (np.arange(rows * length) < count).reshape(rows, length)
    state, total = initial(rows), 0.0
    for start in range(0, length, {steps}):
        piece = slice(start, start + {steps})
        chances, state = foretell(x[:, piece], state)
        right = np.take_along_axis(chances, y[:, piece, None], -1)[..., 0]
        total -= float(right[counts[:, piece]].sum())
    return {unit}


def write(text: str, length: int = 200, seed: int = 0) -> str:
    """Go on with a text; each token is drawn as likely as the network expects it."""
    rng = np.random.default_rng(seed)
    tokens = np.array([encode(text)], np.int64)
    if tokens.size < 1:
        raise ValueError("expected a text to go on with")
    chances, state = foretell(tokens, initial())
    written = [text]
    for _ in range(length):
        likely = np.exp(chances[0, -1].astype(np.float64))
        token = int(rng.choice(len(likely), p=likely / likely.sum()))
        written.append(vocabulary()[token])
        chances, state = foretell(np.array([[token]]), state)
    return {joined}


'''
