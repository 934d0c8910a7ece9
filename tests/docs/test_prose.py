"""Docstrings become reStructuredText that says the same."""

import pytest
from _ext.prose import as_rest

LINKS = {"Trainer": "nbnas.Trainer"}


def rest(text):
    return as_rest(text.splitlines(), LINKS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("As `f(x)` does.", "As ``f(x)`` does."),
        ("All `Trainer`s train.", r"All :py:obj:`~nbnas.Trainer`\ s train."),
        ("From 2 * 3 |x| a_ on.", r"From 2 \* 3 \|x\| a\_ on."),
        ("Code `a * b` stays.", "Code ``a * b`` stays."),
    ],
)
def test_only_code_means_anything(text, expected):
    assert rest(text)[0] == expected


def test_code_goes_on_in_the_next_line():
    assert rest("It is `a\nb` here.")[0] == "It is ``a b`` here."


def test_what_is_returned_is_no_type():
    found = rest("Draw.\n\nReturns:\n    Two: a mean,\n    and a stddev.")
    assert found[2:5] == ["Returns:", "    : Two: a mean,", "    and a stddev."]


def test_each_reference_is_an_item():
    found = rest("Do.\n\nReferences:\n    A and B, One,\n    2019.\n    C, Two, 2020.")
    assert found[3:6] == ["    * A and B, One,", "      2019.", "    * C, Two, 2020."]


def test_examples_and_notation_stay_as_they_are():
    text = "Do.\n\nNotation\n    n   a `number` *\n\nExample:\n    >>> 2 * 3\n    6"
    found = rest(text)
    assert "    n   a `number` *" in found
    assert found[found.index(".. rubric:: Notation") + 2] == "::"
    assert found[-4:-1] == ["Example:", "    >>> 2 * 3", "    6"]
