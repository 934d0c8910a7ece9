"""The files of a network that are no text: its weights, an exported program, an ONNX graph.

Notation
    n, C, H, W   pictures of a batch, their channels, height and width; n is free in every file
"""

import importlib.util
import io
import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from nbnas.brief import cut
from nbnas.errors import ExportError
from nbnas.training.export.facts import Facts

EXTRA = ("safetensors", "onnx", "onnxscript", "onnxruntime")
_TALKATIVE = ("torch.onnx", "torch.fx", "torch.export", "onnxscript")
BATCH, INPUT, OUTPUT = "batch", "pictures", "scores"


def check_extra() -> None:
    """Check that the packages of the extra `export` are there.

    Raises:
        ExportError: If one is not; the message names the extra.
    """
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise ExportError(
            f"expected the packages of the extra export, but {', '.join(missing)} cannot be "
            "found: pip install 'nbnas[export]'"
        )


def weights_file(weights: Mapping[str, Tensor]) -> bytes:
    """Weights as a safetensors file, which holds numbers and nothing that could run."""
    from safetensors.torch import save

    return bytes(save(dict(weights)))


def program_of(network: nn.Module, facts: Facts) -> ExportedProgram:
    """What a network computes, by `torch.export`.

    Args:
        network: The network, in evaluation mode on the CPU.
        facts: What it reads.

    Returns:
        The program, for any number of pictures.

    Raises:
        ExportError: If torch cannot tell what the network computes.
    """
    kind = torch.uint8 if facts.is_whole else torch.float32
    example = torch.zeros((2, *facts.image_shape), dtype=kind)
    return traced(network, (example,), ({0: Dim(BATCH)},), INPUT)


def traced(
    network: nn.Module, example: tuple[Tensor, ...], free: tuple[dict[int, Dim], ...], read: str
) -> ExportedProgram:
    """What a network computes of inputs like an example.

    Args:
        network: The network, in evaluation mode on the CPU.
        example: What it is given.
        free: Of each input the sides that may have any length.
        read: What it reads, in words.

    Raises:
        ExportError: If torch cannot tell.
    """
    try:
        with _quiet(), torch.no_grad():
            return torch.export.export(network, example, dynamic_shapes=free, strict=False)
    except Exception as error:  # torch raises any of its own kinds
        raise ExportError(
            f"expected a network that torch.export can write for any number of {read}, but: "
            f"{_told(error)}. Let its forward not depend on values in tensors, nor on the number "
            f"of {read}"
        ) from error


def program_file(program: ExportedProgram) -> bytes:
    """A program as `torch.export.load` reads it."""
    buffer = io.BytesIO()
    with _quiet():
        torch.export.save(program, buffer)
    return buffer.getvalue()


def onnx_file(program: ExportedProgram, facts: Facts) -> bytes:
    """A program as an ONNX graph with the names of the classes.

    Raises:
        ExportError: If torch cannot say it in ONNX, or what it says is none.
    """
    said = {"class_names": json.dumps(facts.class_names), "data": facts.name}
    with saying_in_onnx():
        graph = graph_of(program, [INPUT], [OUTPUT])
        _name_batch(graph)
        return graph_file(graph, {**said, "architecture": facts.architecture})


def graph_of(program: ExportedProgram, inputs: Sequence[str], outputs: Sequence[str]) -> Any:  # noqa: ANN401
    """A program as an ONNX graph whose inputs and outputs have these names."""
    with _quiet():
        made = torch.onnx.export(
            program,
            (),
            dynamo=True,
            input_names=list(inputs),
            output_names=list(outputs),
            verbose=False,
        )
    return made.model_proto  # type: ignore[union-attr]


def graph_file(graph: Any, said: Mapping[str, str]) -> bytes:  # noqa: ANN401
    """An ONNX graph, checked, as a file that says something more."""
    import onnx

    onnx.helper.set_model_props(graph, dict(said))
    onnx.checker.check_model(graph)
    return bytes(graph.SerializeToString())


@contextmanager
def saying_in_onnx() -> Iterator[None]:
    """Say of a network that cannot become an ONNX graph what to do about it."""
    try:
        yield
    except Exception as error:  # torch, onnxscript and onnx raise any of their own kinds
        raise ExportError(
            f"expected a network that ONNX can say, but: {_told(_root(error))}. Update torch, "
            "onnx and onnxscript, or leave the operation out"
        ) from error


def _name_batch(graph: Any) -> None:  # noqa: ANN401
    """Give the free number of pictures its name wherever it stands."""
    free = graph.graph.input[0].type.tensor_type.shape.dim[0].dim_param
    values = (*graph.graph.input, *graph.graph.output, *graph.graph.value_info)
    for value in values:
        for side in value.type.tensor_type.shape.dim:
            if free and side.dim_param == free:
                side.dim_param = BATCH


def _root(error: BaseException) -> BaseException:
    """What has led to an error in the first place: torch says how far it was, and advises."""
    return error if error.__cause__ is None else _root(error.__cause__)


def _told(error: BaseException) -> str:
    """What was raised, in one line; torch adds pages of advice for its own developers."""
    return cut(f"{type(error).__name__}: {error}", 300)


@contextmanager
def _quiet() -> Iterator[None]:
    """What torch and onnxscript say of their own inner affairs is nothing to act on."""
    loggers = [
        logging.getLogger(name)
        for name in ("torch.onnx", "torch.fx", "torch.export", "onnxscript")
    ]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
