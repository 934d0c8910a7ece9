"""The gallery shows what its lines make, and notices what it does not show."""

import logging
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

import nbnas as nb
from nbnas.subjects import SUBJECTS

# Not "sphinx": a package leaves a folder of this name, and who sees it imported wants all of it.
pytest.importorskip("myst_nb", reason="Sphinx is not installed: pip install -e '.[docs]'")

from _ext.gallery import check, evaluated, of, seen, views_of
from _ext.links import DOCS

FENCE = re.compile(r"^```\{(?:drawn|begin)\}\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_it_has_forty_pictures_and_more():
    pages = [path.read_text(encoding="utf-8") for path in (DOCS / "gallery").glob("*.md")]
    assert sum(page.count("```{drawn}\n") for page in pages) >= 40
    for text in (text for page in pages for text in FENCE.findall(page)):
        compile(text, "gallery", "exec")


def test_lines_run_one_after_the_other_and_the_last_one_is_shown(tmp_path):
    names, here = {}, Path.cwd()
    assert evaluated(["import nbnas as nb", "a = 2"], names, tmp_path) is None
    lines = ["open('made', 'w').close()", "b = a + 1", "nb.HammingDistance()"]
    assert evaluated(lines, names, tmp_path) == nb.HammingDistance()
    assert names["b"] == 3
    assert (tmp_path / "made").exists()
    assert Path.cwd() == here


def test_a_picture_has_a_summary():
    chart, said = of(nb.HammingDistance())
    assert chart is not None
    assert said.startswith("HammingDistance")


def test_what_has_no_picture_stops_the_build():
    class Spoken:
        pass

    nb.register_view(Spoken)(lambda _: nb.View("words alone"))
    with pytest.raises(ValueError, match="expected an object with a picture"):
        of(Spoken())


def test_a_view_that_no_page_shows_is_a_warning(caplog):
    env = SimpleNamespace()
    seen(env)["page"] = [each for each in SUBJECTS.values() if "widgets.graphs" not in each]
    assert views_of(nb.CellSpace()) == ["nbnas.widgets.graphs.space:space"]
    with caplog.at_level(logging.WARNING, logger="sphinx"):
        check(None, env)
        assert "nbnas.widgets.graphs.space:space" in caplog.text
        caplog.clear()
        seen(env)["other"] = [*SUBJECTS.values()]
        check(None, env)
        assert not caplog.text
