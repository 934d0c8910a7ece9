"""What the settings of a recipe are by default, and which of them belong to which data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from nbnas.training.optimizers.optimizer import SGD, AdamW

BY_DATA: Any = None  # the default of a setting that depends on the data
OF_PICTURES: Mapping[str, Any] = MappingProxyType(
    {
        **{"epochs": 12, "batch_size": 64, "channels": 8, "sequence": None, "clip": None},
        "optimizer": SGD(),
    }
)
"""What settings are by default where the data are pictures; the optimiser knows the others."""
OF_TEXT: Mapping[str, Any] = MappingProxyType(
    {
        **{"epochs": 6, "batch_size": 32, "channels": 128, "sequence": 64, "clip": 1.0},
        "optimizer": AdamW(),
    }
)
"""What they are where the data are text."""
RATES = ("learning_rate", "weight_decay")  # the others: what an optimiser knows
NEVER: Mapping[str, Any] = MappingProxyType(
    {
        **{"sequence": None, "dropout": 0.0, "augment": None, "channels_last": None, "mix": None},
        **{"test_flip": False, "decay_all": True, "ema": None, "patience": None, "skeleton": None},
        **{"deterministic": False, "keep_weights": False, "compile": None, "cuda_graphs": None},
        **{"fidelities": None},
    }
)
"""What settings are where they have no effect."""
LATER = (  # unknown to earlier studies
    *("measure", "sequence", "dropout", "clip", "skeleton", "deterministic"),
    *("optimizer", "decay_all", "ema", "patience", "mix", "test_flip", "compile", "fidelities"),
)
NOT_OF_TEXT = ("augment", "channels_last", "skeleton", "mix", "test_flip", "compile")
OF_TEXT_ONLY = ("sequence", "dropout")
