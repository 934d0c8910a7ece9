"""The lab is there after its page was closed while cells ran, opened, and everything run again.

NBNAS_TIMES=5 for so many times, each later than the one before.
"""

import contextlib
import os

import nbformat
import pages
import pytest

pytestmark = pytest.mark.browser
TIMES = int(os.environ.get("NBNAS_TIMES", "2"))
PATIENCE = 120_000  # milliseconds; the machine may be busy with something else
CELLS = (
    """
import pathlib, time, warnings
warnings.simplefilter("ignore")
import nbnas as nb
def objective(architecture, seed=0):
    return nb.Evaluation(architecture, 0.5 + 0.07 * str(architecture).count("conv"))
here = pathlib.Path("NAME")
store = here / (here / "store").read_text()
search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=0, store=store)
""",
    "search",
    "search.run(3);",
    """
(here / "waits").touch()
while not (here / "go").exists(): time.sleep(0.1)
""",
    "search.run(5);",
)


class Reopening:
    """A notebook whose cells wait for a file, in pages of JupyterLab that are closed meanwhile."""

    def __init__(self, browser, lab, name):
        self.browser, (folder, self.server), self.name = browser, lab, f"{name}.ipynb"
        self.files = folder / name
        self.files.mkdir()
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell.replace("NAME", name)) for cell in CELLS],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(notebook, folder / self.name)

    @contextlib.contextmanager
    def page(self):
        with pages.viewing(self.browser, self.server, self.name) as page:
            yield page

    def leave(self, page, number, saved):
        """Run all on a new store until a cell waits, and perhaps save: then the page may close."""
        for name in ("go", "waits"):
            (self.files / name).unlink(missing_ok=True)
        (self.files / "store").write_text(f"{number}.db")
        pages.run_all(page)
        pages.wait_for_file(self.files / "waits")
        page.locator(".nbl-lab .nbl-run").first.wait_for(timeout=PATIENCE)
        if saved:
            pages.save(page)

    def run_again(self, page, number):
        """Run all in a page that was opened anew, and look for the lab."""
        page.wait_for_timeout(1500 * number)  # JupyterLab asks the kernel for four seconds
        pages.run_all(page)
        page.wait_for_timeout(500)
        (self.files / "go").touch()
        pages.wait_done(page)
        said = page.locator(".nbl-lab .nbl-progress-text")
        said.filter(has_text="5 of 5 trials").first.wait_for(timeout=PATIENCE)
        page.locator(".nbl-area-trace svg path").first.wait_for(timeout=PATIENCE)
        assert page.locator(".jp-RenderedImage:visible").count() == 0  # hidden by the lab
        pages.shot(page, f"{self.name}-{number}")


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("saved", [False, True])
def test_the_lab_is_there_every_time(browser, lab, saved):
    """The page in which all ran again is the next one to be closed."""
    notebook = Reopening(browser, lab, "saved" if saved else "unsaved")
    with contextlib.ExitStack() as stack:
        page = stack.enter_context(notebook.page())
        pages.wait_idle(page)
        for number in range(TIMES):
            notebook.leave(page, number, saved)
            stack.close()
            page = stack.enter_context(notebook.page())
            notebook.run_again(page, number)
    pages.end_kernels(lab[1])
