"""A relaxation that is ended within an epoch goes on there, to the same numbers."""

import dataclasses
import math

import pytest
import torch
from relaxed_methods import METHODS, numbers

import nbnas as nb
from nbnas.training.relaxed.ground import Ground
from nbnas.training.relaxed.perturbed import PerturbationLearner


def ended_at(monkeypatch, owner, name, call):
    """The calls of a method so far; the one of this number is a kill."""
    plain, calls = getattr(owner, name), []

    def called(*given):
        calls.append(1)
        if len(calls) == call:
            raise KeyboardInterrupt
        return plain(*given)

    monkeypatch.setattr(owner, name, called)
    return calls


def often(supernet, **changed):
    """The same, with a checkpoint after each step."""
    trainer = dataclasses.replace(supernet.trainer, checkpoint_minutes=1e-9, **changed)
    return nb.Supernet(supernet.space, trainer)


@pytest.mark.parametrize("name", METHODS)
def test_goes_on_within_an_epoch_to_the_same_numbers(
    name, supernet, finished, tmp_path, monkeypatch
):
    steps, kept = finished[name]._ground.step, often(supernet)
    calls = ended_at(monkeypatch, Ground, "learn", steps // 2 + 1)
    with pytest.raises(KeyboardInterrupt):
        kept.start(METHODS[name], seed=3).keep(tmp_path / "relaxed").run()
    assert (steps // 2) % (steps // 3)  # some of the epoch were done
    resumed = kept.start(METHODS[name], seed=3).keep(tmp_path / "relaxed")
    assert resumed.run() == finished[name].architecture
    assert numbers(resumed) == numbers(finished[name])
    assert math.isclose(resumed.cost, finished[name].cost)
    assert len(calls) == steps + 1  # that which was ended alone is made again


def test_goes_on_between_two_decisions(supernet, finished, tmp_path, monkeypatch):
    name, kept = "perturbation", often(supernet)
    learned = ended_at(monkeypatch, Ground, "learn", 0)
    calls = ended_at(monkeypatch, PerturbationLearner, "_lost", 4)  # of the second decision
    with pytest.raises(KeyboardInterrupt):
        kept.start(METHODS[name], seed=3).keep(tmp_path / "relaxed").run()
    done = len(learned)
    resumed = kept.start(METHODS[name], seed=3).keep(tmp_path / "relaxed")
    resumed.run()
    assert numbers(resumed) == numbers(finished[name])
    assert resumed.finalists == finished[name].finalists
    assert len(learned) == finished[name]._ground.step > done
    options = sum(len(choice.options) for choice in resumed._learner.choices)
    assert options < len(calls) <= options + 2  # the first decision is not made again


def test_what_a_transform_draws_is_gone_on_with(supernet, tmp_path, monkeypatch):
    def noisy(image):
        return image + 0.1 * torch.rand(())

    kept = often(supernet, augment=noisy)
    whole = kept.start(METHODS["darts"], seed=3)
    whole.run()
    ended_at(monkeypatch, Ground, "learn", 5)
    with pytest.raises(KeyboardInterrupt):
        kept.start(METHODS["darts"], seed=3).keep(tmp_path / "relaxed").run()
    resumed = kept.start(METHODS["darts"], seed=3).keep(tmp_path / "relaxed")
    resumed.run()
    assert numbers(resumed) == numbers(whole)
