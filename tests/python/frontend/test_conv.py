"""Convolution layers beside PyTorch's: start, text, values, gradients, padding modes, memory formats, messages."""

import pickle

import pytest
import torch
import vibetensor.torch as vt
from compare import copy_weights, ours_of, same

LAYERS = [
    ("Conv1d", (4, 6, 3), {"stride": 2, "padding": 1}, (2, 4, 11)),
    ("Conv2d", (4, 6, (3, 2)), {"dilation": (1, 2), "groups": 2, "bias": False}, (2, 4, 9, 8)),
    ("Conv2d", (3, 6, 3), {"padding": "same", "padding_mode": "reflect"}, (2, 3, 9, 8)),
    ("Conv2d", (3, 6, 3), {"padding": (1, 2), "padding_mode": "circular"}, (2, 3, 9, 8)),
    ("Conv2d", (3, 6, 4), {"padding": "same"}, (3, 9, 8)),
    ("Conv3d", (2, 4, 2), {"padding": 1, "padding_mode": "replicate"}, (1, 2, 4, 5, 3)),
    ("ConvTranspose1d", (4, 6, 3), {"stride": 3, "output_padding": 2}, (2, 4, 5)),
    ("ConvTranspose2d", (4, 6, 3), {"stride": 2, "padding": 1, "groups": 2}, (2, 4, 5, 4)),
    ("ConvTranspose3d", (2, 4, 2), {"stride": (1, 2, 1), "dilation": 2, "bias": False}, (1, 2, 4, 3, 3)),
]
NAMES = [f"{name}-{i}" for i, (name, *_) in enumerate(LAYERS)]


@pytest.mark.parametrize("name, arguments, options, shape", LAYERS, ids=NAMES)
def test_layer(name, arguments, options, shape):
    made = []
    for t in (torch, vt):
        t.manual_seed(3)
        made.append(getattr(t.nn, name)(*arguments, **options))
    theirs, ours = made
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for key, value in theirs.state_dict().items():
        assert same(ours.state_dict()[key], value, rtol=0, atol=0)
    x = torch.randn(shape, requires_grad=True)
    x_ours = ours_of(x)
    out, out_ours = theirs(x), ours(x_ours)
    assert same(out_ours, out)
    out.square().sum().backward()
    out_ours.square().sum().backward()
    assert same(x_ours.grad, x.grad)
    assert same(ours.weight.grad, theirs.weight.grad)
    if theirs.bias is not None:
        assert same(ours.bias.grad, theirs.bias.grad)
    again = pickle.loads(pickle.dumps(ours))
    assert repr(again) == repr(ours) and same(again(x_ours), out)


def test_output_size():
    theirs, ours = (t.nn.ConvTranspose2d(2, 3, 3, stride=3, padding=1) for t in (torch, vt))
    copy_weights(ours, theirs)
    x = torch.randn(1, 2, 4, 4)
    for size in ((11, 12), (1, 3, 10, 11)):
        assert same(ours(ours_of(x), output_size=size), theirs(x, output_size=size))
    for layer, value in ((theirs, x), (ours, ours_of(x))):
        with pytest.raises(ValueError, match="valid sizes range from"):
            layer(value, output_size=(20, 20))
        with pytest.raises(ValueError, match="output_size must have 2 or 4"):
            layer(value, output_size=(20, 20, 20))


@pytest.mark.parametrize(
    "arguments, options",
    [
        ((3, 4, 3), {"groups": 2}),
        ((4, 3, 3), {"groups": 2}),
        ((4, 4, 3), {"groups": 0}),
        ((4, 4, 3), {"padding": "valud"}),
        ((4, 4, 3), {"padding": "same", "stride": 2}),
        ((4, 4, 3), {"padding_mode": "mirror"}),
    ],
)
def test_refused_layers(arguments, options):
    messages = []
    for t in (torch, vt):
        with pytest.raises(ValueError) as error:
            t.nn.Conv2d(*arguments, **options)
        messages.append(str(error.value)[:28])
    assert messages[0] == messages[1]


BAD_CALLS = {
    "channels": ((1, 2, 5, 5), (4, 3, 3, 3), {}),
    "rank": ((2, 5), (4, 3, 3, 3), {}),
    "kernel too large": ((1, 3, 2, 2), (4, 3, 3, 3), {}),
    "groups": ((1, 4, 5, 5), (3, 2, 3, 3), {"groups": 2}),
    "stride": ((1, 3, 5, 5), (4, 3, 3, 3), {"stride": 0}),
    "padding": ((1, 3, 5, 5), (4, 3, 3, 3), {"padding": -1}),
    "dilation": ((1, 3, 5, 5), (4, 3, 3, 3), {"dilation": 0}),
    "list": ((1, 3, 5, 5), (4, 3, 3, 3), {"stride": (1, 1, 1)}),
    "padding by name": ((1, 3, 5, 5), (4, 3, 3, 3), {"padding": "some"}),
    "same with a stride": ((1, 3, 5, 5), (4, 3, 3, 3), {"padding": "same", "stride": 2}),
    "huge": ((1, 3, 5, 5), (4, 3, 3, 3), {"padding": 2**62}),
    "no groups": ((1, 3, 5, 5), (4, 3, 3, 3), {"groups": -1}),
}


