"""The network of all architectures, with weights of 0 and 1, is the network of one."""

import pytest
import torch
from torch import nn

import nbnas as nb
from nbnas.training.networks.shared.cell import SharedCell
from nbnas.training.relaxed.form import form_of
from nbnas.training.run import network_of

GELU = nb.Operation("conv.gelu", lambda c: nn.Sequential(nn.Conv2d(c, c, 1), nn.GELU()))
OWN = nb.CellSpace(("none", "skip_connect", "nor_conv_3x3", GELU), vertices=4)
UNPRUNED = nb.CellSkeleton(4, 1, 2, prune=False)
PICTURES = torch.Generator().manual_seed(1)


@pytest.mark.parametrize(
    ("space", "settings"),
    [(nb.CellSpace(), {"channels": 3}), (nb.CellSpace(), {"skeleton": UNPRUNED}), (OWN, {})],
    ids=["two stages", "as NAS-Bench-201", "own operations"],
)
def test_with_one_architecture_it_is_the_built_network(space, settings):
    trainer = nb.Trainer(nb.digits(), device="cpu", **settings).for_space(space)
    form = form_of(space)
    shared = form.build(trainer, torch.Generator().manual_seed(0))
    x = torch.randn(8, 1, 8, 8, generator=PICTURES)
    shared.train()(x, form.uniform)  # running statistics that are of none
    broken = space.parse("|none~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|")
    for architecture in (*space.sample(0, 15), broken):
        built = network_of(trainer, architecture, torch.Generator().manual_seed(5))[1]
        shared.give(built)
        weights = form.one_hot(architecture)
        if trainer.skeleton is not None:  # it computes dead edges, too
            places = torch.tensor(space.encode(architecture))
            weights = (nn.functional.one_hot(places, 5).float(),)
        for mode in (False, True):
            torch.testing.assert_close(
                shared.train(mode)(x, weights), built.train(mode)(x), rtol=0, atol=1e-6
            )


def test_a_mixture_is_the_sum_by_weights():
    cell = SharedCell([(0, 1)], ("none", "skip_connect", "nor_conv_1x1"), 2, {}, prune=True)
    x = torch.randn(4, 2, 5, 5, generator=PICTURES)
    weights = torch.tensor([[0.2, 0.3, 0.5]], requires_grad=True)
    alone = cell(x, torch.tensor([[0.0, 0.0, 1.0]]))
    torch.testing.assert_close(cell(x, weights), 0.3 * x + 0.5 * alone)
    (slope,) = torch.autograd.grad(cell(x, weights).sum(), [weights], allow_unused=True)
    torch.testing.assert_close(slope[0], torch.stack([x.sum() * 0, x.sum(), alone.sum()]))


def test_what_is_not_carried_is_not_computed():
    cell = SharedCell([(0, 1)], ("none", "nor_conv_1x1"), 2, {}, prune=True)
    called = []
    cell.operations[0][1].register_forward_hook(lambda *_: called.append(1))
    x = torch.randn(4, 2, 5, 5, generator=PICTURES)
    assert not cell(x, torch.tensor([[1.0, 0.0]])).any()
    assert called == []


def test_normalisations_have_no_weights_of_their_own():
    trainer = nb.Trainer(nb.digits(), channels=3, device="cpu")
    shared = form_of(nb.CellSpace()).build(trainer, torch.Generator().manual_seed(0))
    cells = [part for part in shared.parts if isinstance(part, SharedCell)]
    layers = [
        each for cell in cells for each in cell.modules() if isinstance(each, nn.BatchNorm2d)
    ]
    assert len(layers) == 12
    assert not any(layer.weight.requires_grad for layer in layers)
