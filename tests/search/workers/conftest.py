import time

import pytest


@pytest.fixture
def until():
    """Wait until something is true."""

    def wait(true, seconds=60.0):
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end
            time.sleep(0.02)

    return wait
