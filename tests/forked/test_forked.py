"""A forked kernel is like one that starts anew, and ends with who started it."""

import json
import os
import subprocess
import sys

import nbformat
import psutil
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forked")]
SAYS = """
import json, os, sys
import nbnas as nb
nb.CellSpace()
print(json.dumps([os.getcwd(), os.environ["MARK"], os.getpid(), "torch" in sys.modules]))
"""
WAITS = """
import os, pathlib, subprocess, time
started = subprocess.Popen(["sleep", "600"])
pathlib.Path("new").write_text(f"{os.getpid()} {started.pid}")
os.rename("new", "there")
time.sleep(600)
"""


def command(folder, code):
    cells = [nbformat.v4.new_code_cell(code)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), folder / "in.ipynb")
    return [sys.executable, "-m", "papermill", "in.ipynb", "out.ipynb", "-k", "python3"]


def test_it_has_the_folder_the_environment_and_the_views(tmp_path):
    own = os.environ | {"MARK": "here"}
    words = command(tmp_path, SAYS + "nb.CellSpace()")
    subprocess.run(words, cwd=tmp_path, env=own, check=True, capture_output=True)
    said, view = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[0].outputs
    folder, mark, number, libraries = json.loads(said.text)
    assert (folder, mark, libraries) == (str(tmp_path), "here", True)
    assert not psutil.pid_exists(number)
    assert "image/png" in view.data


def test_it_ends_with_who_started_it(tmp_path, until):
    driver = subprocess.Popen(command(tmp_path, WAITS), cwd=tmp_path)
    until((tmp_path / "there").exists)
    left = [psutil.Process(int(each)) for each in (tmp_path / "there").read_text().split()]
    driver.kill()
    driver.wait()
    assert not psutil.wait_procs(left, timeout=20)[1]
