"""What does not go together stops in the first cell, and the message says what does."""

import pytest

from nbnas.errors import SettingError
from nbnas.notebook.search import read_parameters

PHOTOS, TEXT, OWN = {"data": "photos"}, {"data": "book.txt"}, {"objective": "my_own.py:train"}
WRONG = {
    "recurrent with pictures": (PHOTOS | {"space": "recurrent"}, "space: expected cells, dag, ch"),
    "cells with text": (
        TEXT | {"space": "cells"},
        "space: expected recurrent, .* cells reads",
    ),
    "other space of the known": ({"space": "dag"}, "space: expected cells for nas-bench-digits"),
    "own space of the known": ({"space": "my_own.py:cnn"}, "space: expected cells for nas-bench"),
    "kernel of another space": (
        PHOTOS | {"space": "cnn", "kernel": "wl+edit"},
        r"kernel: expected wl\+hamming, wl\+otmann, wl, hamming, otmann for the space cnn; got",
    ),
    "kernel of layers for cells": ({"kernel": "otmann"}, "kernel: expected .* the space cells"),
    "kernel of an own space": (
        PHOTOS | {"space": "my_own.py:cells", "kernel": "wl"},
        "kernel: expected none with a space of your own",
    ),
    "kernel of random search": ({"strategy": "random", "kernel": "wl"}, "kernel: .* only bayes"),
    "acquisition of tpe": ({"strategy": "tpe", "acquisition": "ei"}, "acquisition: .* only bayes"),
    "measure of text": (PHOTOS | {"measure": "perplexity"}, "measure: expected accuracy, balan"),
    "measure of pictures": (TEXT | {"measure": "accuracy"}, "measure: expected bits-a-character"),
    "measure of the known": ({"measure": "log-loss"}, "measure: expected accuracy for nas-bench"),
    "size of a text": (TEXT | {"size": 32}, "size: expected 0, .* book.txt has its own"),
    "size of arrays": ({"data": "arrays.npz", "size": 32}, "size: expected 0"),
    "size of the known": ({"size": 32}, "size: expected 0"),
    "network of the known": ({"network": "my_own.py:build"}, "network: expected none for nas-b"),
    "skeleton of the known": ({"skeleton": "nas-bench-201"}, "skeleton: expected none for nas-b"),
    "optimizer of the known": ({"optimizer": "sgd"}, "optimizer: expected none for nas-bench-d"),
    "skeleton of layers": (
        PHOTOS | {"space": "cnn", "skeleton": "nas-bench-201"},
        "skeleton: expected none for the space cnn; only cells and dag",
    ),
    "skeleton of other cells": (
        PHOTOS | {"space": "darts", "skeleton": "nas-bench-201"},
        "skeleton: expected darts for the space darts; got nas-bench-201",
    ),
    "skeleton of genotypes": (
        PHOTOS | {"space": "dag", "skeleton": "darts"},
        "skeleton: expected nas-bench-201 or nas-bench-101 for the space dag; got darts",
    ),
    "skeleton of text": (
        TEXT | {"skeleton": "nas-bench-101"},
        "skeleton: expected none for the space recurrent",
    ),
    "skeleton and network": (
        PHOTOS | {"network": "my_own.py:build", "skeleton": "nas-bench-101"},
        "skeleton: expected none with a network of your own",
    ),
    "choices without a network": (
        PHOTOS | {"space": "my_own.py:space", "trials": 5},
        r"network: expected a file.py:name that builds .* as build\(architecture, data\), or an o",
    ),
    "own space that reads text": (PHOTOS | {"space": "my_own.py:rnn"}, "read text, but photos is"),
    "own space that reads pictures": (TEXT | {"space": "my_own.py:cells"}, "read pictures, but b"),
    "more trials than there are": (
        PHOTOS | {"space": "my_own.py:space", "network": "my_own.py:build"},
        "trials: expected fewer than the 18 architectures of my_own.py:space; got 30",
    ),
    "tpe without choices": (
        PHOTOS | {"space": "cnn", "strategy": "tpe"},
        "strategy: .* tpe",
    ),
    "reinforce on text": (TEXT | {"strategy": "reinforce"}, "expected one of bayes, random, evo"),
    "tpe in an own space without choices": (
        PHOTOS | {"space": "my_own.py:cnn", "strategy": "tpe"},
        "strategy: .* tpe needs a space of choices: cells, dag, chain, darts or a ChoiceSpace",
    ),
    "data of an own objective": (OWN | PHOTOS, "objective: .* has its own data; leave it out"),
    "settings of an own objective": (
        OWN | {"epochs": 3, "measure": "accuracy", "network": "my_own.py:build"},
        "has its own network, measure, epochs; leave them out",
    ),
    "export of an own objective": (OWN | {"export": "out"}, "export: expected a Trainer as obje"),
    "export into what is there": (PHOTOS | {"export": "photos"}, "export: expected a new or empt"),
    "no own space": (
        {"data": "photos", "space": "my_own.py:train"},
        "space: .*train",
    ),
    "no own objective": ({"objective": "my_own.py:space"}, "objective: my_own.py:sp"),
    "no own network": (
        PHOTOS | {"network": "my_own.py:space"},
        "network: .*to be a",
    ),
    "a file that is missing": (
        {"objective": "absent.py:train"},
        "objective: .* no file",
    ),
    "half a file": ({"objective": "my_own.py"}, "objective: expected a Python file and a name"),
    "a space without a word": ({"space": "nasbench"}, "space: expected one of cells, dag, chain"),
    "minutes in words": ({"budget": "ten"}, "budget: expected a number of minutes, or 0"),
    "minutes below zero": ({"budget": -1}, "budget: expected a number of minutes"),
    "a tiny size": (
        PHOTOS | {"size": 2},
        "size: expected a whole number of at least 4; .*0",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_go_together_says_what_does(case, defaults, in_own):
    given, said = WRONG[case]
    with pytest.raises(SettingError, match=said):
        read_parameters(defaults | {"device": "cpu"} | given)


def test_all_that_does_not_go_together_is_said_at_once(defaults, in_own):
    given = PHOTOS | {"space": "recurrent", "measure": "perplexity", "strategy": "tpe"}
    with pytest.raises(SettingError) as caught:
        read_parameters(defaults | given)
    assert [name in str(caught.value) for name in ("space: ", "measure: ", "strategy: ")] == [
        1
    ] * 3


GOOD = {
    "as it is": {},
    "genotypes": PHOTOS | {"space": "darts", "strategy": "tpe", "skeleton": "darts"},
    "every space": PHOTOS | {"space": "dag", "kernel": "edit", "measure": "balanced-accuracy"},
    "layers": PHOTOS | {"space": "chain", "kernel": "wl+otmann", "size": 16, "export": "out"},
    "tpe in cells": PHOTOS | {"strategy": "tpe"},
    "text": TEXT | {"measure": "perplexity", "kernel": "hamming", "export": "out"},
    "own space and network": PHOTOS
    | {"space": "my_own.py:space", "network": "my_own.py:build", "trials": 9, "strategy": "tpe"},
    "own cells": PHOTOS | {"space": "my_own.py:cells"},
    "own objective": OWN | {"space": "my_own.py:space", "trials": 9},
    "own objective with layers": OWN | {"space": "cnn", "kernel": "otmann"},
    "own trainer, exported": {"objective": "my_own.py:trainer", "export": "out"},
}


@pytest.mark.parametrize("case", GOOD)
def test_what_goes_together_is_taken(case, defaults, in_own):
    chosen = read_parameters(defaults | {"device": "cpu"} | GOOD[case])
    assert chosen.make_strategy()
    assert chosen.study_name != read_parameters(defaults | {"device": "cpu", "seed": 1}).study_name
