"""Muon for matrices, and another optimiser beside it for all other weights, as one.

Notation
    O, I, H, W   outputs, inputs, height and width of a convolution's kernel `(O, I, H, W)`, which
                 is seen as a matrix of O rows

References:
    Jordan et al., Muon: An optimizer for hidden layers in neural networks, 2024 (a kernel as a
    matrix; biases, normalisations, embeddings and the output layer go to another optimiser).
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nbnas.training.optimizers.uncompiled import Uncompiled


class Beside(Uncompiled, Optimizer):
    """An optimiser of matrices and one of all else, which step together.

    Its `param_groups` are those of the weights as they are, and those of the other one.

    Args:
        weights: The weights that are matrices, or can be seen as such, of two dimensions or more.
        of_matrices: Makes the optimiser of a list of matrices, `(O, -1)` each.
        rest: The optimiser of all other weights; `None` where there are none.
    """

    def __init__(
        self,
        weights: Sequence[nn.Parameter],
        of_matrices: Any,  # noqa: ANN401
        rest: Optimizer | None,
    ) -> None:
        self._pairs = [(weight, nn.Parameter(_matrix(weight.detach()))) for weight in weights]
        self._matrices: Optimizer = of_matrices([matrix for _, matrix in self._pairs])
        self._rest = rest
        super().__init__(list(weights), {"lr": self._matrices.param_groups[0]["lr"]})
        self.param_groups += [] if rest is None else rest.param_groups

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step of both."""
        self._matrices.param_groups[0]["lr"] = self.param_groups[0]["lr"]
        for weight, matrix in self._pairs:
            if not _is_view(matrix, weight):
                matrix.copy_(_matrix(weight))
            matrix.grad = None if weight.grad is None else _matrix(weight.grad)
        self._matrices.step()
        for weight, matrix in self._pairs:
            if not _is_view(matrix, weight):
                weight.copy_(matrix.view(weight.shape))
            matrix.grad = None
        if self._rest is not None:
            self._rest.step()

    def state_dict(self) -> dict[str, Any]:
        """What both remember; of plain tensors and numbers."""
        rest = {} if self._rest is None else {"rest": self._rest.state_dict()}
        return {"matrices": self._matrices.state_dict(), **rest}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self._matrices.load_state_dict(state_dict["matrices"])
        self.param_groups[0]["lr"] = self._matrices.param_groups[0]["lr"]
        if self._rest is not None:
            self._rest.load_state_dict(state_dict["rest"])
            self.param_groups[1:] = self._rest.param_groups  # they are others now


def _matrix(values: Tensor) -> Tensor:
    """`(O, …)` as a matrix `(O, -1)`: a view, unless the layout in memory allows none."""
    return values.reshape(len(values), -1)


def _is_view(matrix: Tensor, weight: Tensor) -> bool:
    return matrix.data_ptr() == weight.data_ptr()
