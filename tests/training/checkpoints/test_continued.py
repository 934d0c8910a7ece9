"""Trainings that go on from looks: the same numbers, bit for bit, and only the rest computed."""

import dataclasses
import errno
import warnings

import pytest
from ended import KINDS

from nbnas.errors import SettingError
from nbnas.records import Fidelities

CONTINUED = Fidelities((1, 2, 3), continued=True)
LENGTHS = (1, 2, None)


@pytest.fixture
def continued(make):
    def made(kind="pictures", **settings):
        return make(kind, **{"fidelities": CONTINUED, "checkpoint_minutes": 5} | settings)

    return made


def at_each_length(trainer, architecture, place, lengths=LENGTHS):
    """The trainings of some lengths, one after the other at one place, and their reports."""
    for epochs in lengths:
        training = trainer.start(architecture, 5, epochs=epochs).keep(place)
        yield training, list(training)


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_of_them_is_that_of_one_training(kind, make, continued, same, tmp_path):
    trainer, architecture = make(kind)
    whole = trainer.start(architecture, 5).run()
    trainer, _ = continued(kind)
    assert same(trainer.start(architecture, 5).run()) == same(whole)
    for (training, made), epochs in zip(
        at_each_length(trainer, architecture, tmp_path / "trial"), LENGTHS, strict=True
    ):
        evaluation = training.evaluation
        assert len(made) == 1, "it has computed what was computed before"
        assert (evaluation.epochs, len(evaluation.reports)) == (epochs, epochs or 3)
        assert {each.epochs for each in evaluation.reports} == {epochs or 3}
        curve = [(each.train_loss, each.learning_rate) for each in whole.reports]
        mine = [(each.train_loss, each.learning_rate) for each in evaluation.reports]
        assert mine == curve[: len(mine)]
    assert same(evaluation) == same(whole)


def test_without_a_checkpoint_it_begins_anew_to_the_same_numbers(make, continued, same, tmp_path):
    trainer, architecture = make()
    whole = same(trainer.start(architecture, 5).run())
    trainer, _ = continued()
    assert [trainer(architecture, 5, epochs=e).epochs for e in LENGTHS] == [1, 2, None]
    assert same(trainer(architecture, 5)) == whole
    never, _ = continued(checkpoint_minutes=None)
    made = [m for _, m in at_each_length(never, architecture, tmp_path / "trial")]
    assert [len(each) for each in made] == [1, 2, 3]
    assert list(tmp_path.iterdir()) == []


def test_seconds_are_those_of_what_was_computed(continued, tmp_path):
    trainer, architecture = continued()
    made = [t.evaluation for t, _ in at_each_length(trainer, architecture, tmp_path / "trial")]
    assert sum(each.seconds for each in made) == pytest.approx(made[-1].reports[-1].seconds)
    began = [each.started for each in made]
    assert began == sorted(began)
    assert len(set(began)) == 3


@pytest.mark.parametrize("last", [1, 3, 5, 6, 9])
def test_a_training_that_goes_on_may_be_ended(last, make, continued, same, end, tmp_path):
    """A kill at any step of a longer training loses neither its look nor what came since."""
    trainer, architecture = make()
    whole = trainer.start(architecture, 5).run()
    trainer, _ = continued(checkpoint_minutes=1e-9)
    place = tmp_path / "trial"
    look = trainer.start(architecture, 5, epochs=1).keep(place).run()
    end(trainer.start(architecture, 5).keep(place), last)
    made = trainer.start(architecture, 5).keep(place).run()
    assert same(made) == same(whole)
    assert made.seconds == pytest.approx(made.reports[-1].seconds - look.seconds)


def test_a_look_that_was_ended_goes_on(continued, same, end, tmp_path):
    trainer, architecture = continued(checkpoint_minutes=1e-9)
    whole = trainer(architecture, 5, epochs=2)
    end(trainer.start(architecture, 5, epochs=2).keep(tmp_path / "trial"), 7)
    look = trainer.start(architecture, 5, epochs=2).keep(tmp_path / "trial").run()
    again = trainer.start(architecture, 5, epochs=2).keep(tmp_path / "trial")
    assert list(again) == []  # it had come to its end, and was not written down
    assert same(look) == same(again.evaluation) == same(whole)
    assert again.evaluation.seconds == look.seconds


