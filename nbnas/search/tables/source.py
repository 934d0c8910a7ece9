"""Where a table comes from: a file of any common format, packed or not, or a DataFrame."""

import bz2
import codecs
import gzip
import importlib
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Collection
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from nbnas.errors import DataError
from nbnas.search.tables.formats import frame_of_text

Source = str | PathLike[str] | pd.DataFrame

GZIP, BZIP2, XZ, ZIP, ZSTD = (
    *(b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"PK\x03\x04", b"\x28\xb5\x2f\xfd"),
)
PARQUET = b"PAR1"
MARKS = (  # what a file begins with that says its encoding; the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LOOKED_AT = 400  # bytes that tell UTF-16 without a mark
BROKEN = (
    *(EOFError, OSError, ValueError, RuntimeError),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile),
)


def read_frame(source: Source, columns: Collection[str], texts: Collection[str]) -> pd.DataFrame:
    """Read a table, whatever its format.

    Args:
        source: A path or a DataFrame. The content of a file decides what it is, not its name.
        columns: Names of columns that are wanted; they tell the separator of a CSV file.
        texts: Those of them that hold texts, also where these look like numbers.

    Returns:
        All columns of it, by their names as texts, rows numbered from 0. A named index of a
        DataFrame becomes a column.

    Raises:
        DataError: If it cannot be read, is empty or no table.
    """
    if isinstance(source, pd.DataFrame):
        frame = _of_frame(source)
    else:
        path = _path(source)
        frame = _of_bytes(_content(path), str(path), columns, texts)
    doubled = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
    if doubled:
        raise DataError(f"{name_of(source)} has several columns called {', '.join(doubled)}")
    if not len(frame):
        raise DataError(
            f"expected at least one row in {name_of(source)}, got none; its columns are "
            f"{', '.join(frame.columns) or 'none'}"
        )
    return frame


def name_of(source: Source) -> str:
    """The name of a file without its folder, or "a DataFrame"."""
    if isinstance(source, pd.DataFrame):
        return "a DataFrame"
    return str(source).replace("\\", "/").rpartition("/")[2]


def _of_frame(frame: pd.DataFrame) -> pd.DataFrame:
    named = all(name is not None and name not in frame for name in frame.index.names)
    frame = frame.reset_index(drop=not named)
    return frame.set_axis([str(name) for name in frame.columns], axis=1)


def _path(source: object) -> Path:
    path = os.fspath(source) if isinstance(source, PathLike) else source
    if not isinstance(path, str) or not path:
        raise DataError(
            "expected the path of a table (CSV, JSON, JSON lines or Parquet) or a pandas "
            f"DataFrame, got {source!r:.100}"
        )
    if "://" in path:
        raise DataError(f"expected the path of a file, got the address {path!r:.200}; fetch it")
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise DataError(f"expected the path of a table, got {path!r:.200}: {error}") from error


def _content(path: Path) -> bytes:
    """The bytes of a file, unpacked."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # a NUL byte in a path is a ValueError
        raise DataError(
            f"expected a readable table at {str(path)!r:.300}: {error!s:.300}"
        ) from error
    try:
        return _unpacked(content, path)
    except DataError:
        raise
    except BROKEN as error:
        raise DataError(
            f"{path} cannot be unpacked: {error}; it ends early or is damaged: fetch it again"
        ) from error


def _unpacked(content: bytes, path: Path) -> bytes:
    if content.startswith(GZIP):
        return gzip.decompress(content)
    if content.startswith(BZIP2):
        return bz2.decompress(content)
    if content.startswith(XZ):
        return lzma.decompress(content)
    if content.startswith(ZSTD):
        return _unzstd(content, path)
    return _unzipped(content, path) if content.startswith(ZIP) else content


def _unzipped(content: bytes, path: Path) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if _counts(name)]
        if len(names) != 1:
            raise DataError(
                f"expected one table in {path}, got {len(names)} files "
                f"({', '.join(names[:5])}); unpack it, or save a spreadsheet as CSV"
            )
        return archive.read(names[0])


def _counts(name: str) -> bool:
    """Whether a member of an archive is a file that somebody put there."""
    hidden = name.rpartition("/")[2].startswith(".") or name.startswith("__MACOSX/")
    return not hidden and not name.endswith("/")


def _unzstd(content: bytes, path: Path) -> bytes:
    for module in ("compression.zstd", "zstandard"):  # Python 3.14 has its own
        try:
            zstd: Any = importlib.import_module(module)
        except ImportError:
            continue
        try:
            if module == "zstandard":
                return bytes(zstd.ZstdDecompressor().decompressobj().decompress(content))
            return bytes(zstd.decompress(content))
        except Exception as error:  # both have exceptions of their own
            raise ValueError(str(error)) from error
    raise DataError(f"{path} is packed with Zstandard: pip install zstandard, or unpack it")


def _of_bytes(
    content: bytes, path: str, columns: Collection[str], texts: Collection[str]
) -> pd.DataFrame:
    if content.startswith(PARQUET):
        return _parquet(content, path)
    text = _decoded(content, path)
    if not text.strip():
        raise DataError(f"expected a table at {path}, but it is empty")
    try:
        return frame_of_text(text, columns, texts)
    except (ValueError, RecursionError) as error:
        raise DataError(f"expected a readable table at {path}: {error}") from error


def _parquet(content: bytes, path: str) -> pd.DataFrame:
    try:
        return _of_frame(pd.read_parquet(io.BytesIO(content)))
    except ImportError as error:
        raise DataError(f"{path} is Parquet: pip install pyarrow, or save it as CSV") from error
    except Exception as error:  # pyarrow has exceptions of its own
        raise DataError(f"expected readable Parquet at {path}: {error!s:.300}") from error


def _decoded(content: bytes, path: str) -> str:
    said = ((mark, encoding) for mark, encoding in MARKS if content.startswith(mark))
    mark, encoding = next(said, (b"", _encoding(content)))
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"expected a text in UTF-8 or UTF-16 at {path}: {error}; save it in UTF-8"
        ) from error
    if "\0" in text:
        raise DataError(f"expected a table at {path} (CSV, JSON, Parquet), got binary data")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(content: bytes) -> str:
    """UTF-8, or UTF-16 without a mark: there most characters have a zero byte."""
    looked = content[:LOOKED_AT]
    for encoding, zeros in (("utf-16-le", looked[1::2]), ("utf-16-be", looked[::2])):
        others = looked[::2] if encoding == "utf-16-le" else looked[1::2]
        if zeros.count(0) > len(zeros) / 2 and not others.count(0):
            return encoding
    return "utf-8"
