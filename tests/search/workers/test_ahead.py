"""What is computed ahead, in a thread beside the one that proposes."""

import threading
import time

import nbnas as nb
from nbnas.search.workers.ahead import Ahead

SPACE = nb.CellSpace()


def observations(count):
    return nb.Observations(tuple(nb.Evaluation(a, 0.5) for a in SPACE.sample(0, count)))


class Preparing:
    def __init__(self, fails=False):
        self.asked, self.go, self.fails = [], threading.Event(), fails

    def prepare(self, space, observations):
        self.asked.append((space, len(observations), threading.current_thread()))
        if self.fails:
            raise ValueError("for a test")
        assert self.go.wait(10)


def test_it_prepares_once_at_a_time_and_each_length_once(until):
    strategy = Preparing()
    with Ahead(strategy, SPACE) as ahead:
        ahead.look(observations(3))
        until(lambda: strategy.asked)
        ahead.look(observations(4))  # it is busy
        strategy.go.set()
        until(lambda: ahead.idle)
        ahead.look(observations(3))  # that was done
        ahead.look(observations(5))
        until(lambda: len(strategy.asked) == 2)
    assert [(space, count) for space, count, _ in strategy.asked] == [(SPACE, 3), (SPACE, 5)]
    assert all(thread is not threading.current_thread() for _, _, thread in strategy.asked)


def test_nobody_waits_for_what_is_under_way_in_the_end(until):
    strategy = Preparing()
    with Ahead(strategy, SPACE) as ahead:
        ahead.look(observations(3))
        until(lambda: strategy.asked)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    strategy.go.set()


def test_what_fails_there_is_no_matter(until):
    strategy = Preparing(fails=True)
    with Ahead(strategy, SPACE) as ahead:
        for count in (3, 4):
            ahead.look(observations(count))
            until(lambda: ahead.idle)
    assert len(strategy.asked) == 2


def test_a_strategy_that_prepares_nothing_is_left_alone():
    with Ahead(nb.RandomSearch(), SPACE) as ahead:
        ahead.look(observations(3))
        assert ahead.idle
