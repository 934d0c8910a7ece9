"""Each exported file once more, in a process of its own that has no nbnas.

Notation
    scores      `(n, classes)`, of the test part
    agreement   share of the pictures for which two networks give the same class
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import ExportError
from nbnas.training.export import fresh

LEAST = 0.999  # agreement with the trained network
PATIENCE = 1800  # seconds for one file
Scores = NDArray[np.float32]
Pictures = Path | Sequence[Path]


def rerun(file: str, folder: Path, pictures: Pictures, scratch: Path) -> Scores:
    """Run one file on pictures as they are on disk.

    Args:
        file: "model.py", "model.onnx" or "model.pt2".
        folder: Where the files are.
        pictures: An `.npy` file, or the files of the pictures.
        scratch: A folder for what passes between the processes.

    Returns:
        The scores.

    Raises:
        ExportError: If it does not run.
    """
    given = str(pictures) if isinstance(pictures, Path) else [str(path) for path in pictures]
    said = {"file": file, "folder": str(folder), "pictures": given}
    scores: Scores = answer_of(Path(fresh.__file__), said, scratch)
    return scores


def answer_of(script: Path, said: Mapping[str, Any], scratch: Path) -> NDArray[Any]:
    """What a script answers to a task, in a process of its own.

    Args:
        script: It is given the path of the task, a JSON file, and writes its "answer", an `.npy`.
        said: The task; its "file" is what is run.
        scratch: A folder for what passes between the processes.

    Raises:
        ExportError: If it does not run.
    """
    file = said["file"]
    task, answer = scratch / f"{file}.json", scratch / f"{file}.npy"
    task.write_text(json.dumps({**said, "answer": str(answer)}), encoding="utf-8")
    command = [sys.executable, "-P", "-B", str(script), str(task)]
    try:
        ran = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            cwd=scratch,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ExportError(
            f"{file}: expected it to run in a fresh process, but: {error}"
        ) from error
    if ran.returncode or not answer.is_file():
        last = ran.stderr.strip().splitlines()[-1:] or [f"it ended with {ran.returncode}"]
        raise ExportError(
            f"{file}: expected it to run in a fresh process without nbnas, but: {last[0]:.500}. "
            "Update the packages of the extra: "
            "pip install -U 'nbnas[export]'"
        )
    answered: NDArray[Any] = np.load(answer, allow_pickle=False)
    return answered


def check_agreement(file: str, scores: Scores, expected: Scores) -> float:
    """Check that a file gives the classes of the trained network.

    Args:
        file: Which one, for the message.
        scores: Its scores.
        expected: Those of the trained network.

    Returns:
        The agreement.

    Raises:
        ExportError: If it is below 99.9 %.
    """
    if scores.shape != expected.shape:
        raise ExportError(f"{file}: expected scores {expected.shape}, got {scores.shape}")
    agreement = float(np.mean(scores.argmax(1) == expected.argmax(1)))
    if agreement < LEAST:
        far = float(np.abs(scores - expected).max())
        raise ExportError(
            f"{file}: expected the classes of the trained network for at least {LEAST:.1%} of "
            f"{len(expected):,} test pictures, got {agreement:.2%} (scores differ by up to "
            f"{far:.2g}). Update torch and the packages of the extra: "
            "pip install -U 'nbnas[export]'"
        )
    return agreement
