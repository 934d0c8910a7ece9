"""The notebooks in JupyterLab: what a browser runs from top to bottom, and what is seen then.

No text of a view is cut off or crosses other text, whatever fonts the machine has: a browser that
has DejaVu Sans only, an eighth wider than Arial, runs every notebook, and another one that has
Liberation Sans as well looks at it, but where all views are those of another notebook, too. The
lessons, with their solutions, run without a warning.
"""

import os
import re
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pages
import psutil
import pytest

ROOT = Path(__file__).parents[2]
BOXES = Path(__file__).with_name("boxes.js").read_text(encoding="utf-8")
LESSONS = sorted((ROOT / "notebooks" / "lessons").glob("*.ipynb"))
OWN = ("search.ipynb", "own_problem.ipynb")
NOTEBOOKS = [*(ROOT / "notebooks" / name for name in OWN), *LESSONS]
QUICK = {
    "search": {"trials": 12, "initial": 6, "epochs": 1},
    "own_problem": {"trials": 4, "epochs": 1, "export": False},
}
SHORTER = {  # what is repeated so often shows nothing more
    "7_a_whole_search": {"range(6)": "range(2)"},
    "10_by_gradient": {
        **{"epochs=30": "epochs=10", "range(5)": "range(2)"},
        '(1, 2)], index=["seed 1", "seed 2"]': '(1,)], index=["seed 1"]',
    },
}
ONCE = ("own_problem", "7_a_whole_search")  # labs, as that of search.ipynb
MEMORY = int(1.5 * 1024**3)  # bytes, so that a lesson runs on Binder
VIEWS = ".jp-OutputArea-output:has(.nbnas, .nbnas-progress, .jupyter-widgets)"
KEPT = "NBNAS_EXECUTED"  # a folder for what was executed, which the manual is then made of
pytestmark = pytest.mark.browser


FONTS = {"dejavu": "DejaVu Sans", "liberation": "Liberation Sans"}
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  {folders}
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias binding="same">
    <family>Arial</family><accept><family>Liberation Sans</family></accept>
  </alias>
</fontconfig>
"""


def fonts_file(folder, names):
    """A configuration under which a machine has just these fonts, keys of `FONTS`."""
    listed = ""
    if shutil.which("fc-list"):
        command = ["fc-list", "--format", "%{family[0]}\t%{file}\n"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pairs = (line.split("\t") for line in listed.splitlines())
    places = {family: str(Path(file).parent) for family, file in pairs}
    missing = [FONTS[name] for name in names if FONTS[name] not in places]
    if missing:
        packages = "fontconfig, fonts-dejavu-core and fonts-liberation"
        message = f"no fonts {', '.join(missing)}: install {packages}"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    folders = "".join(f"<dir>{places[FONTS[name]]}</dir>" for name in names)
    path = folder / f"{'-'.join(names)}.conf"
    path.write_text(FONTS_CONF.format(folders=folders, cache=folder / "cache"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browsers(launch, tmp_path_factory):
    """A browser with DejaVu Sans only, and one with Liberation Sans, too."""
    folder = tmp_path_factory.mktemp("fonts")
    sets = (("dejavu",), ("dejavu", "liberation"))
    files = [fonts_file(folder, names) for names in sets]
    found = [launch(FONTCONFIG_FILE=str(file)) for file in files]
    yield found
    for browser in found:
        browser.close()


@pytest.fixture(scope="module")
def whole(forking, tmp_path_factory):
    """A JupyterLab that draws every cell, also those out of sight."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "runs").mkdir()
    with forking(), pages.serving(folder, windowing="none") as server:
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
    """A notebook with few trials, which are short, and its solutions; its name in the folder."""
    notebook = nbformat.read(path, as_version=4)
    solutions = [block for block in pages.solutions(notebook) if "Benchmark" not in block]
    notebook.cells += map(nbformat.v4.new_code_cell, solutions)
    shorter = SHORTER.get(path.stem, {})
    assert all(any(text in cell.source for cell in notebook.cells) for text in shorter)
    for cell in notebook.cells:
        for text, instead in shorter.items():
            cell.source = cell.source.replace(text, instead)
        for name, value in QUICK.get(path.stem, {}).items():
            cell.source = re.sub(
                rf"^({name}: \w+) = \w+", rf"\1 = {value}", cell.source, flags=re.MULTILINE
            )
    nbformat.write(notebook, folder / path.name)
    return path.name


