"""Text: which token comes next?

Notation
    B       number of texts side by side: the tokens of a part, cut into B streams of one length
    T       number of tokens of a piece, through which gradients flow back
    x, y    tokens of a piece and the one after each, `(T, B)` each

References:
    Mikolov et al., Recurrent Neural Network Based Language Model, Interspeech 2010 (truncated
    backpropagation through time).
    Merity et al., Regularizing and Optimizing LSTM Language Models, ICLR 2018 (streams whose
    hidden states are carried from piece to piece).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nbnas.training.data.text import TextData
from nbnas.training.device import Place
from nbnas.training.measure import Figures, measures_of_text, text_figures
from nbnas.training.networks.multiply_adds import token_multiply_adds
from nbnas.training.networks.recurrent import RecurrentNetwork
from nbnas.training.recipe import Recipe
from nbnas.training.tasks.task import Answer, Batch, Part

HELD_OUT_STREAMS = 32
HELD_OUT_LOGITS = 2**23  # of a piece that is held out, so that they fit the memory
NOT_COUNTED = -100  # no token: its loss does not count


@dataclass(frozen=True, slots=True)
class TextTask:
    """A text in pieces, in its order, and the token that comes after each; see `Task`.

    Hidden states are carried from each piece to the next, gradients are not. A network is called
    with tokens `(T, B)` and what it gave back for the piece before, at first `None`; it gives
    logits `(T, B, K)` and what it is called with for the next piece.

    Attributes:
        data: The text.
        recipe: The settings.
        place: Where the network computes.
        generator: Source of what is dropped.
    """

    data: TextData
    recipe: Recipe
    place: Place
    generator: torch.Generator

    def parts(self, *, final: bool) -> tuple[Part, Part]:
        """Tokens `(n,)` each; see `Task.parts`."""
        device, data = self.place.device, self.data
        train, val, test = (part.to(device) for part in (data.train, data.val, data.test))
        return ((torch.cat([train, val]),), (test,)) if final else ((train,), (val,))

    def batches_of(self, part: Part) -> int:
        """Number of pieces of a stream; see `Task.batches_of`."""
        return math.ceil(len(_streams(part[0], self.recipe.batch_size)[0]) / self._sequence)

    def batches(self, part: Part) -> Iterator[Batch]:
        """The pieces in their order; what is left of the text for no stream is not trained on."""
        x, y = _streams(part[0], self.recipe.batch_size)
        return pieces(x, y, self._sequence)

    def answer(self, network: nn.Module, batch: Batch, carried: Any) -> Answer:  # noqa: ANN401
        """Cross-entropy of the logits; carried is the state; see `Task.answer`."""
        (x, y), rate = batch, self.recipe.dropout
        if rate and isinstance(network, RecurrentNetwork):
            masks = network.masks(x.shape[1], rate, self.generator)
            logits, state = network(x, carried, masks)
        else:
            logits, state = network(x, carried)
        smoothing = self.recipe.label_smoothing
        loss = cross_entropy(logits.flatten(0, 1), y.flatten(), label_smoothing=smoothing)
        return Answer(loss, torch.full_like(loss.detach(), math.nan), _detached(state))

    def figures(self, network: nn.Module, part: Part, less: int = 1) -> Figures:
        """Perplexity, log loss and bits a character; see `Task.figures`.

        Every token but the first counts once. The part is read in 32 streams, whatever the batch
        size, so that trainings can be compared.
        """
        network.eval()
        losses, carried = [], None
        x, y = held_out_streams(part[0])
        usual = min(HELD_OUT_LOGITS // (x.shape[1] * self.data.classes), 64)
        with torch.inference_mode(), self.place.autocast:
            for tokens, right in pieces(x, y, max(usual // less, 1)):
                logits, carried = network(tokens, carried)
                losses.append(_summed(logits, right))
        loss = math.fsum(torch.stack(losses).tolist()) / (len(part[0]) - 1)
        return text_figures(loss, measures_of_text(self.data))

    def multiply_adds(self, network: nn.Module) -> int:
        """For one token; see `Task.multiply_adds`."""
        return token_multiply_adds(network)

    @property
    def _sequence(self) -> int:
        """T."""
        return self.recipe.sequence or 1


def _streams(tokens: Tensor, streams: int) -> Batch:
    """The text `(n,)` in streams side by side: tokens and the ones after them, `(length, B)`."""
    length = (len(tokens) - 1) // streams
    x, y = (tokens[first : first + length * streams] for first in (0, 1))
    return x.view(streams, length).T.contiguous(), y.view(streams, length).T.contiguous()


def held_out_streams(tokens: Tensor) -> Batch:
    """The same with streams that are filled up, so that every token but the first counts."""
    targets = len(tokens) - 1
    length = math.ceil(targets / HELD_OUT_STREAMS)
    streams = math.ceil(targets / length)
    missing = (0, length * streams - targets)
    x = nn.functional.pad(tokens[:-1], missing)
    y = nn.functional.pad(tokens[1:], missing, value=NOT_COUNTED)
    return x.view(streams, length).T.contiguous(), y.view(streams, length).T.contiguous()


def pieces(x: Tensor, y: Tensor, steps: int) -> Iterator[Batch]:
    """Streams in pieces of so many tokens, one after the other; the last may be shorter."""
    return zip(torch.split(x, steps), torch.split(y, steps), strict=True)


def _summed(logits: Tensor, right: Tensor) -> Tensor:
    """The sum of the losses of the tokens that count, `()`, in nats."""
    scores, labels = logits.flatten(0, 1).float(), right.flatten()
    return cross_entropy(scores, labels, reduction="sum", ignore_index=NOT_COUNTED)


def _detached(state: Any) -> Any:  # noqa: ANN401
    """The same state without what made it; of any nested tuples, lists and mappings."""
    if isinstance(state, Tensor):
        return state.detach()
    if isinstance(state, Mapping):
        return {name: _detached(value) for name, value in state.items()}
    if isinstance(state, tuple | list):
        return tuple(_detached(value) for value in state)
    return state
