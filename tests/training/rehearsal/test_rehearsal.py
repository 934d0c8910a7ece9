import contextlib
import time
from statistics import mean

import pytest
import torch
from torch import nn

import nbnas as nb
from nbnas.training.rehearsal.rehearsal import SAMPLED, SHORT, STEPS, WITHIN, rehearse
from nbnas.training.rehearsal.shortened import held_out_share, shortened
from nbnas.training.repeated import RepeatedTrainer
from nbnas.training.tasks.of_recipe import steps_of

CELLS = nb.CellSpace().sample(0, SAMPLED)
DIGITS = nb.digits()
BOOK = nb.from_text("to be or not to be\n" * 60)


class Fake:
    """Trainings on a clock of its own: each step takes so many seconds, after a slow first one."""

    def __init__(self, step, warming=0.0):
        self.step, self.warming, self.now, self.made = step, warming, 0.0, []

    def clock(self):
        return self.now

    def __call__(self, recipe, architecture):
        assert recipe.checkpoint_minutes is None
        steps, seconds = steps_of(recipe), 0.0
        self.made.append((architecture, steps))
        for epoch in range(1, recipe.epochs + 1):
            lasted = steps * self.step + self.warming
            self.warming, seconds, self.now = 0.0, seconds + lasted, self.now + lasted
            yield nb.EpochReport(epoch, recipe.epochs, seconds=seconds)


def trainer(**settings):
    return nb.Trainer(DIGITS, device="cpu", **settings)


@pytest.mark.parametrize("step", [0.001, 0.04, 0.5])
def test_a_training_is_all_steps_of_all_epochs_and_a_third_for_what_is_held_out(step):
    recipe, fake = trainer(epochs=3), Fake(step)
    (first, *_) = rehearse(recipe, fake, CELLS[:1], clock=fake.clock).each
    expected = 3 * steps_of(recipe) * step * (1 + held_out_share(recipe) / 3)
    assert first == pytest.approx(expected)


def test_a_first_step_that_warms_up_does_not_count():
    fake = Fake(0.001, warming=1.2)
    found = rehearse(trainer(epochs=1), fake, CELLS[:1], clock=fake.clock)
    assert found.each[0] < 0.1


def test_a_slow_step_is_made_once_and_of_one_architecture():
    fake = Fake(40.0)
    found = rehearse(trainer(), fake, CELLS, trials=1000, clock=fake.clock)
    assert (len(found.each), fake.now) == (1, 40.0)


def test_timing_takes_seconds_or_a_small_share_of_the_search():
    fake = Fake(0.1)
    many = rehearse(trainer(epochs=9), fake, CELLS, trials=1000, clock=fake.clock)
    assert WITHIN <= fake.now < WITHIN + 1 or len(many.each) == SAMPLED
    fake = Fake(0.1)
    few = rehearse(trainer(epochs=1), fake, CELLS, trials=2, clock=fake.clock)
    assert len(few.each) < len(many.each)


def test_short_steps_are_timed_together():
    fake = Fake(SHORT / 3)
    rehearse(trainer(), fake, CELLS[:1], clock=fake.clock)
    assert [steps for _, steps in fake.made] == [1, 3]
    fake = Fake(1e-6)
    rehearse(trainer(batch_size=16), fake, CELLS[:1], clock=fake.clock)
    assert [steps for _, steps in fake.made] == [1, STEPS]


def test_the_first_is_of_middling_size():
    light, heavy = nb.CellSpace().parse(LIGHT), nb.CellSpace().parse(HEAVY)
    middle = nb.CellSpace().parse(MIDDLE)
    fake = Fake(40.0)
    rehearse(trainer(), fake, [heavy, light, middle], clock=fake.clock)
    assert fake.made[0][0] == middle


LIGHT = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
MIDDLE = "|nor_conv_1x1~0|+|nor_conv_1x1~0|none~1|+|nor_conv_1x1~0|nor_conv_1x1~1|none~2|"
HEAVY = LIGHT.replace("none", "nor_conv_3x3").replace("skip_connect", "nor_conv_3x3")


