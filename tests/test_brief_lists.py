"""Long texts in a list, cut so that one can tell which is which."""

import pytest

import nbnas as nb
from nbnas.brief import cut, told_apart
from nbnas.charts.graphs.notation import notation


@pytest.mark.parametrize(
    "texts",
    [
        ["a b c d e", "a b c d f", "a b c g e", "a b c d e"],
        ["longer than the limit, once", "longer than the limit, twice", "longer than the limit"],
        ["nothing_but_one_word_that_is_long_0", "nothing_but_one_word_that_is_long_1"],
        [f"{'same ' * 30}{i} {'rest ' * 30}{i}" for i in range(9)],
        ["short", "shorter"],
        [],
    ],
)
@pytest.mark.parametrize("most", [8, 12, 30])
def test_cut_texts_differ_where_the_whole_ones_do(texts, most):
    shown = told_apart(texts, most)
    assert len(shown) == len(texts)
    assert all(len(words) <= most for words in shown)
    assert len(set(shown)) == len(set(texts))
    assert shown[:1] == [cut(text, most) for text in texts[:1]]


def test_texts_that_differ_when_cut_stay_as_they_are_cut():
    texts = ["one of many words", "two of many words"]
    assert told_apart(texts, 9) == [cut(text, 9) for text in texts]


@pytest.mark.parametrize("space", [nb.DartsSpace(), nb.ChainSpace(), nb.CnnSpace()], ids=repr)
def test_architectures_that_begin_alike_are_told_apart(space):
    first = space.sample(0, 1)[0]
    near = dict.fromkeys([first, *(space.mutate(first, i) for i in range(12))])
    texts = [notation(each) for each in near]
    assert len({text[:42] for text in texts}) < len(set(texts))
    assert len(set(told_apart(texts, 42))) == len(set(texts))
