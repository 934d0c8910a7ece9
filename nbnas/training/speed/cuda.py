"""Recording on CUDA, as PyTorch documents it for whole networks.

Torch's own generator of the device, which dropout draws from, is registered with each graph by
torch itself: replays draw on from where it is.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import torch

from nbnas.training.speed.graph import Capture, Recording

T = TypeVar("T")


class CudaCapture:
    """Records steps on a stream of its own; its graphs share their memory.

    They may, as they are replayed one at a time, and leave nothing but what has its place outside
    of them or is read before the next one.

    Args:
        device: The card.
    """

    def __init__(self, device: torch.device) -> None:
        stream: Any = torch.cuda.Stream
        self._device, self._stream = device, stream(device)
        self._pool: Any = None

    def aside(self, compute: Callable[[], T]) -> T:
        """See `Capture.aside`."""
        with torch.cuda.device(self._device):
            usual = torch.cuda.current_stream()
            self._stream.wait_stream(usual)
            with torch.cuda.stream(self._stream):
                result = compute()
            usual.wait_stream(self._stream)
        return result

    def record(self, compute: Callable[[], Any]) -> Recording:
        """See `Capture.record`."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.device(self._device):
            recording = torch.cuda.graph(
                graph,
                pool=self._pool,
                stream=self._stream,
                capture_error_mode="thread_local",  # other trainings may go on
            )
            # Torch leaves its own stream current where a recording fails; the first context puts
            # back the one before.
            with torch.cuda.stream(torch.cuda.current_stream()), recording:
                result = compute()
            self._pool = graph.pool()
        return Recording(graph.replay, result, graph.reset)


def capture_on(device: torch.device) -> Capture | None:
    """What records on a device; `None` where nothing does."""
    return CudaCapture(device) if device.type == "cuda" else None
