import time

import numpy as np
import pytest

import nbnas as nb
from nbnas.search.maximizers.cube import Cube
from nbnas.search.maximizers.joint import Alternating, Guided, guided
from nbnas.surrogate.acquisition.improvement import acquisition_scores

SETTINGS = {
    "batch": nb.Integer(16, 512, log=True),
    "optimizer": nb.Categorical("sgd", "adamw", "muon"),
    "rate": nb.Real(1e-3, 1, log=True),
}
CHOICES = nb.ChoiceSpace(depth=(2, 3, 4), width=(16, 32, 64), activation=("relu", "gelu"))
SPACE = nb.JointSpace(CHOICES, **SETTINGS)
SMALL = Alternating(starts=2, pool=100, rounds=1, swept=1)
LOG_EI = nb.LogExpectedImprovement()


def worth(a):
    best = {"sgd": -1.0, "adamw": -2.0, "muon": -1.5}[a.setting("optimizer")]
    graph = 0.1 * (a["width"] == 32) + 0.05 * (a["depth"] == 4)
    return 0.6 + graph - 0.1 * (np.log10(a.setting("rate")) - best) ** 2


def trials(space, n, seed=0):
    seen = space.sample(seed, n)
    return nb.Observations(tuple(nb.Evaluation(a, float(worth(a))) for a in seen))


@pytest.fixture(scope="module")
def seen():
    return trials(SPACE, 20)


@pytest.fixture(scope="module")
def posterior(seen):
    return nb.GaussianProcess().over(SPACE).fit(seen).condition(seen)


@pytest.fixture
def score(posterior):
    rng = np.random.default_rng(0)
    return guided(lambda some: acquisition_scores(LOG_EI, posterior, some, rng), LOG_EI, posterior)


def test_it_finds_more_than_many_draws(score, seen):
    found = Alternating().maximize(score, SPACE, seen, np.random.default_rng(0))
    drawn = score(SPACE.sample(5, 2_000))
    assert found.scores.max() >= drawn.max() - 1e-3
    assert len(set(found.architectures)) == len(found.architectures)
    assert all(a in SPACE for a in found.architectures)


def test_the_scores_are_those_of_the_architectures(score, seen):
    found = SMALL.maximize(score, SPACE, seen, np.random.default_rng(0))
    np.testing.assert_array_equal(found.scores, score(found.architectures))


def test_from_the_best_no_setting_leads_up(score, seen, posterior):
    found = Alternating().maximize(score, SPACE, seen, np.random.default_rng(0))
    best = found.architectures[int(found.scores.argmax())]
    near = SPACE.neighbors(best)
    assert score(near).max() <= found.scores.max() + 1e-3


def test_the_same_seed_finds_the_same(score, seen):
    once, again = (SMALL.maximize(score, SPACE, seen, np.random.default_rng(4)) for _ in range(2))
    assert once.architectures == again.architectures
    np.testing.assert_array_equal(once.scores, again.scores)


def test_without_a_gradient_it_climbs_by_neighbours(seen, posterior):
    rng = np.random.default_rng(0)

    def score(some):
        return acquisition_scores(LOG_EI, posterior, some, rng).numpy()

    found = SMALL.maximize(score, SPACE, seen, np.random.default_rng(0))
    assert found.scores.max() > score(SPACE.sample(1, 100)).max()


def test_what_draws_has_no_gradient(posterior):
    score = guided(lambda some: some, nb.ThompsonSampling(), posterior)
    assert not isinstance(score, Guided)


def test_graphs_that_cannot_be_listed_are_walked_by_neighbours():
    space = nb.JointSpace(nb.DagSpace(7), rate=SETTINGS["rate"])
    seen = space.sample(0, 8)
    observed = nb.Observations(tuple(nb.Evaluation(a, 0.1 * i) for i, a in enumerate(seen)))
    strategy = nb.BayesianOptimization(maximizer=Alternating(starts=2, pool=60), initial=4)
    proposal = strategy.propose(space, observed, (), 1, np.random.default_rng(0))
    assert proposal.architectures[0] in space


