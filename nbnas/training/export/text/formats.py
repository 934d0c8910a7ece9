"""A language model as an exported program and as an ONNX graph.

Notation
    B, L     number of texts side by side, free in both, and of tokens of each
    state    the hidden states of all layers, `(layers, states, B, hidden)`

The program takes one token a call, L = 1: torch would write each step of a longer text anew. The
graph repeats that step for as many tokens as it is given, by ONNX's own operator for it.
"""

import json
from typing import Any, cast

import torch
from torch import nn
from torch.export import Dim, ExportedProgram

from nbnas.training.export.formats import (
    BATCH,
    graph_file,
    graph_of,
    saying_in_onnx,
    traced,
)
from nbnas.training.export.source.language import Language

TOKENS, STATE, SCORES, AFTER = "tokens", "state", "scores", "state_after"
_STEP = ("step_tokens", "step_state", "step_scores", "step_state_after")
_TOKEN, _SCORE, _AXIS, _LENGTH = "step_token", "step_score", "step_axis", "length"


def program_of(network: nn.Module) -> ExportedProgram:
    """What a network computes for one token of any number of texts.

    Args:
        network: The network of `model.py`, in evaluation mode on the CPU.

    Raises:
        ExportError: If torch cannot tell.
    """
    state = network.initial(2)  # type: ignore[operator]
    example, batch = (torch.zeros(2, 1, dtype=torch.int64), state), Dim(BATCH)
    return traced(network, example, ({0: batch}, {2: batch}), "texts")


def onnx_file(program: ExportedProgram, language: Language) -> bytes:
    """The graph for texts of any length, with the vocabulary.

    Raises:
        ExportError: If torch cannot say the program in ONNX, or what it says is none.
    """
    said = {
        "vocabulary": json.dumps(language.vocabulary),
        "level": language.level,
        "data": language.name,
        "architecture": language.architecture,
    }
    with saying_in_onnx():
        return graph_file(repeated(graph_of(program, _STEP[:2], _STEP[2:])), said)


def repeated(step: Any) -> Any:  # noqa: ANN401
    """The graph of a step, made one for any number of steps.

    Args:
        step: An ONNX graph: tokens `(B, 1)` and a state to scores `(B, 1, K)` and the state after.

    Returns:
        Tokens `(B, L)` and a state to scores `(B, L, K)` and the state after the last.
    """
    import onnx

    helper, TensorProto = cast(Any, onnx.helper), onnx.TensorProto  # typed narrower than it is
    tokens, before, scores, after = _STEP
    layers, states, _, hidden = _sides(step.graph.input[1])
    classes = _sides(step.graph.output[0])[2]
    state, real, whole = [layers, states, BATCH, hidden], TensorProto.FLOAT, TensorProto.INT64
    value = helper.make_tensor_value_info
    nodes = [
        helper.make_node("Unsqueeze", [_TOKEN, _AXIS], [tokens]),
        *step.graph.node,
        helper.make_node("Squeeze", [scores, _AXIS], [_SCORE]),
    ]
    body = helper.make_graph(
        nodes,
        "step",
        [value(before, real, state), value(_TOKEN, whole, [BATCH])],
        [value(after, real, state), value(_SCORE, real, [BATCH, classes])],
    )
    scan = {"body": body, "num_scan_inputs": 1, "scan_input_axes": [1], "scan_output_axes": [1]}
    graph = helper.make_graph(
        [helper.make_node("Scan", [STATE, TOKENS], [AFTER, SCORES], **scan)],
        "language_model",
        [value(TOKENS, whole, [BATCH, _LENGTH]), value(STATE, real, state)],
        [value(SCORES, real, [BATCH, _LENGTH, classes]), value(AFTER, real, state)],
        initializer=[*step.graph.initializer, helper.make_tensor(_AXIS, whole, [1], [1])],
    )
    made = helper.make_model(graph, opset_imports=step.opset_import, functions=step.functions)
    made.ir_version = step.ir_version
    return made


def _sides(value: Any) -> list[int]:  # noqa: ANN401
    """The lengths of the sides of an ONNX value; 0 for those that are free."""
    return [side.dim_value for side in value.type.tensor_type.shape.dim]
