"""The network of all genotypes, with weights of 0 and 1, is the network of one."""

import pytest
import torch
from torch import nn

import nbnas as nb
from nbnas.training.relaxed.form import form_of
from nbnas.training.run import network_of

SPACE = nb.DartsSpace()
TRAINER = nb.Trainer(nb.digits(60, 40), epochs=1, channels=2, batch_size=30, device="cpu")


def mixed(channels):
    return nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels))


def mixed_strided(channels):
    return nn.Conv2d(channels, channels, 3, stride=2, padding=1)


OWN = nb.DartsSpace(
    (
        *("none", "skip_connect", nb.Operation("act", lambda channels: nn.PReLU(channels))),
        nb.Operation("mixed", mixed, mixed_strided),
    )
)


@pytest.mark.parametrize("space", [SPACE, OWN], ids=["as published", "own operations"])
def test_with_one_genotype_it_is_the_built_network(space):
    form, trainer = form_of(space), TRAINER.for_space(space)
    shared = form.build(trainer, torch.Generator().manual_seed(0))
    x = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    shared.train()(x, form.uniform)  # running statistics that are of none
    for architecture in space.sample(0, 4):
        built = network_of(trainer, architecture, torch.Generator().manual_seed(5))[1]
        shared.give(built)
        weights = form.one_hot(architecture)
        for mode in (False, True):
            torch.testing.assert_close(
                shared.train(mode)(x, weights), built.train(mode)(x), rtol=0, atol=1e-6
            )


def test_what_is_kept_of_a_vertex_are_its_two_strongest_edges():
    form = form_of(SPACE)
    for architecture in SPACE.sample(1, 20):
        if "none" not in architecture.text:  # which is never kept
            values = [(each + 0.01).tolist() for each in form.one_hot(architecture)]
            assert form.architecture(values) == architecture


def test_it_is_searched_by_gradient():
    space = nb.DartsSpace(("none", "skip_connect", "dil_conv_3x3"))
    trainer = nb.Trainer(nb.digits(20, 20), channels=2, batch_size=10, device="cpu")
    relaxation = nb.Supernet(space, trainer).start(nb.Darts(epochs=1))
    found = relaxation.run()
    assert found in space
    assert "none" not in found.text
    assert [cell.name for cell in relaxation.reports[0].weights] == ["normal", "reduction"]
    assert 0 <= relaxation.reports[0].skips <= 1


def test_own_operations_are_searched_and_what_is_found_is_trained():
    space = nb.DartsSpace(("none", *OWN.operations[2:]))
    trainer = nb.Trainer(nb.digits(40, 20), channels=2, batch_size=20, device="cpu", epochs=1)
    relaxation = nb.Supernet(space, trainer).start(nb.Darts(epochs=1))
    found = relaxation.run()
    assert found in space
    assert relaxation.recipe.operations == OWN.operations[2:]
    assert relaxation.scores((found,)) == relaxation.scores((found,))
    trained = trainer.for_space(space)(found)
    assert trained.error is None
    assert (trained.parameters or 0) > 0
