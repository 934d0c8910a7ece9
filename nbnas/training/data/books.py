"""Reading texts: from a string, a file or a folder, to a data set.

References:
    Karpathy et al., Visualizing and Understanding Recurrent Networks, ICLR workshops 2016
    (characters of Shakespeare).
    Merity et al., Pointer Sentinel Mixture Models, ICLR 2017 (WikiText-2).
"""

import codecs
import gzip
import re
import zlib
from os import PathLike
from pathlib import Path
from typing import Any

from nbnas.checks import FLAG, PATH, TEXT, real, whole
from nbnas.errors import DataError, shown
from nbnas.training.data.text import TextData
from nbnas.training.data.tokens import (
    END,
    LEVELS,
    UNKNOWN,
    Level,
    Numbered,
    number_characters,
    number_words,
    split_at_spaces,
    split_words,
)
from nbnas.undisturbed import undisturbed

SHORTEST = 100  # characters of a text
LONGEST_PATH = 4096
RARE = 3  # times that a word has to be seen by default
_PARTS = ("training", "validation", "test")
_LOOKED_AT = 10_000  # bytes, to tell a text from another file
_SHARE = real(above=0, below=1).raising(DataError)
_SPACE = re.compile(r"\s")
_PREFIXES = ("", "wiki.")
_SUFFIXES = (".raw", ".tokens", ".txt", ".raw.gz", ".tokens.gz", ".txt.gz")


def from_text(
    text: str | PathLike[str],
    *,
    level: Level = "character",
    validation: float = 0.1,
    test: float = 0.1,
    least: int | None = None,
    name: str | None = None,
    encoding: str = "utf-8",
    spaced: bool = False,
) -> TextData:
    r"""Make a data set of a text of your own: the first part is trained on, the last tests.

    Args:
        text: The path of a file, which may be packed (`.gz`), or the text itself.
        level: What a token is: "character", or "word" (punctuation and ends of lines are words).
        validation: Share of the text that is held out for validation, between 0 and 1.
        test: Share that is the test part.
        least: How often a word has to be in the training part to be known; 3 by default. All
            characters are known.
        name: What a person calls it; by default the name of the file.
        encoding: How characters are written in the file.
        spaced: Whether words are what stands between spaces, punctuation being split already.

    Returns:
        The data set.

    Raises:
        DataError: If the file is missing or not of this encoding, or the text is too short.

    Example:
        >>> from_text("To be, or not to be, that is the question:\n" * 20, name="Hamlet")
        Hamlet: 688 train, 86 validation, 86 test characters, 17 different ones
    """
    level = LEVELS("level", level)
    shares = _SHARE("validation", validation), _SHARE("test", test)
    said, source = _read(text, TEXT("encoding", encoding))
    called = source if name is None else TEXT("name", name)
    if len(said) < SHORTEST:
        raise DataError(
            f"expected the path of a file, or a text of at least {SHORTEST} characters, got "
            f"{shown(text)}, which is no file and {len(said)} characters long"
            if source == "text"
            else f"expected a text of at least {SHORTEST} characters, got the file "
            f"{str(text)!r} with {len(said)}; give another file"
        )
    parts = _cut(said, *shares, level, called)
    return _made(called, level, parts, least, spaced=FLAG("spaced", spaced))


def wikitext2(folder: str | PathLike[str], *, level: Level = "word") -> TextData:
    """WikiText-2: 720 articles of Wikipedia, two million words, of which 33,278 are different.

    Args:
        folder: Where `train`, `valid` and `test` are, each `.raw`, `.tokens` or `.txt`, with or
            without `wiki.` before it, packed (`.gz`) or not.
        level: What a token is: "word" or "character".

    Returns:
        The data set, words that are seen fewer than three times being unknown, as published.

    Raises:
        DataError: If a file is missing; the message says which, and where to get it.

    References:
        Merity et al., Pointer Sentinel Mixture Models, ICLR 2017.
    """
    where, level = PATH("folder", folder), LEVELS("level", level)
    parts = [_decoded(_file_of(where, part), "utf-8") for part in ("train", "valid", "test")]
    return _made("wikitext2", level, parts, None, spaced=True)


def _file_of(folder: Path, part: str) -> Path:
    """The file of a part of WikiText-2."""
    names = [f"{before}{part}{after}" for before in _PREFIXES for after in _SUFFIXES]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(
        f"expected one of {', '.join(names)} in the folder {str(folder)!r}, found none; get "
        "WikiText-2 and unpack it there, or read a text of your own with from_text"
    )


