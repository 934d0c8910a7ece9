"""The manual as it was built: no link in it is broken, and to read it needs no network.

`NBNAS_MANUAL` says where it is: `.ci/run` builds it and then runs this, after all else that is
slow, since the build takes the lessons as `test_fonts.py` has executed them.
"""

import os
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

VARIABLE = "NBNAS_MANUAL"
LOOKED_AT = (
    *(
        "index.html",
        "reference/api/search.html",
        "reference/notebooks.html",
        "reference/store.html",
    ),
    *("tutorials/1_bayesian_optimisation_by_hand.html", "tutorials/own_problem.html"),
    *("search.html", "gallery/index.html"),
)
pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """What a page has and asks for.

    Attributes:
        ids: The places that a link may lead to.
        links: Where its links lead.
        asked: What a browser fetches to show it.
    """

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.asked = set(), set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        self.ids |= {has[key] for key in ("id", "name") if has.get(key)}
        if tag == "a" and has.get("href"):
            self.links.add(has["href"])
        fetched = has.get("src") or (has.get("href") if tag == "link" else None)
        if fetched and has.get("rel") not in ("index", "search", "next", "prev", "author"):
            self.asked.add(fetched)


page = cache(Page)


@pytest.fixture(scope="module")
def manual():
    """The folder of the built manual."""
    if not os.environ.get(VARIABLE):
        pytest.skip(f"no manual: build it, and say where it is in {VARIABLE}")
    return Path(os.environ[VARIABLE]).resolve()


@pytest.fixture(scope="module")
def paths(manual):
    found = [path for path in sorted(manual.rglob("*.html")) if "_static" not in path.parts]
    assert len(found) > 40
    return found


def test_every_link_within_it_leads_somewhere(paths):
    broken = []
    for path in paths:
        for link in page(path).links:
            parts = urlsplit(link)
            target = path.parent / unquote(parts.path) if parts.path else path
            if parts.scheme or parts.netloc:
                continue
            if not target.exists():
                broken.append(f"{path.name}: {link}")
            elif parts.fragment and target.suffix == ".html":
                found = page(target.resolve()).ids
                broken += [f"{path.name}: {link}"] * (unquote(parts.fragment) not in found)
    assert not broken


def test_no_page_names_a_place_on_the_network_to_show_itself(paths):
    asked = [(path.name, each) for path in paths for each in page(path).asked]
    assert asked
    assert not [pair for pair in asked if urlsplit(pair[1]).scheme not in ("", "data")]


def test_every_public_name_is_in_its_index(manual):
    pytest.importorskip("myst_nb")
    from _ext.names import entries
    from sphinx.util.inventory import InventoryFile

    found = InventoryFile.loads((manual / "objects.inv").read_bytes(), uri="")
    names = {name for kind in found.data if kind.startswith("py:") for name in found.data[kind]}
    assert len(names) > 1000
    assert not {*entries()} - names


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_asks_for_nothing_else(browser, manual, scheme):
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme=scheme, offline=True
    )
    tab, asked, faults = context.new_page(), set(), []
    tab.on("request", lambda request: asked.add(request.url))
    tab.on("requestfailed", lambda request: faults.append(request.url))
    tab.on("pageerror", lambda error: faults.append(str(error)))
    for name in LOOKED_AT:
        tab.goto((manual / name).as_uri())
        assert tab.evaluate("document.documentElement.dataset.theme") == scheme
    tab.goto((manual / "tutorials/1_bayesian_optimisation_by_hand.html").as_uri())
    formula = tab.locator("math").first.bounding_box()
    context.close()
    assert formula["width"] > 0
    assert not faults
    assert not [url for url in asked if urlsplit(url).scheme not in ("file", "data")]
