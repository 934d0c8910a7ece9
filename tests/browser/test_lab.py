"""The lab in a real browser: JupyterLab, Chromium, and a person's clicks and keys."""

import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PATIENCE = 60_000  # milliseconds; the machine may be busy with something else

SETUP = """
import time, warnings
warnings.simplefilter("ignore")
import nbnas as nb

class Training:  # as a trainer's, but an epoch takes what it is told
    def __init__(self, architecture, seed):
        self.architecture, self.epochs, self.reports, self.evaluation = architecture, 5, (), None
        self.value = 0.6 + 0.06 * str(architecture).count("conv") + seed % 7 / 1000
    @property
    def seconds_left(self):
        return PACE * (self.epochs - len(self.reports))
    def __iter__(self):
        while len(self.reports) < self.epochs:
            time.sleep(PACE)
            n = len(self.reports) + 1
            report = nb.EpochReport(n, 5, 1.0, 0.5, 1.0, self.value * n / 5, 0.1, PACE * n, 9.0)
            self.reports += (report,)
            if n == self.epochs:
                self.evaluation = nb.Evaluation(self.architecture, self.value, seconds=5 * PACE)
            yield report
    def stop(self):
        self.epochs = 0
    def run(self):
        for _ in self: pass
        if BROKEN: raise ValueError("the <i>accuracy</i> is lost")
        return self.evaluation

class Objective:
    def start(self, architecture, seed=0):
        return Training(architecture, seed)
    def __call__(self, architecture, seed=0):
        return self.start(architecture, seed).run()

PACE, BROKEN = 0.02, False
strategy = nb.BayesianOptimization(initial=3)
search = nb.Search(nb.CellSpace(), Objective(), strategy, seed=0)
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
CELLS = [SETUP, "1 + 1", "PACE = 0.5", "PACE, BROKEN = 0.02, True", "search"]


@pytest.fixture(scope="module")
def page(browser, lab):
    """A notebook with a search on display; the tests of this file use it one after the other."""
    folder, server = lab
    with tools.opened(browser, server, folder, CELLS) as page:
        tools.run_cell(page, 0)
        page.locator(".nbl-lab .nbl-run").wait_for(timeout=PATIENCE)
        page.locator(".nbl-area-map svg path").first.wait_for(timeout=PATIENCE)
        tools.wait_idle(page)
        yield page


def said(page, selector, text, timeout=PATIENCE):
    """Wait until an element of the lab says something."""
    page.locator(f".nbl-lab {selector}").filter(has_text=text).first.wait_for(timeout=timeout)


def trials(page):
    return page.locator(".nbl-area-trials tbody tr").count()


def budget(page, number):
    page.locator(".nbl-number").fill(str(number))
    page.locator(".nbl-number").press("Enter")


def execute(page, number, printed=None):
    """Run a cell and wait until it is done."""
    tools.run_cell(page, number)
    tools.wait_idle(page)


def test_run_is_one_click_and_the_trace_grows(page):
    assert "Press Run" in page.locator(".nbl-said").inner_text()
    tools.shot(page, "lab-1-idle")
    budget(page, 5)
    said(page, ".nbl-progress-text", "0 of 5 trials")
    page.locator(".nbl-run").click()
    said(page, ".nbl-progress-text", "5 of 5 trials")
    said(page, ".nbl-state", "idle")
    page.wait_for_function(
        "document.querySelectorAll('.nbl-area-trials tbody tr').length === 5", timeout=PATIENCE
    )
    dots = page.locator(".nbl-area-trace svg .mark-symbol.role-mark path")
    page.wait_for_function(
        "document.querySelectorAll('.nbl-area-trace svg .mark-symbol path').length === 5",
        timeout=PATIENCE,
    )
    assert dots.count() == 5
    said(page, ".nbl-area-why h4", "Why trial 6 is this architecture")
    said(page, ".nbl-area-why", "It was chosen because of 15,625 candidates")
    said(page, ".nbl-area-candidates h4", "best of 15,625 candidates")
    assert not page.locator(".nbl-lab .nbnas-error").is_visible()
    tools.shot(page, "lab-2-done")
    tools.shot_whole(page, "lab-2-whole")


def test_nothing_is_cut_off_with_the_sidebar_closed_or_open(page):
    for name in ("sidebar-closed", "sidebar-open"):
        check_layout(page)
        tools.shot_whole(page, f"lab-3-{name}")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+b")
        page.wait_for_timeout(600)  # the panel slides


def check_layout(page):
    """No card overlaps another or is wider than the lab; no text is wider than its card."""
    found = page.evaluate("""() => {
        const lab = document.querySelector('.nbl-lab'), out = lab.getBoundingClientRect();
        const boxes = [...lab.querySelectorAll('.nbl-card')].map((e) => e.getBoundingClientRect());
        const bad = [];
        boxes.forEach((a, i) => {
            if (a.left < out.left - 1 || a.right > out.right + 1) bad.push(`card ${i} sticks out`);
            boxes.slice(i + 1).forEach((b, j) => {
                const apart = a.right <= b.left + 1 || b.right <= a.left + 1 ||
                    a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
                if (!apart) bad.push(`cards ${i} and ${i + 1 + j} overlap`);
            });
        });
        for (const e of lab.querySelectorAll('.nbl-card, .nbl-bar, .nbl-row'))
            if (e.scrollWidth > e.clientWidth + 1) bad.push(`${e.className} is cut off`);
        return bad;
    }""")
    assert found == []


def test_hovering_tells_and_clicking_selects_everywhere(page):
    row = page.locator(".nbl-area-trials tbody tr").first
    row.hover()
    said(page, ".nbl-tip", "predicted")
    said(page, ".nbl-tip", "expected improvement")
    name = row.locator("td").nth(1).inner_text()
    row.click()
    said(page, ".nbl-area-why .nbl-name", name)
    said(page, ".nbl-area-why", "It was measured")
    assert "nbl-selected" in row.get_attribute("class")
    page.wait_for_function(
        "[...document.querySelectorAll('.nbl-area-map svg path')]"
        ".some((e) => e.getAttribute('stroke') === '#CC79A7')",
        timeout=PATIENCE,
    )
    tools.shot_whole(page, "lab-4-selected")
    page.locator(".nbl-back").click()
    said(page, ".nbl-area-why h4", "Why trial 6 is this architecture")


def test_the_slider_rewinds_and_what_if_answers(page):
    slider = page.locator(".nbl-rewind")
    slider.focus()
    slider.press("ArrowLeft")
    said(page, ".nbl-round", "before trial 5")
    said(page, ".nbl-area-why h4", "Why trial 5 was this architecture")
    page.locator(".nbl-kernel").select_option(label="Hamming")
    page.locator(".nbl-acquisition").select_option(label="upper confidence bound")
    said(page, ".nbl-answer", "With upper confidence bound and the kernel Hamming it would have")
    assert page.locator(".nbl-answer tbody tr").count() == 2
    page.wait_for_function(
        "document.querySelector('.nbl-computing').textContent === ''", timeout=PATIENCE
    )
    tools.shot_whole(page, "lab-5-rewound")
    page.locator(".nbl-reset").click()
    page.locator(".nbl-answer table").wait_for(state="detached", timeout=PATIENCE)
    page.locator(".nbl-now").click()
    said(page, ".nbl-area-why h4", "Why trial 6 is this architecture")


def test_pause_answers_within_an_epoch_and_the_kernel_stays_free(page):
    execute(page, 2)  # from now on an epoch takes half a second
    budget(page, 7)
    page.locator(".nbl-run").click()
    said(page, ".nbl-state", "running")
    said(page, ".nbl-area-now h4", "In training: trial 6")
    took = answer(page, 1)
    assert took < (2.0 if busy() else 0.2), f"1 + 1 took {took:.3f} s while a training ran"
    page.locator(".nbl-pause").click()
    said(page, ".nbl-state", "paused")
    text = page.locator(".nbl-said").inner_text()
    assert re.search(r"Paused (in trial \d+ after epoch \d of 5|after \d trials)", text), text
    before = trials(page)
    tools.shot(page, "lab-6-paused")
    page.locator(".nbl-run").click()
    said(page, ".nbl-state", "running")
    page.wait_for_function(
        f"document.querySelectorAll('.nbl-area-trials tbody tr').length > {before}",
        timeout=PATIENCE,
    )
    said(page, ".nbl-state", "idle")


def busy():
    """Whether others use this machine so much that times of tenths of a second mean nothing."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def answer(page, number):
    """Seconds from the key to the answer of a cell."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    began = time.monotonic()
    page.keyboard.press("Shift+Enter")
    cell.locator(".jp-OutputArea-output", has_text="2").wait_for(timeout=PATIENCE)
    return time.monotonic() - began


def test_keys_reach_everything(page):
    page.locator(".nbl-run").focus()
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(
            "() => { const e = document.activeElement; if (!e.closest('.nbl-lab')) return null;"
            " return e.getAttribute('aria-label') || e.textContent.trim() || e.tagName; }"
        ))  # fmt: skip
        if seen[-1] is None:
            break
    words = "\n".join(word for word in seen if word)
    for wanted in ("Pause", "Step", "Stop", "Budget", "The search so far", "Round to look at",
                   "What if: acquisition", "What if: kernel", "Length-scale", "Colour of the map",
                   "Map of the search space", "Ranked candidates", "accuracy"):  # fmt: skip
        assert wanted in words, f"Tab never came to {wanted!r}: {words}"
    chart = page.locator(".nbl-area-map .nbl-chart")
    chart.focus()
    for _ in range(2):
        chart.press("ArrowRight")
    said(page, ".nbl-tip", "predicted")
    tools.shot(page, "lab-7-keys")
    chart.press("Enter")
    said(page, ".nbl-area-why h4", "What the model knows of this one")
    chart.press("Escape")
    said(page, ".nbl-area-why h4", "this architecture")


def test_an_error_in_a_trial_is_seen(page):
    execute(page, 3)
    page.locator(".nbl-step").click()
    said(page, ".nbnas-error", "failed: ValueError: the <i>accuracy</i> is lost")
    assert page.locator(".nbnas-error i").count() == 0
    said(page, ".nbl-area-trials", "✕ failed")
    said(page, ".nbl-state", "idle")
    tools.shot(page, "lab-8-error")


def test_displayed_again_it_is_the_same(page):
    count = trials(page)
    execute(page, 4)
    page.wait_for_function("document.querySelectorAll('.nbl-lab').length === 2", timeout=PATIENCE)
    second = page.locator(".nbl-lab").nth(1)
    second.locator(".nbl-area-trials tbody tr").first.wait_for(timeout=PATIENCE)
    second.locator(".nbl-round").filter(has_text="before trial").wait_for(timeout=PATIENCE)
    assert second.locator(".nbl-area-trials tbody tr").count() == count
    assert (
        second.locator(".nbl-round").text_content()
        == page.locator(".nbl-round").first.text_content()
    )


def test_a_reload_shows_the_same(page):
    count = trials(page) // 2  # it is on display twice
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    page.reload()
    page.locator(".nbl-lab .nbl-area-trials tbody tr").first.wait_for(timeout=PATIENCE)
    assert page.locator(".nbl-lab").first.locator(".nbl-area-trials tbody tr").count() == count
    said(page, ".nbnas-error", "ValueError")
    tools.shot(page, "lab-9-reloaded")
    assert page.locator(".jp-RenderedImage:visible").count() == 0  # hidden while the lab lives


def test_the_dark_theme_is_readable(page):
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.get_by_text("Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    page.wait_for_function(
        "getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim() === '#111' "
        "|| document.body.dataset.jpThemeName === 'JupyterLab Dark'",
        timeout=PATIENCE,
    )
    page.wait_for_timeout(500)
    tools.shot_whole(page, "lab-10-dark")
    worst = page.evaluate(CONTRAST)
    assert worst["ratio"] > 4.5, worst


CONTRAST = """() => {
    const light = (c) => {
        const [r, g, b] = c.map((v) => v / 255).map(
            (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const numbers = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
    const paper = numbers(getComputedStyle(document.querySelector('.nbl-card')).backgroundColor);
    let worst = { ratio: 99 };
    for (const e of document.querySelectorAll('.nbl-lab p, .nbl-lab h4, .nbl-lab td')) {
        if (!e.textContent.trim() || !e.offsetParent || e.closest('.nbl-shapes')) continue;
        const [r, g, b, a = 1] = numbers(getComputedStyle(e).color);
        const ink = [r, g, b].map((v, i) => a * v + (1 - a) * paper[i]);
        const [x, y] = [light(ink), light(paper.slice(0, 3))].sort((p, q) => q - p);
        const ratio = (x + 0.05) / (y + 0.05);
        if (ratio < worst.ratio) worst = { ratio, text: e.textContent.slice(0, 60) };
    }
    return worst;
}"""


# Pictures that stay where no lab can live.

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
def batch(lab):
    """Two executed notebooks: in static mode, and with a lab that was live."""
    folder, _ = lab
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


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize(("kind", "state"), [("static", False), ("live", True), ("live", False)])
def test_an_executed_notebook_shows_its_picture(browser, lab, batch, kind, trusted, state):
    folder, server = lab
    notebook = nbformat.read(batch[kind == "live"], as_version=4)
    if not state:
        notebook.metadata.pop("widgets", None)
    name = f"{kind}-{'state' if state else 'bare'}-{'trusted' if trusted else 'untrusted'}"
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    if trusted:
        tools.trust(folder, path)
    with tools.viewing(browser, server, path.name) as page:
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
        tools.shot(page, f"picture-{name}")


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
            tools.shot(page, f"picture-html-{path.stem}")
        finally:
            context.close()
