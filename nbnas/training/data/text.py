"""Text as numbered tokens, in three parts: to train on, to choose by (validation), to test.

Notation
    n    number of tokens of a part, in the order of the text
    K    number of different tokens
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from nbnas.brief import cut
from nbnas.checks import FLAG, TEXT, Rule, each, instance, settle
from nbnas.errors import DataError, shown
from nbnas.training.data.tokens import END, LEVELS, Level, split_at_spaces, split_words, unknown_of
from nbnas.undisturbed import undisturbed

PARTS = ("train", "val", "test")


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class TextData:
    """A text as numbered tokens in three parts; `from_text` and `wikitext2` make one.

    Attributes:
        name: What a person calls it.
        level: What a token is, "character" or "word".
        vocabulary: The `K` different tokens; token number i is the i-th of them.
        train: Token numbers to train on, integers `(n,)`, in the order of the text.
        val: The validation part, by which architectures are compared.
        test: The test part, which no search sees.
        spaced: Whether words are what stands between spaces, punctuation being split already.
        fingerprint: Short hash of the name, the vocabulary and every token.

    Raises:
        DataError: If a part is not one-dimensional, has fewer than two tokens or numbers of none;
            the message names it.
    """

    name: str
    level: Level
    vocabulary: tuple[str, ...]
    train: Tensor
    val: Tensor
    test: Tensor
    spaced: bool = False
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        words = each(TEXT, least=2, of="a token").raising(DataError)
        settle(self, name=TEXT.raising(DataError), level=LEVELS, vocabulary=words, spaced=FLAG)
        if len(set(self.vocabulary)) < len(self.vocabulary):
            raise DataError(f"{self.name}: expected different tokens, got one twice")
        for part in PARTS:
            tokens = _tokens(getattr(self, part), self.classes, f"{self.name}, {part}")
            object.__setattr__(self, part, tokens)
        object.__setattr__(self, "fingerprint", _fingerprint(self))

    @property
    def classes(self) -> int:
        """K: a network has an output for each token that may come next."""
        return len(self.vocabulary)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The tokens."""
        return self.vocabulary

    @property
    def image_shape(self) -> None:
        """None: there are no pictures."""
        return

    def encode(self, text: str) -> Tensor:
        """The numbers of the tokens of a text, `(n,)`.

        Args:
            text: Any text; what is not in the vocabulary becomes the unknown token.

        Raises:
            DataError: If a token is not in the vocabulary, which has none for unknown ones.
        """
        said = TEXT("text", text)
        split: Callable[[str], Iterable[str]] = list
        if self.level == "word":
            split = split_at_spaces if self.spaced else split_words
        numbers = {token: number for number, token in enumerate(self.vocabulary)}
        unknown = numbers.get(unknown_of(self.level), -1)
        found = torch.tensor(
            [numbers.get(token, unknown) for token in split(said)], dtype=torch.int64
        )
        if (found < 0).any():
            raise DataError(
                f"expected characters of the vocabulary of {self.name}, got {shown(text)}"
            )
        return found

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of token numbers; words with spaces between them.

        Args:
            numbers: Numbers of tokens from 0 to K - 1, one after the other.

        Raises:
            DataError: If one is the number of no token.
        """
        try:
            tokens = [self.vocabulary[int(number)] for number in numbers]
        except (IndexError, TypeError, ValueError) as error:
            raise DataError(
                f"expected numbers of tokens from 0 to {self.classes - 1}: {error}"
            ) from error
        if self.level == "character":
            return "".join(tokens)
        said = " ".join("\n" if token == END else token for token in tokens)
        return re.sub(" ?\n ?", "\n", said)

    def __repr__(self) -> str:
        """Name, sizes and vocabulary."""
        train, val, test = (f"{len(getattr(self, part)):,}" for part in PARTS)
        return (
            f"{cut(self.name, 60)}: {train} train, {val} validation, {test} test {self.level}s, "
            f"{self.classes:,} different ones"
        )


TEXT_DATA: Rule[TextData] = instance(TextData, 'from_text("book.txt")')


@undisturbed()
def _tokens(given: object, classes: int, where: str) -> Tensor:
    """One part as it is kept, `(n,)` int64, checked."""
    try:
        found = given.detach().cpu() if isinstance(given, Tensor) else torch.tensor(given)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(f"{where}: expected token numbers (n,): {error}") from error
    whole = not (found.is_floating_point() or found.is_complex() or found.dtype == torch.bool)
    if not whole or found.ndim != 1 or len(found) < 2:
        raise DataError(
            f"{where}: expected at least 2 tokens as integers (n,), got {found.dtype} "
            f"{tuple(found.shape)}; give a longer text or larger parts"
        )
    if found.min() < 0 or found.max() >= classes:
        came = f"{int(found.min())} to {int(found.max())}"
        raise DataError(f"{where}: expected token numbers 0 to {classes - 1}, got {came}")
    return found.to(torch.int64).contiguous()


def _fingerprint(data: TextData) -> str:
    """Sixteen hexadecimal digits of the SHA-256 over name, level, vocabulary and tokens."""
    digest = hashlib.sha256(repr((data.name, data.level, data.vocabulary)).encode())
    for part in PARTS:
        tokens = np.ascontiguousarray(getattr(data, part).numpy(), "<i8")
        digest.update(f"{len(tokens)} ".encode())
        digest.update(tokens.data)
    return digest.hexdigest()[:16]
