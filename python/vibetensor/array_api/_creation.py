"""New arrays."""

from __future__ import annotations

from math import ceil
from typing import Any

import vibetensor.torch as torch


def asarray(obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
    """An array of a Python number, of sequences of them, or of what has memory: an array, DLPack, a buffer.

    copy: True copies in any case, False never and raises ValueError where it would have to; None where it has to.
    """
    return torch.asarray(obj, dtype=dtype, device=device, copy=copy)


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Any:
    """An array over the memory of x, which has __dlpack__; a copy for another device or where `copy` is True."""
    return torch.from_dlpack(x, device=device, copy=copy)


def arange(start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None) -> Any:
    """start, start + step, ... before stop, or 0, 1, ... before start; none if stop is not that way."""
    if stop is None:
        start, stop = 0, start
    if step == 0:
        raise ValueError("arange: step must not be 0")
    if dtype is None and any(isinstance(number, float) for number in (start, stop, step)):
        dtype = torch.get_default_dtype()
    if (stop - start) * step <= 0:
        start = stop = 0
    wide = dtype is torch.uint64 and max(start, stop) >= 2**63
    if wide:  # counted in what int64 holds
        return torch.arange(ceil((stop - start) / step), device=device).to(dtype) * step + start
    return torch.arange(start, stop, step, dtype=dtype, device=device)


def linspace(
    start: Any, stop: Any, /, num: int, *, dtype: Any = None, device: Any = None, endpoint: bool = True
) -> Any:
    """`num` numbers at even steps from start to stop; without the last one, so that one step is left, unless endpoint."""
    if endpoint:
        return torch.linspace(start, stop, num, dtype=dtype, device=device)
    return torch.linspace(start, stop, num + 1, dtype=dtype, device=device)[:num]


def sizes(shape: Any) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def empty(shape: Any, *, dtype: Any = None, device: Any = None) -> Any:
    """An array of a shape whose elements are not set."""
    return torch.empty(sizes(shape), dtype=dtype, device=device)


def zeros(shape: Any, *, dtype: Any = None, device: Any = None) -> Any:
    """An array of a shape filled with 0."""
    return torch.zeros(sizes(shape), dtype=dtype, device=device)


def ones(shape: Any, *, dtype: Any = None, device: Any = None) -> Any:
    """An array of a shape filled with 1."""
    return torch.ones(sizes(shape), dtype=dtype, device=device)


def full(shape: Any, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
    """An array of a shape filled with a number, by default of the dtype that this Python number has."""
    return filled(sizes(shape), fill_value, dtype, device)


def filled(shape: Any, number: Any, dtype: Any, device: Any) -> Any:
    if dtype is torch.uint64 and number >= 2**63:  # by the bits of an int64
        return torch.full(shape, number - 2**64, dtype=torch.int64, device=device).view(dtype)
    return torch.full(shape, number, dtype=dtype, device=device)


def empty_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    """An array like x whose elements are not set."""
    return torch.empty_like(x, dtype=dtype, device=device)


def zeros_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    """An array like x filled with 0."""
    return torch.zeros_like(x, dtype=dtype, device=device)


def ones_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    """An array like x filled with 1."""
    return torch.ones_like(x, dtype=dtype, device=device)


def full_like(x: Any, /, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
    """An array like x filled with a number."""
    return filled(x.shape, fill_value, dtype or x.dtype, device or x.device)


def eye(n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: Any = None, device: Any = None) -> Any:
    """An array (n_rows, n_cols), by default square, with 1 on diagonal k, which lies above the main one from 1 on."""
    columns = n_rows if n_cols is None else n_cols
    result = torch.zeros((n_rows, columns), dtype=dtype, device=device)
    if -n_rows < k < columns:
        result.diagonal(k).fill_(1)
    return result


def meshgrid(*arrays: Any, indexing: str = "xy") -> tuple[Any, ...]:
    """The coordinates of a grid, one array of its shape for each vector; "xy" has the second vector along the rows."""
    if not arrays:
        return ()
    return tuple(torch.meshgrid(*arrays, indexing=indexing))


def tril(x: Any, /, *, k: int = 0) -> Any:
    """The matrices of x (..., m, n) with 0 above diagonal k."""
    return torch.tril(x, k)


def triu(x: Any, /, *, k: int = 0) -> Any:
    """The matrices of x (..., m, n) with 0 below diagonal k."""
    return torch.triu(x, k)
