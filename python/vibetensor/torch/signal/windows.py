"""Windows of signals: M weights that fade towards both ends.

A window is symmetric, or with `sym=False` the first M of a symmetric one of M + 1, to be repeated. Its largest weight is 1,
which a window of even length may pass by. float32 or float64; computed in float64.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vibetensor import _C

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


def made(name: str, M: int, layout: Any, requires_grad: bool, **options: Any) -> Any:
    if layout is not _C.strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    return getattr(_C.ops, f"signal_windows_{name}")(M, **options).requires_grad_(requires_grad)


def exponential(
    M: int,
    *,
    center: float | None = None,
    tau: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """exp(-abs(n - center) / tau), (M,); the center is the middle unless said, which only periodic windows may."""
    return made("exponential", M, layout, requires_grad, center=center, tau=tau, sym=sym, dtype=dtype, device=device)


def cosine(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """sin(pi (n + 1/2) / M), (M,): half a wave."""
    return made("cosine", M, layout, requires_grad, sym=sym, dtype=dtype, device=device)


def gaussian(
    M: int,
    *,
    std: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """exp(-((n - middle) / std)^2 / 2), (M,)."""
    return made("gaussian", M, layout, requires_grad, std=std, sym=sym, dtype=dtype, device=device)


def kaiser(
    M: int,
    *,
    beta: float = 12.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """I0(beta sqrt(1 - x^2)) / I0(beta) for x from -1 to 1, (M,)."""
    return made("kaiser", M, layout, requires_grad, beta=beta, sym=sym, dtype=dtype, device=device)


def general_cosine(
    M: int,
    *,
    a: Iterable[float],
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """a[0] - a[1] cos(x) + a[2] cos(2 x) - ... for x from 0 to 2 pi, (M,)."""
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    return made("general_cosine", M, layout, requires_grad, a=list(a), sym=sym, dtype=dtype, device=device)


def general_hamming(
    M: int,
    *,
    alpha: float = 0.54,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """alpha - (1 - alpha) cos(x) for x from 0 to 2 pi, (M,)."""
    return made("general_hamming", M, layout, requires_grad, alpha=alpha, sym=sym, dtype=dtype, device=device)


def hamming(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """0.54 - 0.46 cos(x) for x from 0 to 2 pi, (M,)."""
    return made("hamming", M, layout, requires_grad, sym=sym, dtype=dtype, device=device)


def hann(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """(1 - cos(x)) / 2 for x from 0 to 2 pi, (M,)."""
    return made("hann", M, layout, requires_grad, sym=sym, dtype=dtype, device=device)


def blackman(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """0.42 - 0.5 cos(x) + 0.08 cos(2 x) for x from 0 to 2 pi, (M,)."""
    return made("blackman", M, layout, requires_grad, sym=sym, dtype=dtype, device=device)


def nuttall(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Nuttall's window of four cosines, (M,)."""
    return made("nuttall", M, layout, requires_grad, sym=sym, dtype=dtype, device=device)


def bartlett(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = _C.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A triangle, 1 - abs(x) for x from -1 to 1, (M,)."""
    return made("bartlett", M, layout, requires_grad, sym=sym, dtype=dtype, device=device)
