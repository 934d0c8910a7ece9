"""Processes that share a study are killed, again and again: NBNAS_KILLS=200 for so many kills."""

import collections
import contextlib
import os
import random
import signal
import time

import psutil
import pytest
from sharing import opened, read, start

import nbnas as nb

KILLS = int(os.environ.get("NBNAS_KILLS", "6"))
PROCESSES, TRIALS, SECONDS = 3, 10_000, 0.2


@pytest.mark.slow
@pytest.mark.timeout(60 + 30 * KILLS)
def test_kills_at_random_moments_lose_nothing(location, tmp_path):
    """The driver, one of its workers, or all at once; some drivers have workers, others none."""
    rng, log, kills, running = random.Random(3), tmp_path / "log", 0, []
    while kills < KILLS:
        running = [each for each in running if each.poll() is None]
        while len(running) < PROCESSES:
            workers = (2,) if len(running) == 0 else ()
            running.append(start(location, log, TRIALS, SECONDS, *workers))
        time.sleep(rng.uniform(0.5, 6.0))
        kills += kill(rng, running)
    kill(rng, running, everything=True)
    assert start(location, log, len(opened(location).observations) + 5, 0.01).wait(300) == 0
    check(opened(location), log)


def kill(rng, running, *, everything=False):
    """Kill some processes; how many."""
    victims = list(running) if everything or rng.random() < 0.2 else [rng.choice(running)]
    if len(victims) == 1 and rng.random() < 0.4:
        victims = psutil.Process(victims[0].pid).children(recursive=True)[:1] or victims
    for each in victims:
        with contextlib.suppress(psutil.Error):
            each.send_signal(signal.SIGKILL)
    for each in running if everything else [v for v in victims if v in running]:
        each.wait()
    return len(victims)


def check(made, log):
    numbers = sorted(e.origin.number for e in made.observations)
    assert numbers == list(range(len(numbers))), "a trial was lost, or is there twice"
    assert len({e.architecture for e in made.observations}) == len(numbers)
    for number in numbers:
        (trial,) = [e for e in made.observations if e.origin.number == number]
        assert nb.replay(made, number).proposal.architecture == trial.architecture
    failed = [e for e in made.observations if e.status == "failed"]
    assert all("attempts ended with its process" in e.error for e in failed)
    ended = collections.Counter(text for word, _, text in read(log) if word == "end")
    assert {str(e.architecture) for e in made.observations} - set(ended) <= {
        str(e.architecture) for e in failed
    }
    # One that ended in the moment before the kill is not written yet, and made again: each end
    # but the last belongs to an attempt whose process was killed.
    attempts = {str(e.architecture): e.origin.attempt for e in made.observations}
    assert all(ends <= attempts[text] for text, ends in ended.items()), "trained twice to the end"
