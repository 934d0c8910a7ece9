"""The parts of a language model's source that are the same for all cells, to be filled in."""

SAYS = (
    "A language model over {tokens:,} {level}s, in plain PyTorch.\n\n"
    "Written by nbnas {version}, which it does not need. `load()` gives the network with the "
    "weights of the file beside this one, and `write(network, text)` goes on with a text; on the "
    'command line: python model.py "Once upon".'
)
NETWORK = '''class Network(nn.Module):
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
ENCODE = '''def encode(text: str) -> list[int]:
    """The numbers of the tokens of a text."""
    numbers = {{token: number for number, token in enumerate(VOCABULARY)}}
    tokens = {split}
    return [{number} for token in tokens]


'''
WRITE = '''@torch.inference_mode()
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
STEPS = '''"""Go on with a text by onnxruntime: python write.py "Once upon".

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
