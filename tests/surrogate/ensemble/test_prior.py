import dataclasses
from collections import Counter

import numpy as np
import pytest
import torch
from scipy.stats import kendalltau

from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.features import operation_graph
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.records import Evaluation, Observations
from nbnas.search.maximizers.pool import RandomPool
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.surrogate.ensemble.encoding import PathEncoding
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.negative_log_error import NegativeLogError

CELLS = CellSpace().sample(0, 160)
SEEN, NEW = CELLS[:60], CELLS[60:]
SMALL = {"epochs": 30, "width": 16}  # where it does not matter what is learned


@pytest.fixture(scope="module")
def observations(table):
    return Observations(tuple(table(a) for a in SEEN))


@pytest.mark.parametrize("encoding", [None, PathEncoding()], ids=repr)
def test_learns_what_makes_an_architecture_good(observations, table, encoding):
    model = Ensemble() if encoding is None else Ensemble(encoding=encoding)
    posterior = model.condition(observations)
    mean, stddev = posterior.predict(NEW)
    truth = [table(a).value for a in NEW]
    assert kendalltau(mean, truth)[0] > (0.55 if encoding is None else 0.4)
    assert (stddev > 0).all()
    seen, _ = posterior.latent(SEEN)
    assert np.abs(seen.numpy() - posterior.z).mean() < 0.2


def test_only_observations_and_settings_decide(observations):
    first = Ensemble(**SMALL).condition(observations)
    other = Ensemble(**SMALL)
    other.condition(Observations(observations.evaluations[:5])).latent(NEW)  # another history
    again = other.condition(observations)
    assert again is not first
    for a, b in zip(first.latent(NEW), again.latent(NEW), strict=True):
        assert a.dtype == torch.float64
        assert torch.equal(a, b)
    reseeded = Ensemble(seed=1, **SMALL).condition(observations)
    assert not torch.equal(first.latent(NEW)[0], reseeded.latent(NEW)[0])


def test_global_randomness_is_neither_used_nor_changed(observations):
    torch.manual_seed(7)
    state = torch.random.get_rng_state()
    first = Ensemble(**SMALL).condition(observations)
    first.leave_one_out()
    first.sample(NEW, 0, 2)
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.manual_seed(8)
    again = Ensemble(**SMALL).condition(observations)
    assert torch.equal(again.latent(NEW)[0], first.latent(NEW)[0])


def test_a_posterior_is_trained_once(observations):
    model = Ensemble(**SMALL)
    assert model.fit(observations) is model
    again = Observations(observations.evaluations)
    assert model.condition(observations) is model.condition(again)
    assert dataclasses.replace(model).condition(again) is model.condition(again)
    assert Ensemble(**SMALL, seed=1).condition(again) is not model.condition(again)
    assert dataclasses.replace(model, seed=1).condition(again) is not model.condition(again)
    assert Ensemble(**SMALL) == model != Ensemble(**SMALL, encoding=PathEncoding())


@pytest.mark.parametrize("subsample", [True, False])
def test_each_evaluation_is_left_out_by_one_member_or_none(subsample):
    model = Ensemble(members=4, subsample=subsample, **SMALL)
    x = torch.rand(10, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    z = x.sum(dim=1)
    before = model.train(x, z)(x)
    for i in range(10):
        changed = z.clone()
        changed[i] += 1
        same = (model.train(x, changed)(x) == before).all(dim=1)
        assert same.sum() == (1 if subsample else 0)


def test_failed_trials_are_modelled_as_poor(observations):
    before = Ensemble().condition(observations)
    best = NEW[int(np.argmax(before.predict(NEW)[0]))]
    failed = observations + Evaluation(best, None, "failed", error="boom")
    after = Ensemble().condition(failed)
    assert after.predict((best,))[0] < before.predict((best,))[0] - 0.05
    only = Observations((Evaluation(best, None, "failed"), Evaluation(SEEN[0], None, "failed")))
    assert np.isfinite(Ensemble(**SMALL).condition(only).predict(NEW)[0]).all()


def test_few_observations(observations):
    with pytest.raises(ObservationError, match="at least 2 trials to fit to, got 1"):
        Ensemble().fit(Observations(observations.evaluations[:1]))
    with pytest.raises(ObservationError, match="at least one observation"):
        Ensemble().condition(Observations())
    with pytest.raises(ObservationError, match="at least 2 trials to leave one out"):
        Ensemble().condition(Observations(observations.evaluations[:1])).leave_one_out()
    for n in (1, 2, 3):
        posterior = Ensemble(**SMALL).condition(Observations(observations.evaluations[:n]))
        mean, stddev = posterior.latent(NEW)
        assert torch.isfinite(mean).all()
        assert (stddev > 0).all()
        if n > 1:
            assert np.isfinite(posterior.leave_one_out().mean).all()


@pytest.mark.parametrize("space", [ChainSpace(), RecurrentSpace()], ids=lambda s: type(s).__name__)
def test_other_spaces_are_modelled_too(space):
    """How often the commonest operation occurs is learned where every path is unique, too."""
    architectures = space.sample(0, 90)
    words = Counter(word for a in architectures for word in operation_graph(a).labels[1:-1])
    word = words.most_common(1)[0][0]
    values = [operation_graph(a).labels.count(word) / 100 for a in architectures]
    observations = Observations(tuple(map(Evaluation, architectures[:60], values[:60])))
    mean, _ = Ensemble(inputs=300).condition(observations).predict(architectures[60:])
    assert kendalltau(mean, values[60:])[0] > 0.5


def test_takes_another_warp_and_the_shape_of_bananas(observations):
    shape = {"layers": 10, "width": 20, "subsample": False, "encoding": PathEncoding(2)}
    posterior = Ensemble(warp=NegativeLogError(), **shape).condition(observations)
    assert kendalltau(posterior.latent(SEEN)[0], posterior.z)[0] > 0.5
    assert all(len(word) <= 2 for word in posterior.words)
    assert len(Ensemble(inputs=7).condition(observations).words) == 7


def test_architectures_without_any_word_are_modelled():
    none = CellSpace().parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")
    observations = Observations((Evaluation(none, 0.1), Evaluation(none, 0.1)))
    assert np.isfinite(Ensemble(**SMALL).condition(observations).predict(NEW)[0]).all()


def test_searches_a_space_that_cannot_be_listed():
    space = RecurrentSpace()
    strategy = BayesianOptimization(Ensemble(**SMALL), initial=4, maximizer=RandomPool(60))
    search = Search(space, lambda a, seed: Evaluation(a, 1 / len(a.nodes)), strategy).run(6)
    assert len(search.proposal.candidates) > 1
    assert search.posterior is strategy.posterior(search.observations)


def test_searches_and_resumes(table, tmp_path):
    def search():
        strategy = BayesianOptimization(Ensemble(**SMALL), initial=4)
        return Search(CellSpace(), table, strategy, seed=3, store=tmp_path / "runs.db")

    first = search().run(7)
    assert len(first.proposal.candidates) > 1
    assert first.posterior.predict(NEW)[0].shape == (100,)
    resumed = search()
    assert len(resumed.observations) == 7
    asked = first.ask().architectures
    assert resumed.ask().architectures == asked


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("members", 1),
        ("inputs", 0),
        ("width", 0),
        ("layers", 0),
        ("epochs", 1.5),
        ("seed", -1),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("weight_decay", -0.1),
        ("weight_decay", 100.0),
    ],
)
def test_refuses_settings_out_of_range(setting, value):
    with pytest.raises(SettingError, match=f"expected.* {setting}.*{value}"):
        Ensemble(**{setting: value})


def test_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Ensemble().members = 3
