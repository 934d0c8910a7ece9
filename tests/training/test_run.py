import gc
import threading
import time
import weakref

import numpy as np
import pytest
import torch

from nbnas.errors import TrainingError
from nbnas.graphs.spaces.cell import cell
from nbnas.records import EpochReport
from nbnas.training import run as module
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.images import from_arrays
from nbnas.training.networks.network import count_parameters
from nbnas.training.networks.normalize import normalizing
from nbnas.training.tasks import pictures
from nbnas.training.trainer import Trainer

LIGHT = cell(["nor_conv_1x1", "none", "none", "skip_connect", "nor_conv_3x3", "none"])


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    images = rng.normal(size=(90, 6, 6)) + labels[:, None, None]
    return from_arrays("toy", images, labels, train=50, validation=20)


def start(data, epochs=3, **settings):
    return Trainer(data, epochs=epochs, batch_size=16, device="cpu", **settings).start(LIGHT, 5)


def test_iterating_yields_a_report_an_epoch(data):
    training, began = start(data), time.time()
    assert (training.epochs, training.reports, training.seconds_left) == (3, (), None)
    assert (training.evaluation, training.network) == (None, None)
    reports = list(training)
    assert training.reports == tuple(reports)
    assert [(r.epoch, r.epochs) for r in reports] == [(1, 3), (2, 3), (3, 3)]
    assert all(isinstance(r, EpochReport) and r.images_per_second > 0 for r in reports)
    assert [r.seconds for r in reports] == sorted(r.seconds for r in reports)
    assert reports[-1].seconds < time.time() - began + 0.1
    assert training.seconds_left == 0
    assert list(training) == []


def test_evaluation_says_what_was_measured(data):
    training, began = start(data), time.time()
    evaluation = training.run()
    assert training.evaluation is evaluation
    assert evaluation.architecture is LIGHT
    assert evaluation.value == evaluation.reports[-1].val_accuracy
    assert evaluation.reports == training.reports
    assert (evaluation.seed, evaluation.seconds) == (5, training.reports[-1].seconds)
    assert evaluation.parameters == count_parameters(training.network)
    assert evaluation.multiply_adds > 1000
    assert began <= evaluation.started <= time.time()
    assert training.run() is evaluation


def test_run_goes_on_where_iteration_ended(data):
    training = start(data)
    first = next(iter(training))
    evaluation = training.run()
    assert evaluation.reports[0] is first
    whole = start(data).run()
    assert [r.val_loss for r in evaluation.reports] == [r.val_loss for r in whole.reports]


def test_waiting_between_epochs_does_not_count(data):
    training = start(data, epochs=2)
    next(iter(training))
    time.sleep(0.3)
    report = next(iter(training))
    assert report.seconds - training.reports[0].seconds < 0.25


def test_figures_against_the_network_itself(data):
    training = start(data, learning_rate=0.01)
    report = list(training)[-1]
    images, labels = data.val
    with torch.no_grad():
        scores = training.network.eval()(images)
    assert report.val_accuracy == pytest.approx((scores.argmax(1) == labels).float().mean().item())
    loss = -scores.log_softmax(1)[torch.arange(len(labels)), labels].mean().item()
    assert report.val_loss == pytest.approx(loss, rel=1e-4)


def test_training_loss_is_the_mean_over_images(data):
    dead = cell(["none"] * 6)
    trainer = Trainer(data, epochs=1, batch_size=16, device="cpu", learning_rate=1e-30)
    training = trainer.start(dead)
    report = next(iter(training))
    labels = data.train[1]
    chances = training.network[1][-1].bias.detach().log_softmax(0)
    assert report.train_loss == pytest.approx(-chances[labels].mean().item(), rel=1e-5)
    right = (labels == chances.argmax()).float().mean().item()
    assert report.train_accuracy == pytest.approx(right)


def test_every_image_is_seen_once_an_epoch(data, monkeypatch):
    batches = []
    monkeypatch.setattr(
        pictures, "augment_images", lambda x, transform, rng: batches.append(x.clone()) or x
    )
    start(data, epochs=2, augment=lambda image: image).run()
    assert [len(x) for x in batches] == [13, 13, 12, 12] * 2
    first, second = (torch.cat(part).flatten(1) for part in (batches[:4], batches[4:]))
    assert not torch.equal(first, second)
    expected = sorted(normalizing(data)(data.train[0]).flatten(1).tolist())
    assert sorted(first.tolist()) == sorted(second.tolist()) == expected


