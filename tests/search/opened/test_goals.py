"""What a search wanted, from what its study remembers."""

import pytest

import nbnas as nb
from nbnas.brief import full
from nbnas.search.opened.goals import goals_from
from nbnas.search.opened.known import Unreadable

WORDS = {"goals": "Goals", "goals.measure 1": full(nb.ACCURACY)}


@pytest.mark.parametrize("bound", [12_345, 1.25e-7, 3e9])
def test_a_limit_is_read_from_its_words(bound):
    limit = nb.at_most("latency", bound)
    goals, told_by = goals_from({**WORDS, "goals.limit 1": limit.words}, ())
    assert goals.constraints == (limit,)
    assert told_by == ("latency",)


@pytest.mark.parametrize(
    "said", ["latency", "latency at most 1.2.3", "latency at most ,", "  at most 5", "-'a'"]
)
def test_a_damaged_limit_is_named(said):
    with pytest.raises(Unreadable):
        goals_from({**WORDS, "goals.limit 1": said}, ())
