"""`undisturbed` in several threads, with warnings, and with the default type of torch."""

import threading
import warnings

import pytest
import torch

from nbnas.undisturbed import _WARNED, undisturbed


def of_the_user():
    """The filters of warnings but for nbnas's own, which matches only within.

    Whoever saves the list while some thread of an earlier test is within, as pytest does, puts a
    copy with that one back.
    """
    return [each for each in warnings.filters if each[1] is not _WARNED]


@pytest.fixture
def float64():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def test_a_warning_is_shown_and_no_error():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("error")
        before = of_the_user()
        with undisturbed():
            warnings.warn("something", UserWarning, stacklevel=1)
        assert of_the_user() == before
        with pytest.raises(UserWarning):
            warnings.warn("something else", UserWarning, stacklevel=1)
    assert [str(each.message) for each in seen] == ["something"]


def test_threads_do_not_take_each_others_state_away(float64):
    """The one that ends first leaves the other undisturbed, and the last one puts things back."""
    inside, leave, done = threading.Event(), threading.Event(), []

    def compute():
        with undisturbed():
            inside.set()
            leave.wait(10)
            warnings.warn("late", UserWarning, stacklevel=1)
            done.append(torch.get_default_dtype())

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        left = of_the_user()
        thread = threading.Thread(target=compute)
        thread.start()
        assert inside.wait(10)
        with undisturbed():
            assert torch.get_default_dtype() is torch.float32
        with pytest.raises(UserWarning):
            warnings.warn("not within", UserWarning, stacklevel=1)
        leave.set()
        thread.join(10)
        assert done == [torch.float32]
        assert torch.get_default_dtype() is torch.float64
        assert of_the_user() == left


def test_what_the_user_sets_meanwhile_stays(float64):
    with undisturbed():
        torch.set_default_dtype(torch.float16)
    assert torch.get_default_dtype() is torch.float16
