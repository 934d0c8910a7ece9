"""No text of a view is cut off or crosses other text, whatever fonts the machine has.

Every notebook is run in JupyterLab by a browser that has DejaVu Sans only, an eighth wider than
Arial, and looked at by another one that has Liberation Sans as well.
"""

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
BOXES = Path(__file__).with_name("boxes.js").read_text(encoding="utf-8")
LESSONS = sorted((ROOT / "notebooks" / "lessons").glob("*.ipynb"))
NOTEBOOKS = [ROOT / "notebooks" / "search.ipynb", *LESSONS]
QUICK = {"trials": 12, "initial": 6, "epochs": 2}
VIEWS = ".jp-OutputArea-output:has(.nbnas, .nbnas-progress, .jupyter-widgets)"
pytestmark = pytest.mark.browser


def _tools():
    """The helpers of conftest.py, which importlib mode does not put on the path."""
    path = Path(__file__).with_name("conftest.py")
    spec = importlib.util.spec_from_file_location("browser_tools", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tools = _tools()


@pytest.fixture(scope="module")
def browsers(launch, tmp_path_factory):
    """A browser with DejaVu Sans only, and one with Liberation Sans, too."""
    folder = tmp_path_factory.mktemp("fonts")
    sets = (("dejavu",), ("dejavu", "liberation"))
    files = [tools.fonts_file(folder, names) for names in sets]
    found = [launch(FONTCONFIG_FILE=str(file)) for file in files]
    yield found
    for browser in found:
        browser.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A JupyterLab that draws every cell, also those out of sight."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "runs").mkdir()
    with tools.serving(folder, windowing="none") as server:
        yield folder, server


def test_the_browsers_have_the_fonts_that_they_should(browsers):
    widths = []
    for browser in browsers:
        page = browser.new_page()
        page.set_content("<span style='font:20px Arial'>exploitation: a better mean</span>")
        widths.append(page.locator("span").bounding_box()["width"])
        page.close()
    assert widths[0] > 1.1 * widths[1]


def test_what_is_cut_or_crossed_is_found(browsers):
    page = browsers[0].new_page()
    page.set_content("""
        <style>svg { display: block; width: 200px; height: 40px }</style>
        <svg><text x="150" y="20">leaves its picture</text></svg>
        <svg><text x="9" y="20">one</text><text x="14" y="24">two</text></svg>
        <svg><text x="9" y="20">up</text><text x="90" y="20">on</text></svg>
        <div style="width:60px;overflow:hidden;white-space:nowrap">cut off by its box</div>
    """)
    found = page.locator("body").evaluate(BOXES)
    page.close()
    assert found["texts"] == 6
    assert [re.findall('"([^"]+)"', line) for line in found["bad"]] == [
        ["leaves its picture"], ["cut off by its box"], ["one", "two"]
    ]  # fmt: skip


def quick(path, folder):
    """A notebook with few trials, which are short; its name in the folder."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for name, value in QUICK.items():
            cell.source = re.sub(
                rf"^{name}: int = \d+", f"{name}: int = {value}", cell.source, flags=re.MULTILINE
            )
    nbformat.write(notebook, folder / path.name)
    return path.name


def check(page):
    """All views of a page: how many there are, and what is wrong with their text."""
    page.locator(".nbl-computing").filter(has_text="…").first.wait_for(state="detached")
    page.wait_for_timeout(3000)  # the last redraws
    views = page.locator(VIEWS).all()
    found = [view.evaluate(BOXES) for view in views]
    said = [f"view {at}: {line}" for at, each in enumerate(found) for line in each["bad"]]
    return sum(each["texts"] > 0 for each in found), said


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_text_of_a_view_is_cut_or_crossed(browsers, whole, path):
    folder, server = whole
    name = quick(path, folder)
    with tools.viewing(browsers[0], server, name) as page:
        tools.wait_idle(page)
        tools.run_all(page)
        tools.wait_done(page, seconds=900)
        count, said = check(page)
        tools.shot_views(page, VIEWS, f"fonts-dejavu-{path.stem}")
        page.keyboard.press("Control+s")
        page.wait_for_timeout(2000)
    with tools.viewing(browsers[1], server, name) as page:
        page.locator(VIEWS).first.wait_for(timeout=120_000)
        page.wait_for_timeout(3000)
        again, also = check(page)
        tools.shot_views(page, VIEWS, f"fonts-liberation-{path.stem}")
    tools.end_kernels(server)
    assert count == again > 0
    assert not [*said, *also], "\n".join([*said, *also])
