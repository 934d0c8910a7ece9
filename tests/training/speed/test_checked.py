"""A recorded step is compared with the step as it is."""

import pytest
import torch
from recorder import RecordedCapture

import nbnas as nb
from nbnas.training.device import Place
from nbnas.training.memory.pieces import Pieces
from nbnas.training.run import network_of
from nbnas.training.speed import checked
from nbnas.training.speed.checked import TOLERATED, compared
from nbnas.training.speed.graph import Recording, StepGraph
from nbnas.training.speed.step import Step
from nbnas.training.steps.averaging import Averaging
from nbnas.training.steps.optimizer import optimizer_of
from nbnas.training.tasks.of_recipe import task_of

CPU = torch.device("cpu")


@pytest.fixture
def made(photographs, light):
    """A step that has been made twice, and its batch."""
    recipe = nb.Trainer(photographs, batch_size=16, device="cpu", ema=0.9)
    rng = torch.Generator().manual_seed(0)
    task, network = task_of(recipe, Place(), rng), network_of(recipe, light, rng)
    pieces = Pieces(task, network, torch.amp.GradScaler("cpu", enabled=False), Place())
    step = Step(pieces, optimizer_of(recipe, network), Averaging(network, 0.9))
    batch = next(task.batches(task.parts(final=False)[0]))
    for _ in range(2):
        step(batch, None, 0.05)
    step.prepare(0.05)
    return step, batch


def state(step):
    return [each.clone() for each in checked._changing(step)]


def test_the_same_is_no_distance_and_the_step_is_made_once(made):
    step, batch = made
    before = state(step)
    step.whole(batch)
    expected = state(step)
    checked.put_back(checked._changing(step), before)
    answer, apart = compared(step, lambda: step.whole(batch), lambda: step.whole(batch), CPU)
    assert apart == 0
    assert answer.loss.item() > 0
    assert all(map(torch.equal, state(step), expected))


def test_nothing_replayed_is_all_of_the_step(made):
    step, batch = made
    _, apart = compared(step, lambda: None, lambda: step.whole(batch), CPU)
    assert apart == pytest.approx(1)


def test_each_part_of_a_step_counts(made):
    """Weights, running statistics, averages and momenta."""
    step, batch = made
    changing = checked._changing(step)
    weights = sum(1 for _ in step.pieces.network.parameters())
    buffers = sum(1 for _ in step.pieces.network.buffers())
    assert len(changing) == 3 * weights + 2 * buffers
    for at in (0, len(changing) - 1):

        def replay(wrong=changing[at]):
            step.whole(batch)
            with torch.no_grad():
                wrong += 1e3

        _, apart = compared(step, replay, lambda: step.whole(batch), CPU)
        assert apart > TOLERATED


def test_steps_that_stand_still(made):
    step, _ = made
    assert compared(step, lambda: None, lambda: "answer", CPU) == ("answer", 0.0)

    def moves():
        with torch.no_grad():
            next(step.pieces.network.parameters()).add_(1)

    assert compared(step, moves, lambda: "answer", CPU)[1] == float("inf")


def test_torchs_generators_are_put_back_in_between(made):
    step, _ = made
    drawn = []
    compared(step, lambda: drawn.append(torch.rand(3)), lambda: drawn.append(torch.rand(3)), CPU)
    assert torch.equal(*drawn)


def test_a_step_that_fails_has_not_been_made(made):
    step, batch = made
    before = state(step)

    def fails():
        step.pieces.whole(batch)  # moves the running statistics
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.cuda.OutOfMemoryError):
        compared(step, lambda: step.whole(batch), fails, CPU)
    assert all(map(torch.equal, state(step), before))


class Wrong(RecordedCapture):
    """Records nothing, or leaves too little memory for a step beside the recording."""

    def __init__(self, full):
        super().__init__()
        self.full, self.recorded = full, False

    def aside(self, compute):
        if self.recorded and self.full:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return super().aside(compute)

    def record(self, compute):
        self.recorded = True
        found = super().record(compute)
        return found if self.full else Recording(lambda: None, found.result, found.close)


def trained(data, architecture, capture=None):
    """The losses of eight steps, recorded if something records them."""
    recipe = nb.Trainer(data, batch_size=16, device="cpu")
    rng = torch.Generator().manual_seed(0)
    task, network = task_of(recipe, Place(), rng), network_of(recipe, architecture, rng)
    pieces = Pieces(task, network, torch.amp.GradScaler("cpu", enabled=False), Place())
    step = Step(pieces, optimizer_of(recipe, network), Averaging(network, None))
    made = step if capture is None else StepGraph(step, capture, CPU)
    batch = next(task.batches(task.parts(final=False)[0]))
    return [made(batch, None, 0.01).loss.item() for _ in range(8)]


@pytest.mark.parametrize(
    ("full", "said"), [(False, "differs from the step as it is by 100%"), (True, "too little")]
)
def test_a_wrong_recording_changes_no_number(photographs, light, full, said):
    with pytest.warns(UserWarning, match=said) as told:
        losses = trained(photographs, light, Wrong(full))
    assert len(told) == 1
    assert losses == pytest.approx(trained(photographs, light), rel=1e-5)
