"""A look at a text: how it begins, which tokens it has, and what looks wrong.

Notation
    K    number of different tokens
    q    share of each token in the training part, one more of each being counted
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nbnas.undisturbed import undisturbed

if TYPE_CHECKING:  # torch takes a second to import, and charts need the record only
    from nbnas.training.data.text import TextData

BEGINNING = 600  # characters of the text that are shown
WORDS = ("training", "validation", "test")
FEW = {"character": 10_000, "word": 5_000}  # tokens to train on, below which it is worth a word
FEW_HELD_OUT = 1_000  # and of a part that is held out
STRANGE = {"character": 0.001, "word": 0.2}  # share of unknown tokens from which it is
_WINDOW, _WINDOWS = 50, 40  # tokens of a passage, and passages of a part, that are looked for
_REPEATED = 0.1  # share of them that are in the training part, from which it is worth a word


@dataclass(frozen=True, slots=True, eq=False)
class TextSummary:
    """What a person sees of a text.

    Attributes:
        said: The text in a line.
        level: What a token is, "character" or "word".
        counts: Number of tokens of the training, validation and test part.
        beginning: How the training part begins.
        tokens: The most frequent tokens of the training part, with their shares.
        different: K.
        uniform: Bits a token of a guess that takes all tokens for equally likely.
        frequency: Bits a token of the validation part, of a guess that knows only q.
        warnings: What looks wrong, a sentence each, without a full stop.
    """

    said: str
    level: str
    counts: tuple[int, int, int]
    beginning: str
    tokens: tuple[tuple[str, float], ...]
    different: int
    uniform: float
    frequency: float
    warnings: tuple[str, ...]


@undisturbed()
def summarize_text(data: "TextData", most: int = 12) -> TextSummary:
    """Look at a text.

    Args:
        data: The text.
        most: Number of the most frequent tokens that are told.

    Returns:
        The summary.
    """
    parts = [part.numpy() for part in (data.train, data.val, data.test)]
    counts = [np.bincount(part, minlength=data.classes) for part in parts]
    often = np.argsort(-counts[0], kind="stable")[:most]
    q = (counts[0] + 1) / (len(parts[0]) + data.classes)
    train, val, test = (len(part) for part in parts)
    return TextSummary(
        repr(data),
        data.level,
        (train, val, test),
        _beginning(data),
        tuple((data.vocabulary[i], float(counts[0][i] / train)) for i in often),
        data.classes,
        math.log2(data.classes),
        float(-(counts[1] * np.log2(q)).sum() / val),
        (*_few(data.level, (train, val, test)), *_strange(data, counts), *_repeated(parts)),
    )


def _beginning(data: "TextData") -> str:
    """The first characters of the training part; dots where it goes on."""
    said = data.decode(data.train[: BEGINNING + 1].tolist())
    return said if len(said) <= BEGINNING else f"{said[:BEGINNING]}\N{HORIZONTAL ELLIPSIS}"


def _few(level: str, sizes: tuple[int, int, int]) -> tuple[str, ...]:
    """Parts with few tokens."""
    train, *held_out = sizes
    said = [f"only {train:,} {level}s to train on"] if train < FEW[level] else []
    for word, size in zip(WORDS[1:], held_out, strict=True):
        if size < FEW_HELD_OUT:
            where = f"only {size:,} {level}s in the {word} part"
            said.append(f"{where}: what is measured on it is uncertain")
    return tuple(said)


def _strange(data: "TextData", counts: list[NDArray[np.int64]]) -> tuple[str, ...]:
    """Parts with many tokens that are not in the vocabulary."""
    from nbnas.training.data.tokens import unknown_of

    unknown = unknown_of(data.level)
    if unknown not in data.vocabulary:
        return ()
    number = data.vocabulary.index(unknown)
    shares = [float(each[number] / each.sum()) for each in counts]
    return tuple(
        f"{100 * share:.1f} % of the {data.level}s of the {word} part are unknown"
        for word, share in zip(WORDS, shares, strict=True)
        if share > STRANGE[data.level]
    )


def _repeated(parts: list[NDArray[np.int64]]) -> tuple[str, ...]:
    """Parts whose passages are in the training part, too, to the letter."""
    train = parts[0].astype("<i4").tobytes()
    said = []
    for word, part in zip(WORDS[1:], parts[1:], strict=True):
        starts = np.unique(np.linspace(0, len(part) - _WINDOW, _WINDOWS).astype(int))
        passages = [part[at : at + _WINDOW].astype("<i4") for at in starts if at >= 0]
        share = sum(each.tobytes() in train for each in passages) / max(1, len(passages))
        if share > _REPEATED:
            where = f"{100 * share:.0f} % of the passages of the {word} part"
            said.append(f"{where} are in the training part, too")
    return tuple(said)
