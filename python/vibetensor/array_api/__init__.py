"""The Python array API standard, version 2025.12, with its extensions linalg and fft. Arrays are tensors.

>>> import vibetensor.array_api as xp
>>> x = xp.asarray([3, 1, 2], dtype=xp.uint16)
>>> xp.sort(x)
tensor([1, 2, 3], dtype=torch.uint16)
>>> x.__array_namespace__() is xp
True
"""

# ruff: noqa: F401
from math import e, inf, nan, pi

import vibetensor.torch as torch
from vibetensor.array_api import fft, linalg
from vibetensor.array_api._creation import (
    arange,
    asarray,
    empty,
    empty_like,
    eye,
    from_dlpack,
    full,
    full_like,
    linspace,
    meshgrid,
    ones,
    ones_like,
    tril,
    triu,
    zeros,
    zeros_like,
)
from vibetensor.array_api._data_types import astype, can_cast, finfo, iinfo, isdtype, result_type
from vibetensor.array_api._elementwise import (
    abs,
    acos,
    acosh,
    add,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    bitwise_and,
    bitwise_invert,
    bitwise_left_shift,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    ceil,
    clip,
    conj,
    copysign,
    cos,
    cosh,
    divide,
    equal,
    exp,
    expm1,
    floor,
    floor_divide,
    greater,
    greater_equal,
    hypot,
    imag,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    maximum,
    minimum,
    multiply,
    negative,
    nextafter,
    not_equal,
    positive,
    pow,
    real,
    reciprocal,
    remainder,
    round,
    sign,
    signbit,
    sin,
    sinh,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    trunc,
)
from vibetensor.array_api._inspection import __array_namespace_info__
from vibetensor.array_api._manipulation import (
    broadcast_arrays,
    broadcast_shapes,
    broadcast_to,
    concat,
    expand_dims,
    flip,
    matrix_transpose,
    moveaxis,
    permute_dims,
    repeat,
    reshape,
    roll,
    squeeze,
    stack,
    tile,
    unstack,
)
from vibetensor.array_api._searching import (
    argmax,
    argmin,
    argsort,
    count_nonzero,
    isin,
    nonzero,
    searchsorted,
    sort,
    take,
    take_along_axis,
    unique_all,
    unique_counts,
    unique_inverse,
    unique_values,
    where,
)
from vibetensor.array_api._statistical import (
    all,
    any,
    cumulative_prod,
    cumulative_sum,
    diff,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)
from vibetensor.array_api.linalg import matmul, tensordot, vecdot

__array_api_version__ = "2025.12"

newaxis = None
bool = torch.bool
int8, int16, int32, int64 = torch.int8, torch.int16, torch.int32, torch.int64
uint8, uint16, uint32, uint64 = torch.uint8, torch.uint16, torch.uint32, torch.uint64
float32, float64, complex64, complex128 = torch.float32, torch.float64, torch.complex64, torch.complex128

__all__ = [name for name in dir() if not name.startswith("_") and name != "torch"] + ["__array_namespace_info__"]
