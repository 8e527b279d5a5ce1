"""Recurrent layers and cells beside PyTorch's: values, gradients, packed sequences, weights at the start, refusals."""

import copy
import warnings

import pytest
import torch
import vibetensor.torch as vt
from compare import copy_weights, ours_of, same

LAYERS = {
    "RNN": ("RNN", (5, 4), {}),
    "RNN relu": ("RNN", (5, 4), {"nonlinearity": "relu", "num_layers": 2, "bidirectional": True}),
    "LSTM": ("LSTM", (5, 4), {}),
    "LSTM deep": ("LSTM", (5, 4), {"num_layers": 3, "bidirectional": True, "bias": False}),
    "LSTM projected": ("LSTM", (5, 4), {"num_layers": 2, "bidirectional": True, "proj_size": 3}),
    "GRU": ("GRU", (5, 4), {}),
    "GRU deep": ("GRU", (5, 4), {"num_layers": 2, "bidirectional": True}),
    "GRU without bias": ("GRU", (5, 4), {"bias": False, "batch_first": True}),
    "LSTM batch first": ("LSTM", (5, 4), {"batch_first": True}),
}


def pair(name, arguments, options):
    torch.manual_seed(3)
    theirs = getattr(torch.nn, name)(*arguments, **options)
    ours = getattr(vt.nn, name)(*arguments, **options)
    copy_weights(ours, theirs)
    return theirs, ours


def states_of(theirs, batch, count=None):
    """States that both sides can take, as the layer's forward does."""
    layers = theirs.num_layers * (2 if theirs.bidirectional else 1)
    hidden = torch.randn(layers, batch, theirs.proj_size or theirs.hidden_size, requires_grad=True)
    if theirs.mode != "LSTM":
        return hidden, (hidden,)
    cell = torch.randn(layers, batch, theirs.hidden_size, requires_grad=True)
    return (hidden, cell), (hidden, cell)


def flat(value):
    if isinstance(value, (torch.Tensor, vt.Tensor)):
        return [value]
    return [leaf for part in value for leaf in flat(part)] if isinstance(value, (tuple, list)) else []


def loss_of(outputs):
    return sum(((i + 1) * leaf.square()).sum() for i, leaf in enumerate(outputs))


