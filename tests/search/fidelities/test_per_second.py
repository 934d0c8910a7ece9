"""Improvement per second in a search that looks before it trains."""

from dataclasses import dataclass

import numpy as np

import nbnas as nb
from nbnas.search.fingerprint import fingerprint
from nbnas.surrogate.acquisition.improvement import acquisition_scores
from nbnas.surrogate.acquisition.per_second import seconds_model

SPACE = nb.CellSpace(("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3"))
SOME = nb.Subspace(SPACE, SPACE.sample(0, 40))
RNG = np.random.default_rng(0)
FIDELITIES = nb.Fidelities((10, 20))


def seconds_of(cell, epochs=None):
    return (epochs or 20) / 20 * 10 * 1.5 ** str(cell).count("3x3")


@dataclass(frozen=True)
class Counts:
    """Convolutions in a cell, which takes longer for the larger ones."""

    fidelities: nb.Fidelities = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        value = 0.2 + 0.09 * str(architecture).count("conv")
        seconds = seconds_of(architecture, epochs)
        return nb.Evaluation(architecture, value, seconds=seconds, seed=seed, epochs=epochs)

    def fingerprint(self):
        return {"objective": "counts"}


def test_looks_tell_what_full_trainings_take():
    acquisition = nb.ImprovementPerSecond()
    strategy = nb.BayesianOptimization(acquisition=acquisition, initial=4, fidelities=FIDELITIES)
    found = nb.Search(SOME, Counts(), strategy).run(cost=5.5)
    model, seen = seconds_model(found.posterior), found.observations
    assert (len(model.known), model.line.size) == (len(seen), len(seen.full))
    assert len(seen.full) < len(seen)
    others = SPACE.sample(9, 30)
    mean, _ = model.predict(others)
    truth = np.log([seconds_of(a) for a in others])
    assert np.sqrt(np.mean((np.log(mean) - truth) ** 2)) < truth.std() / 2
    plain = acquisition_scores(nb.LogExpectedImprovement(), found.posterior, others, RNG)
    scores = acquisition_scores(acquisition, found.posterior, others, RNG)
    np.testing.assert_allclose(plain - scores, np.log(mean), rtol=1e-6)


def test_a_study_remembers_how_much_seconds_count():
    def told(acquisition):
        strategy = nb.BayesianOptimization(acquisition=acquisition)
        return fingerprint(SPACE, Counts(), strategy, 0)

    per_second = nb.ImprovementPerSecond
    all_ = [told(nb.LogExpectedImprovement()), told(per_second(nb.NoisyExpectedImprovement()))]
    all_ += [told(per_second()), told(per_second(power=0.5)), told(per_second(budget=60))]
    assert all(a != b for i, a in enumerate(all_) for b in all_[:i])
    assert told(per_second()) == all_[2]
    assert not any("kept" in name for name in all_[2])
