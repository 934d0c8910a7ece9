import pytest
import torch

from nbnas.errors import SettingError
from nbnas.training.schedule import Cosine, LinearDecay, OneCycle, Warmup


def rates(scheduler, optimizer, steps):
    given = []
    for _ in range(steps):
        given.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(given) < steps:
            scheduler.step()
    return given


def sgd(lr):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)


@pytest.mark.parametrize(("steps", "warmup"), [(120, 0.3), (7, 0.5), (40, 0.1), (2, 0.3)])
def test_one_cycle_is_that_of_torch(steps, warmup):
    optimizer = sgd(0.1)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.2, total_steps=steps, pct_start=warmup, cycle_momentum=False
    )
    ours = [OneCycle(warmup).learning_rate(0.2, step, steps) for step in range(steps)]
    assert ours == pytest.approx(rates(scheduler, optimizer, steps), abs=1e-12)


def test_cosine_is_that_of_torch():
    optimizer = sgd(0.3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=30)
    ours = [Cosine().learning_rate(0.3, step, 30) for step in range(30)]
    assert ours == pytest.approx(rates(scheduler, optimizer, 30), abs=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_few_steps_give_finite_rates(steps):
    warm = (Warmup(), Warmup(LinearDecay(), 0.9))
    for schedule in (OneCycle(), OneCycle(0.5), Cosine(), LinearDecay(), *warm):
        for step in range(steps):
            assert 0 < schedule.learning_rate(0.1, step, steps) <= 0.1


@pytest.mark.parametrize("warmup", [0, 1, -0.1, float("nan"), "half"])
def test_wrong_warmup(warmup):
    with pytest.raises(SettingError, match="warmup to be a finite number above 0 and below 1"):
        OneCycle(warmup)
    with pytest.raises(SettingError, match="share to be a finite number above 0 and below 1"):
        Warmup(share=warmup)


def test_linear_decay_is_that_of_torch():
    optimizer = sgd(0.3)
    options = {"start_factor": 1.0, "end_factor": 1e-300, "total_iters": 30}
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, **options)
    ours = [LinearDecay().learning_rate(0.3, step, 30) for step in range(30)]
    assert ours == pytest.approx(rates(scheduler, optimizer, 30), abs=1e-12)


@pytest.mark.filterwarnings("ignore:The epoch parameter")  # of torch 2.4, about itself
@pytest.mark.parametrize("share", [0.1, 0.25])
def test_warmup_is_torchs_linear_one_before_its_cosine(share):
    optimizer, rising = sgd(0.3), round(40 * share)
    schedulers = [
        torch.optim.lr_scheduler.LinearLR(optimizer, 1 / rising, total_iters=rising - 1),
        torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40 - rising),
    ]
    scheduler = torch.optim.lr_scheduler.SequentialLR(optimizer, schedulers, [rising])
    ours = [Warmup(Cosine(), share).learning_rate(0.3, step, 40) for step in range(40)]
    assert ours == pytest.approx(rates(scheduler, optimizer, 40), abs=1e-12)


def test_warmup_goes_before_any_schedule():
    warm = Warmup(LinearDecay(), 0.5)
    given = [warm.learning_rate(1.0, step, 8) for step in range(8)]
    assert given == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25])


def test_a_wrong_schedule_after_the_warmup():
    with pytest.raises(SettingError, match=r"expected schedule to be a schedule such as OneCycle"):
        Warmup("cosine")