@undisturbed()
def _made(
    name: str, level: Level, parts: list[str], least: int | None, *, spaced: bool
) -> TextData:
    """The data set of the three parts of a text."""
    given = whole(1).optional.raising(DataError)("least", least)
    if level == "word":
        split = split_at_spaces if spaced else split_words
        words = number_words(parts, split, RARE if given is None else given)
        vocabulary, (train, val, test) = words
        _check_parts(name, level, words)
        return TextData(name, level, vocabulary, train, val, test, spaced=spaced)
    if given not in (None, 1):
        raise DataError(f"expected no least for characters, which are all known, got {given}")
    numbered = number_characters(parts)
    vocabulary, (train, val, test) = numbered
    _check_parts(name, level, numbered)
    return TextData(name, level, vocabulary, train, val, test)


def _check_parts(name: str, level: Level, numbered: Numbered) -> None:
    """Check that every part has tokens, and the part to train on different ones.

    Raises:
        DataError: If not; the message says which part, and what to do.
    """
    vocabulary, parts = numbered
    for part, tokens in zip(_PARTS, parts, strict=True):
        if len(tokens) < 2:
            raise DataError(
                f"{name}: expected at least 2 {level}s in the {part} part, got {len(tokens)}; "
                "give a longer text, or larger shares to validation and test"
            )
    if len(vocabulary) < 2:
        raise DataError(
            f"{name}: expected different {level}s to foretell, got only {vocabulary[0]!r}; give "
            "another text"
        )
    if level == "word" and vocabulary == (UNKNOWN, END):
        raise DataError(
            f"{name}: expected words that come often enough to be known, got none; give a longer "
            "text, or lower least, which says how often that is"
        )


def _read(text: Any, encoding: str) -> tuple[str, str]:  # noqa: ANN401
    """The text, and what it is called."""
    if isinstance(text, str) and not _is_file(text):
        said = text.replace("\r\n", "\n").replace("\r", "\n")
        try:
            said.encode()
        except UnicodeEncodeError as error:
            raise DataError(
                f"expected a text of characters that can be written: {error}"
            ) from None
        return said, "text"
    path = PATH.raising(DataError, "or give the text itself")("text", text)
    return _decoded(path, encoding), path.name.removesuffix(".gz").removesuffix(".txt")


def _is_file(text: str) -> bool:
    """Whether a string is the path of something that is there."""
    if not text or len(text) > LONGEST_PATH or "\n" in text or "\0" in text:
        return False
    try:
        return Path(text).expanduser().exists()
    except (OSError, RuntimeError):  # a name that no file can have, no such person's home
        return False


def _decoded(path: Path, encoding: str) -> str:
    """What a file says, with ends of lines as in Unix and without a byte-order mark."""
    if path.is_dir():
        raise DataError(
            f"expected a text file, got the folder {str(path)!r}; give the path of a file"
        )
    plain = b""
    try:
        raw = path.read_bytes()
        plain = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        said = plain.decode(encoding)
    except (OSError, EOFError, zlib.error, LookupError, UnicodeError) as error:
        raise DataError(
            f"expected a text file in {encoding}, got {str(path)!r}: {error}; {_advice(plain)}"
        ) from error
    if "\0" in said:
        raise DataError(
            f"expected a text file in {encoding}, got {str(path)!r} with characters of number 0; "
            f"{_advice(plain)}"
        )
    return said.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _advice(raw: bytes) -> str:
    """What to do about bytes that are no text in an encoding."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return 'it seems to be text in UTF-16: give encoding="utf-16"'
    if b"\0" in raw[:_LOOKED_AT]:
        return "it seems to be no text, but a file of another kind: give a text file"
    return 'give its path and its encoding, such as encoding="latin-1"'


def _cut(text: str, validation: float, test: float, level: Level, name: str) -> list[str]:
    """The text in three parts, one after the other; no word is cut."""
    if validation + test >= 1:
        raise DataError(
            f"{name}: expected validation and test to leave something to train on, got "
            f"{validation:g} and {test:g}"
        )
    ends = [round(len(text) * share) for share in (1 - validation - test, 1 - test)]
    if level == "word":
        spaces = [_SPACE.search(text, end) for end in ends]
        ends = [len(text) if space is None else space.end() for space in spaces]
    return [text[: ends[0]], text[ends[0] : ends[1]], text[ends[1] :]]