@pytest.mark.parametrize("what", BAD_CALLS)
def test_refused_calls(what):
    x, weight, options = BAD_CALLS[what]
    kinds = []
    for t in (torch, vt):
        with pytest.raises((RuntimeError, ValueError, TypeError)) as error:
            t.conv2d(t.ones(x), t.ones(weight), **options)
        kinds.append(error.type)
    assert kinds[1] in (kinds[0], RuntimeError)


def test_bias_and_dtypes_are_checked():
    x, weight = vt.ones(1, 3, 5, 5), vt.ones(4, 3, 3, 3)
    with pytest.raises(RuntimeError, match="expected bias to be 1-dimensional with 4 elements"):
        vt.conv2d(x, weight, vt.ones(3))
    with pytest.raises(RuntimeError, match="should be the same"):
        vt.conv2d(x, weight.double())
    with pytest.raises(RuntimeError, match="should be the same"):
        vt.conv2d(x, weight, vt.ones(4).double())
    with pytest.raises(RuntimeError, match="output padding must be smaller"):
        vt.conv_transpose2d(vt.ones(1, 4, 5, 5), weight, output_padding=1)


@pytest.mark.parametrize("of", ["input", "weight", "neither"])
@pytest.mark.parametrize("transpose", [False, True])
def test_memory_format(of, transpose):
    strides = []
    for t in (torch, vt):
        x, weight = t.ones(2, 4, 6, 5), t.ones(4, 4, 3, 3)
        x = x.to(memory_format=t.channels_last) if of == "input" else x
        weight = weight.to(memory_format=t.channels_last) if of == "weight" else weight
        strides.append((t.conv_transpose2d if transpose else t.conv2d)(x, weight).stride())
    assert strides[0] == strides[1]


def test_large_planes_and_many_images():
    """Wide enough for several chunks of columns, chunks that hold several images, and planes of depthwise filters."""
    near = {"rtol": 1e-4, "atol": 1e-3}  # sums of thousands of products, in another order
    for x, weight, options in [
        ((3, 16, 70, 70), (24, 16, 3, 3), {"padding": 1}),
        ((40, 24, 7, 7), (32, 24, 3, 3), {"padding": 1}),
        ((5, 32, 31, 33), (64, 1, 5, 3), {"padding": (2, 1), "groups": 32, "stride": (2, 1)}),
        ((2, 6, 9, 20, 21), (6, 2, 3, 3, 3), {"groups": 3, "padding": 1}),
    ]:
        a, w = torch.randn(x, requires_grad=True), torch.randn(weight, requires_grad=True)
        a_ours, w_ours = ours_of(a), ours_of(w)
        name = f"conv{len(x) - 2}d"
        out, out_ours = getattr(torch, name)(a, w, **options), getattr(vt, name)(a_ours, w_ours, **options)
        assert same(out_ours, out, **near)
        g = torch.randn_like(out)
        out.backward(g)
        out_ours.backward(ours_of(g))
        assert same(a_ours.grad, a.grad, **near)
        assert same(w_ours.grad, w.grad, **near)


def test_same_bits_for_any_number_of_threads():
    x, w = vt.randn(3, 8, 33, 33), vt.randn(16, 8, 3, 3)
    g = vt.randn(3, 16, 31, 31)
    results = []
    threads = vt.get_num_threads()
    try:
        for n in (1, 2, 5):
            vt.set_num_threads(n)
            a, b = x.clone().requires_grad_(), w.clone().requires_grad_()
            out = vt.conv2d(a, b)
            out.backward(g)
            results.append((out, a.grad, b.grad))
    finally:
        vt.set_num_threads(threads)
    for other in results[1:]:
        assert all(vt.equal(p, q) for p, q in zip(results[0], other, strict=True))


def test_zeros_of_padding_meet_no_infinities():
    x = vt.full((1, 1, 3, 3), float("inf"))
    out = vt.conv2d(x, vt.ones(1, 1, 3, 3), padding=1)
    assert vt.isinf(out).all()
    expected = torch.conv2d(torch.full((1, 1, 3, 3), float("inf")), torch.ones(1, 1, 3, 3), padding=1)
    assert same(out, expected)
