import pytest


class Queue:
    """A fake GPU: it does later what it is given, and knows then when it did it."""

    def __init__(self):
        self.now, self.given, self.waits = 0.0, [], 0

    def work(self, seconds):
        """Give it work."""
        self.given.append(seconds)

    def wait(self):
        """What a person reads of it makes the processor wait."""
        self.waits += 1
        for each in self.given:
            if isinstance(each, dict):
                each["passed"] = self.now
            else:
                self.now += each
        self.given = []


class QueueClock:
    """Events in the queue of a fake GPU."""

    def __init__(self, queue):
        self.queue, self.marks = queue, 0

    def mark(self):
        self.marks += 1
        event = {}
        self.queue.given.append(event)
        return event

    def between(self, first, second):
        return second["passed"] - first["passed"] if "passed" in second else float("nan")


class Count:
    """A fake memory."""

    def __init__(self, most=None, of="a fake"):
        self.bytes, self.of, self.looks = most, of, 0

    def look(self):
        self.looks += 1


@pytest.fixture
def queue():
    return Queue()


@pytest.fixture
def clock(queue):
    return QueueClock(queue)


@pytest.fixture
def count():
    return Count(123)
