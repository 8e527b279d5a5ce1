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


def lstm_sequence_backward(grad_output, dh, dc, cell, weight, cells, gates, batches, reverse):
    steps = list(zip(*(t.split(batches) for t in (cells, gates)), strict=True))
    order = range(len(batches))[:: -1 if reverse else 1]
    sums = [None] * len(batches)
    for i in reversed(range(len(batches))):
        k = order[i]
        before = steps[order[i - 1]][0] if i else cell
        total = dh if grad_output is None else dh + grad_output.split(batches)[k]
        sums[k], dc = lstm_step_backward(total, dc, before, *steps[k])
        dh = sums[k] @ weight
    return torch.cat(sums), dh, dc


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
        "_lstm_sequence_backward",
        call(T(6, 4), T(2, 4), T(2, 4), T(2, 4), T(16, 4), T(6, 4), T(6, 16, **UNIT), (2, 2, 2), False),
        call(None, T(3, 4), T(3, 4), T(3, 4), T(16, 4), T(6, 4), T(6, 16, **UNIT), (3, 3), True),
        reference=lstm_sequence_backward,
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
