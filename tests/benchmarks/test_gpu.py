"""The script that measures on a GPU runs: here on the CPU, with numbers that stand for nothing."""

import subprocess

import gpu
import numpy as np
import pytest
import torch
from PIL import Image


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    for part, count in (("train", 24), ("test", 8)):
        for name in ("cat", "dog"):
            folder = tmp_path / "cifar" / part / name
            folder.mkdir(parents=True)
            for at in range(count):
                pixels = rng.integers(256, size=(32, 32, 3)).astype(np.uint8)
                Image.fromarray(pixels).save(folder / f"{at}.jpg")
    return tmp_path / "cifar"


def printed(capsys, *given):
    assert gpu.main(["--dry-run", *given]) == 0
    first, head, *rows = capsys.readouterr().out.splitlines()
    assert first.startswith(gpu.DRY)
    assert head == "part | measured | figure | wanted | met"
    return [line.split(" | ") for line in rows]


def test_without_cuda_it_says_so_in_one_line(capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu.main([]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("no CUDA here")


def test_steps_are_compared(capsys):
    rows = printed(capsys, "--parts", "steps")
    assert [measured for _, measured, *_ in rows] == [
        *("nbnas, recorded", "nbnas, recorded, augmented", "nbnas, as it is"),
        *("by hand, as it is", "by hand, recorded"),
        *("recorded: nbnas / by hand", "nbnas: recorded / as it is", "explain_speed", "lasted"),
    ]
    assert rows[-2][2] == "eager"
    assert {row[4] for row in rows[5:7]} == {"dry"}


@pytest.mark.parametrize("packed", [False, True])
def test_files_are_trained_on(capsys, files, packed, tmp_path, monkeypatch):
    monkeypatch.setenv("NBNAS_CACHE", str(tmp_path / "cache"))
    source = files
    if packed:
        source = tmp_path / "files.tar.xz"
        subprocess.run(["tar", "-C", files.parent, "-cJf", source, files.name], check=True)
    rows = printed(capsys, "--parts", "files", "--files", str(source))
    assert [row[1] for row in rows] == ["set-up: files read", "4 channels, 1 epochs", "lasted"]
    assert "% in " in rows[1][2]


def test_without_files_it_says_how_to_give_them(capsys):
    rows = printed(capsys, "--parts", "files")
    assert rows[0][1:3] == ["not measured", "give --files"]


def test_a_part_that_fails_leaves_the_others(capsys, monkeypatch):
    def broken(device, dry):
        raise RuntimeError("no room\n" * 3)
        yield

    monkeypatch.setitem(gpu.PARTS, "steps", broken)
    rows = printed(capsys, "--parts", "steps", "files")
    assert rows[0] == ["steps", "failed", "RuntimeError: no room no room no room", "", "dry"]
    assert [row[0] for row in rows] == ["steps", "steps", "files", "files"]


@pytest.mark.slow
def test_workers_and_tests(capsys):
    rows = printed(capsys, "--parts", "workers", "tests")
    assert [row[1] for row in rows if row[0] == "workers"] == [
        *("1 on one card", "2 on one card", "2 / 1", "lasted"),
    ]
    (tests,) = (row for row in rows if row[1] == "those that need CUDA")
    assert "skipped" in tests[2] or torch.cuda.is_available()
    assert tests[4] == "dry"
