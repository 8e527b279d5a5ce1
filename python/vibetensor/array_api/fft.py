"""The extension fft: discrete Fourier transforms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import vibetensor.torch as torch

__all__ = [
    "fft",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfftn",
    "rfft",
    "rfftfreq",
    "rfftn",
]


def of_one_axis(name: str, op: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def function(x: Any, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Any:
        return op(x, n, axis, norm)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{doc}

    n: the length of the transform, to which x is cut or filled with 0. norm: "backward" divides inverse transforms by n,
    "forward" the others, "ortho" both by sqrt(n).
    """
    return function


def of_axes(name: str, op: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def function(
        x: Any, /, *, s: Sequence[int] | None = None, axes: Sequence[int] | None = None, norm: str = "backward"
    ) -> Any:
        return op(x, s, axes, norm)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{doc}

    s: the lengths along the axes, to which x is cut or filled with 0. norm: as that of fft.
    """
    return function


fft = of_one_axis("fft", torch.fft.fft, "The Fourier transform along an axis, complex.")
ifft = of_one_axis("ifft", torch.fft.ifft, "The inverse Fourier transform along an axis, complex.")
rfft = of_one_axis("rfft", torch.fft.rfft, "The Fourier transform of real numbers along an axis: n // 2 + 1 of them.")
irfft = of_one_axis("irfft", torch.fft.irfft, "The inverse of rfft, real.")
hfft = of_one_axis("hfft", torch.fft.hfft, "The Fourier transform of half a Hermitian signal along an axis, real.")
ihfft = of_one_axis("ihfft", torch.fft.ihfft, "The inverse of hfft, complex.")
fftn = of_axes("fftn", torch.fft.fftn, "The Fourier transform along axes, by default all, complex.")
ifftn = of_axes("ifftn", torch.fft.ifftn, "The inverse Fourier transform along axes, by default all, complex.")
rfftn = of_axes("rfftn", torch.fft.rfftn, "The Fourier transform of real numbers along axes, by half along the last.")
irfftn = of_axes("irfftn", torch.fft.irfftn, "The inverse of rfftn, real.")


def fftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """The frequencies (n,) that fft gives, for samples d apart: 0, the positive ones, the negative ones."""
    return torch.fft.fftfreq(n, d, dtype=dtype, device=device)


def rfftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """The frequencies (n // 2 + 1,) that rfft gives, for samples d apart."""
    return torch.fft.rfftfreq(n, d, dtype=dtype, device=device)


def fftshift(x: Any, /, *, axes: Any = None) -> Any:
    """x with frequency 0 in the middle along axes, by default all."""
    return torch.fft.fftshift(x, axes)


def ifftshift(x: Any, /, *, axes: Any = None) -> Any:
    """The inverse of fftshift."""
    return torch.fft.ifftshift(x, axes)
