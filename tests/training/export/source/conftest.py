"""Networks with weights as after a training, without one."""

import types

import pytest
import torch
from torch import nn

from nbnas.training.export.facts import Facts
from nbnas.training.export.source.source import source_of
from nbnas.training.networks.network import build_network

HOSTILE = ("a'b", 'c"d', '"""\nimport os', "\u202egnp.exe", "{0}", "\\")


class Normalize(nn.Module):
    """As a network begins with; see `nbnas.training.networks.normalize`."""

    def __init__(self, channels):
        super().__init__()
        generator = torch.Generator().manual_seed(5)
        self.register_buffer("shift", torch.rand(channels, 1, 1, generator=generator) * 100)
        self.register_buffer("scale", torch.rand(channels, 1, 1, generator=generator) + 50)

    def forward(self, images):
        return (images.to(torch.float32) - self.shift) / self.scale


def trained(network, channels):
    """A network for raw pixels whose normalisations are as if it had seen pictures."""
    generator = torch.Generator().manual_seed(3)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(generator=generator)
            module.running_var.uniform_(0.5, 2, generator=generator)
            nn.init.uniform_(module.weight, 0.5, 1.5, generator=generator)
            nn.init.normal_(module.bias, generator=generator)
    return nn.Sequential(Normalize(channels), network).eval()


def facts_for(architecture, image_shape):
    return Facts('my \'data\' """', HOSTILE, image_shape, True, str(architecture), "0.1.0")


def _run(source):
    """The module of a source, and its network with the weights."""
    module = types.ModuleType("model")
    module.__file__ = "model.py"
    exec(compile(source.text, "model.py", "exec"), module.__dict__)
    network = module.Network()
    network.load_state_dict(source.weights, strict=True)
    return module, network.eval()


def taken(network, architecture, image_shape):
    source = source_of(network, architecture, facts_for(architecture, image_shape))
    if source is None:
        return types.SimpleNamespace(trained=network, source=None)
    module, made = _run(source)
    return types.SimpleNamespace(trained=network, source=source, module=module, made=made)


@pytest.fixture(scope="session")
def run():
    """Makes the module of a source, and its network with the weights."""
    return _run


@pytest.fixture(scope="session")
def take():
    """Writes a network of one's own, `(network, architecture, image_shape)`."""
    pytest.importorskip("safetensors")
    return lambda network, architecture, shape: taken(
        trained(network, shape[0]), architecture, shape
    )


@pytest.fixture(scope="session")
def sourced():
    """Makes a network of an architecture, its source, and what the source makes."""

    def make(architecture, image_shape=(3, 16, 16), **settings):
        pytest.importorskip("safetensors")
        network = build_network(
            architecture,
            image_shape=image_shape,
            classes=len(HOSTILE),
            generator=torch.Generator().manual_seed(0),
            **settings,
        )
        return taken(trained(network, image_shape[0]), architecture, image_shape)

    return make
