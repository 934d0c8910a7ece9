import pytest
from psygnal import Signal

from nbnas.signals import announce


class Speaker:
    said = Signal(int)


def test_listeners_hear_and_may_fail():
    speaker, heard = Speaker(), []
    speaker.said.connect(heard.append)
    announce(speaker.said, 3)
    assert heard == [3]

    def broken(fact):
        raise KeyError("no picture")

    speaker.said.connect(broken)
    with pytest.warns(RuntimeWarning, match=r"listener of said failed: KeyError\('no picture'\)"):
        announce(speaker.said, 4)
    assert heard == [3, 4]


class Hearer:
    def __init__(self, heard):
        self.heard = heard

    def hear(self, fact):
        self.heard.append(fact)


def test_the_listeners_behind_one_that_fails_still_hear():
    speaker, heard = Speaker(), []
    first, second = KeyError("first"), ValueError("second")

    def breaks(error):
        def broken(fact):
            raise error

        return broken

    for listener in (breaks(first), heard.append, breaks(second), lambda: heard.append("none")):
        speaker.said.connect(listener)
    gone = Hearer(heard)
    speaker.said.connect(gone.hear)
    del gone  # a listener whose object is gone is none
    with pytest.warns(RuntimeWarning, match="a listener of said failed"):
        assert announce(speaker.said, 5) == (first, second)
    assert heard == [5, "none"]


def test_a_listener_may_leave_while_it_hears():
    speaker, heard = Speaker(), []

    def once(fact):
        heard.append(fact)
        speaker.said.disconnect(once)

    speaker.said.connect(once)
    speaker.said.connect(heard.append)
    assert announce(speaker.said, 1) == ()
    announce(speaker.said, 2)
    assert heard == [1, 1, 2]
