import pytest
import torch

import nbnas as nb

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


def test_steps_are_timed_by_events_and_memory_by_torch():
    trainer = nb.Trainer(nb.digits(), epochs=2, batch_size=64, device="cuda")
    training = trainer.start(nb.CellSpace().sample(3, 1)[0], seed=1)
    *_, last = training
    profile = last.profile
    assert profile.timed > 0
    assert sum(seconds for _, seconds in profile.parts) < last.seconds
    assert all(seconds >= 0 for _, seconds in profile.parts)
    assert profile.memory > 1e5
    assert "cuda" in profile.memory_of


def test_nothing_is_waited_for_within_an_epoch(monkeypatch):
    def refuse(*_, **__):
        pytest.fail("the device was waited for")

    trainer = nb.Trainer(nb.digits(), epochs=1, batch_size=64, device="cuda")
    training = trainer.start(nb.CellSpace().sample(3, 1)[0], seed=1)
    monkeypatch.setattr(torch.cuda, "synchronize", refuse)
    monkeypatch.setattr(torch.cuda.Event, "synchronize", refuse)
    assert training.run().reports[-1].profile.timed > 0
