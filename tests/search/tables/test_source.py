"""Every way in which a table may come: format, packing, encoding, separator, DataFrame."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import zipfile

import pandas as pd
import pytest

from nbnas.errors import DataError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.search.tables.tabular import TabularObjective

CELLS = [str(a) for a in CellSpace().sample(0, 6)]
FRAME = pd.DataFrame(
    {"arch": CELLS, "acc": [50.25, 60, 70, 80, 90, 91.5], "ms": [3, 1, 2, 5, 4, 6]}
)
TRUTH = {text: value / 100 for text, value in zip(CELLS, FRAME["acc"], strict=True)}


def read(source, **options):
    return TabularObjective.from_table(
        source, **{"architecture": "arch", "value": "acc", **options}
    )


def csv(**options):
    return FRAME.to_csv(index=False, **options).encode()


def zipped(content, *others):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("folder/table.csv", content)
        archive.writestr("__MACOSX/._table.csv", b"x")
        for name in others:
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        csv(),
        *(csv(sep=sign) for sign in ";\t|:^ "),
        csv(sep=";", decimal=","),
        csv(decimal=","),  # numbers in quotes
        b"sep=;\n" + csv(sep=";"),
        csv().replace(b"\n", b"\r\n"),
        csv().replace(b"\n", b"\r"),
        csv().replace(b",", b" , "),
        csv() + b"\n\n",
        *(
            csv().decode().encode(code)
            for code in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
        ),
        csv().decode().encode("utf-32"),
        *(pack(csv()) for pack in (gzip.compress, bz2.compress, lzma.compress, zipped)),
        FRAME.to_string(index=False).encode(),
        *(
            FRAME.to_json(orient=kind).encode()
            for kind in ("records", "columns", "split", "index")
        ),
        FRAME.to_json(orient="table", index=False).encode(),
        json.dumps(FRAME.to_dict(orient="list")).encode(),
        gzip.compress(FRAME.to_json(orient="records", lines=True).encode()),
    ],
)
@pytest.mark.parametrize("name", ["table", "table.csv"])
def test_whatever_it_looks_like_it_is_the_same_table(content, name, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert read(tmp_path / name, measured=("ms",)).values == TRUTH
    assert read(str(tmp_path / name)).name == f"acc of {name}"


def test_zstandard_is_read_or_says_what_is_missing(tmp_path):
    path = tmp_path / "table.csv.zst"
    try:
        import zstandard
    except ImportError:
        path.write_bytes(b"\x28\xb5\x2f\xfd....")
        with pytest.raises(DataError, match="pip install zstandard"):
            read(path)
    else:
        path.write_bytes(zstandard.compress(csv()))
        assert read(path).values == TRUTH
        path.write_bytes(zstandard.compress(csv() * 50)[:40])
        with pytest.raises(DataError, match="ends early or is damaged"):
            read(path)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zipped])
def test_a_packed_file_that_ends_early_or_is_damaged(pack, tmp_path):
    whole = pack(csv() * 20)
    path = tmp_path / "cut"
    for content in (whole[: len(whole) // 2], whole[:20], whole[:30] + b"???" + whole[33:]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"cut cannot be unpacked: .*ends early or is"):
            read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n \n", "empty"),
        (b"arch,acc\n", "at least one row"),
        (b"[]", "at least one row"),
        (b"{}", "at least one row|no column arch"),
        (b"[1, 2]", "row 1: expected a JSON object"),
        (b"[[1, 2]]", "row 1: expected a JSON object"),
        (b'{"arch": [1], "acc": 2}', "columns all are lists"),
        (b'{"arch": ["a", "b"], "acc": [1]}', "readable table"),
        (b'{"a": {"b": 1}, "c": 2}', "JSON of columns or rows, got the keys a, c"),
        (b'[{"arch": "a", "acc": 1}, {"arch"', "no whole JSON"),
        (b'{"arch": "a", "acc": 1}\n{"arch": "b", "a', "line 2 is no whole JSON"),
        (b"[" * 100_000, "readable table"),
        (b"arch,acc\na,81,98\n", "more fields than"),
        (b"arch,acc\na,1\nb,2,3\n", "readable table"),
        (b"arch,acc,acc\na,1,2\n", "several of its columns are called acc"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8|binary"),
        (b"a,b\x00c", "binary data"),
        ("arch,acc\nä,1".encode("latin-1"), "save it in UTF-8"),
        (pickle.dumps(FRAME), "UTF-8|binary"),
        (b"PAR1 but no more", "Parquet"),
        (
            zipped(csv(), "other.csv"),
            r"one table in .*, got 2 files \(folder/table.csv, other.csv\)",
        ),
        (b"<html><body>404</body></html>", "at least one row|no column"),
    ],
)
def test_what_is_no_table_is_named(content, said, tmp_path):
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said) as error:
        read(path)
    assert "given.csv" in str(error.value)


@pytest.mark.parametrize(
    "source", [None, 3, 1.5, b"table.csv", "", [], [FRAME], {"arch": CELLS}, FRAME["acc"]]
)
def test_what_is_no_source_is_refused(source):
    with pytest.raises(DataError, match="expected the path of a table"):
        read(source)


@pytest.mark.parametrize("path", ["a\0b.csv", "~nobody-of-this-name/x.csv", "https://x.org/t.csv"])
def test_paths_that_lead_nowhere(path):
    with pytest.raises(DataError):
        read(path)


def test_a_folder_is_no_table(tmp_path):
    with pytest.raises(DataError, match="readable table"):
        read(tmp_path)


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.set_axis([0] * 6),
        FRAME.set_axis(list("xyzabc")),
        FRAME.set_index("arch"),
        FRAME.set_index(["arch", "ms"]),
        FRAME.sample(frac=1, random_state=0),
        FRAME.astype({"acc": object}),
        FRAME.astype({"acc": "Float64"}),
        FRAME.astype({"acc": str}),
        FRAME.astype({"arch": "category"}),
        FRAME.assign(acc=[f"{value} %" for value in FRAME["acc"]]),
        FRAME.assign(**{"7": 1}).rename(columns={"7": 7}),
    ],
    ids=str,
)
def test_a_data_frame_whatever_its_index_and_types(frame):
    before = frame.copy()
    objective = read(frame)
    assert objective.values == pytest.approx(TRUTH, abs=1e-16)
    assert objective.fingerprint() == read(FRAME).fingerprint()
    pd.testing.assert_frame_equal(frame, before)


def test_data_frames_that_cannot_be_read():
    with pytest.raises(DataError, match="several columns called acc"):
        read(pd.concat([FRAME, FRAME["acc"]], axis=1))
    with pytest.raises(DataError, match="at least one row"):
        read(FRAME[:0])
    with pytest.raises(DataError, match="no column arch, acc"):
        read(pd.DataFrame(index=range(3)))
    with pytest.raises(DataError, match=r"1 architectures stand twice.*repeated="):
        read(pd.concat([FRAME, FRAME[:1]]))
    for wrong in ([True] * 6, [1j] * 6, [[1]] * 6, pd.date_range("2026-01-01", periods=6)):
        with pytest.raises(DataError, match=r"row 1|expected numbers"):
            read(FRAME.assign(acc=wrong))


def test_rows_of_the_same_architecture_are_averaged_if_the_caller_says_so():
    doubled = pd.concat([FRAME, FRAME[:1].assign(acc=52.25, ms=9)])
    objective = read(doubled, repeated="mean", measured=("ms",))
    assert objective.values[CELLS[0]] == pytest.approx((0.5025 + 0.5225) / 2)
    assert objective.measured[CELLS[0]]["ms"] == 6
    assert len(objective.values) == 6


def test_parquet_with_lists(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame(
        {
            "matrix": [[[0, 1, 0], [0, 0, 1], [0, 0, 0]]],
            "operations": [["input", "maxpool3x3", "output"]],
            "acc": [0.9],
        }
    )
    frame.to_parquet(tmp_path / "t")
    for source in (frame, tmp_path / "t", frame.astype({"matrix": str, "operations": str})):
        objective = read(source, architecture=("matrix", "operations"))
        assert objective.values == {"maxpool3x3|0-1,1-2": 0.9}
        assert [*objective.space] == [DagSpace().parse("maxpool3x3|0-1,1-2")]


@pytest.mark.parametrize(
    ("matrix", "operations"),
    [
        ([[0, 1], [0]], ["input", "output"]),
        ([[0, 1]], ["input", "output"]),
        ([[0, 2], [0, 0]], ["input", "output"]),
        ([[0, 1], [0, 0]], ["input", "input"]),
        ([[0, 1], [0, 0]], "input"),
        ([[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["input", "conv9x9", "output"]),
        ([[0, 0], [0, 0]], ["input", "output"]),
        (None, None),
        (3, []),
    ],
)
def test_what_is_no_matrix_is_named(matrix, operations):
    frame = pd.DataFrame({"m": [matrix], "o": [operations], "acc": [0.9]})
    with pytest.raises(DataError, match="a DataFrame, m and o: row 1: "):
        read(frame, architecture=("m", "o"))
