"""The lines that turn a picture on disk into what a network reads; Pillow and numpy suffice."""

from nbnas.training.export.facts import MODES, Facts
from nbnas.training.export.source.expression import Call, laid_out, quoted


def prepare_lines(facts: Facts) -> tuple[str, ...]:
    """The function `prepare` of the files that read pictures.

    Args:
        facts: What the network reads.

    Returns:
        Its lines: a Pillow picture to an array `(C, H, W)`, uint8.
    """
    channels, height, width = facts.image_shape
    mode = MODES[channels]
    axes = "pixels[None]" if mode == "L" else "pixels.transpose(2, 0, 1)"
    return (
        "def prepare(picture: Image.Image) -> np.ndarray:",
        f'    """The pixels of a picture, {facts.image_shape}, uint8."""',
        f"    if picture.size != ({width}, {height}):",
        f'        raise ValueError(f"expected {width} x {height} pixels, got {{picture.size}}")',
        f'    pixels = np.array(picture.convert("{mode}"))',
        f"    return np.ascontiguousarray({axes})",
    )


def classify_source(facts: Facts) -> str:
    """The text of `classify.py`, which says classes with onnxruntime and without torch."""
    reads = facts.reads_files
    names = laid_out(Call("", tuple(map(quoted, facts.class_names))), 0, "CLASS_NAMES = ")
    prepared = "\n".join(prepare_lines(facts)) + _READ if reads else ""
    return _CLASSIFY.format(
        command=": python classify.py picture.png" if reads else "",
        needs="onnxruntime, numpy and Pillow" if reads else "onnxruntime and numpy",
        sys="import sys\n" if reads else "",
        pillow="from PIL import Image\n" if reads else "",
        names="\n".join(names),
        prepared=prepared,
        main=_MAIN if reads else "",
    )


_READ = '''


def read(path: str | Path) -> np.ndarray:
    """A picture on disk as the network takes it, a batch of one."""
    with Image.open(path) as picture:
        return prepare(picture)[None]


'''
_MAIN = """

if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(path, *classify(read(path)))
"""
_CLASSIFY = '''"""Say the classes of pictures with onnxruntime{command}.

Needs {needs}; neither torch nor nbnas.
"""

import functools
{sys}from pathlib import Path

import numpy as np
import onnxruntime
{pillow}
{names}
NETWORK = Path(__file__).with_name("model.onnx")


{prepared}@functools.cache
def session(network: Path = NETWORK) -> onnxruntime.InferenceSession:
    """The network, loaded once."""
    return onnxruntime.InferenceSession(
        str(network), providers=["CPUExecutionProvider"]
    )


def classify(pictures: np.ndarray) -> list[str]:
    """The name of the class of each picture, pixels as they are on disk."""
    (scores,) = session().run(None, {{"pictures": pictures}})
    return [CLASS_NAMES[index] for index in scores.argmax(1)]
{main}'''
