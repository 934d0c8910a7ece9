"""A step of both is a step of each, whatever the layout of the kernels."""

import io

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from nbnas.training.optimizers.beside import Beside
from nbnas.training.optimizers.uncompiled import AdamW, muon

pytestmark = pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has no Muon")
RATE = {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01}


def network(layout=torch.contiguous_format):
    torch.manual_seed(0)
    made = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    return nn.Sequential(made, nn.Linear(8, 4)).to(memory_format=layout)


def of(made):
    kernels = [weight for weight in made.parameters() if weight.ndim == 4]
    rest = [weight for weight in made.parameters() if weight.ndim != 4]
    return Beside(
        kernels, lambda matrices: muon(matrices, **RATE), AdamW(rest, lr=0.01, weight_decay=0.1)
    )


def batch(step):
    generator = torch.Generator().manual_seed(step)
    return torch.randn(6, 3, 5, 5, generator=generator), torch.arange(6) % 4


def run(made, optimizer, steps=range(4)):
    for step in steps:
        x, y = batch(step)
        for group in optimizer.param_groups:
            group["lr"] = 0.05 / (step + 1)
        optimizer.zero_grad()
        cross_entropy(made(x), y).backward()
        optimizer.step()
    return torch.cat([weight.detach().flatten() for weight in made.parameters()])


def by_hand(made):
    """The same with torch's own optimisers and a matrix that is copied forth and back."""
    kernel, *rest = made.parameters()
    matrix = nn.Parameter(kernel.detach().clone().flatten(1))
    first = torch.optim.Muon([matrix], **RATE)
    second = torch.optim.AdamW(rest, lr=0.01, weight_decay=0.1)
    for step in range(4):
        x, y = batch(step)
        first.param_groups[0]["lr"] = second.param_groups[0]["lr"] = 0.05 / (step + 1)
        made.zero_grad()
        cross_entropy(made(x), y).backward()
        matrix.grad = kernel.grad.flatten(1)
        first.step()
        second.step()
        with torch.no_grad():
            kernel.copy_(matrix.view_as(kernel))
    return torch.cat([weight.detach().flatten() for weight in made.parameters()])


def test_a_step_is_that_of_torchs_own_optimisers():
    made = network()
    torch.testing.assert_close(run(made, of(made)), by_hand(network()), rtol=0, atol=0)


def test_kernels_with_channels_last_get_the_same_steps():
    plain, last = network(), network(torch.channels_last)
    run(plain, of(plain))
    run(last, of(last))
    assert last[0][0].weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(last[0][0].weight, plain[0][0].weight, rtol=1e-2, atol=1e-3)
    torch.testing.assert_close(last[1].weight, plain[1].weight, rtol=1e-2, atol=1e-3)


def test_it_goes_on_from_its_state_bit_for_bit():
    whole = network()
    expected = run(whole, of(whole), range(6))
    begun = network()
    optimizer, kept = of(begun), io.BytesIO()
    run(begun, optimizer, range(3))
    torch.save([begun.state_dict(), optimizer.state_dict()], kept)
    kept.seek(0)
    weights, state = torch.load(kept, weights_only=True)
    other = network()
    other.load_state_dict(weights)
    resumed = of(other)
    resumed.load_state_dict(state)
    assert torch.equal(run(other, resumed, range(3, 6)), expected)


def test_kernels_without_a_gradient_stay():
    made = network()
    optimizer = of(made)
    before = made[0][0].weight.detach().clone()
    optimizer.step()
    assert torch.equal(made[0][0].weight, before)


def test_alone_it_needs_no_other():
    weight = nn.Parameter(torch.eye(3))
    optimizer = Beside([weight], lambda matrices: muon(matrices, **RATE), None)
    weight.sum().backward()
    optimizer.step()
    assert not torch.equal(weight.detach(), torch.eye(3))
    optimizer.zero_grad()
    assert weight.grad is None
    optimizer.load_state_dict(optimizer.state_dict())


def test_gradients_are_scaled_back_as_those_of_any_optimiser():
    made = network()
    optimizer, scaler = of(made), torch.amp.GradScaler("cpu", init_scale=4.0)
    x, y = batch(0)
    scaler.scale(cross_entropy(made(x), y)).backward()
    scaled = made[0][0].weight.grad.clone()
    scaler.unscale_(optimizer)
    torch.testing.assert_close(made[0][0].weight.grad, scaled / 4)
    scaler.step(optimizer)
