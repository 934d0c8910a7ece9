import importlib.util
import time
from pathlib import Path

import pytest

SETUP = """
import time
import warnings
warnings.simplefilter("ignore")
import nbnas as nb

def objective(architecture, seed=0):
    time.sleep(0.3)
    return nb.Evaluation(architecture, 0.8 + (seed % 1000) / 10_000)

search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=0)
search
"""


def _tools():
    """The helpers of conftest.py, which importlib mode does not put on the path."""
    path = Path(__file__).with_name("conftest.py")
    spec = importlib.util.spec_from_file_location("browser_tools", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tools = _tools()


@pytest.mark.browser
def test_view_follows_a_running_search(browser, lab):
    folder, server = lab
    with tools.opened(browser, server, folder, [SETUP, "search.run(8);", "'done'"]) as page:
        tools.run_cell(page, 0)
        line = page.locator(".jp-Notebook .jp-OutputArea .nbnas [aria-live=polite]")
        line.wait_for(timeout=90_000)
        tools.wait_idle(page)
        assert "No trial has ended yet" in line.inner_text()
        picture = page.locator(".jp-Notebook .nbnas svg")
        before = picture.inner_html()

        tools.run_cell(page, 1)
        tools.run_cell(page, 2)
        seen, pictures = watch(page, line, picture)
        assert any("of 8 trials" in text and "8 of 8" not in text for text in seen)
        assert len(pictures - {before}) >= 2
        assert "8 of 8 trials" in line.inner_text()
        assert page.locator(".nbnas-error").count() == 0


def watch(page, line, picture, seconds=60):
    """What the line said and the picture was until the cell after the search has run."""
    seen, pictures = [], set()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done = page.get_by_text("'done'", exact=True).count() > 1
        seen.append(line.inner_text())
        pictures.add(picture.inner_html())
        if done:
            break
        page.wait_for_timeout(100)
    return seen, pictures
