"""Reductions and normalizations that leave out the elements where a mask is False.

A mask is a bool tensor that broadcasts to the input and has no more dims than it; None leaves nothing out. `dim` is an int,
several, or None for all. What has nothing left is the identity of the operation, and NaN where it has none.
"""

from __future__ import annotations

from typing import Any

from vibetensor import torch
from vibetensor.torch._not_there import module_getattr

__all__ = [
    "amax",
    "amin",
    "argmax",
    "argmin",
    "cumprod",
    "cumsum",
    "log_softmax",
    "logaddexp",
    "logsumexp",
    "mean",
    "median",
    "norm",
    "normalize",
    "prod",
    "softmax",
    "softmin",
    "std",
    "sum",
    "var",
]

__getattr__ = module_getattr(__name__)


def lowest(dtype: Any) -> Any:
    """-infinity, or the lowest integer."""
    return torch.iinfo(dtype).min if not (dtype.is_floating_point or dtype.is_complex) else -torch.inf


def highest(dtype: Any) -> Any:
    """Infinity, or the highest integer."""
    return torch.iinfo(dtype).max if not dtype.is_floating_point else torch.inf


def mask_of(input: Any, mask: Any) -> Any:
    """The mask in the shape of the input."""
    if mask.dim() > input.dim():
        raise IndexError("_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)")
    if mask.dtype != torch.bool:
        mask = mask != 0
    return mask.expand(input.shape)


def filled(input: Any, mask: Any, value: Any) -> Any:
    """The input with `value` where the mask is False."""
    if mask is None:
        return input
    return torch.where(mask_of(input, mask), input, torch.tensor(value, dtype=input.dtype, device=input.device))


