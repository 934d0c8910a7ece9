"""Trainings that are killed go on where they were: NBNAS_KILLS=10 for so many kills."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from killed import EPOCHS, STEPS, facts, opened

SCRIPT = Path(__file__).with_name("killed.py")
KILLS = int(os.environ.get("NBNAS_KILLS", "3"))
STEP = 0.05  # seconds of a step


def start(store, log, minutes, trials=1, *workers):
    words = [sys.executable, SCRIPT, store, log, STEP, minutes, trials, *workers]
    return subprocess.Popen(list(map(str, words)))


def steps(log):
    return log.stat().st_size if log.exists() else 0


def wait_for(log, count, process, seconds=120.0):
    end = time.monotonic() + seconds
    while steps(log) < count:
        assert time.monotonic() < end
        assert process.poll() is None, "it has ended too early to be killed"
        time.sleep(0.005)


@pytest.fixture(scope="module")
def whole():
    """The trials of a search that nothing ends."""
    return facts(opened().run(2))


def left(store):
    return sorted(each.name for each in store.parent.glob("s.db.checkpoints/*"))


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.2], ids=["each step", "some steps"])
def test_kills_at_random_moments_cost_no_more_than_was_done_since(whole, tmp_path, seconds):
    rng, store, log = random.Random(5), tmp_path / "s.db", tmp_path / "log"
    minutes = max(seconds / 60, 1e-9)
    for _ in range(KILLS):
        process, before = start(store, log, minutes), steps(log)
        wait_for(log, before + 2, process)
        time.sleep(rng.uniform(0.0, 0.35))
        assert process.poll() is None, "it has ended too early to be killed"
        process.kill()
        process.wait()
    assert start(store, log, minutes).wait(120) == 0
    twice = 1 + round(seconds / STEP)  # steps of a kill: those since a checkpoint, and that one
    assert EPOCHS * STEPS < steps(log) <= EPOCHS * STEPS + KILLS * twice
    made = opened(store, log, STEP)
    assert facts(made) == whole[:1]
    assert made.observations[0].origin.attempt == KILLS + 1
    assert left(store) == []


@pytest.mark.slow
def test_another_process_takes_a_training_over_where_it_was(whole, tmp_path):
    store, log = tmp_path / "s.db", tmp_path / "log"
    process = start(store, log, 1e-9)
    wait_for(log, 3 * STEPS + 2, process)
    process.kill()
    process.wait()
    before = steps(log)
    made = opened(store, log, STEP).run(1)
    assert steps(log) - before <= EPOCHS * STEPS - 3 * STEPS
    assert facts(made) == whole[:1]
    assert made.observations[0].origin.attempt == 2


@pytest.mark.slow
def test_a_worker_that_is_killed_goes_on_where_it_was(whole, tmp_path, until):
    store, log = tmp_path / "s.db", tmp_path / "log"
    made = opened(store, log, STEP, minutes=1e-9)
    made.start(2, workers=2)

    def at_work():
        slots = made.crew.busy if made.crew is not None else ()
        return [slot for slot in slots if slot.training and len(slot.training.reports) >= 3]

    for _ in range(4):  # more than are allowed in a row that come no further
        until(at_work)
        slot, at = at_work()[0], steps(log)
        os.kill(slot._process, signal.SIGKILL)
        until(lambda at=at: steps(log) > at + STEPS or made.state == "idle")
    made.wait()
    assert steps(log) <= 2 * EPOCHS * STEPS + 4 * 2
    assert facts(made) == whole
    assert sum(each.origin.attempt for each in made.observations) == 2 + 4
    assert left(store) == []


@pytest.mark.slow
def test_what_comes_no_further_fails_after_three_attempts_in_a_row(tmp_path):
    store, log = tmp_path / "s.db", tmp_path / "log"
    for minutes, wanted in ((1e-9, STEPS), (5, 1), (5, 1), (5, 1)):
        process, before = start(store, log, minutes), steps(log)
        wait_for(log, before + wanted, process)
        process.kill()
        process.wait()
    (trial,) = opened(store, log, STEP).run(1).observations
    assert trial.status == "failed"
    said = "each of 4 attempts ended with its process, which was killed or crashed, the last 3"
    assert said in trial.error
    assert left(store) == []