def keep(executed, path):
    """Keep what was executed for the manual, below the code as it is where that was shortened.

    So the manual of CI, which nobody reads, is made without executing anything once more.
    """
    notebook, source = (nbformat.read(each, as_version=4) for each in (executed, path))
    for cell, whole in zip(notebook.cells, source.cells, strict=False):
        cell.source = whole.source
    nbformat.write(notebook, Path(os.environ[KEPT]) / path.name)


def memory(process):
    """Bytes of a process; what it shares with others counts in part, where the system tells."""
    try:
        found = process.memory_full_info()
    except psutil.Error:  # it has ended
        return 0
    return getattr(found, "pss", found.rss)


@contextmanager
def watched_memory():
    """Gives the most memory, in bytes, that kernels and what they started have had together.

    So has the server from which they are forked: with it a page that they share counts once.
    """
    most, ended = [0], threading.Event()

    def watch():
        while not ended.wait(0.5):
            ours = psutil.Process().children(recursive=True)
            servers = [each for each in ours if any("forked/server.py" in w for w in words(each))]
            family = {*servers, *(one for each in servers for one in started_by(each))}
            most[0] = max(most[0], sum(map(memory, family)))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def words(process):
    """The command line of a process; none once it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def started_by(process):
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def check_outputs(notebook):
    """A lesson has run without a warning, and what it shows has pictures."""
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
    assert not [o for o in outputs if o.output_type == "error"]
    assert not [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    said = [o.get("data", {}).get("text/plain", "") for o in outputs]
    assert not [text for text in said if "could not be drawn" in text]
    assert any("image/png" in o.get("data", {}) for o in outputs)


def check(page):
    """All views of a page: how many there are, and what is wrong with their text."""
    page.locator(".nbl-computing").filter(has_text="…").first.wait_for(state="detached")
    page.wait_for_timeout(3000)  # the last redraws
    views = page.locator(VIEWS).all()
    found = [view.evaluate(BOXES) for view in views]
    said = [f"view {at}: {line}" for at, each in enumerate(found) for line in each["bad"]]
    return sum(each["texts"] > 0 for each in found), said


@pytest.fixture(scope="module")
def both(browsers, whole):
    """A page of each browser, in which one notebook after the other is opened."""
    _, server = whole
    with pages.lab_page(browsers[0], server) as one, pages.lab_page(browsers[1], server) as other:
        yield one, other


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_text_of_a_view_is_cut_or_crossed(both, whole, path):
    folder, server = whole
    name, (page, other) = quick(path, folder), both
    with pages.look_into(page, name), watched_memory() as most:
        pages.wait_idle(page)
        pages.run_all(page)
        pages.wait_done(page, seconds=900)
        count, said = check(page)
        shown = page.locator(VIEWS).count()
        pages.shot_views(page, VIEWS, f"fonts-dejavu-{path.stem}")
        pages.save(page)
    again, also = count, []
    if path.stem not in ONCE:
        with pages.look_again(other, name, VIEWS, shown):
            again, also = check(other)
            pages.shot_views(other, VIEWS, f"fonts-liberation-{path.stem}")
    pages.end_kernels(server)
    if os.environ.get(KEPT):
        keep(folder / name, path)
    if path in LESSONS:
        check_outputs(nbformat.read(folder / name, as_version=4))
        assert 0 < most[0] <= MEMORY
    assert count == again > 0
    assert not [*said, *also], "\n".join([*said, *also])
