"""The policy against torch: softmax, gradient, Adam; and against counted draws."""

import numpy as np
import pytest
import torch

from nbnas.search.strategies.policy import Policy, learn, log_gradient, softmax, uniform

CHOICES = (("no", "yes"), ("a", "b", "c", "d"), ("relu", "tanh", "sigm"))
SIZES = [len(options) for options in CHOICES]


def trained(rng, steps=20):
    policy = uniform(CHOICES)
    for _ in range(steps):
        chosen = [int(rng.integers(k)) for k in SIZES]
        policy = learn(policy, chosen, float(rng.random()), learning_rate=0.3, decay=0.8)
    return policy


def log_probability(logits, chosen):
    """By torch, choice by choice, over the options that there are."""
    parts = [
        torch.distributions.Categorical(logits=row[:k]).log_prob(torch.tensor(a))
        for row, k, a in zip(logits, SIZES, chosen, strict=True)
        if a is not None
    ]
    return torch.stack(parts).sum()


def test_starts_uniform():
    policy = uniform(CHOICES)
    expected = [[0.5, 0.5, 0, 0], [0.25] * 4, [1 / 3, 1 / 3, 1 / 3, 0]]
    assert np.allclose(policy.probabilities, expected)
    assert policy.hesitation == pytest.approx((2 * 4 * 3) ** (1 / 3))
    assert policy.baseline is None


def test_softmax_is_torch_s_and_bears_large_logits(rng):
    logits = rng.normal(size=(5, 4)) * 1000
    expected = torch.softmax(torch.tensor(logits), dim=1).numpy()
    assert np.allclose(softmax(logits), expected, atol=1e-12)


@pytest.mark.parametrize("chosen", [(0, 3, 2), (1, 0, 1), (None, 2, 0), (1, None, None)])
def test_the_gradient_is_that_of_autograd(chosen, rng):
    policy = trained(rng)
    logits = torch.tensor(policy.logits, requires_grad=True)
    log_probability(logits, chosen).backward()
    assert np.allclose(log_gradient(policy.logits, chosen), logits.grad.numpy(), atol=1e-12)
    assert np.ptp(policy.probabilities) > 0.1


def test_the_gradient_of_an_expectation_is_unbiased(rng):
    """The mean over all rows, by their probability, is the gradient of the mean reward."""
    policy = trained(rng)
    reward = rng.random(SIZES)
    logits = torch.tensor(policy.logits, requires_grad=True)
    rows = [torch.softmax(row[:k], dim=0) for row, k in zip(logits, SIZES, strict=True)]
    joint = torch.einsum("i,j,k->ijk", *rows)
    (joint * torch.tensor(reward)).sum().backward()
    chances = joint.detach().numpy()
    estimate = sum(
        chances[a] * (reward[a] - 0.37) * log_gradient(policy.logits, a)
        for a in np.ndindex(*SIZES)
    )
    assert np.allclose(estimate, logits.grad.numpy(), atol=1e-12)


def test_learning_is_torch_s_adam_on_reinforce_s_loss(rng):
    policy = uniform(CHOICES)
    parameters = torch.zeros(3, 4, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([parameters], lr=0.1)
    baseline = None
    for step in range(60):
        chosen = [int(rng.integers(k)) for k in SIZES]
        if step % 7 == 0:
            chosen[1] = None
        reward = float(rng.normal())
        baseline = reward if baseline is None else baseline
        optimizer.zero_grad()
        (-(reward - baseline) * log_probability(parameters, chosen)).backward()
        optimizer.step()
        baseline = 0.9 * baseline + 0.1 * reward
        policy = learn(policy, chosen, reward, learning_rate=0.1, decay=0.9)
    there = np.isfinite(policy.logits)
    assert np.array_equal(there, [[1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 0]])
    assert np.allclose(policy.logits[there], parameters.detach().numpy()[there], atol=1e-7)
    assert policy.baseline == pytest.approx(baseline)
    assert policy.updates == 60


def test_draws_as_often_as_is_likely(rng):
    policy = trained(rng, steps=10)
    drawn = policy.draw(rng, 40_000)
    assert drawn.shape == (40_000, 3)
    for row, probabilities, k in zip(drawn.T, policy.probabilities, SIZES, strict=True):
        counts = np.bincount(row, minlength=4)
        assert counts[k:].sum() == 0
        assert np.allclose(counts / 40_000, probabilities, atol=0.01)
    assert abs(np.corrcoef(drawn.T)[np.triu_indices(3, 1)]).max() < 0.02


def test_what_is_impossible_is_never_drawn(rng):
    sure = np.array([[0.0, -1e4, -np.inf], [-1e4, 0.0, -1e4]])
    policy = Policy(sure, np.zeros((2, 3)), np.zeros((2, 3)))
    assert policy.hesitation == pytest.approx(1)
    assert np.array_equal(np.unique(policy.draw(rng, 1000), axis=0), [[0, 1]])


def test_not_even_by_a_draw_of_zero():
    class Zero:
        def random(self, shape):
            return np.zeros(shape)

    sure = np.array([[-np.inf, -1e4, 0.0]])
    policy = Policy(sure, np.zeros((1, 3)), np.zeros((1, 3)))
    assert np.array_equal(policy.draw(Zero(), 2), [[2], [2]])


def test_learns_what_is_good_and_forgets_what_is_bad():
    policy = uniform(CHOICES)
    policy = learn(policy, (0, 0, 0), 0.5, learning_rate=0.1, decay=0.9)
    assert np.allclose(policy.probabilities, uniform(CHOICES).probabilities)  # nothing to compare
    better = learn(policy, (1, 2, 2), 0.9, learning_rate=0.1, decay=0.9).probabilities
    worse = learn(policy, (1, 2, 2), 0.1, learning_rate=0.1, decay=0.9).probabilities
    at = ([0, 1, 2], [1, 2, 2])
    assert (better[at] > policy.probabilities[at]).all()
    assert (worse[at] < policy.probabilities[at]).all()
