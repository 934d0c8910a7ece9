"""Every way in which a table may come: format, packing, encoding, separator, DataFrame."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest

from nbnas.errors import DataError, NbnasError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.records import Measure
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
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


def test_further_columns_become_measured():
    cells = [CellSpace().parse(text) for text in CELLS]
    frame = FRAME.assign(size=["1,234,567", None, "2", "3", "4", "5"], share="12.5 %")
    objective = read(frame, measured=("ms", "size", "share"))
    assert objective(cells[0]).measured == {"ms": 3, "size": 1_234_567, "share": 0.125}
    assert objective(cells[1]).measured == {"ms": 1, "share": 0.125}
    assert objective.fingerprint() == read(FRAME).fingerprint()
    again = pickle.loads(pickle.dumps(objective))
    assert again(cells[0]) == objective(cells[0])
    with pytest.raises(DataError, match=r"column size: 1,234 may be 1.234 or 1234"):
        read(FRAME.assign(size="1,234"), measured=("size",))
    with pytest.raises(DataError, match="points and commas in one column"):
        read(FRAME.assign(acc=["50,25", "60.5", *FRAME["acc"][2:]]))


def test_curves_of_a_measure_that_is_no_accuracy():
    loss = Measure("loss", maximize=False, lower=0)
    frame = FRAME.assign(first=3.5, last=2.5)
    objective = read(frame, value="last", measure=loss, curve=("first", "last"))
    reports = objective(CellSpace().parse(CELLS[0])).reports
    assert [report.measured for report in reports] == [3.5, 2.5]


@pytest.mark.parametrize(
    "options",
    [
        {"value": ()},
        {"value": None},
        {"value": 3},
        {"value": ("acc", None)},
        {"architecture": None},
        {"architecture": ()},
        {"architecture": ("arch", "arch", "arch")},
        {"test": 5},
        {"cost": []},
        {"measured": 3},
        {"measured": (None,)},
        {"notation": "esperanto"},
        {"notation": None},
        {"notation": 3},
        {"unit": "per mille"},
        {"unit": None},
        {"unit": ["percent"]},
        {"missing": "ignore"},
        {"missing": []},
        {"repeated": "last"},
        {"run": 1},
        {"run": True},
        {"run": "a"},
        {"pace": -1},
        {"pace": "fast"},
        {"pace": None},
        {"measure": "loss"},
        {"measure": Measure},
        {"curves": ("acc",)},
        {"parameters": 3},
    ],
    ids=str,
)
def test_wrong_options_are_refused(options):
    with pytest.raises(NbnasError):
        read(FRAME, **options)


def test_units_that_are_stated():
    low = FRAME.assign(acc=[0.5, 0.25, 0.75, 1.0, 1.5, 2.0])
    with pytest.raises(DataError, match="may be percent or no accuracies"):
        read(low)
    assert read(low, unit="percent").values[CELLS[0]] == 0.005
    with pytest.raises(DataError, match=r"in fraction, from 0 to 1, got 1.5 \(rows 5, 6\)"):
        read(low, unit="fraction")
    signs = FRAME.assign(acc=["50 %", *["60"] * 5])
    with pytest.raises(DataError, match="percent signs, but none in rows 2, 3, 4, 5, 6"):
        read(signs)
    with pytest.raises(SettingError, match="is for fractions"):
        read(FRAME, measure=Measure("ms", maximize=False), value="ms", unit="percent")
    with pytest.raises(DataError, match=r"got 101 \(row 6\)"):
        read(FRAME.assign(acc=[*FRAME["acc"][:5], 101]))
    with pytest.raises(DataError, match="got -1"):
        read(FRAME.assign(acc=[-1, *FRAME["acc"][1:]]))
    error = Measure("error rate", maximize=False, lower=0, upper=1)
    assert read(FRAME, measure=error).optimum == 0.5025


def test_chance_level_of_a_hundred_classes_is_percent(nb201_path):
    objective = TabularObjective.from_table(nb201_path, value="c100_valid_200")
    assert min(objective.values.values()) == 0.01
    assert objective.optimum == pytest.approx(0.734933)


def test_a_space_of_ones_own_and_texts_as_they_are():
    class Words:
        size = 3

        def parse(self, text):
            return CellSpace().parse(CELLS[int(text)])

        def other(self, *_):
            raise AssertionError("it is only asked to parse")

        sample = mutate = neighbors = __contains__ = __iter__ = other

    numbered = FRAME.assign(arch=[str(i) for i in range(6)])
    with pytest.raises(DataError, match="no search space understands"):
        read(numbered)
    assert read(numbered, notation=Words()).values == TRUTH
    assert list(read(numbered, notation="text").values) == ["0", "1", "2", "3", "4", "5"]


def test_the_order_of_the_rows_changes_neither_space_nor_fingerprint():
    shuffled = FRAME.sample(frac=1, random_state=1)
    one, other = read(FRAME), read(shuffled)
    assert one.fingerprint() == other.fingerprint()
    assert isinstance(one.space, Subspace)
    assert [*one.space] == [*other.space]


def test_published_fingerprints_are_those_of_earlier_commits(nb201_path):
    runs = tuple(f"c10_valid_200_s{seed}" for seed in (777, 888, 999))
    one = TabularObjective.from_table(nb201_path, value="c10_valid_200")
    assert one.fingerprint() == {
        "table": "c10_valid_200 of nb201_cifar.csv.gz",
        "content": "9c2ab29c98eb7819",
    }
    last = TabularObjective.from_table(nb201_path, value=runs, run=2, missing="fail")
    assert last.fingerprint()["content"] == "4561d1ad3fe0fd5b"
    assert np.isnan([*last.values.values()]).sum() == 7456


def test_the_order_of_the_rows_changes_no_search():
    space = CellSpace().sample(3, 40)
    frame = pd.DataFrame({"arch": map(str, space), "acc": np.linspace(0.1, 0.9, 40)})
    found = []
    for seed in (None, 1, 2):
        given = frame if seed is None else frame.sample(frac=1, random_state=seed)
        objective = read(given, repeated="mean")
        search = Search(objective.space, objective, BayesianOptimization(initial=4), seed=5).run(7)
        found.append([(e.architecture, e.value) for e in search.observations])
    assert found[0] == found[1] == found[2]
