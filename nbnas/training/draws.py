"""Torch's own generators while a user's code draws from them: seeded, and put back afterwards.

nbnas draws from generators of its own. The layers of torch, and so those of a user, draw from
torch's: initial weights where a module is made, dropout while it is trained.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor

CPU = torch.device("cpu")


@contextmanager
def drawing(generator: torch.Generator) -> Iterator[None]:
    """A context in which torch's generator of the CPU begins with a seed that another one gives.

    Args:
        generator: Gives the seed; one draw of it is used.
    """
    seed = int(torch.randint(2**62, (), generator=generator, device=CPU))
    before = torch.get_rng_state()
    torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        torch.set_rng_state(before)


class Draws:
    """What a training draws from torch's own generators: each time it goes on where it was.

    Args:
        seed: The training's seed.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._states: dict[torch.device, Tensor] = {}
        self._inside: tuple[torch.device, ...] = ()

    @contextmanager
    def within(self, device: torch.device) -> Iterator[None]:
        """A context in which torch's generators are this training's, those of a device, too."""
        devices = (CPU, device) if device.type == "cuda" else (CPU,)
        before = {each: _state(each) for each in devices}
        for each in devices:
            _set(each, self._states.get(each, _begun(each, self._seed)))
        self._inside = devices
        try:
            yield
        finally:
            self._states, self._inside = {each: _state(each) for each in devices}, ()
            for each, state in before.items():
                _set(each, state)

    @property
    def states(self) -> dict[str, Tensor]:
        """Where the generators are now, by the kind of their device."""
        inside = {each: _state(each) for each in self._inside}
        return {each.type: state for each, state in (inside or self._states).items()}

    def resume(self, states: Mapping[str, Tensor]) -> None:
        """Go on where the generators were; only within.

        Args:
            states: What `states` gave, here or in another process; a device that it does not know
                goes on as it is.
        """
        for each in self._inside:
            if each.type in states:
                _set(each, states[each.type])


def _state(device: torch.device) -> Tensor:
    return torch.cuda.get_rng_state(device) if device.type == "cuda" else torch.get_rng_state()


def _set(device: torch.device, state: Tensor) -> None:
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    else:
        torch.set_rng_state(state)


def _begun(device: torch.device, seed: int) -> Tensor:
    """The state of a device's generator after a seed."""
    return torch.Generator(device).manual_seed(seed).get_state()
