"""Rows of recurrent layers and cells."""

import torch

from samples import FLOATS, Sample, T, call

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
NEAR = {"tolerance": {"float32": (1e-5, 1e-5), "float16": (1e-2, 1e-2), "bfloat16": (6e-2, 6e-2)}}
SMALL = {"low": -0.8, "high": 0.8}


def weights(gates: int, directions: int = 1, layers: int = 1, bias: bool = True, size: int = 4) -> list:
    rows, shapes = gates * 4, []
    for layer in range(layers):
        for _ in range(directions):
            shapes += [(rows, 3 if layer == 0 else directions * size), (rows, size)]
            shapes += [(rows,), (rows,)] if bias else []
            shapes += [(size, 4)] if size != 4 else []
    return [T(*shape, **SMALL) for shape in shapes]


def states(kind: str, count: int, size: int = 4):
    hidden = T(count, 2, size, **SMALL)
    return [hidden, T(count, 2, 4, **SMALL)] if kind == "LSTM" else hidden


def layers(kind: str) -> list:
    gates = GATES[kind]
    calls = [
        call(T(5, 2, 3), states(kind, 1), weights(gates), True, 1, 0.0, False, False, False),
        call(T(2, 5, 3), states(kind, 4), weights(gates, 2, 2), True, 2, 0.0, True, True, True),
        call(T(1, 2, 3), states(kind, 1), weights(gates, bias=False), False, 1, 0.0, False, False, False),
    ]
    if kind == "LSTM":
        projected = weights(gates, 2, 1, size=2)
        calls.append(call(T(4, 2, 3), states(kind, 2, 2), projected, True, 1, 0.0, False, True, False))
    return calls


def cells(kind: str) -> list:
    gates = GATES[kind]
    hidden = T(2, 4, **SMALL)
    state = [hidden, T(2, 4, **SMALL)] if kind == "LSTM" else hidden
    return [call(T(2, 3), state, *weights(gates)), call(T(2, 3), state, *weights(gates, bias=False))]


def sequence(kind, gates, hidden, cell, weight, bias, projection, batches, reverse):
    begins = [sum(batches[:k]) for k in range(len(batches))]
    outputs, cells, kept = [None] * len(batches), [None] * len(batches), [None] * len(batches)
    for k in reversed(range(len(batches))) if reverse else range(len(batches)):
        n = batches[k]
        x, h = gates[begins[k] : begins[k] + n], hidden[:n]
        if kind == "LSTM":
            i, f, g, o = (x + h @ weight.T).chunk(4, 1)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            new = f * cell[:n] + i * g
            out = o * new.tanh()
            out = out if projection is None else out @ projection.T
            cell, cells[k], kept[k] = torch.cat([new, cell[n:]]), new, torch.cat([i, f, g, o], 1)
        else:
            y = h @ weight.T if bias is None else h @ weight.T + bias
            (xr, xz, xn), (yr, yz, yn) = x.chunk(3, 1), y.chunk(3, 1)
            r, z = (xr + yr).sigmoid(), (xz + yz).sigmoid()
            g = (xn + r * yn).tanh()
            out, kept[k] = g + z * (h - g), torch.cat([r, z, g, yn], 1)
        hidden, outputs[k] = torch.cat([out, hidden[n:]]), out
    none = gates[:0, :0]
    return (
        torch.cat(outputs),
        hidden,
        cell if kind == "LSTM" else none,
        torch.cat(cells) if kind == "LSTM" else none,
        torch.cat(kept),
    )


def lstm_step_backward(grad_hidden, grad_cell, cell_before, cell, gates):
    i, f, g, o = gates.chunk(4, 1)
    squashed = cell.tanh()
    total = grad_cell + grad_hidden * o * (1 - squashed * squashed)
    sums = [total * g * i * (1 - i), total * cell_before * f * (1 - f), total * i * (1 - g * g)]
    return torch.cat([*sums, grad_hidden * squashed * o * (1 - o)], 1), total * f


