import nbnas as nb
from nbnas import charts
from nbnas.widgets import bundle, view


def test_each_length_has_its_cost(said):
    text = said(charts.fidelities(nb.Fidelities((12, 50, 200))))
    for words in ("12 epochs", "200 epochs", "0.06", "0.25", "full", "its own training"):
        assert words in text
    assert "go on" in said(charts.fidelities(nb.Fidelities((1, 2), continued=True)))


def test_the_view_says_what_a_look_is():
    found = nb.Fidelities((3, 6, 12), continued=True)
    assert "Looks of 3, 6 epochs, which a longer" in view(found).summary
    assert bundle(found)[0]["image/png"]
