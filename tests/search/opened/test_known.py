"""Values of a store, read from how they were written."""

import math

import pytest

from nbnas import HammingDistance, Real
from nbnas.errors import StoreError
from nbnas.search.opened.known import Unreadable, read


def test_values_come_as_they_were_written():
    assert read("(5, -2.5, inf, 'a', None)") == (5, -2.5, math.inf, "a", None)
    for value in (HammingDistance(), Real(0.1, 1.0)):
        assert read(repr(value)) == value


@pytest.mark.parametrize(
    "text",
    ["", "-'a'", "-(1, 2)", "Categorical(options=5)", "ScaleKernel(5)", "Real(**{})", "open('a')"],
)
def test_what_is_damaged_is_named(text):
    with pytest.raises(Unreadable) as told:
        read(text)
    assert isinstance(told.value, StoreError)
    assert str(told.value)
