"""Known networks to compare with: trained by the recipe of a search, beside what it found."""

from nbnas.baselines.baseline import Baseline
from nbnas.baselines.compare import compare, compared
from nbnas.baselines.known import (
    alexnet,
    gru,
    known,
    lenet5,
    lstm,
    plain,
    resnet20,
    rnn,
    vgg11,
)
from nbnas.baselines.lineup import Lineup

__all__ = [
    "Baseline",
    "Lineup",
    "alexnet",
    "compare",
    "compared",
    "gru",
    "known",
    "lenet5",
    "lstm",
    "plain",
    "resnet20",
    "rnn",
    "vgg11",
]
