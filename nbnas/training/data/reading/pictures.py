"""Files of pictures as one array on disk, decoded once, on all cores.

Notation
    n         number of files
    h, w      height and width of a picture, upright
    C, H, W   channels, height and width of an image
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import current_process
from pathlib import Path
from statistics import median_low
from typing import Any

import numpy as np
import PIL
from joblib import Parallel, cpu_count, delayed, parallel_config
from numpy.typing import NDArray

from nbnas.errors import DataError
from nbnas.training.data.origin import Sizes
from nbnas.training.data.preparation import COLOR, GRAY, Preparation
from nbnas.training.data.reading.cache import forget, kept
from nbnas.training.data.reading.decode import Header, allocate, decode, read_headers
from nbnas.waiting import WaitingBar

VERSION = f"1 {PIL.__version__}"  # of what is kept: other versions may give other pixels
PIXELS, ABOUT = "pixels.npy", "about.json"
LARGE = 64  # pixels of the shorter side, beyond which pictures are made smaller unless one asks
PIECE = 128  # files that a worker gets at a time
FEW, SMALL = 512, 2**25  # files, and bytes, that are read here: workers take a second to start


Size = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Files of pictures as images.

    Attributes:
        pixels: uint8 `(n, C, H, W)`, on disk; zeros where a file cannot be read.
        preparation: How a picture becomes an image.
        sizes: Each size of the pictures on disk with its number, the most frequent first.
        wrong: Why a file cannot be read, by its place, for those that cannot.
        key: What decides the pixels.
    """

    pixels: NDArray[np.uint8]
    preparation: Preparation
    sizes: Sizes
    wrong: dict[int, str]
    key: str


def read_pictures(files: Sequence[str], size: Size | None, mode: str | None) -> Pictures:
    """Decode files, unless it was done before.

    Args:
        files: The files.
        size: `(H, W)` of the images; `None` to choose it from the pictures.
        mode: "L" or "RGB"; `None` for gray if no picture has colours.

    Raises:
        DataError: If no file can be read, or the cache cannot be written.
    """
    seen = _seen(files)
    wrong = {int(place): why for place, why in seen["wrong"].items()}
    sizes = tuple(((h, w), count) for h, w, count in seen["sizes"])
    if not sizes:
        return Pictures(np.empty((0, 0, 0, 0), np.uint8), Preparation(GRAY, (4, 4)), (), wrong, "")
    mode = mode or (GRAY if seen["gray"] else COLOR)
    preparation = Preparation(mode, size or usual_size(sizes))
    height, width = preparation.size
    key = f"{seen['content']}-{preparation.mode}-{height}x{width}"
    pixels, about = _kept(key, lambda folder: _decode_all(files, preparation, wrong, folder))
    if pixels.shape != (len(files), *preparation.image_shape) or pixels.dtype != np.uint8:
        raise DataError(f"expected pixels of {len(files)} pictures in the cache; clear_cache()")
    wrong = {int(place): why for place, why in about["wrong"].items()}
    return Pictures(pixels, preparation, sizes, wrong, key)


def usual_size(sizes: Sizes) -> Size:
    """The size `(H, W)` of images that is chosen where nobody asks for one.

    Pictures of one size keep it, or their shape, if they are not much longer than wide; others
    become squares of their usual shorter side. None is enlarged much, and the shorter side of
    none is longer than 64 pixels, so that a search ends before the day does.
    """
    (height, width), _ = sizes[0]
    short = min(height, width)
    if len(sizes) == 1 and max(height, width) <= 2 * short and short >= 4:
        scale = min(1.0, LARGE / short)
        return round(height * scale), round(width * scale)
    side = median_low([min(size) for size, count in sizes for _ in range(count)])
    rounded = min(side, LARGE) if side < 8 else min(side, LARGE) // 8 * 8
    return max(4, rounded), max(4, rounded)