@pytest.mark.parametrize("augment", [None, torch.nn.Identity(), CropAndFlip()])
@pytest.mark.parametrize("last", [False, True])
def test_images_have_the_layout_that_was_asked_for(augment, last, monkeypatch):
    layouts, build = [], module.build_network

    def watched(*args, **settings):
        network = build(*args, **settings)
        network.register_forward_pre_hook(
            lambda _, inputs: layouts.append(
                inputs[0].is_contiguous(memory_format=torch.channels_last)
            )
        )
        return network

    monkeypatch.setattr(module, "build_network", watched)
    images = np.random.default_rng(0).random((60, 3, 8, 8))
    data = from_arrays("noise", images, np.arange(60) % 3, train=30, validation=15)
    settings = {"augment": augment, "channels_last": last, "device": "cpu"}
    Trainer(data, epochs=1, batch_size=15, **settings)(LIGHT)
    assert set(layouts[:3]) == {last}  # two batches and the validation part


def test_learning_rate_of_the_last_step(data):
    trainer = Trainer(data, epochs=2, batch_size=16, device="cpu", learning_rate=0.1)
    rates = [r.learning_rate for r in trainer.start(LIGHT)]
    assert rates == [trainer.schedule.learning_rate(0.1, step, 8) for step in (3, 7)]


def test_progressed_carries_the_reports(data):
    training, seen, ends = start(data), [], []
    training.progressed.connect(seen.append)
    training.progressed.connect(lambda report: ends.append(training.evaluation is not None))
    training.run()
    assert tuple(seen) == training.reports
    assert ends == [False, False, True]


def test_a_failing_callback_is_a_warning(data):
    training = start(data, epochs=1)

    def fail(report):
        raise KeyError("view")

    training.progressed.connect(fail)
    with pytest.warns(RuntimeWarning, match=r"listener.*KeyError\('view'\)"):
        assert training.run().value is not None


def test_stop_ends_after_the_running_epoch(data):
    training = start(data, epochs=50)
    training.progressed.connect(lambda report: report.epoch == 2 and training.stop())
    with pytest.raises(TrainingError, match=r"expected 50 epochs, but .* stopped after 2"):
        training.run()
    assert len(training.reports) == 2
    assert training.evaluation is None
    assert list(training) == []


def test_stop_before_the_first_and_in_the_last_epoch(data):
    early = start(data)
    early.stop()
    assert list(early) == []
    late = start(data, epochs=1)
    late.progressed.connect(lambda report: late.stop())
    assert late.run().value is not None


def test_stop_from_another_thread(data):
    training = start(data, epochs=100_000)
    failures = []

    def work():
        try:
            training.run()
        except TrainingError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    began = threading.Event()
    training.progressed.connect(lambda report: began.set())
    thread.start()
    assert began.wait(20)
    training.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert len(failures) == 1


def test_a_loss_that_is_no_number(data):
    training = start(data, learning_rate=1e30)
    with pytest.raises(TrainingError, match=r"finite loss.* epoch 1 of 3; .*which is 1e\+30"):
        training.run()
    assert training.network is None
    with pytest.raises(TrainingError, match="had failed after 0"):
        training.run()


def test_an_error_frees_the_network_though_it_is_kept(data, monkeypatch):
    built, released = [], []
    build = module.build_network

    def watched(*args, **settings):
        network = build(*args, **settings)
        built.append(weakref.ref(network))
        return network

    def out_of_memory(*args):
        raise torch.cuda.OutOfMemoryError("too large")

    monkeypatch.setattr(module, "build_network", watched)
    monkeypatch.setattr(pictures, "evaluate", out_of_memory)
    monkeypatch.setattr(module, "release_memory", released.append)
    training = start(data)
    with pytest.raises(torch.cuda.OutOfMemoryError) as kept:
        training.run()
    gc.collect()
    assert built[0]() is None
    assert released == [torch.device("cpu")]
    assert kept.value is not None


def test_repr_is_short(data):
    training = start(data)
    assert repr(training) == f"Training({LIGHT}, seed 5, epoch 0 of 3)"
    training.run()
    assert "epoch 3 of 3, accuracy " in repr(training)
