import math

import pytest
import torch

from nbnas.training.profiling import clock as clocks
from nbnas.training.profiling.clock import EventClock, HostClock, NoClock, clock_of
from nbnas.training.profiling.peak import CudaPeak, NoPeak, ProcessPeak, peak_of


class Event:
    """What `torch.cuda.Event` offers, by a count instead of a GPU."""

    made = 0

    def __init__(self, *, enable_timing):
        assert enable_timing
        self.at, self.passed = None, False

    def record(self, stream):
        Event.made += 1
        self.at = 10.0 * Event.made

    def query(self):
        return self.passed

    def elapsed_time(self, other):
        return other.at - self.at  # in milliseconds


@pytest.fixture
def cuda(monkeypatch):
    """A CUDA device that is none."""
    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: None)
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: False)
    return torch.device("cuda:0")


def test_the_processor_has_its_own_clock():
    clock = clock_of(torch.device("cpu"))
    assert isinstance(clock, HostClock)
    first = clock.mark()
    assert 0 <= clock.between(first, clock.mark()) < 1


def test_a_gpu_is_timed_by_events_that_nobody_waits_for(cuda):
    clock = clock_of(cuda)
    assert isinstance(clock, EventClock)
    first, second = clock.mark(), clock.mark()
    assert math.isnan(clock.between(first, second))
    second.passed = True
    assert clock.between(first, second) == 0.01


def test_nothing_is_marked_while_a_graph_is_captured(cuda, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: True)
    assert clocks.clock_of(cuda).mark() is None


def test_other_devices_are_not_timed():
    clock = clock_of(torch.device("mps"))
    assert isinstance(clock, NoClock)
    assert clock.mark() is None
    assert math.isnan(clock.between(None, None))
    assert isinstance(peak_of(torch.device("mps")), NoPeak)


def test_memory_of_a_gpu_is_counted_by_torch_from_the_training_on(cuda, monkeypatch):
    begun = []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", begun.append)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: 5_000_000)
    peak = peak_of(cuda)
    assert isinstance(peak, CudaPeak)
    assert begun == [cuda]
    peak.look()
    assert peak.bytes == 5_000_000
    assert "cuda:0" in peak.of
    assert isinstance(peak_of(torch.device("cpu")), ProcessPeak)
