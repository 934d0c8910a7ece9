import dataclasses

import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.errors import DataError

WORDS = ("<unk>", "<eos>", "no", "more")


def made(**fields):
    given = {"train": [2, 3, 1], "val": [2, 2], "test": [3, 1], **fields}
    return nb.TextData("small", **{"level": "word", "vocabulary": WORDS, **given})


def test_parts_become_whole_numbers_whatever_they_were():
    data = made(train=np.array([2, 3], np.int16), val=torch.tensor([1, 0], dtype=torch.uint8))
    assert (data.train.dtype, data.train.tolist(), data.val.tolist()) == (
        torch.int64,
        [2, 3],
        [1, 0],
    )
    assert (data.classes, data.class_names, data.image_shape) == (4, WORDS, None)


def test_the_fingerprint_is_of_all_that_is_given():
    first = made()
    assert first.fingerprint == made().fingerprint
    others = [
        *({"train": [2, 3, 0]}, {"val": [2, 3]}, {"test": [3, 1, 1]}, {"level": "character"}),
        {"vocabulary": ("<unk>", "<eos>", "yes", "more")},
    ]
    assert first.fingerprint not in {made(**other).fingerprint for other in others}
    assert dataclasses.replace(first, name="other").fingerprint != first.fingerprint


def test_words_are_read_and_told():
    data = made()
    assert data.encode("no more\nsecrets").tolist() == [2, 3, 1, 0]
    assert data.decode([2, 3, 1, 0]) == "no more\n<unk>"
    letters = made(level="character", vocabulary=("a", "b", "\n", " "))
    assert letters.decode(letters.encode("ab ba\n")) == "ab ba\n"
    with pytest.raises(DataError, match="characters of the vocabulary of small, got 'abc'"):
        letters.encode("abc")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"train": [1]}, "small, train: expected at least 2 tokens"),
        ({"val": [[1, 2]]}, r"small, val: .* \(1, 2\)"),
        ({"test": [0.5, 1]}, "small, test: .* as integers"),
        ({"test": ["no"]}, "small, test: expected token numbers"),
        ({"val": [3, 4]}, "small, val: expected token numbers 0 to 3, got 3 to 4"),
        ({"vocabulary": ("a", "a", "b", "c")}, "different tokens"),
        ({"vocabulary": "abcd"}, "at least 2 of them"),
        ({"level": "letter"}, '"character" or "word"'),
    ],
)
def test_what_is_no_text_is_refused(fields, said):
    with pytest.raises(DataError, match=said):
        made(**fields)


@pytest.mark.parametrize("number", [4, "x", None])
def test_numbers_of_no_token_are_refused(number):
    with pytest.raises(DataError, match="numbers of tokens from 0 to 3"):
        made().decode([0, number])
