import dataclasses
import json
import math
import pickle

import pytest

import nbnas as nb
from nbnas.records.profile import milliseconds
from nbnas.search.store.rows import from_row, to_row

CELL = nb.CellSpace().sample(0, 1)[0]
PROFILE = nb.StepProfile(
    (("data", 0.0003), ("forward", 0.004), ("backward", 0.007), ("optimiser", 0.001)),
    *(20, 64, "images", 2, 3, 412_300_000, "the whole process"),
)


def test_says_all_in_one_line():
    assert repr(PROFILE) == (
        "StepProfile(12.3 ms: data 0.3 ms, forward 4.0 ms, backward 7.0 ms, optimiser 1.0 ms; "
        "batch of 64 images in 2 pieces, for each of 3 networks; peak 412 MB of the whole "
        "process)"
    )
    assert PROFILE.memory_text == "peak 412 MB of the whole process"
    assert dataclasses.replace(PROFILE, memory=12_340_000_000).memory_text.startswith(
        "peak 12.34 GB"
    )


def test_what_nobody_knows_is_not_said():
    empty = nb.StepProfile()
    assert repr(empty) == "StepProfile(no step timed)"
    assert math.isnan(empty.seconds)
    assert empty.memory_text == ""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0 ms"), (0.00007, "0.07 ms"), (0.02, "20.0 ms"), (2.5, "2.50 s"), (70, "70 s")],
)
def test_short_times(seconds, said):
    assert milliseconds(seconds) == said


def report(profile):
    return nb.EpochReport(1, 2, 0.5, 0.5, 0.5, 0.5, 0.1, 1.0, 1e3, profile=profile)


def test_equality_and_hash_leave_it_out():
    timed, plain = report(PROFILE), report(None)
    assert timed == plain
    assert hash(timed) == hash(plain)
    trials = [nb.Evaluation(CELL, 0.5, reports=(each,)) for each in (timed, plain)]
    assert trials[0] == trials[1]
    assert repr(timed) == repr(plain)
    assert pickle.loads(pickle.dumps(timed)).profile == PROFILE  # as it comes from a worker


def test_stores_keep_what_they_kept_before():
    trial = nb.Evaluation(CELL, 0.5, reports=(report(PROFILE),))
    row = to_row(trial) | {"number": 0}
    names = {
        *("epoch", "epochs", "train_loss", "train_accuracy", "val_loss", "val_accuracy"),
        *("learning_rate", "seconds", "images_per_second", "value"),
    }
    assert set(json.loads(row["reports"])[0]) == names
    read = from_row(row, "study")
    assert read == trial
    assert read.reports[0].profile is None