def rearranged(pictures: Pictures, places: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The images at some places, in this order; where they are many in a file of their own.

    Args:
        pictures: What they are of.
        places: Which ones, `(m,)`.
    """
    pixels = pictures.pixels
    if len(places) and np.array_equal(places, np.arange(places[0], places[0] + len(places))):
        return pixels[places[0] : places[0] + len(places)]
    if pixels[0].nbytes * len(places) <= IN_MEMORY:
        return np.asarray(pixels[places])

    def copy(folder: Path) -> None:
        target = os.fspath(folder / PIXELS)
        allocate(target, (len(places), *pictures.preparation.image_shape))
        copied = np.load(target, mmap_mode="r+")
        for start in range(0, len(places), 1024):
            copied[start : start + 1024] = pixels[places[start : start + 1024]]
        (folder / ABOUT).write_text("{}", encoding="utf-8")

    return _kept(f"{pictures.key}-{_hash(places.tobytes())}", copy)[0]


IN_MEMORY = 2**30  # bytes of a part that are held in memory where they have to be rearranged


def _seen(names: Sequence[str]) -> dict[str, Any]:
    """What the headers of all files say: kept as long as no file changes."""
    states = map(os.stat, names)
    told = [f"{s.st_size} {s.st_mtime_ns} {s.st_ctime_ns} {s.st_ino}" for s in states]
    signature = _hash("\0".join([VERSION, *names, *told]).encode(*_AS_NAMED))

    def look(folder: Path) -> None:
        headers = list(_spread(read_headers, names, "headers"))
        about = _summary([header for piece in headers for header in piece])
        (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")

    return _about(signature, look)


_AS_NAMED = ("utf-8", "surrogateescape")


def _summary(headers: Sequence[Header]) -> dict[str, Any]:
    """What all headers say together, as JSON can hold it."""
    sound = [header for header in headers if not header.error]
    sizes = Counter(header.size for header in sound)
    ordered = sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "content": _hash(b"".join([VERSION.encode(), *(header.digest for header in headers)])),
        "gray": all(header.gray for header in sound),
        "sizes": [(*size, count) for size, count in ordered],
        "wrong": {place: h.error for place, h in enumerate(headers) if h.error},
    }


def _decode_all(
    names: Sequence[str], preparation: Preparation, wrong: dict[int, str], folder: Path
) -> None:
    """Decode all files into a folder of the cache."""
    target = os.fspath(folder / PIXELS)
    allocate(target, (len(names), *preparation.image_shape))
    found = dict(wrong)
    for piece in _spread(decode, names, "pictures", preparation, target, placed=True):
        found |= {place: why for place, why in piece.items() if place not in wrong}
    (folder / ABOUT).write_text(json.dumps({"wrong": found}), encoding="utf-8")


def _spread(
    work: Callable[..., Any], names: Sequence[str], what: str, *more: object, placed: bool = False
) -> Iterator[Any]:
    """What a function gives for pieces of the files, in order, on all cores if they are many."""
    workers = _workers(names)
    piece = max(1, min(PIECE, len(names) // (4 * workers)))
    starts = range(0, len(names), piece)
    calls: list[tuple[Any, ...]] = [
        (names[k : k + piece], *more, *([k] if placed else [])) for k in starts
    ]
    with parallel_config("loky", inner_max_num_threads=1):
        parallel = Parallel(workers, return_as="generator", batch_size=1)
    found = parallel(delayed(work)(*call) for call in calls)
    with WaitingBar(total=len(names), desc=what, unit="file", disable=workers == 1) as shown:
        for call, each in zip(calls, found, strict=True):
            shown.update(len(call[0]))
            yield each


def _workers(names: Sequence[str]) -> int:
    """How many processes read these files; a worker has none of its own."""
    few = len(names) <= FEW and sum(map(os.path.getsize, names)) <= SMALL
    return 1 if few or current_process().name != "MainProcess" else int(cpu_count())


def _kept(key: str, make: Callable[[Path], None]) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """Pixels and what is said about them; made anew where the files are damaged."""
    about = _about(key, make)
    file = kept(key, make) / PIXELS
    try:
        return np.load(file, mmap_mode="c"), about
    except (OSError, ValueError, EOFError):
        forget(key)
        return np.load(kept(key, make) / PIXELS, mmap_mode="c"), _about(key, make)


def _about(key: str, make: Callable[[Path], None]) -> dict[str, Any]:
    """What is said about a key; made anew where the file is damaged."""
    file = kept(key, make) / ABOUT
    try:
        return _read(file)
    except (OSError, ValueError):
        forget(key)
        return _read(kept(key, make) / ABOUT)


def _read(file: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return said


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
