"""Small trainings, and what must be equal after they were ended."""

import dataclasses

import numpy as np
import pytest
from ended import ALWAYS, KINDS, LIGHT, TIMES, Ended, Sparse

from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.data.books import from_text
from nbnas.training.data.images import from_arrays
from nbnas.training.trainer import Trainer


@pytest.fixture(scope="session")
def images():
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    pictures = rng.normal(size=(90, 6, 6)) + labels[:, None, None]
    return from_arrays("toy", pictures, labels, train=50, validation=20)


@pytest.fixture(scope="session")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "book.txt"
    path.write_text("The quick brown fox jumps over 13 lazy dogs, and back again. " * 30)
    return from_text(path)


@pytest.fixture(scope="session")
def make(images, text):
    """A trainer of three epochs and its architecture, by the kind."""

    def made(kind="pictures", **settings):
        given = (
            {"epochs": 3, "device": "cpu", "checkpoint_minutes": ALWAYS} | KINDS[kind] | settings
        )
        if kind == "text":
            small = {"channels": 8, "sequence": 40, "batch_size": 8}
            return Trainer(text, **small | given), lstm()
        return Trainer(images, **{"batch_size": 16} | given), LIGHT

    return made


@pytest.fixture(scope="session")
def same():
    """All of an evaluation but what the clock decides."""

    def facts(evaluation):
        reports = [each.kept for each in evaluation.reports]
        curves = [{n: v for n, v in each.items() if n not in TIMES} for each in reports]
        plain = dataclasses.replace(evaluation, reports=(), seconds=0.0, started=0.0)
        return plain, str(curves)  # in which NaN is NaN

    return facts


@pytest.fixture(scope="session")
def end():
    """Let a training end after so many steps and epochs together, as a kill would."""

    def ended(training, last, every=1):
        keeper = training._keeper
        keeper.__class__ = Sparse
        keeper.every, keeper.last = every, last
        with pytest.raises(Ended):
            training.run()

    return ended
