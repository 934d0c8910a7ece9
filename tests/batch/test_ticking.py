"""A bar in a terminal goes on ticking; in a log it is written only when it moves."""

import io
import time

import pytest
from tqdm.auto import tqdm

from nbnas.batch.ticking import look, ticking


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "more"), [(Terminal(), True), (io.StringIO(), False)])
def test_a_bar_ticks_where_somebody_sees_it(stream, more, monkeypatch):
    monkeypatch.setattr("sys.stderr", stream)
    with tqdm(total=39, file=stream, **look("search")) as bar:
        bar.update(3)
        bar.refresh()
        before = len(stream.getvalue())
        with ticking(0.01):
            time.sleep(0.2)
        after = len(stream.getvalue())
        time.sleep(0.05)
        assert len(stream.getvalue()) == after  # nobody ticks any more
    assert (after > before) == more
    assert "search: 3 of 39 cells done" in stream.getvalue()
    assert "?" not in stream.getvalue()  # no guess of the time left