def test_on_a_plateau_a_longer_training_has_ended_too(make, continued, same, tmp_path):
    ends = {"patience": 1, "learning_rate": 1.0, "epochs": 9}
    trainer, architecture = make(**ends)
    whole = trainer.start(architecture, 5).run()
    ended = len(whole.reports)
    assert ended < 8
    for epochs in (ended, ended + 1):
        trainer, _ = continued(**ends, fidelities=Fidelities((epochs, 9), continued=True))
        (_, first), (full, rest) = at_each_length(
            trainer, architecture, tmp_path / f"trial-{epochs}", (epochs, None)
        )
        assert (len(first), len(rest)) == (ended, 0)
        assert same(full.evaluation) == same(whole)
        assert full.evaluation.seconds == 0


def test_one_that_comes_further_is_not_taken_for_a_shorter_one(continued, same, tmp_path):
    trainer, architecture = continued()
    place = tmp_path / "trial"
    trainer.start(architecture, 5, epochs=2).keep(place).run()
    shorter = trainer.start(architecture, 5, epochs=1).keep(place)
    with pytest.warns(UserWarning, match="more than 1 epochs"):
        assert same(shorter.run()) == same(trainer(architecture, 5, epochs=1))


def test_damage_and_another_trainers_checkpoint_only_cost_time(make, continued, same, tmp_path):
    trainer, architecture = continued()
    whole, place = same(trainer(architecture, 5)), tmp_path / "trial"
    file = tmp_path / "trial.checkpoint"
    trainer.start(architecture, 5, epochs=2).keep(place).run()
    content = file.read_bytes()
    file.write_bytes(content[:-9] + b"damaged!!")
    training = trainer.start(architecture, 5).keep(place)
    with pytest.warns(UserWarning, match="cannot be used"):
        assert same(training.run()) == whole
    for other in (
        make(checkpoint_minutes=5)[0],
        continued(learning_rate=0.1)[0],
        continued(fidelities=Fidelities((2, 3), continued=True))[0],
    ):
        file.write_bytes(content)
        anew = other.start(architecture, 5).keep(place)
        assert len(list(anew)) == 3


def test_a_full_disk_only_costs_time(continued, same, tmp_path, monkeypatch):
    trainer, architecture = continued()
    whole = same(trainer(architecture, 5))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("nbnas.training.checkpoints.keeper.write_file", full)
    look = trainer.start(architecture, 5, epochs=2).keep(tmp_path / "trial")
    with pytest.warns(UserWarning, match="No space left"):
        look.run()
    longer = trainer.start(architecture, 5).keep(tmp_path / "trial")
    assert same(longer.run()) == whole


def test_weights_are_those_of_full_trainings(continued, tmp_path):
    trainer, architecture = continued(keep_weights=True)
    place, kept = tmp_path / "trial", []
    for training, _ in at_each_length(trainer, architecture, place):
        kept.append((training.is_kept, sorted(each.name for each in tmp_path.iterdir())))
    look = ["trial.checkpoint"]
    assert kept == [(False, look), (False, look), (True, ["trial.checkpoint", "trial.weights"])]


def test_separate_looks_are_trainings_of_their_own(make, same, tmp_path):
    trainer, architecture = make(fidelities=Fidelities((2, 3)), checkpoint_minutes=5)
    short, _ = make(epochs=2)
    with warnings.catch_warnings(record=True) as said:
        look = trainer.start(architecture, 5, epochs=2).keep(tmp_path / "trial").run()
        full = trainer.start(architecture, 5).keep(tmp_path / "trial").run()
    assert said == []
    assert list(tmp_path.iterdir()) == []
    assert same(dataclasses.replace(look, epochs=None)) == same(short(architecture, 5))
    assert (look.epochs, full.epochs) == (2, None)
    assert same(full) == same(make()[0](architecture, 5))


@pytest.mark.parametrize("wrong", [0, 4, True, "1", 1.5])
def test_a_look_is_a_length_of_the_recipe(wrong, make):
    from nbnas.training.run import Training

    trainer, architecture = make()
    with pytest.raises(SettingError, match="look"):
        Training(trainer, architecture, 0, final=False, look=wrong)
