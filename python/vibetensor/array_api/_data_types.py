"""Data types: their limits, kinds, and conversions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import vibetensor.torch as torch
from vibetensor.array_api._promotion import Tensor, promoted_dtype

BOOLS = {"bool": torch.bool}
SIGNED = {name: getattr(torch, name) for name in ("int8", "int16", "int32", "int64")}
UNSIGNED = {name: getattr(torch, name) for name in ("uint8", "uint16", "uint32", "uint64")}
REAL = {"float32": torch.float32, "float64": torch.float64}
COMPLEX = {"complex64": torch.complex64, "complex128": torch.complex128}
KINDS: dict[str, dict[str, Any]] = {
    "bool": BOOLS,
    "signed integer": SIGNED,
    "unsigned integer": UNSIGNED,
    "integral": SIGNED | UNSIGNED,
    "real floating": REAL,
    "complex floating": COMPLEX,
    "numeric": SIGNED | UNSIGNED | REAL | COMPLEX,
}


@dataclass(frozen=True)
class FloatInfo:
    """The limits of a floating-point dtype, of a complex one in each part."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: Any


@dataclass(frozen=True)
class IntInfo:
    """The limits of an integer dtype."""

    bits: int
    max: int
    min: int
    dtype: Any


def dtype_in(type: Any) -> Any:
    return type.dtype if isinstance(type, Tensor) else type


def finfo(type: Any, /) -> FloatInfo:
    """The limits of a floating-point dtype or of an array's: bits, eps, max, min, smallest_normal, dtype.

    >>> import vibetensor.array_api as xp
    >>> xp.finfo(xp.float32).bits
    32
    """
    part = {torch.complex64: torch.float32, torch.complex128: torch.float64}
    dtype = part.get(dtype_in(type), dtype_in(type))
    info = torch.finfo(dtype)
    return FloatInfo(info.bits, info.eps, info.max, info.min, info.smallest_normal, dtype)


def iinfo(type: Any, /) -> IntInfo:
    """The limits of an integer dtype or of an array's: bits, max, min, dtype."""
    dtype = dtype_in(type)
    info = torch.iinfo(dtype)
    return IntInfo(info.bits, info.max, info.min, dtype)


def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """An array with the elements of x as `dtype`; x itself if nothing changes and `copy` is False.

    TypeError from complex to real numbers: take real() or imag().
    """
    if x.dtype.is_complex and not dtype.is_complex and dtype is not torch.bool:
        raise TypeError(f"astype: {x.dtype} does not become {dtype}; take real() or imag()")
    return x.to(device=x.device if device is None else device, dtype=dtype, copy=copy)


def can_cast(from_: Any, to: Any, /) -> bool:
    """Whether every number of a dtype, or of an array's, is one of `to`, by the rules of type promotion."""
    try:
        return promoted_dtype(dtype_in(from_), to) is to
    except TypeError:
        return False


def isdtype(dtype: Any, kind: Any) -> bool:
    """Whether `dtype` is of a kind: a dtype, or a name such as "integral", or a tuple of kinds, of which one suffices."""
    if isinstance(kind, tuple):
        return any(isdtype(dtype, part) for part in kind)
    if isinstance(kind, str):
        if kind not in KINDS:
            raise ValueError(f"isdtype: expected a kind of {', '.join(KINDS)}, got {kind!r}")
        return dtype in KINDS[kind].values()
    return dtype == kind


def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that arrays, dtypes and Python numbers are computed in together."""
    return promoted_dtype(*arrays_and_dtypes)
