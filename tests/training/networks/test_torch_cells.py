import torch
from torch import nn

from nbnas.graphs.spaces.recurrent.space import gru, lstm, rnn
from nbnas.training.networks.recurrent import unroll


def seeded(module):
    source = torch.Generator().manual_seed(2)
    for p in module.parameters():
        nn.init.uniform_(p, -0.4, 0.4, generator=source)
    return module


def copy_weights(cell, name, weights, bias):
    own_weights, own_bias = cell.weights(name)
    with torch.no_grad():
        own_bias.copy_(bias)
        for own, weight in zip(own_weights, weights, strict=True):
            own.copy_(weight)


def torch_gates(module, n):
    """For each gate of a torch cell, its two weights and two biases."""
    parts = [p.detach().chunk(n) for p in (module.weight_ih, module.weight_hh)]
    biases = [p.detach().chunk(n) for p in (module.bias_ih, module.bias_hh)]
    return list(zip(*parts, *biases, strict=True))


def linear_behind(cell, name):
    """The linear node that an activation reads."""
    return cell.recipe[name].sources[0]


def reading(cell, *names):
    """The nodes that read exactly these."""
    return [n for n, node in cell.recipe.items() if set(node.sources) == set(names)]


def reader_with(cell, operation, name):
    return next(
        n
        for n, node in cell.recipe.items()
        if node.operation == operation and name in node.sources
    )


def other_source(cell, name, known):
    return next(s for s in cell.recipe[name].sources if s != known)


def test_the_vanilla_cell_is_torchs(cell_of, random_inputs):
    cell, module = cell_of(rnn()), seeded(nn.RNNCell(5, 7))
    w, u, b, c = torch_gates(module, 1)[0]
    copy_weights(cell, linear_behind(cell, "h_new_0"), (w, u), b + c)
    x, (h,) = random_inputs(cell)
    torch.testing.assert_close(cell(x, (h,))[0], module(x, h), atol=1e-5, rtol=0)


def test_the_lstm_is_torchs(cell_of, random_inputs):
    cell, module = cell_of(lstm()), seeded(nn.LSTMCell(5, 7))
    tanh_c = reader_with(cell, "activation_tanh", "h_new_1")
    kept = reader_with(cell, "elementwise_prod", "h_prev_1")
    added = other_source(cell, "h_new_1", kept)
    candidate = next(
        s for s in cell.recipe[added].sources if cell.recipe[s].operation == "activation_tanh"
    )
    activations = (
        other_source(cell, added, candidate),
        other_source(cell, kept, "h_prev_1"),
        candidate,
        other_source(cell, "h_new_0", tanh_c),
    )
    for activation, (w, u, b, c) in zip(activations, torch_gates(module, 4), strict=True):
        copy_weights(cell, linear_behind(cell, activation), (w, u), b + c)
    x, (h, c) = random_inputs(cell)
    for one, other in zip(cell(x, (h, c)), module(x, (h, c)), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=0)


def test_the_gru_is_torchs(cell_of, random_inputs):
    cell, module = cell_of(gru()), seeded(nn.GRUCell(5, 7))
    r, z, n = torch_gates(module, 3)
    (wx,), (uh,) = reading(cell, "x"), reading(cell, "h_prev_0")
    gated = reader_with(cell, "elementwise_prod", uh)
    update = cell.recipe["h_new_0"].sources[0]
    reset = other_source(cell, gated, uh)
    copy_weights(cell, linear_behind(cell, reset), r[:2], r[2] + r[3])
    copy_weights(cell, linear_behind(cell, update), z[:2], z[2] + z[3])
    copy_weights(cell, wx, n[:1], n[2])
    copy_weights(cell, uh, n[1:2], n[3])
    x, (h,) = random_inputs(cell)
    torch.testing.assert_close(cell(x, (h,))[0], module(x, h), atol=1e-5, rtol=0)


def test_unrolls_like_torchs_rnn(generator, cell_of):
    cell, module = cell_of(rnn()), seeded(nn.RNN(5, 7))
    w, u, b, c = (p.detach() for p in module.parameters())
    copy_weights(cell, linear_behind(cell, "h_new_0"), (w, u), b + c)
    values = torch.randn(4, 3, 5, generator=generator())
    outputs, (last,) = unroll(cell, values, cell.initial(3))
    expected, final = module(values)
    torch.testing.assert_close(outputs, expected, atol=1e-5, rtol=0)
    torch.testing.assert_close(last, final[0], atol=1e-5, rtol=0)
