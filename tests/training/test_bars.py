import sys
from types import SimpleNamespace

import pytest

from nbnas.training.bars import bar


@pytest.fixture
def kernel(monkeypatch):
    """Work in what looks like a kernel, with the variables of no front end."""
    for name in ("NBNAS_DISPLAY", "JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD"):
        monkeypatch.delenv(name, raising=False)
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def test_a_script_has_one(capsys):
    assert list(bar(range(3), desc="files")) == [0, 1, 2]
    assert "files" in capsys.readouterr().err


def test_an_executed_notebook_has_none(kernel, capsys):
    assert list(bar(range(3), desc="files")) == [0, 1, 2]
    with bar(total=2) as shown:
        shown.update()
        shown.set_postfix_str("model.py", refresh=False)
    assert capsys.readouterr() == ("", "")


def test_none_is_none_for_everybody(capsys):
    assert list(bar(range(3), disable=True)) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")
