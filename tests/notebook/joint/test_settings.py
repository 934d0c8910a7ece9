import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.notebook.joint.settings import named, settings, with_settings

THREE = (
    "learning_rate=real(1e-3, 1, log) batch_size=integer(16,512,log); "
    "optimizer=categorical(sgd,adamw)"
)


def test_reads_what_is_written():
    found = dict(settings(THREE))
    assert found == {
        "learning_rate": nb.Real(1e-3, 1, log=True),
        "batch_size": nb.Integer(16, 512, log=True),
        "optimizer": nb.Categorical("sgd", "adamw"),
    }
    assert dict(settings("a=real(-1,2) b=categorical(1e-3,2,None,True,word)")) == {
        "a": nb.Real(-1, 2),
        "b": nb.Categorical(0.001, 2, None, True, "word"),
    }
    assert settings("") == settings("  ") == ()


def test_makes_a_space_and_a_name_of_them():
    cells = nb.CellSpace()
    assert with_settings(cells, ()) is cells
    assert with_settings(cells, settings(THREE)) == nb.JointSpace(cells, **dict(settings(THREE)))
    assert named(settings(THREE)) == ["with-learning_rate-batch_size-optimizer"]
    assert named(()) == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("learning_rate", "expected settings such as learning_rate=real"),
        ("a=real(1,2) b", "got 'b' at 12"),
        ("a=real(1,2)b=real(1,2)", "got 'a=real"),
        ("a=uniform(1,2)", "got 'a=uniform"),
        ("a=real(1,2) a=real(1,2)", "none twice"),
        ("a=real(1)", "a: expected real.low,high., got real.1."),
        ("a=real(1,2,log,3)", "a: expected real"),
        ("a=real(0,2,log)", "above 0 on a logarithmic scale"),
        ("a=real(2,1)", "low to be below high"),
        ("a=integer(1.5,2)", "a: expected integer"),
        ("a=categorical()", "a: expected categorical"),
        ("a=categorical(x,x)", "no option twice"),
        (3, "expected a text"),
    ],
)
def test_what_is_written_in_another_way_is_refused(written, said):
    with pytest.raises(SettingError, match=said):
        settings(written)
