"""Windows of signals: M weights that fade towards both ends.

A window is symmetric, or with `sym=False` the first M of a symmetric one of M + 1, to be repeated. Its largest weight is 1,
which a window of even length may pass by. float32 or float64; computed in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from vibetensor import torch

__all__ = [
    "bartlett",
    "blackman",
    "cosine",
    "exponential",
    "gaussian",
    "general_cosine",
    "general_hamming",
    "hamming",
    "hann",
    "kaiser",
    "nuttall",
]


def made(name: str, M: int, of: Callable[[Any], Any], dtype: Any, layout: Any, device: Any, requires_grad: bool) -> Any:
    """The window of the weights `of(0, 1, 2, ...)`."""
    dtype = dtype or torch.get_default_dtype()
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not torch.strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    if dtype not in (torch.float32, torch.float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    weights = of(torch.arange(M, dtype=torch.float64, device=device)) if M else torch.empty(0, device=device)
    return weights.to(dtype).requires_grad_(requires_grad)


def span(M: int, sym: bool) -> int:
    """From the first weight of a symmetric window to its last, at least 1."""
    return max(M - 1, 1) if sym or M == 1 else M


def exponential(
    M: int,
    *,
    center: float | None = None,
    tau: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """exp(-abs(n - center) / tau), (M,); the center is the middle unless said, which only periodic windows may."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    middle = (M if not sym and M > 1 else M - 1) / 2 if center is None else center
    return made("exponential", M, lambda n: torch.exp((n - middle).abs() / -tau), dtype, layout, device, requires_grad)


def cosine(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """sin(pi (n + 1/2) / M), (M,): half a wave."""
    step = math.pi / (M + 1 if not sym and M > 1 else max(M, 1))
    return made("cosine", M, lambda n: torch.sin((n + 0.5) * step), dtype, layout, device, requires_grad)


def gaussian(
    M: int,
    *,
    std: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """exp(-((n - middle) / std)^2 / 2), (M,)."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    middle = (M if not sym and M > 1 else M - 1) / 2
    return made(
        "gaussian", M, lambda n: torch.exp(-0.5 * ((n - middle) / std) ** 2), dtype, layout, device, requires_grad
    )


def kaiser(
    M: int,
    *,
    beta: float = 12.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """I0(beta sqrt(1 - x^2)) / I0(beta) for x from -1 to 1, (M,)."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")

    def of(n: Any) -> Any:
        if M == 1:
            return torch.ones_like(n)
        x = (2 * n / span(M, sym) - 1).clamp_max(1)
        z = beta * (1 - x * x).clamp_min(0).sqrt()
        # I0(z) = i0e(z) exp(z), of which neither factor leaves the range
        return torch.special.i0e(z) * torch.exp(z - beta) / torch.special.i0e(torch.full_like(z, beta))

    return made("kaiser", M, of, dtype, layout, device, requires_grad)


def general_cosine(
    M: int,
    *,
    a: Iterable[float],
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """a[0] - a[1] cos(x) + a[2] cos(2 x) - ... for x from 0 to 2 pi, (M,)."""
    return of_cosines("general_cosine", M, a, sym, dtype, layout, device, requires_grad)


def of_cosines(
    name: str, M: int, a: Iterable[float], sym: bool, dtype: Any, layout: Any, device: Any, requires_grad: bool
) -> Any:
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    signed = [(-1) ** i * weight for i, weight in enumerate(a)]
    if not signed:
        raise ValueError("Coefficients cannot be empty")

    def of(n: Any) -> Any:
        if M == 1:
            return torch.ones_like(n)
        x = n * (2 * math.pi / span(M, sym))
        weights = torch.zeros_like(x)
        for i, weight in enumerate(signed):
            weights = weights + weight * torch.cos(i * x)
        return weights

    return made(name, M, of, dtype, layout, device, requires_grad)


def general_hamming(
    M: int,
    *,
    alpha: float = 0.54,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """alpha - (1 - alpha) cos(x) for x from 0 to 2 pi, (M,)."""
    return of_cosines("general_hamming", M, [alpha, 1 - alpha], sym, dtype, layout, device, requires_grad)


def hamming(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """0.54 - 0.46 cos(x) for x from 0 to 2 pi, (M,)."""
    return of_cosines("hamming", M, [0.54, 0.46], sym, dtype, layout, device, requires_grad)


def hann(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """(1 - cos(x)) / 2 for x from 0 to 2 pi, (M,)."""
    return of_cosines("hann", M, [0.5, 0.5], sym, dtype, layout, device, requires_grad)


def blackman(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """0.42 - 0.5 cos(x) + 0.08 cos(2 x) for x from 0 to 2 pi, (M,)."""
    return of_cosines("blackman", M, [0.42, 0.5, 0.08], sym, dtype, layout, device, requires_grad)


def nuttall(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Nuttall's window of four cosines, (M,)."""
    weights = [0.3635819, 0.4891775, 0.1365995, 0.0106411]
    return of_cosines("nuttall", M, weights, sym, dtype, layout, device, requires_grad)


def bartlett(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = torch.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A triangle, 1 - abs(x) for x from -1 to 1, (M,)."""

    def of(n: Any) -> Any:
        return torch.ones_like(n) if M == 1 else 1 - (2 * n / span(M, sym) - 1).abs()

    return made("bartlett", M, of, dtype, layout, device, requires_grad)
