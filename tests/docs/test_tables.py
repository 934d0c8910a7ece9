"""The tables of the reference are those of the notebooks and of the store."""

import papermill
import pytest

from nbnas.search.store.schema import METADATA

# Not "sphinx": a package leaves a folder of this name, and who sees it imported wants all of it.
pytest.importorskip("myst_nb", reason="Sphinx is not installed: pip install -e '.[docs]'")

from _ext.links import ROOT
from _ext.mathml import mathml
from _ext.parameters import RULES, items
from _ext.schema import rows
from sphinx.errors import ExtensionError


@pytest.mark.parametrize("notebook", RULES)
def test_all_parameters_of_a_notebook_are_listed(notebook):
    known = papermill.inspect_notebook(str(ROOT / "notebooks" / f"{notebook}.ipynb"))
    lines = [*items(notebook)]
    assert [line[1:].partition(":")[0] for line in lines[::3]] == [*known]
    assert all("*Allowed:* " in line for line in lines[1::3])


def test_what_is_allowed_is_what_the_rule_says():
    lines = [*items("search")]
    said = dict(zip(lines[::3], lines[1::3], strict=True))
    assert said["`trials: int = 30`"].endswith("*Allowed:* a whole number of at least 1.")
    assert "bayes, random, evolution" in said['`strategy: str = "bayes"`']


def test_a_column_without_words_stops_the_build():
    words = dict.fromkeys(METADATA.tables["nbnas_studies"].columns.keys(), "something")
    assert len([*rows("nbnas_studies", words)]) == len(words)
    with pytest.raises(ValueError, match="odd are measure"):
        next(rows("nbnas_studies", {k: v for k, v in words.items() if k != "measure"}))
    with pytest.raises(ValueError, match="odd are colour"):
        next(rows("nbnas_studies", words | {"colour": "green"}))


def test_formulas_need_no_script():
    found = mathml(r"\mathrm{EI} = \big(u\,\Phi(u) + \varphi(u)\big), \dots", block=True)
    assert found.startswith("<math")
    assert "Φ" in found
    assert mathml(r"\tfrac12 n") == mathml(r"\tfrac{1}{2} n")
    with pytest.raises(ExtensionError, match="unknowable"):
        mathml(r"\unknowable{x}")
