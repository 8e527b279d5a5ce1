"""repr of tensors, character for character PyTorch's."""

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of

torch.manual_seed(1)
TENSORS = [
    torch.tensor(3.5),
    torch.tensor(7),
    torch.tensor(True),
    torch.randn(3, 4),
    torch.randn(2, 3, 4) * 100,
    torch.randn(3, 0, 2),
    torch.zeros(0),
    torch.zeros(0, dtype=torch.int64),
    torch.zeros(2, 0, dtype=torch.bool),
    torch.arange(2000),
    torch.arange(1001.0),
    torch.randn(20, 30, 40),
    torch.randn(100, 100),
    torch.randn(2, 2000),
    torch.zeros(1100, 1, 1),
    torch.tensor([1e-5, 1.0]),
    torch.tensor([1e10, -1.0]),
    torch.tensor([1.0, 2.0, 1000.0, 1001.0]),
    torch.tensor([1.0, 2.0, float("nan")]),
    torch.tensor([float("inf"), 0.25, float("-inf")]),
    torch.full((2, 2), float("nan")),
    torch.tensor([0.0, -0.0]),
    torch.tensor([123456789.0, 1.0]),
    torch.tensor([1e-30, 1e30]),
    torch.tensor([0.1, 0.2, 0.3]).half(),
    torch.randn(5).bfloat16(),
    torch.randn(5).double(),
    torch.randn(3, dtype=torch.complex64),
    torch.tensor([1 + 2j, -3.5e6 - 1e-3j], dtype=torch.complex128),
    torch.tensor([-1, 20, -300], dtype=torch.int16),
    torch.tensor([[1, 255], [3, 4]], dtype=torch.uint8),
    torch.randint(-(10**12), 10**12, (7, 9)),
    torch.tensor([[True, False]]),
    torch.randn(3, requires_grad=True),
    torch.randn(20, 20, requires_grad=True),
    torch.randn(60),
]


@pytest.mark.parametrize("number", range(len(TENSORS)))
def test_repr_matches(number):
    assert repr(ours_of(TENSORS[number])) == repr(TENSORS[number])
    assert str(ours_of(TENSORS[number])) == str(TENSORS[number])


OPTIONS = [
    {"precision": 2},
    {"precision": 8, "linewidth": 40},
    {"threshold": 5, "edgeitems": 1},
    {"threshold": 5, "edgeitems": 0},
    {"profile": "short"},
    {"profile": "full"},
    {"sci_mode": True},
    {"sci_mode": False},
    {"linewidth": 20},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_options_match(options):
    try:
        vt.set_printoptions(**options)
        torch.set_printoptions(**options)
        for tensor in TENSORS:
            if tensor.numel() < 3000:
                assert repr(ours_of(tensor)) == repr(tensor)
    finally:
        vt.set_printoptions(profile="default")
        torch.set_printoptions(profile="default")


EXPRESSIONS = [
    lambda t, x: x + 1,
    lambda t, x: x * x,
    lambda t, x: x.sum(),
    lambda t, x: x.exp(),
    lambda t, x: x @ x,
    lambda t, x: x[0],
    lambda t, x: x.t(),
    lambda t, x: x.view(-1),
    lambda t, x: x.mean(),
    lambda t, x: t.nn.functional.softmax(x, dim=-1),
    lambda t, x: t.nn.functional.relu(x),
    lambda t, x: t.cat([x, x]),
]


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)))
def test_grad_fn_is_named_as_pytorchs(number):
    x = torch.tensor([[0.5, 2.0], [3.0, -1.0]], requires_grad=True)
    assert repr(EXPRESSIONS[number](vt, ours_of(x))) == repr(EXPRESSIONS[number](torch, x))


def test_default_dtype_changes_what_is_shown():
    try:
        vt.set_default_dtype(vt.float64)
        torch.set_default_dtype(torch.float64)
        for tensor in (torch.ones(2), torch.ones(2, dtype=torch.float32), torch.zeros(0)):
            assert repr(ours_of(tensor)) == repr(tensor)
    finally:
        vt.set_default_dtype(vt.float32)
        torch.set_default_dtype(torch.float32)


def test_format():
    assert f"{vt.tensor(1.23456):.2f}" == "1.23"
    assert f"{vt.tensor(5):>4}" == "   5"
    assert f"{vt.ones(2)}" == "tensor([1., 1.])"
    with pytest.raises(TypeError):
        f"{vt.ones(2):.2f}"


def test_subclasses_print_under_their_name():
    class Mine(vt.Tensor):
        pass

    assert repr(vt.Tensor._make_subclass(Mine, vt.ones(1))) == "Mine([1.])"
