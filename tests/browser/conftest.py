"""A JupyterLab server of its own and the browser that the machine has."""

import contextlib
import os
import shutil
from pathlib import Path

import pages
import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def find_browser(playwright):
    """Path of a Chromium, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    own = playwright.chromium.executable_path
    return own if own and Path(own).exists() else None


@pytest.fixture(scope="session")
def launch():
    """Launches the machine's browser, given more environment variables."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        path = find_browser(playwright)
        if path is None:
            message = "no browser: install chromium or run 'playwright install chromium'"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)

        def launch(**environment):
            own = os.environ | environment
            return playwright.chromium.launch(executable_path=path, args=FLAGS, env=own)

        yield launch


@pytest.fixture(scope="session")
def browser(launch):
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def lab(forking, tmp_path_factory):
    """The folder and the address and token of a running JupyterLab, whose kernels are forked."""
    pytest.importorskip("jupyterlab", reason="jupyterlab is not installed")
    folder = tmp_path_factory.mktemp("lab")
    with contextlib.ExitStack() as stack:
        with forking():  # the server keeps what it is told now
            server = stack.enter_context(pages.serving(folder))
        yield folder, server
