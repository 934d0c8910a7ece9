"""A CUDA graph on the CPU: it records which operations of torch were called, and calls them again.

Like a real one it keeps the tensors and the numbers that an operation was given, runs none of the
Python code between the operations again, and has changed nothing by the recording.
"""

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from nbnas.training.speed.graph import Recording


def tensors(values):
    return [each for each in tree_leaves(values) if isinstance(each, torch.Tensor)]


class Recorder(TorchDispatchMode):
    """Keeps each operation with what it was given and what came of it."""

    LOOKS = ("aten::_local_scalar_dense", "aten::nonzero", "aten::unique", "aten::bincount")

    def __init__(self):
        super().__init__()
        self.calls, self.before = [], {}

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function._schema.name in self.LOOKS:
            raise RuntimeError(f"operation not permitted when stream is capturing: {function}")
        kwargs = kwargs or {}
        moves = "batch_norm" in function._schema.name  # running statistics, which it does not say
        if function._schema.is_mutable or moves:
            for each in tensors((args, kwargs)):
                self.before.setdefault(id(each), (each, each.clone()))
        result = function(*args, **kwargs)
        self.calls.append((function, args, kwargs, result))
        return result

    @torch.no_grad()
    def undo(self):
        for tensor, value in reversed(self.before.values()):  # some share their memory
            tensor.copy_(value)

    @torch.no_grad()
    def replay(self):
        for function, args, kwargs, result in self.calls:
            again = function(*args, **kwargs)
            given = {each.untyped_storage().data_ptr() for each in tensors((args, kwargs))}
            for place, value in zip(tensors(result), tensors(again), strict=True):
                if place.untyped_storage().data_ptr() not in given:
                    place.copy_(value)


class RecordedCapture:
    """See `nbnas.training.speed.graph.Capture`."""

    def __init__(self, fault=None):
        self.fault, self.aside_calls, self.replays, self.closed = fault, 0, 0, 0

    def aside(self, compute):
        self.aside_calls += 1
        return compute()

    def record(self, compute):
        if self.fault is not None:
            raise self.fault
        recorder, drawn = Recorder(), torch.get_rng_state()
        try:
            with recorder:
                result = compute()
        finally:
            recorder.undo()
            torch.set_rng_state(drawn)
        return Recording(lambda: self._replay(recorder), result, self._close)

    def _replay(self, recorder):
        self.replays += 1
        recorder.replay()

    def _close(self):
        self.closed += 1
