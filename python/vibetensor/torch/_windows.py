"""Windows of signals: weights that fade towards both ends."""

from __future__ import annotations

import math
from typing import Any

from vibetensor import _C

ops: Any = _C.ops


def places(
    name: str, window_length: int, periodic: bool, dtype: Any, layout: Any, device: Any, pin_memory: Any
) -> tuple[Any, int]:
    """0, 1, 2, ... of the window and, if it is periodic, of one place more; and the last of them, at least 1."""
    dtype = dtype or _C.get_default_dtype()
    if not dtype.is_floating_point and not dtype.is_complex:
        raise RuntimeError(f"{name} expects floating point dtypes, got: {dtype}")
    if window_length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={window_length}")
    if layout not in (None, _C.strided):
        raise NotImplementedError(f"{name}: only strided tensors are there")
    count = window_length + (periodic and window_length > 1)
    return ops.arange(count, dtype=dtype, device=device, pin_memory=bool(pin_memory)), max(count - 1, 1)


def finished(window: Any, window_length: int, requires_grad: bool) -> Any:
    if window_length <= 1:
        window = ops.ones_like(window)
    return window.narrow(0, 0, window_length).requires_grad_(requires_grad)


def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """alpha - beta * cos(2 pi n / (N - 1)) for n < window_length; N is that, or with `periodic` one more."""
    n, last = places("hamming_window", window_length, periodic, dtype, layout, device, pin_memory)
    window = n.mul_(math.pi * 2 / last).cos_().mul_(-beta).add_(alpha)
    return finished(window, window_length, requires_grad)


def hann_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """0.5 - 0.5 * cos(2 pi n / (N - 1)) for n < window_length; N is that, or with `periodic` one more.

    >>> import vibetensor.torch as torch
    >>> torch.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    n, last = places("hann_window", window_length, periodic, dtype, layout, device, pin_memory)
    return finished(n.mul_(math.pi * 2 / last).cos_().mul_(-0.5).add_(0.5), window_length, requires_grad)


def blackman_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """0.42 - 0.5 * cos(2 pi n / (N - 1)) + 0.08 * cos(4 pi n / (N - 1)) for n < window_length.

    N is window_length, or with `periodic` one more.
    """
    n, last = places("blackman_window", window_length, periodic, dtype, layout, device, pin_memory)
    n = n.mul_(math.pi / last)
    window = n.mul(4).cos_().mul_(0.08) - n.mul(2).cos_().mul_(0.5) + 0.42
    return finished(window, window_length, requires_grad)


def bartlett_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Any:
    """A triangle, 1 - abs(2 n / (N - 1) - 1) for n < window_length; N is that, or with `periodic` one more."""
    n, last = places("bartlett_window", window_length, periodic, dtype, layout, device, pin_memory)
    window, middle = n.mul_(2 / last), last // 2 + 1
    window[middle:] = 2 - window[middle:]
    return finished(window, window_length, requires_grad)
