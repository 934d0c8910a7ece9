"""What a person does in JupyterLab: open a notebook, run its cells, look at it."""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "screenshots"
OPEN = """async (path) => {
    await jupyterapp.restored;
    await jupyterapp.commands.execute("docmanager:open", { path, factory: "Notebook" });
}"""
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(folder, theme="JupyterLab Light", windowing="contentVisibility"):
    """A JupyterLab server on `folder`; gives the address of its root and its token."""
    port, token = free_port(), secrets.token_hex(16)
    settings = folder / ".settings"
    chosen = {
        "apputils-extension/notification": QUIET,
        "apputils-extension/themes": {"theme": theme},
        "notebook-extension/tracker": {"windowingMode": windowing},
    }
    for name, values in chosen.items():
        path = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NBNAS_", "JPY_"))} | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".workspaces"),
        "JUPYTER_CONFIG_DIR": str(folder / ".config"),
        "JUPYTER_RUNTIME_DIR": str(folder / ".runtime"),
        "JUPYTER_DATA_DIR": str(folder / ".data"),
        "IPYTHONDIR": str(folder / ".ipython"),
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"),
        *("--LabApp.news_url=", "--LabApp.extension_manager=readonly"),
        "--LabApp.expose_app_in_browser=True",  # for `look_into`
    ]
    log = folder / ".server.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_up(f"{address}/api/status?token={token}", server, log)
            yield address, token
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_until_up(url, server, log, seconds=240):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@contextmanager
def opened(browser, server, folder, cells, name="test.ipynb"):
    """A page with a new notebook of these cells, its kernel idle."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, folder / name)
    with viewing(browser, server, name) as page:
        wait_idle(page)
        yield page


@contextmanager
def lab_page(browser, server, path=""):
    """A page with JupyterLab; loading it is what takes long."""
    address, token = server
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        page.goto(f"{address}/lab{path}?token={token}&reset", timeout=240_000)
        yield page
    finally:
        context.close()


@contextmanager
def viewing(browser, server, name):
    """A page of its own with a notebook that exists."""
    with lab_page(browser, server, f"/tree/{name}") as page:
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=240_000)
        yield page


@contextmanager
def look_into(page, name):
    """Open a notebook that exists in a page of JupyterLab, and close it in the end."""
    page.wait_for_function("window.jupyterapp", timeout=240_000, polling=100)
    page.evaluate(OPEN, name)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=240_000)
    try:
        yield
    finally:
        page.evaluate("jupyterapp.shell.currentWidget.dispose()")
        page.wait_for_selector(".jp-Notebook", state="detached")


@contextmanager
def look_again(page, name, views, count):
    """Open an executed notebook, anew where a view is lost, and wait for all its views.

    ipywidgets 8.1 looks for a widget's model for two seconds, and where it comes just then, with
    all others, it is "not found" for good: then a person opens the notebook once more.
    """
    lost = page.get_by_text("Error displaying widget: model not found")
    last = page.locator(views).nth(count - 1)
    for _ in range(5):
        with look_into(page, name):
            last.or_(lost).first.wait_for(state="attached", timeout=120_000)
            if last.count():
                yield
                return
    pytest.fail(f"of {count} views of {name} some were never there")


def save(page):
    """Save the notebook that is looked into, and return once its file is written."""
    page.evaluate("() => jupyterapp.shell.currentWidget.context.save()")


def trust(folder, path):
    """Sign a notebook, as `jupyter trust` does, for the server of a folder."""
    own = {"JUPYTER_DATA_DIR": str(folder / ".data")}
    subprocess.run(
        [sys.executable, "-m", "jupyter", "trust", str(path)],
        env=os.environ | own,
        check=True,
        capture_output=True,
    )


def shot(page, name):
    """Keep a picture of the window, for somebody to look at."""
    SHOTS.mkdir(exist_ok=True)
    for lab in page.locator(".nbl-lab").all()[:1]:
        lab.evaluate("lab => lab.scrollIntoView()")
    page.screenshot(path=SHOTS / f"{name}.png")


def shot_whole(page, name):
    """Keep a picture of the whole lab, in a window that is high enough for it."""
    SHOTS.mkdir(exist_ok=True)
    page.set_viewport_size({"width": 1280, "height": 2000})
    page.locator(".nbl-lab").first.evaluate("lab => lab.scrollIntoView()")
    page.wait_for_timeout(300)
    page.locator(".nbl-lab").first.screenshot(path=SHOTS / f"{name}.png")
    page.set_viewport_size({"width": 1280, "height": 800})


def shot_views(page, selector, name):
    """Keep a picture of each view of a page; in CI, where nobody looks at some hundred, none."""
    if os.environ.get("CI"):
        return
    SHOTS.mkdir(exist_ok=True)
    for at, view in enumerate(page.locator(selector).all()):
        if view.is_visible():
            view.screenshot(path=SHOTS / f"{name}-{at}.png")


def wait_idle(page, seconds=240):
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=1000 * seconds)


def run_cell(page, number, attempts=5):
    """Run one cell, from 0, and return once it is queued: a kernel that starts drops requests."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    for _ in range(attempts):
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        for _ in range(20):
            if cell.locator(".jp-InputPrompt").inner_text().strip() != "[ ]:":
                return
            page.wait_for_timeout(100)
    pytest.fail(f"cell {number} was never queued")


def run_all(page):
    """Run all cells, as a person does from the menu."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def wait_done(page, seconds=240):
    """Wait until no cell runs or is about to."""
    done = """() => {
        const texts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
            .map((prompt) => prompt.textContent);
        return texts.some((text) => /\\d/.test(text)) && !texts.some((text) => text.includes('*'));
    }"""
    # Not with each frame, as is the default: a page that is asked so draws all the time.
    page.wait_for_function(done, timeout=1000 * seconds, polling=300)


def wait_for_file(path, seconds=240):
    """Wait until a cell has made a file."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path.name} after {seconds} s"
        time.sleep(0.1)


def solutions(notebook):
    """The Python in the prose of a notebook: of a lesson its solutions."""
    words = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.findall(r"```python\n(.*?)```", words, re.DOTALL)


def end_kernels(server):
    """End every kernel of a server, so that they do not take each other's time."""
    address, token = server
    with urllib.request.urlopen(f"{address}/api/sessions?token={token}") as answer:
        sessions = json.load(answer)
    for session in sessions:
        url = f"{address}/api/sessions/{session['id']}?token={token}"
        urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).close()
