"""Pictures that stay where no lab can live: executed notebooks, and their export."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pages
import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PATIENCE = 60_000  # milliseconds; the machine may be busy with something else

BATCH = """
import warnings
warnings.simplefilter("ignore")
import nbnas as nb
def objective(architecture, seed=0):
    return nb.Evaluation(architecture, 0.5 + 0.07 * str(architecture).count("conv"))
search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=0)
search
"""


def executed(folder, name, mode):
    """A notebook that papermill has executed, in static mode or with a live lab."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in (BATCH, "search.start(6).wait();")]
    source = folder / f"source-{name}"
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    nbformat.write(notebook, source)
    own = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))}
    path = os.pathsep.join([str(ROOT), own.get("PYTHONPATH", "")])
    environment = own | {"PYTHONPATH": path, "NBNAS_DISPLAY": mode, "OMP_NUM_THREADS": "1"}
    subprocess.run(
        [sys.executable, "-m", "papermill", str(source), str(folder / name), "-k", "python3"],
        env=environment, check=True, capture_output=True,
    )  # fmt: skip
    return folder / name


@pytest.fixture(scope="module")
def batch(forking, lab):
    """Two executed notebooks: in static mode, and with a lab that was live."""
    folder, _ = lab
    with forking():
        return executed(folder, "static.ipynb", "static"), executed(folder, "live.ipynb", "live")


def pictures(notebook):
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
    return [o["data"] for o in outputs if "image/png" in o.get("data", {})]


def test_papermill_makes_no_widget_and_the_picture_is_the_last(batch):
    static, live = (nbformat.read(path, as_version=4) for path in batch)
    assert "widgets" not in static.metadata
    for notebook in (static, live):
        assert len(pictures(notebook)) == 1
        assert "6 of 6 trials" in pictures(notebook)[0]["text/plain"]
    assert "widgets" in live.metadata


@pytest.fixture(scope="module")
def page(browser, lab):
    """A page in which one notebook after the other is opened."""
    with pages.lab_page(browser, lab[1]) as page:
        yield page


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize(("kind", "state"), [("static", False), ("live", True), ("live", False)])
def test_an_executed_notebook_shows_its_picture(page, lab, batch, kind, trusted, state):
    folder, _ = lab
    notebook = nbformat.read(batch[kind == "live"], as_version=4)
    if not state:
        notebook.metadata.pop("widgets", None)
    name = f"{kind}-{'state' if state else 'bare'}-{'trusted' if trusted else 'untrusted'}"
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    if trusted:
        pages.trust(folder, path)
    with pages.look_into(page, path.name):
        lives = kind == "live" and trusted and state
        shown = ".jp-RenderedImage img"
        if lives:  # from the saved state, unless JupyterLab was too slow to restore it
            shown += ", .nbl-lab .nbl-area-trials tbody tr"
        page.locator(shown).locator("visible=true").first.wait_for(timeout=PATIENCE)
        if not lives:
            if kind == "live" and trusted:  # JupyterLab looks for the model for two seconds
                lost = page.locator(".jp-OutputArea-output", has_text="model not found")
                lost.first.wait_for(state="attached", timeout=PATIENCE)
            size = page.locator(".jp-RenderedImage img").first.bounding_box()
            assert size["width"] > 300
            assert size["height"] > 100
        assert page.get_by_text("model not found").locator("visible=true").count() == 0
        pages.shot(page, f"picture-{name}")


def test_exported_html_shows_the_picture_without_a_network(browser, batch, tmp_path):
    for path in batch:
        subprocess.run(
            [sys.executable, "-m", "nbconvert", "--to", "html", str(path),
             "--output-dir", str(tmp_path)], check=True, capture_output=True,
        )  # fmt: skip
        context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
        try:
            page = context.new_page()
            page.goto((tmp_path / path.with_suffix(".html").name).as_uri(), wait_until="commit")
            image = page.locator("img").first
            image.wait_for(timeout=PATIENCE)
            assert image.bounding_box()["width"] > 300
            pages.shot(page, f"picture-html-{path.stem}")
        finally:
            context.close()
