import torch

import nbnas as nb
from nbnas.records.profile import BACKWARD, DATA, FORWARD, OPTIMISER, WHOLE
from nbnas.training import run
from nbnas.training.profiling.peak import NoPeak, ProcessPeak
from nbnas.training.profiling.timer import IDLE, TIMED, StepTimer

CELL = nb.CellSpace().sample(0, 1)[0]
BATCH = (torch.zeros(5, 1), torch.zeros(5))


def train(timer, queue, steps, slow=()):
    """An epoch on the fake GPU; some of its steps take a hundred times as long."""

    def batches():
        for _ in range(steps):
            queue.work(0.5)
            yield BATCH

    for at, batch in enumerate(timer.steps(batches())):
        assert batch is BATCH
        for part, seconds in ((FORWARD, 1.0), (BACKWARD, 2.0), (OPTIMISER, 0.25)):
            queue.work(seconds * (100 if at in slow else 1))
            timer.lap(part)
        queue.work(7.0)  # what comes after a step is no part of it
    return at + 1


def test_parts_are_those_of_the_device_and_nothing_waits_for_it(clock, queue, count):
    timer = StepTimer(clock, count, 3, "words")
    assert train(timer, queue, 3) == 3
    assert queue.waits == 0
    queue.wait()
    found = timer.profile(pieces=2)
    assert found.parts == ((DATA, 0.5), (FORWARD, 1.0), (BACKWARD, 2.0), (OPTIMISER, 0.25))
    assert (found.timed, found.batch, found.counted, found.pieces) == (3, 5, "words", 2)
    assert (found.memory, found.memory_of) == (123, "a fake")
    assert found.seconds == 3.75


def test_only_some_steps_are_looked_at(clock, queue, count):
    timer = StepTimer(clock, count, 1000)
    train(timer, queue, 1000, slow=(0, 1, 25))
    queue.wait()
    found = timer.profile()
    assert found.timed == TIMED
    assert clock.marks < 6 * TIMED
    assert 1 <= count.looks <= TIMED
    assert dict(found.parts)[FORWARD] == 1.0  # the first steps, and one that is slow, do not count


def test_a_part_that_comes_in_pieces_is_added_up(clock, queue, count):
    timer = StepTimer(clock, count, 1)
    for _ in timer.steps(iter([BATCH])):
        for _ in range(3):
            queue.work(1.0)
            timer.lap(FORWARD)
            queue.work(2.0)
            timer.lap(BACKWARD)
    queue.wait()
    found = dict(timer.profile(pieces=3).parts)
    assert found == {DATA: 0.0, FORWARD: 3.0, BACKWARD: 6.0}


def test_a_training_of_one_step_has_a_profile(clock, queue, count):
    timer = StepTimer(clock, count, 1)
    train(timer, queue, 1)
    queue.wait()
    assert timer.profile().timed == 1


def test_what_has_not_passed_yet_is_left_out(clock, queue, count):
    timer = StepTimer(clock, count, 3)
    train(timer, queue, 3)
    found = timer.profile()  # nobody has waited
    assert (found.timed, found.parts, queue.waits) == (0, (), 0)
    assert "no step timed" in repr(found)


def test_each_epoch_is_timed_by_itself(clock, queue, count):
    timer = StepTimer(clock, count, 2)
    for epoch in range(2):
        train(timer, queue, 2, slow=(0, 1) if epoch == 0 else ())
        queue.wait()
        forward = dict(timer.profile().parts)[FORWARD]
    assert forward == 1.0


def test_an_epoch_without_a_step_left_has_none(clock, queue, count):
    timer = StepTimer(clock, count, 2)
    assert list(timer.steps(iter(()))) == []  # a checkpoint was made after its last step
    assert timer.profile().timed == 0


def test_a_step_that_is_captured_is_not_timed(clock, queue, count, monkeypatch):
    monkeypatch.setattr(clock, "mark", lambda: None)
    timer = StepTimer(clock, count, 2)
    train(timer, queue, 2)
    assert timer.profile().parts == ()


def test_steps_that_are_made_otherwise_than_the_last_do_not_count(clock, queue, count):
    timer = StepTimer(clock, count, 5)
    for at, _ in enumerate(timer.steps(iter([BATCH] * 5))):
        queue.work(9.0 if at < 2 else 1.0)
        if at < 2:
            timer.lap(FORWARD)
            timer.lap(BACKWARD)
        timer.lap(OPTIMISER)  # of a recorded step, which is one call, it is all there is
    queue.wait()
    found = timer.profile()
    assert (found.parts, found.timed) == (((DATA, 0.0), (WHOLE, 1.0)), 3)


def test_a_step_that_fails_is_left_out(clock, queue, count):
    timer = StepTimer(clock, count, 2)
    next(timer.steps(iter([BATCH, BATCH])))  # what comes then never ends it
    train(timer, queue, 2)
    queue.wait()
    assert timer.profile().timed == 2


def test_idle_times_nothing():
    assert list(IDLE.steps(iter([BATCH]))) == [BATCH]
    IDLE.lap(FORWARD)
    assert IDLE.profile().parts == ()


def test_a_training_is_the_same_whoever_times_it(monkeypatch):
    def made():
        trainer = nb.Trainer(nb.digits(), epochs=1, batch_size=256, device="cpu")
        training = trainer.start(CELL, seed=3)
        return training.run(), training.network.state_dict()

    timed, weights = made()
    monkeypatch.setattr(run, "timer_of", lambda *_: IDLE)
    plain, others = made()
    assert timed.reports[0].profile.timed > 0
    assert plain.reports[0].profile.parts == ()
    assert all(torch.equal(weights[name], others[name]) for name in weights)
    assert timed.measured == plain.measured


def test_memory_of_the_process_is_looked_at(monkeypatch):
    peak = ProcessPeak()
    assert peak.bytes is None
    peak.look()
    assert peak.bytes > 1e6

    def refuse(_):
        raise PermissionError

    monkeypatch.setattr("psutil.Process.memory_info", refuse)
    blind = ProcessPeak()
    blind.look()
    blind.look()
    assert blind.bytes is None
    assert NoPeak().bytes is None
