"""The order of calls by which steps are recorded on CUDA, on stand-ins; see `test_on_cuda`."""

from contextlib import contextmanager

import pytest
import torch

from nbnas.training.speed import cuda
from nbnas.training.speed.cuda import CudaCapture, capture_on

DEVICE = torch.device("cuda:1")


class Stream:
    def __init__(self, name, calls):
        self.name, self.calls = name, calls

    def wait_stream(self, other):
        self.calls.append(f"{self.name} waits for {other.name}")


class Graph:
    def __init__(self, calls):
        self.calls = calls
        calls.append("graph")

    def pool(self):
        return "the pool"

    def replay(self):
        self.calls.append("replay")

    def reset(self):
        self.calls.append("reset")


@pytest.fixture
def calls(monkeypatch):
    """What is called of `torch.cuda`, in its order."""
    made, usual = [], None
    usual = Stream("usual", made)
    current = [usual]

    @contextmanager
    def stream(chosen):
        before = current[0]
        current[0] = chosen
        try:
            yield
        finally:
            current[0] = before

    @contextmanager
    def recording(graph, pool, stream, capture_error_mode):
        made.append(f"record on {stream.name} with pool {pool}, {capture_error_mode}")
        current[0] = stream  # and, as torch does, leave it so after a failure
        yield
        current[0] = usual

    @contextmanager
    def device(chosen):
        made.append(f"on {chosen}")
        yield

    monkeypatch.setattr(torch.cuda, "Stream", lambda device: Stream(f"side of {device}", made))
    monkeypatch.setattr(torch.cuda, "stream", stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: current[0])
    monkeypatch.setattr(torch.cuda, "graph", recording)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: Graph(made))
    monkeypatch.setattr(torch.cuda, "device", device)
    return made


def test_first_steps_are_made_on_a_stream_of_their_own(calls):
    side = "side of cuda:1"
    found = CudaCapture(DEVICE).aside(lambda: calls.append(torch.cuda.current_stream().name) or 3)
    assert found == 3
    assert calls == [
        *("on cuda:1", f"{side} waits for usual", side, f"usual waits for {side}"),
    ]


def test_recordings_share_their_memory_and_let_other_threads_work(calls):
    capture = CudaCapture(DEVICE)
    first, second = capture.record(lambda: "one"), capture.record(lambda: "two")
    said = "record on side of cuda:1 with pool {}, thread_local"
    assert [call for call in calls if call.startswith("record")] == [
        *(said.format(None), said.format("the pool")),
    ]
    assert (first.result, second.result) == ("one", "two")
    first.replay()
    second.close()
    assert calls[-2:] == ["replay", "reset"]


def test_after_a_failure_the_usual_stream_is_back(calls):
    def fails():
        raise RuntimeError("operation not permitted when stream is capturing")

    capture = CudaCapture(DEVICE)
    with pytest.raises(RuntimeError, match="not permitted"):
        capture.record(fails)
    assert torch.cuda.current_stream().name == "usual"


def test_only_cuda_records(calls):
    assert isinstance(capture_on(DEVICE), CudaCapture)
    assert capture_on(torch.device("cpu")) is None
    assert cuda.capture_on(torch.device("mps")) is None
