"""Whatever an objective leaves behind, what nbnas computes is the same, and the mess stays."""

import locale
import os
import random
import warnings
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation
from nbnas.search.maximizers.pool import RandomPool
from nbnas.search.replay import replay
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.process.why import why
from nbnas.training.data.images import digits
from nbnas.training.proxies.zero_cost import ZeroCost
from nbnas.training.trainer import Trainer
from nbnas.widgets.live import LiveView
from nbnas.widgets.view import view

SPACE = CellSpace()
CELL = SPACE.sample(3, 1)[0]
TRIALS = 6


def changed(get, set_, value):
    """A way to leave something behind, with what tells how it stands; undone after the test."""

    @contextmanager
    def leave():
        before = get()
        set_(value)
        left = get()
        assert left != before
        try:
            yield lambda: get() == left
        finally:
            set_(before)

    return leave


def numpy_errors():
    return changed(np.geterr, lambda to: np.seterr(**to), dict.fromkeys(np.geterr(), "raise"))


def filters():
    def set_(to):
        warnings.filters[:] = to
        warnings._filters_mutated()

    return changed(lambda: list(warnings.filters), set_, [("error", None, Warning, None, 0)])


def print_options():
    options = {"precision": 2, "threshold": 3, "suppress": True}

    def get():
        return {name: np.get_printoptions()[name] for name in options}

    return changed(get, lambda to: np.set_printoptions(**to), options)


@contextmanager
def inference():
    with torch.inference_mode():
        yield torch.is_inference_mode_enabled


@contextmanager
def autocast():
    with torch.autocast("cpu", dtype=torch.bfloat16):
        yield lambda: torch.is_autocast_enabled("cpu")


@contextmanager
def seeds():
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    torch.manual_seed(5)
    left = torch.get_rng_state()
    try:
        yield lambda: torch.equal(torch.get_rng_state(), left)
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        torch.set_rng_state(states[2])


def numbers_locale():
    return changed(
        lambda: locale.setlocale(locale.LC_ALL),
        lambda to: locale.setlocale(locale.LC_ALL, to),
        "C.UTF-8" if locale.setlocale(locale.LC_ALL) == "C" else "C",
    )


def device(name):
    return changed(torch.get_default_device, torch.set_default_device, torch.device(name))


def dtype(value):
    return changed(torch.get_default_dtype, torch.set_default_dtype, value)


LEFT = {
    "numpy errors": numpy_errors(),
    "warnings as errors": filters(),
    "no gradients": changed(torch.is_grad_enabled, torch.set_grad_enabled, False),
    "inference mode": inference,
    "autocast": autocast,
    "float16": dtype(torch.float16),
    "float64": dtype(torch.float64),
    "another device": device("meta"),
    "seeds": seeds,
    "folder": changed(os.getcwd, os.chdir, "/"),
    "print options": print_options(),
    "locale": numbers_locale(),
    "threads": changed(
        torch.get_num_threads, torch.set_num_threads, 3 - min(torch.get_num_threads(), 2)
    ),
    "deterministic": changed(
        torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms, True
    ),
}
left_behind = pytest.mark.parametrize("leave", LEFT.values(), ids=LEFT)


def weighty(architecture, seed=0):
    good = str(architecture).count("conv_3x3") + str(architecture).count("linear")
    return Evaluation(architecture, 1 - 1 / (1 + good), seed=seed)


POOL = RandomPool(40)


def gaussian():
    return BayesianOptimization(initial=4, maximizer=POOL)


def ensemble():
    model = Ensemble(members=2, epochs=20, width=8)
    return BayesianOptimization(model, initial=4, maximizer=POOL)


CASES = {"gaussian": gaussian, "ensemble": ensemble}


def told(search):
    """All that a search says of its trials and of the round to come, in numbers."""
    coming = replay(search, len(search.observations)).proposal
    posterior = search.posterior
    mean, stddev = posterior.predict(search.space.sample(0, 5))
    reasons = why(posterior, coming.candidates[0], HammingDistance()).neighbors
    return (
        search.observations.architectures,
        [(c.architecture, c.mean, c.stddev, c.score) for c in coming.candidates],
        [*mean, *stddev, *posterior.leave_one_out().mean],
        posterior.sample(search.space.sample(0, 3), 0, 2).tolist(),
        [n.contribution for n in reasons if n.contribution == n.contribution],
    )


@pytest.fixture(scope="module", params=CASES)
def clean(request):
    strategy = CASES[request.param]
    return strategy, told(Search(SPACE, weighty, strategy(), seed=1).run(TRIALS))


one_model = pytest.mark.parametrize("clean", ["gaussian"], indirect=True)


@left_behind
def test_a_search_is_the_same(clean, leave):
    strategy, expected = clean
    with leave() as stays:
        search = Search(SPACE, weighty, strategy(), seed=1).run(TRIALS)
        found = told(search)
        assert stays()
    assert found == expected


@left_behind
@one_model
def test_a_search_in_the_background_is_the_same(clean, leave):
    """The objective leaves it behind, in the thread of the search."""
    strategy, expected = clean
    opened, stayed = [], []

    def messy(architecture, seed=0):
        if not opened:
            opened.append(leave())
            opened.append(opened[0].__enter__())
        stayed.append(opened[1]())
        result = weighty(architecture, seed)
        if len(stayed) == TRIALS:
            opened[0].__exit__(None, None, None)
        return result

    search = Search(SPACE, messy, strategy(), seed=1)
    search.start(TRIALS).wait(120)
    assert stayed == [True] * TRIALS
    assert told(search) == expected


def trained():
    """What a training tells in numbers, and what scores an untrained network has."""
    made = Trainer(digits(), epochs=1, channels=2)(CELL, seed=4)
    reports = [(r.train_loss, r.val_loss, r.val_accuracy) for r in made.reports]
    return reports, made.parameters, made.multiply_adds, ZeroCost(digits())(CELL)


@pytest.fixture(scope="module")
def plain():
    """The same where nothing is left behind."""
    return trained()


@left_behind
def test_trainings_and_scores_of_untrained_networks_are_the_same(plain, leave):
    with leave() as stays:
        found = trained()
        assert stays()
    assert found == plain
    assert min(found[1:3]) > 0


@pytest.mark.slow
@left_behind
@one_model
def test_views_are_drawn(clean, leave):
    strategy, _ = clean
    search = Search(SPACE, weighty, strategy(), seed=1).run(5)
    with leave() as stays:
        for thing in (search, search.posterior, search.proposal, replay(search, 5)):
            widget = LiveView(lambda thing=thing: view(thing)).widget
            assert "nbnas-error" not in widget.value
            assert "<svg" in widget.value
        assert stays()


def test_a_relative_store_stays_where_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search = Search(SPACE, weighty, gaussian(), store="runs/x.db")
    os.chdir("/")
    search.run(2)
    assert (tmp_path / "runs" / "x.db").exists()
    os.chdir(tmp_path)
    assert len(Search(SPACE, weighty, gaussian(), store="runs/x.db").observations) == 2
