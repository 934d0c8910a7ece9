import math
from collections import Counter

import numpy as np
import pytest

import nbnas as nb
from nbnas.training.data.text_summary import summarize_text


def letters(count, seed=0):
    rng = np.random.default_rng(seed)
    return "".join(rng.choice(list("abcd \n"), count, p=[0.4, 0.25, 0.15, 0.1, 0.05, 0.05]))


def test_shares_and_what_they_foretell_are_counted():
    text = letters(20_000)
    found = summarize_text(nb.from_text(text, name="letters"), most=3)
    assert found.counts == (16_000, 2_000, 2_000)
    assert found.different == 6
    counts = Counter(text[:16_000])
    assert found.tokens == tuple((c, n / 16_000) for c, n in counts.most_common(3))
    assert found.uniform == math.log2(6)
    bits = [-math.log2((counts[c] + 1) / 16_006) for c in text[16_000:18_000]]
    assert found.frequency == pytest.approx(np.mean(bits))
    assert found.beginning == text[:600] + "\u2026"
    assert found.warnings == ()


def test_what_looks_wrong_is_said():
    short = summarize_text(nb.from_text("to be or not to be\n" * 20))
    assert short.warnings[:2] == (
        "only 304 characters to train on",
        "only 38 characters in the validation part: what is measured on it is uncertain",
    )
    strange = summarize_text(nb.from_text(letters(19_000) + "xyz" * 300))
    assert strange.warnings == ("45.2 % of the characters of the test part are unknown",)
    page = letters(5_000)
    twice = summarize_text(nb.from_text(page * 4))
    assert [each for each in twice.warnings if "passages" in each] == [
        f"100 % of the passages of the {part} part are in the training part, too"
        for part in ("validation", "test")
    ]


def test_words_are_counted_too():
    text = "the cat , the dog\n" * 900 + "other words here now " * 100
    found = summarize_text(nb.from_text(text, level="word"), most=2)
    assert found.tokens[0][0] == "the"
    assert found.beginning.startswith("the cat , the dog\nthe cat")
    assert any("words of the test part are unknown" in each for each in found.warnings)
