"""A step whose network is compiled, or as it is where that fails.

References:
    Ansel et al., PyTorch 2: Faster Machine Learning Through Dynamic Python Bytecode Transformation
    and Graph Compilation, ASPLOS 2024.
"""

import warnings
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import nn

from nbnas.training.memory.pieces import is_too_little
from nbnas.training.speed.checked import copied, put_back
from nbnas.training.speed.step import Step
from nbnas.training.tasks.task import Answer, Batch

Compile = Callable[[nn.Module], Any]


class CompiledStep:
    """Steps with a compiled network; if the first one fails, they are computed as they are.

    The network itself stays as it is: what is compiled reads its weights.

    Args:
        step: The step as it is, on pictures.
        generator: Source of what is random in a step.
        compile: Compiles a module.

    Attributes:
        reason: Why it is not compiled, after all; empty as long as it is.
    """

    def __init__(
        self, step: Step, generator: torch.Generator, compile: Compile = torch.compile
    ) -> None:
        self._step, self._generator, self.reason = step, generator, ""
        self._own, self._begun = step.pieces.network, False
        normalize, body = cast(nn.Sequential, self._own)
        step.pieces.network = nn.Sequential(normalize, compile(body))

    def __call__(self, batch: Batch, carried: Any, rate: float) -> Answer:  # noqa: ANN401
        """Make a step; see `Step`."""
        self._step.prepare(rate)
        if self._begun:
            return self._step.learn(batch, carried)
        self._begun = True
        before = copied([*self._own.buffers()])
        drawn = self._generator.get_state(), torch.get_rng_state()
        try:
            return self._step.learn(batch, carried)
        except Exception as error:  # of any part of the compiler, or of a user's network
            if is_too_little(error):
                raise
            self._fall_back(error)
            put_back([*self._own.buffers()], before)
            self._generator.set_state(drawn[0])
            torch.set_rng_state(drawn[1])
        return self._step.learn(batch, carried)

    def close(self) -> None:
        """Let go of what was compiled."""
        self._step.pieces.network = self._own

    def _fall_back(self, error: Exception) -> None:
        self.close()
        self.reason = f"{type(error).__name__}: {' '.join(str(error).split()):.200}"
        warnings.warn(
            f"expected a network that torch.compile compiles, but {self.reason}; it is computed "
            "as it is; install a C++ compiler if it is that which is missing, or leave out "
            "compile=True of the Trainer",
            stacklevel=3,
        )
