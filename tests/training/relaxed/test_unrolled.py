"""The second-order step, against autograd and against finite differences."""

import torch
from torch.nn.functional import cross_entropy

from nbnas.training.relaxed.unrolled import Step, gradient, hessian_vector, unrolled_gradient

RNG = torch.Generator().manual_seed(0)


def drawn(*shape):
    return torch.randn(*shape, generator=RNG, dtype=torch.float64)


X, Y = drawn(12, 5), torch.arange(12) % 3
HELD, LABELS = drawn(12, 5), torch.arange(12) % 3
WEIGHTS = [0.5 * drawn(5, 6), 0.5 * drawn(6, 3)]
ALPHAS = [drawn(2, 3), drawn(1, 3)]
DRIFT = [0.1 * drawn(5, 6), 0.1 * drawn(6, 3)]


def loss_on(x, y):
    """Of a net of two layers with a mixture of three functions behind the first."""

    def loss(weights, alphas):
        hidden = x @ weights[0]
        for alpha in (*alphas[0], *alphas[1]):
            of = torch.softmax(alpha, -1)
            hidden = of[0] * hidden + of[1] * hidden.tanh() + of[2] * hidden.sin()
        return cross_entropy(hidden @ weights[1], y)

    return loss


TRAIN, VAL = loss_on(X, Y), loss_on(HELD, LABELS)


def test_the_product_is_that_of_autograd():
    vector = [drawn(5, 6), drawn(6, 3)]
    weights = [w.clone().requires_grad_() for w in WEIGHTS]
    alphas = [a.clone().requires_grad_() for a in ALPHAS]
    slopes = torch.autograd.grad(TRAIN(weights, alphas), weights, create_graph=True)
    along = sum((s * v).sum() for s, v in zip(slopes, vector, strict=True))
    exact = torch.autograd.grad(along, alphas)
    found = hessian_vector(TRAIN, WEIGHTS, ALPHAS, vector)
    for one, other in zip(found, exact, strict=True):
        torch.testing.assert_close(one, other, rtol=2e-4, atol=1e-6)


def test_the_gradient_is_that_of_finite_differences():
    rate = 0.4

    def after_a_step(alphas):
        weights = [w.clone().requires_grad_() for w in WEIGHTS]
        slopes = gradient(TRAIN(weights, alphas), weights)
        ahead = zip(WEIGHTS, slopes, DRIFT, strict=True)
        return float(VAL([w - rate * (s + d) for w, s, d in ahead], alphas))

    found = unrolled_gradient((TRAIN, VAL), WEIGHTS, ALPHAS, Step(rate, DRIFT))
    plain = unrolled_gradient((TRAIN, VAL), WEIGHTS, ALPHAS, Step(0.0))
    for number, alpha in enumerate(ALPHAS):
        for place in range(alpha.numel()):
            ends = []
            for sign in (1e-5, -1e-5):
                moved = [a.clone() for a in ALPHAS]
                moved[number].view(-1)[place] += sign
                ends.append(after_a_step(moved))
            slope = (ends[0] - ends[1]) / 2e-5
            assert abs(float(found[number].view(-1)[place]) - slope) < 1e-5
    assert (found[0] - plain[0]).abs().max() > 1e-3  # looking ahead is not the same


def test_no_direction_is_no_product():
    zeros = [torch.zeros_like(w) for w in WEIGHTS]
    assert all(not each.any() for each in hessian_vector(TRAIN, WEIGHTS, ALPHAS, zeros))