def dims_of(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dims that are meant, counted from the front and in order."""
    if dim is None or dim == ():
        return tuple(range(ndim))
    most = max(ndim, 1)
    found: list[int] = []
    for d in (dim,) if isinstance(dim, int) else dim:
        if not -most <= d < most:
            raise IndexError(f"Dimension out of range (expected to be in range of [{-most}, {most - 1}], but got {d})")
        if d % most in found:
            raise RuntimeError(f"dim={d} appears multiple times in the list of dims")
        found.append(d % most)
    return tuple(sorted(found))


def summed_dtype(dtype: Any) -> Any:
    small = (torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32)
    return torch.int64 if dtype in small else dtype


def sum(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The sum of what is not masked out; 0 of nothing."""
    dims = dims_of(dim, input.ndim)
    return torch.sum(filled(input, mask, 0), dims, keepdim, dtype=dtype or summed_dtype(input.dtype))


def prod(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The product of what is not masked out; 1 of nothing."""
    result = filled(input, mask, 1).to(dtype or summed_dtype(input.dtype))
    for d in reversed(dims_of(dim, input.ndim)):
        result = result.prod(dim=d, keepdim=keepdim)
    return result


def cumsum(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """The running sum along `dim` in the input's shape; what is masked out adds nothing."""
    dtype = dtype or input.dtype
    return torch.cumsum(filled(input, mask, 0), dims_of(dim, input.ndim)[0], dtype=dtype).to(dtype)


def cumprod(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """The running product along `dim` in the input's shape; what is masked out is 1."""
    dtype = dtype or input.dtype
    return torch.cumprod(filled(input, mask, 1), dims_of(dim, input.ndim)[0], dtype=dtype).to(dtype)


def amax(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The largest of what is not masked out; -infinity, or the lowest integer, of nothing."""
    kept = filled(input, mask, lowest(input.dtype) if mask is not None else None)
    return torch.amax(kept, dims_of(dim, input.ndim), keepdim).to(dtype or input.dtype)


def amin(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The smallest of what is not masked out; infinity, or the highest integer, of nothing."""
    kept = filled(input, mask, highest(input.dtype) if mask is not None else None)
    return torch.amin(kept, dims_of(dim, input.ndim), keepdim).to(dtype or input.dtype)


def argmax(input: Any, dim: int | None = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """Where the largest of what is not masked out is, in the input's dtype unless `dtype` says another."""
    kept = filled(input, mask, lowest(input.dtype) if mask is not None else None)
    return torch.argmax(kept, dim, keepdim).to(dtype or input.dtype)


def argmin(input: Any, dim: int | None = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """Where the smallest of what is not masked out is, in the input's dtype unless `dtype` says another."""
    kept = filled(input, mask, highest(input.dtype) if mask is not None else None)
    return torch.argmin(kept, dim, keepdim).to(dtype or input.dtype)


def counted(input: Any, dim: Any, keepdim: bool, mask: Any) -> Any:
    """How many elements are not masked out, int64."""
    there = torch.ones(input.shape, dtype=torch.bool, device=input.device) if mask is None else mask_of(input, mask)
    return torch.sum(there, dims_of(dim, input.ndim), keepdim)


def mean(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The mean of what is not masked out; NaN of nothing. ValueError for integers without a `dtype`."""
    source = "Input" if dtype is None else "Optional"
    dtype = dtype or input.dtype
    if not (dtype.is_floating_point or dtype.is_complex):
        raise ValueError(
            f"mean(): Could not infer output dtype. {source} dtype must be either a floating point or complex dtype. "
            f"Got: {dtype}"
        )
    return sum(input, dim, keepdim=keepdim, dtype=dtype, mask=mask) / counted(input, dim, keepdim, mask)


def median(input: Any, dim: int = -1, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The median along `dim` of what is not masked out, the lower of two; NaN of nothing, ValueError for integers."""
    kept = filled(input if input.is_floating_point() else input.float(), mask, torch.nan)
    result = torch.nanmedian(kept, dims_of(dim, input.ndim)[0], keepdim).values
    if input.is_floating_point():
        return result
    if torch.isnan(result).any():
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return result.to(dtype or input.dtype)


def logsumexp(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """log(sum(exp(input))) of what is not masked out; -infinity of nothing."""
    kept = filled(input, mask, lowest(input.dtype) if mask is not None else None)
    return torch.logsumexp(kept, dims_of(dim, input.ndim), keepdim=keepdim).to(dtype or input.dtype)


def logaddexp(input: Any, other: Any, *, dtype: Any = None, input_mask: Any = None, other_mask: Any = None) -> Any:
    """log(exp(input) + exp(other)), element by element; what is masked out on one side is the other side alone."""
    kept, other_kept = filled(input, input_mask, -torch.inf), filled(other, other_mask, -torch.inf)
    return torch.logaddexp(kept, other_kept).to(dtype or input.dtype)


def norm(
    input: Any, ord: float | None = 2.0, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Any:
    """The vector norm `ord` of what is not masked out; 0 of nothing, infinity for -infinity."""
    if ord == -torch.inf and mask is not None and not input.is_floating_point():
        raise AssertionError(f"input must be floating point, got {input.dtype}")
    kept = filled(input, mask, torch.inf if ord == -torch.inf else 0)
    return torch.linalg.vector_norm(
        kept, 2.0 if ord is None else ord, dims_of(dim, input.ndim), keepdim, dtype=dtype or input.dtype
    )


def var(
    input: Any,
    dim: Any = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Any = None,
) -> Any:
    """The variance of what is not masked out, over its count less `correction`, which is 1 unless said; NaN of nothing."""
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    if correction is None:
        correction = 0.0 if unbiased is False else 1.0
    if dtype is None:
        dtype = input.dtype if input.dtype.is_floating_point or input.dtype.is_complex else torch.float32
    compute = dtype if dtype.is_floating_point or dtype.is_complex else torch.float32
    center = sum(input, dim, keepdim=True, dtype=dtype, mask=mask) / counted(input, dim, True, mask)
    apart = input - center
    total = sum(apart * apart.conj(), dim, keepdim=keepdim, dtype=compute, mask=mask)
    count = counted(input, dim, keepdim, mask)
    if correction != 0:
        count = (count - float(correction)).clamp_min(0).to(total.real.dtype if compute.is_complex else compute)
    return (total / count).to(dtype)


def std(
    input: Any,
    dim: Any = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Any = None,
) -> Any:
    """The square root of `var`."""
    return torch.sqrt(var(input, dim, unbiased, correction=correction, keepdim=keepdim, dtype=dtype, mask=mask))


def softmax(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """Softmax along `dim` in the input's shape: 0 where masked out, NaN where everything is."""
    kept = filled(input, mask, lowest(input.dtype) if mask is not None else None)
    return torch.softmax(kept, dims_of(dim, input.ndim)[0], dtype=dtype or input.dtype)


def log_softmax(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """The logarithm of `softmax`."""
    kept = filled(input, mask, lowest(input.dtype) if mask is not None else None)
    return torch.log_softmax(kept, dims_of(dim, input.ndim)[0], dtype=dtype or input.dtype)


def softmin(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """Softmax of -input along `dim` in the input's shape: 0 where masked out, NaN where everything is."""
    kept = filled(input, mask, highest(input.dtype) if mask is not None else None)
    return torch.nn.functional.softmin(kept, dims_of(dim, input.ndim)[0], dtype=dtype or input.dtype)


def normalize(input: Any, ord: float, dim: int, *, eps: float = 1e-12, dtype: Any = None, mask: Any = None) -> Any:
    """The input over its `norm` along `dim`, at least eps; 0 where masked out."""
    length = norm(input, ord, dim, keepdim=True, dtype=dtype or input.dtype, mask=mask)
    return filled(input, mask, 0) / length.clamp_min(eps)
