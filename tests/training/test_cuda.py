"""What only a CUDA device can tell. Without one, all of this is skipped."""

import copy
import gc
import subprocess
import sys

import pytest
import torch
from torch.nn.functional import cross_entropy
from torchvision.transforms import v2

import nbnas as nb
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.networks.cell import OPERATIONS, VERTEX_OPERATIONS
from nbnas.training.networks.network import build_network

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")

CUDA = "cuda:0"
LAYOUTS = {"as usual": torch.contiguous_format, "channels last": torch.channels_last}
each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
POOLED = cell(
    ["avg_pool_3x3", "nor_conv_3x3", "avg_pool_3x3", "none", "skip_connect", "nor_conv_1x1"]
)
MODULES = {word: make(4, 1) for word, make in OPERATIONS.items()}
MODULES |= {word: make(4) for word, make in VERTEX_OPERATIONS.items()}
NETWORKS = [
    *nb.CellSpace().sample(0, 4),
    *DagSpace().sample(0, 2),
    *ChainSpace().sample(0, 2),
    *CnnSpace().sample(0, 2),
]
SKELETONS = [
    nb.CellSkeleton(4, 1, 3, prune=False),
    nb.CellSkeleton(8, 1, 3, "max", "resnet", "concatenate", "plain"),
]


def gradients(network, images, labels, device, layout):
    """Scores, gradient of the images and of each weight, in float64, brought to the CPU."""
    network = copy.deepcopy(network).double().to(device).to(memory_format=layout)
    images = images.double().to(device).contiguous(memory_format=layout).requires_grad_()
    scores = network(images)
    cross_entropy(scores.flatten(1), labels.to(device)).backward()
    weights = [weight.grad for weight in network.parameters()]
    return [each.detach().cpu() for each in (scores, images.grad, *weights) if each is not None]


def assert_alike(network, shape, layout):
    rng = torch.Generator().manual_seed(0)
    images, labels = torch.randn(6, *shape, generator=rng), torch.arange(6)
    here = gradients(network, images, labels, "cpu", torch.contiguous_format)
    there = gradients(network, images, labels, CUDA, layout)
    torch.testing.assert_close(there, here, rtol=1e-6, atol=1e-8)


@each_layout
@pytest.mark.parametrize("word", MODULES)
def test_an_operation_has_the_gradients_of_the_cpu(word, layout):
    assert_alike(MODULES[word], (4, 6, 6), layout)


@each_layout
@pytest.mark.parametrize("architecture", NETWORKS, ids=lambda a: a.text[:40])
def test_a_network_has_the_gradients_of_the_cpu(architecture, layout):
    shape, rng = (3, 16, 16), torch.Generator().manual_seed(0)
    network = build_network(architecture, image_shape=shape, classes=10, channels=4, generator=rng)
    assert_alike(network.eval(), shape, layout)


@each_layout
@pytest.mark.parametrize("skeleton", SKELETONS, ids=repr)
def test_a_network_by_a_skeleton_has_the_gradients_of_the_cpu(skeleton, layout):
    shape = (3, 15, 13)  # odd sides, whose last pixels are pooled alone
    for architecture in (POOLED, *DagSpace().sample(3, 2)):
        network = build_network(
            architecture,
            image_shape=shape,
            classes=10,
            skeleton=skeleton,
            generator=torch.Generator().manual_seed(0),
        )
        assert_alike(network.eval(), shape, layout)