def test_what_cannot_be_trained_is_left_out_with_its_reason():
    fake = Fake(0.1)

    def start(recipe, architecture):
        if architecture in CELLS[:3]:
            raise RuntimeError("CUDA out of memory\nof course")
        return fake(recipe, architecture)

    found = rehearse(trainer(), start, CELLS[:4], trials=10**6, clock=fake.clock)
    assert len(found.each) == 1
    assert found.reason == "RuntimeError: CUDA out of memory of course"
    assert rehearse(trainer(), start, CELLS[:3], clock=fake.clock).each == ()


@pytest.mark.parametrize(
    "recipe",
    [
        nb.Trainer(DIGITS, batch_size=50, device="cpu"),
        nb.Trainer(DIGITS, batch_size=5000, device="cpu"),  # a training of one step
        nb.Trainer(BOOK, batch_size=4, sequence=8, device="cpu"),
        nb.Trainer(BOOK, batch_size=4, sequence=1, device="cpu"),
    ],
)
def test_a_short_recipe_has_so_many_steps_of_the_same_size(recipe):
    for steps in (1, 3):
        short = shortened(recipe, steps, 2)
        assert steps_of(short) == min(steps, steps_of(recipe))
        assert (short.epochs, short.batch_size, short.sequence) == (
            *(2, recipe.batch_size, recipe.sequence),
        )
        assert type(short) is nb.Trainer
    assert 0 < held_out_share(recipe) <= 1


def test_an_estimate_changes_no_number():
    recipe = trainer(epochs=1, batch_size=256)
    before = recipe(CELLS[0], seed=3)
    state = torch.get_rng_state()
    estimate = recipe.estimate(nb.CellSpace(), 30, seed=1)
    assert torch.equal(state, torch.get_rng_state())
    assert recipe(CELLS[0], seed=3).measured == before.measured
    assert estimate.source == "timed steps"
    assert estimate.trial > 0
    assert 0 < estimate.seconds < 30


def test_text_and_seeds_side_by_side_are_estimated():
    book = nb.Trainer(BOOK, epochs=1, batch_size=4, channels=4, device="cpu")
    assert book.estimate(nb.RecurrentSpace()).trial > 0
    repeated = RepeatedTrainer(trainer(epochs=1, batch_size=512), seeds=(0, 1))
    assert repeated.estimate(nb.CellSpace()).trial > 0


def test_a_network_of_ones_own_that_fails_is_told():
    def broken(architecture, data):
        return nn.Linear(3, data.classes)

    estimate = trainer(network=broken).estimate(nb.CellSpace(), 30)
    assert estimate.total is None
    assert "no training began" in estimate.text
    assert "broken" in estimate.text or "Linear" in estimate.text


def test_a_loss_that_would_be_no_number_is_timed_all_the_same():
    assert trainer(learning_rate=1e4, epochs=1).estimate(nb.CellSpace()).trial > 0


@pytest.mark.parametrize("wrong", [{"space": 3}, {"trials": -1}, {"seed": -1}])
def test_what_is_none_is_refused(wrong):
    with pytest.raises(nb.NbnasError, match=f"expected {next(iter(wrong))}"):
        trainer().estimate(**{"space": nb.CellSpace(), **wrong})


@pytest.mark.slow
@pytest.mark.parametrize("data", ["pictures", "text"])
def test_is_right_within_a_factor_of_two(data):
    recipe, space = trainer(epochs=12), nb.CellSpace()
    if data == "text":
        book = nb.from_text("to be or not to be, that is the question\n" * 1000)
        recipe = nb.Trainer(book, epochs=1, channels=32, learning_rate=1e-4, device="cpu")
        space = nb.RecurrentSpace()
    estimate, real = recipe.estimate(space, 12), []
    for architecture in space.sample(7, 12):
        began = time.perf_counter()
        with contextlib.suppress(nb.errors.TrainingError):  # some cells give no number at once
            recipe(architecture, seed=0)
            real.append(time.perf_counter() - began)
    assert len(real) >= 6
    assert mean(real) / 2 < estimate.trial < 2 * mean(real)
