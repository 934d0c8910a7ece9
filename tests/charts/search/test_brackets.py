import pytest

import nbnas as nb
from nbnas import charts
from nbnas.charts.search.brackets import costs
from nbnas.search.strategies.schedulers.brackets import Bracket, hyperband

FIDELITIES = nb.Fidelities((3, 12, 48), continued=True)


def test_each_rung_has_its_size_and_its_cost(said):
    plan = Bracket(0, (16, 4, 1))
    text = said(charts.brackets(FIDELITIES, (plan,)))
    for words in ("3 epochs", "16, the best 4 go on; cost 1", "1; cost 0.75", "a bracket, 2.5"):
        assert words in text
    assert costs(FIDELITIES, plan) == pytest.approx((1, 0.75, 0.75))
    apart = nb.Fidelities((3, 12, 48))
    assert costs(apart, Bracket(1, (4, 1))) == pytest.approx((1, 1))


def test_all_brackets_of_a_cycle_are_drawn(said):
    text = said(charts.brackets(FIDELITIES, hyperband(4, 3)))
    for words in ("bracket 1: 3 epochs", "bracket 3: 48 epochs", "6, the best goes on"):
        assert words in text


def test_many_rungs_are_cut(said):
    many = nb.Fidelities(tuple(range(1, 13)))
    assert "the first 40 of 78 rungs" in said(charts.brackets(many, hyperband(2, 12)))
