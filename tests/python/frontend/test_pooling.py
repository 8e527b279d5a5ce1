"""Pooling in both memory formats, forward, backward and twice backward, beside PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import vibetensor.torch as vt
from compare import ours_of, same, theirs_of
from vibetensor import _C

# function, arguments, spatial dims of the input
CASES = [
    ("max_pool2d", (2,), (8, 6)),
    ("max_pool2d", (3, 2, 1), (9, 7)),
    ("max_pool2d", ((3, 2), (1, 3), (1, 0), (2, 1), True), (9, 8)),
    ("max_pool2d", (17, 1), (18, 19)),  # more positions than a byte counts
    ("max_pool3d", (2, 2, 1), (4, 5, 6)),
    ("max_pool3d", ((1, 3, 2), (1, 2, 1), (0, 1, 1), (1, 1, 2)), (3, 5, 6)),
    ("adaptive_max_pool2d", ((4, 3),), (9, 7)),
    ("adaptive_max_pool3d", (1,), (3, 4, 5)),
    ("avg_pool2d", (2,), (8, 6)),
    ("avg_pool2d", (3, 2, 1, True, False), (9, 7)),
    ("avg_pool2d", ((3, 1), (2, 1), (1, 0)), (9, 7)),  # the last dim stays as it is
    ("avg_pool2d", ((2, 3), (3, 2), (1, 1), False, True, 5), (9, 7)),
    ("avg_pool3d", (2, 2, 1), (4, 5, 6)),
    ("adaptive_avg_pool2d", ((4, 3),), (9, 7)),
    ("adaptive_avg_pool2d", (1,), (9, 7)),
    ("adaptive_avg_pool3d", ((2, 1, 3),), (3, 4, 5)),
]
DTYPES = ("float32", "float64", "bfloat16")
# Sums round in another order, and a mean of few bits may be the next number.
PLACES = {"float32": (2e-6, 1e-6), "float64": (1e-13, 1e-13), "bfloat16": (1.6e-2, 1e-2)}


def last(t: Any, dims: int) -> Any:
    return t.channels_last if dims == 2 else t.channels_last_3d


def inputs(shape: tuple[int, ...], dtype: torch.dtype, channels_last: bool) -> torch.Tensor:
    """Numbers of few bits with many ties."""
    x = torch.randint(-20, 20, shape, generator=torch.Generator().manual_seed(len(shape))).to(dtype) / 4
    return x.to(memory_format=last(torch, len(shape) - 2)) if channels_last else x


@pytest.mark.parametrize("channels_last", [False, True], ids=["contiguous", "channels_last"])
@pytest.mark.parametrize("channels", [1, 3, 130])
@pytest.mark.parametrize("name, arguments, spatial", CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_pooling_in_a_memory_format(name, arguments, spatial, channels, channels_last):
    for dtype in DTYPES[:2] if name == "avg_pool3d" else DTYPES:  # PyTorch has no avg_pool3d of bfloat16 on the CPU
        rtol, atol = PLACES[dtype]
        x = inputs((2, channels, *spatial), getattr(torch, dtype), channels_last).requires_grad_()
        mine = ours_of(x)
        y, y_mine = getattr(torch.nn.functional, name)(x, *arguments), getattr(vt.nn.functional, name)(mine, *arguments)
        assert same(y_mine, y.detach(), name, rtol=rtol, atol=atol)
        grad = torch.randint(-8, 8, y.shape, generator=torch.Generator().manual_seed(1)).to(x.dtype) / 2
        (wanted,) = torch.autograd.grad(y, x, grad)
        (found,) = vt.autograd.grad(y_mine, mine, ours_of(grad))
        assert same(found, wanted, f"gradient of {name}", rtol=rtol, atol=atol)
        if channels_last and channels > 1:
            assert y_mine.is_contiguous(memory_format=last(vt, len(spatial)))
            assert found.is_contiguous(memory_format=last(vt, len(spatial)))


@pytest.mark.parametrize("name, arguments, spatial", CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_second_gradients_of_pooling(name, arguments, spatial):
    """The gradient of a function of the gradient, with respect to the result's gradient."""
    found = []
    x = inputs((2, 3, *spatial), torch.float64, True)
    for t, value in ((torch, x), (vt, ours_of(x))):
        value = value.requires_grad_()
        y = getattr(t.nn.functional, name)(value * 1, *arguments)
        grad = t.ones_like(y).requires_grad_()
        (first,) = t.autograd.grad(y, value, grad, create_graph=True)
        weights = t.arange(first.numel(), dtype=t.float64).view(first.shape)
        (second,) = t.autograd.grad((first * weights).sum(), grad)
        found.append(second)
    assert same(found[1], found[0], name, rtol=1e-12, atol=1e-12)


def test_windows_of_nothing_but_nan_and_infinity():
    nan, inf = float("nan"), float("inf")
    rows = [[-inf, -inf, nan, 1.0], [-inf, -inf, 2.0, nan], [nan, nan, -inf, 0.0], [nan, 1.0, -inf, -inf]]
    x = torch.tensor(rows).expand(1, 5, 4, 4).contiguous()
    for form in (torch.contiguous_format, torch.channels_last):
        given = x.to(memory_format=form)
        for kernel, stride, padding in ((2, 2, 0), (2, 1, 1), (3, 1, 1)):
            wanted = torch.nn.functional.max_pool2d(given, kernel, stride, padding, return_indices=True)
            both = vt.nn.functional.max_pool2d(ours_of(given), kernel, stride, padding, return_indices=True)
            assert same(both[1], wanted[1]) and torch.equal(theirs_of(both[0]).nan_to_num(9), wanted[0].nan_to_num(9))
            alone = vt.nn.functional.max_pool2d(ours_of(given), kernel, stride, padding)
            assert torch.equal(theirs_of(alone).nan_to_num(9), wanted[0].nan_to_num(9))


def test_what_a_byte_cannot_tell_is_refused():
    x = vt.ones(1, 1, 20, 20)
    with pytest.raises(RuntimeError, match="told in a byte"):
        _C.ops._max_windows(x, (1, 1), (20, 20), (1, 1), (0, 0), (1, 1), False)
    with pytest.raises(RuntimeError, match="positive kernel sizes"):
        _C.ops._max_windows(x, (1, 1), (2, 2), (0, 1), (0, 0), (1, 1))
    with pytest.raises(RuntimeError, match="at least 1"):
        _C.ops._average_windows(vt.ones(1, 1, 0, 2), (1, 1), (1, 1), (1, 1), (0, 0), True, None)


def test_max_pool_keeps_a_byte_for_each_maximum():
    """The number of its position in the window, which is what waits for backward."""
    x = vt.tensor([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, 9.0]]]])
    values, found = _C.ops._max_windows(x, (1, 2), (2, 2), (2, 2), (0, 0), (1, 1), False)
    assert values.tolist() == [[[[5.0, 9.0]]]]
    assert found.dtype == vt.uint8 and found.tolist() == [[[[1, 3]]]]
