"""A language model of torch's own modules and a training of it as a plain loop.

Benchmarks and tests hold the recipe for text against it.
"""

import torch
from torch import nn
from torch.nn.functional import cross_entropy


class Torchs(nn.Module):
    """Embedding, one of torch's recurrent layers, decoder: tokens (T, B) to logits and state."""

    def __init__(self, vocabulary, size, kind=nn.LSTM):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, size)
        self.body, self.decoder = kind(size, size), nn.Linear(size, vocabulary)

    def forward(self, tokens, state=None):
        values, state = self.body(self.embedding(tokens), state)
        return self.decoder(values), state


def train_by_hand(trainer, network):
    """The same training as a trainer's; the losses of its steps."""
    data, steps = trainer.data, 0
    n = (len(data.train) - 1) // trainer.batch_size
    x, y = (
        torch.stack([data.train[k + i * n : k + (i + 1) * n] for i in range(trainer.batch_size)])
        for k in (0, 1)
    )
    pieces = range(0, n, trainer.sequence)
    optimizer = torch.optim.AdamW(
        network.parameters(), betas=(trainer.momentum, 0.999), weight_decay=trainer.weight_decay
    )
    losses = []
    for _ in range(trainer.epochs):
        state = None
        for first in pieces:
            piece = slice(first, first + trainer.sequence)
            logits, state = network(x[:, piece].T, state)
            loss = cross_entropy(logits.flatten(0, 1), y[:, piece].T.flatten())
            rate = trainer.schedule.learning_rate(
                trainer.learning_rate, steps, trainer.epochs * len(pieces)
            )
            optimizer.param_groups[0]["lr"] = rate
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), trainer.clip)
            optimizer.step()
            whole = isinstance(state, torch.Tensor)
            state = state.detach() if whole else tuple(each.detach() for each in state)
            losses.append(loss.item())
            steps += 1
    return losses