def lstm_layers(gates, hidden, cell, weights, input_weights, biases, steps):
    outputs, states, all_cells, kept = [], [], [], []
    for layer, weight in enumerate(weights):
        if layer > 0:
            gates = outputs[-1] @ input_weights[layer - 1].T + (biases[layer - 1] if biases else 0)
        batches = (len(gates) // steps,) * steps
        results = sequence("LSTM", gates, hidden[layer], cell[layer], weight, None, None, batches, False)
        for to, t in zip((outputs, states, all_cells, kept), (*results[:2], *results[3:]), strict=True):
            to.append(t)
        states[-1] = results[1:3]
    hidden, cell = (torch.stack(t) for t in zip(*states, strict=True))
    below = torch.stack(outputs[:-1]) if len(outputs) > 1 else outputs[0][:0].reshape(0, *outputs[0].shape)
    return outputs[-1], hidden, cell, below, torch.stack(all_cells), torch.stack(kept)


def lstm_layers_backward(grad_output, dh, dc, cell, weights, input_weights, cells, gates, steps, reverse):
    results, order = [], range(steps)[:: -1 if reverse else 1]
    for layer in reversed(range(len(weights))):
        now = list(zip(*(t[layer].chunk(steps) for t in (cells, gates)), strict=True))
        sums, h, c = [None] * steps, dh[layer], dc[layer]
        for i in reversed(range(steps)):
            k = order[i]
            before = now[order[i - 1]][0] if i else cell[layer]
            total = h if grad_output is None else h + grad_output.chunk(steps)[k]
            sums[k], c = lstm_step_backward(total, c, before, *now[k])
            h = sums[k] @ weights[layer]
        results.insert(0, (torch.cat(sums), h, c))
        if layer > 0:
            grad_output = results[0][0] @ input_weights[layer - 1]
    return tuple(torch.stack(t) for t in zip(*results, strict=True))


def gru_step_backward(grad_hidden, hidden_before, gates):
    r, z, g, part = gates.chunk(4, 1)
    d_new = grad_hidden * (1 - z) * (1 - g * g)
    d_update = grad_hidden * (hidden_before - g) * z * (1 - z)
    d_reset = d_new * part * r * (1 - r)
    return torch.cat([d_reset, d_update, d_new], 1), torch.cat([d_reset, d_update, d_new * r], 1), grad_hidden * z


UNIT = {"low": 0.1, "high": 0.9}

SAMPLES = [
    *(Sample(name, *layers(name.upper()), **NEAR) for name in ("lstm", "gru", "rnn_tanh", "rnn_relu")),
    *(Sample(f"{name}_cell", *cells(name.upper()), **NEAR) for name in ("lstm", "gru", "rnn_tanh", "rnn_relu")),
    Sample(
        "_recurrent_sequence",
        call("LSTM", T(6, 16), T(3, 4), T(3, 4), T(16, 4), None, None, (3, 2, 1), False),
        call("LSTM", T(6, 16), T(3, 2), T(3, 4), T(16, 2), None, T(2, 4), (3, 2, 1), True),
        call("GRU", T(6, 12), T(3, 4), None, T(12, 4), T(12), None, (3, 2, 1), True),
        call("GRU", T(6, 12), T(2, 4), None, T(12, 4), None, None, (2, 2, 2), True),
        reference=sequence,
        **NEAR,
    ),
    Sample(
        "_lstm_step_backward",
        call(T(3, 4), T(3, 4), T(3, 4), T(3, 4), T(3, 16, **UNIT)),
        dtypes=FLOATS,
        reference=lstm_step_backward,
        grad=False,
        **NEAR,
    ),
    Sample(
        "_lstm_layers",
        call(T(6, 16), T(1, 2, 4), T(1, 2, 4), [T(16, 4)], [], [], 3),
        call(T(6, 16), T(3, 3, 4), T(3, 3, 4), [T(16, 4)] * 3, [T(16, 4)] * 2, [T(16)] * 2, 2),
        call(T(34, 16), T(2, 2, 4), T(2, 2, 4), [T(16, 4)] * 2, [T(16, 4)], [], 17),
        reference=lstm_layers,
        **NEAR,
    ),
    Sample(
        "_lstm_layers_backward",
        call(T(6, 4), T(1, 2, 4), T(1, 2, 4), T(1, 2, 4), [T(16, 4)], [], T(1, 6, 4), T(1, 6, 16, **UNIT), 3, False),
        call(None, T(1, 3, 4), T(1, 3, 4), T(1, 3, 4), [T(16, 4)], [], T(1, 6, 4), T(1, 6, 16, **UNIT), 2, True),
        call(
            *(T(34, 4), T(2, 2, 4), T(2, 2, 4), T(2, 2, 4), [T(16, 4)] * 2, [T(16, 4)]),
            *(T(2, 34, 4), T(2, 34, 16, **UNIT), 17, False),
        ),
        reference=lstm_layers_backward,
        grad=False,
        **NEAR,
    ),
    Sample(
        "_gru_step_backward",
        call(T(3, 4), T(3, 4), T(3, 16, **UNIT)),
        dtypes=FLOATS,
        reference=gru_step_backward,
        grad=False,
        **NEAR,
    ),
]
