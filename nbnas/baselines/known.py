"""The known networks, and which of them read a data set."""

from typing import Any

from nbnas.baselines.baseline import Baseline, drawn
from nbnas.baselines.networks import alexnet as alexnets
from nbnas.baselines.networks import lenet, resnet, vgg
from nbnas.baselines.networks import plain as plains
from nbnas.checks import whole
from nbnas.errors import SettingError
from nbnas.graphs.spaces.recurrent import space as recurrent

plain = Baseline("plain", drawn("plain", *plains.LAYERS), plains.plain)
lenet5 = Baseline("LeNet-5", drawn("LeNet-5", *lenet.LAYERS), lenet.lenet5)
alexnet = Baseline("AlexNet", drawn("AlexNet", *alexnets.LAYERS), alexnets.alexnet)
vgg11 = Baseline("VGG-11", drawn("VGG-11", *vgg.LAYERS), vgg.vgg11)
resnet20 = Baseline("ResNet-20", drawn("ResNet-20", *resnet.LAYERS), resnet.resnet20)
lstm = Baseline("LSTM", recurrent.lstm())
gru = Baseline("GRU", recurrent.gru())
rnn = Baseline("RNN", recurrent.rnn())

IMAGES = (plain, lenet5, resnet20, vgg11, alexnet)
TEXT = (lstm, gru, rnn)


def known(data: Any, most: int = 10**12) -> tuple[Baseline, ...]:  # noqa: ANN401
    """The known networks that read a data set.

    Args:
        data: A data set of images or of text.
        most: The most weights that one for images may have, for a quick comparison; a million
            leave out VGG-11 and AlexNet.

    Returns:
        Those that read it, the quickest first; none whose images would be too small.

    Example:
        >>> from nbnas.training.data.images import digits
        >>> [baseline.name for baseline in known(digits(), most=1_000_000)]
        ['plain', 'LeNet-5', 'ResNet-20']
    """
    most = whole(0, 10**12)("most", most)
    shape = getattr(data, "image_shape", None)
    if shape is None:
        return TEXT
    return tuple(one for one in IMAGES if 0 < _weights(one, shape, data.classes) <= most)


def _weights(baseline: Baseline, shape: tuple[int, int, int], classes: int) -> int:
    """How many weights one has; 0 where the images are too small for it."""
    try:
        return baseline.parameters(shape, classes)
    except SettingError:
        return 0
