"""What a training draws from torch's own generators, and where it goes on."""

import torch

from nbnas.training.draws import Draws

CPU = torch.device("cpu")


def drawn(draws, count=3):
    with draws.within(CPU):
        return torch.rand(count)


def test_each_time_goes_on_where_it_was_and_nobody_else_feels_it():
    before = torch.get_rng_state()
    draws = Draws(4)
    one = torch.cat([drawn(draws), drawn(draws)])
    assert torch.equal(one, torch.rand(6, generator=torch.Generator().manual_seed(4)))
    assert torch.equal(torch.get_rng_state(), before)


def test_states_are_those_of_now_within_and_without():
    draws = Draws(4)
    assert draws.states == {}
    with draws.within(CPU):
        torch.rand(3)
        inside = draws.states
        assert torch.equal(inside["cpu"], torch.get_rng_state())
    assert torch.equal(draws.states["cpu"], inside["cpu"])


def test_another_one_resumes_them():
    first = Draws(4)
    drawn(first)
    states, expected = first.states, drawn(first)
    second = Draws(5)
    with second.within(CPU):
        torch.rand(7)
        second.resume({**states, "cuda": torch.zeros(16, dtype=torch.uint8)})
        assert torch.equal(torch.rand(3), expected)
