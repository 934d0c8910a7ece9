"""What a supernet takes, and what it says of itself."""

import dataclasses

import pytest
import torch
from torch import nn
from torchvision.transforms import v2

import nbnas as nb
from nbnas.errors import NbnasError, SettingError
from nbnas.training.relaxed.form import form_of

DIGITS = nb.digits()
GELU = nb.Operation("gelu", lambda channels: nn.GELU())


def test_says_what_it_is(supernet):
    assert repr(supernet) == (
        "Supernet(CellSpace(operations=('none', 'skip_connect', 'nor_conv_1x1'), vertices=3), "
        f"27 architectures in one network of {supernet.parameters} shared weights)"
    )
    (kind,) = supernet.kinds
    assert (kind.name, kind.edges[0], kind.operations[-1]) == ("cell", ("0", "1"), "nor_conv_1x1")


def test_seeds_decide_initial_weights(supernet):
    before = torch.get_rng_state()
    one, same, other = (supernet.network(seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(value, same[name]) for name, value in one.items())
    assert any(not torch.equal(value, other[name]) for name, value in one.items())
    assert torch.equal(torch.get_rng_state(), before)


def test_the_trainer_learns_operations_of_the_space():
    space = nb.CellSpace(("none", GELU), vertices=3)
    supernet = nb.Supernet(space, nb.Trainer(DIGITS, channels=2, batch_size=200, device="cpu"))
    assert supernet.trainer.operations == (GELU,)
    relaxation = supernet.start(nb.Darts(epochs=1))
    assert relaxation.run() in space


@pytest.mark.parametrize(
    ("space", "settings", "said"),
    [
        (nb.RecurrentSpace(), {}, "a space of cells"),
        (nb.ChoiceSpace(width=(1, 2)), {}, "a space of cells"),
        (nb.JointSpace(nb.CellSpace(), rate=nb.Real(0, 1)), {}, "a space of cells"),
        (nb.CellSpace(), {"network": nb.baselines.plain}, "without network"),
        (nb.CellSpace(), {"mix": v2.MixUp(num_classes=10)}, "without mix"),
        (None, {}, "expected space to be a search space"),
    ],
)
def test_what_has_no_shared_weights_is_refused(space, settings, said):
    with pytest.raises(NbnasError, match=said):
        nb.Supernet(space, nb.Trainer(DIGITS, device="cpu", **settings))


def test_a_text_is_refused():
    with pytest.raises(SettingError, match="expected a Trainer on pictures"):
        nb.Supernet(nb.CellSpace(), nb.Trainer(nb.from_text("a line of text\n" * 20)))


def test_weights_stand_for_architectures(supernet):
    form, space = form_of(supernet.space), supernet.space
    for cell in space:
        weights = [torch.eye(3)[list(space.encode(cell))].tolist()]
        bare = cell.text.replace("none", "skip_connect")  # of equal ones the first but "none"
        assert form.architecture(weights).text == bare
    dead = space.parse("|nor_conv_1x1~0|+|skip_connect~0|none~1|")  # vertex 1 is not read
    assert form.one_hot(dead)[0].tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("method", "wrong"),
    [
        (nb.Darts(), {"order": 3}),
        (nb.Darts(), {"learning_rate": 0}),
        (nb.Darts(), {"warmup": -1}),
        (nb.Darts(), {"remedy": nb.BetaDecay}),
        (nb.BetaDecay(), {"strength": -1.0}),
        (nb.AuxiliarySkip(), {"start": "1"}),
        (nb.PerturbationSelection(), {"finalists": 0}),
        (nb.SinglePathOneShot(), {"candidates": 0}),
    ],
)
def test_settings_are_checked(method, wrong):
    with pytest.raises(SettingError, match=f"expected {next(iter(wrong))} to be"):
        dataclasses.replace(method, **wrong)
