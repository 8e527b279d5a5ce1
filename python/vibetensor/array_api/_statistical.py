"""Reductions, running sums and differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import vibetensor.torch as torch
from vibetensor.array_api._data_types import UNSIGNED
from vibetensor.array_api._promotion import as_operands, axes_of

Axes = int | tuple[int, ...] | None


def sum_dtype(x: Any, dtype: Any) -> Any:
    """The dtype of a sum: of integers the widest of their kind."""
    if dtype is not None or x.dtype.is_floating_point or x.dtype.is_complex:
        return dtype or x.dtype
    return torch.uint64 if x.dtype in UNSIGNED.values() else torch.int64


def flattened(x: Any, axes: tuple[int, ...]) -> Any:
    """x with these axes as one, the last."""
    rest = [a for a in range(x.ndim) if a not in axes]
    return torch.permute(x, (*rest, *axes)).reshape([x.shape[a] for a in rest] + [-1 if x.numel() else count(x, axes)])


def count(x: Any, axes: tuple[int, ...]) -> int:
    n = 1
    for a in axes:
        n *= x.shape[a]
    return n


def kept(result: Any, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return result.reshape([1 if a in axes else n for a, n in enumerate(x.shape)]) if keepdims else result


def along(op: Callable[..., Any], x: Any, axis: Axes, keepdims: bool, **options: Any) -> Any:
    """op over axes; over none it is op of each element alone."""
    axes = axes_of(axis, x.ndim)
    if axes or x.ndim == 0:
        return op(x, axes, keepdims, **options)
    return op(x.unsqueeze(-1), (x.ndim,), False, **options)


def sum(x: Any, /, *, axis: Axes = None, dtype: Any = None, keepdims: bool = False) -> Any:
    """The sum of all elements or along axes; of integers in int64 or uint64 unless `dtype` says otherwise."""
    return along(torch.sum, x, axis, keepdims, dtype=sum_dtype(x, dtype))


def prod(x: Any, /, *, axis: Axes = None, dtype: Any = None, keepdims: bool = False) -> Any:
    """The product of all elements or along axes; of integers in int64 or uint64 unless `dtype` says otherwise."""
    axes = axes_of(axis, x.ndim)
    return kept(torch.prod(flattened(x, axes), -1, dtype=sum_dtype(x, dtype)), x, axes, keepdims)


def max(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The largest element of all or along axes; NaN if one is."""
    return along(torch.amax, x, axis, keepdims)


def min(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The smallest element of all or along axes; NaN if one is."""
    return along(torch.amin, x, axis, keepdims)


def mean(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The mean of all elements or along axes."""
    return along(torch.mean, x, axis, keepdims)


def spread(op: Callable[..., Any], x: Any, axis: Axes, correction: float, keepdims: bool) -> Any:
    def corrected(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        return op(x, axes, correction=correction, keepdim=keepdims)

    return along(corrected, x, axis, keepdims)


def std(x: Any, /, *, axis: Axes = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    """The standard deviation of all elements or along axes, of n elements by n - correction."""
    return spread(torch.std, x, axis, correction, keepdims)


def var(x: Any, /, *, axis: Axes = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    """The variance of all elements or along axes, of n elements by n - correction."""
    return spread(torch.var, x, axis, correction, keepdims)


def all(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """Whether all elements, or all along axes, are true."""
    return torch.all(x != 0, axes_of(axis, x.ndim), keepdims)


def any(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """Whether an element, or one along axes, is true."""
    return torch.any(x != 0, axes_of(axis, x.ndim), keepdims)


def cumulative(op: Callable[..., Any], first: int, x: Any, axis: int | None, dtype: Any, include_initial: bool) -> Any:
    if axis is None:
        if x.ndim > 1:
            raise ValueError("axis must be given for an array of more than one dimension")
        x, axis = x.reshape(-1), 0
    axis = axes_of(axis, x.ndim)[0]
    result = op(x, axis, dtype=sum_dtype(x, dtype))
    if not include_initial:
        return result
    shape = [1 if a == axis else n for a, n in enumerate(x.shape)]
    return torch.cat([torch.full(shape, first, dtype=result.dtype, device=x.device), result], axis)


def cumulative_sum(x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """The sum of the elements up to each one along an axis, behind a 0 if include_initial."""
    return cumulative(torch.cumsum, 0, x, axis, dtype, include_initial)


def cumulative_prod(x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """The product of the elements up to each one along an axis, behind a 1 if include_initial."""
    return cumulative(torch.cumprod, 1, x, axis, dtype, include_initial)


def diff(x: Any, /, *, axis: int = -1, n: int = 1, prepend: Any = None, append: Any = None) -> Any:
    """Each element minus the one before along an axis, n times over; first joined with `prepend` and `append`."""
    parts = [part for part in (prepend, x, append) if part is not None]
    joined = torch.cat(as_operands(*parts), axis) if len(parts) > 1 else x
    return torch.diff(joined, n, axis)
