"""The posterior that believes what is pending, against one that is refitted by hand."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

from nbnas.errors import ArchitectureError, NotPositiveDefiniteError, SettingError
from nbnas.graphs.distances.path import PathDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Measure, Observations
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.process.solved import MET
from nbnas.surrogate.table import ArchitectureTable

CELLS = CellSpace().sample(0, 1_100)
SEEN, PENDING = CELLS[:40], CELLS[40:47]
FAILED = Evaluation(SEEN[5], None, "failed", error="for a test")


@pytest.fixture(scope="module")
def observations(table):
    trials = [table(a) for a in SEEN]
    trials[5] = FAILED
    return Observations(tuple(trials))


@pytest.fixture(scope="module")
def prior(observations):
    return GaussianProcess().fit(observations.first(32))


def by_hand(prior, observations, pending):
    """Mean, standard deviation and believed values by inverting the whole matrix each time."""
    values, seen = [e.value for e in observations], list(observations.architectures)
    sign = 1 if observations.measure.maximize else -1

    def condition(at):
        known = [v for v in values if v is not None]
        worst = (min if sign > 0 else max)(known)
        filled = np.array([worst if v is None else v for v in values])
        warp, z = prior.warp.fit(sign * filled, *observations.measure.reflected), None
        z = warp.forward(sign * filled)
        matrix = prior.covariance(seen, seen) + prior.noise * np.eye(len(seen))
        cross = prior.covariance(seen, at)
        inverse = np.linalg.inv(matrix)
        mean = prior.mean + cross.T @ inverse @ (z - prior.mean)
        variance = prior.variance(at) - np.einsum("nm,nk,km->m", cross, inverse, cross)
        return mean, np.sqrt(np.maximum(variance, 0)), warp

    for architecture in pending:
        mean, stddev, warp = condition((architecture,))
        quantiles = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
        values.append(sign * float(warp.inverse(mean + stddev * quantiles).mean()))
        seen.append(architecture)
    mean, stddev, _ = condition(CELLS)
    return mean, stddev, values[len(observations) :]


@pytest.mark.parametrize("size", [None, 32, 0])
def test_it_equals_refitting_by_hand(prior, observations, size):
    posterior = prior.believe(observations, PENDING, size)
    assert posterior.observations.architectures == (*SEEN, *PENDING)
    believed = [e.value for e in posterior.observations.evaluations[40:]]
    exact = one_after_the_other(prior, observations)
    assert believed == pytest.approx([e.value for e in exact.observations.evaluations[40:]])
    for many in (CELLS, CELLS[:30], list(CELLS)):
        mean, stddev = posterior.latent(many)
        expected = exact.latent(many)
        assert (mean - expected[0]).abs().max() < 1e-6
        assert (stddev - expected[1]).abs().max() < 1e-6


def one_after_the_other(prior, observations):
    """The same by conditioning anew after each belief, as any other model does."""
    for architecture in PENDING:
        value = prior.condition(observations).predict((architecture,))[0]
        observations = observations + Evaluation(architecture, float(value[0]))
    return prior.condition(observations)


def test_it_equals_inverting_the_whole_matrix(prior, observations):
    mean, stddev, values = by_hand(prior, observations, PENDING)
    posterior = prior.believe(observations, PENDING, 32)
    believed = [e.value for e in posterior.observations.evaluations[40:]]
    assert believed == pytest.approx(values, abs=2e-3), "by quadrature, here by quantiles"
    found = posterior.latent(CELLS)
    assert np.abs(found[1].numpy() - stddev).max() < 1e-6
    assert np.abs(found[0].numpy() - mean).max() < 0.05, "what is believed ranks the values"


def test_where_lower_is_better(prior, observations):
    loss = Measure("loss", maximize=False, lower=0.0, upper=np.inf)
    trials = [Evaluation(e.architecture, None if e.value is None else 1 - e.value, e.status)
              for e in observations]  # fmt: skip
    lower = Observations(tuple(trials), loss)
    exact = one_after_the_other(prior, lower)
    mean, stddev = prior.believe(lower, PENDING, 32).latent(CELLS)
    assert (mean - exact.latent(CELLS)[0]).abs().max() < 1e-6
    assert (stddev - exact.latent(CELLS)[1]).abs().max() < 1e-6


def test_what_was_asked_before_changes_no_digit(observations):
    def fresh():
        return GaussianProcess().fit(observations.first(32))

    expected = fresh().believe(observations, PENDING, 32).latent(CELLS)
    prior = fresh()
    for known, pending in ((32, PENDING[3:]), (36, SEEN[36:]), (40, PENDING[::-1])):
        prior.believe(observations.first(known), pending, 32).latent(CELLS)
    found = prior.believe(observations, PENDING, 32).latent(CELLS)
    assert all(map(torch.equal, found, expected))


def test_some_of_a_long_tuple_are_looked_up(prior, observations):
    posterior = prior.believe(observations, PENDING, 32)
    mean, stddev = posterior.latent(CELLS)
    some = posterior.latent([CELLS[at] for at in (700, 3, 3)])
    assert torch.equal(some[0], mean[[700, 3, 3]])
    assert torch.equal(some[1], stddev[[700, 3, 3]])
    others = CellSpace().sample(1, 3)
    expected = one_after_the_other(prior, observations).latent(others)
    assert (posterior.latent(others)[0] - expected[0]).abs().max() < 1e-6


def test_what_is_met_too_often_is_forgotten(prior, observations):
    expected = prior.believe(observations, PENDING, 32).latent(CELLS)
    for first in range(50, 50 + 3 * MET, 60):
        prior.believe(observations, CELLS[first : first + 60], 32)
    base = prior.believe(observations, PENDING, 32).base
    assert len(base.meet(prior, PENDING, None)[1]) == len(PENDING)
    assert all(map(torch.equal, prior.believe(observations, PENDING, 32).latent(CELLS), expected))


def test_nothing_pending_is_the_posterior_itself(prior, observations):
    expected = prior.condition(observations).latent(CELLS)
    assert all(map(torch.equal, prior.believe(observations, ()).latent(CELLS), expected))
    for size in (39, 32):
        found = prior.believe(observations, (), size, CELLS).latent(CELLS)
        assert (found[0] - expected[0]).abs().max() < 1e-9
        assert (found[1] - expected[1]).abs().max() < 1e-9


def test_what_is_kept_is_little(prior, observations):
    for known in range(20, 40):
        prior.believe(observations.first(known), PENDING).latent(CELLS)
    assert len(prior.table.solved) <= 4
    assert len(ArchitectureTable().solved) == 0


@pytest.mark.parametrize(
    ("pending", "size", "error"),
    [(("a cell",), None, ArchitectureError), (PENDING, 41, SettingError)],
)
def test_what_cannot_be_is_refused(prior, observations, pending, size, error):
    with pytest.raises(error):
        prior.believe(observations, pending, size)


def test_a_kernel_that_is_none_says_so(observations):
    class Odd(PathDistance):
        @property
        def max_lengthscale(self):
            return np.inf

        def matrix(self, a, b):
            return np.array(
                [[0.0 if x == y else 0.5 + (hash((x, y)) % 7 < 3) for y in b] for x in a]
            )

    prior = GaussianProcess(DistanceKernel(Odd(), lengthscale=1e-3 + 50.0), noise=1e-6)
    with pytest.raises(NotPositiveDefiniteError):
        prior.believe(observations, PENDING, 20)
