"""Checkpoints that cannot be read or written: the training goes on, and says so."""

import errno
import os
import types

import pytest
import torch
from torch import nn

from nbnas.training.checkpoints import keeper as module
from nbnas.training.checkpoints.keeper import attempt_at, remove_checkpoint


@pytest.fixture
def place(make, end, tmp_path):
    """That of a training that was ended in its third epoch."""
    trainer, architecture = make()
    end(trainer.start(architecture, 5).keep(tmp_path / "trial", 2), 12)
    return tmp_path / "trial"


def epochs_from(make, place, **settings):
    trainer, architecture = make(**settings)
    return [report.epoch for report in trainer.start(architecture, 5).keep(place)]


def test_it_goes_on_with_one_that_is_whole(make, place):
    assert attempt_at(str(place)) == 2
    assert epochs_from(make, place) == [3]
    assert attempt_at(str(place)) == 1
    remove_checkpoint(str(place))
    remove_checkpoint("")
    assert (attempt_at(str(place)), attempt_at("")) == (0, 0)
    assert list(place.parent.iterdir()) == []


@pytest.mark.parametrize("size", [0, 100, -1])
def test_with_one_that_is_cut_off_it_begins_anew(make, place, size):
    file = place.with_name("trial.checkpoint")
    file.write_bytes(file.read_bytes()[:size])
    with pytest.warns(UserWarning, match="cannot be used .* begins anew"):
        assert epochs_from(make, place) == [1, 2, 3]


def test_damaged_weights_leave_the_checkpoint(make, place):
    place.with_name("trial.weights").write_bytes(b"nothing")
    with pytest.warns(UserWarning, match=r"trial\.weights.* cannot be used"):
        assert epochs_from(make, place, keep_weights=True) == [3]


def test_that_of_a_network_which_has_changed(make, end, tmp_path):
    size = types.SimpleNamespace(hidden=16)

    def build(architecture, data):
        hidden = size.hidden  # which the recipe cannot know
        return nn.Sequential(nn.Flatten(), nn.Linear(36, hidden), nn.Linear(hidden, 3))

    trainer, architecture = make(network=build)
    end(trainer.start(architecture, 5).keep(tmp_path / "trial"), 12)
    size.hidden = 17
    training = trainer.start(architecture, 5).keep(tmp_path / "trial")
    with pytest.warns(UserWarning, match="another network, which differs in .* begins anew"):
        training.run()
    assert [report.epoch for report in training.reports] == [1, 2, 3]
    alone = trainer(architecture, 5)
    assert [r.train_loss for r in training.reports] == [r.train_loss for r in alone.reports]


def test_a_full_disk_is_said_once(make, same, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module, "write_file", full)
    trainer, architecture = make(keep_weights=True)
    with pytest.warns(UserWarning, match="expected to keep a checkpoint") as said:
        found = trainer.start(architecture, 5).keep(tmp_path / "trial").run()
    assert len(said) == 1
    assert "No space left on device; the training goes on without" in str(said[0].message)
    assert same(found) == same(trainer(architecture, 5))


def test_a_folder_that_is_not_there_is_said_once(make, tmp_path):
    trainer, architecture = make()
    with pytest.warns(UserWarning, match="FileNotFoundError") as said:
        trainer.start(architecture, 5).keep(tmp_path / "on" / "another" / "machine").run()
    assert len(said) == 1
    assert list(tmp_path.iterdir()) == []


class Holding(nn.Module):
    """Holds what cannot be written."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(36, 3))

    def forward(self, images):
        return self.layers(images)

    def get_extra_state(self):
        return lambda: 0

    def set_extra_state(self, state):
        raise AssertionError("it was never written")


def test_what_cannot_be_written_ends_no_training(make, tmp_path):
    trainer, architecture = make(network=lambda architecture, data: Holding())
    with pytest.warns(UserWarning, match="expected to keep a checkpoint") as said:
        trainer.start(architecture, 5).keep(tmp_path / "trial").run()
    assert len(said) == 1
    assert list(tmp_path.iterdir()) == []


def test_after_an_error_nothing_is_written(make, tmp_path):
    trainer, architecture = make(learning_rate=1e30, checkpoint_minutes=5)
    training = trainer.start(architecture, 5).keep(tmp_path / "trial")
    with pytest.raises(Exception, match="finite loss"):
        training.run()
    training.checkpoint()
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_diverges_keeps_nothing_of_it(make, tmp_path):
    trainer, architecture = make(learning_rate=1e30)
    training = trainer.start(architecture, 5).keep(tmp_path / "trial")
    with pytest.raises(Exception, match="finite loss"):
        training.run()
    with pytest.raises(Exception, match="finite loss"):
        trainer.start(architecture, 5).keep(tmp_path / "trial").run()
    if (tmp_path / "trial.checkpoint").exists():
        state = module.read_file(tmp_path / "trial.checkpoint")["state"]
        assert torch.isfinite(state["totals"]).all()
