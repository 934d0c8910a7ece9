"""A training that is ended at any moment goes on to the same numbers, bit for bit."""

import contextlib
import dataclasses
import warnings

import pytest
import torch
from ended import ALWAYS, KINDS

from nbnas.errors import SettingError, TrainingError
from nbnas.records import EpochReport

EPOCH = 5  # moments of an epoch of pictures: four steps and its end
MOMENTS = dict.fromkeys(KINDS, 3 * EPOCH) | {"text": 3 * 6}


@pytest.fixture(scope="module")
def whole(make, same):
    """The evaluations of trainings that nothing ends, by the kind."""
    trainings = {kind: make(kind) for kind in KINDS}
    return {kind: same(each.start(a, 5).run()) for kind, (each, a) in trainings.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("last", [1, 4, 5, 8])
def test_goes_on_to_the_last_bit(kind, last, make, same, whole, end, tmp_path):
    trainer, architecture = make(kind)
    place = tmp_path / "runs" / "trial"
    place.parent.mkdir()
    end(trainer.start(architecture, 5).keep(place), last)
    torch.rand(3)  # whatever this process has drawn meanwhile
    training, before = trainer.start(architecture, 5).keep(place), torch.get_rng_state()
    with warnings.catch_warnings(record=True) as said, counting(training) as moments:
        assert same(training.run()) == whole[kind]
    assert said == []
    assert moments == list(range(last, MOMENTS[kind]))
    assert torch.equal(torch.get_rng_state(), before)


@contextlib.contextmanager
def counting(training):
    """The moments of a training: how many steps and epochs were made before each."""
    moments, save = [], training._save

    def counted(now, reports):
        save(now, reports)
        moments.append(now.step + now.epoch - 1)

    training._save = counted
    yield moments


@pytest.mark.slow
def test_every_moment_twice_and_with_steps_that_are_lost(make, same, whole, end, tmp_path):
    trainer, architecture = make()
    for last in range(1, 3 * EPOCH):
        place = tmp_path / f"trial-{last}"
        end(trainer.start(architecture, 5).keep(place), last, every=2)
        end(trainer.start(architecture, 5).keep(place), 1)
        training = trainer.start(architecture, 5).keep(place)
        with counting(training) as moments:
            assert same(training.run()) == whole["pictures"]
        assert moments == list(range(last // 2 * 2 + 1, 3 * EPOCH))


def test_reports_that_were_made_are_there_and_not_announced_again(make, end, tmp_path):
    trainer, architecture = make()
    place = tmp_path / "trial"
    end(trainer.start(architecture, 5).keep(place), EPOCH + 2)
    training, heard = trainer.start(architecture, 5).keep(place), []
    training.progressed.connect(heard.append)
    assert training.reports == ()
    report = next(iter(training))
    assert (report.epoch, len(training.reports), len(heard)) == (2, 2, 1)
    assert all(isinstance(each, EpochReport) for each in training.reports)
    assert training.reports[0].seconds < report.seconds


def test_the_time_before_counts(make, end, tmp_path, monkeypatch):
    trainer, architecture = make()
    place = tmp_path / "trial"
    training = trainer.start(architecture, 5).keep(place)
    end(training, EPOCH + 2)
    now = training._now
    later = trainer.start(architecture, 5).keep(place)
    later.run()
    assert later.reports[0].seconds == now.seconds
    assert later.evaluation.started == training._started
    assert later.reports[1].seconds - now.seconds > 0


def test_one_that_had_come_to_its_end_is_not_trained_again(make, same, whole, end, tmp_path):
    trainer, architecture = make()
    place = tmp_path / "trial"
    end(trainer.start(architecture, 5).keep(place), 3 * EPOCH)
    training = trainer.start(architecture, 5).keep(place)
    assert list(training) == []
    assert same(training.evaluation) == whole["pictures"]
    assert training.run() is training.evaluation


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 0.1},
        {"epochs": 4},
        {"batch_size": 17},
        {"augment": torch.nn.Identity()},
        {"deterministic": True},
    ],
)
def test_that_of_another_recipe_is_never_taken(change, make, end, tmp_path):
    trainer, architecture = make()
    place = tmp_path / "trial"
    end(trainer.start(architecture, 5).keep(place), 3 * EPOCH - 1)
    other = dataclasses.replace(trainer, **change)
    assert len(list(other.start(architecture, 5).keep(place))) == other.epochs


