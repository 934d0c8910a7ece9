"""Search by gradient: what its steps are made of."""

import dataclasses

import pytest
import torch

import nbnas as nb
from nbnas.training.device import Place
from nbnas.training.relaxed.darts import DartsLearner
from nbnas.training.relaxed.form import form_of
from nbnas.training.relaxed.ground import Ground


@pytest.fixture
def learner(supernet):
    def made(method):
        generator = torch.Generator().manual_seed(0)
        ground = Ground(supernet.trainer, form_of(supernet.space), Place(), generator)
        return DartsLearner(method, ground, supernet.space)

    return made


def batches(learner):
    task, halves = learner.ground.task, learner._halves
    return [next(iter(task.batches(half))) for half in halves]


def test_halves_are_separate(learner, trainer):
    one, other = (images.flatten(1).tolist() for images, _ in learner(nb.Darts())._halves)
    whole = trainer.data.train[0].flatten(1).tolist()
    assert (len(one), len(other)) == (45, 45)
    assert sorted(one + other) == sorted(whole)


def test_the_first_order_is_the_gradient_on_the_other_half(learner):
    made = learner(nb.Darts())
    batch, held = batches(made)
    (found,) = made.gradient(batch, held)
    made.ground.network.train()
    loss = made.ground.loss(held, made.mixed(made.alphas))
    (expected,) = torch.autograd.grad(loss, made.alphas)
    torch.testing.assert_close(found, expected)


def test_the_second_order_looks_at_a_step_of_the_optimiser(learner):
    """Of the whole network: finite differences of the loss after a real step."""
    made = learner(nb.Darts(2))
    batch, held = batches(made)
    for _ in range(3):  # so that there is momentum
        made.ground.learn(batch, made.mixed([a.detach() for a in made.alphas]))
    ground, kept = made.ground, [w.detach().clone() for _, w in made.ground.trained]
    (found,) = made.gradient(batch, held)
    drift, rate = made._drift(), ground.rate
    assert all(torch.equal(w, k) for (_, w), k in zip(ground.trained, kept, strict=True))
    train, val = ground.loss_of(batch), ground.loss_of(held)

    def after(alphas):
        leaves = [w.clone().requires_grad_() for w in kept]
        slopes = torch.autograd.grad(train(leaves, made.mixed(alphas)), leaves)
        ahead = [w - rate * (s + d) for w, s, d in zip(kept, slopes, drift, strict=True)]
        return float(val(ahead, made.mixed(alphas)).detach())

    direction = torch.randn(found.shape, generator=torch.Generator().manual_seed(1))
    ends = [after([made.alphas[0].detach() + sign * direction]) for sign in (0.02, -0.02)]
    slope = (ends[0] - ends[1]) / 0.04
    assert float((found * direction).sum()) == pytest.approx(slope, rel=0.1, abs=2e-3)


def test_only_weights_are_trained_in_a_warm_up(learner):
    made = learner(nb.Darts(epochs=4, warmup=1))
    before = made.values()
    made.epoch(1)
    spent = made.ground.spent
    assert made.values() == before
    made.epoch(2)
    assert made.values() != before
    assert made.ground.spent == pytest.approx(3 * spent)  # twice as much on top


def test_the_second_order_costs_five_gradients(learner):
    spent = []
    for order in (1, 2):
        made = learner(nb.Darts(order))
        made.epoch(1)
        spent.append(made.ground.spent)
    assert spent[1] == pytest.approx(2.5 * spent[0])


def test_beta_decay_pulls_what_leads(learner):
    made = learner(nb.Darts(remedy=nb.BetaDecay(6.0)))
    alpha = torch.tensor([[2.0, 0.0, 0.0]] * 3, requires_grad=True)
    (slope,) = torch.autograd.grad(made.method.remedy.penalty([alpha], 0.5), [alpha])
    torch.testing.assert_close(slope, 0.5 * 6.0 / 3 * torch.softmax(alpha, -1).detach())
    weights = torch.softmax(alpha, -1)
    assert made.method.remedy.mixed(weights, ("none",), 0.5) is weights


def test_an_auxiliary_skip_fades(learner):
    remedy = nb.AuxiliarySkip(2.0)
    weights = torch.full((1, 3), 1 / 3)
    words = ("none", "skip_connect", "nor_conv_1x1")
    at = {p: remedy.mixed(weights, words, p)[0].tolist() for p in (0.0, 0.75)}
    assert at[0.0] == pytest.approx([1 / 3, 2 + 1 / 3, 1 / 3])
    assert at[0.75] == pytest.approx([1 / 3, 0.5 + 1 / 3, 1 / 3])
    assert float(remedy.penalty([weights], 0.5)) == 0.0
    made = learner(nb.Darts(remedy=remedy))
    made.epoch(1)  # its values are those without it
    assert sum(made.values()[0][0]) == pytest.approx(1.0)


def test_other_optimisers_step_along_the_gradient(supernet):
    recipe = dataclasses.replace(
        supernet.trainer, optimizer=nb.AdamW(), learning_rate=0.01, weight_decay=0.01
    )
    relaxation = nb.Supernet(supernet.space, recipe).start(nb.Darts(2, 1))
    assert relaxation.run() in supernet.space
