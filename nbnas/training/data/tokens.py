"""From a text to numbered tokens.

Notation
    K      number of different tokens
    part   a stretch of the text: training, validation or test

References:
    Merity et al., Pointer Sentinel Mixture Models, ICLR 2017 (words seen fewer than three times
    in the training part are unknown).
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from nbnas.checks import Rule
from nbnas.errors import DataError

Level = Literal["character", "word"]
LEVELS: Rule[Level] = Rule(
    '"character" or "word"',
    lambda value: isinstance(value, str) and value in ("character", "word"),
    lambda value: value,
    error=DataError,
)
UNKNOWN, END = "<unk>", "<eos>"
UNKNOWN_CHARACTER = "\N{REPLACEMENT CHARACTER}"
_WORD = re.compile(r"<\w+>|\w+(?:['\N{RIGHT SINGLE QUOTATION MARK}]\w+)*|[^\w\s]")
Split = Callable[[str], list[str]]
Numbered = tuple[tuple[str, ...], list[Tensor]]


def unknown_of(level: Level) -> str:
    """The token that stands for what is not in the vocabulary."""
    return UNKNOWN_CHARACTER if level == "character" else UNKNOWN


def split_words(text: str) -> list[str]:
    """Words and single punctuation marks, and `END` for each end of a line."""
    return _by_lines(text, _WORD.findall)


def split_at_spaces(text: str) -> list[str]:
    """What stands between spaces, for texts whose words are split already."""
    return _by_lines(text, str.split)


def _by_lines(text: str, split: Split) -> list[str]:
    *lines, last = text.split("\n")
    return [token for line in lines for token in (*split(line), END)] + split(last)


def number_characters(parts: Sequence[str]) -> Numbered:
    """Number the characters of a text.

    Args:
        parts: The training part and others.

    Returns:
        The vocabulary, all characters of the training part in the order of Unicode, and another
        one for those of other parts that it lacks, if there are any; and each part `(n,)`.
    """
    codes = [np.frombuffer(part.encode("utf-32-le"), "<u4") for part in parts]
    known = np.unique(codes[0])
    strange = any(not np.isin(code, known).all() for code in codes[1:])
    vocabulary = [*map(chr, known)]
    if strange and UNKNOWN_CHARACTER not in vocabulary:
        vocabulary.append(UNKNOWN_CHARACTER)
    unknown = vocabulary.index(UNKNOWN_CHARACTER) if strange else 0
    numbered = []
    for code in codes:
        places = np.minimum(np.searchsorted(known, code), len(known) - 1)
        found = np.where(known[places] == code, places, unknown) if len(known) else places
        numbered.append(torch.tensor(found.astype(np.int64)))
    return tuple(vocabulary), numbered


def number_words(parts: Sequence[str], split: Split, least: int) -> Numbered:
    """Number the words of a text.

    Args:
        parts: The training part and others.
        split: From a text to its words.
        least: How often a word has to be in the training part; rarer ones are unknown.

    Returns:
        The vocabulary, `UNKNOWN`, `END` and the words, the most frequent ones first; and each
        part `(n,)`.
    """
    words = [split(part) for part in parts]
    counts = Counter(words[0])
    often = [word for word, count in counts.items() if count >= least]
    often.sort(key=lambda word: (-counts[word], word))
    vocabulary = (UNKNOWN, END, *(word for word in often if word not in (UNKNOWN, END)))
    numbers = {word: number for number, word in enumerate(vocabulary)}
    return vocabulary, [torch.tensor([numbers.get(w, 0) for w in part]) for part in words]