def test_a_space_without_settings_is_refused(score, seen):
    with pytest.raises(nb.NbnasError, match="expected space to be a JointSpace"):
        Alternating().maximize(score, CHOICES, seen, np.random.default_rng(0))


@pytest.mark.parametrize("wrong", [{"starts": 0}, {"pool": 0.5}, {"rounds": -1}, {"swept": "2"}])
def test_wrong_numbers_are_refused(wrong):
    with pytest.raises(nb.NbnasError, match=f"expected {next(iter(wrong))}"):
        Alternating(**wrong)


def test_a_search_takes_it_by_itself():
    search = nb.Search(SPACE, lambda a, seed: worth(a), nb.BayesianOptimization(initial=5), seed=1)
    search.run(7)
    assert "Settings(batch" in repr(search.posterior.prior)
    assert repr(search.posterior.prior) != repr(nb.GaussianProcess())


def test_a_search_that_is_resumed_goes_on_alike(tmp_path):
    def search():
        strategy = nb.BayesianOptimization(initial=4, maximizer=SMALL)
        store = tmp_path / "s.db"
        return nb.Search(SPACE, lambda a, seed: worth(a), strategy, seed=2, store=store)

    strategy = nb.BayesianOptimization(initial=4, maximizer=SMALL)
    whole = nb.Search(SPACE, lambda a, seed: worth(a), strategy, seed=2).run(7)
    search().run(5)
    assert search().run(7).observations.architectures == whole.observations.architectures


def test_pending_trials_are_kept_away_from():
    seen = trials(SPACE, 12)
    strategy = nb.BayesianOptimization(maximizer=SMALL)
    proposal = strategy.propose(SPACE, seen, (), 3, np.random.default_rng(0))
    assert len(set(proposal.architectures)) == 3


@pytest.mark.slow
def test_a_suggestion_among_cells_is_quick():
    space = nb.JointSpace(nb.CellSpace(), **SETTINGS)
    seen = space.sample(0, 60)
    values = [0.5 + 0.05 * np.log10(a.setting("rate")) for a in seen]
    observed = nb.Observations(tuple(map(nb.Evaluation, seen, values)))
    strategy = nb.BayesianOptimization()
    strategy.propose(space, observed, (), 1, np.random.default_rng(0))
    start = time.process_time()
    strategy.propose(space, observed, (), 1, np.random.default_rng(1))
    assert time.process_time() - start < 2  # half a second on a slow core


class TestCube:
    cube = Cube(SPACE)

    def test_values_come_back(self):
        for a in SPACE.sample(3, 20):
            place = np.array(SPACE.encode_settings(a))
            assert self.cube.values(place) == dict(a.settings)

    def test_what_is_drawn_is_inside(self):
        places = self.cube.random(50, np.random.default_rng(0))
        assert places.shape == (50, 5)
        assert ((places >= 0) & (places <= 1)).all()
        np.testing.assert_array_equal(places[:, 1:4].sum(axis=1), 1)

    def test_near_ones_are_near(self):
        rng = np.random.default_rng(0)
        places = self.cube.random(200, rng)
        near = self.cube.near(places, 0.01, rng)
        assert np.abs(near - places)[:, [0, 4]].max() < 0.05
        same = (near[:, 1:4] == places[:, 1:4]).all(axis=1).mean()
        assert 0.75 < same < 0.97

    def test_rounding_moves_whole_numbers_only(self):
        places = self.cube.random(20, np.random.default_rng(0))
        rounded = self.cube.rounded(places)
        np.testing.assert_array_equal(rounded[:, 1:], places[:, 1:])
        batch = SETTINGS["batch"]
        assert all(batch.to_unit(batch.from_unit(u)) == u for u in rounded[:, 0].tolist())
