"""The lab is there after its page was closed while cells ran, opened, and everything run again."""

import nbformat
import pages
import pytest

pytestmark = pytest.mark.browser
PATIENCE = 120_000  # milliseconds; the machine may be busy with something else
CELLS = (
    """
import os, time, warnings
warnings.simplefilter("ignore")
import nbnas as nb
def objective(architecture, seed=0):
    return nb.Evaluation(architecture, 0.5 + 0.07 * str(architecture).count("conv"))
search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=0, store=STORE)
""",
    "search",
    "search.run(3);",
    "while not os.path.exists(GO): time.sleep(0.1)",
    "search.run(5);",
)


def written(folder, name, go):
    """A notebook whose cells wait for a file; no trial is made twice."""
    store = folder / f"{name}.db"
    sources = [c.replace("GO", repr(str(go))).replace("STORE", repr(str(store))) for c in CELLS]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, folder / name)


def reopened(browser, lab, number):
    """Run all, close the page, open it, run all again; the lab's progress in the end."""
    folder, server = lab
    name, go = f"reopened-{number}.ipynb", folder / f"go-{number}"
    written(folder, name, go)
    with pages.viewing(browser, server, name) as page:
        pages.wait_idle(page)
        pages.run_all(page)
        page.locator(".nbl-lab .nbl-run").first.wait_for(timeout=PATIENCE)
        if number % 2:
            page.keyboard.press("Control+s")
            page.wait_for_timeout(1000)
    with pages.viewing(browser, server, name) as page:
        page.wait_for_timeout(1500 * (number % 5))  # JupyterLab asks the kernel for four seconds
        pages.run_all(page)
        page.wait_for_timeout(500)
        go.touch()
        pages.wait_done(page)
        said = page.locator(".nbl-lab .nbl-progress-text")
        said.filter(has_text="5 of 5 trials").first.wait_for(timeout=PATIENCE)
        page.locator(".nbl-area-trace svg path").first.wait_for(timeout=PATIENCE)
        assert page.locator(".jp-RenderedImage:visible").count() == 0  # hidden by the lab
        pages.shot(page, f"reopened-{number}")
    pages.end_kernels(server)


def test_the_lab_is_there_after_closing_opening_and_running_again(browser, lab):
    reopened(browser, lab, 0)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("number", range(1, 11))
def test_the_lab_is_there_ten_times_of_ten(browser, lab, number):
    reopened(browser, lab, number)
