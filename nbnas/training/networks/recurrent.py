"""A language model from any recurrent cell.

Notation
    T, B     number of steps, and of texts side by side
    I, H     size of what a cell reads, and of each of its hidden states
    K        number of hidden states of the cell
    state    for each layer the hidden states of its cell, K tensors (B, H)

    tokens (T, B) -> embedding -> layers of cells, each unrolled over T -> linear decoder -> logits

References:
    Klyuchnikov et al., NAS-Bench-NLP, IEEE Access 10, 2022 (the initialisation).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.training.networks.recurrent_cell import RecurrentCell, States, initialize_cell


class RecurrentNetwork(nn.Module):
    """A language model: embedding, layers of cells unrolled over time, linear decoder.

    Args:
        architecture: The cell of every layer.
        vocabulary: Number of different tokens.
        embedding: Size of an embedded token.
        hidden: H of every layer.
        layers: Number of layers.
    """

    def __init__(
        self, architecture: Architecture, vocabulary: int, embedding: int, hidden: int, layers: int
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.cells = nn.ModuleList(
            RecurrentCell(architecture, hidden if layer else embedding, hidden)
            for layer in range(layers)
        )
        self.decoder = nn.Linear(hidden, vocabulary)

    def forward(
        self,
        tokens: Tensor,
        state: Sequence[States] | None = None,
        masks: Sequence[Tensor | None] | None = None,
    ) -> tuple[Tensor, tuple[States, ...]]:
        """Predict each next token.

        Args:
            tokens: Token numbers, (T, B), int64.
            state: The hidden states of each layer that a call before gave back; zeros if `None`.
            masks: Dropout: what the input of each layer and of the decoder is multiplied by at
                every step, as `masks` draws it; nothing if `None`.

        Returns:
            Logits (T, B, vocabulary) of the token after each one, and the hidden states of each
            layer after the last step. Detach these before they serve the next piece of text.

        Raises:
            SettingError: If the tokens are not (T, B), or the state is not of this network.
        """
        if tokens.ndim != 2 or not tokens.shape[0]:
            raise SettingError(f"expected tokens (T, B) with T > 0, got {tuple(tokens.shape)}")
        if state is None:
            state = [cell.initial(tokens.shape[1]) for cell in self.layers]
        if len(state) != len(self.cells):
            raise SettingError(f"expected states of {len(self.cells)} layers, got {len(state)}")
        masks = [None] * (len(self.cells) + 1) if masks is None else masks
        values: Tensor = self.embedding(tokens)
        last = []
        for cell, states, mask in zip(self.layers, state, masks[:-1], strict=True):
            values, states = unroll(cell, _masked(values, mask), states)
            last.append(states)
        return self.decoder(_masked(values, masks[-1])), tuple(last)

    def masks(self, batch: int, rate: float, generator: torch.Generator) -> list[Tensor]:
        """Draw what is dropped of a piece of text: the same numbers at all of its steps.

        Args:
            batch: B.
            rate: Share that is dropped; what is left becomes larger for it.
            generator: Source of the masks, a generator of the CPU.

        Returns:
            A mask for the input of each layer, from the embedded tokens on, and for that of the
            decoder: (B, size of the input), 0 or 1 / (1 - rate).

        References:
            Zaremba et al., Recurrent Neural Network Regularization, 2014 (not between steps).
            Gal and Ghahramani, A Theoretically Grounded Application of Dropout in Recurrent
            Neural Networks, NeurIPS 2016 (one mask for all steps).
        """
        sizes = [*(cell.input_size for cell in self.layers), self.decoder.in_features]
        drawn = (torch.rand(batch, size, generator=generator) >= rate for size in sizes)
        device = self.decoder.weight.device
        return [mask.to(device).float() / (1 - rate) for mask in drawn]

    @property
    def layers(self) -> list[RecurrentCell]:
        """The cells, from the embedding to the decoder."""
        return [cell for cell in self.cells if isinstance(cell, RecurrentCell)]


def unroll(cell: RecurrentCell, values: Tensor, states: States) -> tuple[Tensor, States]:
    """Apply a cell step by step.

    Args:
        cell: The cell.
        values: What it reads at each step, (T, B, I).
        states: Its hidden states before the first step, K tensors (B, H).

    Returns:
        What it puts out at each step, (T, B, H), and its hidden states after the last.
    """
    outputs, weights = [], cell.split()
    for read in cell.read(values, weights):
        states = cell.step(read, weights, states)
        outputs.append(states[0])
    return torch.stack(outputs), states


def _masked(values: Tensor, mask: Tensor | None) -> Tensor:
    return values if mask is None else values * mask


def build_recurrent(
    architecture: Architecture,
    *,
    vocabulary: int,
    embedding: int,
    hidden: int,
    layers: int = 1,
    generator: torch.Generator,
) -> RecurrentNetwork:
    """Build and initialise a language model, on the CPU, leaving torch's own generator alone.

    `build_network` calls it with one size for embedding and hidden states.

    Args:
        architecture: A cell of `RecurrentSpace`, the same in every layer.
        vocabulary: Number of different tokens.
        embedding: Size of an embedded token.
        hidden: Size of a hidden state.
        layers: Number of layers.
        generator: Source of the initial weights, a generator of the CPU.

    Returns:
        The network, tokens (T, B) to logits (T, B, vocabulary) and the state.

    Raises:
        ArchitectureError: If the architecture is no recurrent cell.
        SettingError: If a size is below 1.
    """
    sizes = {"vocabulary": vocabulary, "embedding": embedding, "hidden": hidden, "layers": layers}
    if min(sizes.values()) < 1:
        raise SettingError(f"expected sizes of at least 1, got {sizes}")
    with torch.device("meta"):
        network = RecurrentNetwork(architecture, **sizes)
    network = network.to_empty(device="cpu")
    initialize(network, generator)
    return network


def initialize(network: RecurrentNetwork, generator: torch.Generator) -> None:
    """Set every weight as NAS-Bench-NLP does, but for those of the embedding.

    Cells: uniform within 1 / sqrt(H). Decoder: uniform within 0.1, the bias 0. Embedding: normal,
    as torch's own; uniform within 0.1, a short training lags behind (on 300,000 characters of
    Shakespeare an LSTM of 64 was at 3.20 bits a character after three epochs, and so at 2.92).

    Args:
        network: The network; changed.
        generator: Source of the weights.
    """
    nn.init.normal_(network.embedding.weight, generator=generator)
    nn.init.uniform_(network.decoder.weight, -0.1, 0.1, generator=generator)
    nn.init.zeros_(network.decoder.bias)
    for cell in network.layers:
        initialize_cell(cell, generator)
