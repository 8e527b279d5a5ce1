"""Places of elements, order, and sets."""

from __future__ import annotations

from typing import Any, NamedTuple

import vibetensor.torch as torch
from vibetensor.array_api._promotion import as_operands, axes_of


def argmax(x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The int64 index of the first largest element, of all or along an axis."""
    return torch.argmax(x, axis, keepdims)


def argmin(x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The int64 index of the first smallest element, of all or along an axis."""
    return torch.argmin(x, axis, keepdims)


def count_nonzero(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
    """How many elements are not 0, of all or along axes, int64."""
    axes = axes_of(axis, x.ndim)
    counted = x != 0
    return torch.sum(counted, axes, keepdims) if axes else counted.to(torch.int64)


def nonzero(x: Any, /) -> tuple[Any, ...]:
    """The indices of the elements that are not 0, one int64 vector for each axis; ValueError without axes."""
    if x.ndim == 0:
        raise ValueError("nonzero: expected at least one dimension")
    return torch.nonzero(x, as_tuple=True)


def searchsorted(x1: Any, x2: Any, /, *, side: str = "left", sorter: Any = None) -> Any:
    """Where the elements of x2, or a Python number, belong in the sorted vector x1, as int64.

    side: "left" before equal elements, "right" behind them. sorter: what sorts x1, if it is not sorted.
    """
    x1, x2 = as_operands(x1, x2)
    return torch.searchsorted(x1, x2, side=side, sorter=sorter if sorter is None else sorter.to(torch.int64))


def where(condition: Any, x1: Any, x2: Any, /) -> Any:
    """The elements of x1 where the bool array `condition` is True, those of x2 elsewhere."""
    return torch.where(condition, *as_operands(x1, x2))


def argsort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """The indices, int64, that sort x along an axis; equal elements stay in their order."""
    return torch.argsort(x, dim=axis, descending=descending, stable=stable)


def sort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """The elements of x sorted along an axis."""
    return torch.sort(x, dim=axis, descending=descending, stable=stable)[0]


def isin(x1: Any, x2: Any, /, *, invert: bool = False) -> Any:
    """Whether each element of x1 is an element of x2, or is none if `invert`."""
    a, b = as_operands(x1, x2)
    return torch.isin(a, b, invert=invert)


class UniqueAll(NamedTuple):
    """The distinct elements; the first index of each; for every element the place of its value; how many there are."""

    values: Any
    indices: Any
    inverse_indices: Any
    counts: Any


class UniqueCounts(NamedTuple):
    """The distinct elements, and how many there are of each."""

    values: Any
    counts: Any


class UniqueInverse(NamedTuple):
    """The distinct elements, and for every element the place of its value."""

    values: Any
    inverse_indices: Any


def distinct(x: Any) -> tuple[Any, Any, Any]:
    """Values, places and counts. Every NaN is distinct. Complex numbers are ordered by their parts."""
    if not x.dtype.is_complex:
        return torch.unique(x, return_inverse=True, return_counts=True)
    pairs = torch.view_as_real(x.reshape(-1).contiguous())
    values, inverse, counts = torch.unique(pairs, dim=0, return_inverse=True, return_counts=True)
    return torch.view_as_complex(values.contiguous()), inverse.reshape(x.shape), counts


def unique_all(x: Any, /) -> UniqueAll:
    """The distinct elements of x as `values`, with `indices`, `inverse_indices` and `counts`."""
    values, inverse, counts = distinct(x)
    order = torch.argsort(inverse.reshape(-1), stable=True)
    first = torch.cumsum(counts, 0) - counts
    return UniqueAll(values, order[first], inverse, counts)


def unique_counts(x: Any, /) -> UniqueCounts:
    """The distinct elements of x as `values`, with `counts`."""
    values, _, counts = distinct(x)
    return UniqueCounts(values, counts)


def unique_inverse(x: Any, /) -> UniqueInverse:
    """The distinct elements of x as `values`, with `inverse_indices`, which make x of them."""
    values, inverse, _ = distinct(x)
    return UniqueInverse(values, inverse)


def unique_values(x: Any, /) -> Any:
    """The distinct elements of x."""
    return distinct(x)[0]


def take(x: Any, indices: Any, /, *, axis: int | None = None) -> Any:
    """The slices of x at `indices`, a vector or one index, along an axis, which a vector x need not name."""
    if axis is None:
        if x.ndim != 1:
            raise ValueError("take: axis must be given for an array of more or less than one dimension")
        axis = 0
    axis = axes_of(axis, x.ndim)[0]
    flat = indices.to(torch.int64).reshape(-1)
    flat = torch.where(flat < 0, flat + x.shape[axis], flat)
    taken = torch.index_select(x, axis, flat)
    return taken if indices.ndim == 1 else taken.reshape(x.shape[:axis] + indices.shape + x.shape[axis + 1 :])


def take_along_axis(x: Any, indices: Any, /, *, axis: int = -1) -> Any:
    """For every index along an axis the element of x there; the other axes broadcast."""
    axis = axes_of(axis, x.ndim)[0]
    indices = indices.to(torch.int64)
    return torch.take_along_dim(x, torch.where(indices < 0, indices + x.shape[axis], indices), axis)
