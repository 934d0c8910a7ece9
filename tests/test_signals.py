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