def check(theirs, ours, x, batch, with_states, run=lambda layer, x, hx: layer(x, hx)):
    x.requires_grad_()
    hx, leaves = states_of(theirs, batch) if with_states else (None, ())
    mine, mine_leaves = ours_of(x), [ours_of(leaf) for leaf in leaves]
    hx_ours = None if hx is None else (tuple(mine_leaves) if isinstance(hx, tuple) else mine_leaves[0])
    expected, got = flat(run(theirs, x, hx)), flat(run(ours, mine, hx_ours))
    assert len(expected) == len(got) > 0
    for a, b in zip(got, expected, strict=True):
        assert same(a, b, rtol=1e-4, atol=1e-5)
    loss_of(expected).backward()
    loss_of(got).backward()
    for a, b in zip([mine, *mine_leaves], [x, *leaves], strict=True):
        assert same(a.grad, b.grad, rtol=1e-3, atol=1e-4)
    for (name, a), (other, b) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == other
        assert same(a.grad, b.grad, what=name, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("what", LAYERS)
@pytest.mark.parametrize("with_states", [False, True])
def test_layer(what, with_states):
    theirs, ours = pair(*LAYERS[what])
    assert repr(ours) == repr(theirs)
    check(theirs, ours, torch.randn(3, 3, 5), 3, with_states)
    x = torch.randn(4, 5)
    assert all(same(a, b, rtol=1e-4, atol=1e-5) for a, b in zip(flat(ours(ours_of(x))), flat(theirs(x)), strict=True))


@pytest.mark.parametrize("what", LAYERS)
@pytest.mark.parametrize("with_states", [False, True])
@pytest.mark.parametrize("lengths", [[4, 2, 2, 1], [2, 5, 3], [3, 3]])
def test_packed(what, with_states, lengths):
    theirs, ours = pair(*LAYERS[what])

    def run(layer, x, hx):
        t = torch if isinstance(x, torch.Tensor) else vt
        rnn = t.nn.utils.rnn
        packed = rnn.pack_padded_sequence(x, t.tensor(lengths), batch_first=True, enforce_sorted=False)
        output, last = layer(packed, hx)
        assert isinstance(output, rnn.PackedSequence)
        return rnn.pad_packed_sequence(output, batch_first=True)[0], last

    check(theirs, ours, torch.randn(len(lengths), max(lengths), 5), len(lengths), with_states, run)


@pytest.mark.parametrize("name", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("bias", [True, False])
def test_cell(name, bias):
    theirs, ours = pair(name, (5, 4), {"bias": bias})
    assert repr(ours) == repr(theirs)
    for x in (torch.randn(3, 5), torch.randn(5)):
        mine = ours_of(x)
        hx, hx_ours = None, None
        for _ in range(3):
            hx, hx_ours = theirs(x, hx), ours(mine, hx_ours)
            for a, b in zip(flat(hx_ours), flat(hx), strict=True):
                assert same(a, b)
        for p in (*theirs.parameters(), *ours.parameters()):
            p.grad = None
        loss_of(flat(hx)).backward()
        loss_of(flat(hx_ours)).backward()
        for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
            assert same(a.grad, b.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("what", ["RNN", "RNN relu", "LSTM", "LSTM projected", "GRU", "GRU without bias"])
def test_second_derivatives(what):
    theirs, ours = (layer.double() for layer in pair(*LAYERS[what]))
    x = torch.randn(3, 2, 5, dtype=torch.float64, requires_grad=True)
    sides = []
    for t, layer, value in ((torch, theirs, x), (vt, ours, ours_of(x))):
        loss = loss_of(flat(layer(value)))
        leaves = [value, *layer.parameters()]
        first = t.autograd.grad(loss, leaves, create_graph=True)
        sides.append([*first, *t.autograd.grad(loss_of(first), leaves)])
    assert all(same(a, b) for a, b in zip(sides[1], sides[0], strict=True))


def test_dropout_between_layers_draws_as_pytorch():
    theirs, ours = pair("GRU", (5, 4), {"num_layers": 3, "dropout": 0.5})
    x = torch.randn(6, 3, 5)
    for t in (torch, vt):
        t.manual_seed(11)
    expected, got = theirs(x), ours(ours_of(x))
    assert same(got[0], expected[0])
    assert same(ours.eval()(ours_of(x))[0], theirs.eval()(x)[0])


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"])
def test_weights_at_the_start(name):
    sides = []
    for t in (torch, vt):
        t.manual_seed(5)
        sides.append(getattr(t.nn, name)(6, 7).state_dict())
    assert list(sides[0]) == list(sides[1])
    for key, value in sides[0].items():
        assert same(sides[1][key], value)


def test_layers_are_copied_and_pickled():
    layer = vt.nn.LSTM(3, 4, num_layers=2)
    x = vt.randn(5, 2, 3)
    copied = copy.deepcopy(layer)
    assert same(copied(x)[0], layer(x)[0])
    assert [len(weights) for weights in copied.all_weights] == [4, 4]
    assert layer.flatten_parameters() is None


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("what", ["RNN", "LSTM", "GRU"])
def test_half(what, dtype):
    theirs, ours = pair(*LAYERS[what])
    x = torch.randn(3, 2, 5)
    out = ours.to(getattr(vt, dtype))(ours_of(x).to(getattr(vt, dtype)))[0]
    assert same(out.float(), theirs(x)[0], rtol=3e-2, atol=3e-2)


def test_shapes_on_meta():
    layer = vt.nn.GRU(3, 4, device="meta")
    output, hidden = layer(vt.empty(5, 2, 3, device="meta"))
    assert tuple(output.shape) == (5, 2, 4)
    assert tuple(hidden.shape) == (1, 2, 4)


def calls_of(name):
    """Calls of a layer (3 features, 4 hidden) that PyTorch refuses."""
    state = lambda t, *shape: tuple(t.zeros(shape) for _ in range(2)) if name == "LSTM" else t.zeros(shape)  # noqa: E731
    return {
        "rank": lambda t, layer: layer(t.ones(3)),
        "no steps": lambda t, layer: layer(t.ones(0, 2, 3)),
        "features": lambda t, layer: layer(t.ones(5, 2, 4)),
        "batch": lambda t, layer: layer(t.ones(5, 2, 3), state(t, 1, 3, 4)),
        "layers": lambda t, layer: layer(t.ones(5, 2, 3), state(t, 2, 2, 4)),
        "state rank": lambda t, layer: layer(t.ones(5, 2, 3), state(t, 1, 4)),
        "state of a batch": lambda t, layer: layer(t.ones(5, 3), state(t, 1, 2, 4)),
        "dtype": lambda t, layer: layer(t.ones(5, 2, 3, dtype=t.float64)),
    }


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("what", calls_of("RNN"))
def test_refused_by_a_layer(name, what):
    errors = []
    for t in (torch, vt):
        layer = getattr(t.nn, name)(3, 4)
        with pytest.raises(Exception) as error:
            calls_of(name)[what](t, layer)
        errors.append((error.type, str(error.value).split("\n")[0]))
    assert errors[1][0] is errors[0][0]
    if what not in ("no steps",):
        assert errors[0][1].replace("torch.Size(", "").rstrip(")") in errors[1][1] or what == "dtype"


MAKING = {
    "nonlinearity": lambda nn: nn.RNN(3, 4, nonlinearity="x"),
    "projected RNN": lambda nn: nn.RNN(3, 4, proj_size=2),
    "projected GRU": lambda nn: nn.GRU(3, 4, proj_size=2),
    "projection": lambda nn: nn.LSTM(3, 4, proj_size=5),
    "negative projection": lambda nn: nn.LSTM(3, 4, proj_size=-1),
    "hidden size": lambda nn: nn.LSTM(3, 0),
    "input size": lambda nn: nn.LSTM(0, 4),
    "layers": lambda nn: nn.LSTM(3, 4, 0),
    "float": lambda nn: nn.LSTM(3, 4.0),
    "dropout": lambda nn: nn.LSTM(3, 4, dropout=2),
    "bool dropout": lambda nn: nn.LSTM(3, 4, dropout=True),
}


@pytest.mark.parametrize("what", MAKING)
def test_refused_when_made(what):
    errors = []
    for t in (torch, vt):
        with pytest.raises(Exception) as error, warnings.catch_warnings(action="ignore"):
            MAKING[what](t.nn)
        errors.append((error.type, str(error.value)))
    assert errors[1] == errors[0]


def test_warns_of_dropout_in_one_layer():
    said = []
    for t in (torch, vt):
        with pytest.warns(UserWarning, match="dropout option adds dropout") as caught:
            t.nn.GRU(3, 4, dropout=0.5)
        said.append((str(caught[0].message), caught[0].filename == __file__))
    assert said[1][0] == said[0][0]
    assert said[1][1]


CELL_CALLS = {
    "rank": lambda t, cell, state: cell(t.ones(5, 2, 3)),
    "batch": lambda t, cell, state: cell(t.ones(2, 3), state(3, 4)),
    "state without a batch": lambda t, cell, state: cell(t.ones(2, 3), state(4)),
    "features": lambda t, cell, state: cell(t.ones(2, 5)),
    "state rank": lambda t, cell, state: cell(t.ones(2, 3), state(1, 2, 4)),
    "state size": lambda t, cell, state: cell(t.ones(2, 3), state(2, 5)),
}


@pytest.mark.parametrize("name", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("what", CELL_CALLS)
def test_refused_by_a_cell(name, what):
    kinds = []
    for t in (torch, vt):

        def state(*shape, t=t):
            return (t.zeros(shape), t.zeros(shape)) if name == "LSTMCell" else t.zeros(shape)

        with pytest.raises(Exception) as error:
            CELL_CALLS[what](t, getattr(t.nn, name)(3, 4), state)
        kinds.append(error.type)
    assert kinds[1] is kinds[0]
