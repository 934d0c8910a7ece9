import pytest

from nbnas.errors import SettingError
from nbnas.mode import _FRONT_ENDS, display_mode, safe_display_mode


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    for name in ("NBNAS_DISPLAY", *_FRONT_ENDS):
        monkeypatch.delenv(name, raising=False)


def test_static_without_a_front_end():
    assert display_mode() == "static"


@pytest.mark.parametrize("name", _FRONT_ENDS)
def test_live_in_front_ends(monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert display_mode() == "live"


@pytest.mark.parametrize("mode", ["live", "static", "off"])
def test_the_variable_wins_over_the_guess(monkeypatch, mode):
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    monkeypatch.setenv("NBNAS_DISPLAY", mode)
    assert display_mode() == mode


def test_a_wrong_word_is_an_error_that_lists_the_words(monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "alive")
    with pytest.raises(SettingError, match="live, static, off, got 'alive'"):
        display_mode()


def test_in_a_repr_a_wrong_word_is_a_warning(monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "alive")
    with pytest.warns(UserWarning, match="live, static, off"):
        assert safe_display_mode() == "static"


def test_off_in_a_terminal(monkeypatch):
    import IPython

    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    assert display_mode() == "off"
