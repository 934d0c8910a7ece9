"""Run one exported file in a process that has no nbnas: `python -P -B fresh.py TASK.json`.

The task says "file" (which one), "folder", and "answer", the `.npy` to write. Of pictures the
answer is scores; they are "pictures", an `.npy` or a list of picture files. Of text it is for each
token but the first: which it is, which one is foretold, and the logarithm of its chance; "text" is
a file, "state" is (layers, states, hidden) and "steps" so many tokens are read at once. It imports
nothing of nbnas, and nor can the exported file.
"""

import importlib.util
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 64  # after a batch of one: the number of pictures is free
STREAMS = 32  # in which a text is read
Network = Callable[..., list[Any]]


def imported(path: Path) -> Any:  # noqa: ANN401
    """A Python file as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"expected a Python file, got {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def classified(network: Network, task: dict[str, Any]) -> Any:  # noqa: ANN401
    """The scores of pictures, `(n, classes)`."""
    scores = [network(batch)[0] for batch in batches(Path(task["folder"]), task["pictures"])]
    return np.concatenate(scores).astype(np.float32)


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


def foretold(network: Network, task: dict[str, Any]) -> Any:  # noqa: ANN401
    """What is foretold of a text, `(3, n - 1)`: the token that came, the likeliest, log chance."""
    reader = "write.py" if task["file"] == "model.onnx" else "model.py"
    module = imported(Path(task["folder"]) / reader)
    tokens = np.array(module.encode(module.read(task["text"])), np.int64)
    count, steps = len(tokens) - 1, task["steps"]
    length = math.ceil(count / STREAMS)
    rows = math.ceil(count / length)
    filled = np.pad(tokens, (0, rows * length - count))
    x, y = (part.reshape(rows, length) for part in (filled[:-1], filled[1:]))
    layers, states, hidden = task["state"]
    state = np.zeros((layers, states, rows, hidden), np.float32)
    likeliest, chances = np.zeros((rows, length)), np.zeros((rows, length))
    for start in range(0, length, steps):
        piece = slice(start, start + steps)
        scores, state = network(np.ascontiguousarray(x[:, piece]), state)
        scores = scores - scores.max(-1, keepdims=True)
        right = np.take_along_axis(scores, y[:, piece, None], -1)[..., 0]
        likeliest[:, piece] = scores.argmax(-1)
        chances[:, piece] = right - np.log(np.exp(scores).sum(-1, dtype=np.float64))
    return np.stack([each.ravel()[:count] for each in (y, likeliest, chances)])


def by_source(folder: Path) -> Network:
    """The network of `model.py`, with its weights."""
    return of_torch(imported(folder / "model.py").load())


def by_program(folder: Path) -> Network:
    """The network of `model.pt2`."""
    import torch

    return of_torch(torch.export.load(folder / "model.pt2").module())


def of_torch(network: Any) -> Network:  # noqa: ANN401
    """A network of torch, for arrays."""
    import torch

    def run(*inputs: Any) -> list[Any]:  # noqa: ANN401
        made = network(*map(torch.from_numpy, inputs))
        return [each.detach().numpy() for each in (made if isinstance(made, tuple) else [made])]

    return run


def by_onnx(folder: Path) -> Network:
    """The network of `model.onnx`, without torch."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    names = [each.name for each in session.get_inputs()]
    return lambda *inputs: session.run(None, dict(zip(names, inputs, strict=True)))


LOADERS = {"model.py": by_source, "model.pt2": by_program, "model.onnx": by_onnx}


def main(task: dict[str, Any]) -> None:
    """Run the file, and write its answer."""
    sys.modules["nbnas"] = None  # type: ignore[assignment]  # whoever imports it fails
    network = LOADERS[task["file"]](Path(task["folder"]))
    np.save(task["answer"], (classified if "pictures" in task else foretold)(network, task))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
