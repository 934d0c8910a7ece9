"""Processes that share a study are killed, again and again."""

import collections
import random
import signal
import time

import pytest
from sharing import opened, read, start


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_many_kills_at_random_moments(location, tmp_path):
    """The driver, a worker, or all at once, again and again."""
    rng, log, kills = random.Random(3), tmp_path / "log", 0
    count, running = 400, []
    while kills < 60:
        running = [each for each in running if each.poll() is None]
        while len(running) < 3:
            running.append(start(location, log, count, 0.2))
        time.sleep(rng.uniform(0.5, 4.0))
        victims = running if rng.random() < 0.2 else [rng.choice(running)]
        for each in victims:
            each.send_signal(signal.SIGKILL)
            each.wait()
            kills += 1
    for each in running:
        each.kill()
        each.wait()
    done = len(opened(location).observations)
    assert start(location, log, done + 5, 0.01).wait(300) == 0
    made = opened(location)
    numbers = sorted(e.origin.number for e in made.observations)
    assert numbers == list(range(len(numbers))), "a trial was lost"
    ended = collections.Counter(text for word, _, text in read(log) if word == "end")
    written = {str(e.architecture) for e in made.observations if e.status == "completed"}
    assert written <= set(ended)
