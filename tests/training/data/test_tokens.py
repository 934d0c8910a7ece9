import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbnas.training.data.tokens import (
    END,
    UNKNOWN,
    UNKNOWN_CHARACTER,
    number_characters,
    number_words,
    split_at_spaces,
    split_words,
)

SOME = st.text(st.characters(codec="utf-8"), max_size=30)


def told(vocabulary, tokens):
    return [vocabulary[number] for number in tokens]


def test_words_marks_and_ends_of_lines():
    said = "Who's there?\n\nNay, answer me: <unk> 42.5"
    assert split_words(said) == [
        *("Who's", "there", "?", END, END, "Nay", ",", "answer", "me", ":", UNKNOWN),
        *("42", ".", "5"),
    ]
    assert split_at_spaces(" a @-@ b ,\n c") == ["a", "@-@", "b", ",", END, "c"]


@given(train=st.text(st.characters(codec="utf-8"), min_size=1), others=st.tuples(SOME, SOME))
def test_characters_of_the_training_part_are_known_and_others_are_not(train, others):
    vocabulary, parts = number_characters((train, *others))
    assert len(set(vocabulary)) == len(vocabulary)
    for text, tokens in zip((train, *others), parts, strict=True):
        expected = [c if c in train else UNKNOWN_CHARACTER for c in text]
        assert told(vocabulary, tokens) == expected
    strange = set("".join(others)) - set(train)
    assert set(vocabulary) == set(train) | ({UNKNOWN_CHARACTER} if strange else set())


def test_rare_words_are_unknown():
    vocabulary, (train, val) = number_words(("b a b c a b\n", "c d a"), split_at_spaces, 2)
    assert vocabulary == (UNKNOWN, END, "b", "a")
    assert told(vocabulary, train) == ["b", "a", "b", UNKNOWN, "a", "b", END]
    assert told(vocabulary, val) == [UNKNOWN, UNKNOWN, "a"]


@pytest.mark.parametrize("split", [split_words, split_at_spaces])
def test_a_text_without_words_has_the_two_special_ones(split):
    vocabulary, (train,) = number_words(("\n\n",), split, 1)
    assert vocabulary == (UNKNOWN, END)
    assert train.tolist() == [1, 1]
