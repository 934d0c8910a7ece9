"""The lines that turn a picture on disk into what a network reads; Pillow and numpy suffice."""

from nbnas.training.export.facts import MODES, Facts
from nbnas.training.export.source.expression import Call, laid_out, quoted


def prepare_lines(facts: Facts) -> tuple[str, ...]:
    """The function `prepare` of the files that read pictures.

    Args:
        facts: What the network reads.

    Returns:
        Its lines: a Pillow picture to an array `(C, H, W)`, uint8. It does what the data set's
        preparation does; the pictures of arrays have to have their size already.
    """
    channels, height, width = facts.image_shape
    mode = MODES[channels]
    said = {
        "shape": str(facts.image_shape),
        "mode": mode,
        "height": height,
        "width": width,
        "axes": "pixels[None]" if mode == "L" else "pixels.transpose(2, 0, 1)",
    }
    text = _AS_IT_IS if facts.preparation is None else _FLAT + _FITTED
    return tuple((text + _PIXELS).format(**said).splitlines())


_AS_IT_IS = '''def prepare(picture: Image.Image) -> np.ndarray:
    """The pixels of a picture, {shape}, uint8."""
    if picture.size != ({width}, {height}):
        raise ValueError(f"expected {width} x {height} pixels, got {{picture.size}}")
    pixels = np.asarray(picture.convert("{mode}"))
'''
_FLAT = '''def flattened(picture: Image.Image) -> Image.Image:
    """The first frame of a picture, upright, with 8 bits a channel, on white."""
    if getattr(picture, "n_frames", 1) > 1:
        picture.seek(0)
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("F", "I") or picture.mode.startswith("I;16"):
        values = np.asarray(picture).astype(np.float64)
        highest = 65535.0
        if picture.mode == "F":
            highest = 1.0 if values.max() <= 1 else 255.0
        picture = Image.fromarray(np.rint(values * (255 / highest)).astype(np.uint8))
    if "transparency" in picture.info or picture.mode.upper() in ("RGBA", "LA", "PA"):
        over = picture.convert("RGBA")
        white = Image.new("RGBA", over.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(white, over).convert("RGB")
    return picture if picture.mode == "{mode}" else picture.convert("{mode}")


'''
_FITTED = '''def prepare(picture: Image.Image) -> np.ndarray:
    """The middle of a picture, resized, as pixels {shape}, uint8."""
    picture = flattened(picture)
    if picture.size != ({width}, {height}):
        width, height = picture.size
        scale = min(height / {height}, width / {width})
        tall = max(1, min(height, round({height} * scale)))
        wide = max(1, min(width, round({width} * scale)))
        left, top = (width - wide) // 2, (height - tall) // 2
        picture = picture.crop((left, top, left + wide, top + tall))
        picture = picture.resize(({width}, {height}), Image.Resampling.BILINEAR)
    pixels = np.asarray(picture)
'''
_PIXELS = '    return np.array({axes}, order="C")\n'


def classify_source(facts: Facts) -> str:
    """The text of `classify.py`, which says classes with onnxruntime and without torch."""
    reads = facts.reads_files
    names = laid_out(Call("", tuple(map(quoted, facts.class_names))), 0, "CLASS_NAMES = ")
    prepared = "\n".join(prepare_lines(facts)) + _READ if reads else ""
    return _CLASSIFY.format(
        command=": python classify.py picture.png" if reads else "",
        needs="onnxruntime, numpy and Pillow" if reads else "onnxruntime and numpy",
        sys="import sys\n" if reads else "",
        pillow=f"{pillow_import(facts)}\n" if reads else "",
        names="\n".join(names),
        prepared=prepared,
        main=_MAIN if reads else "",
    )


def pillow_import(facts: Facts) -> str:
    """The line that imports what `prepare_lines` needs of Pillow."""
    return "from PIL import Image" + (", ImageOps" if facts.preparation is not None else "")


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
