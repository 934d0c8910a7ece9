"""Dropped paths: what is dropped, when, and that nothing changes without."""

import pytest
import torch

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.graphs.spaces.darts.genotype import Genotype
from nbnas.graphs.spaces.darts.graph import architecture_of
from nbnas.training.networks.darts.paths import DropPaths, schedule_paths
from nbnas.training.networks.network import build_network
from nbnas.training.repeated import RepeatedTrainer

SKIPS = (("skip_connect", 0), ("skip_connect", 1)) * 4
CONVS = (("dil_conv_3x3", 0), ("dil_conv_3x3", 1)) * 4
SKELETON = nb.DartsSkeleton(2, 2, reductions=1, drop_path=0.6)
RECIPE = {"batch_size": 20, "device": "cpu", "epochs": 3}
IMAGES = torch.randn(16, 1, 8, 8, generator=torch.Generator().manual_seed(1))


def built(cell, skeleton):
    return build_network(
        architecture_of(Genotype(cell, CONVS)),
        image_shape=(1, 8, 8),
        classes=10,
        skeleton=skeleton,
        generator=torch.Generator().manual_seed(0),
    )


def trained(skeleton, seed=0):
    trainer = nb.Trainer(nb.digits(60, 40), skeleton=skeleton, **RECIPE)
    return trainer.start(architecture_of(Genotype(CONVS, CONVS)), seed=seed)


def test_a_path_is_dropped_whole_and_the_mean_stays():
    paths = DropPaths(0.5)
    schedule_paths(paths, 0.5)
    x = torch.ones(4000, 2, 1, 1, requires_grad=True)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        left = paths(x)
    assert sorted(set(left.flatten().tolist())) == pytest.approx([0, 4 / 3])
    assert torch.equal(left[:, 0], left[:, 1])
    assert abs(float(left.detach().mean()) - 1) < 5 * (1 / 3 / 4000) ** 0.5  # standard deviations
    (slope,) = torch.autograd.grad(left.sum(), [x])
    assert torch.equal(slope, left)


def test_identities_are_never_dropped_and_nothing_is_once_it_is_trained():
    straight = nb.DartsSkeleton(2, 2, reductions=0, drop_path=0.6)
    for cell, changes in ((SKIPS, False), (CONVS, True)):
        network = built(cell, straight)
        at_first = network.train()(IMAGES)
        schedule_paths(network, 1.0)
        assert torch.equal(network(IMAGES), at_first) != changes
        plain = built(cell, nb.DartsSkeleton(2, 2, reductions=0))
        plain.load_state_dict(network.state_dict())
        assert torch.equal(network.eval()(IMAGES), plain.eval()(IMAGES))


def test_more_are_dropped_by_the_epoch():
    """As published: the highest share times the number of epochs that are done, over all."""
    training, shares = trained(SKELETON), []
    for _ in training:
        shares += [float(m.share) for m in training.network.modules() if isinstance(m, DropPaths)]
    assert shares == pytest.approx([0.0, 0.2, 0.4])


def test_a_training_is_repeated_and_gone_on_with_to_the_same_numbers(tmp_path):
    whole, again, other = (trained(SKELETON, seed) for seed in (0, 0, 1))
    losses = [report.train_loss for report in whole]
    assert [report.train_loss for report in again] == losses
    assert [report.train_loss for report in other] != losses
    plain = [report.train_loss for report in trained(nb.DartsSkeleton(2, 2, 1))]
    assert plain[0] == losses[0]  # of which nothing is dropped
    assert plain[1:] != losses[1:]
    stopped = trained(SKELETON).keep(tmp_path / "kept")
    next(iter(stopped))
    stopped.checkpoint()
    resumed = trained(SKELETON).keep(tmp_path / "kept")
    assert [r.train_loss for r in resumed][-2:] == losses[1:]


def test_a_study_knows_of_them_where_there_are_some():
    plain, dropped = (nb.DartsSkeleton(2, 2, 1, drop_path=share) for share in (0.0, 0.2))
    assert repr(plain) == "DartsSkeleton(channels=2, cells=2, reductions=1)"
    data = nb.digits(60, 40)
    told = [nb.Trainer(data, skeleton=each).fingerprint()["skeleton"] for each in (plain, dropped)]
    assert told[0] == repr(plain)
    assert told[1] == repr(dropped) == f"{repr(plain)[:-1]}, drop_path=0.2)"
    assert nb.darts_skeleton(drop_path=0.2) == nb.DartsSkeleton(36, 20, 2, 0.2)
    assert built(CONVS, plain).paths is None


@pytest.mark.parametrize("share", [-0.1, 1.0, "0.2", None])
def test_a_share_is_below_one(share):
    with pytest.raises(SettingError, match="drop_path"):
        nb.DartsSkeleton(drop_path=share)


def test_seeds_side_by_side_are_refused():
    trainer = nb.Trainer(nb.digits(60, 40), skeleton=SKELETON, **RECIPE)
    with pytest.raises(SettingError, match=r"drop_path=0\.6; train them one by one"):
        RepeatedTrainer(trainer, seeds=(0, 1))