@each_layout
def test_an_epoch_is_that_of_the_cpu(layout, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    last = layout == torch.channels_last
    here = nb.Trainer(nb.digits(), epochs=1, device="cpu").start(POOLED).run()
    settings = {"mixed_precision": False, "channels_last": last}
    there = nb.Trainer(nb.digits(), epochs=1, device="cuda", **settings).start(POOLED).run()
    expected = here.reports[0].train_loss
    assert there.reports[0].train_loss == pytest.approx(expected, rel=1e-2)


def test_the_default_recipe_learns():
    found = nb.Trainer(nb.digits(), epochs=12, device="cuda")(POOLED)
    assert found.value > 0.8


def test_augmentation_is_repeatable():
    images = nb.from_arrays(
        "noise",
        torch.randn(300, 3, 32, 32, generator=torch.Generator().manual_seed(0)).numpy(),
        (torch.arange(300) % 3).numpy(),
        train=100,
        validation=100,
    )
    trainer = nb.Trainer(images, epochs=1, augment=CropAndFlip(), device="cuda")
    losses = [trainer.start(POOLED, seed).run().reports[0].train_loss for seed in (0, 0, 1)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-2)
    assert losses[0] != pytest.approx(losses[2], rel=1e-6)


@pytest.mark.parametrize("architecture", [POOLED, *DagSpace().sample(0, 1)], ids=lambda a: a.text)
def test_in_mixed_precision_the_same_seed_gives_the_same_numbers(architecture):
    trainer = nb.Trainer(nb.digits(), epochs=3, device="cuda")
    once, again = (trainer(architecture, seed=1).reports for _ in range(2))
    assert [r.train_loss for r in once] == [r.train_loss for r in again]
    assert [r.val_loss for r in once] == [r.val_loss for r in again]


def test_zero_cost_scores_are_those_of_the_cpu():
    here, there = (nb.ZeroCost(nb.digits(), device=device)(POOLED) for device in ("cpu", "cuda"))
    assert there == pytest.approx(here, rel=1e-2)


def allocated():
    gc.collect()
    torch.cuda.synchronize()
    return torch.cuda.memory_allocated()


def test_what_has_ended_holds_no_memory():
    trainer = nb.Trainer(nb.digits(), epochs=2, device="cuda")
    trainer(POOLED)  # the libraries' own workspaces and the images stay
    before = allocated()
    trainer(POOLED)
    stopped = trainer.start(POOLED)
    next(iter(stopped))
    stopped.stop()
    del stopped
    assert allocated() - before < 2**20


def test_too_little_memory_is_a_failed_trial_and_the_search_goes_on():
    trainer = nb.Trainer(nb.digits(), epochs=1, device="cuda")
    trainer(POOLED)
    free = torch.cuda.memory_allocated() + 2**28
    torch.cuda.set_per_process_memory_fraction(free / torch.cuda.mem_get_info()[1])
    huge = nb.Trainer(nb.digits(), epochs=1, channels=4096, cells=4, device="cuda")
    turns = iter((huge, trainer, huge, trainer))

    def objective(architecture, seed=0):
        return next(turns)(architecture, seed)

    before = allocated()
    try:
        search = nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=0).run(4)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert [each.status for each in search.observations] == ["failed", "completed"] * 2
    assert "memory" in search.observations[0].error
    assert allocated() - before < 2**20


def test_a_batch_that_does_not_fit_is_read_in_pieces():
    data = nb.digits(train=1400, validation=200)
    settings = {"epochs": 1, "channels": 64, "device": "cuda"}
    nb.Trainer(data, batch_size=256, **settings)(POOLED)
    torch.cuda.reset_peak_memory_stats()
    nb.Trainer(data, batch_size=256, **settings)(POOLED)
    enough = 1.5 * torch.cuda.max_memory_allocated()
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(enough / torch.cuda.mem_get_info()[1])
    try:
        with pytest.warns(UserWarning, match="gradients are added up over"):
            found = nb.Trainer(data, batch_size=1400, **settings)(POOLED)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert found.status == "completed"
    assert found.measured["gradient accumulation"] in (4, 8)


def test_a_training_goes_on_from_its_checkpoint(tmp_path):
    trainer = nb.Trainer(nb.digits(), epochs=3, device="cuda")
    first = trainer.start(POOLED, 1).keep(tmp_path / "trial")
    next(iter(first))
    first.checkpoint()
    second = trainer.start(POOLED, 1).keep(tmp_path / "trial")
    assert next(iter(second)).epoch == 2
    losses = ([r.train_loss for r in each.run().reports] for each in (first, second))
    assert next(losses) == next(losses)  # in mixed precision


DETERMINISTIC = """
import nbnas as nb
for architecture in nb.CellSpace().sample(0, 3):
    settings = {"device": "cuda", "mixed_precision": False, "deterministic": True}
    trainer = nb.Trainer(nb.digits(), epochs=2, **settings)
    print([report.train_loss for report in trainer.start(architecture, 1)])
"""


def test_deterministic_gives_the_same_numbers_in_float32():
    runs = [
        subprocess.run(
            [sys.executable, "-c", DETERMINISTIC], capture_output=True, text=True, timeout=300
        )
        for _ in range(2)
    ]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.parametrize(
    "settings",
    [
        {"ema": 0.9, "patience": 1},
        {"optimizer": nb.AdamW(), "decay_all": False, "schedule": nb.Warmup()},
        {"mix": v2.CutMix(num_classes=10), "augment": CropAndFlip(1, cutout=3), "test_flip": True},
        {"optimizer": "Muon", "clip": 1.0},
    ],
    ids=str,
)
def test_settings_of_a_recipe_are_those_of_the_cpu(settings):
    """In float32 the first epoch is the same, so that the same pictures were seen."""
    if settings.get("optimizer") == "Muon":
        if not hasattr(torch.optim, "Muon"):
            pytest.skip("torch has no Muon")
        settings = settings | {"optimizer": nb.Muon()}
    losses = []
    for device in ("cpu", CUDA):
        recipe = {"epochs": 1, "learning_rate": 0.002, "mixed_precision": False, **settings}
        report = next(iter(nb.Trainer(nb.digits(200, 200), device=device, **recipe).start(POOLED)))
        losses.append((report.train_loss, report.val_loss))
    assert losses[1] == pytest.approx(losses[0], rel=2e-2)


def test_a_range_test_on_the_device():
    trainer = nb.Trainer(nb.digits(200, 200), device="cuda")
    found = trainer.find_learning_rate(POOLED, steps=60)
    assert 0.01 < found.suggestion < 2
