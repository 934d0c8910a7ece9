"""What a language model foretells of a text, to compare files with the network they are of.

Notation
    n          number of tokens of a text; all but the first are foretold
    foretold   `(3, n - 1)`, float64: the tokens that come, those that the network finds likeliest,
               and the logarithm of the chance that it gives to the ones that come
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nbnas.errors import ExportError
from nbnas.training.export.rerun import LEAST
from nbnas.training.networks.recurrent import RecurrentNetwork
from nbnas.training.tasks.text import held_out_streams, pieces

Foretold = NDArray[np.float64]
_NEAR = 1e-3  # of the log loss: by so much a file may differ


@torch.inference_mode()
def foretold_by(network: RecurrentNetwork, tokens: Tensor, steps: int) -> Foretold:
    """What a network foretells, reading as a training measures it.

    Args:
        network: The network, in evaluation mode on the CPU.
        tokens: The text, `(n,)`.
        steps: Number of tokens that are read at once.

    Returns:
        Foretold.
    """
    x, y = held_out_streams(tokens)
    likeliest, chances, carried = [], [], None
    for read, right in pieces(x, y, steps):
        scores, carried = network(read, carried)
        logs = scores.log_softmax(-1)
        likeliest.append(logs.argmax(-1))
        chances.append(logs.gather(-1, right.clamp(min=0)[..., None])[..., 0])
    made = (y, torch.cat(likeliest), torch.cat(chances))
    flat = [each.T.flatten()[: len(tokens) - 1].double() for each in made]
    return torch.stack(flat).numpy()


def log_loss(foretold: Foretold) -> float:
    """Mean loss of a token, in nats."""
    return float(-foretold[2].mean())


def right_share(foretold: Foretold) -> float:
    """The share of tokens that were found likeliest."""
    return float(np.mean(foretold[0] == foretold[1]))


def check_foretold(file: str, foretold: Foretold, expected: Foretold) -> float:
    """Check that a file foretells what the trained network does, as well as that.

    Args:
        file: Which one, for the message.
        foretold: What it foretells.
        expected: What the trained network does.

    Returns:
        The share of tokens for which both find the same one likeliest.

    Raises:
        ExportError: If it is below 99.9 %, the log loss is another one, or it reads the text as
            other tokens.
    """
    again = "nothing was exported. Update torch and the packages of the extra: "
    again += "pip install -U 'nbnas[export]'"
    if foretold.shape != expected.shape or not np.array_equal(foretold[0], expected[0]):
        raise ExportError(
            f"{file}: expected it to read the test part as {expected.shape[1] + 1:,} tokens of "
            f"the vocabulary, got others ({foretold.shape[-1] + 1:,}); nothing was exported. "
            "Please report this text"
        )
    agreement = float(np.mean(foretold[1] == expected[1]))
    if agreement < LEAST:
        raise ExportError(
            f"{file}: expected the tokens that the trained network finds likeliest for at least "
            f"{LEAST:.1%} of {expected.shape[1]:,}, got {agreement:.2%}; {again}"
        )
    loss, right = log_loss(foretold), log_loss(expected)
    if abs(loss - right) > _NEAR * right:
        raise ExportError(
            f"{file}: expected the log loss of the trained network, {right:.4f}, got {loss:.4f}; "
            f"{again}"
        )
    return agreement
