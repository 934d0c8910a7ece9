"""The gallery shows enough, and the code that it shows draws what it says."""

from pathlib import Path

import pytest

import nbnas as nb
from nbnas.charts.render import to_svg

gallery = pytest.importorskip("_ext.gallery", exc_type=ImportError)

DOCS = Path(__file__).parents[2] / "docs"


def test_there_are_many_views_each_with_a_page():
    groups = gallery.groups()
    assert sum(len(group.views) for group in groups.values()) >= 40
    for name, group in groups.items():
        page = (DOCS / "gallery" / f"{name}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# {group.title}\n")
        assert f"```{{views}} {name}\n" in page
        assert len({one.title for one in group.views}) == len(group.views)
    index = (DOCS / "gallery" / "index.md").read_text(encoding="utf-8")
    assert all(f"\n{name}\n" in index for name in groups)


def test_a_view_takes_about_three_lines():
    for group in gallery.groups().values():
        assert all(len(one.code.splitlines()) <= 4 for one in group.views)


@pytest.mark.parametrize(("name", "places"), [("spaces", [0, 7]), ("distances", [4])])
def test_the_code_that_is_shown_draws(name, places):
    names = {"nb": nb, "space": nb.CellSpace()}
    for place in places:
        drawn = gallery.chart(gallery.groups()[name].views[place], names)
        assert to_svg(drawn).startswith("<svg")


@pytest.mark.slow
def test_every_view_draws():
    for group in gallery.groups().values():
        names = gallery.begun(group.begin)
        for one in group.views:
            assert to_svg(gallery.chart(one, names)).startswith("<svg"), one.title