def test_that_of_another_training_is_never_taken(make, end, tmp_path):
    trainer, architecture = make()
    place = tmp_path / "trial"
    end(trainer.start(architecture, 5).keep(place), 2 * EPOCH)
    (tmp_path / "other.checkpoint").write_bytes((tmp_path / "trial.checkpoint").read_bytes())
    others = [
        trainer.start(architecture, 6).keep(place),
        trainer.start(architecture, 5, final=True).keep(place),
        trainer.start(architecture, 5).keep(tmp_path / "other"),
        trainer.start(type(architecture).from_json(_relabelled(architecture)), 5).keep(place),
    ]
    for other in others:
        content = (tmp_path / "trial.checkpoint").read_bytes()
        assert next(iter(other)).epoch == 1
        (tmp_path / "trial.checkpoint").write_bytes(content)
    assert next(iter(trainer.start(architecture, 5).keep(place))).epoch == 3


def _relabelled(architecture):
    return architecture.to_json().replace("skip_connect", "avg_pool_3x3")


def test_settings_that_change_no_numbers_may_change(make, end, tmp_path, same, whole):
    trainer, architecture = make()
    place = tmp_path / "trial"
    end(trainer.start(architecture, 5).keep(place), 7)
    other = dataclasses.replace(trainer, checkpoint_minutes=None, keep_weights=True)
    assert same(other.start(architecture, 5).keep(place).run()) == whole["pictures"]


def test_weights_are_kept_where_the_recipe_says_so(make, same, whole, tmp_path):
    trainer, architecture = make(keep_weights=True, checkpoint_minutes=None)
    first = trainer.start(architecture, 5).keep(tmp_path / "trial")
    first.run()
    assert [each.name for each in tmp_path.iterdir()] == ["trial.weights"]
    second = trainer.start(architecture, 5).keep(tmp_path / "trial")
    assert list(second) == []
    assert same(second.evaluation) == whole["pictures"]
    ours, theirs = first.network.state_dict(), second.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_one_that_ended_on_a_plateau_is_kept_with_its_best_epoch(make, same, tmp_path):
    trainer, architecture = make(epochs=9, patience=1, keep_weights=True, learning_rate=1.0)
    first = trainer.start(architecture, 5).keep(tmp_path / "trial")
    evaluation = first.run()
    assert len(evaluation.reports) < 9
    again = trainer.start(architecture, 5).keep(tmp_path / "trial")
    assert again.is_kept
    assert list(again) == []
    assert same(again.evaluation) == same(evaluation)
    weights, kept = (each.network.state_dict() for each in (first, again))
    assert all(torch.equal(weights[name], kept[name]) for name in weights)


def test_nothing_is_written_without_minutes_or_a_place(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trainer, architecture = make()
    trainer(architecture, 5)
    never = dataclasses.replace(trainer, checkpoint_minutes=None).start(architecture, 5)
    next(iter(never.keep("trial")))
    never.checkpoint()
    seldom = dataclasses.replace(trainer, checkpoint_minutes=5).start(architecture, 5)
    seldom.keep("seldom").run()
    seldom.checkpoint()
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_is_written_when_it_is_asked_for(make, same, whole, tmp_path):
    trainer, architecture = make(checkpoint_minutes=5)
    training = trainer.start(architecture, 5).keep(tmp_path / "folder" / "trial")
    training.checkpoint()  # nothing has begun
    assert list(tmp_path.iterdir()) == []
    next(iter(training))
    training.checkpoint()
    again = trainer.start(architecture, 5).keep(tmp_path / "folder" / "trial")
    assert next(iter(again)).epoch == 2
    assert same(again.run()) == same(training.run()) == whole["pictures"]


def test_minutes_are_between_two_checkpoints(make, tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("nbnas.training.checkpoints.keeper.time.monotonic", lambda: clock[0])
    trainer, architecture = make(checkpoint_minutes=2)
    training, written = trainer.start(architecture, 5).keep(tmp_path / "trial"), []
    training._keeper._write = lambda end, state: written.append((clock[0], state["epoch"]))
    for _ in training:
        clock[0] += 70
    assert written == [(140.0, 2)]


def test_it_is_too_late_once_it_has_begun(make, tmp_path):
    trainer, architecture = make()
    training = trainer.start(architecture)
    next(iter(training))
    with pytest.raises(TrainingError, match="before the first epoch"):
        training.keep(tmp_path / "trial")
    for wrong in (5, "", None, "a\0b"):
        with pytest.raises(SettingError, match="place"):
            trainer.start(architecture).keep(wrong)
    with pytest.raises(SettingError, match="attempt"):
        trainer.start(architecture).keep("trial", 0)


@pytest.mark.parametrize("minutes", [0, -1, "5", float("nan"), True])
def test_minutes_have_to_be_a_time(minutes, make):
    with pytest.raises(SettingError, match="checkpoint_minutes"):
        make(checkpoint_minutes=minutes)
    assert make(checkpoint_minutes=ALWAYS)[0].checkpoint_minutes == ALWAYS
