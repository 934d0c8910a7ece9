import dataclasses
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from nbnas.benchmarks import generate as module
from nbnas.benchmarks.generate import generate, main, measure, settings, train
from nbnas.benchmarks.journal import Journal
from nbnas.benchmarks.pack import learning_rates, pack
from nbnas.benchmarks.protocol import SEEDS, classes, recipe
from nbnas.errors import DataError, StoreError
from nbnas.graphs.canonical import canonical_form
from nbnas.graphs.spaces.cell import CellSpace

EMPTY = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"


@pytest.fixture
def quick(monkeypatch):
    """Every cell takes no time and gets the numbers of one training."""
    found = train(EMPTY)
    monkeypatch.setattr(module, "train", lambda cell: dataclasses.replace(found, cell=cell))


def test_classes_are_the_published_ones():
    firsts, place = classes()
    assert (len(firsts), len(place), len(set(place))) == (6_466, 15_625, 6_466)
    for number, cell in list(enumerate(CellSpace()))[::311]:
        assert canonical_form(firsts[place[number]]) == canonical_form(cell)


def test_a_cell_is_trained_with_every_seed():
    found = train(EMPTY)
    images = len(recipe().data.val[1])
    assert np.shape(found.val_right) == np.shape(found.train_loss) == (len(SEEDS), recipe().epochs)
    assert np.shape(found.test_right) == np.shape(found.seconds) == (len(SEEDS),)
    assert all(0 <= right <= images for curve in found.val_right for right in curve)
    assert 0.05 * images < found.val_right[0][-1] < 0.2 * images  # a cell of zeros knows nothing
    assert set(found.proxies) == {"nwot", "jacov", "synflow", "snip", "grad_norm"}


def test_what_is_in_the_journal_is_not_trained_again(tmp_path, quick):
    cells = CellSpace().sample(0, 6)
    journal = Journal(tmp_path / "j.jsonl", settings())
    first = [found.cell for found, _ in zip(generate(journal, cells, 1), range(4), strict=False)]
    again = Journal(tmp_path / "j.jsonl", settings())
    assert {*again.trained} >= {*first}
    rest = [found.cell for found in generate(again, cells, 1)]
    assert {*again.trained} == {*map(str, cells)}
    assert not {*rest} & {*first}


def test_a_table_needs_all_cells(tmp_path):
    journal = Journal(tmp_path / "j.jsonl", settings())
    with pytest.raises(DataError, match=r"6,466 cells in .*, but 6,466 are missing"):
        pack(journal)


def test_the_table_of_a_whole_journal(tmp_path, quick):
    journal = Journal(tmp_path / "j.jsonl", settings())
    for cell in classes()[0]:
        journal.trained[str(cell)] = module.train(str(cell))
    table = pack(journal)
    assert table.val.shape == (6_466, len(SEEDS), recipe().epochs)
    assert table.metadata["protocol"]["epochs"] == str(recipe().epochs)
    assert table.metadata["split"] == {"train": 600, "validation": 600, "test": 597, "seed": 0}
    cells = list(CellSpace())
    assert all(str(cells[n]) == str(a) for n, a in zip(table.cell, classes()[0], strict=True))


def test_learning_rates_are_those_of_the_reports():
    reports = recipe()(CellSpace().parse(EMPTY)).reports
    assert learning_rates() == pytest.approx([r.learning_rate for r in reports], rel=1e-3)


def test_the_command_says_how_far_it_is(tmp_path, capsys, quick):
    arguments = ["--journal", str(tmp_path / "j.jsonl"), "--workers", "1", "--cells", "3"]
    assert main(arguments) == 0
    assert "3 of 6,466 cells, about" in capsys.readouterr().out
    assert main(arguments) == 0
    assert "6 of 6,466 cells" in capsys.readouterr().out
    (tmp_path / "j.jsonl").write_text("nonsense\n")
    assert main(arguments) == 1
    assert "DataError: expected a journal" in capsys.readouterr().err


def test_a_wrong_number_is_refused(capsys):
    for words in (["--workers", "0"], ["--cells", "-1"], ["--measure", "0"], ["--workers", "two"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
        assert "a whole number of at least 1" in capsys.readouterr().err


@pytest.mark.slow
def test_speeds_are_compared_in_lines():
    lines = list(measure(CellSpace().sample(0, 1)))
    assert [line.split(":")[0] for line in lines] == ["one by one", "side by side", "ratio"]


@pytest.mark.slow
def test_survives_a_kill(tmp_path):
    journal = tmp_path / "j.jsonl"
    command = [sys.executable, "-m", "nbnas.benchmarks.generate", "--journal", str(journal)]
    process = subprocess.Popen(
        [*command, "--workers", "1"], stdout=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while not (journal.exists() and journal.read_bytes().count(b"\n") > 2):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = journal.read_bytes().split(b"\n")[:-1]
    again = [*command, "--workers", "1", "--cells", "1"]
    subprocess.run(again, check=True, stdout=subprocess.DEVNULL)
    after = journal.read_bytes().split(b"\n")
    assert after[: len(before)] == before
    assert len(after) == len(before) + 2
    assert after[-1] == b""


def test_a_full_disk_ends_it_with_a_reason(tmp_path, monkeypatch, quick, capsys):
    def full(self, found):
        raise StoreError("no space left")

    monkeypatch.setattr(Journal, "add", full)
    assert main(["--journal", str(tmp_path / "j.jsonl"), "--workers", "1", "--cells", "1"]) == 1
    assert "StoreError: no space left" in capsys.readouterr().err
