"""Run one exported file in a process that has no nbnas: `python -P -B fresh.py TASK.json`.

The task says "file" (which one), "folder", "pictures" (an `.npy`, or a list of picture files) and
"scores" (the `.npy` to write). It imports nothing of nbnas, and nor can the exported file.
"""

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 64  # after a batch of one: the number of pictures is free


def imported(path: Path) -> Any:  # noqa: ANN401
    """A Python file as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"expected a Python file, got {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def batches(folder: Path, pictures: str | list[str]) -> Iterator[Any]:
    """The pictures, `(n, C, H, W)` each, as the exported file reads them from disk."""
    if isinstance(pictures, str):
        array = np.load(pictures, mmap_mode="r", allow_pickle=False)
        for start, end in cuts(len(array)):
            yield np.array(array[start:end])
        return
    read = imported(folder / "classify.py").read
    for start, end in cuts(len(pictures)):
        yield np.concatenate([read(path) for path in pictures[start:end]])


def cuts(number: int) -> Iterator[tuple[int, int]]:
    """Where the batches begin and end."""
    starts = [0, *range(1, number, BATCH)]
    yield from zip(starts, [*starts[1:], number], strict=True)


def by_source(folder: Path) -> Callable[[Any], Any]:
    """The network of `model.py`, with its weights."""
    import torch

    network = imported(folder / "model.py").load()
    return lambda pictures: network(torch.from_numpy(pictures)).detach().numpy()


def by_program(folder: Path) -> Callable[[Any], Any]:
    """The network of `model.pt2`."""
    import torch

    network = torch.export.load(folder / "model.pt2").module()
    return lambda pictures: network(torch.from_numpy(pictures)).detach().numpy()


def by_onnx(folder: Path) -> Callable[[Any], Any]:
    """The network of `model.onnx`, without torch."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    return lambda pictures: session.run(None, {session.get_inputs()[0].name: pictures})[0]


LOADERS = {"model.py": by_source, "model.pt2": by_program, "model.onnx": by_onnx}


def main(task: dict[str, Any]) -> None:
    """Run the file on the pictures, and write its scores."""
    sys.modules["nbnas"] = None  # type: ignore[assignment]  # whoever imports it fails
    folder = Path(task["folder"])
    network = LOADERS[task["file"]](folder)
    scores = [network(batch) for batch in batches(folder, task["pictures"])]
    np.save(task["scores"], np.concatenate(scores).astype(np.float32))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
